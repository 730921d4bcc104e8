"""A Hikvision camera's ISAPI (Image service), with digest login and its XML."""

from collections.abc import Iterator
from contextlib import contextmanager

from lxml import etree

from nirecap.capture.drivers import CameraSettings
from nirecap.capture.sim.device import Device
from nirecap.capture.sim.digest import DigestGate

from .served import PASSWORD, USER, running_device
from .web_camera import COMMON_QUIRKS, HOST, Asked, Told, WebCamera, WebServed, web_server, with_login

QUIRKS = (*COMMON_QUIRKS, "other-case", "old-namespace", "forgets-levels")
"""The path is known in the other case only; XML of an older generation; the levels of AUTO get lost in manual modes."""
PLACES = {"day": "ON", "night": "OFF", "auto": "AUTO"}
LEVELS = {"nightToDayFilterLevel": "4", "nightToDayFilterTime": "5"}


class HikvisionCamera(WebCamera):
    def __init__(self, device: Device, quirks: frozenset[str]) -> None:
        super().__init__(device, quirks)
        self._gate = DigestGate(USER, PASSWORD, "IP Camera(C1234)")
        self.filter = {"IrcutFilterType": "auto", "nightToDayFilterLevel": "2", "nightToDayFilterTime": "30"}

    @property
    def namespace(self) -> str:
        old = "old-namespace" in self.quirks
        return "http://www.std-cgi.com/ver10/XMLSchema" if old else "http://www.hikvision.com/ver20/XMLSchema"

    def answer(self, asked: Asked) -> Told:
        if challenge := self.refused_by(self._gate, asked):
            return challenge
        word = "IrcutFilter" if "other-case" in self.quirks else "ircutFilter"
        if asked.path == "/ISAPI/System/deviceInfo":
            return self._xml(
                "DeviceInfo", {"model": "DS-2CD2043G0-I", "firmwareVersion": "V5.6.3", "serialNumber": "C1"}
            )
        if asked.path != f"/ISAPI/Image/channels/1/{word}":
            return self._status(4, "Invalid Operation", "notSupport", http=403)
        return self._set(asked) if asked.method == "PUT" else self._xml("IrcutFilter", self.filter)

    def _set(self, asked: Asked) -> Told:
        document = etree.fromstring(asked.body)
        if etree.QName(document) != etree.QName(self.namespace, "IrcutFilter"):
            return self._status(5, "Invalid XML Format", "badXmlFormat", http=400)
        wanted = {etree.QName(child).localname: child.text or "" for child in document}
        if wanted.get("IrcutFilterType") not in PLACES or not set(wanted) <= {"IrcutFilterType", *LEVELS}:
            return self._status(6, "Invalid XML Content", "badXmlContent", http=400)
        if self.obeys():
            self.filter = self._kept(wanted)
            self.device.ir_cut = PLACES[wanted["IrcutFilterType"]]
        return self._status(1, "OK", "ok")

    def _kept(self, wanted: dict[str, str]) -> dict[str, str]:
        if "forgets-levels" not in self.quirks:
            return wanted
        kind = wanted["IrcutFilterType"]
        return LEVELS | wanted if kind == "auto" else {"IrcutFilterType": kind}

    def _status(self, code: int, words: str, sub: str, http: int = 200) -> Told:
        told = {"requestURL": "/ISAPI", "statusCode": str(code), "statusString": words, "subStatusCode": sub}
        return self._xml("ResponseStatus", told, http)

    def _xml(self, root: str, children: dict[str, str], status: int = 200) -> Told:
        inner = "".join(f"\n<{name}>{text}</{name}>" for name, text in children.items())
        start = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} version="2.0" xmlns="{self.namespace}">'
        return Told(f"{start}{inner}\n</{root}>\n", status, "application/xml")


@contextmanager
def serve(quirks: frozenset[str] = frozenset()) -> Iterator[WebServed]:
    """Run the camera."""
    with running_device() as (device, rtsp):
        camera = HikvisionCamera(device, quirks)
        with web_server(camera) as port:
            url = with_login(rtsp.url, USER, PASSWORD)
            settings = CameraSettings("hikvision", "porch", HOST, port, USER, PASSWORD, stream_url=url)
            yield WebServed(settings, device, lambda: dict(camera.filter), camera)
