"""The house as a whole: what may import what, and what is installed."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ORDER = ["capture", "curate", "dataset_card", "model", "benchmarks"]
ROOMS = [room for room in ORDER if (ROOT / room).is_dir()]


def imported_rooms(path: Path) -> set[str]:
    """Return the rooms that a file imports by full name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("nirecap.")} & set(ORDER)


@pytest.mark.parametrize("room", ROOMS)
def test_imports_run_one_way(room: str) -> None:
    own_and_later = set(ORDER[ORDER.index(room) :])  # inside a room imports are relative
    wrong = {str(path): own_and_later & imported_rooms(path) for path in (ROOT / room).rglob("*.py")}
    assert {path: rooms for path, rooms in wrong.items() if rooms} == {}


def test_ground_floor_enters_rooms_only_through_its_commands() -> None:
    wrong = {str(path) for path in (ROOT / "nirecap").glob("*.py") if imported_rooms(path)}
    assert wrong == set()


def test_every_package_is_installed() -> None:
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    folders = {path.parent.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("__init__.py")}
    assert listed == {"nirecap", "nirecap.commands", *(f"nirecap.{'.'.join(folder.parts)}" for folder in folders)}


def test_tests_mirror_the_rooms() -> None:
    for folder in (ROOT / "tests").iterdir():
        if folder.is_dir() and folder.name != "__pycache__":
            assert folder.name in [*ROOMS, "nirecap"]
