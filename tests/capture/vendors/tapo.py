"""A Tapo camera's control port: its JSON over HTTPS, both the encrypted exchange and the one of old firmware."""

import datetime as dt
import hashlib
import json
import ssl
import tempfile
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

from Crypto.Cipher import AES
from Crypto.Util.Padding import pad, unpad
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from nirecap.capture.drivers import CameraSettings
from nirecap.capture.sim.device import Device

from .served import PASSWORD, USER, Served, running_device

QUIRKS = ("old-login", "session-expires", "lying-success")
"""Misbehaviour with which shooting must go on."""
FAULTS = ("privacy-mode", "locked", "redirect", "endless", "newest-login")
"""States in which it can't, and of which a person has to be told."""
NONCE = "3AF5C1D2"
OLD_HASH = hashlib.md5(PASSWORD.encode(), usedforsecurity=False).hexdigest().upper()
STOK = "5f0e2a7c9b1d4e6f8a0b"
REQUESTS_IN_A_SESSION = 4
FILTERS = {"on": "OFF", "off": "ON", "auto": "AUTO"}


def upper_sha256(*parts: str) -> str:
    return hashlib.sha256("".join(parts).encode()).hexdigest().upper()


@dataclass
class Login:
    """What both sides know after a login: the client's nonce, and so the keys."""

    cnonce: str
    hashed: str

    def key(self, kind: str) -> bytes:
        inner = upper_sha256(self.cnonce, self.hashed, NONCE)
        return hashlib.sha256(f"{kind}{self.cnonce}{NONCE}{inner}".encode()).digest()[:16]

    def cipher(self) -> Any:
        return AES.new(self.key("lsk"), AES.MODE_CBC, self.key("ivb"))

    def tag(self, request: dict[str, Any], sequence: str) -> str:
        return upper_sha256(upper_sha256(self.hashed, self.cnonce), json.dumps(request), sequence)


class TapoControl:
    """The camera's memory and its answers."""

    def __init__(self, device: Device, quirks: frozenset[str]) -> None:
        self.device, self.quirks = device, quirks
        self.inf_type = "auto"
        self.commands = self.requests = 0
        self.login: Login | None = None
        self.logins: list[dict[str, Any]] = []

    def answer(self, path: str, body: dict[str, Any], headers: Any) -> dict[str, Any]:
        if body["method"] == "login":
            self.requests = 0
            return self.log_in(body["params"])
        self.requests += 1
        expired = "session-expires" in self.quirks and self.requests > REQUESTS_IN_A_SESSION
        if path != f"/stok={STOK}/ds" or expired:
            return {"error_code": -40401}
        if "old-login" in self.quirks:
            return self.perform(body)
        return self.unwrapped(body, headers)

    def log_in(self, params: dict[str, Any]) -> dict[str, Any]:
        self.logins.append(params)
        if "newest-login" in self.quirks:
            return {"error_code": -40401} if "pake_register" in params.values() else {"result": {"tpap": {"pake": [2]}}}
        if "locked" in self.quirks:
            data = {"code": -40404, "sec_left": 1800, "time": 10, "max_time": 10}
            return {"error_code": -40404, "result": {"data": data}}
        if "old-login" in self.quirks:
            expected = {
                "hashed": True,
                "username": USER,
                "password": OLD_HASH,
            }
            return opened() if params == expected else {"error_code": -40401, "result": {"data": {"code": -40411}}}
        challenge: dict[str, Any] = {"code": -40413, "encrypt_type": ["3"], "key": "-", "nonce": NONCE}
        if "cnonce" not in params:
            return {"error_code": -40413, "result": {"data": challenge}}
        login = Login(params["cnonce"], upper_sha256(PASSWORD))
        digest = upper_sha256(login.hashed, login.cnonce, NONCE) + login.cnonce + NONCE
        if params.get("digest_passwd") == digest and params["username"] == USER:
            self.login = login
            return opened()
        challenge["device_confirm"] = upper_sha256(login.cnonce, login.hashed, NONCE) + NONCE + login.cnonce
        return {"error_code": -40413, "result": {"data": challenge}}

    def unwrapped(self, body: dict[str, Any], headers: Any) -> dict[str, Any]:
        login = self.login
        assert login is not None
        if headers["Tapo_tag"] != login.tag(body, headers["Seq"]):
            return {"error_code": -40210}
        inner = json.loads(unpad(login.cipher().decrypt(b64decode(body["params"]["request"])), 16))
        told = json.dumps(self.perform(inner)).encode()
        return {"error_code": 0, "result": {"response": b64encode(login.cipher().encrypt(pad(told, 16))).decode()}}

    def perform(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert asked["method"] == "multipleRequest"
        return {"error_code": 0, "result": {"responses": [self.one(item) for item in asked["params"]["requests"]]}}

    def one(self, asked: dict[str, Any]) -> dict[str, Any]:
        method = asked["method"]
        match method:
            case "getDeviceInfo":
                told = {
                    "device_type": "SMART.IPCAMERA",
                    "device_model": "C200",
                    "sw_version": "1.4.1 Build 250101",
                    "mac": "02-00-00-00-00-01",
                }
                return {"method": method, "result": {"device_info": {"basic_info": told}}, "error_code": 0}
            case "getLightFrequencyInfo":
                common = {"inf_type": self.inf_type, "light_freq_mode": "50"}
                return {"method": method, "result": {"image": {"common": common}}, "error_code": 0}
            case "setDayNightModeConfig" if "privacy-mode" in self.quirks:
                return {"method": method, "error_code": -64324}
            case "setDayNightModeConfig":
                self.set(asked["params"]["image"]["common"]["inf_type"])
                return {"method": method, "result": {}, "error_code": 0}
        return {"method": method, "error_code": -40106}

    def set(self, value: str) -> None:
        self.commands += 1
        if "lying-success" in self.quirks and self.commands % 2:
            return
        self.inf_type = value
        self.device.ir_cut = FILTERS[value]


def opened() -> dict[str, Any]:
    return {"error_code": 0, "result": {"stok": STOK, "user_group": "root", "start_seq": 305}}


@contextmanager
def served_control(quirks: frozenset[str] = frozenset(), elsewhere: str = "") -> Iterator[tuple[Served, TapoControl]]:
    """Run camera and control port; `elsewhere` is where a camera with the fault `redirect` sends its clients."""
    with running_device() as (device, rtsp), tempfile.TemporaryDirectory() as folder:
        control = TapoControl(device, quirks)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if "redirect" in quirks:
                    self.send_response(307)
                    self.send_header("Location", elsewhere)
                    self.end_headers()
                    return
                self.send_response(200)
                self.end_headers()
                if "endless" in quirks:
                    while True:
                        self.wfile.write(b" " * 65536)
                self.wfile.write(json.dumps(control.answer(self.path, body, self.headers)).encode())

            def log_message(self, format: str, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients that hang up are expected
        server.socket = self_signed(Path(folder)).wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, name="tapo", daemon=True).start()
        login = f"{USER}:{quote(PASSWORD, safe='')}@"
        settings = CameraSettings(
            "tapo",
            "attic",
            "127.0.0.1",
            port=server.server_address[1],
            user=USER,
            password=PASSWORD,
            stream_url=rtsp.url.replace("rtsp://", f"rtsp://{login}"),
        )
        try:
            yield Served(settings, device, lambda: {"inf_type": control.inf_type}), control
        finally:
            server.shutdown()
            server.server_close()


@contextmanager
def serve(quirks: frozenset[str] = frozenset()) -> Iterator[Served]:
    with served_control(quirks) as (served, _):
        yield served


def self_signed(folder: Path) -> ssl.SSLContext:
    """Return the TLS of a camera: a certificate that nobody else has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "TPRI-DEVICE")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "camera.pem"
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
