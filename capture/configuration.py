"""The user's own file: cameras, lights and the place where they stand. A secret in it is refused."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

import tomli_w
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from nirecap.errors import UsageMistake
from nirecap.files import write_atomically

from .logins import secrets_in
from .place import Place

PATH_VARIABLE = "NIRECAP_CAMERAS"
"""Names another file."""
MAX_BYTES = 1 << 20
HEAD = "# nirecap's cameras. `nirecap cameras add` and `remove` keep every entry, but no comment.\n\n"
STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
Word = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00-\x1f\x7f]*$")]


@dataclass(frozen=True)
class OwnCamera:
    """A camera of the user; what is empty is as its profile has it."""

    __pydantic_config__ = STRICT
    profile: Word
    host: Word = ""
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    user: Word = ""
    stream_url: Word = ""
    """May hold {user} and {password} in the place of a login."""
    options: Mapping[Word, Word] = field(default_factory=dict)


@dataclass(frozen=True)
class HomeAssistantLight:
    """A light that Home Assistant switches; its token is a secret."""

    __pydantic_config__ = STRICT
    kind: Literal["home-assistant"]
    url: Word
    entity: Word


@dataclass(frozen=True)
class UrlSwitch:
    """A light with a URL for on and one for off, in which {token} may stand for a secret."""

    __pydantic_config__ = STRICT
    kind: Literal["url"]
    on: Word
    off: Word


OwnLight = HomeAssistantLight | UrlSwitch


@dataclass(frozen=True)
class Configuration:
    """All that the file holds."""

    __pydantic_config__ = STRICT
    cameras: Mapping[Name, OwnCamera] = field(default_factory=dict)
    place: Place | None = None
    lights: Mapping[Name, Annotated[OwnLight, Field(discriminator="kind")]] = field(default_factory=dict)


SCHEMA = TypeAdapter(Configuration)
KNOWN = {"cameras": (OwnCamera,), "place": (Place,), "lights": (HomeAssistantLight, UrlSwitch)}


def configuration_path() -> Path:
    """Return where the file is or would be: NIRECAP_CAMERAS, else nirecap/cameras.toml among the user's settings."""
    if own := os.environ.get(PATH_VARIABLE):
        return Path(own)
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "nirecap" / "cameras.toml"


def read_configuration() -> Configuration:
    """Return what the file holds; an empty configuration where there is none.

    Raises:
        UsageMistake: it can't be read, is not TOML, has an unknown or wrong entry, or holds a secret.
    """
    return _checked(_read())


def save_camera(name: str, camera: OwnCamera) -> Path:
    """Write a camera into the file, in the place of one of that name; every other entry stays.

    Raises:
        UsageMistake: the camera or the file is not as it should be, or holds a secret.
        OSError: the file can't be written; it is as it was.
    """
    content = _read()
    _checked(content)
    return _write({**content, "cameras": {**content.get("cameras", {}), name: _entry(camera)}})


def the_camera(name: str) -> OwnCamera:
    """Return one of the user's cameras.

    Raises:
        UsageMistake: none has that name, or the file is not as it should be.
    """
    known = read_configuration().cameras
    if name not in known:
        raise UsageMistake(f"{configuration_path()} has no camera {name!r}; it has {', '.join(known) or 'none'}")
    return known[name]


def remove_camera(name: str) -> Path:
    """Take a camera out of the file; every other entry stays.

    Raises:
        UsageMistake: as `the_camera`.
        OSError: the file can't be written; it is as it was.
    """
    the_camera(name)
    content = _read()
    del content["cameras"][name]
    return _write(content)


def as_toml(name: str, camera: OwnCamera) -> str:
    """Return what `save_camera` would write for one camera.

    >>> print(as_toml("porch", OwnCamera("onvif", host="porch.lan")))
    [cameras.porch]
    profile = "onvif"
    host = "porch.lan"
    <BLANKLINE>
    """
    return tomli_w.dumps({"cameras": {name: _entry(camera)}})


def _entry(camera: OwnCamera) -> dict[str, Any]:
    return {key: value for key, value in asdict(camera).items() if value not in ("", None, {})}


def _read() -> dict[str, Any]:
    path = configuration_path()
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise UsageMistake(f"{path}: over {MAX_BYTES} bytes; this is no list of cameras")
        return tomllib.loads(content.decode("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageMistake(f"{path}: can't be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageMistake(f"{path} is not TOML: {error}") from None


def _checked(content: dict[str, Any]) -> Configuration:
    path = configuration_path()
    if entry := next(secrets_in(content), None):
        where = "the keyring (`nirecap cameras add` offers it) or an environment variable such as NIRECAP_PASSWORD"
        raise UsageMistake(f"{path}: {entry} holds a secret; take it out and put it into {where}")
    try:
        return SCHEMA.validate_python(content)
    except ValidationError as error:
        raise UsageMistake(f"{path}: {_complaint(error)}") from None


def _complaint(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = [str(part) for part in first["loc"]]
    if first["type"] != "unexpected_keyword_argument":
        return f"{'.'.join(where)}: {first['msg']}"
    kinds = KNOWN[where[0]] if len(where) > 1 else (Configuration,)
    known = [each.name for kind in kinds for each in fields(kind)]
    nearest = get_close_matches(where[-1], known, 1, cutoff=0) or known
    return f"nothing is called {'.'.join(where)}; did you mean {nearest[0]!r}?"


def _write(content: dict[str, Any]) -> Path:
    _checked(content)
    path = configuration_path().resolve()  # a link to the file stays one
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(path, (HEAD + tomli_w.dumps(content)).encode())
    path.chmod(0o600)
    return path
