"""Video that FFmpeg reads: RTSP through the gate, or a V4L2 device; decoded, with what the decoder complains of.

Lost packets are silent but for FFmpeg's log, so what it says goes with the frames.
"""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from threading import Event

import av
import av.logging
from av.codec.context import ThreadType
from av.container import InputContainer

from nirecap.errors import LoginRefused, StreamError
from nirecap.images import MAX_PIXELS

from .frame import Frame, following
from .packets import PacketGroup, PacketModel, VideoPacket
from .rtsp_gate import RtspGate

# no fflags=nobuffer: it throws the key frame away that the probe saw, and the next is a second or more away
RTSP_OPTIONS = {
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
REMEDY = "check that the camera is on and streams, then try again"

Log = list[tuple[int, str, str]]
"""What libav said: level, who, what."""


@contextmanager
def rtsp(url: str, timeout_s: float) -> Iterator[InputContainer]:
    """Open an RTSP stream over TCP.

    Raises:
        LoginRefused: wrong user name or password.
        StreamError: the camera sent what the gate does not let pass, or is silent.
        OSError: it can't be reached. An av.FFmpegError: anything else.
    """
    with RtspGate(url, timeout_s) as gate:
        try:
            with _opened(gate.url, timeout_s) as container:
                yield container
        except av.error.HTTPUnauthorizedError:
            raise LoginRefused(
                "login refused for the stream (401); check user name and password of its account"
            ) from None
        except av.error.ExitError:
            raise StreamError(f"sent no more packets for {timeout_s:g} s; {REMEDY}") from None
        finally:
            if gate.refusal:
                raise gate.refusal from None


def _opened(url: str, timeout_s: float) -> InputContainer:
    start = time.monotonic()
    try:
        return av.open(url, options=RTSP_OPTIONS, timeout=(timeout_s, timeout_s))
    except (av.error.InvalidDataError, av.error.ExitError):  # FFmpeg says so of an answer that did not come, too
        if time.monotonic() - start < timeout_s:
            raise
        raise StreamError(f"gave no whole answer in {timeout_s:g} s; {REMEDY}") from None


def v4l2(device: str, timeout_s: float) -> AbstractContextManager[InputContainer]:
    """Open a video device of this computer, such as `/dev/video0`."""
    return av.open(device, format="v4l2", timeout=(timeout_s, timeout_s))


@dataclass(frozen=True)
class LiveVideo:
    """A source of frames that come as packets of a video.

    Args:
        connect: opens it, with its time-outs set.
    """

    connect: Callable[[], AbstractContextManager[InputContainer]] = field(repr=False)  # may hold credentials

    def frames(self, stopping: Event) -> Generator[Frame]:
        """Yield every frame until the stream ends or `stopping` is set.

        Raises:
            StreamError: no video.
            What `connect` raises, at any time.
        """
        # libav logs in the thread that decodes: one thread a stream keeps the complaints of streams apart
        with av.logging.Capture(local=True) as log, self.connect() as container:
            yield from _decoded(container, log, stopping)


def _decoded(container: InputContainer, log: Log, stopping: Event) -> Generator[Frame]:
    if not container.streams.video:
        raise StreamError("holds no video; check the path of its address")
    video = container.streams.video[0]
    video.codec_context.thread_type = ThreadType.NONE
    video.codec_context.thread_count = 1
    video.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    model = PacketModel(video)
    frame: Frame | None = None
    damage, since_key = "", ""
    group = newest_group = None
    for packet in container.demux(video):
        if stopping.is_set():
            return
        if packet.is_keyframe:
            since_key, newest_group = "", PacketGroup(model)
        if newest_group:
            newest_group.add(packet)
        decoded, complaint = decode(packet, log)
        damage, since_key = complaint or damage, complaint or since_key
        for picture in decoded:
            if picture.key_frame:  # may come out packets later than it went in
                damage, group = since_key, newest_group
            frame = following(
                frame, picture, told=_told(picture, container.start_time_realtime), damage=damage, packets=group
            )
            yield frame


def _told(video: av.VideoFrame, epoch_us: int | None) -> float | None:
    """Return when the camera says that a frame was captured: its clock at the stream's time 0, and the time since."""
    return epoch_us / 1e6 + video.time if epoch_us and video.time is not None else None


def decode(packet: VideoPacket, log: Log) -> tuple[list[av.VideoFrame], str]:
    """Return the pictures of a packet and the last damage that the decoder logged, "" for none; empty the log."""
    try:
        pictures = [frame for frame in packet.decode() if isinstance(frame, av.VideoFrame)]
    except av.error.InvalidDataError as error:
        log.append((av.logging.ERROR, "decode", f"invalid data: {error.strerror}"))
        pictures = []
    found = [message.strip() for _, _, message in log if any(word in message.lower() for word in DAMAGE)]
    log.clear()
    return pictures, found[-1] if found else ""
