"""The imaging service: the IR-cut filter, where ON means that it is in the light path (day)."""

import math

from ..quirks import Quirk
from .call import Call, invalid
from .elements import Element, element
from .media import VIDEO_SOURCE

IR_CUT_MODES = ("ON", "OFF", "AUTO")


def get_imaging_settings(call: Call) -> Element:
    """Tell how the filter is set, which is not always where it is: it takes time to move."""
    _require_source(call)
    settings = [_exposure(*call.device.exposure), element("tt:IrCutFilter", call.device.ir_cut)]
    if Quirk.ELEMENTS_OUT_OF_ORDER in call.quirks:  # the schema has Brightness first and IrCutFilter before Sharpness
        word = call.device.ir_cut.capitalize()
        settings = [element("tt:Sharpness", 50), element("tt:IrCutFilter", word), element("tt:Brightness", 50)]
    return element("timg:GetImagingSettingsResponse", element("timg:ImagingSettings", *settings))


def set_imaging_settings(call: Call) -> Element:
    """Set the filter; whether it should persist makes no difference to a simulated camera.

    Raises:
        OnvifFault: unknown source, a mode other than ON, OFF and AUTO, or a setting that the camera has not.
    """
    _require_source(call)
    for setting in call.request.iterfind("{*}ImagingSettings/*"):
        name, value = setting.tag.rpartition("}")[2], (setting.text or "").strip()
        if name != "IrCutFilter":
            raise invalid("ter:SettingsInvalid", f"this camera has no setting {name[:64]!r}; it has IrCutFilter")
        if value not in IR_CUT_MODES:
            raise invalid("ter:SettingsInvalid", f"IrCutFilter {value[:64]!r} is none of {', '.join(IR_CUT_MODES)}")
        call.device.ir_cut = value
    return element("timg:SetImagingSettingsResponse")


def get_options(call: Call) -> Element:
    """List the modes of the filter."""
    _require_source(call)
    options = element("timg:ImagingOptions", *(element("tt:IrCutFilterModes", mode) for mode in IR_CUT_MODES))
    return element("timg:GetOptionsResponse", options)


def _exposure(shutter_s: float, gain: float) -> Element:
    """Tell what auto-exposure came to, in microseconds and dB."""
    return element(
        "tt:Exposure",
        element("tt:Mode", "AUTO"),
        element("tt:ExposureTime", round(shutter_s * 1e6, 1)),
        element("tt:Gain", round(20 * math.log10(gain), 2)),
    )


def _require_source(call: Call) -> None:
    call.require_token("VideoSourceToken", VIDEO_SOURCE, "ter:NoSource")
