"""The adapter over onvif-zeep against cameras that err, lie and attack."""

import base64
import datetime as dt
import hashlib
import logging
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nirecap.capture.drivers.onvif_answers import field, items, utc_of
from nirecap.capture.drivers.onvif_client import DEVICE, IMAGING, MEDIA, OnvifClient, OnvifFault
from nirecap.capture.sim.digest import DigestGate
from nirecap.errors import CameraError, LoginRefused

from .scripted_camera import ELSEWHERE, ScriptedCamera, clock, envelope, fault, send, services

USER = "admin"
PASSWORD = "xK9-distinctive-@:/%"
WSSE = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"
WSU = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}"


def client_of(camera: ScriptedCamera, timeout_s: float = 10.0) -> OnvifClient:
    return OnvifClient("127.0.0.1", camera.port, USER, PASSWORD, timeout_s=timeout_s)


def connected(camera: ScriptedCamera) -> OnvifClient:
    client = client_of(camera)
    client.connect()
    return client


class TestConnecting:
    def test_services_of_both_listings_are_found(self, scripted: ScriptedCamera) -> None:
        client = connected(scripted)
        assert client.offers(MEDIA)  # told by GetCapabilities only
        assert client.offers(IMAGING)  # told by GetServices only

    @pytest.mark.parametrize("missing", ["GetCapabilities", "GetServices"])
    def test_one_listing_is_enough(self, scripted: ScriptedCamera, missing: str) -> None:
        del scripted.answers[missing]
        assert field(client_of(scripted).connect(), "Model") == "Owl"

    def test_advertised_hosts_and_ports_give_way_to_the_users(self, scripted: ScriptedCamera) -> None:
        client = connected(scripted)  # everything is advertised at an address that does not answer
        client.call(MEDIA, "GetProfiles")
        client.call(IMAGING, "GetImagingSettings", VideoSourceToken="eye")
        paths = {operation: path for operation, path, _ in scripted.requests}
        assert paths["GetProfiles"] == "/onvif/media"
        assert paths["GetImagingSettings"] == "/onvif/imaging?ch=1"

    @pytest.mark.parametrize("address", ["http:@{}/x", "//{}/x", "file://{}/etc/passwd", "{}"])
    def test_no_form_of_address_leads_away(
        self, scripted: ScriptedCamera, bystander: ScriptedCamera, address: str
    ) -> None:
        scripted.answers["GetServices"] = services(timg=address.format(f"127.0.0.1:{bystander.port}"))
        connected(scripted).call(IMAGING, "GetImagingSettings", VideoSourceToken="eye")
        assert scripted.operations[-1] == "GetImagingSettings"

    def test_a_service_at_an_unreadable_address_spoils_no_other(self, scripted: ScriptedCamera) -> None:
        scripted.answers["GetServices"] = services(timg="http://[x", trt="http://x:y/media")
        client = connected(scripted)
        assert client.offers(MEDIA)
        assert not client.offers(IMAGING)

    def test_nothing_is_subscribed_or_set(self, scripted: ScriptedCamera) -> None:
        connected(scripted)
        assert scripted.operations == [
            "GetSystemDateAndTime",
            "GetCapabilities",
            "GetServices",
            "GetDeviceInformation",
        ]

    def test_proxies_of_the_environment_are_ignored_and_kept(
        self, scripted: ScriptedCamera, bystander: ScriptedCamera, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        proxy = f"http://127.0.0.1:{bystander.port}"
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy)
        monkeypatch.delenv("no_proxy", raising=False)
        connected(scripted)
        assert os.environ["http_proxy"] == proxy

    def test_a_camera_without_a_service_is_told_so(self, scripted: ScriptedCamera) -> None:
        scripted.answers["GetServices"] = services()
        with pytest.raises(CameraError, match="no ONVIF imaging service"):
            connected(scripted).call(IMAGING, "GetImagingSettings", VideoSourceToken="eye")


class TestLogin:
    def test_the_digest_holds_the_cameras_time(self, scripted: ScriptedCamera) -> None:
        client = connected(scripted)
        token = scripted.body("GetDeviceInformation").find(f".//{WSSE}UsernameToken")
        created = token.findtext(f"{WSU}Created")
        assert created.startswith("2031-05-06T07:08:")
        digested = base64.b64decode(token.findtext(f"{WSSE}Nonce")) + (created + PASSWORD).encode()
        assert token.findtext(f"{WSSE}Password") == base64.b64encode(hashlib.sha1(digested).digest()).decode()  # noqa: S324
        expected = dt.datetime(2031, 5, 6, 7, 8, 9, tzinfo=dt.UTC).timestamp() - time.time()
        assert client.clock_offset_s == pytest.approx(expected, abs=30)

    def test_the_clock_is_asked_without_a_token(self, scripted: ScriptedCamera) -> None:
        connected(scripted)
        assert b"UsernameToken" not in next(body for name, _, body in scripted.requests if "Time" in name)

    @pytest.mark.parametrize(
        "answer",
        [
            clock((2031, 13, 6), 7, 8, 9),
            envelope("<tds:GetSystemDateAndTimeResponse/>"),
            envelope(""),
            fault("ter:NotAuthorized"),
            fault("ter:ActionNotSupported"),
        ],
    )
    def test_a_camera_without_a_clock_can_be_used(self, scripted: ScriptedCamera, answer: bytes) -> None:
        scripted.answers["GetSystemDateAndTime"] = answer
        assert connected(scripted).clock_offset_s is None

    def test_a_changed_clock_is_read_again_on_reconnection(self, scripted: ScriptedCamera) -> None:
        client = connected(scripted)
        client.call(MEDIA, "GetProfiles")
        scripted.answers["GetSystemDateAndTime"] = clock((1970, 1, 1), 0, 0, 5)
        client.connect()
        client.call(MEDIA, "GetProfiles")
        assert scripted.body("GetProfiles").findtext(f".//{WSU}Created").startswith("1970-01-01T00:00:")

    def test_wrong_password_is_noticed_where_listings_are_open(self, scripted: ScriptedCamera) -> None:
        scripted.answers["GetDeviceInformation"] = fault("ter:NotAuthorized")
        with pytest.raises(LoginRefused, match=r"127\.0\.0\.1:\d+ refused user 'admin'; check"):
            client_of(scripted).connect()

    @pytest.mark.parametrize(("password", "welcome"), [(PASSWORD, True), ("other", False)])
    def test_a_challenge_in_http_is_answered(self, scripted: ScriptedCamera, password: str, welcome: bool) -> None:
        gate = DigestGate(USER, password, "camera")
        information = scripted.answers["GetDeviceInformation"]

        def guarded(handler: BaseHTTPRequestHandler) -> None:
            if gate.accepts(handler.headers["Authorization"], "POST"):
                send(handler, information, 200)
            else:
                send(handler, b"<html>who?</html>", 401, WWW_Authenticate=gate.challenge())

        scripted.answers["GetDeviceInformation"] = guarded
        if welcome:
            assert field(client_of(scripted).connect(), "Manufacturer") == "Acme"
        else:
            with pytest.raises(LoginRefused):
                client_of(scripted).connect()


Answer = Callable[[BaseHTTPRequestHandler], None]


def answering(content: bytes, status: int = 200, **headers: str) -> Answer:
    return lambda handler: send(handler, content, status, **headers)


def endless(camera: ScriptedCamera, start: bytes, piece: bytes, pause_s: float) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(start)
        try:
            while piece and not camera.over.wait(pause_s):
                handler.wfile.write(piece)
        except OSError:
            return
        camera.over.wait()

    return answer


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
BOMB = (
    b'<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b"]>"
)
EXTERNAL = b'<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
OUTSIDE = f'<!DOCTYPE b SYSTEM "{ELSEWHERE}/b.dtd">'.encode()

UNENDING: dict[str, Callable[[ScriptedCamera], Answer]] = {
    "silent": lambda camera: endless(camera, b"", b"", 1),
    "drips its headers": lambda camera: endless(camera, OK, b"X", 0.1),
    "drips its body": lambda camera: endless(camera, OK + b"\r\n", b" ", 0.1),
}
MISBEHAVIOURS: dict[str, tuple[Callable[[ScriptedCamera], Answer], str]] = {
    "never stops": (lambda camera: endless(camera, OK + b"\r\n", b" " * 65536, 0), "more than 262144 bytes"),
    "too large": (lambda _: answering(b" " * 2_000_000 + envelope("")), "more than 262144 bytes"),
    "too large a challenge": (
        lambda _: answering(b" " * 2_000_000, 401, WWW_Authenticate='Digest realm="r", nonce="n"'),
        "more than 262144 bytes",
    ),
    "bad challenge": (lambda _: answering(b"", 401, WWW_Authenticate="Digest x"), "refused user|unreadable"),
    "hangs up": (lambda _: lambda handler: handler.wfile.close(), "can't reach a camera"),
    "speaks no HTTP": (lambda _: lambda handler: handler.wfile.write(b"SSH-2.0-x\r\n\r\n"), "can't reach a camera"),
    "web page": (lambda _: answering(b"<html>hello</html>", Content_Type="text/html"), "does not speak ONVIF"),
    "not found": (lambda _: answering(b"<html>404</html>", 404), r"does not speak ONVIF \(HTTP 404\); check the port"),
    "empty": (lambda _: answering(b""), "does not speak ONVIF"),
    "compressed": (lambda _: answering(b"\x1f\x8b\x08", Content_Encoding="gzip"), "does not speak ONVIF"),
    "forbidden": (lambda _: answering(b"", 403), "refused user"),
    "entity bomb": (lambda _: answering(BOMB + envelope("<tds:x>&j;</tds:x>")), "unreadable XML"),
    "bomb in an attribute": (lambda _: answering(BOMB + envelope('<tds:x y="&j;"/>')), "unreadable XML"),
    "external entity": (lambda _: answering(EXTERNAL + envelope("<tds:x>&a;</tds:x>")), "unreadable XML"),
    "external DTD": (lambda _: answering(OUTSIDE + envelope("")), "unreadable XML"),
    "no XML": (lambda _: answering(b"Envelope"), "unreadable XML"),
    "fault without reason": (
        lambda _: answering(envelope("<s:Fault/>"), 500),
        "refused GetDeviceInformation: no reason",
    ),
    "fault with escapes": (
        lambda _: answering(fault("ter:Hardware", "line one\nline\x85two" + "x" * 9000)),
        r"refused GetDeviceInformation: Hardware \(line one line two x*\)".replace("two ", "two"),
    ),
    "old fault": (
        lambda _: answering(envelope("<s:Fault/>").replace(b"2003/05/soap-envelope", b"2001/soap"), 500),
        "refused GetDeviceInformation: no reason",
    ),
    "undeclared subcode": (lambda _: answering(fault("who:Knows"), 400), "unreadable XML"),
}


@pytest.fixture(scope="module")
def erring() -> Iterator[ScriptedCamera]:
    camera = ScriptedCamera()
    yield camera
    camera.stop()


@pytest.fixture(scope="module")
def patient(erring: ScriptedCamera) -> OnvifClient:
    """One client for many misbehaviours: reading the WSDL takes longer than a call."""
    return client_of(erring)


class TestMisbehaviour:
    @pytest.mark.parametrize("name", MISBEHAVIOURS)
    def test_ends_in_one_line(self, erring: ScriptedCamera, patient: OnvifClient, name: str) -> None:
        make, message = MISBEHAVIOURS[name]
        erring.answers["GetDeviceInformation"] = make(erring)
        with pytest.raises(CameraError, match=message) as caught:
            patient.call(DEVICE, "GetDeviceInformation")
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 400

    @pytest.mark.parametrize("name", UNENDING)
    def test_ends_in_time(self, scripted: ScriptedCamera, name: str) -> None:
        client = client_of(scripted, timeout_s=1.0)
        scripted.answers["GetDeviceInformation"] = UNENDING[name](scripted)
        started = time.monotonic()
        with pytest.raises(CameraError, match="gave no whole answer to GetDeviceInformation in 1 s; check"):
            client.call(DEVICE, "GetDeviceInformation")
        assert time.monotonic() - started < 8

    @pytest.mark.parametrize("name", MISBEHAVIOURS)
    def test_the_password_is_never_told(
        self, erring: ScriptedCamera, patient: OnvifClient, caplog: pytest.LogCaptureFixture, name: str
    ) -> None:
        make, _ = MISBEHAVIOURS[name]
        erring.answers["GetDeviceInformation"] = make(erring)
        for logger in ("", "zeep", "zeep.transports", "urllib3"):
            caplog.set_level(logging.DEBUG, logger)
        with pytest.raises(CameraError) as caught:
            patient.call(DEVICE, "GetDeviceInformation")
        assert caplog.text  # urllib3 does log
        told = [repr(caught.value), *traceback.format_exception(caught.value), caplog.text, repr(patient)]
        assert not any(PASSWORD in part for part in told)

    @pytest.mark.parametrize("status", [302, 307])
    def test_redirects_are_not_followed(self, scripted: ScriptedCamera, bystander: ScriptedCamera, status: int) -> None:
        elsewhere = f"http://127.0.0.1:{bystander.port}/onvif/device_service"
        scripted.answers["GetDeviceInformation"] = answering(b"", status, Location=elsewhere)
        with pytest.raises(CameraError, match="redirects elsewhere"):
            client_of(scripted).call(DEVICE, "GetDeviceInformation")
        assert scripted.operations == ["GetDeviceInformation"]

    def test_an_unreachable_camera_is_named_with_a_remedy(self) -> None:
        with pytest.raises(CameraError, match=r"can't reach a camera at 127\.0\.0\.1:1; check the address"):
            OnvifClient("127.0.0.1", 1, USER, PASSWORD).connect()

    def test_a_fault_keeps_its_subcode(self, scripted: ScriptedCamera) -> None:
        scripted.answers["GetDeviceInformation"] = fault("ter:InvalidArgVal", "Settings invalid")
        with pytest.raises(OnvifFault, match=r"InvalidArgVal \(Settings invalid\)") as caught:
            client_of(scripted).connect()
        assert caught.value.subcode == "InvalidArgVal"

    @pytest.mark.parametrize("body", ["", "<tds:GetDeviceInformationResponse/>", "<tds:SomethingElse/>"])
    def test_an_empty_success_reads_as_nothing(self, scripted: ScriptedCamera, body: str) -> None:
        scripted.answers["GetDeviceInformation"] = envelope(body)
        assert field(client_of(scripted).connect(), "Model") == ""

    def test_a_name_that_resolves_to_nothing(self) -> None:
        with pytest.raises(CameraError, match=r"can't reach a camera at camera\.invalid:80"):
            OnvifClient("camera.invalid", 80, USER, PASSWORD).connect()

    @settings(max_examples=60, deadline=None)
    @given(
        st.recursive(
            st.sampled_from(["", "7", "x", "&lt;", "-1e999", "<?a b?>"]),
            lambda inner: st.lists(
                st.tuples(
                    st.sampled_from(["tds:Capabilities", "tt:Media", "tt:XAddr", "tt:Extension", "trt:Profiles"]), inner
                ).map(lambda pair: "<{0}>{1}</{0}>".format(*pair)),
                max_size=4,
            ).map("".join),
            max_leaves=12,
        )
    )
    def test_any_tree_is_read_or_refused(self, erring: ScriptedCamera, patient: OnvifClient, tree: str) -> None:
        body = f"<tds:GetCapabilitiesResponse>{tree}</tds:GetCapabilitiesResponse>"
        erring.answers["GetCapabilities"] = envelope(body)
        try:
            answer = patient.call(DEVICE, "GetCapabilities", Category=["All"])
        except CameraError as error:
            assert str(error).isprintable()
        else:
            assert isinstance(field(answer, "Media", "XAddr"), str)
            assert isinstance(items(answer), list)
            assert utc_of(answer) is None


def test_the_programs_logging_and_environment_stay_as_they_were() -> None:
    script = (
        "import logging, os; os.environ['http_proxy'] = 'http://127.0.0.1:9'\n"
        "import nirecap.capture.drivers.onvif_client\n"
        "assert logging.root.handlers == [] and logging.root.level == logging.WARNING\n"
        "assert os.environ['http_proxy']"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
