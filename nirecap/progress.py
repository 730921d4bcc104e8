"""Progress of long work on the terminal; plain lines where there is none."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from nirecap.errors import UsageMistake


def shots(number: int) -> str:
    """Say how many shots.

    >>> shots(1), shots(2)
    ('1 shot', '2 shots')
    """
    return f"{number} shot{'' if number == 1 else 's'}"


class Bar:
    """A running progress bar."""

    def __init__(self, progress: Progress, label: str, total: int | None) -> None:
        self._progress = progress
        self._task = progress.add_task(label, total=total, note="")
        self._pauses, self._lock = 0, threading.Lock()

    def advance(self, steps: int = 1) -> None:
        """Count finished steps."""
        self._progress.advance(self._task, steps)

    def expect(self, total: int | None) -> None:
        """Set the number of steps, where it was not known before; None: it is not known yet."""
        self._progress.update(self._task, total=total)

    def begin(self, label: str, total: int | None, done: int = 0) -> None:
        """Start again, for the next part of the work, of which `done` steps are done already."""
        self._progress.reset(self._task, total=total, completed=done, description=label)

    def note(self, text: str) -> None:
        """Show a few words of how the work goes beside the bar."""
        self._progress.update(self._task, note=text)

    @property
    def is_seen(self) -> bool:
        """Tell whether there is a terminal to show the bar on."""
        return self._progress.console.is_terminal

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def ask(self, question: str) -> None:
        """Ask the person at the keyboard and wait for Enter.

        Raises:
            UsageMistake: nobody can answer, standard input is closed.
        """
        with self.paused():
            self.say(question)
            try:
                input()
            except EOFError:
                raise UsageMistake(
                    "an operator must answer, but standard input is closed; run it in a terminal"
                ) from None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Take the bar away for the block, in which a person types; blocks of several threads may overlap."""
        with self._lock:
            self._pauses += 1
            if self._pauses == 1:
                self._progress.stop()
        try:
            yield
        finally:
            with self._lock:
                self._pauses -= 1
                if not self._pauses:
                    self._progress.start()


class _Rate(ProgressColumn):
    """Steps a second, of late."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def render(self, task: Task) -> Text:
        """Return the text; rich calls this."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.1f} {self._unit}/s", style="progress.data.speed")


@contextmanager
def progress_bar(label: str, total: int | None = None, unit: str | None = None) -> Iterator[Bar]:
    """Show a bar of `total` steps (None: not known yet) on standard error while the block runs.

    With a `unit`, such as "shots", it also shows how many of them are done a second.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        *([_Rate(unit)] if unit else []),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Bar(progress, label, total)
