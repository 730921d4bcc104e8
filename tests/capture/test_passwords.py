"""Where secrets come from, in which order, and that they stay out of what is shown."""

from collections.abc import Iterator

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from nirecap.capture import passwords
from nirecap.capture.passwords import SERVICE, Kind, Secret, can_keep, find, forget, keep, obtain
from nirecap.errors import UsageMistake

from .keyrings import BrokenKeyring, MemoryKeyring, using

PASSWORD = Secret(Kind.PASSWORD, "front-door.2")
OWN, ANY = PASSWORD.variables


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryKeyring]:
    for variable in (OWN, ANY):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(passwords, "attended", lambda: False)
    memory = MemoryKeyring()
    with using(memory):
        yield memory


def test_the_nearest_place_wins(kept: MemoryKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "attended", lambda: True)
    monkeypatch.setattr(passwords, "hidden_question", lambda _: "typed")
    assert obtain(PASSWORD) == "typed"
    kept.set_password(SERVICE, "front-door.2/password", "kept")
    assert obtain(PASSWORD) == "kept"
    monkeypatch.setenv("NIRECAP_PASSWORD", "of any")
    assert obtain(PASSWORD) == "of any"
    monkeypatch.setenv("NIRECAP_PASSWORD_FRONT_DOOR_2", "its own")
    assert obtain(PASSWORD) == "its own"


def test_kinds_do_not_mix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ANY, "pass")
    monkeypatch.setenv("NIRECAP_LIGHT_TOKEN_LAMP", "token")
    assert find(Secret(Kind.API_KEY, "front-door.2")) is None
    assert find(Secret(Kind.LIGHT_TOKEN, "lamp")) == "token"


def test_an_empty_variable_means_that_none_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OWN, "")
    assert obtain(PASSWORD) == ""


def test_with_nobody_to_ask_the_variable_is_named() -> None:
    with pytest.raises(UsageMistake, match="NIRECAP_PASSWORD_FRONT_DOOR_2"):
        obtain(PASSWORD)


@pytest.mark.parametrize("backend", [NoKeyring, BrokenKeyring])
def test_a_keyring_that_is_missing_or_broken_has_nothing(backend: type) -> None:
    with using(backend()):
        assert find(PASSWORD) is None
        forget(PASSWORD)


def test_only_a_real_keyring_is_offered() -> None:
    assert can_keep()
    with using(NoKeyring()):
        assert not can_keep()


def test_a_keyring_that_is_chosen_and_not_installed_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> None:
        raise ModuleNotFoundError("no_such_keyring")

    monkeypatch.setattr(keyring, "get_keyring", absent)
    assert not can_keep()


def test_what_is_kept_is_found_until_it_is_forgotten(kept: MemoryKeyring) -> None:
    keep(PASSWORD, "s3cret")
    assert kept.kept == {("nirecap", "front-door.2/password"): "s3cret"}
    assert find(PASSWORD) == "s3cret"
    forget(PASSWORD)
    assert find(PASSWORD) is None


def test_a_keyring_that_refuses_does_not_show_the_secret() -> None:
    with using(BrokenKeyring()), pytest.raises(UsageMistake, match="RuntimeError") as refused:
        keep(PASSWORD, "s3cret")
    assert "s3cret" not in str(refused.value)
    assert refused.value.__suppress_context__
