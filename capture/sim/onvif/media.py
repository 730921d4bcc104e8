"""The media service: one video source, one profile, one H.264 stream and its snapshot."""

from .call import Call, invalid
from .elements import Element, element

VIDEO_SOURCE = "video_source"
PROFILE = "main"
SNAPSHOT_PATH = "/snapshot.jpg"
_PROTOCOLS = ("UDP", "TCP", "RTSP")


def get_profiles(call: Call) -> Element:
    """List the camera's one profile."""
    return element("trt:GetProfilesResponse", _profile("trt:Profiles", call))


def get_profile(call: Call) -> Element:
    """Return a profile by its token."""
    _require_profile(call)
    return element("trt:GetProfileResponse", _profile("trt:Profile", call))


def _profile(name: str, call: Call) -> Element:
    return element(
        name,
        element("tt:Name", PROFILE),
        _source_configuration("tt:VideoSourceConfiguration", call),
        _encoder_configuration("tt:VideoEncoderConfiguration", call),
        token=PROFILE,
        fixed="true",
    )


def get_video_sources(call: Call) -> Element:
    """List the camera's one sensor."""
    source = element(
        "trt:VideoSources", element("tt:Framerate", call.device.fps), _resolution(call), token=VIDEO_SOURCE
    )
    return element("trt:GetVideoSourcesResponse", source)


def get_video_source_configurations(call: Call) -> Element:
    """List the one way in which the sensor is used: whole."""
    configuration = _source_configuration("trt:Configurations", call)
    return element("trt:GetVideoSourceConfigurationsResponse", configuration)


def get_video_encoder_configurations(call: Call) -> Element:
    """List the one way in which the picture is encoded."""
    configuration = _encoder_configuration("trt:Configurations", call)
    return element("trt:GetVideoEncoderConfigurationsResponse", configuration)


def get_stream_uri(call: Call) -> Element:
    """Tell where the stream is; the address is the same for every transport.

    Raises:
        OnvifFault: unknown profile, multicast, or a tunnel through HTTP.
    """
    _require_profile(call)
    setup = call.request.find("{*}StreamSetup")
    stream = "" if setup is None else setup.findtext("{*}Stream", "").strip()
    protocol = "" if setup is None else setup.findtext("{*}Transport/{*}Protocol", "").strip()
    if stream != "RTP-Unicast" or protocol not in _PROTOCOLS:
        asked = f"{stream[:64]!r} over {protocol[:64]!r}"
        raise invalid("ter:InvalidStreamSetup", f"{asked} is not served; ask for 'RTP-Unicast' over UDP, TCP or RTSP")
    return element("trt:GetStreamUriResponse", _media_uri(call.addresses.rtsp))


def get_snapshot_uri(call: Call) -> Element:
    """Tell where a JPEG of the newest frame is; it asks for HTTP digest authentication."""
    _require_profile(call)
    return element("trt:GetSnapshotUriResponse", _media_uri(call.addresses.http + SNAPSHOT_PATH))


def _require_profile(call: Call) -> None:
    call.require_token("ProfileToken", PROFILE, "ter:NoProfile")


def _media_uri(address: str) -> Element:
    return element(
        "trt:MediaUri",
        element("tt:Uri", address),
        element("tt:InvalidAfterConnect", "false"),
        element("tt:InvalidAfterReboot", "false"),
        element("tt:Timeout", "PT0S"),
    )


def _resolution(call: Call) -> Element:
    return element("tt:Resolution", element("tt:Width", call.device.width), element("tt:Height", call.device.height))


def _source_configuration(name: str, call: Call) -> Element:
    bounds = {"x": "0", "y": "0", "width": str(call.device.width), "height": str(call.device.height)}
    return element(
        name,
        element("tt:Name", VIDEO_SOURCE),
        element("tt:UseCount", 1),
        element("tt:SourceToken", VIDEO_SOURCE),
        element("tt:Bounds", **bounds),
        token="whole_sensor",  # noqa: S106  a configuration's name
    )


def _encoder_configuration(name: str, call: Call) -> Element:
    multicast = element(
        "tt:Multicast",
        element("tt:Address", element("tt:Type", "IPv4"), element("tt:IPv4Address", "0.0.0.0")),  # noqa: S104  "none"
        element("tt:Port", 0),
        element("tt:TTL", 0),
        element("tt:AutoStart", "false"),
    )
    return element(
        name,
        element("tt:Name", "h264"),
        element("tt:UseCount", 1),
        element("tt:Encoding", "H264"),
        _resolution(call),
        element("tt:Quality", 5),
        multicast,
        element("tt:SessionTimeout", "PT60S"),
        token="h264",  # noqa: S106  a configuration's name
    )
