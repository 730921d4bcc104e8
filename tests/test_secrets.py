"""No secret is found in anything that nirecap says or writes, however it fails; with --debug neither."""

import base64
import html
import json
import math
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from websockets.sync.server import ServerConnection
from websockets.sync.server import serve as serve_websocket

from nirecap.capture.sim.device import DeviceConfig
from nirecap.capture.sim.process import PASSWORD_VARIABLE, SimulatedCameraProcess
from nirecap.capture.sim.scene import open_scenes
from nirecap.capture.sim.server import SimulatedCamera

from .capture.command_line import PATIENCE_S, children
from .capture.drivers.scripted_camera import Answer, ScriptedCamera, fault, send
from .capture.rtsp_servers import rtsp, serving
from .capture.vendors.eufy import say
from .capture.vendors.hikvision import HikvisionCamera
from .capture.vendors.reolink import ReolinkCamera
from .capture.vendors.served import PASSWORD, USER
from .capture.vendors.thingino import KEY, ThinginoCamera
from .capture.vendors.web_camera import Asked, Told, WebCamera, web_server

WRONG = 'tr0ub4dor&3%/@:"é\\'
"""A wrong password and API key, with all that addresses, reprs, JSON and HTML write in another way."""
TOKEN = "t0k3n.S3cr3t+/=%&~"
"""A wrong token of Home Assistant, and the one that a Reolink camera gives."""
SECRETS = (PASSWORD, KEY, WRONG, TOKEN)
RIGHT = {"NIRECAP_PASSWORD": PASSWORD, "NIRECAP_API_KEY": KEY, "NIRECAP_LIGHT_TOKEN": TOKEN}
NONE_RIGHT = {"NIRECAP_PASSWORD": WRONG, "NIRECAP_API_KEY": WRONG, "NIRECAP_LIGHT_TOKEN": TOKEN}


def in_base64(secret: bytes, before: int) -> bytes:
    """Return what base64 makes of a secret behind some other bytes, without the ends that depend on its neighbours."""
    encoded = base64.b64encode(b"x" * before + secret + b"x" * (-(before + len(secret)) % 3))
    return encoded[math.ceil(before * 8 / 6) : (before + len(secret)) * 8 // 6]


def forms(secret: str) -> set[bytes]:
    """Return a secret as it is and as addresses, reprs, JSON, HTML, base64 and hexadecimal numbers hold it."""
    texts = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1]}
    texts |= {json.dumps(secret)[1:-1], html.escape(secret), secret.encode().hex()}
    return {text.encode() for text in texts} | {in_base64(secret.encode(), before) for before in range(3)}


FORMS = set.union(*map(forms, SECRETS))


def leaks(said: str, folder: Path) -> list[str]:
    """Name what holds a secret: the text, or a file by its content or its name."""
    held = {"what was said": said.encode()}
    for path in folder.rglob("*"):
        held[str(path)] = bytes(path.relative_to(folder)) + (path.read_bytes() if path.is_file() else b"")
    return [f"{place} holds {form!r}" for place, content in held.items() for form in FORMS if form in content]


class Echo(WebCamera):
    """Repeats in its page of error what it was asked and what it was told in secret, as some servers do."""

    def answer(self, asked: Asked) -> Told:
        sent = {name: value for name, value in asked.headers.items() if name in ("authorization", "x-api-key", "api")}
        lines = [asked.target, *(f"{name}: {value.encode('latin-1').decode()}" for name, value in sent.items())]
        return Told(f"<html>{html.escape(' '.join(lines))}</html>", 404, "text/html")


class EchoOfToken(Echo):
    """Logs everybody in, and repeats the token ever after."""

    def answer(self, asked: Asked) -> Told:
        if "cmd=Login" in asked.target:
            return Told(json.dumps([{"cmd": "Login", "code": 0, "value": {"Token": {"leaseTime": 9, "name": TOKEN}}}]))
        if "token=" in asked.target:
            return super().answer(asked)
        return Told(json.dumps([{"cmd": "GetIsp", "code": 1, "error": {"detail": "please login", "rspCode": -6}}]))


class Flood(WebCamera):
    """Never stops to speak."""

    def answer(self, asked: Asked) -> Told:
        return Told(repr(asked) * 10_000)


class DiesMidway(HikvisionCamera):
    """Answers so many times, and then like the echo."""

    def answer(self, asked: Asked) -> Told:
        return super().answer(asked) if len(self.asked) < 9 else Told(html.escape(repr(asked)), 500)


def hangs_up(websocket: ServerConnection) -> None:
    say(websocket, {"type": "version", "minSchemaVersion": 0, "maxSchemaVersion": 21})
    websocket.recv()


def repeats(websocket: ServerConnection) -> None:
    """Refuse in words that hold the login of a stream."""
    say(websocket, {"type": "version", "minSchemaVersion": 0, "maxSchemaVersion": 21})
    asked = json.loads(websocket.recv())
    stream = f"rtsp://{USER}:{quote(PASSWORD, safe='')}@192.0.2.77/live0"
    say(websocket, {"type": "result", "success": False, "messageId": asked["messageId"], "errorCode": stream})


@pytest.fixture(scope="module")
def ports() -> Iterator[dict[str, int]]:
    """One camera, and by their names the ports of all servers that drive it, or that only talk."""
    moved = {"OPTIONS": f"302 Moved\r\nLocation: rtsp://{USER}:{quote(PASSWORD, safe='')}@192.0.2.9/\r\n\r\n"}
    with ExitStack() as running:
        enter = running.enter_context
        config = DeviceConfig(width=320, height=180, fps=15.0, transition_s=0.2)
        camera = enter(SimulatedCamera(open_scenes(None), config, USER, PASSWORD))
        device, nothing = camera.device, frozenset[str]()
        found = {name: enter(web_server(kind(device, nothing))) for name, kind in WEB.items()}
        for name, answer in SOAP.items():
            scripted = ScriptedCamera()
            scripted.answers["GetDeviceInformation"] = answer
            running.callback(scripted.stop)
            found[name] = scripted.port
        for name, talk in WEBSOCKETS.items():
            server = enter(serve_websocket(talk, "127.0.0.1", 0))
            threading.Thread(target=server.serve_forever, daemon=True).start()
            found[name] = server.socket.getsockname()[1]
        found["rtsp_moved"] = enter(serving(rtsp(moved)))
        yield found | {"onvif": camera.addresses.http_port, "rtsp": camera.addresses.rtsp_port, "dead": 1}


WEB = {
    "hikvision": HikvisionCamera,
    "reolink": ReolinkCamera,
    "thingino": ThinginoCamera,
    "midway": DiesMidway,
    "echo": Echo,
    "token_echo": EchoOfToken,
    "flood": Flood,
}
WEBSOCKETS = {"hangs_up": hangs_up, "repeats": repeats}
ELSEWHERE = f"http://{USER}:{quote(PASSWORD, safe='')}@192.0.2.9/"
SOAP: dict[str, Answer] = {
    "bad_xml": b"Envelope <password>" + WRONG.encode(),
    "fault": fault("ter:Hardware", f"wrong: {html.escape(WRONG)}"),
    "soap_moved": lambda handler: send(handler, b"", 302, Location=ELSEWHERE),
}


@dataclass(frozen=True)
class Run:
    """What a command said, and how it ended."""

    said: str
    code: int


def started(words: list[str], folder: Path, secrets: dict[str, str]) -> subprocess.Popen[str]:
    """Start nirecap in a folder, with nobody to ask and no keyring."""
    folder.mkdir(exist_ok=True)
    own = {"HOME": str(folder), "NIRECAP_CAMERAS": str(folder / "cameras.toml")}
    environment = os.environ | own | {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"} | secrets
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(running: subprocess.Popen[str]) -> Run:
    with running:
        said, _ = running.communicate(timeout=PATIENCE_S)
    return Run(said, running.returncode)


def nirecap(words: list[str], folder: Path, secrets: dict[str, str]) -> Run:
    return ended(started(["-m", "nirecap", *words], folder, secrets))


@dataclass(frozen=True)
class Failure:
    """A command that fails, with {names} of ports and secrets in it, and what it has to say."""

    words: str
    said: str
    file: str = ""
    """What the user's file holds."""
    secrets: Mapping[str, str] = field(default_factory=lambda: NONE_RIGHT)


SHOOT = "shoot --target 1 --host 127.0.0.1 --camera"
MANUAL = "shoot --target 1 --camera manual --stream"
LOGIN = "admin:{quoted}@127.0.0.1"
STREAM = "--stream rtsp://admin:{right}@127.0.0.1:{rtsp}/live"
HOME = '[lights.lamp]\nkind = "home-assistant"\nurl = "http://127.0.0.1:{thingino}"\nentity = "light.lamp"\n'
FAILURES = {
    "onvif login": Failure(f"{SHOOT} onvif --port {{onvif}}", "refused user 'admin'"),
    "onvif bad XML": Failure(f"{SHOOT} onvif --port {{bad_xml}}", "unreadable XML"),
    "onvif fault with the password": Failure(f"{SHOOT} onvif --port {{fault}}", "refused GetDeviceInformation"),
    "onvif redirect with a login": Failure(f"{SHOOT} onvif --port {{soap_moved}}", "redirects elsewhere"),
    "nobody there": Failure(f"{SHOOT} onvif --port {{dead}}", "can't reach a camera"),
    "digest login": Failure(f"{SHOOT} hikvision --port {{hikvision}}", "refused the login"),
    "endless answer": Failure(f"{SHOOT} hikvision --port {{flood}}", "more than 262144 bytes"),
    "reolink login": Failure(f"{SHOOT} reolink --port {{reolink}}", "(login failed)"),
    "reolink token in a page": Failure(f"{SHOOT} reolink --port {{token_echo}}", "HTTP 404"),
    "thingino key": Failure(f"{SHOOT} wyze-v2-thingino --port {{thingino}}", "refused the login"),
    "thingino key in a page": Failure(f"{SHOOT} wyze-v2-thingino --port {{echo}}", "HTTP 404"),
    "bridge key in a page": Failure(f"{SHOOT} wyze-v2-bridge --option camera=porch --port {{echo}}", "HTTP 404"),
    "dafang login in a page": Failure(f"{SHOOT} wyze-v2-dafang --port {{echo}}", "HTTP 404"),
    "eufy hangs up": Failure(
        f"{SHOOT} eufy --user admin --option serial=T8400 --option server=ws://127.0.0.1:{{hangs_up}}",
        "eufy-security-ws",
    ),
    "eufy tells a login": Failure(
        f"{SHOOT} eufy --user admin --option serial=T8400 --option server=ws://127.0.0.1:{{repeats}}",
        "refused set_api_schema",
    ),
    "eufy server with a login": Failure(
        f"{SHOOT} eufy --user admin --option serial=T8400 --option server=ws://{LOGIN}:{{dead}}", "holds a secret"
    ),
    "stream login": Failure(f"{MANUAL} rtsp://{LOGIN}:{{rtsp}}/live", "login refused for the stream"),
    "stream redirect with a login": Failure(f"{MANUAL} rtsp://{LOGIN}:{{rtsp_moved}}/live", "redirects to another"),
    "stream of nobody": Failure(f"{MANUAL} rtsp://{LOGIN}:{{dead}}/live", "can't be read (Connection refused)"),
    "stream with an impossible port": Failure(f"{MANUAL} rtsp://{LOGIN}:99999/live", "needs --stream"),
    "stream of another kind": Failure(f"{MANUAL} ftp://{LOGIN}/live", "needs --stream"),
    "snapshot login": Failure(f"{MANUAL} http://{LOGIN}:{{hikvision}}/now.jpg?token={{quoted}}", "login refused for"),
    "snapshot that is a page": Failure(f"{MANUAL} http://{LOGIN}:{{echo}}/now.jpg?token={{quoted}}", "HTTP 404"),
    "address for a camera": Failure("shoot --camera rtsp://admin:{raw}@127.0.0.1/", "no camera or profile"),
    "address for a preview": Failure("preview http://127.0.0.1/live?user=admin&password={quoted}", "no camera or"),
    "address for a port": Failure(f"{SHOOT} onvif --port rtsp://{LOGIN}/", "is not a valid"),
    "address too many": Failure(f"cameras add porch rtsp://{LOGIN}/", "unexpected extra argument"),
    "address for a name": Failure(f"cameras add rtsp://{LOGIN}/ --profile manual --stream {{rtsp}}", "Error: "),
    "address for a host": Failure(f"shoot --camera onvif --host rtsp://{LOGIN}/", "takes the address alone"),
    "password as an option": Failure(f"{SHOOT} hikvision --option password={{raw}}", "holds a secret"),
    "password in the file": Failure(
        "cameras list", "porch.password holds a secret", "cameras.porch.password = '{raw}'"
    ),
    "password in a broken file": Failure("cameras list", "is not TOML", "cameras.porch.password = {raw}"),
    "camera that is not kept": Failure(
        f"cameras add porch --profile manual --stream rtsp://{LOGIN}:{{dead}}/live", "porch is not kept"
    ),
    "check of a login": Failure("cameras check onvif --host 127.0.0.1 --port {onvif}", "FAIL login"),
    "check of a stream": Failure(f"cameras check manual --stream rtsp://{LOGIN}:{{rtsp}}/live --json", '"fail"'),
    "light that refuses": Failure(
        f"{SHOOT} hikvision --port {{hikvision}} {STREAM} --light-on http://{LOGIN}:{{echo}}/on?token={{quoted}} "
        f"--light-off http://{LOGIN}:{{echo}}/off?token={{quoted}}",
        "answered HTTP 404",
        secrets=RIGHT,
    ),
    "light of Home Assistant": Failure(
        f"{SHOOT} hikvision --port {{hikvision}} {STREAM} --light lamp", "refuses the token", HOME, RIGHT
    ),
    "camera that dies midway": Failure(f"{SHOOT} hikvision --port {{midway}} {STREAM}", "HTTP 500", secrets=RIGHT),
}


@pytest.mark.parametrize("name", FAILURES)
def test_failure_tells_no_secret(name: str, ports: dict[str, int], tmp_path: Path) -> None:
    """With --debug, which says all that is said without it."""
    failure = FAILURES[name]
    values = {**ports, "raw": WRONG, "quoted": quote(WRONG, safe=""), "right": quote(PASSWORD, safe="")}
    file = tmp_path / "cameras.toml"
    if failure.file:
        file.write_text(failure.file.format(**values))
    words = [word.format(**values) for word in failure.words.split()]
    run = nirecap(["--debug", *words], tmp_path, dict(failure.secrets))
    assert failure.said in run.said
    assert run.code in (1, 2, 3)
    file.unlink(missing_ok=True)  # the person's own words
    assert leaks(run.said, tmp_path) == []


def test_debug_shows_the_traceback_before_what_is_said_anyhow(ports: dict[str, int], tmp_path: Path) -> None:
    words = ["shoot", "--camera", "onvif", "--host", "127.0.0.1", "--port", str(ports["onvif"])]
    plain, debug = (nirecap([*option, *words], tmp_path, NONE_RIGHT) for option in ([], ["--debug"]))
    assert plain.said.startswith("Error: ")
    assert plain.said.count("\n") == 1
    assert debug.said.startswith("Traceback (most recent call last):\n")
    assert debug.said.endswith(f"\nnirecap.errors.LoginRefused: {plain.said.removeprefix('Error: ')}{plain.said}")


BUG = """
import sys, threading
from nirecap.capture.drivers import hikvision
from nirecap.cli import main

def connect(settings):
    header = {{"Authorization": f"Basic {{settings.password}}", "key": settings.api_key}}
    raise RuntimeError(f"{{settings}} {{header}} to rtsp://me:{{settings.password}}@porch.lan/?token={{settings.password}}")

def connect_elsewhere(settings):
    thread = threading.Thread(target=connect, args=[settings])
    thread.start()
    thread.join()
    sys.exit(1)

hikvision.connect = {connect}
sys.argv = ["nirecap", "shoot", "--camera", "hikvision", "--host", "127.0.0.1"]
main()
"""


@pytest.mark.parametrize("connect", ["connect", "connect_elsewhere"])
@pytest.mark.parametrize("secrets", [RIGHT, NONE_RIGHT], ids=["plain password", "odd password"])
def test_the_traceback_of_a_bug_tells_no_secret(connect: str, secrets: dict[str, str], tmp_path: Path) -> None:
    run = ended(started(["-c", BUG.format(connect=connect)], tmp_path, secrets))
    assert "RuntimeError: CameraSettings(driver='hikvision'" in run.said
    assert run.code == 1
    assert leaks(run.said, tmp_path) == []


def test_neither_collection_nor_manifest_holds_a_secret(ports: dict[str, int], tmp_path: Path) -> None:
    stream = f"rtsp://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{ports['rtsp']}/live"
    add = ["cameras", "add", "porch", "--profile", "hikvision", "--host", "127.0.0.1", "--user", USER]
    add += ["--port", str(ports["hikvision"]), "--stream", stream, "--no-check"]
    shoot = ["shoot", "--camera", "porch", "--target", "1", "--keep-packets", "--timeout", "60"]
    runs = [nirecap(words, tmp_path, RIGHT) for words in ([*add, "--dry-run"], add)]
    runs += [nirecap(["--debug", *words], tmp_path, RIGHT) for words in (shoot, ["cameras", "list", "--json"])]
    runs.append(nirecap(["curate", "captures"], tmp_path, RIGHT))
    assert [run.code for run in runs] == [0] * 5, [run.said for run in runs]
    names = {path.name for path in tmp_path.rglob("*")}
    assert {"cameras.toml", "session.json", "shots.jsonl", "nire.mkv", "metadata.parquet"} <= names
    assert leaks("".join(run.said for run in runs), tmp_path) == []


def test_simulate_does_not_repeat_a_password_of_ones_own(tmp_path: Path) -> None:
    with started(["-m", "nirecap", "--debug", "simulate"], tmp_path, {PASSWORD_VARIABLE: PASSWORD}) as running:
        assert running.stdout
        said = "".join(iter(running.stdout.readline, "Ctrl-C ends it.\n"))
        running.send_signal(signal.SIGINT)
        said += running.communicate(timeout=PATIENCE_S)[0]
    assert "password as in NIRECAP_SIM_PASSWORD" in said
    assert leaks(said, tmp_path) == []


def test_the_list_of_processes_shows_no_password() -> None:
    with SimulatedCameraProcess("--size=320x180", password=PASSWORD):
        lines = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children(os.getpid())]
        assert any(b"simulate" in line for line in lines)
        assert not any(form in line for form in FORMS for line in lines)


def test_a_preview_shows_the_key_to_its_page_and_no_other_secret(ports: dict[str, int], tmp_path: Path) -> None:
    words = ["-m", "nirecap", "--debug", "preview", "onvif", "--host", "127.0.0.1", "--port", str(ports["onvif"])]
    with started(words, tmp_path, RIGHT) as running:
        assert running.stdout
        said = "".join(running.stdout.readline() for _ in range(2))
        running.send_signal(signal.SIGINT)
        said += running.communicate(timeout=PATIENCE_S)[0]
    assert "/?token=" in said
    assert leaks(said, tmp_path) == []
