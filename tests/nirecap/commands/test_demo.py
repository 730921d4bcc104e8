import ast
import shlex

from click.testing import CliRunner

from nirecap.cli import cli


def test_printed_commands_can_be_read_and_copied() -> None:
    printed = CliRunner().invoke(cli, ["demo", "--dry-run", 'nächtlich "1"']).output
    steps = [shlex.split(line[1:]) for line in printed.splitlines() if line.startswith("$ ")]
    assert [step[:2] for step in steps[:3]] == [["nirecap", name] for name in ("shoot", "curate", "publish")]
    assert steps[2][2:] == ['nächtlich "1"', 'nächtlich "1"-published']
    assert "'\"'\"'" not in printed
    folders = [node.value for node in ast.walk(ast.parse(steps[-1][-1])) if isinstance(node, ast.Constant)]
    assert folders.count('nächtlich "1"-published') == 2
