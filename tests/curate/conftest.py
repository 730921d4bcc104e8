"""A small curated collection with every kind of evidence, and a browser, for the tests of the page."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, sync_playwright

from nirecap.cli import cli

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
