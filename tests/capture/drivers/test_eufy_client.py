"""The connection to eufy-security-ws against servers that lie, ramble, fall silent or are none."""

import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from nirecap.capture.drivers import eufy_ws
from nirecap.capture.drivers.eufy_ws import EufyServer
from nirecap.errors import CameraError, UsageMistake

VERSION = {"type": "version", "minSchemaVersion": 0, "maxSchemaVersion": 21}
STATE = {"state": {"devices": ["T8400P1"]}}
Talk = Callable[[ServerConnection], object]


@contextmanager
def running(talk: Talk, **how: Any) -> Iterator[str]:
    """Serve websockets on loopback and give the address."""
    with serve(talk, "127.0.0.1", 0, **how) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"


def answer_to(message: str | bytes, result: Any) -> str:
    identity = json.loads(message)["messageId"]
    return json.dumps({"type": "result", "success": True, "messageId": identity, "result": result})


def polite(*results: Any, version: dict[str, Any] | None = None) -> Talk:
    """Greet, then answer one command after another with these results, and then with {}."""

    def talk(websocket: ServerConnection) -> None:
        websocket.send(json.dumps(version or VERSION))
        remaining = [{}, STATE, *results]
        for message in websocket:
            result = remaining.pop(0) if remaining else {}
            answer = {
                "type": "result",
                "success": True,
                "messageId": json.loads(message)["messageId"],
                "result": result,
            }
            websocket.send(json.dumps(answer))

    return talk


def saying(*messages: str | bytes) -> Talk:
    """Say these and then listen."""

    def talk(websocket: ServerConnection) -> None:
        for message in messages:
            websocket.send(message)
        for _ in websocket:
            pass

    return talk


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eufy_ws, "LIMIT_S", 0.5)


def test_devices_are_serial_numbers_or_all_they_tell() -> None:
    with running(polite()) as address:
        assert EufyServer(address).connect() == ["T8400P1"]


@pytest.mark.parametrize(("newest", "chosen"), [(9, 9), (21, 21), (400, 21)])
def test_the_newest_schema_that_both_know_is_chosen(newest: int, chosen: int) -> None:
    heard: list[Any] = []

    def talk(websocket: ServerConnection) -> None:
        websocket.send(json.dumps(VERSION | {"maxSchemaVersion": newest}))
        for message in websocket:
            heard.append(json.loads(message))
            websocket.send(json.dumps({"type": "result", "success": True, "result": STATE, **heard[-1]}))

    with running(talk) as address:
        EufyServer(address).connect()
    assert [message["command"] for message in heard] == ["set_api_schema", "start_listening"]
    assert heard[0]["schemaVersion"] == chosen


@pytest.mark.parametrize(
    ("messages", "complaint"),
    [
        (["hello"], "is not eufy-security-ws"),
        (["[]"], "is not eufy-security-ws"),
        (["[" * 100_000], "is not eufy-security-ws"),
        ([b"\xff\x00"], "is not eufy-security-ws"),
        (['{"type": "version"}'], "is not eufy-security-ws"),
        (['{"type": "version", "minSchemaVersion": "0", "maxSchemaVersion": []}'], "is not eufy-security-ws"),
        ([json.dumps(VERSION | {"minSchemaVersion": 99, "maxSchemaVersion": 120})], "speaks schema 99 to 120"),
        ([json.dumps(VERSION)], "gives no answer in"),
        ([], "gives no answer in"),
        (["x" * (eufy_ws.MAX_BYTES + 1)], "no eufy-security-ws answers"),
    ],
)
@pytest.mark.usefixtures("hasty")
def test_a_server_that_is_none_is_told(messages: list[str | bytes], complaint: str) -> None:
    with running(saying(*messages)) as address, pytest.raises(CameraError, match=complaint) as caught:
        EufyServer(address).connect()
    assert len(str(caught.value)) < 300


@pytest.mark.usefixtures("hasty")
def test_a_flood_of_events_ends() -> None:
    def talk(websocket: ServerConnection) -> None:
        websocket.send(json.dumps(VERSION))
        while True:
            websocket.send('{"type": "event", "event": {"event": "property changed"}}')

    with running(talk) as address, pytest.raises(CameraError, match="gives no answer in"):
        EufyServer(address).connect()


@pytest.mark.usefixtures("hasty")
def test_an_answer_that_comes_too_late_is_not_taken_for_the_next() -> None:
    def talk(websocket: ServerConnection) -> None:
        websocket.send(json.dumps(VERSION))
        for number, message in enumerate(websocket):
            result = STATE if number == 1 else {"number": number}
            answer = {
                "type": "result",
                "success": True,
                "messageId": json.loads(message)["messageId"],
                "result": result,
            }
            if number == 2:
                time.sleep(0.8)
            websocket.send(json.dumps(answer))

    with running(talk) as address:
        server = EufyServer(address)
        server.connect()
        with pytest.raises(CameraError, match="gives no answer"):
            server.ask("first")
        assert server.ask("second") == {"number": 3}
        server.close()


def test_a_redirect_is_not_followed() -> None:
    reached: list[str] = []

    def elsewhere(_: ServerConnection, request: Request) -> None:
        reached.append(request.path)

    with running(polite(), process_request=elsewhere) as other:

        def redirect(_: ServerConnection, __: Request) -> Response:
            return Response(302, "Found", Headers({"Location": other, "Content-Length": "0"}))

        with (
            running(polite(), process_request=redirect) as address,
            pytest.raises(CameraError, match="no eufy-security-ws answers") as caught,
        ):
            EufyServer(address).connect()
        assert other not in str(caught.value)
    assert reached == []


def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "socks_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    with running(polite()) as address:
        EufyServer(address).connect()


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(CameraError, match=r"no eufy-security-ws answers at ws://127.0.0.1:\d+ \(Connection refused\)"):
        EufyServer(f"ws://127.0.0.1:{port}").connect()


def test_a_connection_that_always_breaks_is_told() -> None:
    def talk(websocket: ServerConnection) -> None:
        websocket.send(json.dumps(VERSION))
        for result in ({}, STATE):
            websocket.send(answer_to(websocket.recv(), result))
        websocket.recv()

    with running(talk) as address:
        server = EufyServer(address)
        server.connect()
        with pytest.raises(CameraError, match="closes the connection whenever it is asked"):
            server.ask("device.get_properties")
        server.close()


def test_a_refusal_is_told_on_one_printable_line() -> None:
    def talk(websocket: ServerConnection) -> None:
        websocket.send(json.dumps(VERSION))
        identity = json.loads(websocket.recv())["messageId"]
        told = {"type": "result", "success": False, "messageId": identity, "errorCode": "bad\x1b[31m\n" * 1000}
        websocket.send(json.dumps(told))

    with running(talk) as address, pytest.raises(CameraError, match="refused set_api_schema: bad") as caught:
        EufyServer(address).connect()
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("address", ["", "127.0.0.1:3000", "http://127.0.0.1", "ws://", "ws://x:99999", "ws://me:pw@x"])
def test_an_address_that_is_none_is_a_mistake(address: str) -> None:
    with pytest.raises(UsageMistake, match="`server` must be the address") as caught:
        EufyServer(address)
    assert "pw" not in str(caught.value)


def test_what_is_said_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    told = {"properties": {"rtspStreamUrl": "rtsp://me:s3cret@198.51.100.1/live0"}}
    caplog.set_level(logging.DEBUG)
    with running(polite(told), logger=eufy_ws._SILENT) as address:
        server = EufyServer(address)
        server.connect()
        assert server.ask("device.get_properties") == told
        server.close()
    assert "s3cret" not in caplog.text
