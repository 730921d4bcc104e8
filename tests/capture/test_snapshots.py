"""Pictures fetched one by one from a server that is a good camera, or a hostile one."""

import io
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import numpy as np
import pytest
from PIL import Image

from nirecap.capture.sim.digest import DigestGate
from nirecap.capture.snapshots import MAX_BYTES
from nirecap.capture.stream import Stream
from nirecap.errors import LoginRefused, StreamError
from nirecap.images import decode_image

USER, PASSWORD = "bob", "s3same@/"
LOGIN = "bob:s3same%40%2F@"


def jpeg(seed: int, size: tuple[int, int] = (160, 90), kind: str = "JPEG") -> bytes:
    small = np.random.default_rng(seed).integers(40, 200, (9, 16, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(small).resize(size).save(file, kind)
    return file.getvalue()


@dataclass
class SnapshotCamera:
    """Answers each request with what `picture` returns for its number."""

    picture: Callable[[int], bytes] = jpeg
    digest: bool = False
    basic: bool = False
    status: int = 200
    location: str = ""
    logins: list[str] = field(default_factory=list)
    asked: int = 0

    def allows(self, header: str | None, gate: DigestGate) -> bool:
        plain = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        return gate.accepts(header, "GET") if self.digest else not self.basic or header == f"Basic {plain}"


@contextmanager
def serving(camera: SnapshotCamera) -> Iterator[str]:
    """Return host and port of the running camera."""
    gate = DigestGate(USER, PASSWORD, "cam")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            login = self.headers.get("Authorization")
            camera.logins += [login] if login else []
            if not camera.allows(login, gate):
                self.send_response(401)
                self.send_header("WWW-Authenticate", gate.challenge() if camera.digest else 'Basic realm="cam"')
                self.end_headers()
                return
            content = camera.picture(camera.asked)
            camera.asked += 1
            self.send_response(camera.status)
            if camera.location:
                self.send_header("Location", camera.location)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def failure(camera: SnapshotCamera, login: str = LOGIN, timeout_s: float = 2.0) -> str:
    with (
        serving(camera) as place,
        pytest.raises((StreamError, LoginRefused)) as caught,
        Stream(f"http://{login}{place}/snap.jpg?key=hush", label="cam", timeout_s=timeout_s),
    ):
        pass
    said = str(caught.value)
    assert said.startswith("cam: ")
    assert not any(word in said for word in ("s3same", "hush", "\n"))
    return said


def test_the_cameras_own_bytes_come_with_the_pixels() -> None:
    with serving(SnapshotCamera()) as place, Stream(f"http://{place}/snap.jpg", label="cam") as stream:
        before = time.time()
        frame = stream.next(after=1)
    assert frame.encoded == jpeg(frame.number)
    assert np.array_equal(frame.pixels, decode_image(frame.encoded, "it"))
    assert frame.small.shape == (90, 160, 3)
    assert frame.damage == ""
    assert stream.packets_around(frame) is None
    assert before - 2 < frame.captured_at <= frame.arrived_at < time.time()


def test_a_picture_that_is_no_jpeg_has_no_bytes_to_keep() -> None:
    camera = SnapshotCamera(lambda number: jpeg(number, kind="PNG"))
    with serving(camera) as place, Stream(f"http://{place}/snap", label="cam") as stream:
        assert stream.next(after=-1).encoded is None


def test_the_same_bytes_again_are_no_new_frame() -> None:
    camera = SnapshotCamera(lambda number: jpeg(0 if number < 3 else 1))
    with serving(camera) as place, Stream(f"http://{place}/", label="cam", timeout_s=1) as stream:
        assert [stream.next(after=-1).encoded, stream.next(after=0).encoded] == [jpeg(0), jpeg(1)]
        with pytest.raises(StreamError, match="no new frame in 1 s; the camera hangs"):
            stream.next(after=1)
        assert camera.asked > 4


def test_it_does_not_ask_faster_than_small_cameras_bear() -> None:
    camera = SnapshotCamera()
    with serving(camera) as place, Stream(f"http://{place}/", label="cam"):
        time.sleep(1)
    assert camera.asked <= 8


@pytest.mark.parametrize("kind", ["digest", "basic"])
def test_logs_in_as_the_camera_asks(kind: str) -> None:
    camera = SnapshotCamera(digest=kind == "digest", basic=kind == "basic")
    with serving(camera) as place, Stream(f"http://{LOGIN}{place}/", label="cam") as stream:
        stream.next(after=1)
    assert camera.logins
    assert all(login.lower().startswith(kind) for login in camera.logins)


@pytest.mark.parametrize("login", ["", "bob:wrong@"])
@pytest.mark.parametrize("kind", ["digest", "basic"])
def test_a_wrong_login_is_refused_and_tried_once(kind: str, login: str) -> None:
    camera = SnapshotCamera(digest=kind == "digest", basic=kind == "basic")
    assert "login refused for the picture (401); check user name" in failure(camera, login)
    assert len(camera.logins) == bool(login)


def test_a_redirect_is_not_followed() -> None:
    other = SnapshotCamera()
    with serving(other) as elsewhere:
        said = failure(SnapshotCamera(status=302, location=f"http://{elsewhere}/"))
    assert "redirects to another address (HTTP 302), which is not followed; give" in said
    assert other.asked == 0


def bomb(side: int) -> bytes:
    """A small JPEG whose head claims `side` x `side` pixels."""
    content = bytearray(jpeg(0))
    place = content.index(b"\xff\xc0") + 5
    content[place : place + 4] = side.to_bytes(2) * 2
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html>please log in</html>", "not a PNG, JPEG, TIFF or BMP image"),
        (b"", "not a PNG, JPEG, TIFF or BMP image"),
        (jpeg(0)[:500], "damaged image"),
        (bomb(60_000), "pixels; not decoded"),
        (bytes(MAX_BYTES + 1), f"sends more than {MAX_BYTES} bytes, so it is not one picture"),
    ],
    ids=["html", "nothing", "truncated", "bomb", "too large"],
)
def test_what_is_no_picture_is_refused(content: bytes, said: str) -> None:
    assert said in failure(SnapshotCamera(lambda number: content))


def test_an_error_page_is_named() -> None:
    assert "answered HTTP 404 instead of a picture; check the path" in failure(SnapshotCamera(status=404))


def test_a_picture_that_drips_is_given_up() -> None:
    def slowly(number: int) -> bytes:
        time.sleep(3)
        return jpeg(number)

    start = time.monotonic()
    assert "gave no whole picture in 0.5 s" in failure(SnapshotCamera(slowly), timeout_s=0.5)
    assert time.monotonic() - start < 5


def test_a_closed_port_is_named() -> None:
    with serving(SnapshotCamera()) as place:
        pass
    with (
        pytest.raises(StreamError, match=r"cam: can't be fetched \(ConnectionError\); check address"),
        Stream(f"http://{place}/", label="cam"),
    ):
        pass
