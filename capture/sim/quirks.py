"""How real firmware misbehaves, by name: each quirk can be switched on in the simulated camera, and all together."""

from collections.abc import Iterable
from enum import StrEnum

from nirecap.errors import UsageMistake


class Quirk(StrEnum):
    """A lasting misbehaviour of firmware or hardware; the value is its name for `--quirk`."""

    WRONG_XADDR = "wrong-xaddr"
    SERVICES_ONLY_IN_GETSERVICES = "services-only-in-getservices"
    ELEMENTS_OUT_OF_ORDER = "elements-out-of-order"
    AUTO_IGNORED = "auto-ignored"
    EMPTY_SUCCESS = "empty-success"
    OPEN_CAPABILITIES = "open-capabilities"
    CLOCK_SKEW = "clock-skew"
    SLOW_ANSWERS = "slow-answers"
    GOP_10S = "gop-10s"
    OSD_CLOCK = "osd-clock"
    HOT_SPOT = "hot-spot"
    FADING_LAMP = "fading-lamp"
    PURPLE_MODE = "purple-mode"
    STUCK_FILTER = "stuck-filter"
    LYING_SUCCESS = "lying-success"


Quirks = frozenset[Quirk]

QUIRKS = {
    Quirk.WRONG_XADDR: "advertises its services, stream and snapshot at another host, 192.0.2.1",
    Quirk.SERVICES_ONLY_IN_GETSERVICES: "names its services in GetServices alone, not in GetCapabilities",
    Quirk.ELEMENTS_OUT_OF_ORDER: 'answers GetImagingSettings with elements out of schema order, and with "Auto"',
    Quirk.AUTO_IGNORED: "accepts AUTO and stays in the mode that it was set to",
    Quirk.EMPTY_SUCCESS: "answers methods that it does not know, auxiliary commands among them, with an empty success",
    Quirk.OPEN_CAPABILITIES: "tells who it is and what it can to anyone, whatever the password",
    Quirk.CLOCK_SKEW: "its clock, that of the stream included, is three hours ahead",
    Quirk.SLOW_ANSWERS: "takes two seconds for every ONVIF answer",
    Quirk.GOP_10S: "sends a key frame every ten seconds only",
    Quirk.OSD_CLOCK: "burns its clock into the picture",
    Quirk.HOT_SPOT: "a shiny surface mirrors the IR lamp into the lens",
    Quirk.FADING_LAMP: "the IR lamp fades to a third within seconds of being lit",
    Quirk.PURPLE_MODE: "the filter stays out and the picture in colour, in every mode",
    Quirk.STUCK_FILTER: "acknowledges every mode and stays in the one that it booted in",
    Quirk.LYING_SUCCESS: "acknowledges every fifth mode command, reads it back, and does nothing",
}
"""What each one does, in one line."""


def quirks_named(texts: Iterable[str]) -> Quirks:
    """Read names of quirks, several in one text with commas between them.

    Raises:
        UsageMistake: there is no such quirk.

    >>> sorted(quirks_named(["gop-10s,wrong-xaddr", "hot-spot"]))
    [<Quirk.GOP_10S: 'gop-10s'>, <Quirk.HOT_SPOT: 'hot-spot'>, <Quirk.WRONG_XADDR: 'wrong-xaddr'>]
    """
    names = [name.strip() for text in texts for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in list(Quirk)]:
        raise UsageMistake(f"no quirk is called {unknown[0]!r}; `nirecap simulate --list-quirks` names them all")
    return frozenset(map(Quirk, names))
