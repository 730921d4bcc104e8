"""What the options of `nirecap benchmark` take."""

from pathlib import Path
from typing import Any

import click


class Seeds(click.ParamType[tuple[int, ...]]):
    """A number of seeds, such as 3, or seeds by name, such as 0,7."""

    name = "seeds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:  # noqa: ANN401
        """Return the seeds; click calls this."""
        if isinstance(value, tuple):
            return value
        words = [word for word in str(value).split(",") if word.strip()]
        if not words or not all(word.strip().isdecimal() and len(word) < 10 for word in words):
            self.fail(f"{value!r} is neither a number of seeds, as 3, nor a list of them, as 0,7", param, ctx)
        if "," in str(value):
            return tuple(dict.fromkeys(int(word) for word in words))
        if not 1 <= int(words[0]) <= 100:
            self.fail(f"{value} seeds; name 1 to 100, or a list with commas", param, ctx)
        return tuple(range(int(words[0])))


class Names(click.ParamType[tuple[str, ...]]):
    """Names with commas between them."""

    name = "names"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:  # noqa: ANN401
        """Return the names; click calls this."""
        if isinstance(value, tuple):
            return value
        return tuple(dict.fromkeys(word.strip() for word in str(value).split(",") if word.strip()))


class Weights(click.ParamType[tuple[str, Path]]):
    """METHOD=PATH."""

    name = "METHOD=PATH"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Path]:  # noqa: ANN401
        """Return the method and the path; click calls this."""
        if isinstance(value, tuple):
            return value
        method, found, path = str(value).partition("=")
        if not found or not method or not path:
            self.fail(f"{value!r} is not of the form METHOD=PATH", param, ctx)
        return method, Path(path)
