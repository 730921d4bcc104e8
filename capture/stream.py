"""The live picture: a draining thread that always holds the newest frame, with its times and its damage.

An idle reader falls seconds behind, and lost packets are silent; so one thread reads all the time,
and what the decoder complains of goes with the frames.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import av
import av.logging
from av.codec.context import ThreadType
from av.container import InputContainer

from nirecap.errors import StreamError
from nirecap.images import MAX_PIXELS, Pixels

OPTIONS = {"rtsp_transport": "tcp", "fflags": "nobuffer", "analyzeduration": "0", "probesize": "32"}
DAMAGE = (
    "error while decoding",
    "concealing",
    "missed",
    "corrupt",
    "no frame",
    "invalid",
    "bad cseq",
    "reference picture missing",
)
"""Words of the decoder's log that mean that the picture is not what the camera sent."""
SMALL_WIDTH = 320


@dataclass(frozen=True, eq=False)
class Frame:
    """One decoded frame of the live picture."""

    number: int
    captured_at: float
    """Unix seconds by the camera's clock where it tells (RTCP sender report), else by ours on arrival."""
    arrived_at: float
    """Unix seconds by our clock."""
    damage: str
    """What the decoder said since the last key frame, "" for a whole picture."""
    video: av.VideoFrame

    @cached_property
    def pixels(self) -> Pixels:
        """The whole frame as RGB, H x W x 3."""
        return self.video.to_ndarray(format="rgb24")

    @cached_property
    def small(self) -> Pixels:
        """The frame as RGB at most `SMALL_WIDTH` wide, for looking at mode and exposure."""
        width = min(SMALL_WIDTH, self.video.width)
        height = max(1, round(self.video.height * width / self.video.width))
        return self.video.reformat(width=width, height=height, format="rgb24").to_ndarray()


class Stream:
    """An open RTSP stream; a context manager.

    Args:
        url: where to read; may hold credentials, which appear in no message.
        label: what messages call the stream.
        timeout_s: how long opening, or one silent spell, may last.
    """

    def __init__(self, url: str, *, label: str, timeout_s: float = 5.0) -> None:
        self._url = url
        self.label = label
        self._timeout_s = timeout_s
        self._changed = threading.Condition()
        self._newest: Frame | None = None
        self._failure: str | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._drain, name=f"stream {label}", daemon=True)

    def open(self) -> None:
        """Start reading and wait for the first frame.

        Raises:
            StreamError: refused, silent, not a video stream, or no key frame in time.
        """
        self._thread.start()
        self.next(after=-1, timeout_s=4 * self._timeout_s)

    def close(self) -> None:
        """Stop reading and join the thread."""
        self._closing = True
        if self._thread.ident is not None:
            self._thread.join()

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
                raise StreamError(
                    f"{self.label}: {self._failure}; check that the camera is on and streams, then try again"
                )
            if not came or self._newest is None:
                raise StreamError(
                    f"{self.label}: no new frame in {limit:.0f} s; the camera hangs or its key frames are rare"
                )
            return self._newest

    def frames(self, seconds: float) -> Iterator[Frame]:
        """Yield the newest frames in order for `seconds`, dropping those that the caller was too slow for.

        Raises:
            StreamError: as `next`.
        """
        deadline = time.monotonic() + seconds
        number = -1 if self._newest is None else self._newest.number
        while time.monotonic() < deadline:
            frame = self.next(after=number)
            number = frame.number
            yield frame

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
        failure = "the stream ended"
        try:
            # libav logs in the thread that decodes: one thread a stream keeps the complaints of streams apart
            with av.logging.Capture(local=True) as log, self._connect() as container:
                self._read(container, log)
        except av.error.HTTPUnauthorizedError:
            failure = "login refused for the stream (401): wrong user name or password"
        except (av.error.FFmpegError, OSError) as error:
            # never str(error): it holds the URL
            failure = f"can't be read ({error.strerror or type(error).__name__})"
        except StreamError as error:
            failure = str(error)
        except Exception as error:
            failure = f"can't be read ({type(error).__name__})"
        with self._changed:
            self._failure = failure
            self._changed.notify_all()

    def _connect(self) -> InputContainer:
        return av.open(self._url, options=OPTIONS, timeout=(self._timeout_s, self._timeout_s))

    def _read(self, container: InputContainer, log: list[tuple[int, str, str]]) -> None:
        if not container.streams.video:
            raise StreamError("holds no video")
        video = container.streams.video[0]
        video.codec_context.thread_type = ThreadType.NONE
        video.codec_context.thread_count = 1
        damage, number = "", 0
        for packet in container.demux(video):
            if self._closing:
                return
            if packet.is_keyframe:
                damage = ""
            decoded = _decode(packet, log)
            damage = _complaint(log) or damage
            for frame in decoded:
                self._publish(frame, number, container.start_time_realtime, damage)
                number += 1

    def _publish(self, video: av.VideoFrame, number: int, epoch_us: int | None, damage: str) -> None:
        if video.width * video.height > MAX_PIXELS:
            raise StreamError(f"frames of {video.width}x{video.height} are over {MAX_PIXELS} pixels")
        now = time.time()
        known = bool(epoch_us) and video.time is not None
        captured_at = epoch_us / 1e6 + video.time if known else now  # type: ignore[operator]
        with self._changed:
            self._newest = Frame(number, captured_at, now, damage, video)
            self._changed.notify_all()


def _decode(packet: av.Packet, log: list[tuple[int, str, str]]) -> list[av.VideoFrame]:
    try:
        return [frame for frame in packet.decode() if isinstance(frame, av.VideoFrame)]
    except av.error.InvalidDataError as error:
        log.append((av.logging.ERROR, "decode", f"invalid data: {error.strerror}"))
        return []


def _complaint(log: list[tuple[int, str, str]]) -> str:
    """Return the last damage that the decoder logged, "" for none, and empty the log."""
    found = [message.strip() for _, _, message in log if any(word in message.lower() for word in DAMAGE)]
    log.clear()
    return found[-1] if found else ""
