import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import ExifTags, Image

from nirecap.capture.records import ImageRecord, ShotRecord
from nirecap.capture.sim.body import FrameTruth
from nirecap.capture.sim.optics import Optics
from nirecap.capture.store import Collection
from nirecap.cli import cli
from nirecap.files import inside, sha256_of
from nirecap.vocabulary import Plan, Role

from .filmed import DARK, DAY, FPS, LIGHT, NIGHT, TURN, Act, film, play

TOGGLED = [Act(DAY, 3), Act(NIGHT, 4)]
TRIPLET = [*TOGGLED, Act(DAY, 4), Act(LIGHT, 4)]


def run(*args: object) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["import", *map(str, args)])
    return result.exit_code, result.output


def imported(source: Path, out: Path, *options: object) -> list[ShotRecord]:
    code, output = run(source, out, *options)
    assert code == 0, output
    return list(Collection(out).shots())


def check(shot: ShotRecord, truths: Sequence[FrameTruth]) -> None:
    """Hold every chosen frame against what the device showed."""
    for role, image in shot.images.items():
        truth = truth_of(image, truths)
        by_day = role in (Role.LOW, Role.REFERENCE)
        assert (truth.filter_in, truth.colour, truth.lamp) == (by_day, by_day, not by_day)
        assert truth.room_lit == (role in (Role.REFERENCE, Role.REFERENCE_NIRE))
        assert truth.exposure_settled or truth.in_transit  # commanded, and nothing shows of it yet
    assert len({truth_of(image, truths).scene for image in shot.images.values()}) == 1


def truth_of(image: ImageRecord, truths: Sequence[FrameTruth]) -> FrameTruth:
    assert image.source
    return truths[round(float(image.source.split(" @ ")[1].removesuffix(" s")) * FPS)]


@pytest.mark.parametrize(("suffix", "first"), [(".mp4", 0), (".mov", 5), (".mkv", 12)])
def test_toggled_views_with_a_lit_part_become_shots(tmp_path: Path, suffix: str, first: int) -> None:
    acts = [*TRIPLET, Act(DARK, 0.5), Act(TURN, 4), Act(NIGHT, 4), Act(DAY, 4), Act(NIGHT, 4)]
    truths = film(tmp_path / f"in/a{suffix}", play(acts, first_scene=first))
    shots = imported(tmp_path / "in", tmp_path / "out")
    assert [shot.plan for shot in shots] == [Plan.TRIPLET, Plan.PAIR, Plan.PAIR]
    for shot in shots:
        check(shot, truths)
    assert [shot.scene for shot in shots] == [f"a{suffix} view 1", f"a{suffix} view 2", f"a{suffix} view 2"]
    assert "begin_s" in str(shots[0].details)


def test_night_filmed_in_the_light_is_a_lit_one(tmp_path: Path) -> None:
    truths = film(tmp_path / "in/a.mp4", play([*TRIPLET, Act(NIGHT, 4)]))
    (quad,) = imported(tmp_path / "in", tmp_path / "out")
    assert quad.plan is Plan.QUAD
    check(quad, truths)


@pytest.mark.parametrize(("transition_s", "dim_lux"), [(0.3, 0.25), (3.0, 0.8)])
def test_dark_rooms_and_slow_switches(tmp_path: Path, transition_s: float, dim_lux: float) -> None:
    acts = [Act(DAY, 3), Act(NIGHT, 3 + transition_s), Act(DAY, 3 + transition_s)]
    truths = film(tmp_path / "in/a.mp4", play(acts, transition_s=transition_s, optics=Optics(dim_lux=dim_lux)))
    (pair,) = imported(tmp_path / "in", tmp_path / "out")
    check(pair, truths)


def test_importing_twice_adds_nothing_and_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    film(tmp_path / "in/a.mp4", play(TOGGLED))
    code, output = run(tmp_path / "in", tmp_path / "out", "--dry-run")
    assert code == 0
    assert "a.mp4 view 1 (pair)" in output
    assert "time by file date" in output
    assert not (tmp_path / "out").exists()
    first = imported(tmp_path / "in", tmp_path / "out")
    assert "0 imported, 1 there before" in run(tmp_path / "in", tmp_path / "out")[1]
    (again,) = imported(tmp_path / "in", tmp_path / "elsewhere")
    assert [image.sha256 for image in again.images.values()] == [image.sha256 for image in first[0].images.values()]


def test_clips_and_stills_are_ordered_by_their_own_clocks(tmp_path: Path) -> None:
    source = tmp_path / "in"
    night = film(source / "z.mp4", play([Act(NIGHT, 4)]), created="2024-05-01T22:00:00Z")
    assert night
    still = next(play([Act(DAY, 1)]))[0]
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2024:05:02 00:00:30"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.OffsetTimeOriginal] = "+02:00"
    Image.fromarray(still).save(source / "a.jpg", exif=exif, quality=95)
    os.utime(source / "a.jpg", (0, 0))
    (pair,) = imported(source, tmp_path / "out")
    low, nire = pair.images[Role.LOW], pair.images[Role.NIRE]
    assert low.source == "a.jpg"
    assert low.captured_at == 1714600830
    assert sha256_of(inside(tmp_path / "out", low.file)) == sha256_of(source / "a.jpg")
    assert nire.captured_at is not None
    assert 0 < nire.captured_at - 1714600800 < 4
    code, output = run(source, tmp_path / "other", "--max-gap", 20)
    assert code == 2
    assert "no partner" in output


def test_what_makes_no_shot_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    source = tmp_path / "in"
    film(source / "good.mp4", play(TOGGLED))
    film(source / "only_day.mp4", play([Act(DAY, 3)], first_scene=8))
    (source / "text.mov").write_text("no clip")
    (source / "cut.mp4").write_bytes((source / "good.mp4").read_bytes()[:20_000])
    code, output = run(source, tmp_path / "out")
    assert code == 0
    assert "only_day.mp4 0.0-2.9 s (dark, no partner of the same view)" in output
    for name in ("text.mov", "cut.mp4"):
        assert f"{name}: no clip that can be read" in output
    assert [shot.scene for shot in Collection(tmp_path / "out").shots()] == ["good.mp4 view 1"]


def test_other_views_and_other_sizes_make_no_pair(tmp_path: Path) -> None:
    film(tmp_path / "in/a.mp4", play([Act(DAY, 3)]))
    film(tmp_path / "in/b.mp4", play([Act(NIGHT, 4)], first_scene=7))
    film(tmp_path / "in/c.mp4", play([Act(NIGHT, 4)], size=(256, 144)))
    code, output = run(tmp_path / "in", tmp_path / "out")
    assert code == 2
    assert output.count("no partner of the same view") == 3


def test_a_hand_held_clip_makes_no_shot(tmp_path: Path) -> None:
    swaying = (
        (pixels[60:240, (at := 20 + abs(80 - 3 * n % 160)) : at + 320].copy(), truth)
        for n, (pixels, truth) in enumerate(play(TOGGLED, size=(480, 270)))
    )
    film(tmp_path / "in/a.mp4", swaying)
    assert run(tmp_path / "in", tmp_path / "out")[0] == 2
