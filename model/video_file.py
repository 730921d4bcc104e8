"""Write pictures to an MP4 file that is whole or absent, and read those of another while one is worked on."""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace

from nirecap.errors import ImageError
from nirecap.files import whole_file
from nirecap.images import Pixels

TICKS = 90_000
"""A second in the file's times."""
OPTIONS = {"crf": "17", "preset": "fast"}
"""Of x264; visually lossless."""
BT709 = 1
"""What the standards of video call it, as primaries, transfer and matrix."""

T = TypeVar("T")
Add = Callable[[Pixels, float], None]
"""Takes a picture and its time, seconds since the first."""


@contextmanager
def writing(target: Path, rate: float) -> Iterator[Add]:
    """Give the block a function that adds pictures, all of one size; at `target` they are only if the block succeeds.

    Args:
        target: MP4 file, H.264 in BT.709.
        rate: pictures a second, about; each has its own time.

    Raises:
        ImageError: x264 can't encode them.
        OSError: the disk is full or not writable; `target` is as it was.
    """
    with whole_file(target) as file, _told(target), av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=Fraction(rate).limit_denominator(1001), options=OPTIONS)
        stream.time_base = stream.codec_context.time_base = Fraction(1, TICKS)
        codec = stream.codec_context
        codec.color_primaries = codec.color_trc = codec.colorspace = BT709
        codec.color_range = ColorRange.MPEG
        begun = False

        def add(pixels: Pixels, at: float) -> None:
            nonlocal begun
            if not begun:
                stream.height, stream.width = pixels.shape[:2]
                stream.pix_fmt = "yuv444p" if pixels.shape[0] % 2 or pixels.shape[1] % 2 else "yuv420p"
                begun = True
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), "rgb24").reformat(
                format=stream.pix_fmt, dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
            )
            frame.pts, frame.time_base = round(at * TICKS), Fraction(1, TICKS)
            container.mux(stream.encode(frame))

        yield add
        if begun:
            container.mux(stream.encode(None))


@contextmanager
def one_ahead(items: Generator[T]) -> Iterator[Iterator[T]]:
    """Give the block an iterator whose next item another thread works out meanwhile, always the same thread."""
    with ThreadPoolExecutor(1, "ahead") as thread:

        def each() -> Iterator[T]:
            coming = thread.submit(next, items, None)
            while (item := coming.result()) is not None:
                coming = thread.submit(next, items, None)
                yield item

        try:
            yield each()
        finally:
            thread.submit(items.close).result()


@contextmanager
def _told(target: Path) -> Iterator[None]:
    try:
        yield
    except av.FFmpegError as error:
        raise ImageError(f"{target}: can't be encoded ({error.strerror or type(error).__name__})") from None
