"""The driver for Hikvision cameras: the IR-cut filter through ISAPI, digest login.

ISAPI, Image service: GET and PUT of /ISAPI/Image/channels/ID/ircutFilter; any answer but status 1 is a refusal.
"""

from lxml import etree

from nirecap.errors import CameraError
from nirecap.vocabulary import Mode

from ..camera import CameraState
from . import CameraSettings
from .foreign import plain
from .http_camera import Dialect, HttpCamera
from .http_client import HttpClient, Refused

PATHS = ("/ISAPI/Image/channels/{}/ircutFilter", "/ISAPI/Image/channels/{}/IrcutFilter")
"""Firmware disagrees on the case."""
FILTER_TYPE = "IrcutFilterType"
DONE = "1"


def read(client: HttpClient, channel: str) -> CameraState:
    """Return the filter's type and the levels and times beside it, which some firmware forgets while it is manual."""
    _, document = _document(client, channel)
    return {_name(child): plain(child.text) for child in document if not len(child)}


def write(client: HttpClient, channel: str, settings: CameraState) -> None:
    """Change the document that the camera gives, and send it back whole."""
    path, document = _document(client, channel)
    for name, value in settings.items():
        _child(document, name).text = value
    answer = client.put(path, document)
    told = {_name(element): plain(element.text) for element in answer.xml()}
    if told.get("statusCode") != DONE:
        raise answer.refusal(f"status {told.get('statusCode')} {told.get('statusString')} {told.get('subStatusCode')}")


def identify(client: HttpClient) -> tuple[str, str]:
    """Return model and firmware."""
    told = {_name(element): plain(element.text) for element in client.get("/ISAPI/System/deviceInfo").xml()}
    return told.get("model", ""), told.get("firmwareVersion", "")


DIALECT = Dialect(
    maker="Hikvision",
    modes={
        Mode.DAY: {FILTER_TYPE: "day"},
        Mode.NIGHT: {FILTER_TYPE: "night"},
        Mode.AUTO: {FILTER_TYPE: "auto"},
    },
    read=read,
    write=write,
    stream="/Streaming/Channels/{channel}01",
    identify=identify,
    night_advice="set the camera's supplement light to IR, not white or off",
)


def connect(settings: CameraSettings) -> HttpCamera:
    """Return the Hikvision camera of `settings`."""
    return HttpCamera(settings, DIALECT)


def _document(client: HttpClient, channel: str) -> tuple[str, etree._Element]:
    """Return the path that this firmware knows, and the settings there."""
    usual, other = (path.format(channel) for path in PATHS)
    try:
        path, answer = usual, client.get(usual)
    except Refused:
        path, answer = other, client.get(other)
    document = answer.xml()
    if FILTER_TYPE not in map(_name, document):
        raise CameraError(f"{client.where} tells no setting of an IR-cut filter at {path}; try the driver onvif")
    return path, document


def _child(document: etree._Element, name: str) -> etree._Element:
    found = next((child for child in document if _name(child) == name), None)
    if found is None:
        found = etree.SubElement(document, etree.QName(etree.QName(document).namespace, name))
    return found


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
