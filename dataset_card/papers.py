"""The papers of a version: card, changelog, `croissant.json`, contact sheet, and what nirecap itself reads again."""

import re
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from nirecap import __version__

from .card import Story, write_card
from .changelog import Changes, changes_between, next_version, write_changelog
from .croissant import write_croissant
from .earlier import Publication, Published, read_publication, read_published, write_publication
from .facts import Config, Facts
from .order import WORDS, Order
from .outline import Outline
from .rows import IMPORT, SYNTH
from .sheet import write_sheet

FIRST_VERSION = "1.0.0"
NO_LICENCE = "other"
DESCRIPTION = (
    "Aligned pairs of low-light and near-infrared-enlightened images from cheap night-vision cameras: the same view, "
    "taken in the dark in visible light, and with the camera's infrared-cut filter out and its infrared lamp on."
)
LIGHT = ("shot", "scene_id", "camera", "plan", "lamp_nm", "flags", "consent", "driver", "bracket", "aligned_crop")
"""Columns of the published rows that the papers need, beside files."""


@dataclass(frozen=True)
class Outcome:
    """What was written."""

    facts: Facts
    changes: Changes | None
    """Since the version before; None for the first."""


def write_papers(
    order: Order,
    plan: Outline,
    folder: Path,
    configs: tuple[Config, ...],
    published: Published,
) -> Outcome:
    """Write all papers into the folder of the new version, beside its data."""
    dest = order.dest.resolve()
    before = read_publication(dest)
    order = order.following(before.settings) if before else order
    settings = {"seed": order.seed, "test_share": order.test_share, **asdict(order.sharding)}
    settings |= {name: word for name in WORDS if (word := getattr(order, name))}
    settings["licence"] = (order.licence or NO_LICENCE).lower()
    settings |= {"crops": asdict(order.crops)} if order.crops else {}
    now = Publication(order.version or FIRST_VERSION, _today(), __version__, dict(plan.selection.thresholds), settings)
    changes = changes_between(read_published(dest).rows, published.rows, before, now) if before else None
    if before and changes:
        now = _following(before, now, changes, order.version)
    used = _used(plan)
    facts = _facts(order, now, configs, used)
    write_sheet(order.collection, used, plan.splits, folder)
    story = _story(order, plan, used)
    write_card(folder, facts, story)
    write_changelog(folder, dest if before else None, now, changes)
    write_publication(folder, now)
    write_croissant(folder, facts, story)
    return Outcome(facts, changes)


def _today() -> date:
    return datetime.now(UTC).date()


def _following(before: Publication, now: Publication, changes: Changes, version: str | None) -> Publication:
    """Return the publication that follows one; the same rows keep version and date, unless a person names another."""
    same = changes.none and version in (None, before.version)
    number = before.version if same else version or next_version(before.version)
    return Publication(number, before.date if same else now.date, now.nirecap, now.thresholds, now.settings)


def _used(plan: Outline) -> pa.Table:
    """Return the rows that are in any config, once each, without scores."""
    rows = plan.selection.rows
    names = [name for name in rows.column_names if name in LIGHT or name.endswith("_file_name")]
    return rows.select(names).take(pa.array(plan.published, pa.int64()))


def _facts(order: Order, now: Publication, configs: tuple[Config, ...], used: pa.Table) -> Facts:
    folder = order.dest.resolve().name
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", folder).strip("-.")[:96] or "dataset"
    pretty = _line(order.pretty_name or folder)
    counts = {
        "camera": _counted(used["camera"]),
        "scene": _counted(used["scene_id"]),
        "flag": _counted(pc.list_flatten(used["flags"])),
        "plan": _counted(used["plan"]),
    }
    description = _line(order.description or DESCRIPTION)
    licence = (order.licence or NO_LICENCE).lower()
    citation = order.cite or _bibtex(name, pretty, now)
    return Facts(name, pretty, description, licence, now.version, now.date, citation, configs, counts)


def _story(order: Order, plan: Outline, used: pa.Table) -> Story:
    selection = plan.selection
    consents = _counted(used["consent"])
    drivers = _counted(used["driver"])
    return Story(
        thresholds=selection.thresholds,
        total=selection.total,
        left_out=dict(selection.left_out.most_common()),
        left_out_flags=dict(selection.left_out_flags.most_common()),
        held_back=plan.held_back,
        shots=len(used),
        unsaid=consents.pop("", 0),
        consents=consents,
        imported=drivers.pop(IMPORT, 0),
        synthetic=drivers.pop(SYNTH, 0),
        bracketed=pc.sum(used["bracket"]).as_py() or 0,
        lamps=tuple(sorted(lamp for lamp in _column(used, "lamp_nm").unique().to_pylist() if lamp)),
        aligned=pc.count(_column(used, "aligned_crop")).as_py(),
        keep_metadata=order.sharding.keep_metadata,
    )


def _column(rows: pa.Table, name: str) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return a column that a manifest need not have."""
    return rows[name] if name in rows.column_names else pa.chunked_array([pa.nulls(len(rows))])


def _counted(column: Any) -> dict[str, int]:  # noqa: ANN401 - pyarrow has no types
    found = {entry["values"]: entry["counts"] for entry in pc.value_counts(column).to_pylist()}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _bibtex(name: str, pretty: str, now: Publication) -> str:
    title = re.sub(r"[{}\\%#$&]", "", pretty)
    return (
        f"@misc{{{name},\n  title = {{{title}}},\n  year = {{{now.date.year}}},\n"
        f"  version = {{{now.version}}},\n  note = {{Low-light and near-infrared images, made with nirecap}}\n}}"
    )
