"""What a person wants of a run while it goes on; told from any thread, heeded by the one that shoots."""

import threading
import time

NOTE_PATIENCE_S = 60.0
"""A shot waits so long for the note that is being typed; who has gone away does not hold up the night."""


class Skipped(Exception):
    """The shot in hand is not to be finished: the person skipped it."""


class Stopped(Exception):
    """The shot in hand is not to be finished: the run is to end now."""


class Wishes:
    """The wishes for one camera's run.

    >>> wishes = Wishes()
    >>> wishes.skip()
    >>> wishes.wait(60)
    True
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._quit = self._stop = self._skip = self._again = False
        self._note, self._noting = "", False

    def quit(self) -> None:
        """End the run after the shot in hand."""
        self._wish("_quit")

    def stop(self) -> None:
        """End the run now and drop the shot in hand."""
        self._wish("_stop")

    def skip(self) -> None:
        """Give up the shot in hand, or the wait for the next."""
        self._wish("_skip")

    def again(self) -> None:
        """Shoot the last view again in the place of the last shot."""
        self._wish("_again")

    def await_note(self) -> None:
        """Keep the shot in hand from being finished until `note` is called, for a while."""
        self._wish("_noting")

    def note(self, text: str) -> None:
        """Write `text`, unless it is empty, beside the next finished shot."""
        with self._changed:
            self._note, self._noting = text or self._note, False
            self._changed.notify_all()

    @property
    def quitting(self) -> bool:
        """Whether no further shot is wanted."""
        return self._quit or self._stop

    @property
    def stopping(self) -> bool:
        """Whether the run is to end now."""
        return self._stop

    def heed(self) -> None:
        """Be called often while a shot is taken.

        Raises:
            Stopped: the run is to end now.
            Skipped: the shot in hand is not wanted; told once.
        """
        with self._changed:
            if self._stop:
                raise Stopped
            if self._skip:
                self._skip = False
                raise Skipped

    def wait(self, seconds: float) -> bool:
        """Wait; True, and at once, when the wait is skipped or the last shot is to be taken again.

        It also ends early when the run is to end.
        """
        deadline = time.monotonic() + seconds
        with self._changed:
            while (left := deadline - time.monotonic()) > 0 and not (self.quitting or self._skip or self._again):
                self._changed.wait(left)
            hurried, self._skip = self._skip or self._again, False
            return hurried

    def take_again(self) -> bool:
        """Tell whether the last shot is to be taken again; told once."""
        with self._changed:
            again, self._again = self._again, False
            return again

    def take_note(self) -> str:
        """Return the note for the shot in hand, "" for none; told once, when it is typed."""
        with self._changed:
            self._changed.wait_for(lambda: self._stop or not self._noting, NOTE_PATIENCE_S)
            note, self._note = self._note, ""
            return note

    def _wish(self, name: str) -> None:
        with self._changed:
            setattr(self, name, True)
            self._changed.notify_all()
