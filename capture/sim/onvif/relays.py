"""The two relay outputs under the names that thingino gives them: the IR lamp and the IR-cut filter.

Active lights the lamp, and puts the filter into the light path. The operations belong to the device service in ONVIF 1
and to DeviceIO since; both speak of them in the device service's namespace, so one implementation serves both.
"""

from .call import Call, invalid
from .elements import Element, element

RELAYS = ("IRLEDs", "IRCutFilter")


def get_relay_outputs(call: Call) -> Element:
    """List the relays, each bistable: it stays as it is set."""
    return element("tds:GetRelayOutputsResponse", *(_relay(token) for token in RELAYS))


def _relay(token: str) -> Element:
    properties = element(
        "tt:Properties",
        element("tt:Mode", "Bistable"),
        element("tt:DelayTime", "PT0S"),
        element("tt:IdleState", "open"),
    )
    return element("tds:RelayOutputs", properties, token=token)


def set_relay_output_state(call: Call) -> Element:
    """Switch the lamp or the filter by hand, which ends its automatic mode.

    Raises:
        OnvifFault: no such relay, or a state other than `active` and `inactive`.
    """
    token, state = call.text("RelayOutputToken"), call.text("LogicalState")
    if token not in RELAYS:
        raise invalid("ter:RelayToken", f"relay {token!r} does not exist; there are {' and '.join(RELAYS)}")
    if state not in ("active", "inactive"):
        raise invalid("ter:ModeError", f"LogicalState {state!r} is neither 'active' nor 'inactive'")
    if token == "IRLEDs":  # noqa: S105  a relay's name
        call.device.ir_lamp = "ON" if state == "active" else "OFF"
    else:
        call.device.ir_cut = "ON" if state == "active" else "OFF"
    return element("tds:SetRelayOutputStateResponse")
