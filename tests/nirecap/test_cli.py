import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from nirecap.cli import COMMANDS, cli
from nirecap.errors import CameraError

HEAVY = {"torch", "cv2", "av", "numpy", "pyarrow", "pandas", "datasets", "PIL", "zeep", "scipy", "starlette", "rich"}


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)], ids=lambda words: " ".join(words) or "nirecap")
def test_help_loads_no_room(words: list[str]) -> None:
    script = (
        "import sys; from nirecap.cli import cli\n"
        f"try: cli([*{words!r}, '--help'])\n"
        "except SystemExit: print('LOADED', *{name.split('.')[0] for name in sys.modules})"
    )
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    loaded = set(output.rpartition("LOADED")[2].split())
    assert "click" in loaded
    assert not loaded & HEAVY


def test_nothing_in_the_folder_of_the_data_is_run(tmp_path: Path) -> None:
    for module in ("cv2", "numpy", "PIL", "multiprocessing", "signal", "tempfile"):
        (tmp_path / f"{module}.py").write_text("open('ran', 'w')\n")
    program = str(Path(sys.executable).with_name("nirecap"))
    for words in (["synth", "night", "--count", "2", "--size", "64x48", "--workers", "2"], ["curate", "night"]):
        subprocess.run([program, *words], cwd=tmp_path, check=True, capture_output=True)
    assert not (tmp_path / "ran").exists()


def test_what_a_library_makes_of_an_interrupt_is_one_line_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str) -> Result:
        def callback() -> None:
            raise ValueError(text)

        monkeypatch.setattr("nirecap.commands.curate.command", click.Command("curate", callback=callback))
        return CliRunner().invoke(cli, ["curate"])

    stopped = fail("Error building the serializer: KeyboardInterrupt: ")
    assert (stopped.exit_code, stopped.output) == (130, "Error: stopped by you\n")
    assert isinstance(fail("a fault of ours").exception, ValueError)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example_that_parses(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    lines = [line.split() for line in (command.help or "").splitlines() if line.strip().startswith(f"nirecap {name}")]
    assert lines, f"nirecap {name} --help shows no example"
    for words in lines:
        command.make_context(name, words[2:], resilient_parsing=True)
    assert command.get_short_help_str(200).endswith(".")


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ("simulate", "preview")])
def test_commands_that_write_or_switch_can_be_tried_dry(name: str) -> None:
    assert "--dry-run" in CliRunner().invoke(cli, [name, "--help"]).output


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["shoot", "--camera", "nosuch"], 2, "no camera or profile is called 'nosuch'"),
        (["shoot", "--camera", "sim", "--option", "fast"], 2, "NAME=VALUE"),
        (["shoot", "--camera", "sim", "--option", "fps=0"], 2, "frames/s"),
        (["shoot", "--camera", "manual"], 2, "needs --stream rtsp://"),
        (["shoot", "--camera", "onvif", "--host", "127.0.0.1"], 2, "NIRECAP_PASSWORD"),
        (["shoot", "--camera", "onvif"], 2, "needs --host ADDRESS"),
        (["shoot", "--camera", "onvif", "--host", "http://127.0.0.1"], 2, "the address alone"),
        (["shoot", "--camera", "onvif", "--host", "127.0.0.1:8080"], 2, "goes into --port"),
        (["cameras", "add", "", "--profile", "sim"], 2, "a camera needs a name"),
        (["curate", "nowhere"], 2, "nowhere is not a collection"),
        (["synth", "a", "b", "c"], 2, "at most two folders"),
    ],
)
def test_mistakes_end_in_one_line_with_the_remedy(
    words: list[str], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NIRECAP_PASSWORD", raising=False)
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == code, result.output
    assert said in result.output
    assert result.output.strip().count("\n") == 0


@pytest.mark.parametrize("option", ["--port=0", "--port=65536", "--timeout=0", "--timeout=nan", "--timeout=inf"])
def test_numbers_out_of_range_are_usage_mistakes(option: str) -> None:
    result = CliRunner().invoke(cli, ["shoot", "--camera", "sim", option])
    assert result.exit_code == 2
    assert f"'{option.partition('=')[0]}'" in result.output


def test_no_line_of_the_list_of_commands_is_cut_or_folded() -> None:
    lines = CliRunner().invoke(cli, ["--help"], terminal_width=80).output.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in lines] == list(COMMANDS)
    assert not [line for line in lines if line.endswith("...")]


def test_expected_failure_shows_no_traceback_and_folds_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    def broken() -> None:
        raise CameraError("the camera\nis off")

    monkeypatch.setattr(type(cli), "get_command", lambda *_: broken)
    result = CliRunner().invoke(cli, ["shoot"])
    assert (result.exit_code, result.output) == (1, "Error: the camera is off\n")
