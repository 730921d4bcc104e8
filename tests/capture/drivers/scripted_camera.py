"""A camera that answers ONVIF calls from a script, so that it can misbehave in any way."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lxml import etree

SOAP = "http://www.w3.org/2003/05/soap-envelope"
SPACES = {
    "s": SOAP,
    "tt": "http://www.onvif.org/ver10/schema",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "timg": "http://www.onvif.org/ver20/imaging/wsdl",
    "ter": "http://www.onvif.org/ver10/error",
}
ELSEWHERE = "http://192.0.2.1:8899"
"""An address of a documentation network: nothing may ever be sent there."""


def envelope(body: str) -> bytes:
    names = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in SPACES.items())
    return f"<s:Envelope {names}><s:Body>{body}</s:Body></s:Envelope>".encode()


def fault(subcode: str, text: str = "because") -> bytes:
    code = f"<s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>"
    return envelope(f'<s:Fault>{code}<s:Reason><s:Text xml:lang="en">{text}</s:Text></s:Reason></s:Fault>')


def clock(day: tuple[int, int, int], hour: int, minute: int, second: int) -> bytes:
    year, month, dom = day
    date = f"<tt:Date><tt:Year>{year}</tt:Year><tt:Month>{month}</tt:Month><tt:Day>{dom}</tt:Day></tt:Date>"
    time = f"<tt:Time><tt:Hour>{hour}</tt:Hour><tt:Minute>{minute}</tt:Minute><tt:Second>{second}</tt:Second></tt:Time>"
    return envelope(
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>"
        f"<tt:DaylightSavings>false</tt:DaylightSavings><tt:UTCDateTime>{time}{date}</tt:UTCDateTime>"
        "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
    )


def capabilities(**addresses: str) -> bytes:
    listed = "".join(f"<tt:{name}><tt:XAddr>{address}</tt:XAddr></tt:{name}>" for name, address in addresses.items())
    return envelope(
        f"<tds:GetCapabilitiesResponse><tds:Capabilities>{listed}</tds:Capabilities></tds:GetCapabilitiesResponse>"
    )


def services(**addresses: str) -> bytes:
    version = "<tds:Version><tt:Major>2</tt:Major><tt:Minor>0</tt:Minor></tds:Version>"
    listed = "".join(
        f"<tds:Service><tds:Namespace>{SPACES[prefix]}</tds:Namespace><tds:XAddr>{address}</tds:XAddr>{version}</tds:Service>"
        for prefix, address in addresses.items()
    )
    return envelope(f"<tds:GetServicesResponse>{listed}</tds:GetServicesResponse>")


def profile(token: str, width: int, height: int, source: str = "eye") -> str:
    return (
        f'<trt:Profiles token="{token}" fixed="true"><tt:Name>{token}</tt:Name>'
        f'<tt:VideoSourceConfiguration token="c"><tt:Name>c</tt:Name><tt:UseCount>1</tt:UseCount>'
        f"<tt:SourceToken>{source}</tt:SourceToken></tt:VideoSourceConfiguration>"
        f'<tt:VideoEncoderConfiguration token="e"><tt:Name>e</tt:Name><tt:UseCount>1</tt:UseCount>'
        f"<tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>{width}</tt:Width><tt:Height>{height}</tt:Height>"
        "</tt:Resolution></tt:VideoEncoderConfiguration></trt:Profiles>"
    )


def profiles(*listed: str) -> bytes:
    return envelope(f"<trt:GetProfilesResponse>{''.join(listed)}</trt:GetProfilesResponse>")


def imaging_settings(inner: str) -> bytes:
    settings = f"<timg:ImagingSettings>{inner}</timg:ImagingSettings>"
    return envelope(f"<timg:GetImagingSettingsResponse>{settings}</timg:GetImagingSettingsResponse>")


def stream_uri(uri: str) -> bytes:
    return envelope(
        f"<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>{uri}</tt:Uri>"
        "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot>"
        "<tt:Timeout>PT0S</tt:Timeout></trt:MediaUri></trt:GetStreamUriResponse>"
    )


Answer = bytes | Callable[[BaseHTTPRequestHandler], None]


def well_behaved() -> dict[str, Answer]:
    return {
        "GetSystemDateAndTime": clock((2031, 5, 6), 7, 8, 9),
        "GetCapabilities": capabilities(Media=f"{ELSEWHERE}/onvif/media"),
        "GetServices": services(tds=f"{ELSEWHERE}/onvif/device_service", timg=f"{ELSEWHERE}/onvif/imaging?ch=1"),
        "GetDeviceInformation": envelope(
            "<tds:GetDeviceInformationResponse><tds:Manufacturer>Acme</tds:Manufacturer><tds:Model>Owl</tds:Model>"
            "<tds:FirmwareVersion>1.2\x85b</tds:FirmwareVersion><tds:SerialNumber>S3R14L</tds:SerialNumber>"
            "<tds:HardwareId>h</tds:HardwareId></tds:GetDeviceInformationResponse>"
        ),
        "GetProfiles": profiles(profile("small", 640, 360), profile("large", 1920, 1080), profile("twin", 1920, 1080)),
        "GetImagingSettings": imaging_settings("<tt:IrCutFilter>AUTO</tt:IrCutFilter>"),
        "SetImagingSettings": envelope("<timg:SetImagingSettingsResponse/>"),
        "GetStreamUri": stream_uri("rtsp://admin:leak@192.0.2.1:8554/live?a=1"),
    }


class ScriptedCamera:
    """Serves `answers` on loopback and remembers every request as operation, path and body."""

    def __init__(self) -> None:
        self.answers = well_behaved()
        self.requests: list[tuple[str, str, bytes]] = []
        self.over = threading.Event()
        """Set when the test is: answers that would never end wait on it."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.port: int = self._server.server_address[1]

    @property
    def operations(self) -> list[str]:
        return [operation for operation, _, _ in self.requests]

    def body(self, operation: str) -> etree._Element:
        """Return the last request for `operation`."""
        return etree.fromstring(next(body for name, _, body in reversed(self.requests) if name == operation))

    def stop(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(camera: ScriptedCamera) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            camera.requests.append(("GET", self.path, b""))
            self.send_error(404)

        do_CONNECT = do_HEAD = do_GET  # noqa: N815

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            operation = etree.QName(etree.fromstring(body).find(f"{{{SOAP}}}Body")[0]).localname
            camera.requests.append((operation, self.path, body))
            answer = camera.answers.get(operation, fault("ter:ActionNotSupported"))
            if isinstance(answer, bytes):
                send(self, answer, 500 if b"s:Fault" in answer else 200)
            else:
                answer(self)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def send(handler: BaseHTTPRequestHandler, content: bytes, status: int, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": "application/soap+xml", **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)
