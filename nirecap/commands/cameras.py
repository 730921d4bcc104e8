"""`nirecap cameras`: the user's cameras and the profiles; finding, adding and checking them."""

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from nirecap.errors import CameraError, UsageMistake

from .camera_options import camera_options

if TYPE_CHECKING:
    from nirecap.capture.choose_camera import Given, Told
    from nirecap.capture.configuration import OwnCamera
    from nirecap.capture.discovery import FoundCamera
    from nirecap.capture.doctor import Finding
    from nirecap.capture.drivers import CameraSettings

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
MARKS = {"ok": "ok  ", "warn": "WARN", "fail": "FAIL"}


@click.group("cameras", short_help="List, add, find and check cameras.")
def command() -> None:
    """Your cameras, and the kinds of cameras that nirecap knows.

    `add` asks what it needs, checks the camera and keeps it under a name; from then on the name is enough:
    `nirecap shoot --camera porch`. Passwords stay in the keyring or in the environment. With --dry-run, `add` and
    `remove` write nothing and `check` switches nothing.

    \b
    Examples:
      nirecap cameras list
      nirecap cameras add porch --profile onvif --host 192.168.1.20
    """


@command.command("list", short_help="Show your cameras and the built-in profiles.")
@AS_JSON
def list_cameras(as_json: bool) -> None:
    """Show your own cameras, then the profiles: the kinds of cameras that are known.

    \b
    Example:
      nirecap cameras list --json
    """
    from nirecap.capture.configuration import configuration_path, read_configuration
    from nirecap.capture.profiles import built_in

    own, profiles = read_configuration().cameras, built_in()
    if as_json:
        for name, camera in own.items():
            click.echo(json.dumps({"name": name, "own": True, **asdict(camera)}))
        for name, profile in profiles.items():
            click.echo(json.dumps({"name": name, "own": False, **asdict(profile)}))
        return
    click.echo(f"Your cameras ({configuration_path()}):" if own else "No cameras of your own yet: nirecap cameras add")
    for name, camera in own.items():
        click.echo(f"  {name:<18}{camera.profile:<18}{camera.host or camera.stream_url}")
    click.echo("Profiles:")
    for name, profile in profiles.items():
        click.echo(f"  {name:<18}{profile.title}")


@command.command("add", short_help="Ask for a camera's settings, check it and keep it.")
@click.argument("name")
@click.option("--profile", help="Kind of camera, see `list`.  [default: NAME if it is one, else you are asked]")
@camera_options
@click.option("--check/--no-check", default=True, help="Look whether the camera works before it is kept.")
@click.option("--dry-run", is_flag=True, help="Show what would be kept; check and write nothing.")
def add(name: str, profile: str | None, given: "Given", check: bool, dry_run: bool) -> None:
    """Keep a camera under NAME; in a terminal, everything that is not given is asked.

    \b
    Examples:
      nirecap cameras add eufy
      nirecap cameras add porch --profile onvif --host 192.168.1.20 --port 8080
    """
    from nirecap.capture.choose_camera import complete, settings_of, with_given
    from nirecap.capture.configuration import as_toml, save_camera
    from nirecap.capture.terminal import request

    if not name.strip():
        raise UsageMistake("a camera needs a name; write it like `nirecap cameras add porch`")
    told = complete(name, with_given(_to_begin_with(name, profile), given))
    if dry_run:
        click.echo(as_toml(name, told.camera), nl=False)
        return
    settings = settings_of(name, told, request)
    if check:
        _check_before_keeping(settings)
    path = save_camera(name, told.camera)
    _offer_keyring(name, told, settings)
    click.echo(f"{name} is kept in {path}; next: nirecap shoot --camera {name}")


@command.command("remove", short_help="Forget one of your cameras, and its secrets in the keyring.")
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Show what would be forgotten; write nothing.")
def remove(name: str, dry_run: bool) -> None:
    """Take the camera NAME out of your file, and its secrets out of the keyring.

    \b
    Example:
      nirecap cameras remove porch
    """
    from nirecap.capture.configuration import remove_camera, the_camera
    from nirecap.capture.passwords import Kind, Secret, forget

    the_camera(name)
    if dry_run:
        click.echo(f"{name} would be forgotten")
        return
    path = remove_camera(name)
    for kind in (Kind.PASSWORD, Kind.API_KEY):
        forget(Secret(kind, name))
    click.echo(f"{name} is no longer in {path}")


@command.command("discover", short_help="Find ONVIF cameras in the local network.")
@click.option("--seconds", type=click.FloatRange(1, 60), default=4.0, show_default=True, help="How long to listen.")
@AS_JSON
def discover(seconds: float, as_json: bool) -> None:
    """Ask the local network for ONVIF cameras (WS-Discovery) and show what answers; nothing else is sent.

    \b
    Example:
      nirecap cameras discover --seconds 10
    """
    from nirecap.capture.discovery import discover as look_around

    found = look_around(seconds)
    for camera in found:
        click.echo(json.dumps(asdict(camera)) if as_json else _as_line(camera))
    if not as_json:
        click.echo(_what_next(found))


@command.command("check", short_help="Try all that a session needs of a camera.")
@click.argument("name")
@camera_options
@AS_JSON
@click.option("--dry-run", is_flag=True, help="Look at the camera, but do not switch it.")
def check(name: str, given: "Given", as_json: bool, dry_run: bool) -> None:
    """Examine a camera: reachable, login, clock, settings, stream, day and night in the picture, time of a switch.

    Each line that is not ok tells what to do. The camera is put back as it was, also after Ctrl-C. The exit code is 1
    when something failed.

    \b
    Examples:
      nirecap cameras check sim
      nirecap cameras check porch
    """
    from nirecap.capture.choose_camera import camera_settings
    from nirecap.capture.terminal import request

    settings = camera_settings(name, given, request)
    if not _examined(settings, as_json=as_json, switch=not dry_run):
        sys.exit(1)


def _as_line(camera: "FoundCamera") -> str:
    elsewhere = "" if camera.advertised == camera.address else f"  (says that it is at {camera.advertised})"
    return f"{camera.address:<16}{camera.port or '?':<7}{camera.name}  {camera.model}{elsewhere}"


def _what_next(found: "list[FoundCamera]") -> str:
    if not found:
        return "no camera answered; switch ONVIF on in its settings, and be in the same network"
    first = found[0]
    return f"next: nirecap cameras add NAME --profile onvif --host {first.address} --port {first.port or 80}"


def _to_begin_with(name: str, profile: str | None) -> "OwnCamera":
    """Return the camera that is to be changed, or one of which only the profile is known."""
    from nirecap.capture.choose_camera import profile_of
    from nirecap.capture.configuration import OwnCamera, read_configuration
    from nirecap.capture.profiles import built_in, find_profile
    from nirecap.capture.terminal import attended, question

    own = read_configuration().cameras
    if not profile and name in own:
        return own[name]
    if not profile and find_profile(name):
        profile = name
    if not profile and not attended():
        raise UsageMistake(
            f"say what kind of camera {name} is, as in --profile onvif; `nirecap cameras list` shows all"
        )
    camera = OwnCamera(profile or question(f"Kind of camera ({', '.join(built_in())})"))
    profile_of(camera)
    return camera


def _check_before_keeping(settings: "CameraSettings") -> None:
    from nirecap.capture.terminal import attended, confirmed

    if not _examined(settings) and not (attended() and confirmed("Keep it all the same?")):
        raise CameraError(f"{settings.name} is not kept; mend what failed, or keep it as it is with --no-check")


def _examined(settings: "CameraSettings", *, as_json: bool = False, switch: bool = True) -> bool:
    """Show the doctor's findings as they come; return whether nothing failed."""
    from nirecap.capture.doctor import address_of, examine
    from nirecap.capture.drivers import connect

    outcomes = []

    def show(finding: "Finding") -> None:
        outcomes.append(finding.outcome)
        remedy = f"; {finding.remedy}" if finding.remedy else ""
        line = f"{MARKS[finding.outcome]} {finding.check:<10}{finding.what}{remedy}"
        click.echo(json.dumps(asdict(finding)) if as_json else line)

    examine(connect(settings), address_of(settings), show, switch=switch)
    return "fail" not in outcomes


def _offer_keyring(name: str, told: "Told", settings: "CameraSettings") -> None:
    """Offer to keep in the keyring what was typed, else say how it can be told next time."""
    from nirecap.capture.choose_camera import secrets_of
    from nirecap.capture.passwords import Kind, Secret, can_keep, find, keep
    from nirecap.capture.terminal import attended, confirmed

    for kind in secrets_of(told.camera):
        secret = Secret(kind, name)
        value = settings.api_key if kind is Kind.API_KEY else settings.password
        if not value or find(secret) == value:
            continue
        if can_keep() and attended() and confirmed(f"Keep the {secret} in the keyring?"):
            keep(secret, value)
        else:
            click.echo(f"You are asked for the {secret} each time, unless {secret.variables[0]} holds it")
