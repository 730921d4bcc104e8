"""Each quirk as a client meets it: shown where it is switched on, and not shown by a camera without it."""

import re
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from pathlib import Path
from secrets import token_bytes

import av
import numpy as np
import pytest
import requests
from click.testing import CliRunner

from nirecap.capture.drivers import CameraSettings, connect
from nirecap.capture.drivers.onvif import OnvifCamera
from nirecap.capture.drivers.onvif_client import OnvifClient
from nirecap.capture.picture import contradiction, look_at
from nirecap.capture.settle import Patience, settle
from nirecap.capture.sim.faults import FAULTS, Fault
from nirecap.capture.sim.onvif.elements import NAMESPACES
from nirecap.capture.sim.onvif.soap import SOAP_12
from nirecap.capture.sim.quirks import QUIRKS, Quirk, quirks_named
from nirecap.capture.sim.server import SimulatedCamera
from nirecap.cli import cli
from nirecap.errors import LoginRefused, NotSettled, UsageMistake
from nirecap.vocabulary import Mode

from .small_camera import GOOD_OPTICS, PASSWORD, WEAK_LAMP, driven, pictures, player, small_camera, snapshot, wait_for

DOCS = Path(__file__).parents[3] / "docs/quirks.md"
PREFIXES = " ".join(f'xmlns:{prefix}="{namespace}"' for prefix, namespace in NAMESPACES.items())
DIGEST = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"


def ask(camera: SimulatedCamera, body: str, *, login: bool = True) -> requests.Response:
    header = f"<e:Header>{token()}</e:Header>" if login else ""
    content = f'<e:Envelope xmlns:e="{SOAP_12}" {PREFIXES}>{header}<e:Body>{body}</e:Body></e:Envelope>'
    return requests.post(camera.device_service_url, data=content, timeout=10)


def token() -> str:
    nonce, created = token_bytes(16), datetime.now(UTC).isoformat()
    digest = b64encode(sha1(nonce + created.encode() + PASSWORD.encode(), usedforsecurity=False).digest()).decode()
    return f"""<wsse:Security><wsse:UsernameToken><wsse:Username>admin</wsse:Username>
        <wsse:Password Type="{DIGEST}">{digest}</wsse:Password><wsse:Nonce>{b64encode(nonce).decode()}</wsse:Nonce>
        <wsu:Created>{created}</wsu:Created></wsse:UsernameToken></wsse:Security>"""


def sends_elsewhere(camera: SimulatedCamera) -> bool:
    told = ask(camera, "<tds:GetServices/>").text
    return "http://192.0.2.1:81/onvif/imaging_service" in told and "127.0.0.1" not in told


def hides_services(camera: SimulatedCamera) -> bool:
    services = ask(camera, "<tds:GetServices/>").text
    return "imaging_service" in services and "imaging_service" not in ask(camera, "<tds:GetCapabilities/>").text


def disorders(camera: SimulatedCamera) -> bool:
    source = "<timg:VideoSourceToken>video_source</timg:VideoSourceToken>"
    told = ask(camera, f"<timg:GetImagingSettings>{source}</timg:GetImagingSettings>").text
    names = re.findall(r"<tt:(\w+)>", told)
    return names != sorted(names) and ">Auto<" in told


def ignores_auto(camera: SimulatedCamera) -> bool:
    with driven(camera) as driver:
        before = driver.state()
        driver.set_mode(Mode.DAY)
        return not driver.restore(before)


def knows_nonsense(camera: SimulatedCamera) -> bool:
    nonsense = [ask(camera, f"<tds:{method}/>") for method in ("GetNonsense", "SendAuxiliaryCommand")]
    return all(answer.status_code == 200 and "Body/>" in answer.text for answer in nonsense)


def tells_strangers(camera: SimulatedCamera) -> bool:
    return ask(camera, "<tds:GetDeviceInformation/>", login=False).status_code == 200


def is_hours_ahead(camera: SimulatedCamera) -> bool:
    client = OnvifClient(camera.host, camera.http_port, "admin", PASSWORD)
    client.connect()
    stamp, _ = next(pictures(camera, 0))
    told = [client.clock_offset_s or 0.0, stamp - time.time()]
    return all(abs(ahead - timedelta(hours=3).total_seconds()) < 10 for ahead in told)


def is_slow(camera: SimulatedCamera) -> bool:
    began = time.monotonic()
    ask(camera, "<tds:GetServices/>")
    return time.monotonic() - began > 1.9


def has_rare_key_frames(camera: SimulatedCamera) -> bool:
    wait_for(lambda: len(camera.device.frames()) > 3)  # the first key frame is over
    try:
        with player(camera, patience_s=2) as stream:
            return not any(stream.decode(video=0))
    except av.FFmpegError:
        return True


def shows_a_clock(camera: SimulatedCamera) -> bool:
    corner = snapshot(camera)[:20, :150].astype(int)
    written = (corner > 200).mean() > 0.02 and (corner < 20).mean() > 0.02
    time.sleep(1.1)
    return bool(written and (np.abs(snapshot(camera)[:20, :150] - corner) > 100).any())


def mirrors_the_lamp(camera: SimulatedCamera) -> bool:
    picture = snapshot(camera)
    return bool(picture[70:74, 174:178].min() > 240 and (picture > 240).mean() < 0.1)


def fades(camera: SimulatedCamera) -> bool:
    camera.device.ir_lamp = "OFF"
    wait_for(lambda: not camera.device.frames()[-1].lamp)
    camera.device.ir_lamp = "ON"
    wait_for(lambda: camera.device.frames()[-1].lamp and camera.device.frames()[-1].exposure_settled)
    bright = snapshot(camera).mean()
    time.sleep(1.5)
    return bool(snapshot(camera).mean() < 0.96 * bright)


def is_purple(camera: SimulatedCamera) -> bool:
    with driven(camera) as driver:
        said = [said_against(Mode.DAY, camera, driver, mode) or "" for mode in (Mode.NIGHT, Mode.DAY)]
    return all("purple" in text for text in said)


def does_not_move(camera: SimulatedCamera) -> bool:
    camera.device.room_lit = True
    with driven(camera) as driver:
        return said_against(Mode.DAY, camera, driver, Mode.DAY) == "still monochrome"


def lies_the_fifth_time(camera: SimulatedCamera) -> bool:
    camera.device.room_lit = True
    with driven(camera) as driver:
        said = [said_against(mode, camera, driver, mode) for mode in [Mode.DAY, Mode.NIGHT] * 2 + [Mode.DAY]]
        return said == [None] * 4 + ["still monochrome"] and driver.state() == {"IrCutFilter": "ON"}


def said_against(shown: Mode, camera: SimulatedCamera, driver: OnvifCamera, command: Mode) -> str | None:
    """Command a mode, and say what contradicts the other in the picture when it is settled."""
    driver.set_mode(command)
    wait_for(lambda: camera.device.truth()["settled"])
    newest = camera.device.latest()[1]
    wait_for(lambda: camera.device.latest()[1] > newest)
    return contradiction(look_at(snapshot(camera)), shown)


PROBES: dict[Quirk, Callable[[SimulatedCamera], bool]] = {
    Quirk.WRONG_XADDR: sends_elsewhere,
    Quirk.SERVICES_ONLY_IN_GETSERVICES: hides_services,
    Quirk.ELEMENTS_OUT_OF_ORDER: disorders,
    Quirk.AUTO_IGNORED: ignores_auto,
    Quirk.EMPTY_SUCCESS: knows_nonsense,
    Quirk.OPEN_CAPABILITIES: tells_strangers,
    Quirk.CLOCK_SKEW: is_hours_ahead,
    Quirk.SLOW_ANSWERS: is_slow,
    Quirk.GOP_10S: has_rare_key_frames,
    Quirk.OSD_CLOCK: shows_a_clock,
    Quirk.HOT_SPOT: mirrors_the_lamp,
    Quirk.FADING_LAMP: fades,
    Quirk.PURPLE_MODE: is_purple,
    Quirk.STUCK_FILTER: does_not_move,
    Quirk.LYING_SUCCESS: lies_the_fifth_time,
}


TOGETHER = {
    Quirk.WRONG_XADDR,
    Quirk.SERVICES_ONLY_IN_GETSERVICES,
    Quirk.ELEMENTS_OUT_OF_ORDER,
    Quirk.EMPTY_SUCCESS,
    Quirk.OPEN_CAPABILITIES,
    Quirk.OSD_CLOCK,
    Quirk.HOT_SPOT,
}
"""Quirks whose probes leave the camera as it was."""


@pytest.fixture(scope="module")
def plain() -> Iterator[SimulatedCamera]:
    with small_camera() as camera:
        yield camera


@pytest.fixture
def sane(plain: SimulatedCamera) -> SimulatedCamera:
    """The camera without quirks, in AUTO in the dark."""
    plain.device.room_lit = False
    plain.device.ir_cut = plain.device.ir_lamp = "AUTO"
    wait_for(lambda: plain.device.truth()["settled"])
    return plain


@pytest.fixture(scope="module")
def tangled() -> Iterator[SimulatedCamera]:
    with small_camera(*TOGETHER) as camera:
        yield camera


@pytest.mark.parametrize("quirk", sorted(TOGETHER))
def test_quirks_show_together(tangled: SimulatedCamera, quirk: Quirk) -> None:
    assert PROBES[quirk](tangled)


@pytest.mark.parametrize("quirk", sorted(set(Quirk) - TOGETHER))
def test_quirk_shows_alone(quirk: Quirk) -> None:
    optics = WEAK_LAMP if quirk is Quirk.FADING_LAMP else GOOD_OPTICS
    with small_camera(quirk, optics=optics) as camera:
        assert PROBES[quirk](camera)


@pytest.mark.parametrize("quirk", Quirk)
def test_camera_without_it_is_sane(sane: SimulatedCamera, quirk: Quirk) -> None:
    assert not PROBES[quirk](sane)


def test_driver_works_through_all_quirks_of_the_protocols_at_once() -> None:
    harmless = set(Quirk) - {Quirk.AUTO_IGNORED, Quirk.PURPLE_MODE, Quirk.STUCK_FILTER, Quirk.LYING_SUCCESS}
    with small_camera(*harmless - {Quirk.SLOW_ANSWERS, Quirk.GOP_10S}) as camera, driven(camera) as driver:
        before = driver.state()
        with driver.stream() as stream:
            for mode in (Mode.DAY, Mode.NIGHT):
                driver.set_mode(mode)
                settle(stream, mode, Patience(timeout_s=10), after=stream.next(after=-1))
        assert driver.restore(before)
        assert camera.device.ir_cut == "AUTO"


@pytest.mark.parametrize(("quirk", "why"), [(Quirk.PURPLE_MODE, "purple: "), (Quirk.STUCK_FILTER, "still monochrome")])
def test_picture_that_never_comes_is_named(quirk: Quirk, why: str) -> None:
    with small_camera(quirk) as camera, driven(camera) as driver, driver.stream() as stream:
        driver.set_mode(Mode.DAY)
        with pytest.raises(NotSettled, match=why):
            settle(stream, Mode.DAY, Patience(timeout_s=0.8), after=stream.next(after=-1))


def test_wrong_password_shows_although_the_camera_tells_everybody_who_it_is() -> None:
    with small_camera(Quirk.OPEN_CAPABILITIES) as camera, pytest.raises(LoginRefused), driven(camera, "wrong"):
        pass


def test_simulated_camera_of_a_session_takes_quirks_by_name(tmp_path: Path) -> None:
    options = {"quirk": "wrong-xaddr,auto-ignored", "size": "160x90", "log": str(tmp_path / "log.jsonl")}
    with connect(CameraSettings("sim", "sim", options=options)) as camera:
        before = camera.state()
        camera.set_mode(Mode.DAY)
        assert not camera.restore(before)
    assert '"quirks": ["auto-ignored", "wrong-xaddr"]' in (tmp_path / "log.jsonl").read_text()


def test_unknown_names_are_mistakes() -> None:
    with pytest.raises(UsageMistake, match=r"'wrong-addr'; .*--list-quirks"):
        quirks_named(["gop-10s", "wrong-addr"])
    for option, name in (("--quirk", "nonsense"), ("--faults", "nonsense")):
        told = CliRunner().invoke(cli, ["simulate", option, name])
        assert told.exit_code == 2
        assert "'nonsense'" in told.output


def test_list_and_page_name_every_quirk_and_fault() -> None:
    told = CliRunner().invoke(cli, ["simulate", "--list-quirks"]).output
    rows = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (.+?) \|", DOCS.read_text().partition("## Faults")[0], re.MULTILINE))
    assert rows == {str(quirk): does.replace("|", "\\|") for quirk, does in QUIRKS.items()}
    faults = re.findall(r"^\| `([a-z-]+)` \| (.+?) \| (.+?) s \|", DOCS.read_text(), re.MULTILINE)
    assert faults == [(fault, course.description, f"{course.seconds:g}") for fault, course in FAULTS.items()]
    assert set(QUIRKS) == set(Quirk) and set(FAULTS) == set(Fault)
    listed = re.findall(r"^  ([a-z0-9-]+)  ", told, re.MULTILINE)
    assert listed == [*QUIRKS, *FAULTS]
