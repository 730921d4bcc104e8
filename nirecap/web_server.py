"""A web application served from a thread of this process, on loopback unless another address is given."""

import socket
from threading import Thread
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp

from nirecap.errors import CameraError

HOST = "127.0.0.1"
MAX_CONNECTIONS = 64
_STOP_S = 5.0


class WebServer:
    """Serve `app` on `host`, an IP address of this computer, while its context lasts, or from `start` to `stop`.

    Port 0 takes a free one.

    Raises:
        CameraError: the port is taken, or this computer has no such address.
    """

    def __init__(self, app: ASGIApp, port: int = 0, host: str = HOST) -> None:
        self._socket = _listen(host, port)
        self.port: int = self._socket.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=MAX_CONNECTIONS,
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = Thread(target=self._serve, name="web server", daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to answer; clients that connected since construction are already waiting in the queue."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the answers under way, close every connection, and return when the port is free."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(_STOP_S)
        self._socket.close()

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket])


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise CameraError(
            f"port {port} on {host} can't be used ({error.strerror}); choose another, or 0 for a free one"
        ) from None
    listener.listen()
    return listener
