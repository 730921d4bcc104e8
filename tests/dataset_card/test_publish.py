"""Publishing a collection, and loading what came out as others will: elsewhere, with the collection gone."""

import hashlib
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from datasets import Dataset, Image, load_dataset
from PIL import ExifTags
from PIL import Image as Picture

from nirecap.cli import cli
from nirecap.curate.cache.cache_file import open_cache
from nirecap.curate.examine import Examination
from nirecap.curate.verdicts import Verdict, append_verdict
from nirecap.places import MANIFEST
from nirecap.vocabulary import Plan, Role

from .small_collections import Wanted, encoded, make_collection, night_of, read_rows, write_rows

ROLES = {
    "pairs": (Role.LOW, Role.NIRE),
    "references": (Role.REFERENCE, Role.REFERENCE_NIRE),
    "triplets": (Role.LOW, Role.NIRE, Role.REFERENCE),
}
NIGHT = [
    *night_of(5),
    *night_of(3, Plan.QUAD, 2, "hall"),
    *night_of(2, Plan.PAIR, 2, "yard"),
    *night_of(1, Plan.REFERENCE, 1, "yard"),
    Wanted("bad", row={"status": "reject", "flags": ["misaligned"]}),
    Wanted("doubtful", row={"status": "review", "flags": ["bright_spot"]}),
]


def publish(out: Path, dest: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["publish", str(out), str(dest), *options])


def published(out: Path, dest: Path, *options: str) -> str:
    result = publish(out, dest, *options)
    assert result.exit_code == 0, result.output
    return result.output


def refused(out: Path, dest: Path, *options: str) -> str:
    result = publish(out, dest, *options)
    assert result.exit_code in (1, 2), result.output
    assert len(result.stderr.splitlines()) == 1, result.output
    return result.stderr


def load(dest: Path, config: str, cache: Path) -> dict[str, Dataset]:
    return dict(load_dataset(str(dest), config, cache_dir=str(cache)))


def shots_of(dest: Path, config: str, split: str, cache: Path) -> set[str]:
    data = load(dest, config, cache)
    return set(data[split]["shot"]) if split in data else set()


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]], set[str]]:
    """A published folder whose collection is gone; the rows of its manifest, and hashes of its images."""
    folder = tmp_path_factory.mktemp("made")
    out, dest = folder / "night", folder / "published"
    rows = make_collection(out, NIGHT)
    hashes = {hashlib.sha256(path.read_bytes()).hexdigest() for path in out.rglob("*.png")}
    published(out, dest, "--license", "cc-by-4.0")
    shutil.rmtree(out)
    return Path(shutil.move(dest, tmp_path_factory.mktemp("elsewhere") / "published")), rows, hashes


@pytest.mark.parametrize("config", ROLES)
@pytest.mark.parametrize("streaming", [False, True])
def test_load_dataset_opens_every_config(
    made: tuple[Path, list[dict[str, Any]], set[str]], config: str, streaming: bool, tmp_path: Path
) -> None:
    dest, rows, hashes = made
    data = load_dataset(str(dest), config, streaming=streaming, cache_dir=str(tmp_path))
    assert set(data) == ({"train", "test"} if config == "triplets" else {"train"})
    by_shot = {row["shot"]: row for row in rows}
    for split in data.values():
        for role in ROLES[config]:
            assert isinstance(split.features[role], Image)
        first = next(iter(split))
        assert {first[role].size for role in ROLES[config]} == {(32, 24)}
        raw = split
        for role in ROLES[config]:
            raw = raw.cast_column(role, Image(decode=False))
        for shot in raw:
            row = by_shot[shot["shot"]]
            assert (shot["scene_id"], shot["camera"], shot["plan"]) == (row["scene_id"], row["camera"], row["plan"])
            assert (shot["taken_at"], shot["lamp_nm"]) == (row["taken_at"], 850)
            assert shot["align_matrix"] == row["align_matrix"]
            for role in ROLES[config]:
                assert hashlib.sha256(shot[role]["bytes"]).hexdigest() == shot[f"{role}_sha256"]
                assert shot[f"{role}_sha256"] == row[f"{role}_sha256"]
                assert shot[f"{role}_sha256"] in hashes


def test_rows_are_where_they_belong(made: tuple[Path, list[dict[str, Any]], set[str]], tmp_path: Path) -> None:
    dest, rows, _ = made
    test = shots_of(dest, "triplets", "test", tmp_path)
    kept = {row["shot"]: row for row in rows if row["status"] == "keep"}
    tested = {kept[shot]["scene_id"] for shot in test}
    assert len(tested) == round(0.2 * 8)
    train = {shot for shot, row in kept.items() if row["scene_id"] not in tested}
    plans = {"pairs": ("pair", "triplet", "quad"), "references": ("reference", "quad"), "triplets": ("triplet", "quad")}
    for config, of_config in plans.items():
        wanted = {shot for shot in train if kept[shot]["plan"] in of_config}
        assert shots_of(dest, config, "train", tmp_path) == wanted
    assert test == {shot for shot, row in kept.items() if row["scene_id"] in tested}


def test_nothing_of_the_persons_computer_is_published(made: tuple[Path, list[dict[str, Any]], set[str]]) -> None:
    for name, held in content(made[0]).items():
        assert b"/home/ann" not in held, name
        assert str(made[0].parent.parent).encode() not in held, name


def test_equal_input_gives_equal_files(tmp_path: Path) -> None:
    make_collection(tmp_path / "night", night_of(4))
    for name in ("a", "b"):
        published(tmp_path / "night", tmp_path / name / "set")
    assert content(tmp_path / "a") == content(tmp_path / "b")
    again = published(tmp_path / "night", tmp_path / "a" / "set")
    assert "as before" in again
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_a_persons_word_wins_even_where_the_manifest_has_not_followed(tmp_path: Path) -> None:
    out, dest = tmp_path / "night", tmp_path / "set"
    rows = make_collection(
        out,
        [
            *night_of(2, Plan.PAIR, 1),
            Wanted("doubtful", row={"status": "review", "flags": ["bright_spot"]}),
            Wanted("spoken", row={"status": "reject", "flags": ["noisy"], "verdict": "keep", "reviewer": "ann"}),
        ],
    )
    now = datetime.now(UTC)
    append_verdict(out, Verdict(rows[0]["shot"], "reject", ("people",), (), "bob", now))
    append_verdict(out, Verdict(rows[2]["shot"], "keep", (), ("bright_spot",), "bob", now))
    published(out, dest)
    pairs = {shot["shot"]: shot for shot in load(dest, "pairs", tmp_path / "cache")["train"]}
    assert set(pairs) == {rows[1]["shot"], rows[2]["shot"], rows[3]["shot"]}
    assert [pairs[rows[n]["shot"]]["flags"] for n in (2, 3)] == [[], ["noisy"]]
    assert not any(b"bob" in held or b"reviewer" in held for held in content(dest).values())


def test_next_version_keeps_scenes_in_their_splits_and_says_what_changed(tmp_path: Path) -> None:
    out, dest, cache = tmp_path / "night", tmp_path / "set", tmp_path / "cache"
    rows = make_collection(out, night_of(5))
    published(out, dest)
    before = {split: shots_of(dest, "triplets", split, cache) for split in ("train", "test")}
    make_collection(out, night_of(20, camera="attic", shots=1), first=100)
    gone = next(row for row in rows if row["shot"] in before["train"])
    changed = [row | {"status": "reject"} if row["shot"] == gone["shot"] else row for row in read_rows(out)]
    write_rows(out, changed, {"misaligned": {"above": {"align_shift_px": 2.0}, "status": "reject"}})
    assert "version   1.1.0" in published(out, dest)
    after = {split: shots_of(dest, "triplets", split, cache) for split in ("train", "test")}
    assert before["test"] < after["test"]
    assert before["train"] - {gone["shot"]} < after["train"]
    assert len(after["test"]) == 2 + 4  # 5 of 25 scenes, one of which has two shots
    text = (dest / "CHANGELOG.md").read_text()
    assert text.index("## 1.1.0") < text.index("## 1.0.0")
    assert f"- triplets: 1 removed (`{gone['shot']}`)" in text
    assert "- triplets: 20 added" in text
    assert re.search(r"threshold `misaligned`.*1\.3.*2\.0", text)


def test_version_and_words_of_a_person_are_on_the_card(tmp_path: Path) -> None:
    make_collection(tmp_path / "night", night_of(2))
    words = ("--version", "2026-winter", "--name", "Winter <b>nights</b>", "--cite", "Ann: Nights, 2026")
    published(tmp_path / "night", tmp_path / "set", *words, "--license", "CC-BY-4.0")
    card = (tmp_path / "set/README.md").read_text()
    assert "# Winter &lt;b&gt;nights&lt;/b&gt;" in card
    assert "Version 2026-winter" in card
    assert "license: cc-by-4.0" in card
    assert "Ann: Nights, 2026" in card


def test_words_of_a_person_stay_until_others_are_given(tmp_path: Path) -> None:
    out, dest = tmp_path / "night", tmp_path / "set"
    make_collection(out, night_of(2))
    published(out, dest, "--name", "Winter nights", "--license", "mit", "--description", "Cold.", "--cite", "Ann, 2026")
    assert "as before" in published(out, dest)
    published(out, dest, "--license", "other", "--description", "")
    card = (dest / "README.md").read_text()
    assert "# Winter nights" in card
    assert "Ann, 2026" in card
    assert "license: other" in card
    assert "Cold." not in card


def test_split_of_a_person_is_obeyed(tmp_path: Path) -> None:
    out, dest, cache = tmp_path / "night", tmp_path / "set", tmp_path / "cache"
    rows = make_collection(out, night_of(6, shots=1))
    write_rows(out, [row | {"split": "test" if n in (2, 4) else None} for n, row in enumerate(rows)])
    published(out, dest, "--test-scene", "porch 5", "--train-scene", "porch 4")
    assert shots_of(dest, "triplets", "test", cache) == {rows[2]["shot"], rows[5]["shot"]}
    write_rows(out, [row | {"split": "validation"} for row in rows])
    assert "validation" in refused(out, dest)
    assert "porch 77" in refused(out, dest, "--test-scene", "porch 77")


def test_scenes_that_hold_duplicates_share_their_split(tmp_path: Path) -> None:
    out, dest, cache = tmp_path / "night", tmp_path / "set", tmp_path / "cache"
    rows = make_collection(out, night_of(6, shots=1))
    chained = [row | {"duplicate_of": rows[n - 1]["shot"] if n in (1, 2, 3) else None} for n, row in enumerate(rows)]
    chained[1]["status"] = "reject"  # scenes 0 and 2 are linked through it
    write_rows(out, chained)
    published(out, dest, "--test-scene", "porch 0")
    test = shots_of(dest, "triplets", "test", cache)
    assert {rows[0]["shot"], rows[2]["shot"], rows[3]["shot"]} <= test
    said = refused(out, tmp_path / "other", "--test-scene", "porch 0", "--train-scene", "porch 3")
    assert "porch 0" in said
    assert "porch 3" in said
    assert not (tmp_path / "other").exists()


def test_scenes_that_only_look_alike_share_their_split(tmp_path: Path) -> None:
    out, dest, cache = tmp_path / "night", tmp_path / "set", tmp_path / "cache"
    rows = make_collection(out, night_of(6, shots=1))
    looks = ["0f0f0f0f0f0f0f0f", "ffff0000ffff0000", "0f0f0f0f0f0f0f0e"]
    with open_cache(out, print) as kept:
        found = [
            (row["shot"], f"key {n}", Examination({}, hashes={"nire": look, "reference": look}))
            for n, (row, look) in enumerate(zip(rows, looks, strict=False))
        ]
        kept.keep(found)
        kept.refer([(shot, key) for shot, key, _ in found])
    published(out, dest, "--test-scene", "porch 0")
    assert shots_of(dest, "triplets", "test", cache) == {rows[0]["shot"], rows[2]["shot"]}
    said = refused(out, tmp_path / "other", "--test-scene", "porch 0", "--train-scene", "porch 2")
    assert "hold duplicates" in said


def test_the_same_image_in_two_splits_stops_the_publication(tmp_path: Path) -> None:
    out, dest = tmp_path / "night", tmp_path / "set"
    same = {role: encoded(7) for role in Plan.TRIPLET.roles}
    make_collection(out, [Wanted("a", Plan.TRIPLET, contents=same), Wanted("b", Plan.TRIPLET, contents=same)])
    assert "SHA-256" in refused(out, dest, "--test-scene", "a", "--train-scene", "b")
    assert list(tmp_path.iterdir()) == [out]


def test_empty_configs_are_left_out_and_held_back_shots_are_told(tmp_path: Path) -> None:
    out, dest = tmp_path / "night", tmp_path / "set"
    make_collection(out, [*night_of(2, shots=1), *night_of(2, Plan.PAIR, 1)])
    said = published(out, dest)
    assert "references left out" in said
    assert "1 shot held back" in said
    assert not (dest / "data/references").exists()
    card = (dest / "README.md").read_text()
    assert "no config `references`" in card
    assert "Held back: 1 shot" in card


def test_private_metadata_stays_at_home_unless_asked(tmp_path: Path) -> None:
    out, cache = tmp_path / "night", tmp_path / "cache"
    exif = Picture.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSMapDatum] = "SECRET-PLACE"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.BodySerialNumber] = "SECRET-SERIAL"
    low = encoded(1, "JPEG", exif=exif)
    serial = "T8410P1234567890"
    rows = make_collection(
        out,
        [
            Wanted("192.168.1.20 hall", camera="192.168.1.20", contents={Role.LOW: low}),
            Wanted(f"{serial} /home/ann/x", row={"consent": "signed by ann@home.org"}),
        ],
    )
    published(out, tmp_path / "set")
    held = b"".join(content(tmp_path / "set").values())
    for secret in (b"SECRET", serial.encode(), b"192.168", b"192-168", b"/home/ann", b"ann@home"):
        assert secret not in held, secret
    pairs = load(tmp_path / "set", "pairs", cache)["train"]
    assert pairs[0]["low"].size == (24, 32)  # turned, as before
    assert np.array_equal(np.asarray(pairs[1]["low"]), np.asarray(Picture.open(out / rows[1]["low_file_name"])))
    published(out, tmp_path / "all", "--keep-metadata")
    kept = load(tmp_path / "all", "pairs", cache)["train"].cast_column("low", Image(decode=False))
    assert kept[0]["low"]["bytes"] == low


def test_sets_that_cannot_be_made_are_refused_in_one_line(tmp_path: Path) -> None:
    out = tmp_path / "night"
    rows = make_collection(out, night_of(2, shots=1))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.tex").touch()
    before = content(tmp_path)
    assert "is a collection" in refused(out, out)
    assert "mixed" in refused(out, out / "sessions/x")
    assert "mixed" in refused(out, tmp_path)
    assert "not empty" in refused(out, tmp_path / "mine")
    assert "which load_dataset takes for a pattern" in refused(out, tmp_path / "set[1]")
    assert "which load_dataset takes for a pattern" in refused(out, tmp_path / "winter*/set", "--dry-run")
    assert "nirecap curate" in refused(tmp_path / "mine", tmp_path / "set")
    assert "no size" in publish(out, tmp_path / "set", "--shard-size", "much").output
    assert "--push-to-hub" in refused(out, tmp_path / "set", "--public")
    assert "no licence" in refused(out, tmp_path / "set", "--license", "a: b")
    assert content(tmp_path) == before
    write_rows(out, [row | {"status": "reject"} for row in rows])
    assert "none of 2 shots is kept" in refused(out, tmp_path / "set")
    (out / MANIFEST).write_bytes(b"PAR1 nothing")
    assert "damaged" in refused(out, tmp_path / "set")


def test_image_that_changed_since_it_was_curated_stops_the_publication(tmp_path: Path) -> None:
    out, dest = tmp_path / "night", tmp_path / "set"
    rows = make_collection(out, night_of(3))
    published(out, dest)
    before = content(dest)
    (out / rows[2]["low_file_name"]).write_bytes(encoded(99))
    assert "nirecap curate" in refused(out, dest)
    (out / rows[2]["low_file_name"]).unlink()
    assert rows[2]["low_file_name"].rpartition("/")[2] in refused(out, dest)
    assert content(dest) == before
    assert {path.name for path in tmp_path.iterdir()} == {"night", "set"}


@pytest.mark.parametrize("name", ["/etc/passwd", "../../secret.png", "sessions/link.png"])
def test_manifest_that_leads_out_of_the_collection_is_refused(name: str, tmp_path: Path) -> None:
    out = tmp_path / "night"
    rows = make_collection(out, night_of(2, Plan.PAIR, 1))
    secret = encoded(5)
    (tmp_path / "secret.png").write_bytes(secret)
    (out / "sessions/link.png").symlink_to(tmp_path / "secret.png")
    write_rows(out, [rows[0] | {"low_file_name": name, "low_sha256": hashlib.sha256(secret).hexdigest()}, rows[1]])
    assert "leads out of" in refused(out, tmp_path / "set")


def test_kill_leaves_the_old_version_and_the_next_run_replaces_it(tmp_path: Path) -> None:
    out, dest = tmp_path / "night", tmp_path / "set"
    make_collection(out, night_of(4))
    published(out, dest)
    before = content(dest)
    make_collection(out, night_of(20, camera="attic"), first=100)
    running = subprocess.Popen([sys.executable, "-m", "nirecap", "publish", str(out), str(dest)])
    aside = tmp_path / ".set.partial"
    while not list(aside.glob("data/*/*.parquet")) and running.poll() is None:
        time.sleep(0.001)
    running.kill()
    running.wait()
    assert running.returncode == -signal.SIGKILL
    assert content(dest) == before
    assert aside.exists()
    assert "1.1.0" in published(out, dest)
    assert {path.name for path in tmp_path.iterdir()} == {"night", "set"}


def test_dry_run_tells_and_writes_nothing(tmp_path: Path) -> None:
    make_collection(tmp_path / "night", night_of(5))
    before = content(tmp_path)
    said = published(tmp_path / "night", tmp_path / "set", "--dry-run")
    assert re.search(r"pairs +train +8 rows +4 scenes", said)
    assert re.search(r"triplets +test +2 rows +1 scenes", said)
    assert content(tmp_path) == before
