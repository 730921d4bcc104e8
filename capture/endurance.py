"""How failures of a camera are borne: with pauses that grow, and not for ever."""

import re
import time

from nirecap.errors import CameraError, LoginRefused

FAILURES_IN_A_ROW = 3
"""A run whose first shots fail alike ends after so many: something is set up wrongly."""
LONGEST_PAUSE_S = 60.0


class Endurance:
    """The failures of one camera's run since something last worked.

    Args:
        give_up_after_s: end a run when nothing has worked for so long; infinite for whole nights.
    """

    def __init__(self, give_up_after_s: float) -> None:
        self._give_up_after_s = give_up_after_s
        self._ever_worked = False
        self._in_a_row: list[str] = []
        """What the last failures said, numbers and remedies left out."""
        self._count, self._worked_at = 0, time.monotonic()

    def worked(self) -> None:
        """Note that a shot was taken."""
        self._ever_worked = True
        self._in_a_row, self._count, self._worked_at = [], 0, time.monotonic()

    def pause_after(self, error: CameraError) -> float:
        """Return the seconds to wait before the next attempt: 0, 2, 4, ... and at most `LONGEST_PAUSE_S`.

        Raises:
            CameraError: the failure itself, where trying again is of no use.

        >>> endurance = Endurance(600.0)
        >>> endurance.worked()
        >>> [endurance.pause_after(CameraError("no answer")) for _ in range(7)]
        [0.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0]
        """
        self._count += 1
        self._in_a_row = [*self._in_a_row, _head(str(error))][-FAILURES_IN_A_ROW:]
        alike = len(self._in_a_row) == FAILURES_IN_A_ROW and len(set(self._in_a_row)) == 1
        patience_over = time.monotonic() - self._worked_at > self._give_up_after_s
        if isinstance(error, LoginRefused) or (alike and not self._ever_worked) or patience_over:
            raise error
        return min(LONGEST_PAUSE_S, 2.0 ** min(self._count - 1, 10)) if self._count > 1 else 0.0


def _head(message: str) -> str:
    """Return what a message says before its numbers and its remedy."""
    return re.split(r"[;,(]", message, maxsplit=1)[0]
