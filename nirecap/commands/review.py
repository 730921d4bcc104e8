"""`nirecap review`: the shots of a collection on a local page, to be judged by a person."""

import getpass
import secrets
import sys
import threading
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nirecap.errors import UsageMistake
from nirecap.places import MANIFEST, VERDICTS, choose_collection

if TYPE_CHECKING:
    from nirecap.curate.review.review import Review

LONGEST_NAME = 100


@click.command(
    "review",
    short_help="Judge the shots on a local page.",
    epilog="Without COLLECTION: the current folder if it is a collection, else ./captures.",
)
@click.argument("collection", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1.  [default: a free one]")
@click.option("--reviewer", help="Whose verdicts these are.  [default: your login name]")
@click.option("--open/--no-open", "open_browser", default=False, help="Open the page in your browser.")
@click.option("--dry-run", is_flag=True, help="Say what would be reviewed; serve and write nothing.")
def command(collection: Path | None, port: int, reviewer: str | None, open_browser: bool, dry_run: bool) -> None:
    """Serve the report of COLLECTION as a page on which keys keep, reject and flag shots, until Ctrl-C.

    Every verdict is on disk before the page shows it as saved, with your name and the time; it wins over the checks and
    outlives every `curate`. Several reviewers may work at once and see each other's verdicts. The page opens only with
    the address that is printed, on this computer.

    \b
    Examples:
      nirecap review
      nirecap review night --reviewer ada --open
    """
    from nirecap.curate.review.review import Review
    from nirecap.progress import shots

    name = _login_name() if reviewer is None else reviewer
    if not name.isprintable() or not 0 < len(name) <= LONGEST_NAME:
        raise UsageMistake(f"--reviewer {name!r:.60} is no name: one line, at most {LONGEST_NAME} characters")
    folder = choose_collection(collection)
    if not (folder / MANIFEST).is_file():
        raise UsageMistake(f"{folder} has no {MANIFEST} yet; run `nirecap curate {folder}` first")
    review = Review(folder)
    click.echo(f"reviewing {folder}: {shots(len(review.index.shots))}")
    if dry_run:
        return
    with review, suppress(KeyboardInterrupt):  # how a review ends
        _serve(review, port, name, open_browser=open_browser)
    click.echo(f"verdicts  {folder / VERDICTS}")


def _serve(review: "Review", port: int, reviewer: str, *, open_browser: bool) -> None:
    from nirecap.curate.review.web_app import web_app
    from nirecap.gate import Gate
    from nirecap.interrupts import wait_until
    from nirecap.web_server import WebServer

    token = secrets.token_urlsafe(32)
    with WebServer(Gate(web_app(review, reviewer), token), port) as server:
        address = f"http://127.0.0.1:{server.port}/?token={token}"
        click.echo(f"{reviewer}: {address}")
        click.echo("Whoever has this address sees the shots and can judge them. Ctrl-C ends.")
        sys.stdout.flush()
        if open_browser:
            webbrowser.open(address)
        wait_until(threading.Event().wait)


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return "reviewer"
