"""A time in minutes, as an option."""

import math
from typing import Any

import click


class Minutes(click.FloatRange):
    """A time above zero."""

    def __init__(self) -> None:
        super().__init__(min=0, min_open=True, max=100_000)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        """Return the minutes; click calls this."""
        minutes = float(super().convert(value, param, ctx))
        if math.isnan(minutes):  # which is in every range
            self.fail("nan is no number of minutes", param, ctx)
        return minutes
