"""The simulated camera whole: the device, its RTSP stream, its ONVIF service, its room and its faults, on loopback."""

import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from nirecap.errors import UsageMistake
from nirecap.web_server import HOST, WebServer

from .addresses import CameraAddresses
from .device import Device, DeviceConfig
from .faults import Effects, Fault, Faults, PlannedFault
from .logbook import Logbook
from .onvif.services import PATHS
from .quirks import Quirk
from .room import ROOM_PATH, room_app
from .rtsp import RtspServer
from .scene import SceneSource
from .web_app import web_app
from .wire import Wire

GOP_S, LONG_GOP_S = 1.0, 10.0
"""Seconds from one key frame to the next, and under the quirk `gop-10s`."""


class SimulatedCamera:
    """A camera that any ONVIF or RTSP client on this computer can use between `start` and `stop`.

    A context manager: entering starts, leaving stops. Addresses are known once it has started; port 0 takes a free one.

    Args:
        scenes: what it looks at.
        config: how it is built, and its quirks.
        user: that it asks for.
        password: that it asks for.
        http_port: of ONVIF and the snapshot.
        rtsp_port: of the stream.
        plan: faults to come, counted from the start.
        log: file for what it showed when; see `logbook.Logbook`.

    Raises:
        UsageMistake: user name or password is empty.
    """

    def __init__(
        self,
        scenes: SceneSource,
        config: DeviceConfig,
        user: str,
        password: str,
        *,
        http_port: int = 0,
        rtsp_port: int = 0,
        plan: Iterable[PlannedFault] = (),
        log: Path | None = None,
    ) -> None:
        if not user or not password:
            raise UsageMistake("a simulated camera needs a user name and a password; neither may be empty")
        self.device = Device(scenes, config)
        self.host = HOST
        self._views = len(scenes)
        self._config = config
        self._user, self._password = user, password
        self._ports = http_port, rtsp_port
        self._plan, self._log = plan, log
        self._running = ExitStack()

    def start(self) -> None:
        """Switch the camera on.

        Raises:
            CameraError: a port is taken.
            UsageMistake: a picture of this size can't be encoded, or the log can't be written.
        """
        http_port, rtsp_port = self._ports
        device = self.device
        with ExitStack() as starting:
            self._logbook = Logbook(self._log, self._facts())
            starting.callback(self._logbook.close)
            self._wire = Wire(self._note, self._config.clock_skew_s, self._config.seed)
            self._rtsp = self._stream(rtsp_port)
            self._rtsp.start()
            starting.callback(self._rtsp.stop)
            device.on_frame.append(self._rtsp.push)
            starting.callback(device.on_frame.remove, self._rtsp.push)
            device.start()
            starting.callback(device.stop)
            self._start_web(http_port)
            starting.callback(self._stop_web)
            self._faults = Faults(self._effects(), self._logbook)
            starting.callback(self._faults.stop)
            self._room = starting.enter_context(WebServer(room_app(device, self._views, self.fault)))
            self._faults.follow(self._plan)
            self._running = starting.pop_all()

    def stop(self) -> None:
        """Switch it off: first what clients talk to, the device last; safe to call twice."""
        self._running.close()

    def fault(self, fault: Fault | str, seconds: float | None = None) -> None:
        """Begin a fault, of its usual length or of so many seconds, and return; it ends by itself.

        One fault lasts at a time: this waits for the end of those that came before.

        Raises:
            UsageMistake: it can't last so long.
        """
        self._faults.cause(Fault(fault), seconds)

    @property
    def http_port(self) -> int:
        """Port of the ONVIF service."""
        return self._web.port

    @property
    def device_service_url(self) -> str:
        """Address of the ONVIF device service, from which a client finds everything else."""
        return f"http://{HOST}:{self.http_port}{PATHS['tds']}"

    @property
    def rtsp_url(self) -> str:
        """Address of the stream, without user name and password."""
        return self._rtsp.url

    @property
    def addresses(self) -> CameraAddresses:
        """All of them."""
        return CameraAddresses(
            host=self.host,
            http_port=self.http_port,
            rtsp_port=_port_of(self.rtsp_url),
            device_service=self.device_service_url,
            rtsp=self.rtsp_url,
            room=f"http://{HOST}:{self._room.port}{ROOM_PATH}",
        )

    def _facts(self) -> dict[str, Any]:
        config = self._config
        return {
            "width": config.width,
            "height": config.height,
            "fps": config.fps,
            "seed": config.seed,
            "quirks": sorted(config.quirks),
            "clock_skew_s": config.clock_skew_s,
        }

    def _clock(self) -> float:
        return time.time() + self._config.clock_skew_s

    def _stream(self, port: int) -> RtspServer:
        return RtspServer(
            self.device.width,
            self.device.height,
            self.device.fps,
            user=self._user,
            password=self._password,
            port=port,
            gop_seconds=LONG_GOP_S if Quirk.GOP_10S in self._config.quirks else GOP_S,
            carry=self._wire.carry,
        )

    def _start_web(self, port: int) -> None:
        app = web_app(
            self.device,
            self._rtsp.url,
            user=self._user,
            password=self._password,
            quirks=self._config.quirks,
            clock=self._clock,
        )
        self._web = WebServer(app, port)
        self._web.start()

    def _stop_web(self) -> None:
        self._web.stop()

    def _note(self, captured_at: float, damaged: bool) -> None:
        if truth := self.device.frame_at(captured_at):
            self._logbook.frame(truth, damaged=damaged)

    def _effects(self) -> Effects:
        return {
            Fault.STREAM_DROP: self._without_stream,
            Fault.FREEZE: self.device.frozen,
            Fault.REBOOT: self._off,
            Fault.DAMAGED_PACKETS: self._wire.damaging,
            Fault.WRONG_MODE: self.device.astray,
            Fault.LYING_SUCCESS: self.device.deaf,
        }

    @contextmanager
    def _without_stream(self) -> Iterator[None]:
        self._rtsp.stop()
        with _held(_port_of(self._rtsp.url)):
            yield
        self._rtsp.start()

    @contextmanager
    def _off(self) -> Iterator[None]:
        port = self.http_port
        self._stop_web()
        self._rtsp.stop()
        self.device.stop()
        with _held(port, _port_of(self._rtsp.url)):
            yield
        self.device.boot()
        self.device.start()
        self._rtsp.start()
        self._start_web(port)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


@contextmanager
def _held(*ports: int) -> Iterator[None]:
    """Keep ports from other programs; nobody listens there, so connections are refused."""
    with ExitStack() as sockets:
        for port in ports:
            holder = sockets.enter_context(socket.socket())
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            holder.bind((HOST, port))
        yield


def _port_of(url: str) -> int:
    return urlsplit(url).port or 0
