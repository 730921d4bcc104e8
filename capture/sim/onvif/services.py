"""Which services the camera has and where: the answers that a client needs before it can log in."""

from ..quirks import Quirk
from .call import Call
from .elements import NAMESPACES, Element, element
from .relays import RELAYS
from .soap import OnvifFault

PATHS = {
    "tds": "/onvif/device_service",
    "trt": "/onvif/media_service",
    "timg": "/onvif/imaging_service",
    "tmd": "/onvif/deviceio_service",
}
_VERSIONS = {"tds": (2, 4), "trt": (2, 4), "timg": (2, 2), "tmd": (2, 4)}


def get_services(call: Call) -> Element:
    """List every service; events are not among them, for the camera has none to tell."""
    wanted = call.text("IncludeCapability") in ("true", "1")
    return element("tds:GetServicesResponse", *(_service(call, prefix, wanted) for prefix in PATHS))


def _service(call: Call, prefix: str, with_capabilities: bool) -> Element:
    major, minor = _VERSIONS[prefix]
    return element(
        "tds:Service",
        element("tds:Namespace", NAMESPACES[prefix]),
        element("tds:XAddr", call.addresses.http + PATHS[prefix]),
        *([element("tds:Capabilities", service_capabilities(prefix))] if with_capabilities else []),
        element("tds:Version", element("tt:Major", major), element("tt:Minor", minor)),
    )


def service_capabilities(prefix: str) -> Element:
    """Return what the service behind a prefix can do, in the words of its own namespace."""
    return _CAPABILITIES[prefix]()


def _device_capabilities() -> Element:
    return element(
        "tds:Capabilities",
        element("tds:Network"),
        element("tds:Security", UsernameToken="true", HttpDigest="false"),
        element("tds:System", DiscoveryResolve="false", DiscoveryBye="false"),
        element("tds:Misc", AuxiliaryCommands="tt:IRLamp|On tt:IRLamp|Off tt:IRLamp|Auto"),
    )


def _media_capabilities() -> Element:
    return element(
        "trt:Capabilities",
        element("trt:ProfileCapabilities", MaximumNumberOfProfiles="1"),
        element("trt:StreamingCapabilities", RTPMulticast="false", RTP_TCP="true", RTP_RTSP_TCP="true"),
        SnapshotUri="true",
    )


def _imaging_capabilities() -> Element:
    return element("timg:Capabilities", ImageStabilization="false")


def _relay_capabilities() -> Element:
    return element("tmd:Capabilities", VideoSources="1", RelayOutputs=str(len(RELAYS)))


_CAPABILITIES = {
    "tds": _device_capabilities,
    "trt": _media_capabilities,
    "timg": _imaging_capabilities,
    "tmd": _relay_capabilities,
}


def get_capabilities(call: Call) -> Element:
    """Answer the older question of the same kind; DeviceIO has its place in the extension.

    Raises:
        OnvifFault: a category is asked for that the camera has not.
    """
    base = call.addresses.http
    known = {"Device": _device(base), "Imaging": _imaging(base), "Media": _media(base), "Extension": _extension(base)}
    if Quirk.SERVICES_ONLY_IN_GETSERVICES in call.quirks:
        known = {"Device": known["Device"]}
    asked = [(category.text or "").strip() for category in call.request.findall("{*}Category")]
    if not asked or "All" in asked:
        return element("tds:GetCapabilitiesResponse", element("tds:Capabilities", *known.values()))
    if missing := [category for category in asked if category not in known]:
        subcodes = ("ter:ActionNotSupported", "ter:NoSuchService")
        raise OnvifFault("Receiver", subcodes, f"this camera has no service {missing[0]!r}")
    chosen = [entry for category, entry in known.items() if category in asked]
    return element("tds:GetCapabilitiesResponse", element("tds:Capabilities", *chosen))


def _device(base: str) -> Element:
    return element(
        "tt:Device",
        element("tt:XAddr", base + PATHS["tds"]),
        element("tt:IO", element("tt:InputConnectors", 0), element("tt:RelayOutputs", len(RELAYS))),
    )


def _imaging(base: str) -> Element:
    return element("tt:Imaging", element("tt:XAddr", base + PATHS["timg"]))


def _media(base: str) -> Element:
    streaming = element(
        "tt:StreamingCapabilities",
        element("tt:RTPMulticast", "false"),
        element("tt:RTP_TCP", "true"),
        element("tt:RTP_RTSP_TCP", "true"),
    )
    return element("tt:Media", element("tt:XAddr", base + PATHS["trt"]), streaming)


def _extension(base: str) -> Element:
    return element(
        "tt:Extension",
        element(
            "tt:DeviceIO",
            element("tt:XAddr", base + PATHS["tmd"]),
            element("tt:VideoSources", 1),
            element("tt:VideoOutputs", 0),
            element("tt:AudioSources", 0),
            element("tt:AudioOutputs", 0),
            element("tt:RelayOutputs", len(RELAYS)),
        ),
    )
