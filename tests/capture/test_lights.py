import logging
import threading
import traceback
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from nirecap.capture.lights import HomeAssistantLight, OperatorLight, UrlLight
from nirecap.errors import CameraError, LoginRefused, UsageMistake
from nirecap.web_server import WebServer


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


TOKEN = "eyJ.distinctive-Token_xK9"


class HomeAssistant(WebServer):
    """Home Assistant's REST API, after its documentation, with the ways in which it says yes to what it does not do."""

    def __init__(self) -> None:
        self.states = {"light.study": "off", "switch.lamp": "off", "input_boolean.dark": "off", "light.attic": "off"}
        self.obeys = True
        self.delay_s = 0.0
        self.status = 200
        self.body: str | None = None
        self.calls: list[str] = []
        self.posts = 0
        super().__init__(
            Starlette(
                routes=[
                    Route("/api/states/{entity}", self._state),
                    Route("/api/services/{domain}/{service}", self._service, methods=["POST"]),
                    Route("/trap", self._trap),
                ]
            )
        )
        self.url = f"http://127.0.0.1:{self.port}"

    def light(self, entity: str = "light.study", token: str = TOKEN, patience_s: float = 5.0) -> HomeAssistantLight:
        return HomeAssistantLight(self.url, entity, token, patience_s=patience_s)

    def _refusal(self, request: Request) -> Response | None:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Response("401: Unauthorized", 401)
        if self.status != 200:
            return Response("", self.status, {"Location": f"{self.url}/trap"})
        return Response(self.body) if self.body is not None else None

    async def _service(self, request: Request) -> Response:
        self.posts += 1
        if refusal := self._refusal(request):
            return refusal
        domain, service = request.path_params["domain"], request.path_params["service"]
        entity = (await request.json())["entity_id"]
        self.calls.append(f"{domain}.{service} {entity}")
        if entity not in self.states or domain not in ("homeassistant", entity.partition(".")[0]):
            return JSONResponse([])  # as the real one does: nothing has changed, all is well
        changed = service.removeprefix("turn_")
        if self.obeys:
            threading.Timer(self.delay_s, self.states.update, [{entity: changed}]).start()
        return JSONResponse([])

    async def _state(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        entity = request.path_params["entity"]
        if entity not in self.states:
            return JSONResponse({"message": "Entity not found."}, 404)
        return JSONResponse({"entity_id": entity, "state": self.states[entity], "attributes": {"brightness": 255}})

    async def _trap(self, _request: Request) -> Response:
        self.calls.append("trap")
        return Response()


@pytest.fixture
def home() -> Iterator[HomeAssistant]:
    with HomeAssistant() as server:
        yield server


@pytest.mark.parametrize(
    ("entity", "domain"),
    [("light.study", "light"), ("switch.lamp", "switch"), ("input_boolean.dark", "homeassistant")],
)
def test_home_assistant_switches_by_the_service_of_the_entity(home: HomeAssistant, entity: str, domain: str) -> None:
    light = home.light(entity)
    assert light.is_on() is False
    light.turn(True)
    assert light.is_on() is True
    light.turn(False)
    assert light.is_on() is False
    assert home.calls == [f"{domain}.turn_on {entity}", f"{domain}.turn_off {entity}"]


def test_home_assistant_is_waited_for_until_a_slow_light_reports(home: HomeAssistant) -> None:
    home.delay_s = 1.0
    home.light().turn(True)
    assert home.states["light.study"] == "on"


def test_home_assistant_says_yes_to_an_entity_that_it_lacks(home: HomeAssistant) -> None:
    with pytest.raises(CameraError, match=r"has no light\.stduy"):
        home.light("light.stduy").turn(True)
    with pytest.raises(CameraError, match=r"has no light\.stduy"):
        home.light("light.stduy").is_on()


@pytest.mark.parametrize("state", ["off", "unavailable", "unknown"])
def test_a_light_that_does_not_obey_is_named_with_what_it_reports(home: HomeAssistant, state: str) -> None:
    home.obeys, home.states["light.study"] = False, state
    with pytest.raises(CameraError, match=rf"light\.study was switched on and still reports '{state}'"):
        home.light(patience_s=0.3).turn(True)


def test_a_light_that_is_unavailable_is_neither_on_nor_off(home: HomeAssistant) -> None:
    home.states["light.study"] = "unavailable"
    assert home.light().is_on() is None


def test_a_wrong_token_is_tried_once_and_never_told(home: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    light = home.light(token="wrong-but-secret")
    with pytest.raises(LoginRefused, match="long-lived access token") as failure:
        light.turn(True)
    told = "".join(traceback.format_exception(failure.value)) + caplog.text + repr(light)
    assert "wrong-but-secret" not in told
    assert home.posts == 1


@pytest.mark.parametrize(
    ("status", "named"), [(301, "HTTP 301"), (307, "HTTP 307"), (403, "banned"), (400, "HTTP 400"), (500, "HTTP 500")]
)
def test_other_answers_are_named_and_redirects_not_followed(home: HomeAssistant, status: int, named: str) -> None:
    home.status = status
    with pytest.raises(CameraError, match=named):
        home.light().turn(True)
    assert home.calls == []


@pytest.mark.parametrize("body", ["<html>a router</html>", "[]", '{"state": 1}', "[" * 200_000, "9" * 300_000])
def test_what_is_no_home_assistant_is_named(home: HomeAssistant, body: str) -> None:
    home.body = body
    with pytest.raises(CameraError, match="Home Assistant") as failure:
        home.light().is_on()
    assert len(str(failure.value)) < 200


def test_home_assistant_that_is_not_there_is_named() -> None:
    with pytest.raises(CameraError, match=r"Home Assistant at http://127\.0\.0\.1:1 can't be used") as failure:
        HomeAssistantLight("http://127.0.0.1:1", "light.study", TOKEN).turn(True)
    assert TOKEN not in "".join(traceback.format_exception(failure.value))


@pytest.mark.parametrize(
    ("url", "entity", "token"),
    [
        ("homeassistant.local:8123", "light.study", TOKEN),
        ("http://h:8123", "study", TOKEN),
        ("http://h:8123", "light.study/../../config", TOKEN),
        ("http://h:8123", "light.study", ""),
        ("http://h:8123", "light.study", f"{TOKEN}\nX-Other: header"),
    ],
)
def test_what_can_not_be_right_is_a_usage_mistake(url: str, entity: str, token: str) -> None:
    with pytest.raises(UsageMistake) as mistake:
        HomeAssistantLight(url, entity, token)
    assert TOKEN not in str(mistake.value)


def test_lights_that_can_not_be_asked_say_so() -> None:
    assert UrlLight("http://127.0.0.1:1/on", "http://127.0.0.1:1/off").is_on() is None
    assert OperatorLight(lambda question: None).is_on() is None
