"""The person who attends a run: keys become wishes, questions are put in between."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from .keys import HELP, Key, Keys
from .rig import Say
from .shoot import Shooting


class Attendant:
    """The keyboard of a run; a context manager that does nothing where standard input is no terminal.

    Args:
        say: shows a line.
        ask: shows a question and returns when it is answered.
        hush: keeps what moves on the terminal away for the block in which a line is typed.
    """

    def __init__(self, say: Say, ask: Callable[[str], None], hush: Callable[[], AbstractContextManager[None]]) -> None:
        self._say, self._ask, self._hush = say, ask, hush
        self._shootings: Sequence[Shooting] = ()
        self._keys = Keys(self._heed)

    def ask(self, question: str) -> None:
        """Ask while no keys are read."""
        with self._keys.paused():
            self._ask(question)

    def attend(self, shootings: Sequence[Shooting]) -> Keys:
        """Return the context in which keys act on `shootings`."""
        self._shootings = shootings
        if self._keys.attended:
            self._say(HELP)
        return self._keys

    def _heed(self, key: Key) -> None:
        if key is Key.HELP:
            self._say(HELP)
        elif key is Key.NOTE:
            self._write_note()
        else:
            self._say({Key.AGAIN: "again", Key.SKIP: "skip", Key.QUIT: "quitting after this shot"}[key])
            self._wish(lambda shooting: getattr(shooting.wishes, key.name.lower())())

    def _write_note(self) -> None:
        self._wish(lambda shooting: shooting.wishes.await_note())
        note = ""
        try:
            with self._hush():
                note = self._keys.line("note for the shot in hand: ")
        finally:
            self._wish(lambda shooting: shooting.wishes.note(note))

    def _wish(self, wish: Callable[[Shooting], None]) -> None:
        for shooting in self._shootings:
            wish(shooting)
