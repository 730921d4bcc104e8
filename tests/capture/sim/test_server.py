"""The simulated camera whole, under onvif-zeep and PyAV: programs that do not know that it is simulated."""

from collections.abc import Iterator
from typing import Any

import av
import pytest
import requests
from onvif import ONVIFCamera, ONVIFError
from requests.auth import HTTPDigestAuth
from zeep import Transport

from nirecap.capture.sim.device import DeviceConfig
from nirecap.capture.sim.scene import open_scenes
from nirecap.capture.sim.server import SimulatedCamera
from nirecap.errors import CameraError

CONFIG = DeviceConfig(width=320, height=180, fps=10, transition_s=0.1)


@pytest.fixture(scope="module")
def camera() -> Iterator[SimulatedCamera]:
    with SimulatedCamera(open_scenes(None), CONFIG, "admin", "secret") as running:
        yield running


def connect(camera: SimulatedCamera, password: str = "secret") -> Any:  # noqa: S107  the simulator's
    transport = Transport(timeout=10, operation_timeout=10)
    return ONVIFCamera(camera.host, camera.http_port, "admin", password, adjust_time=True, transport=transport)


def test_login_and_identity(camera: SimulatedCamera) -> None:
    information = connect(camera).devicemgmt.GetDeviceInformation()
    assert (information.Manufacturer, information.Model) == ("nirecap", "Simulated camera")


def test_wrong_password_shows_at_the_first_guarded_call(camera: SimulatedCamera) -> None:
    client = connect(camera, "wrong")
    with pytest.raises(ONVIFError, match="user name or password is wrong"):
        client.devicemgmt.GetDeviceInformation()
    with pytest.raises(ONVIFError, match="user name or password is wrong"):
        client.create_imaging_service().GetImagingSettings({"VideoSourceToken": "video_source"})


def test_profile_leads_to_source_and_picture_size(camera: SimulatedCamera) -> None:
    media = connect(camera).create_media_service()
    (profile,) = media.GetProfiles()
    (source,) = media.GetVideoSources()
    encoder = profile.VideoEncoderConfiguration
    assert profile.VideoSourceConfiguration.SourceToken == source.token
    assert (encoder.Encoding, encoder.Resolution.Width, encoder.Resolution.Height) == ("H264", 320, 180)
    assert media.GetProfile({"ProfileToken": profile.token}).token == profile.token


def test_filter_follows_imaging_settings_on_the_device(camera: SimulatedCamera) -> None:
    client = connect(camera)
    imaging = client.create_imaging_service()
    token = client.create_media_service().GetVideoSources()[0].token
    assert imaging.GetOptions({"VideoSourceToken": token}).IrCutFilterModes == ["ON", "OFF", "AUTO"]
    for mode in ("ON", "OFF", "AUTO"):
        settings = {"VideoSourceToken": token, "ImagingSettings": {"IrCutFilter": mode}, "ForcePersistence": False}
        imaging.SetImagingSettings(settings)
        assert imaging.GetImagingSettings({"VideoSourceToken": token}).IrCutFilter == mode
        assert camera.device.ir_cut == mode


def test_lamp_follows_relay_and_auxiliary_command(camera: SimulatedCamera) -> None:
    client = connect(camera)
    client.xaddrs.update({service.Namespace: service.XAddr for service in client.devicemgmt.GetServices(False)})
    deviceio = client.create_deviceio_service()
    assert {relay.token for relay in deviceio.GetRelayOutputs()} == {"IRLEDs", "IRCutFilter"}
    deviceio.SetRelayOutputState({"RelayOutputToken": "IRLEDs", "LogicalState": "inactive"})
    assert camera.device.ir_lamp == "OFF"
    client.devicemgmt.SendAuxiliaryCommand({"AuxiliaryCommand": "tt:IRLamp|Auto"})
    assert camera.device.ir_lamp == "AUTO"


def test_told_stream_plays(camera: SimulatedCamera) -> None:
    setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
    uri = connect(camera).create_media_service().GetStreamUri({"StreamSetup": setup, "ProfileToken": "main"}).Uri
    assert uri == camera.rtsp_url
    assert "secret" not in uri
    address = uri.replace("//", "//admin:secret@")
    with av.open(address, options={"rtsp_transport": "tcp"}, timeout=(10, 10)) as stream:
        frame = next(stream.decode(video=0))
    assert (frame.width, frame.height) == (320, 180)


def test_told_snapshot_is_a_picture(camera: SimulatedCamera) -> None:
    uri = connect(camera).create_media_service().GetSnapshotUri({"ProfileToken": "main"}).Uri
    assert requests.get(uri, timeout=10).status_code == 401
    answer = requests.get(uri, auth=HTTPDigestAuth("admin", "secret"), timeout=10)
    assert answer.content.startswith(b"\xff\xd8")


def test_room_shows_the_next_scene(camera: SimulatedCamera) -> None:
    before = camera.device.scene_name
    told = requests.post(f"{camera.addresses.room}/scene/next", timeout=10).json()
    assert told["scene"] == camera.device.scene_name != before
    assert told["views"] == len(open_scenes(None))


def test_camera_starts_again_after_a_stop_and_after_a_taken_port() -> None:
    again = SimulatedCamera(open_scenes(None), CONFIG, "admin", "secret")
    for _ in range(2):
        with again:
            taken = SimulatedCamera(open_scenes(None), CONFIG, "admin", "secret", http_port=again.http_port)
            with pytest.raises(CameraError, match="can't be used"):
                taken.start()
            assert connect(again).devicemgmt.GetDeviceInformation().Manufacturer == "nirecap"
        again.stop()
        with pytest.raises(requests.ConnectionError):
            requests.get(again.device_service_url, timeout=1)
