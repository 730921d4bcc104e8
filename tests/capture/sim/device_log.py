"""Read what a simulated camera wrote of itself with `--log`, to judge captured frames by."""

import json
from bisect import bisect_left
from pathlib import Path
from typing import Any


class DeviceLog:
    """The lines of a log; times are unix seconds of this computer."""

    def __init__(self, path: Path) -> None:
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        self.camera: dict[str, Any] = lines[0]
        self.frames: list[dict[str, Any]] = [line for line in lines if line["kind"] == "frame"]
        self.faults: list[dict[str, Any]] = [line for line in lines if line["kind"] == "fault"]
        self._times = [frame["captured_at"] for frame in self.frames]

    def frame_at(self, captured_at: float, within_s: float = 0.02) -> dict[str, Any]:
        """Return the frame with the nearest time; LookupError where none is near."""
        at = bisect_left(self._times, captured_at)
        near = self.frames[max(at - 1, 0) : at + 1]
        if (
            not near
            or abs(min(near, key=lambda f: abs(f["captured_at"] - captured_at))["captured_at"] - captured_at) > within_s
        ):
            raise LookupError(f"the camera showed nothing at {captured_at}")
        return min(near, key=lambda frame: abs(frame["captured_at"] - captured_at))
