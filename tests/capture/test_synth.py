import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from nirecap.capture.records import ShotRecord
from nirecap.capture.store import Collection
from nirecap.capture.synth import Recipe, expose_shot
from nirecap.cli import cli
from nirecap.files import inside
from nirecap.images import decode_image, read_image
from nirecap.vocabulary import Plan, Role

SIZE = (160, 96)


def means(recipe: Recipe, index: int) -> dict[str, float]:
    exposed = expose_shot(recipe, index)
    return {step.stem: float(decode_image(png, step.stem).mean()) for step, png in exposed.images.items()}


def test_equal_recipes_give_equal_bytes() -> None:
    recipe = Recipe(None, plan=Plan.PAIR, size=SIZE, seed=3)
    assert expose_shot(recipe, 1).images == expose_shot(recipe, 1).images
    assert expose_shot(recipe, 1).images != expose_shot(Recipe(None, plan=Plan.PAIR, size=SIZE, seed=4), 1).images


def test_scenes_come_in_turn_each_time_under_other_circumstances() -> None:
    recipe = Recipe(None, plan=Plan.PAIR, size=(64, 36))
    names = [expose_shot(recipe, index).scene for index in range(3)]
    assert len(set(names)) == 3
    assert expose_shot(recipe, 0).optics != expose_shot(recipe, 1).optics


def test_low_is_dark_and_the_rest_is_not() -> None:
    mean = means(Recipe(None, plan=Plan.QUAD, size=SIZE), 0)
    assert mean["low"] < 60 < min(mean["nire"], mean["reference"], mean["reference_nire"])


def test_command_makes_a_triplet_of_each_scene_of_a_split(tmp_path: Path, shared_scenes: Path) -> None:
    def synth(out: Path) -> list[ShotRecord]:
        arguments = ["synth", str(shared_scenes), str(out), "--split", "val", "--seed", "5", "--workers", "2"]
        result = CliRunner().invoke(cli, arguments)
        assert result.exit_code == 0, result.output
        return list(Collection(out).shots())

    shots, again = synth(tmp_path / "one"), synth(tmp_path / "two")
    assert len(shots) == 27
    assert len({shot.scene for shot in shots}) == 27
    assert [[image.sha256 for image in shot.images.values()] for shot in shots] == [
        [image.sha256 for image in shot.images.values()] for shot in again
    ]
    nire = read_image(inside(tmp_path / "one", shots[0].images[Role.NIRE].file))
    assert np.array_equal(nire[..., 0], nire[..., 1])


def test_folder_without_scenes_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = CliRunner().invoke(cli, ["synth", str(tmp_path / "empty"), str(tmp_path / "out")])
    assert result.exit_code in (1, 2)
    assert result.output.strip().count("\n") == 0
    assert "empty" in result.output


@pytest.mark.parametrize("begun", ["night/sessions/*-synth-*", "night/sessions/*/0002/low.png"])
def test_ctrl_c_keeps_finished_shots_and_is_one_line(tmp_path: Path, begun: str) -> None:
    options = "--count", "9999", "--workers", "2", "--size", "160x96"
    command = [sys.executable, "-m", "nirecap", "synth", str(tmp_path / "night"), *options]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    while not list(tmp_path.glob(begun)):
        assert run.poll() is None, run.communicate()[0]
        time.sleep(0.02)
    time.sleep(0.3)  # the processes are starting, or at work
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: its processes get it too
    output = run.communicate(timeout=60)[0]
    assert (run.returncode, output.strip().splitlines()[-1]) == (130, "Error: stopped by you"), output
    assert "Traceback" not in output
    assert len(list(Collection(tmp_path / "night").shots())) >= begun.count("0002")  # then 0001 is finished
