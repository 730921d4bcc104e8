"""The pace of a run: how long to wait before the next shot, and when there is to be no further one."""

from datetime import UTC, datetime, timedelta
from itertools import islice

from nirecap.errors import UsageMistake

from .schedule import Window, describe, next_due, openings


class Scheduled:
    """Shots every so often, within a window; the run ends when the last of its windows closes.

    Args:
        every: from the beginning of a shot to that of the next.
        window: None for any time, and so for ever.
        nights: windows of the run.

    Raises:
        UsageMistake: the window does not open within a year.
    """

    def __init__(self, every: timedelta, window: Window | None, nights: int = 1) -> None:
        self._every, self._window = every, window
        coming = list(islice(openings(window, datetime.now(UTC)), nights)) if window else []
        if window and not coming:
            raise UsageMistake(self.outlook)
        self._until = coming[-1].end if coming else None

    @property
    def outlook(self) -> str:
        """What is to be said before the first shot: when the window opens, or until when it is open; "" for none."""
        return describe(self._window, datetime.now(UTC)) if self._window else ""

    def __call__(self, since_last_s: float | None) -> float | None:
        """Return the seconds to wait; None ends the run."""
        now = datetime.now(UTC)
        since = None if since_last_s is None else timedelta(seconds=since_last_s)
        due = next_due(now, since, self._every, self._window)
        if due is None or (self._until and due >= self._until):
            return None
        return (due - now).total_seconds()
