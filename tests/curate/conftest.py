"""Small curated collections, one with every kind of evidence, and a browser for the tests of the page."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, sync_playwright

from nirecap.capture.store import Collection
from nirecap.cli import cli
from nirecap.curate.align import ALIGNED, PROVENANCE
from nirecap.curate.verdicts import Verdict, append_verdict

from .hostile import curate, pair, shoot
from .judged import plant_evidence

CHROMIUM = Path("/usr/bin/chromium")
QUIET = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"


@pytest.fixture(scope="module")  # two at once in one process would be refused
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("no Chromium at /usr/bin/chromium")
    with sync_playwright() as playwright:
        arguments = [*QUIET.split(), "--no-first-run", "--disable-dev-shm-usage"]
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="session")
def _curated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("curated") / "night"
    made = CliRunner().invoke(cli, ["synth", str(out), "--count", "6", "--size", "320x192", "--workers", "2"])
    assert made.exit_code == 0, made.output
    curated = CliRunner().invoke(cli, ["curate", str(out), "--workers", "1"])
    assert curated.exit_code == 0, curated.output
    plant_evidence(out)
    return out


@pytest.fixture
def curated(_curated: Path, tmp_path: Path) -> Path:
    """Six drawn shots; see `judged.plant_evidence` for what the manifest says of them."""
    return Path(shutil.copytree(_curated, tmp_path / "night #1 100%"))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small collection that was curated, aligned and judged."""
    out = tmp_path_factory.mktemp("made") / "night"
    shoot(out, [pair(1), pair(2, shift=3), pair(3)])
    first = next(iter(Collection(out).shots()))
    append_verdict(out, Verdict(first.shot, "keep", ("noisy",), (), "ada", datetime.now(UTC)))
    result = curate(out, "--align")
    assert result.exit_code == 0, result.output
    assert list(out.glob(f"{ALIGNED}/*/*/{PROVENANCE}"))
    return out


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Callable[[], Path]:
    """Return a fresh copy of the collection at each call."""

    def fresh() -> Path:
        shutil.rmtree(tmp_path / "night", ignore_errors=True)
        return Path(shutil.copytree(made, tmp_path / "night", symlinks=True))

    return fresh


@pytest.fixture
def without_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw no contact sheets, which would take most of the time."""
    monkeypatch.setattr("nirecap.curate.curate.write_contact_sheet", lambda *_: None)
