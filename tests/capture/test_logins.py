"""Logins of any characters go out of an address and in again."""

from urllib.parse import quote, urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from nirecap.capture.logins import filled, holds_secret, without_login

TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)


@settings(deadline=None, derandomize=True)
@given(TEXT, TEXT)
def test_a_login_goes_out_and_in_again(user: str, password: str) -> None:
    address = f"rtsp://{quote(user, safe='')}:{quote(password, safe='')}@porch.lan:8554/live?a=1"
    if password.startswith("{"):
        return
    pattern, found_user, found_password = without_login(address)
    assert (found_user, found_password) == (user, password)
    assert not holds_secret(pattern)
    again = filled(pattern, {"user": user, "password": password})
    assert again == address
    assert urlsplit(again).hostname == "porch.lan"


def test_ordinary_addresses_stay_as_they_are() -> None:
    for address in ("rtsp://porch.lan/live", "/dev/video0", "http://[fe80::1]:80/snap.jpg", "http://me@porch.lan/", ""):
        assert without_login(address) == (address, "", "")
        assert not holds_secret(address)


def test_an_address_of_numbers_is_put_in_as_it_must_be() -> None:
    assert filled("rtsp://{host}:554/", {"host": "fe80::1"}) == "rtsp://[fe80::1]:554/"


def test_an_answer_that_looks_like_a_placeholder_is_not_filled_again() -> None:
    assert filled("{user}/{password}", {"user": "{password}", "password": "x"}) == "%7Bpassword%7D/x"
