"""`nirecap shoot`: drive a camera through the shots of a plan."""

import math
import os
import sys
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import click

from nirecap.errors import UsageMistake
from nirecap.places import SESSIONS, choose_collection
from nirecap.vocabulary import Plan

if TYPE_CHECKING:
    from nirecap.capture.camera import Camera
    from nirecap.capture.lights import Light
    from nirecap.capture.shoot import Shooting, Summary
    from nirecap.progress import Bar

PASSWORD_VARIABLE = "NIRECAP_PASSWORD"  # noqa: S105  the name of the variable
FOLDER = click.Path(file_okay=False, path_type=Path)


def _seconds(_context: click.Context, _option: click.Parameter, value: float) -> float:
    if math.isnan(value):  # which is in every range
        raise click.BadParameter("nan is no number of seconds")
    return value


@click.command("shoot", short_help="Shoot low-light / NIR pairs with a camera.")
@click.argument("out", required=False, type=FOLDER)
@click.option("--camera", "driver", required=True, help="Kind of camera: sim, onvif or manual.")
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
@click.option("--host", default="", help="onvif: address of the camera.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=80, show_default=True, help="onvif: port of its service."
)
@click.option(
    "--user", default="admin", show_default=True, help=f"onvif: account; {PASSWORD_VARIABLE} has its password."
)
@click.option("--stream", "stream_url", default="", help="manual: RTSP address of the picture.")
@click.option("--light", type=click.Choice(["ask"]), help="Ask you to switch the room's light for lit images.")
@click.option("--light-on", default="", help="URL that switches the light on (Tasmota, Shelly).")
@click.option("--light-off", default="", help="URL that switches it off.")
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(0.1, 600),
    callback=_seconds,
    default=15.0,
    show_default=True,
    help="Seconds that a switch may take.",
)
@click.option("--scenes", type=FOLDER, help="sim: folder of views, <id>_rgb.* with <id>_nir.*.  [default: drawn ones]")
@click.option(
    "--simulate", multiple=True, metavar="NAME=VALUE", help="sim: option of `nirecap simulate`, as transition=3."
)
@click.option("--dry-run", is_flag=True, help="Connect and say what would be done; switch and write nothing.")
def command(
    out: Path | None,
    driver: str,
    plan: str | None,
    target: int | None,
    scene: str | None,
    host: str,
    port: int,
    user: str,
    stream_url: str,
    light: str | None,
    light_on: str,
    light_off: str,
    timeout_s: float,
    scenes: Path | None,
    simulate: tuple[str, ...],
    dry_run: bool,
) -> None:
    """Shoot aligned low-light / NIR pairs into the collection OUT.

    Each shot takes the low-light picture, switches the IR-cut filter out, takes the NIR picture, and for lit sets a
    reference; every switch is verified in the picture. Ctrl-C drops the shot in hand, puts the camera back as it was
    and prints the summary. Without OUT: the current folder if it is a collection, else ./captures.

    \b
    Examples:
      nirecap shoot --camera sim
      nirecap shoot --camera sim --plan triplet --target 6 night
      nirecap shoot --camera onvif --host 192.168.1.20 --target 100 night
      nirecap shoot --camera manual --stream rtsp://192.168.1.20:8554/live night
    """
    from nirecap.capture.drivers import CameraSettings, connect
    from nirecap.capture.settle import Patience
    from nirecap.capture.shoot import Shooting
    from nirecap.progress import progress_bar

    folder = choose_collection(out)
    password = _password() if driver == "onvif" and _is_address(host) else ""
    with progress_bar("shots") as bar:
        had = _shots_there(folder, bar, sweep=not dry_run)
        settings = CameraSettings(
            driver=driver,
            name=driver,
            host=host,
            port=port,
            user=user,
            password=password,
            stream_url=stream_url,
            ask=bar.ask,
            options=_options(simulate, scenes, had) if driver == "sim" else {},
        )
        with connect(settings) as camera:
            lamp = _light(light, light_on, light_off, bar) or camera.light()
            chosen = Plan(plan) if plan else (Plan.TRIPLET if lamp else Plan.PAIR)
            count = (target or had + camera.views()) - had
            bar.say(_intention(folder, had, count, chosen, camera))
            shooting = Shooting(camera, lamp, chosen, scene=scene, patience=Patience(timeout_s), say=bar.say)
            if count > 0 and not dry_run:
                _run(shooting, folder, count, target, bar)


def _shots_there(folder: Path, bar: "Bar", *, sweep: bool) -> int:
    """Return how many shots the collection has, saying what was swept in it; 0 where there is none."""
    from nirecap.capture.store import Collection

    if not (folder / SESSIONS).is_dir():
        return 0
    collection = Collection(folder, sweep=sweep)
    for line in collection.leftovers:
        bar.say(f"swept away: {line}")
    return len(collection)


def _run(shooting: "Shooting", folder: Path, count: int, target: int | None, bar: "Bar") -> None:
    from nirecap.capture.store import Collection

    bar.expect(count)
    try:
        shooting.run(Collection(folder, create=True), count, bar.advance, target=target)
    except KeyboardInterrupt:
        bar.say("stopped by you; the shot in hand is dropped")
        sys.exit(130)
    finally:
        bar.say(_report(shooting.summary, folder))


def _is_address(host: str) -> bool:
    """Tell whether a host was given; never repeat it where it is a URL, which may hold a password."""
    if "/" in host or host.count(":") == 1:  # an IPv6 address has more
        raise UsageMistake("--host takes the address alone, as in --host 192.168.1.20; its port goes into --port")
    return bool(host)


def _password() -> str:
    if password := os.environ.get(PASSWORD_VARIABLE):
        return password
    if not sys.stdin.isatty():
        raise UsageMistake(f"the camera's password is needed: put it into the environment variable {PASSWORD_VARIABLE}")
    answer: str = click.prompt("Password of the camera", hide_input=True)
    return answer


def _options(pairs: tuple[str, ...], scenes: Path | None, first_view: int) -> dict[str, str]:
    options = {"first-view": str(first_view)}
    if scenes is not None:
        options["scenes"] = str(scenes.resolve())
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageMistake(f"--simulate {pair}: write NAME=VALUE, as in transition=3")
        options[name] = value
    return options


def _light(light: str | None, on_url: str, off_url: str, bar: "Bar") -> "Light | None":
    from nirecap.capture.lights import OperatorLight, UrlLight

    if bool(on_url) != bool(off_url):
        raise UsageMistake("give both --light-on and --light-off")
    if on_url:
        return UrlLight(on_url, off_url)
    return OperatorLight(bar.ask) if light == "ask" else None


def _intention(folder: Path, had: int, count: int, plan: Plan, camera: "Camera") -> str:
    from nirecap.progress import shots

    info = camera.describe()
    maker = " ".join(filter(None, (info.manufacturer, info.model))) or "switched by hand"
    if count <= 0:
        return f"{folder} has {shots(had)} already; nothing to do (give a larger --target)"
    return (
        f"{shots(count)} ({plan}: {', '.join(plan.roles)}) with {camera.name} ({maker}) into {folder}, which has {had}"
    )


def _report(summary: "Summary", folder: Path) -> str:
    from nirecap.progress import shots

    pace = f", {median(summary.seconds):.1f} s each" if summary.seconds else ""
    failed = f", {len(summary.failures)} failed" if summary.failures else ""
    restored = {True: "; camera as before", False: "; camera NOT verified as before", None: ""}[summary.restored]
    further = f"; next: nirecap curate {folder}" if summary.taken else ""
    return f"{shots(summary.taken)} taken{pace}{failed}{restored}{further}"
