"""Which preset a configuration is, or is nearest to: a run keeps its settings, not the name that they came by."""

from dataclasses import fields

from .checkpoint import FREE
from .config import PRESETS, Config, preset

OF_THE_DATA = ("exposure_target",)
"""Settings that training takes from its images."""


def nearest_preset(config: Config) -> str:
    """Return the name of the preset with the fewest other settings.

    >>> nearest_preset(preset("small", width=32))
    'small'
    """
    return min(PRESETS, key=lambda name: len(changes_of(name, config)))


def changes_of(name: str, config: Config) -> dict[str, object]:
    """Return the settings that are other than the preset's, but for how long training took and on what images.

    >>> changes_of("small", preset("small", width=32, minutes=1))
    {'width': 32}
    """
    return differences(preset(name), config)


def differences(before: Config, after: Config) -> dict[str, object]:
    """Return the settings of `after` that are other than those of `before`, with the same exceptions.

    >>> differences(preset("small"), preset("small", minutes=1))
    {}
    """
    names = [each.name for each in fields(Config) if each.name not in (*FREE, *OF_THE_DATA)]
    return {each: getattr(after, each) for each in names if getattr(after, each) != getattr(before, each)}


def likeness(config: Config) -> str:
    """Say which preset a configuration is, or is nearest to, and what it changes.

    >>> likeness(preset("plus", width=32))
    'Preset `plus`, with width = 32'
    """
    name = nearest_preset(config)
    changes = ", ".join(f"{each} = {value}" for each, value in changes_of(name, config).items())
    return f"Preset `{name}`" + (f", with {changes}" if changes else "")
