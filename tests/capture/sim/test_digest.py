import hashlib
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from requests.auth import HTTPDigestAuth
from requests.utils import parse_dict_header

from nirecap.capture.sim.digest import DigestGate

URL = "http://127.0.0.1/snapshot.jpg"


@pytest.fixture
def gate() -> DigestGate:
    return DigestGate("admin", "s3cret", "camera")


def answer(gate: DigestGate, user: str = "admin", password: str = "s3cret", method: str = "GET") -> str:  # noqa: S107
    """Answer as requests does, which nobody here wrote."""
    client = HTTPDigestAuth(user, password)
    client.init_per_thread_state()
    client._thread_local.chal = parse_dict_header(re.sub("^Digest ", "", gate.challenge()))
    return client.build_digest_header(method, URL)


def old_answer(gate: DigestGate, password: str) -> str:
    """Answer as RFC 2617 allows clients that know no qop, such as many RTSP players."""
    nonce = re.search('nonce="([^"]+)"', gate.challenge())[1]
    md5 = lambda text: hashlib.md5(text.encode()).hexdigest()  # noqa: S324, E731
    response = md5(f"{md5(f'admin:camera:{password}')}:{nonce}:{md5('PLAY:rtsp://h/live')}")
    return f'Digest username="admin", realm="camera", nonce="{nonce}", uri="rtsp://h/live", response="{response}"'


def test_the_right_password_is_accepted(gate: DigestGate) -> None:
    assert gate.accepts(answer(gate), "GET")
    assert gate.accepts(old_answer(gate, "s3cret"), "PLAY")


def test_others_are_refused(gate: DigestGate) -> None:
    assert not gate.accepts(None, "GET")
    assert not gate.accepts(answer(gate, password="S3cret"), "GET")
    assert not gate.accepts(answer(gate, user="root"), "GET")
    assert not gate.accepts(old_answer(gate, ""), "PLAY")


def test_an_answer_is_for_one_method_and_one_gate(gate: DigestGate) -> None:
    assert not gate.accepts(answer(gate, method="GET"), "POST")
    assert not gate.accepts(answer(DigestGate("admin", "s3cret", "camera")), "GET")


def test_the_password_is_not_shown(gate: DigestGate) -> None:
    assert "s3cret" not in gate.challenge() + repr(gate) + answer(gate)


@settings(max_examples=100)
@given(st.text(max_size=300))
@example("Digest " + 'a="' * 5000)
@example('Digest username="admin", response="\xff"')
@example("Basic YWRtaW46czNjcmV0")
def test_garbage_is_refused(text: str) -> None:
    assert not DigestGate("admin", "s3cret", "camera").accepts(text, "GET")
