"""The documentation does what it says: its commands run, its files exist, its tables are complete."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pytest
from PIL import Image

from nirecap.cli import COMMANDS, cli
from nirecap.curate.manifest import columns
from nirecap.curate.thresholds import load_thresholds
from nirecap.vocabulary import Role

ROOT = Path(__file__).parents[1]
TESTED_ELSEWHERE = ("nirecap simulate", "nirecap preview", "nirecap review", "nirecap demo")
"""The first three never end, and the last is made of the others."""
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def blocks(page: Path, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", page.read_text(), flags=re.DOTALL | re.MULTILINE)


def commands_to_run() -> list[str]:
    """Return what stands behind a $ in the console blocks of the pages."""
    text = "\n".join(block for page in PAGES for block in blocks(page, "console"))
    return re.findall(r"^\$ (.+)$", text, flags=re.MULTILINE)


def examples_in_help() -> list[str]:
    helps = (cli.get_command(click.Context(cli), name) for name in COMMANDS)
    lines = [line.strip() for command in helps if command for line in (command.help or "").splitlines()]
    return [line for line in lines if line.startswith("nirecap ")]


def needs_hardware(command: str) -> bool:
    return any(own in command for own in ("192.168.", " eufy", " porch"))


def pictures(folder: Path) -> None:
    """Put what the examples suppose a user to have into `folder`."""
    rng = np.random.default_rng(0)
    scenes = [f"rgb-nir-scenes/{name}_{kind}" for name in "abc" for kind in ("rgb", "nir")]
    for name in ("camcorder/1_low", "camcorder/1_nire", *scenes):
        path = folder / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (96, 128, 3), dtype=np.uint8)).save(path)
    (folder / "rgb-nir-scenes/scenes.csv").write_text("id,split\na,train\nb,train\nc,val\n")
    shutil.copy(ROOT / "curate/thresholds.toml", folder / "my-limits.toml")


def run(command: str, folder: Path) -> None:
    words = shlex.split(command.replace("~", str(folder)).partition(" > ")[0])
    words[:1] = [sys.executable, "-m", "nirecap"] if words[0] == "nirecap" else [sys.executable]
    result = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"
    assert "Traceback" not in result.stderr


def test_the_pages_have_commands() -> None:
    assert len(commands_to_run()) >= 5
    assert len(examples_in_help()) >= len(COMMANDS)


def test_commands_of_the_pages_run_in_order(tmp_path: Path) -> None:
    pictures(tmp_path)
    for command in commands_to_run():
        run(command, tmp_path)


def test_examples_of_the_help_run_in_order(tmp_path: Path) -> None:
    pictures(tmp_path)
    for command in examples_in_help():
        if not needs_hardware(command) and not command.startswith(TESTED_ELSEWHERE):
            run(command, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_that_need_a_camera_parse(page: Path) -> None:
    for line in "\n".join(blocks(page, "sh")).splitlines():
        words = shlex.split(line)
        if words[:1] == ["nirecap"]:
            command = cli.get_command(click.Context(cli), words[1])
            assert command is not None, line
            command.make_context(words[1], words[2:])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_column_and_flag_is_explained() -> None:
    text = (ROOT / "docs/manifest.md").read_text()
    for name in columns().names:
        role = next((role for role in sorted(Role, key=len, reverse=True) if name.startswith(f"{role}_")), None)
        generic = f"<role>{name.removeprefix(role)}" if role else name
        assert f"`{name}`" in text or f"`{generic}`" in text, name
    for flag in [*load_thresholds(), "unreadable"]:
        assert f"`{flag}`" in text


def test_make_targets_of_the_pages_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(re.findall(r"^ {4}make ([a-z]+)\b", "\n".join(page.read_text() for page in PAGES), flags=re.MULTILINE))
    assert {"demo", "test"} <= named <= targets
