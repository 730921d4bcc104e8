import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nirecap.capture.lights import OperatorLight, UrlLight
from nirecap.errors import CameraError, UsageMistake


class Plug(BaseHTTPRequestHandler):
    """A smart plug that notes what was fetched; /refuse and /elsewhere are what they are called."""

    def do_GET(self) -> None:
        self.server.fetched.append(self.path)  # type: ignore[attr-defined]
        self.server.logins.append(self.headers.get("Authorization"))  # type: ignore[attr-defined]
        status = {"/refuse": 403, "/elsewhere": 302}.get(self.path, 200)
        self.send_response(status)
        self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/trap")  # type: ignore[attr-defined]
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def plug() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Plug)
    server.fetched, server.logins = [], []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_each_url_is_fetched_as_it_was_given(plug: ThreadingHTTPServer) -> None:
    at = f"http://127.0.0.1:{plug.server_port}"
    light = UrlLight(f"{at}/cm?cmnd=Power%20On", f"{at}/relay/0?turn=off")
    light.turn(True)
    light.turn(False)
    assert plug.fetched == ["/cm?cmnd=Power%20On", "/relay/0?turn=off"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["/refuse", "/elsewhere"])
def test_refusal_is_named_and_redirects_are_not_followed(
    plug: ThreadingHTTPServer, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    url = f"http://ann:s3cret@127.0.0.1:{plug.server_port}{path}"
    with pytest.raises(CameraError, match="answered HTTP") as failure:
        UrlLight(url, url).turn(True)
    assert plug.fetched == [path]  # type: ignore[attr-defined]
    assert plug.logins == ["Basic YW5uOnMzY3JldA=="]  # type: ignore[attr-defined]
    assert "s3cret" not in str(failure.value) + caplog.text


def test_light_that_is_not_there_is_named_without_its_password() -> None:
    light = UrlLight("http://ann:s3cret@127.0.0.1:1/on", "http://127.0.0.1:1/off")
    with pytest.raises(CameraError, match=r"127\.0\.0\.1:1 can't be reached") as failure:
        light.turn(True)
    assert "s3cret" not in str(failure.value)


@pytest.mark.parametrize("url", ["ftp://a/b", "nonsense", "http://h:999999/", "http://[a", "http:///on", ""])
def test_wrong_urls_are_a_usage_mistake(url: str) -> None:
    with pytest.raises(UsageMistake, match="must be like"):
        UrlLight(url, "http://127.0.0.1/off")


def test_operator_is_asked() -> None:
    asked: list[str] = []
    OperatorLight(asked.append).turn(True)
    assert asked == ["Switch the room light ON, then press Enter"]
