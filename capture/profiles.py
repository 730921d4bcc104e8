"""What is known of each kind of camera before its owner says anything; the data are in `profiles.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter

from .drivers import PLUGINS
from .passwords import Kind

BUILT_IN = Path(__file__).with_name("profiles.toml")


@dataclass(frozen=True)
class Profile:
    """A kind of camera, and what must be known to drive one."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    title: str
    driver: str
    aliases: tuple[str, ...] = ()
    port: int | None = None
    user: str = ""
    stream_url: str = ""
    """Pattern, in which {host}, {user}, {password} and options stand for what was told."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Of the driver, unless the owner says otherwise."""
    asks: Mapping[str, str] = field(default_factory=dict)
    """Settings and options that the owner is asked for, with the question."""
    secrets: tuple[Kind, ...] = ()
    """What it can't do without."""
    may_want: tuple[Kind, ...] = ()
    """What some models want: taken from the environment or the keyring, never asked."""
    prepare: str = ""
    """What to switch on in the camera first."""
    warns: str = ""
    """A known trap."""


@cache
def built_in() -> Mapping[str, Profile]:
    """Return the profiles that come with nirecap, by name."""
    return TypeAdapter(dict[str, Profile]).validate_python(tomllib.loads(BUILT_IN.read_text(encoding="utf-8")))


def known_names() -> tuple[str, ...]:
    """Return everything that `find_profile` finds: profiles, their aliases, and drivers that other packages bring."""
    aliases = [alias for profile in built_in().values() for alias in profile.aliases]
    return (*built_in(), *aliases, *sorted(entry_points(group=PLUGINS).names))


def find_profile(name: str) -> Profile | None:
    """Return the profile of that name or alias; one without questions for an installed driver; None for none.

    >>> find_profile("amcrest") is find_profile("dahua")
    True
    """
    for own_name, profile in built_in().items():
        if name in (own_name, *profile.aliases):
            return profile
    return Profile(f"The installed driver {name}", name) if name in entry_points(group=PLUGINS).names else None
