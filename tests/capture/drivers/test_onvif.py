"""The ONVIF driver against a scripted camera and against the simulated one."""

import traceback
from collections.abc import Iterator

import numpy as np
import pytest

from nirecap.capture.drivers.foreign import rtsp_url
from nirecap.capture.drivers.onvif import OnvifCamera
from nirecap.capture.sim.device import DeviceConfig
from nirecap.capture.sim.scene import Scene
from nirecap.capture.sim.server import SimulatedCamera
from nirecap.errors import CameraError, LoginRefused
from nirecap.vocabulary import Mode

from .scripted_camera import (
    ScriptedCamera,
    envelope,
    fault,
    imaging_settings,
    profile,
    profiles,
    services,
    stream_uri,
    well_behaved,
)

USER = "ad@min"
PASSWORD = "xK9-distinctive:@/%?#"
TT = "{http://www.onvif.org/ver10/schema}"
TIMG = "{http://www.onvif.org/ver20/imaging/wsdl}"
TRT = "{http://www.onvif.org/ver10/media/wsdl}"


def camera_at(port: int, password: str = PASSWORD) -> OnvifCamera:
    return OnvifCamera("porch", "127.0.0.1", port, USER, password)


class PlainWall:
    """One evenly grey scene."""

    def __len__(self) -> int:
        return 1

    def name(self, index: int) -> str:
        return f"wall {index}"

    def scene(self, index: int, width: int | None = None, height: int | None = None) -> Scene:
        size = (height or 240, width or 320)
        grey = np.full(size, 0.5, np.float32)
        return Scene(self.name(index), np.repeat(grey[..., None], 3, axis=2), grey, grey * 4)


@pytest.fixture
def camera(scripted: ScriptedCamera) -> OnvifCamera:
    return camera_at(scripted.port)


@pytest.fixture(scope="module")
def lasting() -> Iterator[tuple[ScriptedCamera, OnvifCamera]]:
    """A camera that many tests use open: reading the WSDLs takes longer than a call."""
    scripted = ScriptedCamera()
    with camera_at(scripted.port) as camera:
        yield scripted, camera
    scripted.stop()


@pytest.fixture
def script(lasting: tuple[ScriptedCamera, OnvifCamera]) -> ScriptedCamera:
    lasting[0].answers = well_behaved()
    lasting[0].requests.clear()
    return lasting[0]


@pytest.fixture
def opened(lasting: tuple[ScriptedCamera, OnvifCamera]) -> OnvifCamera:
    return lasting[1]


@pytest.fixture(scope="module")
def simulated() -> Iterator[SimulatedCamera]:
    config = DeviceConfig(width=320, height=240, fps=10, transition_s=0.3)
    with SimulatedCamera(PlainWall(), config, USER, PASSWORD) as simulated:
        yield simulated


class TestOpening:
    def test_describes_itself_without_serial_number(self, camera: OnvifCamera) -> None:
        with camera:
            info = camera.describe()
        assert (info.name, info.driver, info.manufacturer, info.model) == ("porch", "onvif", "Acme", "Owl")
        assert info.firmware == "1.2 b"  # a control character in it is gone
        assert info.clock_offset_s is not None
        assert "S3R14L" not in repr(info)

    @pytest.mark.parametrize(
        ("operation", "answer", "message"),
        [
            ("GetServices", services(), r"porch has no imaging service, so ONVIF can't switch it; use --camera manual"),
            ("GetProfiles", profiles(), r"porch has no media profile"),
            ("GetProfiles", profiles('<trt:Profiles token="bare" fixed="true"/>'), r"porch has no media profile"),
            ("GetImagingSettings", envelope(""), r"porch tells no setting .*; use --camera manual"),
            ("GetImagingSettings", imaging_settings("<tt:IrCutFilter>7</tt:IrCutFilter>"), r"IR-cut filter \('7'\)"),
            ("GetImagingSettings", fault("ter:NoImagingForSource"), r"NoImagingForSource"),
            ("GetDeviceInformation", fault("ter:NotAuthorized"), r"refused user 'ad@min'; check"),
        ],
    )
    def test_what_is_missing_is_told_with_the_remedy(
        self, scripted: ScriptedCamera, camera: OnvifCamera, operation: str, answer: bytes, message: str
    ) -> None:
        scripted.answers[operation] = answer
        with pytest.raises(CameraError, match=message) as caught:
            camera.open()
        assert str(caught.value).isprintable()
        assert PASSWORD not in "".join(traceback.format_exception(caught.value)) + repr(camera)

    def test_closing_twice_and_before_opening(self, camera: OnvifCamera) -> None:
        camera.close()
        with camera:
            pass
        camera.close()

    def test_reopening(self, camera: OnvifCamera) -> None:
        for _ in range(2):
            with camera:
                assert camera.state() == {"IrCutFilter": "AUTO"}


class TestSwitching:
    @pytest.mark.parametrize(("mode", "word"), [(Mode.DAY, "ON"), (Mode.NIGHT, "OFF"), (Mode.AUTO, "AUTO")])
    def test_only_the_filter_is_set_and_not_for_ever(
        self, script: ScriptedCamera, opened: OnvifCamera, mode: Mode, word: str
    ) -> None:
        opened.set_mode(mode)
        request = script.body("SetImagingSettings").find(f".//{TIMG}SetImagingSettings")
        assert request.findtext(f"{TIMG}VideoSourceToken") == "eye"
        assert [(element.tag, element.text) for element in request.find(f"{TIMG}ImagingSettings")] == [
            (f"{TT}IrCutFilter", word)
        ]
        assert request.findtext(f"{TIMG}ForcePersistence") == "false"

    @pytest.mark.parametrize(
        "inner",
        [
            "<tt:Sharpness>5</tt:Sharpness><tt:IrCutFilter>Auto</tt:IrCutFilter>",
            "<tt:WhiteBalance/><tt:IrCutFilter>Auto</tt:IrCutFilter><tt:Brightness>1</tt:Brightness>",
            "<tt:IrCutFilter> auto\n</tt:IrCutFilter><tt:Brightness>garbage</tt:Brightness>",
            "<IrCutFilter xmlns=''>AUTO</IrCutFilter>",
        ],
    )
    def test_settings_out_of_order_and_in_mixed_case(
        self, script: ScriptedCamera, opened: OnvifCamera, inner: str
    ) -> None:
        script.answers["GetImagingSettings"] = imaging_settings(inner)
        assert opened.state() == {"IrCutFilter": "AUTO"}

    def test_a_restoration_that_the_camera_ignores_is_not_confirmed(
        self, script: ScriptedCamera, opened: OnvifCamera
    ) -> None:
        script.answers["SetImagingSettings"] = envelope("")  # success, and nothing happens
        before = opened.state()
        script.answers["GetImagingSettings"] = imaging_settings("<tt:IrCutFilter>OFF</tt:IrCutFilter>")
        assert not opened.restore(before)

    def test_a_refusal_is_an_error(self, script: ScriptedCamera, opened: OnvifCamera) -> None:
        script.answers["SetImagingSettings"] = fault("ter:SettingsInvalid")
        with pytest.raises(CameraError, match="refused SetImagingSettings: SettingsInvalid"):
            opened.set_mode(Mode.NIGHT)


class TestExposure:
    def told(self, script: ScriptedCamera, opened: OnvifCamera, inner: str) -> dict[str, float]:
        opened.reconnect()  # one that told nothing is not asked again
        rest = "<tt:IrCutFilter>AUTO</tt:IrCutFilter>"
        script.answers["GetImagingSettings"] = imaging_settings(f"<tt:Exposure>{inner}</tt:Exposure>{rest}")
        return opened.exposure()

    def test_it_is_in_seconds_and_decibels(self, script: ScriptedCamera, opened: OnvifCamera) -> None:
        inner = "<tt:Mode>AUTO</tt:Mode><tt:ExposureTime>20000</tt:ExposureTime><tt:Gain>{}</tt:Gain>"
        assert self.told(script, opened, inner.format("12.5")) == {"exposure_s": 0.02, "gain_db": 12.5}
        assert self.told(script, opened, inner.format("NaN")) == {"exposure_s": 0.02}

    @pytest.mark.parametrize("time_us", ["0", "-1", "INF", "NaN", "fast", ""])
    def test_one_that_can_not_be_is_left_out(self, script: ScriptedCamera, opened: OnvifCamera, time_us: str) -> None:
        assert self.told(script, opened, f"<tt:ExposureTime>{time_us}</tt:ExposureTime>") == {}

    def test_a_camera_that_does_not_tell_is_asked_once_and_fails_nothing(
        self, script: ScriptedCamera, opened: OnvifCamera
    ) -> None:
        opened.reconnect()
        script.answers["GetImagingSettings"] = fault("ter:ActionNotSupported")
        assert opened.exposure() == {}
        script.answers["GetImagingSettings"] = imaging_settings(
            "<tt:Exposure><tt:ExposureTime>20000</tt:ExposureTime></tt:Exposure>"
        )
        assert opened.exposure() == {}


class TestStream:
    def test_the_first_of_the_largest_profiles_is_chosen(self, script: ScriptedCamera, opened: OnvifCamera) -> None:
        stream = opened.stream()
        request = script.body("GetStreamUri").find(f".//{TRT}GetStreamUri")
        assert request.findtext(f"{TRT}ProfileToken") == "large"
        assert request.findtext(f".//{TT}Protocol") == "RTSP"
        assert stream.label == "porch"
        assert PASSWORD not in repr(stream)

    @pytest.mark.parametrize("broken", ["<tt:Width>-5</tt:Width>", "<tt:Width>many</tt:Width>", ""])
    def test_a_profile_with_a_broken_size_is_the_last_choice(
        self, scripted: ScriptedCamera, camera: OnvifCamera, broken: str
    ) -> None:
        odd = profile("odd", 9999, 9999).replace("<tt:Width>9999</tt:Width>", broken)
        scripted.answers["GetProfiles"] = profiles(odd, profile("even", 64, 64))
        with camera:
            camera.stream()
        assert scripted.body("GetStreamUri").findtext(f".//{TRT}ProfileToken") == "even"

    @pytest.mark.parametrize(
        ("advertised", "url"),
        [
            ("rtsp://192.0.2.1:8554/live?a=1", "rtsp://me:p%40%2F@cam:8554/live?a=1"),
            ("rtsp://admin:leak@192.0.2.1/live#x", "rtsp://me:p%40%2F@cam:554/live"),
            ("RTSP://192.0.2.1", "rtsp://me:p%40%2F@cam:554/"),
            ("rtsp:@192.0.2.1/live", "rtsp://me:p%40%2F@cam:554/@192.0.2.1/live"),
            ("rtsp://192.0.2.1//two", "rtsp://me:p%40%2F@cam:554//two"),
        ],
    )
    def test_the_address_is_the_users_with_the_cameras_port_and_path(self, advertised: str, url: str) -> None:
        assert rtsp_url(advertised, "cam", "me", "p@/") == url

    def test_a_bare_ipv6_host_is_bracketed_and_no_user_no_login(self) -> None:
        assert rtsp_url("rtsp://x:99/y", "fe80::1", "", "") == "rtsp://[fe80::1]:99/y"

    @pytest.mark.parametrize(
        "advertised", ["", "http://192.0.2.1/live", "file:///etc/passwd", "rtsp://[x", "rtsp://x:999999/", "concat:a|b"]
    )
    def test_what_is_not_rtsp_is_refused(self, script: ScriptedCamera, opened: OnvifCamera, advertised: str) -> None:
        script.answers["GetStreamUri"] = stream_uri(advertised)
        with pytest.raises(CameraError, match="advertises"):
            opened.stream()


class TestSimulatedCamera:
    def test_modes_reach_the_device_and_are_put_back(self, simulated: SimulatedCamera) -> None:
        with camera_at(simulated.http_port) as camera:
            before = camera.state()
            assert before == {"IrCutFilter": simulated.device.ir_cut}
            for mode, word in ((Mode.NIGHT, "OFF"), (Mode.DAY, "ON"), (Mode.AUTO, "AUTO"), (Mode.NIGHT, "OFF")):
                camera.set_mode(mode)
                assert simulated.device.ir_cut == word
            assert camera.restore(before)
            assert simulated.device.ir_cut == before["IrCutFilter"]

    def test_it_tells_who_it_is_and_the_time(self, simulated: SimulatedCamera) -> None:
        with camera_at(simulated.http_port) as camera:
            info = camera.describe()
        assert info.model
        assert info.clock_offset_s == pytest.approx(0, abs=3)

    def test_a_wrong_password_is_refused(self, simulated: SimulatedCamera) -> None:
        with pytest.raises(LoginRefused, match="refused user"):
            camera_at(simulated.http_port, "wrong").open()

    def test_its_picture_arrives_through_a_password_full_of_punctuation(self, simulated: SimulatedCamera) -> None:
        with camera_at(simulated.http_port) as camera, camera.stream() as stream:
            assert stream.next(after=-1, timeout_s=20).pixels.shape == (240, 320, 3)
