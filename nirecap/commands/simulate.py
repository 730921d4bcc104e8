"""`nirecap simulate`: a camera that does not exist, for any ONVIF or RTSP client on this computer."""

import json
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import click

if TYPE_CHECKING:
    from nirecap.capture.sim.addresses import CameraAddresses


class PictureSize(click.ParamType[tuple[int, int]]):
    """Two numbers of pixels with an x between them."""

    def __init__(self, name: str = "WxH", example: str = "1280x720") -> None:
        """Say how the two are called, and what they may be."""
        self.name, self.example = name, example

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Show it as it is written; click would write it large."""
        return self.name

    def convert(
        self, value: str | tuple[int, int], param: click.Parameter | None, context: click.Context | None
    ) -> tuple[int, int]:
        """Return both."""
        if isinstance(value, tuple):
            return value
        if match := re.fullmatch(r"(\d{2,4})x(\d{2,4})", value):
            return int(match[1]), int(match[2])
        return self.fail(f"{value!r} is not a size such as {self.example}", param, context)


def _list_quirks(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Print both tables and end."""
    if not wanted:
        return
    from nirecap.capture.sim.faults import FAULTS
    from nirecap.capture.sim.quirks import QUIRKS

    courses = {fault: f"{course.description} ({course.seconds:g} s)" for fault, course in FAULTS.items()}
    for title, lines in (("Quirks, for --quirk", QUIRKS), ("Faults, for --faults and the room's control", courses)):
        click.echo(f"{title}:")
        for name, does in lines.items():
            click.echo(f"  {name:28}  {does}")
    context.exit()


@click.command("simulate", short_help="Serve a simulated night-vision camera on 127.0.0.1.")
@click.option(
    "--scenes",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of registered views, <id>_rgb.* with <id>_nir.*.  [default: drawn ones]",
)
@click.option("--split", help="Show only the views that scenes.csv in that folder puts in this split.")
@click.option("--first-view", type=click.IntRange(0), default=0, show_default=True, help="View to begin with, from 0.")
@click.option(
    "--size",
    type=PictureSize(),
    default="1280x720",
    show_default=True,
    help="Size of the picture in pixels.",
)
@click.option("--fps", type=float, default=15.0, show_default=True, help="Frames per second.")
@click.option(
    "--transition",
    type=float,
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="How long the IR-cut filter takes.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port of the ONVIF service.  [default: a free one]"
)
@click.option(
    "--rtsp-port", type=click.IntRange(0, 65535), default=0, help="Port of the stream.  [default: a free one]"
)
@click.option("--user", default="admin", show_default=True, help="User name that the camera asks for.")
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of drawn views, noise and random faults."
)
@click.option("--quirk", multiple=True, metavar="NAME,...", help="Misbehave as real firmware does; can be repeated.")
@click.option(
    "--fault-rate", type=click.FloatRange(0, 60), default=0.0, metavar="PER_MINUTE", help="Go wrong at random."
)
@click.option("--faults", multiple=True, metavar="NAME,...", help="What may go wrong at random.  [default: all]")
@click.option(
    "--list-quirks",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_quirks,
    help="List quirks and faults by name, and end.",
)
@click.option(
    "--log",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for what each frame showed and what went wrong when, as lines of JSON.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the addresses as one line of JSON.")
@click.option(
    "--until-stdin-closes", is_flag=True, help="Also end when standard input does, as a child process should."
)
def command(
    *,
    scenes: Path | None,
    split: str | None,
    first_view: int,
    size: tuple[int, int],
    fps: float,
    transition: float,
    port: int,
    rtsp_port: int,
    user: str,
    seed: int,
    quirk: tuple[str, ...],
    fault_rate: float,
    faults: tuple[str, ...],
    log: Path | None,
    as_json: bool,
    until_stdin_closes: bool,
) -> None:
    """Serve a simulated night-vision camera on 127.0.0.1 until Ctrl-C.

    It speaks ONVIF and RTSP, switches its IR-cut filter and IR lamp as a real one does, and stands in a dark room whose
    light can be switched over HTTP. With --quirk and --fault-rate it misbehaves as real cameras do. The password is
    "nirecap", or what the environment variable NIRECAP_SIM_PASSWORD holds.

    \b
    Example:
      nirecap simulate --port 8080 --rtsp-port 8554 --transition 2
      nirecap simulate --quirk wrong-xaddr,gop-10s --fault-rate 2 --log shown.jsonl
    """
    from nirecap.capture.sim.device import DeviceConfig
    from nirecap.capture.sim.faults import faults_named, random_faults
    from nirecap.capture.sim.process import DEFAULT_PASSWORD, PASSWORD_VARIABLE
    from nirecap.capture.sim.quirks import quirks_named
    from nirecap.capture.sim.scene import open_scenes
    from nirecap.capture.sim.scene_order import ScenesFrom
    from nirecap.capture.sim.server import SimulatedCamera
    from nirecap.interrupts import wait_until

    config = DeviceConfig(*size, fps=fps, transition_s=transition, seed=seed, quirks=quirks_named(quirk))
    plan = random_faults(fault_rate, seed, faults_named(faults))
    password = os.environ.get(PASSWORD_VARIABLE) or DEFAULT_PASSWORD
    views = ScenesFrom(open_scenes(scenes, seed, split), first_view)
    camera = SimulatedCamera(views, config, user, password, http_port=port, rtsp_port=rtsp_port, plan=plan, log=log)
    with _told_to_stop(until_stdin_closes) as stop, camera:
        at = camera.addresses
        click.echo(json.dumps(asdict(at)) if as_json else _welcome(at, user, password == DEFAULT_PASSWORD))
        sys.stdout.flush()
        wait_until(stop.wait)


@contextmanager
def _told_to_stop(until_stdin_closes: bool) -> Iterator[threading.Event]:
    """Give an event that Ctrl-C, SIGTERM and, where wanted, the end of standard input set."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    if until_stdin_closes:
        threading.Thread(target=_wait_for_end_of_stdin, args=(stop,), daemon=True).start()
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait_for_end_of_stdin(stop: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop.set()


def _welcome(at: "CameraAddresses", user: str, public: bool) -> str:
    told = 'password "nirecap"' if public else "password as in NIRECAP_SIM_PASSWORD"
    login = f"{quote(user, safe='')}:{'nirecap' if public else 'PASSWORD'}"
    return f"""\
ONVIF    {at.device_service}
stream   {at.rtsp}
login    user {user}, {told}
room     {at.room}/light/on
         {at.room}/light/off
         {at.room}/scene/next
         {at.room}/fault/NAME
         {at.room}/state
look     ffplay -rtsp_transport tcp {at.rtsp.replace("//", f"//{login}@", 1)}
Ctrl-C ends it."""
