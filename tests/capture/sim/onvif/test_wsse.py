"""Only a fresh, unused proof of the password logs in."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha1

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nirecap.capture.sim.onvif import wsse
from nirecap.capture.sim.onvif.elements import Element, element
from nirecap.capture.sim.onvif.wsse import FRESH_S, TokenGate

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DIGEST = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"


def gate() -> TokenGate:
    return TokenGate("admin", "sécret", clock=NOW.timestamp)


def token(user: str, password: str, created: str, nonce: bytes = b"0123456789abcdef", kind: str = DIGEST) -> Element:
    digest = b64encode(sha1(nonce + created.encode() + password.encode(), usedforsecurity=False).digest()).decode()
    return element(
        "wsse:UsernameToken",
        element("wsse:Username", user),
        element("wsse:Password", digest if kind == DIGEST else password, Type=kind),
        element("wsse:Nonce", b64encode(nonce).decode()),
        element("wsu:Created", created),
    )


@pytest.mark.parametrize(
    "created",
    ["2026-03-01T12:00:00Z", "2026-03-01T12:00:00+00:00", "2026-03-01T13:00:00+01:00", "2026-03-01T12:00:00.123Z"],
)
def test_fresh_proof_is_accepted_however_the_time_is_written(created: str) -> None:
    assert gate().accepts(token("admin", "sécret", created))


def test_time_without_zone_is_utc() -> None:
    assert gate().accepts(token("admin", "sécret", "2026-03-01T12:00:00"))


@pytest.mark.parametrize(("user", "password"), [("admin", "wrong"), ("root", "sécret"), ("admin", ""), ("", "sécret")])
def test_wrong_user_or_password_is_refused(user: str, password: str) -> None:
    assert not gate().accepts(token(user, password, "2026-03-01T12:00:00Z"))


def test_no_token_is_refused() -> None:
    assert not gate().accepts(None)
    assert not gate().accepts(element("wsse:UsernameToken"))


def test_password_in_clear_text_is_refused() -> None:
    text = DIGEST.replace("Digest", "Text")
    assert not gate().accepts(token("admin", "sécret", "2026-03-01T12:00:00Z", kind=text))


@pytest.mark.parametrize("seconds", [-FRESH_S - 1, FRESH_S + 1, -86400])
def test_stale_or_future_proof_is_refused(seconds: float) -> None:
    assert not gate().accepts(token("admin", "sécret", (NOW + timedelta(seconds=seconds)).isoformat()))


def test_nonce_works_once() -> None:
    judge = gate()
    assert judge.accepts(token("admin", "sécret", "2026-03-01T12:00:00Z", b"once"))
    assert not judge.accepts(token("admin", "sécret", "2026-03-01T12:00:00Z", b"once"))
    assert not judge.accepts(token("admin", "sécret", "2026-03-01T12:00:01Z", b"once"))
    assert judge.accepts(token("admin", "sécret", "2026-03-01T12:00:00Z", b"twice"))


def test_strangers_do_not_use_up_a_nonce() -> None:
    judge = gate()
    assert not judge.accepts(token("admin", "wrong", "2026-03-01T12:00:00Z"))
    assert judge.accepts(token("admin", "sécret", "2026-03-01T12:00:00Z"))


def test_memory_of_nonces_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wsse, "REMEMBERED", 3)
    judge = gate()
    for number in range(10):
        assert judge.accepts(token("admin", "sécret", "2026-03-01T12:00:00Z", bytes([number])))
    assert len(judge._used) == 3
    assert not judge.accepts(token("admin", "sécret", "2026-03-01T12:00:00Z", bytes([9])))


ODD_TIMES = ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "1", "T", "2026-03-01T25:00Z"]
TEXT = st.text(st.characters(min_codepoint=32, blacklist_categories=["Cs", "Cc", "Cn"]), max_size=40)


@given(user=TEXT, digest=TEXT, nonce=TEXT, created=TEXT | st.datetimes().map(datetime.isoformat))
def test_any_words_are_refused_without_an_error(user: str, digest: str, nonce: str, created: str) -> None:
    forged = element(
        "wsse:UsernameToken",
        element("wsse:Username", user),
        element("wsse:Password", digest, Type=DIGEST),
        element("wsse:Nonce", nonce),
        element("wsu:Created", created),
    )
    assert not gate().accepts(forged)


@given(created=st.sampled_from(ODD_TIMES) | TEXT)
def test_proof_with_an_odd_time_is_refused_without_an_error(created: str) -> None:
    assert not gate().accepts(token("admin", "sécret", created))
