"""What the simulated camera really showed and when, as lines of JSON that a test can hold a picture against."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nirecap.errors import UsageMistake

from .body import FrameTruth


class Logbook:
    """Write a line for each frame that players can have got and for each fault; nothing is kept in memory.

    Lines are objects with `kind`: one "camera" first, then "frame" (the fields of `FrameTruth`, `number` counted from
    0, `damaged`) and "fault" (`fault`, `begin`, `end`; written at its end). Times are unix seconds of this computer,
    to which the camera's clock adds `clock_skew_s` of the first line.

    Args:
        path: of the file, which is begun anew; None writes nothing.
        facts: of the camera, for the first line, as JSON can say them.

    Raises:
        UsageMistake: the file can't be written.
    """

    def __init__(self, path: Path | None, facts: dict[str, Any]) -> None:
        try:
            self._file = path.open("w", buffering=1, encoding="utf-8") if path else None
        except OSError as error:
            raise UsageMistake(f"the log {path} can't be written ({error.strerror}); choose another place") from None
        self._lock = threading.Lock()
        self._frames = 0
        self._write("camera", facts)

    def frame(self, truth: FrameTruth, *, damaged: bool) -> None:
        """Note a frame that was sent; `damaged` where packets were lost or garbled since the last whole key frame."""
        self._write("frame", {"number": self._frames, **asdict(truth), "damaged": damaged})
        self._frames += 1

    @contextmanager
    def fault(self, fault: str) -> Iterator[None]:
        """Note a fault that lasts as long as the context."""
        begin = time.time()
        try:
            yield
        finally:
            self._write("fault", {"fault": fault, "begin": begin, "end": time.time()})

    def close(self) -> None:
        """Close the file; what comes later is not written."""
        with self._lock:
            if self._file:
                self._file.close()
            self._file = None

    def _write(self, kind: str, content: dict[str, Any]) -> None:
        with self._lock:
            if self._file:
                self._file.write(json.dumps({"kind": kind, **content}) + "\n")
