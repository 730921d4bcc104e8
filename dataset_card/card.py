"""The card, `README.md`: what `datasets` and the Hub read at its head, and what a person reads below."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from datasets import DatasetInfo, Features, SplitDict, SplitInfo
from datasets.info import DatasetInfosDict
from datasets.utils.metadata import MetadataConfigs
from huggingface_hub import DatasetCardData
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from nirecap.curate.examine import CHECKS
from nirecap.progress import shots

from .configs import DESCRIPTIONS, KINDS
from .facts import Column, Config, Facts

CARD = "README.md"
TEMPLATE = "card.md.jinja"
TAGS = ["low-light", "near-infrared", "image-enhancement", "night-vision", "nirecap"]
MOST_NAMES = 40
"""Lines of a table of names."""
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
"""The Hub's words for how large a data set is, by the number of rows that it has less than."""


@dataclass(frozen=True)
class Story:
    """What only the card tells."""

    thresholds: Mapping[str, Any]
    """Limits in force, as the manifest holds them."""
    total: int
    """Shots of the collection."""
    left_out: Mapping[str, int]
    """Shots that were not kept, by status."""
    left_out_flags: Mapping[str, int]
    held_back: int
    """Kept shots of test scenes that can't test."""
    shots: int = 0
    """That are published; the numbers below are of those."""
    consents: Mapping[str, int] = field(default_factory=dict)
    """By what was agreed with people in view."""
    unsaid: int = 0
    """For which nothing was."""
    imported: int = 0
    synthetic: int = 0
    bracketed: int = 0
    """The first image was taken again in the end."""
    lamps: tuple[int, ...] = ()
    """Wavelengths, nanometres."""
    aligned: int = 0
    keep_metadata: bool = False


class Plain(str):
    """Text that is Markdown already."""

    __slots__ = ()


def write_card(folder: Path, facts: Facts, story: Story) -> Path:
    """Write the card and return it.

    Args:
        folder: that is published.
        facts: what all papers tell.
        story: what only the card tells.
    """
    text = _template().render(
        facts=facts,
        story=story,
        captured=story.shots - story.imported - story.synthetic,
        left_out=sum(story.left_out.values()),
        front_matter=Plain(f"---\n{front_matter(facts, folder)}---"),
        columns=[column for column in _columns(facts) if not _score(column)],
        scores=_scores(_columns(facts)),
        absent=[kind.name for kind in KINDS if kind.name not in {config.name for config in facts.configs}],
        tops={kind: Counter(counts).most_common(MOST_NAMES) for kind, counts in facts.counts.items()},
        rests={kind: sum(sorted(counts.values())[:-MOST_NAMES]) for kind, counts in facts.counts.items()},
        limits=[_limit(flag, entry) for flag, entry in story.thresholds.items()],
        checked_people="people" in story.thresholds,
        citation=fenced(facts.citation, "bibtex"),
    )
    path = folder / CARD
    path.write_text(re.sub(r"\n{3,}", "\n\n", text), encoding="utf-8")
    return path


@cache
def _template() -> Template:
    environment = Environment(  # noqa: S701 - Markdown, which `finalize` escapes
        loader=PackageLoader("nirecap.dataset_card", ""),
        undefined=StrictUndefined,
        finalize=markdown,
        keep_trailing_newline=True,
    )
    environment.filters |= {"plain": Plain, "code": code, "shots": shots}
    return environment.get_template(TEMPLATE)


def front_matter(facts: Facts, folder: Path) -> str:
    """Return the YAML by which `datasets` opens the configs, and the Hub lists the data set."""
    rows = max(sum(split.rows for split in config.splits) for config in facts.configs)
    data = DatasetCardData(
        license=facts.licence,
        pretty_name=facts.pretty_name,
        task_categories=["image-to-image"],
        tags=list(TAGS),
        size_categories=[next((name for limit, name in SIZES if rows < limit), "n>1M")],
    )
    infos = {config.name: _info(config, folder) for config in facts.configs}
    DatasetInfosDict(infos).to_dataset_card_data(data)
    MetadataConfigs({config.name: _config(config, facts) for config in facts.configs}).to_dataset_card_data(data)
    return str(data.to_yaml()) + "\n"


def _info(config: Config, folder: Path) -> DatasetInfo:
    splits = SplitDict({split.name: SplitInfo(split.name, split.content_bytes, split.rows) for split in config.splits})
    return DatasetInfo(
        features=Features.from_arrow_schema(pq.read_schema(folder / config.splits[0].files[0].path)),
        splits=splits,
        download_size=sum(split.bytes for split in config.splits),
        dataset_size=sum(split.content_bytes for split in config.splits),
    )


def _config(config: Config, facts: Facts) -> dict[str, Any]:
    files = [file for split in config.splits for file in split.files]
    state = sha256("".join(file.sha256 for file in files).encode()).hexdigest()[:16]
    return {
        "description": f"{config.description} ({state})",  # so that the cache of `datasets` notices a new version
        "default": config == facts.configs[0],
        "data_files": [
            {"split": split.name, "path": f"data/{config.name}/{split.name}-*.parquet"} for split in config.splits
        ],
    }


def _columns(facts: Facts) -> list[Column]:
    return list({column.name: column for config in facts.configs for column in config.columns}.values())


def _score(column: Column) -> bool:
    told = column.name in DESCRIPTIONS or column.type == "image"
    return not told and column.name.startswith(tuple(f"{check}_" for check in CHECKS))


def _scores(columns: list[Column]) -> dict[str, Plain]:
    """Return the columns of each check as code."""
    names: dict[str, list[str]] = {}
    for column in filter(_score, columns):
        check = max((check for check in CHECKS if column.name.startswith(f"{check}_")), key=len)
        names.setdefault(check, []).append(code(column.name))
    return {check: Plain(", ".join(of_check)) for check, of_check in names.items()}


def _limit(flag: str, entry: object) -> tuple[str, str, str]:
    """Return a line of the table of limits; a manifest may hold anything."""
    if not isinstance(entry, dict):
        return flag, "", ""
    above = entry.get("above")
    limits = above.items() if isinstance(above, dict) else ()
    return flag, ", ".join(f"{name} {limit}" for name, limit in limits), str(entry.get("status", ""))


def markdown(value: object) -> object:
    r"""Return what stands for itself in Markdown, on one line.

    >>> markdown("<b>*porch*</b>| [x](y)")
    '&lt;b&gt;\\*porch\\*&lt;/b&gt;\\| \\[x\\](y)'
    """
    if not isinstance(value, str) or isinstance(value, Plain):
        return value
    line = re.sub(r"\s+", " ", value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|~$#!])", r"\\\1", line)


def code(value: str) -> Plain:
    """Return a name as code."""
    return Plain(f"`{' '.join(value.split()).replace('`', '').replace('|', '')}`")


def fenced(text: str, language: str) -> Plain:
    """Return text as a block of code that it can't end itself."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return Plain(f"{fence}{language}\n{text.strip()}\n{fence}")
