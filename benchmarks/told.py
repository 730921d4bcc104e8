"""Whoever is told how a benchmark goes."""

from collections.abc import Callable


class Told:
    """This one keeps it to itself."""

    def stage(self, label: str, total: int) -> Callable[[int], None]:
        """Begin a part of the work; the returned function is called with numbers of steps that are done."""
        return lambda _: None

    def say(self, line: str) -> None:
        """Take a line for a person."""
