"""Nobody sees a local page or changes anything by it without the token, from another page, or under a foreign name."""

from collections.abc import Iterator

import pytest
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from nirecap.gate import Gate
from nirecap.web_server import WebServer

TOKEN = "only-who-knows-this"
FORBIDDEN = requests.codes.forbidden


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    async def answer(_request: Request) -> Response:
        return PlainTextResponse("the camera")

    routes = [Route("/", answer), Route("/picture", answer), Route("/mode", answer, methods=["POST"])]
    with WebServer(Gate(Starlette(routes=routes), TOKEN)) as running:
        yield running


@pytest.fixture
def base(server: WebServer) -> str:
    return f"http://127.0.0.1:{server.port}"


@pytest.mark.parametrize("path", ["/", "/picture", "/nowhere", "/?token=", f"/?token={TOKEN[:-1]}", "/?token=%ff"])
def test_request_without_the_token_is_refused(base: str, path: str) -> None:
    answer = requests.get(base + path, timeout=10)
    assert answer.status_code == FORBIDDEN
    assert "camera" not in answer.text
    assert "set-cookie" not in answer.headers


def test_token_opens_and_a_cookie_that_no_script_reads_carries_it_on(base: str) -> None:
    session = requests.Session()
    answer = session.get(f"{base}/?token={TOKEN}", timeout=10)
    assert answer.text == "the camera"
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(answer.headers["set-cookie"].split("; "))
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert session.get(f"{base}/picture", timeout=10).ok
    assert session.post(f"{base}/mode", timeout=10).ok
    assert session.get(f"{base}/mode", timeout=10).status_code == requests.codes.method_not_allowed


def test_wrong_cookie_is_refused(base: str, server: WebServer) -> None:
    cookies = {f"nirecap-{server.port}": "guess"}
    assert requests.get(f"{base}/picture", cookies=cookies, timeout=10).status_code == FORBIDDEN


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "", "[", "localhost.evil.example"])
def test_foreign_name_is_refused_even_with_the_token(base: str, host: str) -> None:
    answer = requests.get(f"{base}/?token={TOKEN}", headers={"Host": host}, timeout=10)
    assert answer.status_code in (FORBIDDEN, requests.codes.bad_request)


def test_localhost_is_as_good_as_its_address(server: WebServer) -> None:
    host = {"Host": f"localhost:{server.port}"}
    assert requests.get(f"http://127.0.0.1:{server.port}/?token={TOKEN}", headers=host, timeout=10).ok


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null"])
def test_page_of_another_server_can_not_switch(base: str, origin: str) -> None:
    session = requests.Session()
    session.get(f"{base}/?token={TOKEN}", timeout=10)
    assert session.post(f"{base}/mode", headers={"Origin": origin}, timeout=10).status_code == FORBIDDEN
    assert session.post(f"{base}/mode", headers={"Origin": base}, timeout=10).ok
