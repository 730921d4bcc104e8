"""A camera that only a person can switch: the operator is asked, the pixels verify."""

from collections.abc import Callable

from nirecap.errors import UsageMistake
from nirecap.vocabulary import Mode

from ..camera import Camera, CameraInfo, CameraState
from ..stream import ADDRESSES, Stream
from . import CameraSettings

REQUESTS = {
    Mode.DAY: "Switch night vision OFF (colour picture)",
    Mode.NIGHT: "Switch night vision ON (infrared lamp, black-and-white picture)",
    Mode.AUTO: "Switch night vision to AUTO",
}


class ManualCamera(Camera):
    """A camera with a live picture and an operator beside it, such as a camcorder on a USB cable (Ordro V12).

    Args:
        name: what messages and records call it.
        stream_url: as `Stream` understands it; may hold credentials, which appear in no message.
        ask: shows a request and returns when the operator has done it.
    """

    def __init__(self, name: str, stream_url: str, ask: Callable[[str], None]) -> None:
        self.name = name
        self._stream_url = stream_url
        self._ask = ask

    def open(self) -> None:
        """Nothing to connect to: the stream is opened when it is watched."""

    def close(self) -> None:
        """Nothing to let go of."""

    def describe(self) -> CameraInfo:
        """Return the name; such a camera tells nothing of itself."""
        return CameraInfo(self.name, "manual")

    def set_mode(self, mode: Mode) -> None:
        """Ask the operator to switch and wait for the answer."""
        self._ask(f"{REQUESTS[mode]} without touching the camera's position, then press Enter")

    def state(self) -> CameraState:
        """Return nothing: the settings can't be read."""
        return {}

    def restore(self, state: CameraState) -> bool:
        """Leave the camera to the operator, who switched it: there is nothing that could be put back."""
        return True

    def stream(self) -> Stream:
        """Return the stream, not yet open."""
        return Stream(self._stream_url, label=self.name)


def connect(settings: CameraSettings) -> ManualCamera:
    """Return the operator's camera of `settings`.

    Raises:
        UsageMistake: no address of a picture was given, or one that can't be read.
    """
    camera = ManualCamera(settings.name, settings.stream_url, settings.ask)
    try:
        camera.stream()
    except UsageMistake:
        raise UsageMistake(f"a camera switched by hand needs --stream {ADDRESSES}") from None
    return camera
