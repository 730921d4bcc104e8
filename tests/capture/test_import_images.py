import os
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import ExifTags, Image

from nirecap.capture.store import Collection
from nirecap.cli import cli
from nirecap.files import inside, sha256_of
from nirecap.images import read_image
from nirecap.vocabulary import Role


def picture(path: Path, seed: int = 0, size: tuple[int, int] = (40, 30)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([seed, *os.fsencode(path)])
    Image.fromarray(rng.integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)).save(path)
    return path


def run(*args: object) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["import", *map(str, args)])
    return result.exit_code, result.output


def test_both_layouts_become_shots_byte_for_byte(tmp_path: Path) -> None:
    source, out = tmp_path / "camcorder", tmp_path / "night"
    files = [
        picture(source / "a_low.png"),
        picture(source / "a_nire.jpg"),
        picture(source / "a_reference.tif"),
        picture(source / "b_reference.bmp"),
        picture(source / "b_reference_nire.bmp"),
        picture(source / "porch/low/7.png"),
        picture(source / "porch/nire/7.png"),
    ]
    before = {path: path.read_bytes() for path in files}
    code, output = run(source, out)
    assert code == 0, output
    shots = {shot.scene: shot for shot in Collection(out).shots()}
    assert {scene: str(shot.plan) for scene, shot in shots.items()} == {
        "a": "triplet",
        "b": "reference",
        "porch/7": "pair",
    }
    for shot in shots.values():
        for image in shot.images.values():
            assert image.source is not None
            assert sha256_of(inside(out, image.file)) == sha256_of(source / image.source) == image.sha256
    assert {path: path.read_bytes() for path in files} == before


def test_importing_twice_adds_nothing(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    picture(source / "a_low.png")
    picture(source / "a_nire.png")
    run(source, out)
    code, output = run(source, out)
    assert code == 0
    assert "0 imported, 1 there before" in output
    assert len(Collection(out)) == 1


def test_a_role_missing_from_some_stems_is_named_and_the_rest_imported(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    for stem in ("a", "b"):
        picture(source / f"{stem}_low.png")
    picture(source / "a_nire.png")
    code, output = run(source, out)
    assert code == 0
    assert "left out: b (no nire)" in output
    assert [shot.scene for shot in Collection(out).shots()] == ["a"]


def test_nothing_to_import_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/readme.txt").write_text("no pictures here")
    code, output = run(tmp_path / "in", tmp_path / "out")
    assert code == 2
    assert output.count("\n") == 1
    assert "no images named <stem>_low.png" in output
    assert not (tmp_path / "out").exists()


def test_only_incomplete_stems_is_an_error(tmp_path: Path) -> None:
    picture(tmp_path / "in/a_low.png")
    code, output = run(tmp_path / "in", tmp_path / "out")
    assert code == 2
    assert "a shot needs low and nire" in output


def test_two_files_for_one_role_are_refused(tmp_path: Path) -> None:
    for name in ("a_low.png", "a_low.bmp", "a_nire.png"):
        picture(tmp_path / "in" / name)
    code, output = run(tmp_path / "in", tmp_path / "out")
    assert code == 2
    assert "are both the low of 'a'" in output


def test_unreadable_image_and_bomb_are_left_out_and_named(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    picture(source / "good_low.png")
    picture(source / "good_nire.png")
    picture(source / "bad_low.png").write_bytes(b"not an image")
    picture(source / "bad_nire.png")
    Image.new("1", (40_000, 40_000)).save(source / "bomb_low.png")
    picture(source / "bomb_nire.png")
    code, output = run(source, out)
    assert code == 0
    assert "bad_low.png: not a PNG" in output
    assert "bomb_low.png" in output
    assert "pixels" in output
    assert [shot.scene for shot in Collection(out).shots()] == ["good"]


def test_odd_names_are_imported_or_left_out_and_never_break(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    odd = ["two words", "line\nbreak", "d\u00e9j\u00e0 vu", os.fsdecode(b"\xff"), "x" * 230]
    for seed, stem in enumerate(odd):
        picture(source / f"{stem}_low.png", 2 * seed)
        picture(source / f"{stem}_nire.png", 2 * seed + 1)
    code, output = run(source, out)
    assert code == 0, output
    assert "no valid text" in output
    assert "at most 200 characters" in output
    assert sorted(shot.scene for shot in Collection(out).shots()) == sorted(odd[:3])
    result = CliRunner().invoke(cli, ["curate", str(out)])
    assert result.exit_code == 0, result.output


def test_rotated_and_sixteen_bit_images_are_as_they_will_be_seen(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    for name in ("a_low.jpg", "a_nire.jpg"):
        picture(source / name)
        Image.open(source / name).save(source / name, exif=exif)
    deep = np.full((30, 40), 32768, np.uint16)
    for name in ("b_low.png", "b_nire.png"):
        Image.fromarray(deep).save(source / name)
    Image.fromarray(deep.astype(np.float32)).save(source / "c_low.tif")
    picture(source / "c_nire.png")
    code, output = run(source, out)
    assert code == 0
    assert "32-bit float" in output
    rotated, sixteen = Collection(out).shots()
    assert (rotated.images[Role.LOW].width, rotated.images[Role.LOW].height) == (30, 40)
    assert read_image(inside(out, sixteen.images[Role.LOW].file)).mean() == 128


def test_links_are_not_followed(tmp_path: Path) -> None:
    source = tmp_path / "in"
    picture(source / "a_low.png")
    picture(tmp_path / "secret_nire.png")
    (source / "a_nire.png").symlink_to(tmp_path / "secret_nire.png")
    assert run(source, tmp_path / "out")[0] == 2


def test_dry_run_writes_nothing(tmp_path: Path) -> None:
    picture(tmp_path / "in/a_low.png")
    picture(tmp_path / "in/a_nire.png")
    code, output = run(tmp_path / "in", tmp_path / "out", "--dry-run")
    assert code == 0
    assert "1 shot in" in output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["a_low.png", "A_LOW.PNG"])
def test_role_is_read_in_any_case(tmp_path: Path, name: str) -> None:
    picture(tmp_path / "in" / name)
    picture(tmp_path / "in" / name.replace("low", "nire").replace("LOW", "NIRE"))
    assert run(tmp_path / "in", tmp_path / "out")[0] == 0
