"""A connection to eufy-security-ws, the server that carries commands to Eufy cameras.

JSON over a websocket: an answer carries the id of its command, and events come in between at any time (its
documentation: API commands, events and schema versions). The server is asked, never believed.
"""

import json
import logging
import socket
import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from nirecap.errors import CameraError, UsageMistake
from nirecap.redaction import redacted

from .foreign import plain

SCHEMA = 21
"""The newest version of its messages that was read; servers speak all older ones too."""
MAX_BYTES = 8 * 1024 * 1024
"""Of one message; the state of a house full of cameras takes hundreds of kilobytes."""
LIMIT_S = 10.0
"""For connecting, and for each answer."""
PORTS = {"ws": 80, "wss": 443}
# websockets logs what it sends and receives, in which the login of a stream may stand
_SILENT = logging.getLogger(f"{__name__}.frames")
_SILENT.setLevel(logging.CRITICAL + 1)


class EufyServer:
    """A running eufy-security-ws.

    Args:
        address: such as ws://127.0.0.1:3000; no other host is ever contacted.

    Raises:
        UsageMistake: the address is none.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._place = _place(address)
        self._open = ExitStack()
        self._websocket: ClientConnection | None = None
        self._asked = 0

    def connect(self) -> list[str]:
        """Connect and return the serial numbers of the devices that the server knows.

        Raises:
            CameraError: unreachable, no such server, or one that knows no device.
        """
        self.close()
        try:
            with ExitStack() as opening:
                self._websocket = opening.enter_context(self._handshake())
                state = self._introduce()
                self._open = opening.pop_all()
        except (OSError, ValueError, WebSocketException) as error:
            # never str(error): a redirect's holds whatever address the server made up
            why = getattr(error, "strerror", None) or type(error).__name__
            raise CameraError(
                f"no eufy-security-ws answers at {self._address} ({why}); start it, or tell where it is as `server`"
            ) from None
        return _serials(state)

    def close(self) -> None:
        """Let go of the connection; safe to call twice."""
        self._websocket = None
        self._open.close()

    def ask(self, command: str, **arguments: str | float) -> dict[str, Any]:
        """Send a command and return its result; a connection that broke is made anew once.

        Raises:
            CameraError: refused, not answered, or the connection breaks again.
        """
        try:
            return self._exchange(command, arguments)
        except ConnectionClosed:
            self.connect()
        try:
            return self._exchange(command, arguments)
        except ConnectionClosed:
            raise CameraError(
                f"eufy-security-ws at {self._address} closes the connection whenever it is asked; its log says why"
            ) from None

    def _handshake(self) -> ClientConnection:
        return connect(
            self._address,
            sock=socket.create_connection(self._place, LIMIT_S),  # with a socket of ours no redirect is followed
            proxy=None,
            compression=None,
            open_timeout=LIMIT_S,
            close_timeout=1.0,
            max_size=MAX_BYTES,
            logger=_SILENT,
        )

    def _introduce(self) -> dict[str, Any]:
        version = self._receive(time.monotonic() + LIMIT_S)
        oldest, newest = version.get("minSchemaVersion"), version.get("maxSchemaVersion")
        if version.get("type") != "version" or not isinstance(oldest, int) or not isinstance(newest, int):
            raise self._stranger()
        if oldest > SCHEMA:
            raise CameraError(
                f"eufy-security-ws at {self._address} speaks schema {oldest} to {newest} and nirecap up to {SCHEMA}; "
                "use an older one"
            )
        self._exchange("set_api_schema", {"schemaVersion": min(newest, SCHEMA)})
        state = self._exchange("start_listening", {}).get("state")
        return state if isinstance(state, dict) else {}

    def _exchange(self, command: str, arguments: Mapping[str, str | float]) -> dict[str, Any]:
        self._asked += 1
        own = f"nirecap-{self._asked}"
        self._wire.send(json.dumps({"messageId": own, "command": command, **arguments}))
        deadline = time.monotonic() + LIMIT_S
        answer: dict[str, Any] = {}
        while (answer.get("type"), answer.get("messageId")) != ("result", own):  # events, answers that came too late
            answer = self._receive(deadline)
        if answer.get("success") is not True:
            told = plain(redacted(str(answer.get("errorCode") or "")[:1000])) or "no reason"
            raise CameraError(f"eufy-security-ws refused {command}: {told}")
        result = answer.get("result")
        return result if isinstance(result, dict) else {}

    def _receive(self, deadline: float) -> dict[str, Any]:
        try:
            message = json.loads(self._wire.recv(max(deadline - time.monotonic(), 0)))
        except TimeoutError:
            raise CameraError(f"eufy-security-ws at {self._address} gives no answer in {LIMIT_S:.0f} s") from None
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            raise self._stranger()
        return message

    def _stranger(self) -> CameraError:
        return CameraError(f"what answers at {self._address} is not eufy-security-ws; tell where that is as `server`")

    @property
    def _wire(self) -> ClientConnection:
        if self._websocket is None:
            raise CameraError("eufy-security-ws is not connected; open the camera first")
        return self._websocket


def _place(address: str) -> tuple[str, int]:
    """Return host and port of a websocket's address.

    >>> _place("ws://127.0.0.1:3000"), _place("wss://[fe80::1]/eufy")
    (('127.0.0.1', 3000), ('fe80::1', 443))
    """
    try:
        parts = urlsplit(address)
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        parts, port = urlsplit(""), 0
    if not parts.hostname or parts.username is not None:
        raise UsageMistake(
            "`server` must be the address of eufy-security-ws without login, such as ws://127.0.0.1:3000"
        )
    return parts.hostname, port


def _serials(state: dict[str, Any]) -> list[str]:
    """Return the devices in the server's state: serial numbers since schema 13, before that all they tell.

    Raises:
        CameraError: there are none.
    """
    devices = state.get("devices")
    told = [
        device.get("serialNumber") if isinstance(device, dict) else device
        for device in (devices if isinstance(devices, list) else [])
    ]
    if not told:
        raise CameraError(
            "eufy-security-ws knows no camera; its log says whether it is logged in (Eufy may ask for a code or a "
            "captcha), and its account must share the camera"
        )
    return [plain(serial, 40) for serial in told if serial]
