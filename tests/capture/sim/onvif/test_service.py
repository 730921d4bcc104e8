"""Each operation as a client sees it: the answer, the switch that it throws, and the fault that names a mistake."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1
from itertools import count

import pytest
from lxml import etree

from nirecap.capture.sim.onvif.call import Addresses
from nirecap.capture.sim.onvif.elements import NAMESPACES, Element, qname
from nirecap.capture.sim.onvif.service import AFTER_LOGIN, BEFORE_LOGIN, OnvifService
from nirecap.capture.sim.onvif.soap import SOAP_11, SOAP_12

AT = Addresses("http://127.0.0.1:8080", "rtsp://127.0.0.1:8554/live")
PREFIXES = " ".join(f'xmlns:{prefix}="{namespace}"' for prefix, namespace in NAMESPACES.items())
DIGEST = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"
NONCES = count()
SECRET = "secret"


@dataclass
class Switches:
    """What the service needs of a device."""

    width: int = 640
    height: int = 360
    fps: float = 15.0
    ir_cut: str = "AUTO"
    ir_lamp: str = "AUTO"
    exposure: tuple[float, float] = (0.04, 4.0)


class Client:
    """Sends signed requests to a service in this process."""

    def __init__(self) -> None:
        self.device = Switches()
        self.service = OnvifService(self.device, "admin", SECRET)

    def ask(self, body: str, password: str | None = SECRET, version: str = SOAP_12) -> tuple[int, Element]:
        return self.send(envelope(body, password, version))

    def send(self, content: bytes) -> tuple[int, Element]:
        answer = self.service.answer(content, AT)
        return answer.status, etree.fromstring(answer.content)

    def refused(self, body: str, password: str | None = SECRET) -> list[str | None]:
        status, root = self.ask(body, password)
        codes = [value.text for value in root.iter(f"{{{SOAP_12}}}Value")]
        assert status == (400 if codes[0] == "env:Sender" else 500)
        return codes


def envelope(body: str, password: str | None, version: str = SOAP_12) -> bytes:
    header = "" if password is None else f"<e:Header>{security(password)}</e:Header>"
    return f'<e:Envelope xmlns:e="{version}" {PREFIXES}>{header}<e:Body>{body}</e:Body></e:Envelope>'.encode()


def security(password: str) -> str:
    nonce, created = str(next(NONCES)).encode(), datetime.now(UTC).isoformat()
    digest = b64encode(sha1(nonce + created.encode() + password.encode(), usedforsecurity=False).digest()).decode()
    return f"""<wsse:Security><wsse:UsernameToken><wsse:Username>admin</wsse:Username>
        <wsse:Password Type="{DIGEST}">{digest}</wsse:Password><wsse:Nonce>{b64encode(nonce).decode()}</wsse:Nonce>
        <wsu:Created>{created}</wsu:Created></wsse:UsernameToken></wsse:Security>"""


@pytest.fixture
def client() -> Client:
    return Client()


def imaging(settings: str, source: str = "video_source") -> str:
    return f"""<timg:SetImagingSettings><timg:VideoSourceToken>{source}</timg:VideoSourceToken>
        <timg:ImagingSettings>{settings}</timg:ImagingSettings>
        <timg:ForcePersistence>false</timg:ForcePersistence></timg:SetImagingSettings>"""


def relay(token: str, state: str) -> str:
    return f"""<tds:SetRelayOutputState><tds:RelayOutputToken>{token}</tds:RelayOutputToken>
        <tds:LogicalState>{state}</tds:LogicalState></tds:SetRelayOutputState>"""


def stream(protocol: str, kind: str = "RTP-Unicast", profile: str = "main") -> str:
    return f"""<trt:GetStreamUri><trt:StreamSetup><tt:Stream>{kind}</tt:Stream><tt:Transport>
        <tt:Protocol>{protocol}</tt:Protocol></tt:Transport></trt:StreamSetup>
        <trt:ProfileToken>{profile}</trt:ProfileToken></trt:GetStreamUri>"""


@pytest.mark.parametrize("name", BEFORE_LOGIN)
def test_what_a_client_needs_to_log_in_is_answered_to_anyone(client: Client, name: str) -> None:
    status, root = client.ask(f"<{name}/>", password=None)
    assert status == 200
    assert root[0][0].tag == qname(f"{name}Response")


@pytest.mark.parametrize("name", AFTER_LOGIN)
@pytest.mark.parametrize("password", [None, "wrong"])
def test_everything_else_needs_the_password(client: Client, name: str, password: str | None) -> None:
    assert client.refused(f"<{name}/>", password) == ["env:Sender", "ter:NotAuthorized"]
    assert client.device == Switches()


def test_recorded_request_can_not_be_sent_again(client: Client) -> None:
    recorded = envelope(imaging("<tt:IrCutFilter>OFF</tt:IrCutFilter>"), SECRET)
    assert client.send(recorded)[0] == 200
    client.device.ir_cut = "ON"
    assert client.send(recorded)[0] == 400
    assert client.device.ir_cut == "ON"


def test_unknown_operation_is_not_supported(client: Client) -> None:
    assert client.refused("<tds:SystemReboot/>") == ["env:Receiver", "ter:ActionNotSupported"]
    assert client.refused("<timg:GetProfiles/>") == ["env:Receiver", "ter:ActionNotSupported"]
    assert client.refused("<tds:SystemReboot/>", password=None) == ["env:Sender", "ter:NotAuthorized"]


def test_clock_is_utc_now(client: Client) -> None:
    _, root = client.ask("<tds:GetSystemDateAndTime/>", password=None)
    date, time = root.find(f".//{qname('tt:Date')}"), root.find(f".//{qname('tt:Time')}")
    told = datetime(
        *(int(date.findtext(qname(f"tt:{unit}"))) for unit in ("Year", "Month", "Day")),
        *(int(time.findtext(qname(f"tt:{unit}"))) for unit in ("Hour", "Minute", "Second")),
        tzinfo=UTC,
    )
    assert abs((datetime.now(UTC) - told).total_seconds()) < 60


def test_every_service_is_told_in_both_ways(client: Client) -> None:
    _, services = client.ask("<tds:GetServices/>", password=None)
    _, capabilities = client.ask("<tds:GetCapabilities/>", password=None)
    told = {node.text for node in services.iter(qname("tds:XAddr"))}
    assert told == {node.text for node in capabilities.iter(qname("tt:XAddr"))}
    assert len(told) == 4


def test_one_category_of_capabilities_can_be_asked_for(client: Client) -> None:
    ask = "<tds:GetCapabilities><tds:Category>{}</tds:Category></tds:GetCapabilities>"
    _, root = client.ask(ask.format("Imaging"))
    assert [node.tag for node in root[0][0][0]] == [qname("tt:Imaging")]
    assert client.refused(ask.format("PTZ")) == ["env:Receiver", "ter:ActionNotSupported", "ter:NoSuchService"]


@pytest.mark.parametrize("mode", ["ON", "OFF", "AUTO"])
def test_filter_is_set_and_read_back(client: Client, mode: str) -> None:
    assert client.ask(imaging(f"<tt:IrCutFilter>{mode}</tt:IrCutFilter>"))[0] == 200
    assert client.device.ir_cut == mode
    ask = (
        "<timg:GetImagingSettings><timg:VideoSourceToken>video_source</timg:VideoSourceToken></timg:GetImagingSettings>"
    )
    assert client.ask(ask)[1].findtext(f".//{qname('tt:IrCutFilter')}") == mode


@pytest.mark.parametrize(
    "settings",
    [
        "<tt:IrCutFilter>Night</tt:IrCutFilter>",
        "<tt:IrCutFilter>on</tt:IrCutFilter>",
        "<tt:IrCutFilter/>",
        "<tt:Brightness>50</tt:Brightness>",
    ],
)
def test_setting_that_the_camera_has_not_is_refused(client: Client, settings: str) -> None:
    assert client.refused(imaging(settings)) == ["env:Sender", "ter:InvalidArgVal", "ter:SettingsInvalid"]
    assert client.device == Switches()


def test_unknown_tokens_are_named(client: Client) -> None:
    no_source = ["env:Sender", "ter:InvalidArgVal", "ter:NoSource"]
    assert client.refused(imaging("", source="other")) == no_source
    assert client.refused("<timg:GetOptions/>") == no_source
    no_profile = ["env:Sender", "ter:InvalidArgVal", "ter:NoProfile"]
    assert client.refused(stream("RTSP", profile="other")) == no_profile
    assert client.refused("<trt:GetSnapshotUri/>") == no_profile
    assert client.refused("<trt:GetProfile><trt:ProfileToken>x</trt:ProfileToken></trt:GetProfile>") == no_profile


@pytest.mark.parametrize("protocol", ["UDP", "TCP", "RTSP"])
def test_stream_address_is_told_without_the_password(client: Client, protocol: str) -> None:
    _, root = client.ask(stream(protocol))
    assert root.findtext(f".//{qname('tt:Uri')}") == AT.rtsp


@pytest.mark.parametrize("body", [stream("HTTP"), stream("UDP", "RTP-Multicast")])
def test_stream_that_is_not_served_is_refused(client: Client, body: str) -> None:
    assert client.refused(body) == ["env:Sender", "ter:InvalidArgVal", "ter:InvalidStreamSetup"]


@pytest.mark.parametrize(("word", "state"), [("On", "ON"), ("Off", "OFF"), ("Auto", "AUTO")])
def test_auxiliary_command_switches_the_lamp(client: Client, word: str, state: str) -> None:
    command = f"<tds:AuxiliaryCommand>tt:IRLamp|{word}</tds:AuxiliaryCommand>"
    assert client.ask(f"<tds:SendAuxiliaryCommand>{command}</tds:SendAuxiliaryCommand>")[0] == 200
    assert client.device.ir_lamp == state


def test_auxiliary_command_that_does_not_exist_is_refused(client: Client) -> None:
    command = "<tds:AuxiliaryCommand>tt:Wiper|On</tds:AuxiliaryCommand>"
    codes = client.refused(f"<tds:SendAuxiliaryCommand>{command}</tds:SendAuxiliaryCommand>")
    assert codes == ["env:Receiver", "ter:ActionNotSupported", "ter:AuxiliaryDataNotSupported"]


def test_relays_switch_lamp_and_filter(client: Client) -> None:
    client.ask(relay("IRLEDs", "inactive"))
    client.ask(relay("IRCutFilter", "active"))
    assert (client.device.ir_lamp, client.device.ir_cut) == ("OFF", "ON")
    assert client.refused(relay("Siren", "active")) == ["env:Sender", "ter:InvalidArgVal", "ter:RelayToken"]
    assert client.refused(relay("IRLEDs", "on"))[:2] == ["env:Sender", "ter:InvalidArgVal"]


def test_soap_11_is_answered_in_kind(client: Client) -> None:
    status, root = client.ask("<trt:GetProfiles/>", version=SOAP_11)
    assert (status, root.tag) == (200, f"{{{SOAP_11}}}Envelope")
    status, root = client.ask("<trt:GetProfiles/>", "wrong", SOAP_11)
    assert (status, root.findtext(".//faultcode")) == (500, "ter:NotAuthorized")
