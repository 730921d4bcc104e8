"""A small published set, made without a collection: real shards, card and `croissant.json`."""

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Features, Image, Value

from nirecap.dataset_card.croissant import write_croissant
from nirecap.dataset_card.earlier import Publication, write_publication
from nirecap.dataset_card.facts import Column, Config, Facts, ShardFile, Split
from nirecap.images import encode_png

FEATURES = Features(
    {
        "low": Image(),
        "nire": Image(),
        "shot": Value("string"),
        "taken_at": Value("timestamp[ms, tz=UTC]"),
        "lamp_nm": Value("int64"),
        "flags": [Value("string")],
        "align_shift_px": Value("float64"),
        "bright_spot_map": Image(),
    }
)
COLUMNS = (
    Column("low", "image", False, "I"),
    Column("nire", "image", False, "N"),
    Column("shot", "string", False, "id of the shot"),
    Column("taken_at", "timestamp", False, "when"),
    Column("lamp_nm", "int64", False, "of the lamp"),
    Column("flags", "string", True, "what was found"),
    Column("align_shift_px", "float64", False, "shift"),
    Column("bright_spot_map", "image", False, "where"),
)
CARD = """\
---
license: cc-by-4.0
configs:
- config_name: pairs
  data_files:
  - split: train
    path: data/pairs/train-*.parquet
- config_name: triplets
  data_files:
  - split: train
    path: data/triplets/train-*.parquet
  - split: test
    path: data/triplets/test-*.parquet
---
# Night
"""
SPLITS = {"pairs": ("train",), "triplets": ("train", "test")}


def published_set(dest: Path, *, seed: int = 0, shards: int = 2, size: tuple[int, int] = (48, 32)) -> Facts:
    """Write a set of three shots a shard, of noise from `seed`, into `dest`."""
    rng = np.random.default_rng(seed)
    configs = tuple(
        Config(
            name,
            f"shots of {name}",
            COLUMNS,
            tuple(Split(split, tuple(_shards(dest, name, split, shards, size, rng))) for split in splits),
        )
        for name, splits in SPLITS.items()
    )
    facts = Facts(
        name="night",
        pretty_name="Night “on the balcony”",
        description="Zwei Bilder je Aufnahme, <nächtlich> & hell.",
        licence="cc-by-4.0",
        version="1.0.0",
        date=date(2026, 11, 22),
        citation="@misc{night, title={Night}}",
        configs=configs,
        counts={},
    )
    (dest / "README.md").write_text(CARD)
    (dest / "CHANGELOG.md").write_text("# 1.0.0\n")
    (dest / "contact_sheet.jpg").write_bytes(b"\xff\xd8 a picture")
    write_publication(dest, Publication(facts.version, facts.date, "0.1.0", {}))
    write_croissant(dest, facts)
    return facts


def _shards(
    dest: Path, config: str, split: str, shards: int, size: tuple[int, int], rng: np.random.Generator
) -> list[ShardFile]:
    folder = dest / "data" / config
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for number in range(shards):
        rows = [_row(f"20261122-201502-sim-0a1b/{split}{number}{place}", place, size, rng) for place in range(3)]
        path = folder / f"{split}-{number:05d}-of-{shards:05d}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, FEATURES.arrow_schema), path)
        content = path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        made.append(ShardFile(f"data/{config}/{path.name}", len(content), sha256, len(rows), len(content)))
    return made


def _row(shot: str, place: int, size: tuple[int, int], rng: np.random.Generator) -> dict[str, object]:
    pictures = [encode_png(rng.integers(0, 256, (size[1], size[0], 3), np.uint8)) for _ in range(2)]
    low, nire = ({"bytes": picture, "path": "picture.png"} for picture in pictures)
    return {
        "low": low,
        "nire": nire,
        "shot": shot,
        "taken_at": datetime(2026, 11, 22, 20, 15, place, tzinfo=UTC),
        "lamp_nm": 850 if place else None,
        "flags": ["bright_spot"] if place else [],
        "align_shift_px": 0.25 if place else None,
        "bright_spot_map": low if place else None,
    }
