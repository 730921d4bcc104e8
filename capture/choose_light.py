"""From what the command line says of a light to the light."""

from collections.abc import Callable
from difflib import get_close_matches

from nirecap.errors import UsageMistake

from .configuration import HomeAssistantLight as OwnHomeAssistantLight
from .configuration import read_configuration
from .lights import HomeAssistantLight, Light, OperatorLight, UrlLight
from .passwords import Kind, Secret, obtain

ASK = "ask"
"""Stands for the person at the camera."""


def choose_light(name: str, on_url: str, off_url: str, ask: Callable[[str], None]) -> Light | None:
    """Return the light that was named, None where none was.

    Args:
        name: `ask`, or a light of the user's file; "" for none.
        on_url: fetched to switch on; may hold a login, which appears in no message.
        off_url: fetched to switch off.
        ask: asks the person at the camera.

    Raises:
        UsageMistake: there is no light of that name, half a pair of URLs, or a secret is missing.
    """
    if bool(on_url) != bool(off_url):
        raise UsageMistake("give both --light-on and --light-off")
    if on_url and name:
        raise UsageMistake("give either --light or --light-on and --light-off")
    if on_url:
        return UrlLight(on_url, off_url)
    if name == ASK:
        return OperatorLight(ask)
    return _own_light(name) if name else None


def _own_light(name: str) -> Light:
    lights = read_configuration().lights
    if name not in lights:
        near = get_close_matches(name, [ASK, *lights], 1)
        hint = f"did you mean {near[0]!r}?" if near else "write one into the file of your cameras, or give --light ask"
        raise UsageMistake(f"no light is called {name!r}; {hint}")
    light = lights[name]
    if isinstance(light, OwnHomeAssistantLight):
        return HomeAssistantLight(light.url, light.entity, obtain(Secret(Kind.LIGHT_TOKEN, name)))
    on, off = light.on, light.off
    if "{token}" in on + off:
        token = obtain(Secret(Kind.LIGHT_TOKEN, name))
        on, off = on.replace("{token}", token), off.replace("{token}", token)
    return UrlLight(on, off)
