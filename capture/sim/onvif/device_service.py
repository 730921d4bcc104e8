"""The device service: who the camera is, what time it has, and its auxiliary commands."""

from datetime import UTC, datetime

from nirecap import __version__

from .call import Call
from .elements import Element, element
from .soap import OnvifFault

_LAMP_STATES = {"on": "ON", "off": "OFF", "auto": "AUTO"}


def get_system_date_and_time(call: Call) -> Element:
    """Tell the camera's clock; clients need it before they can log in."""
    now = datetime.fromtimestamp(call.clock(), UTC)
    time = element(
        "tt:Time", *(element(f"tt:{unit}", getattr(now, unit.lower())) for unit in ("Hour", "Minute", "Second"))
    )
    date = element("tt:Date", *(element(f"tt:{unit}", getattr(now, unit.lower())) for unit in ("Year", "Month", "Day")))
    return element(
        "tds:GetSystemDateAndTimeResponse",
        element(
            "tds:SystemDateAndTime",
            element("tt:DateTimeType", "Manual"),
            element("tt:DaylightSavings", "false"),
            element("tt:TimeZone", element("tt:TZ", "UTC0")),
            element("tt:UTCDateTime", time, date),
        ),
    )


def get_device_information(call: Call) -> Element:
    """Name the maker, the model and the firmware, which is the version of this package."""
    return element(
        "tds:GetDeviceInformationResponse",
        element("tds:Manufacturer", "nirecap"),
        element("tds:Model", "Simulated camera"),
        element("tds:FirmwareVersion", __version__),
        element("tds:SerialNumber", "0"),
        element("tds:HardwareId", "simulator"),
    )


def get_scopes(call: Call) -> Element:
    """List the scopes by which discovery would find a camera of this kind."""
    items = ("type/video_encoder", "Profile/Streaming", "name/nirecap", "hardware/simulator")
    return element(
        "tds:GetScopesResponse",
        *(
            element(
                "tds:Scopes",
                element("tt:ScopeDef", "Fixed"),
                element("tt:ScopeItem", f"onvif://www.onvif.org/{item}"),
            )
            for item in items
        ),
    )


def get_hostname(call: Call) -> Element:
    """Return the name that the camera would have in its network."""
    information = element(
        "tds:HostnameInformation", element("tt:FromDHCP", "false"), element("tt:Name", "nirecap-simulator")
    )
    return element("tds:GetHostnameResponse", information)


def send_auxiliary_command(call: Call) -> Element:
    """Switch the IR lamp with `tt:IRLamp|On`, `|Off` or `|Auto`.

    Raises:
        OnvifFault: any other command.
    """
    command = call.text("AuxiliaryCommand")
    name, _, state = command.partition("|")
    if name.rpartition(":")[2] != "IRLamp" or state.lower() not in _LAMP_STATES:
        subcodes = ("ter:ActionNotSupported", "ter:AuxiliaryDataNotSupported")
        raise OnvifFault(
            "Receiver", subcodes, f"command {command[:64]!r} is not known; use tt:IRLamp|On, |Off or |Auto"
        )
    call.device.ir_lamp = _LAMP_STATES[state.lower()]
    return element("tds:SendAuxiliaryCommandResponse", element("tds:AuxiliaryCommandResponse", command))
