"""Two videos become one: as long, as large, its colours those of the network, and whole or absent."""

from collections.abc import Generator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from nirecap.capture.clips import whole_frames
from nirecap.errors import ImageError, NirecapError, UsageMistake
from nirecap.images import Pixels
from nirecap.model.arrays import levels
from nirecap.model.purifier import Purifier
from nirecap.model.purify_images import Order
from nirecap.model.purify_video import pictures, purify_video, video_facts
from nirecap.model.video_file import one_ahead, writing

from .saved_run import drawn_network, drawn_pair

SIZE = (48, 64)
FPS = 10


@pytest.fixture(scope="module")
def purifier() -> Purifier:
    return Purifier(drawn_network())


def filmed(path: Path, frames: list[Pixels], fps: float = FPS, rotation: int = 0) -> Path:
    """Encode frames as a camcorder does."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(fps).limit_denominator(), options={"crf": "10"})
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        if rotation:
            stream.set_display_rotation(rotation)
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame)))
        container.mux(stream.encode(None))
    return path


def dark(count: int, size: tuple[int, int] = SIZE) -> list[Pixels]:
    return [drawn_pair(*size, seed=0)[0] + np.uint8(5 * number) for number in range(count)]


def infrared(count: int, size: tuple[int, int] = SIZE) -> list[Pixels]:
    """Return pictures whose grey tells their number."""
    return [np.full((*size, 3), 20 + 10 * number, np.uint8) for number in range(count)]


def frames_of(path: Path) -> list[Pixels]:
    return [frame.pixels for frame in whole_frames(path, 0, 1e9)]


def test_every_picture_is_purified_with_the_one_of_its_time(purifier: Purifier, tmp_path: Path) -> None:
    low, nire = filmed(tmp_path / "x.mp4", dark(8)), filmed(tmp_path / "n.mkv", infrared(8))
    steps: list[int] = []
    assert purify_video(purifier, low, nire, Order(tmp_path / "out"), "x", lambda: steps.append(1)) == len(steps) == 8
    made = tmp_path / "out/x_purified.mp4"
    seen = list(zip(frames_of(low), frames_of(nire), frames_of(made), strict=True))
    for i, n, lit in seen:
        expected = levels(purifier(i, n[..., 0]))
        assert np.abs(lit.astype(float) - expected).mean() < 4  # of coding, at half the resolution of colour
        assert np.abs(lit.mean((0, 1)) - expected.mean((0, 1))).max() < 1.5
    times = [frame.captured_at for frame in whole_frames(made, 0, 1e9)]
    assert times == pytest.approx([number / FPS for number in range(8)], abs=1e-3)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["x_purified.mp4"]


def test_cameras_of_other_rates_meet_by_time(
    purifier: Purifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    low, nire = filmed(tmp_path / "x.mp4", dark(10)), filmed(tmp_path / "n.mp4", infrared(5), fps=FPS / 2)
    greys: list[int] = []
    monkeypatch.setattr(
        purifier, "batch", lambda lows, nires: greys.append(int(nires[0].mean())) or lows[0][None] / 255
    )
    purify_video(purifier, low, nire, Order(tmp_path / "out"), "x")
    numbers = [round((grey - 20) / 10) for grey in greys]
    assert numbers == sorted(numbers)
    assert all(abs(number / 5 - place / 10) <= 0.1 for place, number in enumerate(numbers))


def test_rotated_videos_stand_upright_with_a_comparison(purifier: Purifier, tmp_path: Path) -> None:
    size = (50, 38)
    low, nire = (
        filmed(tmp_path / f"{i}.mp4", frames(2, size), rotation=90) for i, frames in enumerate((dark, infrared))
    )
    purify_video(purifier, low, nire, Order(tmp_path / "out", compare=True), "x")
    (lit, *_), (side_by_side, *_) = (frames_of(tmp_path / f"out/x_{name}.mp4") for name in ("purified", "compare"))
    assert lit.shape == (38, 50, 3)
    assert side_by_side.shape[1] == 4 * 54 + 4


@pytest.mark.parametrize("size", [(48, 64), (49, 64), (33, 47)])
def test_written_colours_are_read_again(tmp_path: Path, size: tuple[int, int]) -> None:
    """Red, green, blue and grey, through our reader, which follows the file's own tags."""
    colours = [(200, 40, 40), (40, 200, 40), (40, 40, 200), (120, 120, 120)]
    with writing(tmp_path / "c.mp4", 25) as add:
        for number, colour in enumerate(colours):
            add(np.full((*size, 3), colour, np.uint8), number / 25)
    for shown, colour in zip(frames_of(tmp_path / "c.mp4"), colours, strict=True):
        assert shown.shape == (*size, 3)
        assert np.abs(shown.mean((0, 1)) - colour).max() < 3


def test_lengths_and_sizes_must_agree(purifier: Purifier, tmp_path: Path) -> None:
    low, short = filmed(tmp_path / "x.mp4", dark(12)), filmed(tmp_path / "n.mp4", infrared(5))
    with pytest.raises(UsageMistake, match=r"x.mp4 is 1\.2 s long and .*n.mp4 0\.5 s; give videos of one length"):
        purify_video(purifier, low, short, Order(tmp_path / "out"), "x")
    other = filmed(tmp_path / "o.mp4", infrared(12, (48, 80)))
    with pytest.raises(UsageMistake, match=r"x.mp4 is 64x48 and .*o.mp4 80x48"):
        purify_video(purifier, low, other, Order(tmp_path / "out"), "x")
    assert [*(tmp_path / "out").iterdir()] == []


def test_a_video_that_lost_its_end_lends_no_frozen_picture(purifier: Purifier, tmp_path: Path) -> None:
    low, nire = filmed(tmp_path / "x.mp4", dark(20)), filmed(tmp_path / "whole.mp4", infrared(20))
    sizes = []
    with av.open(str(nire)) as whole, av.open(str(tmp_path / "n.mp4"), "w", options={"movflags": "faststart"}) as copy:
        stream = copy.add_stream_from_template(whole.streams.video[0])
        for packet in whole.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                sizes.append(packet.size)
                copy.mux(packet)
    content = (tmp_path / "n.mp4").read_bytes()
    (tmp_path / "n.mp4").write_bytes(content[: content.index(b"mdat") + len(b"mdat") + sum(sizes[:8])])
    assert video_facts(tmp_path / "n.mp4").seconds == pytest.approx(2, abs=0.1)
    with pytest.raises(ImageError, match=r"n\.mp4 has no whole picture within 0\.5 s of"):
        purify_video(purifier, low, tmp_path / "n.mp4", Order(tmp_path / "out"), "x")
    assert [*(tmp_path / "out").iterdir()] == []


def test_a_video_that_is_too_long_is_refused_before_any_work(
    purifier: Purifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    low, nire = filmed(tmp_path / "x.mp4", dark(8)), filmed(tmp_path / "n.mp4", infrared(8))
    monkeypatch.setattr("nirecap.model.purify_video.MAX_SECONDS", 0.5)
    with pytest.raises(ImageError, match=r"x\.mp4 is 1 s long, over 0; cut it"):
        purify_video(purifier, low, nire, Order(tmp_path / "out"), "x")


def test_a_video_that_breaks_off_half_way_leaves_nothing(purifier: Purifier, tmp_path: Path) -> None:
    low, nire = filmed(tmp_path / "x.mp4", dark(8)), filmed(tmp_path / "n.mp4", infrared(8))

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        purify_video(purifier, low, nire, Order(tmp_path / "out"), "x", interrupted)
    assert [*(tmp_path / "out").iterdir()] == []


def test_an_input_is_not_written_over(purifier: Purifier, tmp_path: Path) -> None:
    low, nire = filmed(tmp_path / "x_purified.mp4", dark(3)), filmed(tmp_path / "n.mp4", infrared(3))
    before = low.read_bytes()
    with pytest.raises(UsageMistake, match="is an input"):
        purify_video(purifier, low, nire, Order(tmp_path, force=True), "x")
    assert low.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\0" * 5000])
def test_what_is_no_video(purifier: Purifier, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.mp4").write_bytes(content)
    nire = filmed(tmp_path / "n.mp4", infrared(3))
    for one, other in ((tmp_path / "x.mp4", nire), (nire, tmp_path / "x.mp4")):
        with pytest.raises(ImageError, match=r"x\.mp4: "):
            purify_video(purifier, one, other, Order(tmp_path / "out"), "x")


def test_facts_of_the_header(tmp_path: Path) -> None:
    facts = video_facts(filmed(tmp_path / "x.mkv", dark(7)))
    assert facts.seconds == pytest.approx(0.7, abs=0.05)
    assert facts.pictures == 7


def test_the_next_item_is_worked_out_meanwhile_and_the_last_one_closed() -> None:
    events: list[str] = []

    def items() -> Generator[int]:
        try:
            for number in range(1, 10):
                events.append(f"made {number}")
                yield number
        finally:
            events.append("closed")

    with one_ahead(items()) as ahead:
        assert next(ahead) == 1
        assert next(ahead) == 2
    assert events[-1] == "closed"
    assert "made 3" in events
    with one_ahead(n for n in (1, 2)) as ahead:
        assert list(ahead) == [1, 2]


def test_errors_of_the_other_thread_arrive(tmp_path: Path) -> None:
    with pytest.raises(NirecapError, match="nowhere"), one_ahead(pictures(tmp_path / "nowhere.mp4")) as ahead:
        next(ahead)
