"""The options by which a command line reaches a camera; `shoot`, `preview` and `cameras` share them."""

import functools
from collections.abc import Callable
from typing import Any

import click

from nirecap.errors import UsageMistake

OPTIONS = (
    click.option("--host", default="", help="Address of the camera."),
    click.option("--port", type=click.IntRange(1, 65535), help="Port of its service.  [default: the profile's]"),
    click.option("--user", default="", help="Its account; the environment variable NIRECAP_PASSWORD has the password."),
    click.option("--stream", "stream_url", default="", help="Address of the picture: rtsp://, http:// or /dev/video0."),
    click.option(
        "--option",
        "options",
        multiple=True,
        metavar="NAME=VALUE",
        help="Further setting of the driver; for sim any option of `nirecap simulate`.",
    ),
)


def camera_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command, which gets them as one `given`."""

    @functools.wraps(command)
    def wrapper(
        *arguments: Any,  # noqa: ANN401  whatever the command takes
        host: str,
        port: int | None,
        user: str,
        stream_url: str,
        options: tuple[str, ...],
        **rest: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        from nirecap.capture.choose_camera import Given

        given = Given(host, port, user, stream_url, dict(_name_and_value(option) for option in options))
        return command(*arguments, given=given, **rest)

    for option in reversed(OPTIONS):
        wrapper = option(wrapper)
    return wrapper


def _name_and_value(option: str) -> tuple[str, str]:
    name, equals, value = option.partition("=")
    if not equals or not name:
        raise UsageMistake("--option wants NAME=VALUE, as in --option transition=3")
    return name, value
