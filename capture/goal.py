"""How many shots are wanted, shared by all cameras of a run."""

import threading

from .store import Collection


class Goal:
    """A number of shots of this run, a total of the collection, or both; each shot is claimed before it is taken.

    Args:
        collection: others may be adding to it.
        count: shots of this run; None for no limit.
        target: shots in the collection; None for no limit.
    """

    def __init__(self, collection: Collection, count: int | None, target: int | None = None) -> None:
        self._collection, self._count, self._target = collection, count, target
        self._lock = threading.Lock()
        self._claimed = self._finished = 0

    def claim(self) -> bool:
        """Claim a shot; False when those that are finished or claimed already are enough."""
        with self._lock:
            enough = self._count is not None and self._finished + self._claimed >= self._count
            if not enough and self._target is not None:
                enough = len(self._collection) + self._claimed >= self._target
            self._claimed += not enough
            return not enough

    def release(self, *, finished: bool) -> None:
        """Give a claimed shot back: it is finished, or it was not to be and can be claimed again."""
        with self._lock:
            self._claimed -= 1
            self._finished += finished

    @property
    def reached(self) -> bool:
        """Whether there are as many shots as were wanted; False for a run without a limit."""
        with self._lock:
            if self._target is not None and len(self._collection) >= self._target:
                return True
            return self._count is not None and self._finished >= self._count
