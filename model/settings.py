"""Settings of the network as a person writes them: NAME=VALUE."""

import tomllib
from collections.abc import Iterable
from typing import Any

from nirecap.errors import UsageMistake


def settings_of(words: Iterable[str]) -> dict[str, Any]:
    """Return settings by name; a value is TOML, or a word without quotes.

    Raises:
        UsageMistake: there is no `=`, or one is given twice.

    >>> settings_of(["width=16", "output=colour", "learning_rate=1e-3", "colour_skips=[4, 8]", "amp=false"])
    {'width': 16, 'output': 'colour', 'learning_rate': 0.001, 'colour_skips': (4, 8), 'amp': False}
    """
    settings: dict[str, Any] = {}
    for word in words:
        name, equals, value = (part.strip() for part in word.partition("="))
        if not (name and equals and value):
            raise UsageMistake(f"{word!r:.100} is no setting; write NAME=VALUE, as --set width=16")
        if name in settings:
            raise UsageMistake(f"{name} is set twice; leave one out")
        settings[name] = _value(value)
    return settings


def _value(text: str) -> Any:  # noqa: ANN401 - fields of every type
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return text
    return tuple(value) if isinstance(value, list) else value
