"""A published folder is the old version or the new one, wherever a run is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nirecap.dataset_card import into_place
from nirecap.dataset_card.into_place import MARK, PUBLICATION, made_aside, recover
from nirecap.errors import CollectionError

KILLED = """
import os, signal, sys
from pathlib import Path
from nirecap.dataset_card import into_place

dest, place = Path(sys.argv[1]), sys.argv[2]
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if place == "exchanged":
    into_place.sync_folder = lambda folder: die() if folder == dest.parent else None
elif place == "carrying":
    into_place._carry_over = die
elif place in ("renamed", "between"):
    into_place._exchange = lambda *_: False
    rename, done = Path.rename, []
    def counting(self, target):
        rename(self, target)
        done.append(target)
        if len(done) == (1 if place == "between" else 2):
            die()
    Path.rename = counting
with into_place.made_aside(dest) as folder:
    (folder / "data").mkdir()
    (folder / "data/new.parquet").write_text("new")
    (folder / into_place.PUBLICATION).write_text("new")
    if place == "writing":
        die()
"""


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    """A published folder with something of a person's in it."""
    folder = tmp_path / "set"
    (folder / "data").mkdir(parents=True)
    (folder / "data/old.parquet").write_text("old")
    (folder / PUBLICATION).write_text("old")
    (folder / ".git").mkdir()
    (folder / ".git/config").write_text("mine")
    return folder


def content(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def write(dest: Path) -> None:
    with made_aside(dest) as folder:
        (folder / "data").mkdir()
        (folder / "data/new.parquet").write_text("new")
        (folder / PUBLICATION).write_text("new")


OLD = {"data/old.parquet": "old", PUBLICATION: "old", ".git/config": "mine"}
NEW = {"data/new.parquet": "new", PUBLICATION: "new", ".git/config": "mine"}


@pytest.mark.parametrize("place", ["writing", "exchanged", "carrying", "renamed", "between"])
def test_kill_leaves_a_whole_version_and_the_next_run_clears_up(dest: Path, place: str) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(dest), place], check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    if place != "between":  # where a file system can't exchange names, the old version is beside for a moment
        version = (dest / PUBLICATION).read_text()
        assert (dest / f"data/{version}.parquet").read_text() == version
    recover(dest)
    assert content(dest) == (OLD if place in ("writing", "between") else NEW)
    assert list(dest.parent.iterdir()) == [dest]
    write(dest)
    assert content(dest) == NEW
    assert list(dest.parent.iterdir()) == [dest]


def test_failure_leaves_the_old_version(dest: Path) -> None:
    with pytest.raises(OSError, match="full"), made_aside(dest) as folder:
        (folder / "data").mkdir()
        raise OSError("the disk is full")
    assert content(dest) == OLD
    assert list(dest.parent.iterdir()) == [dest]


def test_two_at_the_same_time_are_told_apart(dest: Path) -> None:
    with made_aside(dest) as folder:
        (folder / PUBLICATION).write_text("new")
        with pytest.raises(CollectionError, match="another nirecap"):
            write(dest)
    assert (dest / PUBLICATION).read_text() == "new"


def test_folder_behind_a_link_is_replaced_where_it_is(dest: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(dest)
    write(link)
    assert link.is_symlink()
    assert content(dest) == NEW


def test_file_system_that_cannot_exchange(dest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(into_place, "_exchange", lambda *_: False)
    write(dest)
    assert content(dest) == NEW
    assert list(dest.parent.iterdir()) == [dest]


def test_mark_is_locked_while_a_version_is_made(dest: Path) -> None:
    with made_aside(dest) as folder:
        assert (folder / MARK).exists()
        (folder / PUBLICATION).touch()
    assert not (dest / MARK).exists()
    assert os.access(dest, os.W_OK)
