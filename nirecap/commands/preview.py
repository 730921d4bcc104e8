"""`nirecap preview`: a page with the live picture in both modes, to aim camera and lamp."""

import ipaddress
import secrets
import sys
import webbrowser
from typing import TYPE_CHECKING

import click

from .camera_options import camera_options

if TYPE_CHECKING:
    from nirecap.capture.camera import Camera, CameraState
    from nirecap.capture.choose_camera import Given
    from nirecap.capture.preview.watch import Watch

UNVERIFIED = 3
"""Exit code where the camera could not be verified to be as before."""


class Place(click.ParamType[tuple[str, int]]):
    """An IP address of this computer, alone or with a port behind a colon."""

    name = "ADDRESS[:PORT]"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Show it as it is written."""
        return self.name

    def convert(
        self, value: str | tuple[str, int], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """Return address and port, 0 for any free one."""
        if isinstance(value, tuple):
            return value
        host, port = value, "0"
        if value.count(":") == 1 or "]:" in value:  # an IPv6 address is full of colons and wears brackets before a port
            host, _, port = value.rpartition(":")
        try:
            address = str(ipaddress.ip_address(host.strip("[]")))
            number = int(port)
        except ValueError:
            return self.fail(f"{value!r} is no address such as 127.0.0.1:8800 or 192.168.1.5", param, ctx)
        if not 0 <= number <= 65535:
            return self.fail(f"{port} is no port; choose one from 0 to 65535", param, ctx)
        return address, number


@click.command("preview", short_help="Watch the live picture in a browser to aim camera and lamp.")
@click.argument("name")
@camera_options
@click.option(
    "--listen",
    type=Place(),
    default="127.0.0.1",
    show_default=True,
    help="Where the page is served; other than 127.0.0.1 it travels unencrypted over your network.",
)
@click.option("--open", "open_browser", is_flag=True, help="Open the page in your browser.")
def command(name: str, given: "Given", listen: tuple[str, int], open_browser: bool) -> None:
    """Show the live picture of the camera NAME on a local page, until Ctrl-C.

    Beside the live picture stands the last one of the other mode; keys d and n switch. The page warns of hot spots,
    uneven or faint lamp light, darkness, blur, purple and pictures that do not settle. At the end the camera's settings
    are put back and read again. The page opens only with the address that is printed. Exit code: 0 done, 3 the camera
    is not verified as before.

    \b
    Examples:
      nirecap preview sim --open
      nirecap preview porch
      nirecap preview onvif --host 192.168.1.20 --user admin
    """
    from nirecap.capture.choose_camera import camera_settings
    from nirecap.capture.drivers import connect
    from nirecap.capture.preview.watch import Request, Watch

    request = Request()
    with connect(camera_settings(name, given, request.ask)) as camera:
        before = camera.state()
        watch = Watch(camera, request)
        try:
            _serve(watch, *listen, open_browser=open_browser)
        except KeyboardInterrupt:  # how a preview ends
            pass
        finally:
            watch.stop()
            restored = watch.switch is None or _put_back(camera, before)
    sys.exit(0 if restored else UNVERIFIED)


def _serve(watch: "Watch", host: str, port: int, *, open_browser: bool) -> None:
    from nirecap.capture.preview.web_app import web_app
    from nirecap.gate import Gate
    from nirecap.web_server import WebServer

    token = secrets.token_urlsafe(32)
    with WebServer(Gate(web_app(watch), token), port, host) as server:
        watch.start()
        address = f"http://{_reachable(host)}:{server.port}/?token={token}"
        click.echo(f"{watch.camera.name}: {address}")
        click.echo("Whoever has this address sees the camera and can switch it. Ctrl-C ends.")
        sys.stdout.flush()
        if open_browser:
            webbrowser.open(address)
        watch.wait()


def _reachable(host: str) -> str:
    """Return the address as a URL of this computer writes it; one that means all of them as loopback."""
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "[::1]"
    return f"[{host}]" if address.version == 6 else host


def _put_back(camera: "Camera", before: "CameraState") -> bool:
    """Put back what was switched, and say in one line what came of it."""
    from nirecap.capture.rig import Rig
    from nirecap.capture.settle import Patience

    restored = Rig(camera, None, Patience(), click.echo, heed=lambda: None).put_back(before)
    if restored:
        click.echo(f"{camera.name}: as before ({', '.join(f'{name} {value}' for name, value in before.items())})")
    elif restored is None:
        click.echo(f"{camera.name}: has no settings that could be put back; switch it by hand as you want it")
    return restored is not False
