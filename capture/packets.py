"""The camera's own packets, untouched, from one key frame to the next, and as a file that plays."""

import io
from contextlib import suppress
from typing import TypeAlias

import av
from av.video.stream import VideoStream

MAX_BYTES = 32 * 1024 * 1024
"""Of one group; ten seconds of 1080p take about 8 MB."""

VideoPacket: TypeAlias = "av.Packet[VideoStream]"


class PacketModel:
    """What a file must say of the packets of one stream; outlives the stream."""

    def __init__(self, video: VideoStream) -> None:
        self._file = av.open(io.BytesIO(), "w", format="matroska")  # never written: it holds the description
        self._stream: VideoStream | None = None
        with suppress(ValueError):  # no file holds this codec
            self._stream = self._file.add_stream_from_template(video, opaque=True)

    def matroska(self, packets: list[VideoPacket]) -> bytes | None:
        """Return a Matroska file with copies of `packets`, or None where they make none.

        Packets without a time follow the one before by a tick.
        """
        if self._stream is None:
            return None
        file = io.BytesIO()
        try:
            with av.open(file, "w", format="matroska") as container:
                stream = container.add_stream_from_template(self._stream, opaque=True)
                last = -1
                for packet in packets:
                    copy = av.Packet(bytes(packet))
                    last = copy.dts = max(last + 1, packet.dts or 0)
                    copy.pts = max(last, packet.pts or 0)
                    copy.time_base = packet.time_base
                    copy.is_keyframe = packet.is_keyframe
                    copy.stream = stream
                    container.mux_one(copy)
        except av.error.FFmpegError:  # a camera can send anything
            return None
        return file.getvalue()


class PacketGroup:
    """A key frame's packet and those that came after it, up to the next key frame.

    A frame holds on to its group, which may still grow while the frame is looked at.
    """

    def __init__(self, model: PacketModel) -> None:
        self._model = model
        self._packets: list[VideoPacket] = []
        self._size = 0

    def add(self, packet: VideoPacket) -> None:
        """Keep a packet; a group that grows over `MAX_BYTES` is given up."""
        self._size += packet.size
        if self._size > MAX_BYTES:
            self._packets.clear()
        else:
            self._packets.append(packet)

    def matroska(self) -> bytes | None:
        """Return the group as a Matroska file without encoding anew; None where it was given up or makes no file."""
        packets = list(self._packets)  # the reading thread may be adding
        return self._model.matroska(packets) if packets else None
