"""The command line: a group that loads a command, and with it a room, only when it runs."""

import errno
import importlib
import logging
import os
import sys
import threading
import traceback
from types import TracebackType
from typing import Any

import click

from nirecap import __version__
from nirecap.errors import NirecapError
from nirecap.interrupts import one_interrupt
from nirecap.redaction import redacted, without_logins

COMMANDS = {
    "cameras": "cameras",
    "preview": "preview",
    "shoot": "shoot",
    "simulate": "simulate",
    "synth": "synth",
    "import": "import_images",
    "curate": "curate",
    "review": "review",
    "publish": "publish",
    "train": "train",
    "purify": "purify",
    "export": "export",
    "benchmark": "benchmark",
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
        except click.ClickException as error:
            # an address in the wrong place is repeated
            error.message = without_logins(error.message)  # type: ignore[misc]  # every error is for one showing
            raise
        except (NirecapError, OSError) as error:
            if ctx.params.get("debug"):
                _show(error)
            code = error.exit_code if isinstance(error, NirecapError) else 1
            raise OneLine(_explain(error), code) from None
        except KeyboardInterrupt:
            raise OneLine("stopped by you", 130) from None
        except Exception as error:
            if "KeyboardInterrupt" in str(error):  # what pydantic makes of one while it builds a schema
                raise OneLine("stopped by you", 130) from None
            raise


def _explain(error: NirecapError | OSError) -> str:
    if isinstance(error, NirecapError):
        return str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full; finished shots are safe, free some space and run the same command again"
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error)


class OneLine(click.ClickException):
    """An error for a person: one line, no traceback."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(without_logins(" ".join(message.split())))
        self.exit_code: int = exit_code  # type: ignore[misc]  # click reads it from the instance too


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nirecap")
@click.option("--debug", is_flag=True, help="Show the traceback of a failure, and what nirecap logs; without secrets.")
def cli(debug: bool) -> None:
    """Aligned low-light / near-infrared image pairs from cheap night-vision cameras.

    \b
    Try it without a camera:
      nirecap shoot --camera sim
      nirecap curate
    """
    if debug:
        handler = logging.StreamHandler()
        handler.setFormatter(_Log("%(asctime)s %(name)s: %(message)s"))
        logger = logging.getLogger("nirecap")  # none of a library's, which hold what was sent and received
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)


def main() -> None:
    """Run the command line; what it shows of a bug, in whatever thread, holds no secret."""
    os.environ["PYTHONSAFEPATH"] = "1"  # what is started from here imports nothing from the folder it is run in
    sys.excepthook = _show_bug
    threading.excepthook = _show_bug_of_thread
    sys.exit(cli(prog_name="nirecap"))


def _show_bug(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
    _show(error)


def _show_bug_of_thread(bug: threading.ExceptHookArgs) -> None:
    if bug.exc_value:
        _show(bug.exc_value)


def _show(error: BaseException) -> None:
    """Print the traceback: lines of code and the errors' texts, never the values of variables."""
    click.echo(redacted("".join(traceback.format_exception(error))), err=True, nl=False)


class _Log(logging.Formatter):
    """A line of the log without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; logging calls this."""
        return redacted(super().format(record))
