"""Single keys of the person who attends a run, where standard input is a terminal.

The terminal is asked for what is typed at once and without showing it (cbreak); Ctrl-C and Ctrl-Z work as ever. In the
background (`&`, or Ctrl-Z and `bg`) a run leaves the terminal alone, as touching it would stop the process; after `fg`,
and after every question, keys are read again.
"""

import os
import re
import select
import sys
import termios
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import Self

TICK_S = 0.1
MAX_LINE_BYTES = 4096
"""As much of a line as a terminal holds."""
ESCAPE = "\x1b"
SEQUENCE = re.compile(ESCAPE + r"+(\[\[.|\[[0-?]*[ -/]*[@-Z\\-~]|O.|[^\[O\x1b])")
"""The code of an arrow key and the like, whose letters nobody pressed: ECMA-48, section 5.4, and F1 to F5 of Linux."""


class Key(StrEnum):
    """What can be pressed; capitals do as well."""

    AGAIN = "a"
    SKIP = "s"
    QUIT = "q"
    NOTE = "n"
    HELP = "?"


HELP = "keys: a shoot the last view again, s skip this shot or the wait, q quit after this shot, n write a note, ? help"


class Keys:
    """The keyboard during a run; a context manager that does nothing where standard input is no terminal.

    The terminal is given back as it was, whatever ends the block.

    Args:
        heed: called with each key in a thread of its own, so it may call `line`; no key is read until it returns.
    """

    def __init__(self, heed: Callable[[Key], None]) -> None:
        self._heed = heed
        self._terminal = _Terminal(sys.stdin.fileno()) if sys.stdin is not None and sys.stdin.isatty() else None
        self._in_use = threading.Lock()
        self._asked = threading.Event()
        """Somebody wants the terminal; else the thread that reads would take the lock again at once."""
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def attended(self) -> bool:
        """Whether there is a terminal, and so perhaps a person."""
        return self._terminal is not None

    def __enter__(self) -> Self:
        if self._terminal:
            self._thread = threading.Thread(target=self._listen, args=[self._terminal], name="keys", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._terminal and self._thread:
            with _held(self._in_use, 10 * TICK_S):  # whoever waits for a line that Ctrl-C took away holds it for good
                self._terminal.give_back()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Give the terminal back for the block, so that a question can be answered with a line; not to be nested."""
        self._asked.set()
        with self._in_use:
            self._asked.clear()
            if self._terminal:
                self._terminal.give_back()
            yield

    def line(self, prompt: str) -> str:
        """Ask for a line, which shows as it is typed; "" where there is no terminal, or the run ends meanwhile."""
        if not self._terminal:
            return ""
        with self.paused():
            sys.stderr.write(prompt)
            sys.stderr.flush()
            while not self._over.is_set():
                if self._terminal.is_readable():
                    return self._terminal.read().strip()
        return ""

    def _listen(self, terminal: "_Terminal") -> None:
        with suppress(OSError, termios.error):  # the terminal is gone
            while not self._over.is_set():
                if self._asked.is_set() or not terminal.is_ours():
                    self._over.wait(TICK_S)
                    continue
                with self._in_use:
                    keys = [] if self._over.is_set() else terminal.keys()
                for key in keys:
                    self._heed(key)


@contextmanager
def _held(lock: threading.Lock, seconds: float) -> Iterator[None]:
    """Hold a lock for the block, or after so many seconds go on without it."""
    held = lock.acquire(timeout=seconds)
    try:
        yield
    finally:
        if held:
            lock.release()


class _Terminal:
    """A terminal that shows single keys while it is asked for them."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._as_it_was: list[int | list[bytes | int]] | None = None
        self._begun = ""
        """A sequence of which not all has come yet."""

    def is_ours(self) -> bool:
        """Tell whether this process may use it; one in the background is stopped when it tries."""
        try:
            return os.tcgetpgrp(self._descriptor) == os.getpgrp()
        except OSError:  # it is not the terminal that controls this process
            return True

    def is_readable(self) -> bool:
        """Wait a moment for something typed: a key or a line, by what the terminal is asked for."""
        return bool(select.select([self._descriptor], [], [], TICK_S)[0])

    def read(self) -> str:
        """Return what was typed.

        Raises:
            OSError: the terminal is gone.
        """
        if not (typed := os.read(self._descriptor, MAX_LINE_BYTES)):
            raise OSError("the terminal is closed")
        return typed.decode(errors="replace")

    def keys(self) -> list[Key]:
        """Ask for single keys and return those pressed within a moment.

        Raises:
            OSError: the terminal is gone.
        """
        now = termios.tcgetattr(self._descriptor)
        if now[tty.LFLAG] & termios.ICANON:
            first = self._as_it_was is None  # what was pressed by then is heeded
            self._as_it_was = now
            # after a question what is left of a longer answer is forgotten, and after `fg` what the shell was told
            tty.setcbreak(self._descriptor, termios.TCSANOW if first else termios.TCSAFLUSH)
            asked = termios.tcgetattr(self._descriptor)
            asked[tty.CC][termios.VMIN] = 0  # reading waits for nothing, as Ctrl-C may take away what could be read
            termios.tcsetattr(self._descriptor, termios.TCSANOW, asked)
        pressed = os.read(self._descriptor, MAX_LINE_BYTES) if self.is_readable() else b""
        typed = self._begun + pressed.decode(errors="replace") if pressed else ""
        letters, escape, rest = SEQUENCE.sub("", typed).partition(ESCAPE)
        self._begun = escape + rest
        return [Key(letter) for letter in letters.lower() if letter in set(Key)]

    def give_back(self) -> None:
        """Bring it back to how it was before it was asked for keys."""
        if self._as_it_was is not None and self.is_ours():
            with suppress(termios.error):  # it is gone
                termios.tcsetattr(self._descriptor, termios.TCSANOW, self._as_it_was)
