"""The live picture: a draining thread that always holds the newest frame, with its times and its damage.

An idle reader falls seconds behind, and lost packets are silent; so one thread reads all the time,
and what the decoder complains of goes with the frames.

Colours follow the stream's own tags; one without tags is read as BT.601 in limited range, whatever its size.
"""

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import av
import av.logging
import numpy as np
from av.codec.context import ThreadType
from av.container import InputContainer
from av.video.reformatter import Interpolation

from nirecap.errors import CameraError, LoginRefused, StreamError
from nirecap.images import MAX_PIXELS, Pixels

# no fflags=nobuffer: it throws the key frame away that the probe saw, and the next is a second or more away
OPTIONS = {
    "rtsp_transport": "tcp",
    "allowed_media_types": "video",
    "reorder_queue_size": "2",  # over TCP there is nothing to reorder, but only the queue tells of lost packets
    "analyzeduration": "0",
    "probesize": "32",
    "max_pixels": str(MAX_PIXELS),
}
DAMAGE = (
    "error while decoding",
    "concealing",
    "missed",
    "corrupt",
    "no frame",
    "invalid",
    "bad cseq",
    "unavailable",
    "out of range",
    "reference picture missing",
)
"""Words of the decoder's log that mean that the picture is not what the camera sent."""
SMALL_WIDTH = 320
CLOCK_GAP_S = 5.0
"""A camera's clock is believed while a frame's time by it differs by less from its arrival by ours."""
# swscale's quick ways darken by up to two levels
_EXACT = Interpolation.BILINEAR | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND

logging.getLogger("libav").addHandler(logging.NullHandler())  # else Python prints its warnings on standard error


@dataclass(frozen=True, eq=False)
class Frame:
    """One decoded frame of the live picture."""

    number: int
    captured_at: float
    """Unix seconds by the camera's clock where it tells (RTCP sender report) and is right, else `arrived_at`."""
    arrived_at: float
    """Unix seconds by our clock."""
    damage: str
    """What the decoder said since the last key frame, "" for a whole picture."""
    video: av.VideoFrame

    @cached_property
    def pixels(self) -> Pixels:
        """The whole frame as RGB, H x W x 3."""
        return _rgb(self.video, self.video.width, self.video.height)

    @cached_property
    def small(self) -> Pixels:
        """The frame as RGB at most `SMALL_WIDTH` wide, for looking at mode and exposure."""
        width = min(SMALL_WIDTH, self.video.width)
        height = max(1, round(self.video.height * width / self.video.width))
        return _rgb(self.video, width, height)


class Stream:
    """An open RTSP stream; a context manager.

    Args:
        url: where to read; may hold credentials, which appear in no message. A camera can redirect the reader to
            another host, credentials included: FFmpeg follows and has no option against it.
        label: what messages call the stream.
        timeout_s: how long opening, or one silent spell, may last.
    """

    def __init__(self, url: str, *, label: str, timeout_s: float = 5.0) -> None:
        self._url = url
        self.label = label
        self._timeout_s = timeout_s
        self._changed = threading.Condition()
        self._newest: Frame | None = None
        self._failure: CameraError | None = None
        self._closing = False
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
            # libav logs in the thread that decodes: one thread a stream keeps the complaints of streams apart
            with av.logging.Capture(local=True) as log, self._connect() as container:
                self._read(container, log)
        except av.error.HTTPUnauthorizedError:
            return LoginRefused(
                f"{self.label}: login refused for the stream (401); check user name and password of its account"
            )
        except (av.error.FFmpegError, OSError) as error:
            # never str(error): it holds the URL
            why = f"can't be read ({error.strerror or type(error).__name__})"
        except StreamError as error:
            why = str(error)
        except Exception as error:
            why = f"can't be read ({type(error).__name__})"
        return StreamError(f"{self.label}: {why}; check that the camera is on and streams, then try again")

    def _connect(self) -> InputContainer:
        return av.open(self._url, options=OPTIONS, timeout=(self._timeout_s, self._timeout_s))

    def _read(self, container: InputContainer, log: list[tuple[int, str, str]]) -> None:
        if not container.streams.video:
            raise StreamError("holds no video")
        video = container.streams.video[0]
        video.codec_context.thread_type = ThreadType.NONE
        video.codec_context.thread_count = 1
        video.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
        damage, since_key, number = "", "", 0
        for packet in container.demux(video):
            if self._closing:
                return
            if packet.is_keyframe:
                since_key = ""
            decoded = _decode(packet, log)
            complaint = _complaint(log)
            damage, since_key = complaint or damage, complaint or since_key
            for frame in decoded:
                if frame.key_frame:  # may come out packets later than it went in
                    damage = since_key
                self._publish(frame, number, container.start_time_realtime, damage)
                number += 1

    def _publish(self, video: av.VideoFrame, number: int, epoch_us: int | None, damage: str) -> None:
        now = time.time()
        with self._changed:
            self._newest = Frame(number, captured_at(video.time, epoch_us, now), now, damage, video)
            self._changed.notify_all()


def captured_at(media_s: float | None, epoch_us: int | None, arrived_at: float) -> float:
    """Return when a frame was captured, in Unix seconds.

    Args:
        media_s: the frame's time in the stream, None where it has none.
        epoch_us: the camera's clock at the stream's time 0, Unix microseconds; None or 0 where it did not tell.
        arrived_at: our clock on arrival; stands in for a camera that does not tell or whose clock is wrong.

    >>> captured_at(2.0, 1_700_000_000_000_000, arrived_at=1_700_000_002.1)
    1700000002.0
    >>> captured_at(2.0, 1_600_000_000_000_000, arrived_at=1_700_000_002.1)
    1700000002.1
    """
    if media_s is None or not epoch_us:
        return arrived_at
    told = epoch_us / 1e6 + media_s
    return told if abs(told - arrived_at) < CLOCK_GAP_S else arrived_at


def _rgb(video: av.VideoFrame, width: int, height: int) -> Pixels:
    return np.asarray(video.reformat(width, height, "rgb24", interpolation=_EXACT).to_ndarray(), np.uint8)


def _decode(packet: "av.Packet[av.VideoStream]", log: list[tuple[int, str, str]]) -> list[av.VideoFrame]:
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
