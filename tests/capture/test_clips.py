import os
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from nirecap.capture import clips
from nirecap.capture.clips import clip_facts, glimpses, upright, whole_frames
from nirecap.errors import ImageError

from .filmed import DAY, FPS, NIGHT, Act, film, play


def short(path: Path, seconds: float = 3.0, **how: object) -> Path:
    film(path, play([Act(DAY, seconds)]), **how)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize("suffix", [".mp4", ".m4v", ".mov", ".mkv"])
def test_each_container_is_looked_at_ten_times_a_second_at_most(tmp_path: Path, suffix: str) -> None:
    times = [glimpse.at for glimpse in glimpses(short(tmp_path / f"a{suffix}"))]
    assert times[0] == 0
    assert times[-1] > 2.7
    assert 5 <= len(times) / 3 <= 10


@pytest.mark.parametrize("codec", ["mpeg4", "mjpeg"])
def test_other_codecs_and_creation_time(tmp_path: Path, codec: str) -> None:
    path = short(
        tmp_path / "a.mov",
        1,
        codec=codec,
        created="2024-05-01T22:00:00.000000Z",
        pixel_format="yuvj420p" if codec == "mjpeg" else "yuv420p",
    )
    assert clip_facts(path).created_at == 1714600800
    assert len(list(glimpses(path))) > 5


def test_ten_bit_pictures_become_eight(tmp_path: Path) -> None:
    frame = next(whole_frames(short(tmp_path / "a.mkv", 1, pixel_format="yuv420p10le"), 0, 1))
    assert frame.pixels.dtype == np.uint8
    assert 20 < frame.pixels.mean() < 60


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_the_display_matrix_is_applied_as_players_do(tmp_path: Path, rotation: int) -> None:
    path = short(tmp_path / "a.mp4", 0.5, rotation=rotation)
    frame = next(whole_frames(path, 0, 1))
    ours = upright(frame.pixels, frame.video.rotation)
    assert clip_facts(path).size == ours.shape[1::-1] == ((320, 180) if rotation == 180 else (180, 320))
    try:
        subprocess.run(
            ["ffmpeg", "-v", "error", "-i", str(path), "-frames:v", "1", str(tmp_path / "player.png")], check=True
        )
    except FileNotFoundError:
        pytest.skip("no ffmpeg program to compare with")
    with av.open(str(tmp_path / "player.png")) as image:
        theirs = next(image.decode(video=0)).to_ndarray(format="rgb24")
    assert np.abs(ours.astype(int) - theirs).mean() < 4


def test_variable_frame_rate(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    times = [0.0, 0.03, 0.06, 0.5, 0.55, 1.4, 1.5, 1.6]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.codec_context.time_base = 64, 64, Fraction(1, 1000)
        for time in times:
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 90, np.uint8))
            frame.pts, frame.time_base = round(time * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert [round(glimpse.at, 2) for glimpse in glimpses(path)] == [0, 0.5, 1.4, 1.5, 1.6]


@pytest.mark.parametrize(
    "content",
    [b"", b"hello\n" * 100, b"#EXTM3U\n#EXTINF:1\nfile:///etc/passwd\n", b"ffconcat version 1.0\nfile secret.mp4\n"],
)
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_what_is_no_clip_is_one_clear_line(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=r"no clip that can be read .*copy it again"):
        list(glimpses(path))


def test_a_clip_without_its_index_is_refused_and_one_cut_short_is_used_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = short(tmp_path / "a.mp4")
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(ImageError, match="no clip that can be read"):
        clip_facts(whole)
    cut = short(tmp_path / "b.mkv")
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    assert 0.5 < [glimpse.at for glimpse in glimpses(cut)][-1] < 2.5


def test_frames_after_damage_are_left_out_until_the_next_key_frame(tmp_path: Path) -> None:
    path = short(tmp_path / "a.mkv", 4)
    with av.open(str(path)) as container:
        packets = [
            (float(packet.pts * packet.time_base), bytes(packet)) for packet in container.demux(video=0) if packet.size
        ]
    content = path.read_bytes()
    _, victim = next(packet for packet in packets if packet[0] >= 1.2)
    path.write_bytes(content.replace(victim, victim[:20] + os.urandom(len(victim) - 20), 1))
    times = [frame.captured_at for frame in whole_frames(path, 0, 4)]
    assert len(times) < len(packets)
    assert not any(1.4 < time < 1.9 for time in times)
    assert sum(time >= 2.1 for time in times) > FPS


def test_no_video_too_many_pixels_and_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with av.open(str(tmp_path / "sound.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts = 8000, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(ImageError, match="holds no video"):
        clip_facts(tmp_path / "sound.mp4")
    path = short(tmp_path / "a.mp4", 2)
    monkeypatch.setattr(clips, "MAX_SECONDS", 1.0)
    with pytest.raises(ImageError, match="longer than"):
        list(glimpses(path))
    monkeypatch.setattr(clips, "MAX_PIXELS", 1000)
    with pytest.raises(ImageError, match="320x180 are over 1000 pixels"):
        clip_facts(path)


def test_frames_of_a_moment_are_the_same_however_they_are_reached(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    film(path, play([Act(DAY, 2), Act(NIGHT, 3)]))
    everything = {round(frame.captured_at, 3): frame.pixels for frame in whole_frames(path, 0, 10)}
    later = {round(frame.captured_at, 3): frame.pixels for frame in whole_frames(path, 3.3, 10)}
    assert len(everything) == 5 * FPS
    assert len(later) > FPS
    assert all(np.array_equal(pixels, everything[at]) for at, pixels in later.items())
