"""From a camera's name to all that its driver needs: the user's file, the profile, the secrets, the person."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from nirecap.errors import UsageMistake

from .configuration import OwnCamera, read_configuration, save_camera
from .drivers import CameraSettings
from .logins import filled, secrets_in, without_login
from .passwords import Kind, Secret, find, obtain
from .profiles import Profile, find_profile, known_names
from .terminal import attended, question, tell

OPTIONS = {
    "host": "--host ADDRESS",
    "port": "--port NUMBER",
    "user": "--user NAME",
    "stream_url": "--stream rtsp://HOST/PATH",
}
"""How the command line is told the settings that every camera has; anything else is an option of a driver."""


@dataclass(frozen=True)
class Given:
    """What the command line says of a camera; what is empty was not given."""

    host: str = ""
    port: int | None = None
    user: str = ""
    stream_url: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """What is known of a camera, fit to be kept in a file, and beside it the password that its address held."""

    camera: OwnCamera
    password: str = field(default="", repr=False)


def camera_settings(name: str, given: Given, ask: Callable[[str], None]) -> CameraSettings:
    """Return how to reach the camera `name`, one of the user's own or a profile; what is missing is asked and kept.

    Args:
        name: of a camera in the user's file, a profile, or an installed driver.
        given: wins over all of them.
        ask: asks the person at the camera while it is used.

    Raises:
        UsageMistake: nothing has that name, or something is missing and nobody can be asked.
    """
    told = with_given(find_camera(name), given)
    if missing_settings(told.camera):
        told = complete(name, told)
        tell(f"{name} is kept in {save_camera(name, told.camera)}")
    return settings_of(name, told, ask)


def find_camera(name: str) -> OwnCamera:
    """Return the user's camera of that name, else one of which only the profile is known.

    Raises:
        UsageMistake: nothing has that name; the message names the nearest.
    """
    own = read_configuration().cameras
    if name in own:
        return own[name]
    if find_profile(name):
        return OwnCamera(name)
    nearest = get_close_matches(name, [*own, *known_names()], 3, cutoff=0.5)
    hint = f"did you mean {' or '.join(nearest)}? " if nearest else ""
    raise UsageMistake(f"no camera or profile is called {name!r}; {hint}`nirecap cameras list` shows all")


def profile_of(camera: OwnCamera) -> Profile:
    """Return the profile that a camera names.

    Raises:
        UsageMistake: there is none of that name.
    """
    if profile := find_profile(camera.profile):
        return profile
    nearest = get_close_matches(camera.profile, known_names(), 1, cutoff=0)[0]
    raise UsageMistake(f"no profile is called {camera.profile!r}; did you mean {nearest!r}? `nirecap cameras list`")


def with_given(camera: OwnCamera, given: Given) -> Told:
    """Return the camera with what was given in the place of its own, and a login taken out of its address."""
    merged = replace(
        camera,
        host=given.host or camera.host,
        port=given.port or camera.port,
        user=given.user or camera.user,
        stream_url=given.stream_url or camera.stream_url,
        options={**camera.options, **given.options},
    )
    return _told(merged)


def missing_settings(camera: OwnCamera) -> list[str]:
    """Return what the profile asks for and neither it nor the camera has."""
    whole = _with_profile(camera)
    return [name for name in profile_of(camera).asks if not _setting(whole, name)]


def complete(name: str, told: Told) -> Told:
    """Ask the person for all that the profile asks and that is not told yet, offering what is usual.

    Raises:
        UsageMistake: something is missing and there is nobody to ask.
    """
    if not attended():
        if missing := missing_settings(told.camera):
            raise UsageMistake(_how_to_tell(name, missing[0], told.camera))
        return told
    camera, profile = told.camera, profile_of(told.camera)
    questions = {setting: text for setting, text in profile.asks.items() if not _setting(camera, setting)}
    if questions:
        tell(f"{profile.title}.\nFirst: {profile.prepare}\nBeware: {profile.warns}")
    for setting, text in questions.items():
        camera = _with_setting(camera, setting, question(text, _setting(_with_profile(camera), setting)))
    now = _told(camera)
    return replace(now, password=now.password or told.password)


def secrets_of(camera: OwnCamera) -> list[Kind]:
    """Return the kinds of secrets that its profile or its address want."""
    in_address = [Kind.PASSWORD] if "{password}" in _with_profile(camera).stream_url else []
    return sorted({*profile_of(camera).secrets, *in_address})


def settings_of(name: str, told: Told, ask: Callable[[str], None] = print) -> CameraSettings:
    """Return the driver's settings, with its secrets.

    Raises:
        UsageMistake: a secret is missing and nobody can be asked.
    """
    profile, whole = profile_of(told.camera), _with_profile(told.camera)
    given = {Kind.PASSWORD: told.password}
    secrets = {kind: find(Secret(kind, name)) or "" for kind in profile.may_want}
    secrets |= {kind: given.get(kind) or obtain(Secret(kind, name)) for kind in secrets_of(told.camera)}
    password = secrets.get(Kind.PASSWORD, "")
    values = {"host": whole.host, "port": str(whole.port or ""), "user": whole.user, "password": password}
    return CameraSettings(
        driver=profile.driver,
        name=name,
        host=whole.host,
        port=whole.port,
        user=whole.user,
        password=password,
        api_key=secrets.get(Kind.API_KEY, ""),
        stream_url=filled(whole.stream_url, {**whole.options, **values}),
        options=whole.options,
        ask=ask,
    )


def _told(camera: OwnCamera) -> Told:
    """Take the login out of the camera's address; never repeat a host that is a URL, which may hold a password."""
    if "/" in camera.host or "@" in camera.host or camera.host.count(":") == 1:  # an IPv6 address has more
        raise UsageMistake("--host takes the address alone, as in --host 192.168.1.20; its port goes into --port")
    if option := next(secrets_in(camera.options), None):
        raise UsageMistake(f"the option {option} holds a secret; put it into the environment variable NIRECAP_API_KEY")
    address, user, password = without_login(camera.stream_url)
    return Told(replace(camera, stream_url=address, user=user or camera.user), password)


def _with_profile(camera: OwnCamera) -> OwnCamera:
    profile = profile_of(camera)
    return replace(
        camera,
        port=camera.port or profile.port,
        user=camera.user or profile.user,
        stream_url=camera.stream_url or profile.stream_url,
        options={**profile.options, **camera.options},
    )


def _setting(camera: OwnCamera, name: str) -> str:
    return str((getattr(camera, name) if name in OPTIONS else camera.options.get(name)) or "")


def _with_setting(camera: OwnCamera, name: str, value: str) -> OwnCamera:
    if name == "port":
        if not value.isdecimal():
            raise UsageMistake(f"{value!r} is no number of a port")
        return replace(camera, port=int(value))
    if name in OPTIONS:
        return replace(camera, **{name: value})  # type: ignore[arg-type]  # port, which is no text, is dealt with
    return replace(camera, options={**camera.options, name: value})


def _how_to_tell(name: str, missing: str, camera: OwnCamera) -> str:
    option = OPTIONS.get(missing, f"--option {missing}=VALUE")
    what = profile_of(camera).asks[missing]
    return f"{name} needs {option}: {what}; give it, or set the camera up once with `nirecap cameras add {name}`"
