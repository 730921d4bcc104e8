"""`nirecap shoot`: drive cameras through the shots of a plan."""

import math
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import click

from nirecap.errors import UsageMistake
from nirecap.places import SESSIONS, choose_collection
from nirecap.vocabulary import Plan

from .camera_options import camera_options

if TYPE_CHECKING:
    from nirecap.capture.camera import Camera
    from nirecap.capture.choose_camera import Given
    from nirecap.capture.drivers import CameraSettings
    from nirecap.capture.goal import Goal
    from nirecap.capture.pace import Scheduled
    from nirecap.capture.shoot import Shooting
    from nirecap.progress import Bar

Ask = Callable[[str], None]
FOLDER = click.Path(file_okay=False, path_type=Path)
INCOMPLETE = 3
"""Exit code of a run that ended short of its target, or whose camera could not be verified to be as before."""
STOPPED = 130


@dataclass(frozen=True)
class Wanted:
    """What the command line says."""

    out: Path | None
    names: tuple[str, ...]
    plan: str | None
    target: int | None
    scene: str | None
    given: "Given"
    scenes: Path | None
    light: str
    light_on: str
    light_off: str
    every: str | None
    between: str | None
    nights: int
    place: str | None
    take_turns: bool
    timeout_s: float
    accept_still: bool
    keep_packets: bool
    note: str
    lamp_nm: int | None
    consent: str
    dry_run: bool


def _seconds(_context: click.Context, _option: click.Parameter, value: float) -> float:
    if math.isnan(value):  # which is in every range
        raise click.BadParameter("nan is no number of seconds")
    return value


@click.command("shoot", short_help="Shoot low-light / NIR pairs with one camera or several.")
@click.argument("out", required=False, type=FOLDER)
@click.option(
    "--camera",
    "names",
    required=True,
    multiple=True,
    help="Camera or profile of `nirecap cameras list`; repeatable.",
)
@click.option(
    "--plan",
    type=click.Choice([str(plan) for plan in Plan]),
    help="Images of a shot.  [default: triplet with a light, else pair]",
)
@click.option(
    "--target",
    type=click.IntRange(min=1),
    help="Shots in the collection at the end, counting those that it has.  [default: one more of each view]",
)
@click.option("--scene", help="Name of the view.  [default: the camera's own, else a new one for each run]")
@camera_options
@click.option("--scenes", type=FOLDER, help="sim: folder of views, <id>_rgb.* with <id>_nir.*.  [default: drawn ones]")
@click.option("--light", default="", help="Light for lit images: `ask` (you switch it), or a name in your file.")
@click.option("--light-on", default="", help="URL that switches the light on (Tasmota, Shelly).")
@click.option("--light-off", default="", help="URL that switches it off.")
@click.option("--every", help="From one shot to the next, as 90s, 10m or 1h; the run then survives any outage.")
@click.option("--between", help="Shoot only then, as dusk..dawn, sunset+30m..sunrise or 22:00..05:30.")
@click.option("--nights", type=click.IntRange(min=1), default=1, show_default=True, help="How often --between opens.")
@click.option("--place", help="Where the sun is looked at: LATITUDE,LONGITUDE.  [default: the place in your file]")
@click.option("--take-turns", is_flag=True, help="Never two cameras at once: they see each other's lamps.")
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(0.1, 600),
    callback=_seconds,
    default=15.0,
    show_default=True,
    help="Seconds that a switch may take.",
)
@click.option("--accept-still", is_flag=True, help="Accept a picture without noise, which a frozen one looks like.")
@click.option("--keep-packets", is_flag=True, help="Keep the encoded packets around each picture, as <role>.mkv.")
@click.option("--note", default="", help="Written beside every shot of this run.")
@click.option("--lamp-nm", type=click.IntRange(700, 1100), help="Wavelength of the IR lamp, often 850 or 940.")
@click.option("--consent", default="", help="What was agreed with the people who may be in view; goes onto the card.")
@click.option("--dry-run", is_flag=True, help="Connect and say what would be done; switch and write nothing.")
def command(**said: Any) -> None:  # noqa: ANN401  the fields of `Wanted`
    """Shoot aligned low-light / NIR pairs into the collection OUT.

    Each shot takes the low-light picture, switches the IR-cut filter out, takes the NIR picture, and for lit sets a
    reference; every switch is verified in the picture. Ctrl-C drops the shot in hand, puts the camera back as it was
    and prints the summary. Keys: a again, s skip, n note, q quit. Without OUT: the current folder if it is a
    collection, else ./captures. Exit code: 0 done, 3 fewer shots than wanted or a camera not verified as before.

    \b
    Examples:
      nirecap shoot --camera sim
      nirecap shoot --camera sim --plan triplet --target 6 night
      nirecap shoot --camera eufy --light ask
      nirecap shoot --camera onvif --host 192.168.1.20 --target 100 night
      nirecap shoot --camera porch --camera hall --every 10m --between dusk..dawn night
    """
    from nirecap.capture.attend import Attendant
    from nirecap.capture.goal import Goal
    from nirecap.capture.store import Collection
    from nirecap.capture.together import run_together
    from nirecap.progress import progress_bar

    wanted = Wanted(**said)
    folder = choose_collection(wanted.out)
    pace = _pace(wanted)
    settings = _settings(wanted)
    with progress_bar("shots") as bar, ExitStack() as opened:
        had = _shots_there(folder, bar, sweep=not wanted.dry_run)
        attendant = Attendant(bar.say, bar.ask, bar.paused)
        cameras = _open(settings, had, attendant.ask, opened)
        shootings = _shootings(wanted, pace, cameras, bar.say, attendant.ask)
        count = _count(wanted, had, cameras)
        bar.say(_intention(folder, had, count, shootings))
        if pace and pace.outlook and count != 0:
            bar.say(pace.outlook)
        if wanted.dry_run or count == 0:
            return
        collection = Collection(folder, create=True)
        goal = Goal(collection, count, wanted.target)
        bar.expect(count)
        opened.enter_context(attendant.attend(shootings))
        try:
            run_together(shootings, collection, goal, bar.advance)
        except KeyboardInterrupt:
            bar.say("stopped by you; the shot in hand is dropped")
            sys.exit(STOPPED)
        finally:
            _report(shootings, folder, bar)
    sys.exit(_exit_code(shootings, goal, count))


def _settings(wanted: Wanted) -> "list[CameraSettings]":
    """Return how to reach each camera, asking for what is missing."""
    from nirecap.capture.choose_camera import Given, camera_settings

    if len(set(wanted.names)) < len(wanted.names):
        raise UsageMistake("the same --camera is named twice; add the second under a name of its own")
    if len(wanted.names) > 1 and wanted.given != Given():
        raise UsageMistake("with several cameras, set each up with `nirecap cameras add`; --host and the like fit one")
    given = wanted.given
    if wanted.scenes is not None:
        given = replace(given, options={"scenes": str(wanted.scenes.resolve()), **given.options})
    return [camera_settings(name, given, print) for name in wanted.names]


def _open(settings: "list[CameraSettings]", had: int, ask: Ask, opened: ExitStack) -> "list[Camera]":
    from nirecap.capture.drivers import connect

    cameras = []
    for each in settings:
        options = {"first-view": str(had), **each.options} if each.driver == "sim" else each.options
        cameras.append(opened.enter_context(connect(replace(each, ask=ask, options=options))))
    return cameras


def _shootings(
    wanted: Wanted, pace: "Scheduled | None", cameras: "list[Camera]", say: Ask, ask: Ask
) -> "list[Shooting]":
    from nirecap.capture.choose_light import choose_light
    from nirecap.capture.settle import Patience
    from nirecap.capture.shoot import GIVE_UP_AFTER_S, Shooting, without_pause

    light = choose_light(wanted.light, wanted.light_on, wanted.light_off, ask)
    # a light, and a person, serve one camera at a time
    turn = Lock() if len(cameras) > 1 and (wanted.take_turns or light) else None
    facts = {name: value for name in ("note", "lamp_nm", "consent") if (value := getattr(wanted, name))}
    shootings = []
    for camera in cameras:
        lamp = light or camera.light()
        shootings.append(
            Shooting(
                camera,
                lamp,
                Plan(wanted.plan) if wanted.plan else (Plan.TRIPLET if lamp else Plan.PAIR),
                scene=wanted.scene,
                patience=Patience(wanted.timeout_s, must_live=not wanted.accept_still),
                say=say,
                pace=pace or without_pause,
                give_up_after_s=math.inf if pace else GIVE_UP_AFTER_S,
                keep_packets=wanted.keep_packets,
                facts=facts,
                turn=turn,
            )
        )
    return shootings


def _pace(wanted: Wanted) -> "Scheduled | None":
    from datetime import timedelta

    from nirecap.capture.choose_place import place_of
    from nirecap.capture.pace import Scheduled
    from nirecap.capture.schedule import parse_every, parse_window

    if wanted.between is None and (wanted.nights > 1 or wanted.place):
        raise UsageMistake("--nights and --place belong to a window; give --between dusk..dawn too")
    if wanted.every is None and wanted.between is None:
        return None
    every = parse_every(wanted.every) if wanted.every else timedelta(0)
    window = parse_window(wanted.between, place_of(wanted.place)) if wanted.between else None
    return Scheduled(every, window, wanted.nights)


def _count(wanted: Wanted, had: int, cameras: "list[Camera]") -> int | None:
    """Return how many shots to take; None for as many as the schedule brings."""
    if wanted.target:
        return max(0, wanted.target - had)
    if wanted.every or wanted.between:
        return None
    return sum(camera.views() for camera in cameras)


def _shots_there(folder: Path, bar: "Bar", *, sweep: bool) -> int:
    """Return how many shots the collection has, saying what was swept in it; 0 where there is none."""
    from nirecap.capture.store import Collection

    if not (folder / SESSIONS).is_dir():
        return 0
    collection = Collection(folder, sweep=sweep)
    for line in collection.leftovers:
        bar.say(f"swept away: {line}")
    return len(collection)


def _intention(folder: Path, had: int, count: int | None, shootings: "list[Shooting]") -> str:
    from nirecap.progress import shots

    if count == 0:
        return f"{folder} has {shots(had)} already; nothing to do (give a larger --target)"
    plan = shootings[0].plan
    return (
        f"{'shots' if count is None else shots(count)} ({plan}: {', '.join(plan.roles)}) with "
        f"{' and '.join(_named(shooting.camera) for shooting in shootings)} into {folder}, which has {had}"
    )


def _named(camera: "Camera") -> str:
    info = camera.describe()
    return f"{camera.name} ({' '.join(filter(None, (info.manufacturer, info.model))) or info.driver})"


def _report(shootings: "list[Shooting]", folder: Path, bar: "Bar") -> None:
    from nirecap.capture.summary import report

    for shooting in shootings:
        name = f"{shooting.camera.name}: " if len(shootings) > 1 else ""
        further = f"; next: nirecap curate {folder}" if shooting.summary.taken else ""
        bar.say(name + report(shooting.summary) + further)


def _exit_code(shootings: "list[Shooting]", goal: "Goal", count: int | None) -> int:
    short = count is not None and not goal.reached
    return INCOMPLETE if short or any(shooting.summary.restored is False for shooting in shootings) else 0
