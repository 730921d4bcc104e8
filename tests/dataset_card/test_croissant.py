"""The public validator accepts `croissant.json` and reads the set through it, without any network."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nirecap.dataset_card.croissant import croissant
from nirecap.files import sha256_of

from .loopback_only import TRIED
from .published_set import published_set

GUARD = Path(__file__).with_name("loopback_only.py")
READ = """
import io, json, sys
import mlcroissant

dataset = mlcroissant.Dataset(sys.argv[1])
problems = dataset.metadata.ctx.issues
found = {"errors": sorted(problems.errors), "warnings": sorted(problems.warnings)}
for name in sys.argv[2:]:
    found[name] = [
        {key.split("/")[1]: value.decode() for key, value in record.items() if isinstance(value, bytes)}
        | {"size": record[f"{name}/low"].size, "flags": len(record[f"{name}/flags"])}
        for record in dataset.records(name)
    ]
print(json.dumps(found))
"""


def read(path: Path, *configs: str) -> dict[str, list[dict[str, object]]]:
    """Open a `croissant.json` with mlcroissant in a process that reaches nobody."""
    script = path.parent.parent / "read.py"
    script.write_text(READ)
    command = [sys.executable, "-P", str(GUARD), str(script), str(path), *configs]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert TRIED not in done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_validator_accepts_it_and_reads_every_record(tmp_path: Path) -> None:
    pytest.importorskip("mlcroissant")
    dest = tmp_path / "set"
    published_set(dest)
    found = read(dest / "croissant.json", "pairs", "triplets")
    assert (found["errors"], found["warnings"]) == ([], [])
    assert len({record["shot"] for record in found["pairs"]}) == 6
    assert [record["split"] for record in found["triplets"]].count("test") == 6
    assert all(record["size"] == [48, 32] for record in found["pairs"])
    assert sorted({record["flags"] for record in found["pairs"]}) == [0, 1]


def test_every_shard_is_named_with_its_hash(tmp_path: Path) -> None:
    published_set(tmp_path)
    told = json.loads((tmp_path / "croissant.json").read_text())
    named = {entry["contentUrl"]: entry["sha256"] for entry in told["distribution"] if "sha256" in entry}
    shards = {path.relative_to(tmp_path).as_posix(): sha256_of(path) for path in tmp_path.rglob("*.parquet")}
    assert named == shards
    assert told["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert told["name"] == "night"


def test_equal_facts_give_equal_files(tmp_path: Path) -> None:
    assert croissant(published_set(tmp_path / "one")) == croissant(published_set(tmp_path / "two"))
