"""The simulated camera whole: the device, its RTSP stream, and its ONVIF service, on loopback."""

from contextlib import ExitStack
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from nirecap.errors import UsageMistake
from nirecap.web_server import HOST, WebServer

from .addresses import CameraAddresses
from .device import Device, DeviceConfig
from .onvif.services import PATHS
from .room import ROOM_PATH
from .rtsp import RtspServer
from .scene import SceneSource
from .web_app import web_app


class SimulatedCamera:
    """A camera that any ONVIF or RTSP client on this computer can use between `start` and `stop`.

    A context manager: entering starts, leaving stops. Addresses are known once it has started; port 0 takes a free one.

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
    ) -> None:
        if not user or not password:
            raise UsageMistake("a simulated camera needs a user name and a password; neither may be empty")
        self.device = Device(scenes, config)
        self._views = len(scenes)
        self.host = HOST
        self._user = user
        self._password = password
        self._ports = http_port, rtsp_port
        self._running = ExitStack()

    def start(self) -> None:
        """Switch the camera on.

        Raises:
            CameraError: a port is taken.
            UsageMistake: a picture of this size can't be encoded.
        """
        http_port, rtsp_port = self._ports
        device = self.device
        with ExitStack() as starting:
            self._rtsp = RtspServer(
                device.width, device.height, device.fps, user=self._user, password=self._password, port=rtsp_port
            )
            self._rtsp.start()
            starting.callback(self._rtsp.stop)
            device.on_frame.append(self._rtsp.push)
            starting.callback(device.on_frame.remove, self._rtsp.push)
            device.start()
            starting.callback(device.stop)
            self._web = WebServer(
                web_app(device, self._views, self._rtsp.url, user=self._user, password=self._password), http_port
            )
            self._web.start()
            starting.callback(self._web.stop)
            self._running = starting.pop_all()

    def stop(self) -> None:
        """Switch it off: first what clients talk to, the device last; safe to call twice."""
        self._running.close()

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
            rtsp_port=urlsplit(self.rtsp_url).port or 0,
            device_service=self.device_service_url,
            rtsp=self.rtsp_url,
            room=f"http://{HOST}:{self.http_port}{ROOM_PATH}",
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
