"""A published set reaches a Hub on loopback whole, privately, and nothing but it; what is there is not sent again."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from nirecap.dataset_card.push import push
from nirecap.errors import HubError, ManifestError, NirecapError, UsageMistake
from nirecap.hub import Pushed

from .hub_server import LARGE, ORGANISATION, TOKEN, Hub, Refusal, sha256
from .loopback_only import TRIED
from .published_set import published_set
from .small_collections import make_collection, night_of

GUARD = Path(__file__).with_name("loopback_only.py")
PUBLISH = ("-m", "nirecap", "publish", "--push-to-hub", "night", "--shard-by", "scene")
LOAD = """
import hashlib, sys
import datasets

datasets.config.USE_PARQUET_EXPORT = False  # another server than the Hub
for config, split in (("pairs", "train"), ("triplets", "test")):
    for streaming in (False, True):
        rows = datasets.load_dataset(sys.argv[1], config, split=split, streaming=streaming)
        rows = rows.cast_column("low", datasets.Image(decode=False))
        print(config, hashlib.sha256(b"".join(row["low"]["bytes"] for row in rows)).hexdigest())
"""
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # of huggingface_hub


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as hub:
        yield hub


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    published_set(tmp_path / "night")
    return tmp_path / "night"


@pytest.fixture(autouse=True)
def logged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)  # the Hub here has none


def started(hub: Hub, folder: Path, *arguments: str | Path) -> subprocess.Popen[str]:
    """Run a script, or a module after -m, as a user would, in a process that reaches nothing but loopback."""
    own = {"HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN, "HF_HOME": str(folder / "home"), "HF_HUB_OFFLINE": "0"}
    quiet = {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_UPDATE_DOWNLOAD_COUNTS": "0"}
    command = [sys.executable, "-P", str(GUARD), *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env={**os.environ, **own, **quiet}, stdout=pipe, stderr=pipe, text=True)


def run(hub: Hub, folder: Path, *arguments: str | Path) -> str:
    with started(hub, folder, *arguments) as running:
        out, err = running.communicate(timeout=120)
    assert running.returncode == 0, err
    assert TRIED not in err
    assert TOKEN not in out + err
    return out


def files_of(dest: Path) -> dict[str, bytes]:
    return {path.relative_to(dest).as_posix(): path.read_bytes() for path in dest.rglob("*") if path.is_file()}


def large_files_of(dest: Path) -> list[str]:
    return sorted(sha256(content) for path, content in files_of(dest).items() if path.endswith(LARGE))


def images_of(dest: Path, pattern: str) -> str:
    """Return the SHA-256 of all bytes of `low`."""
    tables = [pq.read_table(path, columns=["low"]) for path in sorted(dest.glob(f"data/{pattern}"))]
    return sha256(b"".join(row["low"]["bytes"] for table in tables for row in table.to_pylist()))


def test_published_and_pushed_set_is_private_and_loads_from_the_hub(hub: Hub, tmp_path: Path) -> None:
    make_collection(tmp_path / "captured", night_of(4))
    dest, script = tmp_path / "published", tmp_path / "load.py"
    said = run(hub, tmp_path, *PUBLISH, tmp_path / "captured", dest)
    assert f"{hub.url}/datasets/ada/night (private)" in said
    assert hub.content("ada/night") == files_of(dest)
    assert hub.repositories["ada/night"].private
    script.write_text(LOAD)
    pairs, triplets = images_of(dest, "pairs/train-*"), images_of(dest, "triplets/test-*")
    expected = [f"pairs {pairs}", f"pairs {pairs}", f"triplets {triplets}", f"triplets {triplets}"]
    assert run(hub, tmp_path, script, "ada/night").splitlines() == expected


def test_token_goes_to_the_hub_and_not_into_its_storage(hub: Hub, dest: Path) -> None:
    push(dest, "night", endpoint=hub.url)
    assert all(asked.bears_token == (not asked.path.startswith("/storage")) for asked in hub.asked)
    assert not any(TOKEN in asked.path for asked in hub.asked)


def test_a_version_is_one_commit(hub: Hub, dest: Path) -> None:
    push(dest, "night", endpoint=hub.url)
    assert len(hub.repositories["ada/night"].versions) == 2  # the empty one, and this


def test_large_files_go_in_parts(tmp_path: Path) -> None:
    published_set(tmp_path / "set", shards=1, size=(200, 100))
    with Hub(part_bytes=50_000) as hub:
        push(tmp_path / "set", "night", endpoint=hub.url)
        assert hub.content("ada/night") == files_of(tmp_path / "set")
    assert any(re.search(r"/storage/\w+/2$", asked.path) for asked in hub.asked)


def test_upload_that_the_hub_broke_off_goes_on(hub: Hub, dest: Path) -> None:
    def full(uploaded: int) -> None:
        if uploaded == 2:
            raise Refusal(507, "Insufficient Storage")

    hub.before_upload = full
    with pytest.raises(HubError, match="507; run the same command again"):
        push(dest, "night", endpoint=hub.url)
    assert hub.content("ada/night") == {}
    hub.before_upload = lambda _uploaded: None
    push(dest, "night", endpoint=hub.url)
    assert sorted(hub.uploaded) == large_files_of(dest)
    assert hub.content("ada/night") == files_of(dest)


def test_killed_upload_goes_on(hub: Hub, tmp_path: Path) -> None:
    make_collection(tmp_path / "captured", night_of(4))
    dest = tmp_path / "published"
    with started(hub, tmp_path, *PUBLISH, tmp_path / "captured", dest) as running:
        hub.before_upload = lambda uploaded: os.kill(running.pid, signal.SIGKILL) if uploaded == 3 else None
        running.communicate(timeout=120)
    assert running.returncode == -signal.SIGKILL
    assert hub.content("ada/night") == {}
    hub.before_upload = lambda _uploaded: None
    push(dest, "night", endpoint=hub.url)
    assert sorted(hub.uploaded) == large_files_of(dest)
    assert hub.content("ada/night") == files_of(dest)


def test_pushing_again_sends_nothing(hub: Hub, dest: Path) -> None:
    assert push(dest, "night", endpoint=hub.url) == Pushed(f"{hub.url}/datasets/ada/night", True, True)
    sent = list(hub.uploaded)
    assert push(dest, "night", endpoint=hub.url) == Pushed(f"{hub.url}/datasets/ada/night", True, False)
    assert hub.uploaded == sent
    assert len(hub.repositories["ada/night"].versions) == 2


def test_next_version_replaces_shards_and_leaves_what_a_person_added(hub: Hub, dest: Path, tmp_path: Path) -> None:
    push(dest, "night", endpoint=hub.url)
    theirs = sha256(b"ours")
    hub.objects[theirs] = b"ours"
    hub.repositories["ada/night"].versions[-1] |= {"CONTACT.md": theirs, "more/extra.parquet": theirs}
    published_set(tmp_path / "next", seed=1, shards=1)
    push(tmp_path / "next", "night", endpoint=hub.url)
    assert hub.content("ada/night") == {
        **files_of(tmp_path / "next"),
        "CONTACT.md": b"ours",
        "more/extra.parquet": b"ours",
    }


def test_public_only_when_asked(hub: Hub, dest: Path) -> None:
    pushed = push(dest, f"{ORGANISATION}/night", private=False, endpoint=hub.url)
    assert not pushed.private
    assert not hub.repositories[f"{ORGANISATION}/night"].private
    sent = len(hub.uploaded)
    with pytest.raises(HubError, match="is public; push with --public"):
        push(dest, f"{ORGANISATION}/night", endpoint=hub.url)
    assert len(hub.uploaded) == sent


def test_what_is_not_of_the_version_stays_at_home(hub: Hub, dest: Path) -> None:
    before = files_of(dest)
    (dest / "diary.txt").write_text("private")
    (dest / "data/pairs/more.parquet").write_bytes(b"PAR1")
    push(dest, "night", endpoint=hub.url)
    assert hub.content("ada/night") == before


def changed(dest: Path) -> None:
    shard = next(dest.rglob("*.parquet"))
    content = bytearray(shard.read_bytes())
    content[100] ^= 1
    shard.write_bytes(content)


def absent(dest: Path) -> None:
    next(dest.rglob("*.parquet")).unlink()


def without_card(dest: Path) -> None:
    (dest / "README.md").unlink()


def without_hashes(dest: Path) -> None:
    (dest / "croissant.json").unlink()


def without_publication(dest: Path) -> None:
    (dest / "publication.json").unlink()


def half(dest: Path) -> None:
    path = dest / "croissant.json"
    path.write_bytes(path.read_bytes()[:999])


def nonsense(dest: Path) -> None:
    (dest / "croissant.json").write_text('{"distribution": 3}')


def outside(dest: Path) -> None:
    path = dest / "croissant.json"
    path.write_text(path.read_text().replace('"data/pairs/train-00000', '"../data/pairs/train-00000'))


def empty(dest: Path) -> None:
    (dest / "croissant.json").write_text('{"distribution": []}')


@pytest.mark.parametrize(
    "damage",
    [changed, absent, without_card, without_hashes, without_publication, half, nonsense, outside, empty],
    ids=lambda it: it.__name__,
)
def test_nothing_is_sent_of_a_version_that_is_not_whole(hub: Hub, dest: Path, damage: object) -> None:
    assert callable(damage)
    damage(dest)
    with pytest.raises(ManifestError):
        push(dest, "night", endpoint=hub.url)
    assert hub.asked == []


def test_nobody_logged_in(hub: Hub, dest: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "no token"))
    with pytest.raises(UsageMistake, match="hf auth login"):
        push(dest, "night", endpoint=hub.url)
    assert hub.asked == []


@pytest.mark.parametrize("name", ["", "a/b/c", "nächtlich", "ada/night?x", "-night", "night.git", "../night", "a" * 97])
def test_impossible_names_are_refused_here(hub: Hub, dest: Path, name: str) -> None:
    with pytest.raises(UsageMistake, match="no name on the Hub"):
        push(dest, name, endpoint=hub.url)
    assert hub.asked == []


def test_token_is_not_sent_in_the_clear(dest: Path) -> None:
    with pytest.raises(UsageMistake, match="unencrypted"):
        push(dest, "night", endpoint="http://192.0.2.7:8080")


def wrong_token(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("HF_TOKEN", "hf_wrongTokenThatNobodyKnows")
    return "does not know your token"


def foreign_owner(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> str:
    return "may not write bob/night"


def a_model(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> str:
    hub.others.add("ada/night")
    return "choose another name"


def offline(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    return "HF_HUB_OFFLINE"


def gone(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> str:
    hub.url = "http://127.0.0.1:9"
    return "can't be reached"


@pytest.mark.parametrize("trouble", [wrong_token, foreign_owner, a_model, offline, gone], ids=lambda it: it.__name__)
def test_troubles_are_one_line_with_the_remedy(
    hub: Hub, dest: Path, monkeypatch: pytest.MonkeyPatch, trouble: object
) -> None:
    assert callable(trouble)
    said = trouble(hub, monkeypatch)
    name = "bob/night" if trouble is foreign_owner else "ada/night"
    with pytest.raises(NirecapError, match=said) as raised:
        push(dest, name, endpoint=hub.url)
    text = str(raised.value)
    assert "\n" not in text
    assert TOKEN not in text
    assert "hf_wrong" not in text
    assert raised.value.__suppress_context__


def test_somebody_else_changed_it_meanwhile(hub: Hub, dest: Path) -> None:
    def other(uploaded: int) -> None:
        if uploaded == 0:
            repository = hub.repositories["ada/night"]
            repository.versions.append(dict(repository.files))

    hub.before_upload = other
    with pytest.raises(HubError, match="changed by somebody else"):
        push(dest, "night", endpoint=hub.url)
    push(dest, "night", endpoint=hub.url)
    assert hub.content("ada/night") == files_of(dest)
