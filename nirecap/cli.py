"""The command line: a group that loads a command, and with it a room, only when it runs."""

import errno
import importlib
import sys
from typing import Any

import click

from nirecap import __version__
from nirecap.errors import NirecapError
from nirecap.interrupts import one_interrupt

COMMANDS = {
    "cameras": "cameras",
    "preview": "preview",
    "shoot": "shoot",
    "simulate": "simulate",
    "synth": "synth",
    "import": "import_images",
    "curate": "curate",
    "demo": "demo",
}
"""Name of each command and of its file in `nirecap/commands`, in the order of the work."""


class LazyGroup(click.Group):
    """A group whose commands are imported when asked for; their files import only click and the ground floor."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"nirecap.commands.{COMMANDS[cmd_name]}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"nirecap.commands.{COMMANDS[cmd_name]}.command is no click command")
        return command

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - the type click gives it
        """Run the command; an expected failure, and being told to stop, end in one line and an exit code."""
        try:
            with one_interrupt():
                return super().invoke(ctx)
        except NirecapError as error:
            raise OneLine(str(error), error.exit_code) from None
        except OSError as error:
            raise OneLine(_explain(error), 1) from None
        except KeyboardInterrupt:
            raise OneLine("stopped by you", 130) from None


def _explain(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full; finished shots are safe, free some space and run the same command again"
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error)


class OneLine(click.ClickException):
    """An error for a person: one line, no traceback."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(" ".join(message.split()))
        self.exit_code: int = exit_code  # type: ignore[misc]  # click reads it from the instance too


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nirecap")
def cli() -> None:
    """Aligned low-light / near-infrared image pairs from cheap night-vision cameras.

    \b
    Try it without a camera:
      nirecap shoot --camera sim
      nirecap curate
    """


def main() -> None:
    """Run the command line."""
    sys.exit(cli(prog_name="nirecap"))
