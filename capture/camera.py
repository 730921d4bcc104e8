"""What every camera can do, whatever its maker; the drivers are in `capture/drivers`."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self

from nirecap.vocabulary import Mode

from .lights import Light
from .stream import Stream

CameraState = dict[str, str]
"""The settings that a session changes, in the words of the driver, as read before the first change."""


@dataclass(frozen=True)
class CameraInfo:
    """What a camera says of itself; never a secret, never a serial number."""

    name: str
    driver: str
    manufacturer: str = ""
    model: str = ""
    firmware: str = ""
    clock_offset_s: float | None = None
    """Camera clock minus ours, in seconds; None where it does not tell."""


class Camera(ABC):
    """A camera whose IR-cut filter and lamp can be switched and whose picture can be streamed.

    A context manager: entering opens, leaving closes. An answer of a camera is never proof: `settle` asks the pixels.
    """

    name: str
    night_needs_dark: bool = False
    """True for a camera that goes to NIGHT only where it finds the room dark; it can't take a `reference_nire`."""

    @abstractmethod
    def open(self) -> None:
        """Connect and log in.

        Raises:
            CameraError: unreachable, login refused, or it lacks what a session needs.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of connections; safe to call twice and after a failed `open`."""

    def reconnect(self) -> None:
        """Connect anew after a failure, as to a camera that has rebooted.

        Raises:
            CameraError: as `open`.
        """
        self.close()
        self.open()

    @abstractmethod
    def describe(self) -> CameraInfo:
        """Return who the camera says it is."""

    @abstractmethod
    def set_mode(self, mode: Mode) -> None:
        """Command a mode and return when the camera has acknowledged it, not when it is done.

        Raises:
            CameraError: the command was refused or not answered.
        """

    @abstractmethod
    def state(self) -> CameraState:
        """Read the settings that `set_mode` may change."""

    @abstractmethod
    def restore(self, state: CameraState) -> bool:
        """Put back what `state` returned, manual settings first and AUTO last; True if reading back confirms it."""

    @abstractmethod
    def stream(self) -> Stream:
        """Open the live picture; one stays open through a session."""

    def exposure(self) -> dict[str, float]:
        """Return what the camera tells of its exposure now, such as `exposure_s` and `gain_db`; most tell nothing."""
        return {}

    def advice(self, mode: Mode) -> str:
        """Return what a person can do where the picture does not come to `mode`; "" where there is nothing special."""
        return ""

    def light(self) -> Light | None:
        """Return the light that belongs to the camera's room, if it has one."""
        return None

    def views(self) -> int:
        """Return how many views `next_view` goes round; 1 for a camera that stays where it is."""
        return 1

    def next_view(self) -> str | None:
        """Turn to the next scene and return its name; None for a camera that stays where it is."""
        return None

    def __enter__(self) -> Self:
        try:
            self.open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
