"""The live picture: a draining thread that always holds the newest frame.

An idle reader falls seconds behind, so one thread reads all the time, whatever the source.
"""

import logging
import re
import threading
import time
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import closing
from functools import partial
from typing import Protocol, Self
from urllib.parse import urlsplit

import av
import av.logging

from nirecap.errors import CameraError, StreamError, UsageMistake

from .frame import LIFE_FRAMES, Frame
from .live_video import REMEDY, LiveVideo, rtsp, v4l2
from .snapshots import Snapshots

ADDRESSES = "rtsp://HOST:PORT/PATH, http://HOST/SNAPSHOT.jpg or /dev/video0"
"""What a source can be given as, in words for a person."""

logging.getLogger("libav").addHandler(logging.NullHandler())  # else Python prints its warnings on standard error

PROOF_S = 2.4
"""So long after it a frame is proven not to have been frozen; no frozen stream was seen to hide it for longer."""
LIFELESS_S = 0.25
"""So long without a sign of life, a picture stands still; live ones were seen without for up to 0.17 s."""
MOMENTS_KEPT = 2000


class Source(Protocol):
    """Where frames come from."""

    def frames(self, stopping: threading.Event) -> Generator[Frame]:
        """Yield each frame as it comes, until `stopping` is set.

        Raises:
            LoginRefused: wrong user name or password.
            StreamError: it can't be read any more; the text says why, and names no address.
        """
        ...


def source_of(url: str, timeout_s: float) -> Source:
    """Return what reads `url`, not yet open.

    Args:
        url: `rtsp://HOST:PORT/PATH`, `http://HOST/PATH` or https of a snapshot, or a device such as `/dev/video0`;
            a network address may hold credentials.
        timeout_s: how long one answer may take.

    Raises:
        UsageMistake: it is none of these; the message does not repeat it.

    >>> source_of("ftp://camera/live", 5.0)
    Traceback (most recent call last):
    nirecap.errors.UsageMistake: a picture comes from rtsp://HOST:PORT/PATH, http://HOST/SNAPSHOT.jpg or /dev/video0
    """
    if re.fullmatch(r"/dev/video\d+", url):
        return LiveVideo(partial(v4l2, url, timeout_s))
    try:
        parts = urlsplit(url)
        scheme = parts.scheme if parts.hostname and parts.port != 0 else ""
    except ValueError:  # its text holds parts of the address
        scheme = ""
    if scheme == "rtsp":
        return LiveVideo(partial(rtsp, url, timeout_s))
    if scheme in ("http", "https"):
        return Snapshots(url, timeout_s)
    raise UsageMistake(f"a picture comes from {ADDRESSES}")


class Stream:
    """An open live picture; a context manager.

    Args:
        url: where to read, as `source_of` understands it; may hold credentials, which appear in no message.
        label: what messages call the stream.
        timeout_s: how long opening, or one silent spell, may last.

    Raises:
        UsageMistake: no such source is known.
    """

    def __init__(self, url: str, *, label: str, timeout_s: float = 5.0) -> None:
        self._source = source_of(url, timeout_s)
        self.label = label
        self._timeout_s = timeout_s
        self._changed = threading.Condition()
        self._newest: Frame | None = None
        self._failure: CameraError | None = None
        self._lived_at = 0.0
        self._stood: deque[float] = deque(maxlen=MOMENTS_KEPT)
        """When the picture stood still."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._drain, name=f"stream {label}", daemon=True)

    def open(self) -> None:
        """Start reading and wait for the first frame.

        Raises:
            LoginRefused: wrong user name or password.
            StreamError: refused, silent, not a video stream, or no key frame in time.
        """
        self._thread.start()
        self.next(after=-1, timeout_s=4 * self._timeout_s)

    def close(self) -> None:
        """Stop reading and join the thread, unless a device of this computer hangs and never gives it back."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(4 * self._timeout_s)

    def next(self, after: int, timeout_s: float | None = None) -> Frame:
        """Return the newest frame with a number above `after`, waiting for one if needed.

        Raises:
            StreamError: none came in time, or the stream broke.
        """
        limit = self._timeout_s if timeout_s is None else timeout_s
        with self._changed:
            came = self._changed.wait_for(
                lambda: self._failure or (self._newest and self._newest.number > after), limit
            )
            if self._failure:
                raise self._failure
            if not came or self._newest is None:
                raise StreamError(
                    f"{self.label}: no new frame in {limit:.0f} s; the camera hangs or its key frames are rare"
                )
            return self._newest

    def frames(self, seconds: float, after: int = -1) -> Iterator[Frame]:
        """Yield the newest frames in order for `seconds`, dropping those that the caller was too slow for.

        Args:
            seconds: how long.
            after: only frames with a higher number.

        Raises:
            StreamError: as `next`.
        """
        deadline = time.monotonic() + seconds
        number = after
        while time.monotonic() < deadline:
            frame = self.next(after=number)
            number = frame.number
            yield frame

    def lived_on(self, arrived_at: float) -> bool | None:
        """Tell whether the picture lived for `PROOF_S` after that moment, in Unix seconds by our clock.

        A frozen picture goes on changing for up to a second, while the encoder refines it; so a frame is proven only
        by what comes after it. None while that is still to come.
        """
        end = arrived_at + PROOF_S
        with self._changed:
            if any(arrived_at < stood < end for stood in self._stood):
                return False
            return True if self._newest and self._newest.arrived_at >= end else None

    def packets_around(self, frame: Frame) -> bytes | None:
        """Return the camera's own packets from the key frame before `frame` on, as a Matroska file.

        None where the source has no packets, or too many from one key frame to the next.
        """
        return frame.packets.matroska() if frame.packets else None

    def __enter__(self) -> Self:
        try:
            self.open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _drain(self) -> None:
        av.logging.set_level(av.logging.WARNING)
        av.logging.set_skip_repeated(False)  # else a second equal complaint is lost, or told to another stream
        failure = self._read_to_the_end()
        with self._changed:
            self._failure = failure
            self._changed.notify_all()

    def _read_to_the_end(self) -> CameraError:
        """Publish frames until there are no more; return why."""
        why = "the stream ended"
        try:
            with closing(self._source.frames(self._stopping)) as frames:
                for frame in frames:
                    self._publish(frame)
                    if self._stopping.is_set():
                        break
        except CameraError as error:
            return type(error)(f"{self.label}: {error}")
        except (av.error.FFmpegError, OSError) as error:
            # never str(error): it holds the URL
            why = f"can't be read ({error.strerror or type(error).__name__})"
        except Exception as error:
            why = f"can't be read ({type(error).__name__})"
        return StreamError(f"{self.label}: {why}; {REMEDY}")

    def _publish(self, frame: Frame) -> None:
        with self._changed:
            if frame.alive or len(frame.changes) < LIFE_FRAMES:
                self._lived_at = frame.arrived_at
            elif frame.arrived_at - self._lived_at >= LIFELESS_S:
                self._stood.append(frame.arrived_at)
            self._newest = frame
            self._changed.notify_all()
