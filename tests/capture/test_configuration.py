"""The user's file: what is written is read, what is wrong is named, and no secret gets in."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nirecap.capture.configuration import (
    MAX_BYTES,
    HomeAssistantLight,
    OwnCamera,
    UrlSwitch,
    configuration_path,
    read_configuration,
    remove_camera,
    save_camera,
)
from nirecap.capture.logins import secrets_in
from nirecap.capture.place import Place
from nirecap.errors import UsageMistake

WORD = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20)
CAMERA = st.builds(
    OwnCamera,
    profile=WORD.filter(bool),
    host=WORD,
    port=st.none() | st.integers(1, 65535),
    user=WORD,
    stream_url=WORD,
    options=st.dictionaries(WORD, WORD, max_size=3),
).filter(lambda camera: not list(secrets_in({"url": camera.stream_url, "host": camera.host, **camera.options})))
NAME = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NIRECAP_CAMERAS", str(tmp_path / "own" / "cameras.toml"))
    return tmp_path / "own" / "cameras.toml"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(st.dictionaries(NAME, CAMERA, max_size=4))
def test_what_is_saved_is_read(path: Path, cameras: dict[str, OwnCamera]) -> None:
    path.unlink(missing_ok=True)
    for name, camera in cameras.items():
        save_camera(name, camera)
    assert read_configuration().cameras == cameras


def test_every_other_entry_is_kept(path: Path) -> None:
    write(
        path,
        '[place]\nlatitude = 52.5\nlongitude = 13.4\n[lights.lamp]\nkind = "home-assistant"\nurl = "http://ha.lan:8123"\n'
        'entity = "light.lamp"\n[lights.plug]\nkind = "url"\non = "http://p.lan/on?token={token}"\noff = "http://p.lan/off"\n'
        '[cameras.hall]\nprofile = "axis"\n',
    )
    before = read_configuration()
    save_camera("porch", OwnCamera("onvif", host="porch.lan"))
    after = read_configuration()
    assert after.place == before.place == Place(52.5, 13.4)
    assert after.lights == before.lights
    assert after.lights["lamp"] == HomeAssistantLight("home-assistant", "http://ha.lan:8123", "light.lamp")
    assert isinstance(after.lights["plug"], UrlSwitch)
    assert set(after.cameras) == {"hall", "porch"}
    remove_camera("hall")
    assert set(read_configuration().cameras) == {"porch"}


def test_only_the_user_can_read_it(path: Path) -> None:
    save_camera("porch", OwnCamera("onvif"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_link_stays_one(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to(tmp_path / "elsewhere.toml")
    save_camera("porch", OwnCamera("onvif"))
    assert path.is_symlink()
    assert "porch" in (tmp_path / "elsewhere.toml").read_text()


def test_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NIRECAP_CAMERAS")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/settings")
    assert configuration_path() == Path("/settings/nirecap/cameras.toml")
    monkeypatch.delenv("XDG_CONFIG_HOME")
    assert configuration_path() == Path.home() / ".config/nirecap/cameras.toml"


def test_none_is_an_empty_one() -> None:
    assert read_configuration().cameras == {}


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ('password = "h1dden"', "cameras.porch.password"),
        ('options = { api_key = "h1dden" }', "cameras.porch.options.api_key"),
        ('stream_url = "rtsp://me:h1dden@porch.lan/live"', "cameras.porch.stream_url"),
        ('stream_url = "rtsp://me:h1d/h1dden@porch.lan/live"', "cameras.porch.stream_url"),
        ('options = { server = "ws://porch.lan/?token=h1dden" }', "cameras.porch.options.server"),
    ],
)
def test_a_secret_is_refused_with_the_remedy_and_not_repeated(path: Path, entry: str, named: str) -> None:
    write(path, f'[cameras.porch]\nprofile = "onvif"\n{entry}\n')
    with pytest.raises(UsageMistake) as refused:
        read_configuration()
    assert named in str(refused.value)
    assert "keyring" in str(refused.value)
    assert "h1dden" not in str(refused.value)


@pytest.mark.parametrize("stream_url", ["rtsp://me:h1dden@porch.lan/live", "http://porch.lan/snap?pwd=h1dden"])
def test_a_secret_is_never_written(path: Path, stream_url: str) -> None:
    with pytest.raises(UsageMistake, match="holds a secret"):
        save_camera("porch", OwnCamera("manual", stream_url=stream_url))
    assert not path.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[camera.porch]\nprofile = "sim"', "nothing is called camera; did you mean 'cameras'?"),
        ('[cameras.porch]\nprofile = "sim"\nhots = "h"', "cameras.porch.hots; did you mean 'host'?"),
        ("[place]\nlatitude = 1\nlongitude = 2\nlattitude = 1", "did you mean 'latitude'?"),
        ('[lights.l]\nkind = "url"\non = "http://l"\nof = "http://l"\noff = "http://l"', "did you mean 'off'?"),
        ('[lights.l]\nkind = "candle"', "home-assistant"),
        ("[place]\nlatitude = 91\nlongitude = 0", "place.latitude"),
        ("[place]\nlatitude = nan\nlongitude = 0", "place.latitude"),
        ('[cameras."../x"]\nprofile = "sim"', "cameras"),
        ('[cameras.porch]\nprofile = "sim"\nport = 70000', "cameras.porch.port"),
        ("[cameras.porch]", "cameras.porch.profile"),
        ("cameras = 3", "cameras"),
        ('[cameras.porch]\nprofile = "sim\n', "line 2"),
        ("x = " + "[" * 5000, "not TOML"),
        ("#" * (MAX_BYTES + 1), "over"),
    ],
)
def test_what_is_wrong_is_named(path: Path, text: str, said: str) -> None:
    write(path, text)
    with pytest.raises(UsageMistake) as mistake:
        read_configuration()
    assert said in str(mistake.value)
    assert str(path) in str(mistake.value)


@pytest.mark.parametrize("text", ["[cameras\n", "cameras = 3\n", '[cameras.porch]\npassword = "x"\n'])
def test_a_wrong_file_is_not_overwritten(path: Path, text: str) -> None:
    write(path, text)
    with pytest.raises(UsageMistake, match="cameras"):
        save_camera("porch", OwnCamera("onvif"))
    assert path.read_text() == text


def test_what_is_not_there_is_not_removed() -> None:
    save_camera("porch", OwnCamera("onvif"))
    with pytest.raises(UsageMistake, match="it has porch"):
        remove_camera("hall")


def test_the_file_is_plain_toml(path: Path) -> None:
    save_camera("porch", OwnCamera("eufy", host="porch.lan", options={"serial": "T8400"}))
    assert tomllib.loads(path.read_text()) == {
        "cameras": {"porch": {"profile": "eufy", "host": "porch.lan", "options": {"serial": "T8400"}}}
    }
