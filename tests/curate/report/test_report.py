"""The report as a file: whole, offline, streamed, and proof against what names and manifests may hold."""

import re
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nirecap.curate.manifest import write_manifest
from nirecap.curate.report import write_report
from nirecap.curate.thresholds import load_thresholds
from nirecap.errors import CollectionError, ManifestError

from ..judged import EVIL, blocks_of, change, is_webp, many_rows, report_of, rows_of


def no_thumbnails(_shot: str) -> dict[str, bytes]:
    return {}


def test_page_holds_all_rows_and_thumbnails_and_nothing_from_elsewhere(curated: Path) -> None:
    page = report_of(curated).read_text()
    (rows,) = blocks_of(page, "rows")
    assert rows["count"] == 6
    scenes = rows["columns"]["scene_id"]
    assert [scenes["words"][code] for code in scenes["codes"]] == [row["scene_id"] for row in rows_of(curated)]
    (pictures,) = blocks_of(page, "pictures-0")
    assert all(is_webp(shot[role]) for shot in pictures for role in ("low", "nire", "reference"))
    assert set(pictures[2]) == {"low", "nire", "reference", "structure_vanishing_map"}
    assert "default-src 'none'" in page
    assert re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", page) == []
    assert page.count("<script>") == 1


def test_names_and_notes_never_become_html(curated: Path) -> None:
    page = report_of(curated).read_text()
    assert EVIL not in page
    assert EVIL in blocks_of(page, "rows")[0]["columns"]["scene_id"]["words"]


def test_scores_are_short_and_unknown_ones_are_null(curated: Path) -> None:
    change(curated, lambda rows: rows[0].update(align_dx=0.12345678901, align_dy=float("nan"), align_scale=None))
    columns = blocks_of(report_of(curated).read_text(), "rows")[0]["columns"]
    assert (columns["align_dx"][0], columns["align_dy"][0], columns["align_scale"][0]) == (0.123457, None, None)


def test_column_of_a_later_version_is_shown_and_one_of_a_wrong_type_is_not(curated: Path) -> None:
    table = pq.read_table(curated / "metadata.parquet")
    table = table.append_column("fog_density", pa.array([0.5] * 6))
    place = table.schema.get_field_index("flags")
    pq.write_table(table.set_column(place, "flags", pa.array(["noisy"] * 6)), curated / "metadata.parquet")
    about = blocks_of(report_of(curated).read_text(), "about")[0]
    assert about["kinds"]["fog_density"] == "number"
    assert "flags" not in about["kinds"]


def test_page_streams_in_bounded_memory(tmp_path: Path) -> None:
    write_manifest(tmp_path, many_rows(6000), load_thresholds())
    thumbnail = bytes(3000)
    tracemalloc.start()
    path = write_report(tmp_path, load_thresholds(), lambda _: {"low": thumbnail, "nire": thumbnail})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert path.stat().st_size > 48_000_000
    assert peak < 24_000_000


def test_thumbnails_that_would_make_the_page_too_large_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_manifest(tmp_path, many_rows(1000), load_thresholds())
    monkeypatch.setattr("nirecap.curate.report.report.BUDGET", 3_000_000)
    path = write_report(tmp_path, load_thresholds(), lambda _: {"low": bytes(1500), "nire": bytes(1500)})
    assert path.stat().st_size < 3_500_000
    pictures = [shot for block in blocks_of(path.read_text(), "pictures") for shot in block]
    assert [set(shot) for shot in pictures] == [{"low"}] * 1000


def test_old_report_stays_where_a_new_one_fails(curated: Path) -> None:
    path = report_of(curated)
    content = path.read_bytes()

    def broken(_shot: str) -> dict[str, bytes]:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_report(curated, load_thresholds(), broken)
    assert path.read_bytes() == content
    assert sorted(found.name for found in path.parent.glob("report*")) == ["report.html"]


def test_report_wants_a_manifest(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="run `nirecap curate` first"):
        write_report(tmp_path, load_thresholds(), no_thumbnails)


def test_link_out_of_the_collection_is_not_written(curated: Path, tmp_path: Path) -> None:
    (curated / "curate/report.html").unlink(missing_ok=True)
    (curated / "curate/report.html").symlink_to(tmp_path / "elsewhere.html")
    with pytest.raises(CollectionError, match="leads out"):
        write_report(curated, load_thresholds(), no_thumbnails)
    assert not (tmp_path / "elsewhere.html").exists()
