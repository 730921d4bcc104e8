"""`nirecap purify` and `nirecap export` as a person calls them: the first line, what is written, and mistakes."""

import shutil
from pathlib import Path

import av
import numpy as np
import pytest
from click.testing import CliRunner, Result

from nirecap.cli import cli
from nirecap.images import encode_png, read_image
from nirecap.model.arrays import levels
from nirecap.model.checkpoint import MODEL
from nirecap.model.purifier import Purifier

from ...model.saved_run import drawn_pair, saved_run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved_run(tmp_path_factory.mktemp("made") / "run", iterations=1, cem_levels=2)


@pytest.fixture
def here(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a run, two pairs and two videos."""
    shutil.copytree(made, tmp_path / "run")
    (tmp_path / "pairs").mkdir()
    for seed, name in enumerate(("a", "b")):
        low, nire = drawn_pair(24, 32, seed)
        (tmp_path / f"pairs/{name}_low.png").write_bytes(encode_png(low))
        (tmp_path / f"pairs/{name}_nire.png").write_bytes(encode_png(nire))
    for name in ("low", "nire"):
        with av.open(str(tmp_path / f"v_{name}.mp4"), "w") as container:
            stream = container.add_stream("libx264", rate=5)
            stream.width, stream.height, stream.pix_fmt = 32, 24, "yuv420p"
            for level in (40, 80):
                picture = np.full((24, 32, 3), level, np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
            container.mux(stream.encode(None))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def nirecap(*words: str) -> Result:
    return CliRunner().invoke(cli, words)


def purify(*words: str) -> Result:
    return nirecap("purify", "run", *words, "--no-bf16", "--device", "cpu")


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*")) if folder.exists() else []


def test_one_pair(here: Path) -> None:
    result = purify("pairs/a_low.png", "pairs/a_nire.png")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "purifying 1 pair of a_low.png a_nire.png with run (tiny) on cpu, into purified",
        "1 purified",
        "picture   purified/a_purified.png",
    ]
    expected = levels(Purifier.from_pretrained("run")(*drawn_pair(24, 32, 0)))
    assert np.array_equal(read_image(here / "purified/a_purified.png"), expected)


def test_folder_with_comparisons_and_again(here: Path) -> None:
    first = purify("pairs", "--compare", "--out", "lit", "--tile", "64", "--threads", "1", "--batch", "2")
    assert first.output.startswith("purifying 2 pairs of pairs with run (tiny) on cpu, into lit\n2 purified\n")
    made = ["a_compare.png", "a_purified.png", "b_compare.png", "b_purified.png"]
    assert files(here / "lit") == made
    again = purify("pairs", "--compare", "--out", "lit")
    assert "0 purified, 2 there before (--force makes them anew)" in again.output
    assert "\n2 purified\n" in purify("pairs", "--compare", "--out", "lit", "--force").output


def test_bfloat16_where_the_processor_has_it_is_said(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nirecap.model.purifier.has_bf16", lambda device: True)
    result = nirecap("purify", "run", "pairs", "--device", "cpu", "--dry-run")
    assert result.output == "purifying 2 pairs of pairs with run (tiny) on cpu in bfloat16, into purified\n"
    assert files(here / "purified") == []


def test_two_videos(here: Path) -> None:
    result = purify("v_nire.mp4", "v_low.mp4")
    assert result.output.splitlines() == [
        "purifying the video v_low.mp4 of 0.4 s by v_nire.mp4 with run (tiny) on cpu, into purified",
        "2 pictures purified",
        "video     purified/v_purified.mp4",
    ]
    assert files(here / "purified") == ["v_purified.mp4"]
    assert "is there before; --force makes it anew" in purify("v_low.mp4", "v_nire.mp4").output
    before = (here / "purified/v_purified.mp4").read_bytes()
    refused = purify("v_low.mp4", "v_nire.mp4", "--compare")
    assert refused.exit_code == 2
    assert "--force makes it anew, with its comparison" in refused.output
    assert (here / "purified/v_purified.mp4").read_bytes() == before


def test_what_can_not_be_read_is_named_and_the_rest_is_done(here: Path) -> None:
    (here / "pairs/a_low.png").write_bytes(b"\x89PNG nothing")
    result = purify("pairs")
    assert result.exit_code == 1
    assert "1 purified" in result.output
    assert result.output.splitlines()[-1].startswith("Error: 1 could not be purified: pairs/a_low.png: ")
    assert files(here / "purified") == ["b_purified.png"]


def test_ctrl_c_keeps_what_is_made(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_pixels: object) -> bytes:
        if files(here / "purified"):
            raise KeyboardInterrupt
        return encode_png(np.zeros((2, 2), np.uint8))

    monkeypatch.setattr("nirecap.model.purify_images.encode_png", interrupted)
    result = purify("pairs")
    assert result.exit_code == 130
    assert "stopped by you: 1 of 2 are in purified; the same command goes on" in result.output
    assert files(here / "purified") == ["a_purified.png"]


@pytest.mark.parametrize(
    "words",
    [
        ("purify", "run", "pairs", "--dry-run"),
        ("purify", "run", "v_low.mp4", "v_nire.mp4", "--dry-run"),
        ("purify", "run", "--camera", "sim", "--fixed-nire", "once", "--frames", "3", "--dry-run"),
        ("export", "run", "--onnx", "n.onnx", "--dry-run"),
        ("export", "run", "--push-to-hub", "night", "--dry-run"),
    ],
    ids=" ".join,
)
def test_dry_run_says_and_does_nothing(here: Path, words: tuple[str, ...]) -> None:
    before = files(here)
    result = nirecap(*words)
    assert result.exit_code == 0, result.output
    assert result.output.count("\n") == 1
    assert files(here) == before


def test_live_camera_is_told_in_the_first_line(here: Path) -> None:
    result = purify("--camera", "sim", "--fixed-nire", "once", "--frames", "3", "--dry-run")
    way = "by one NIR image, taken first, 3 images"
    assert result.output == f"purifying what sim sees, {way}, with run (tiny) on cpu, into purified\n"


def test_export_to_onnx(here: Path) -> None:
    result = nirecap("export", "run", "--onnx", "n.onnx", "--size", "64x48")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("exporting run (tiny) for images of 64x48 to n.onnx\n")
    assert "of 1 from what PyTorch gives" in result.output
    assert (here / "n.onnx").stat().st_size > 1000
    again = nirecap("export", "run", "--onnx", "n.onnx")
    assert (again.exit_code, again.output) == (2, "Error: n.onnx is there; give --force to replace it\n")


MISTAKES = [
    (("purify", "run"), 2, "nothing to purify; name images"),
    (("purify", "nowhere", "pairs"), 2, "'nowhere' is no run"),
    (("purify", "pairs", "pairs"), 2, "pairs has no config.toml"),
    (("purify", "broken", "pairs"), 1, "files of torch.save are never read"),
    (("purify", "run", "nothing"), 2, "'nothing' does not exist"),
    (("purify", "run", "pairs/a_low.png"), 2, "is one image; name its nire after it"),
    (("purify", "run", "pairs/a_low.png", "pairs/b.png"), 1, "pairs/b.png: can't be read"),
    (("purify", "run", "pairs/a_low.png", "other.png"), 1, "its images differ in size (low 32x24, nire 40x24)"),
    (("purify", "run", "pairs", "--device", "tpu:7"), 2, "torch has no device 'tpu:7' here"),
    (("purify", "run", "pairs", "--tile", "10"), 2, "a tile of 10 pixels is too small"),
    (("purify", "run", "pairs", "--camera", "sim"), 2, "--camera stands in place of INPUT"),
    (("purify", "run", "pairs", "--frames", "2"), 2, "give --camera NAME too"),
    (("purify", "run", "pairs", "--host", "127.0.0.1"), 2, "give --camera NAME too"),
    (("purify", "run", "--camera", "nosuch"), 2, "no camera or profile is called 'nosuch'"),
    (("purify", "run", "v_low.mp4", "broken.mp4"), 1, "broken.mp4"),
    (("export", "run"), 2, "nothing to export to"),
    (("export", "run", "--onnx", "n.onnx", "--public"), 2, "give --push-to-hub NAME too"),
    (("export", "run", "--push-to-hub", "x", "--force"), 2, "give --onnx FILE too"),
    (("export", "run", "--onnx", "n.onnx", "--size", "20x20"), 2, "20x20 is too small to export for"),
    (("export", "nowhere", "--onnx", "n.onnx"), 2, "'nowhere' is no run"),
]


@pytest.mark.parametrize(("words", "code", "said"), MISTAKES, ids=[" ".join(words) for words, *_ in MISTAKES])
def test_mistakes_end_in_one_line(here: Path, words: tuple[str, ...], code: int, said: str) -> None:
    shutil.copytree("run", "broken")
    (here / "broken" / MODEL).write_bytes(b"\x80\x04K\x01.")
    (here / "broken.mp4").write_bytes(b"nothing")
    (here / "other.png").write_bytes(encode_png(np.zeros((24, 40), np.uint8)))
    result = nirecap(*words)
    assert result.exit_code == code, result.output
    assert said in result.output.splitlines()[-1]
    assert result.output.splitlines()[-1].startswith("Error: ")
    assert files(here / "purified") == []
