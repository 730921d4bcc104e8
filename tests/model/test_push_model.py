"""A network reaches a Hub on loopback with its card, and comes back the same; what is no network there is refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nirecap.errors import HubError, NirecapError, UsageMistake
from nirecap.hub import Pushed
from nirecap.model.checkpoint import CONFIG, MODEL, STATE, Identity, Position, save_state
from nirecap.model.config import read_config
from nirecap.model.journal import METRICS
from nirecap.model.model_card import CARD
from nirecap.model.purifier import Purifier

from ..dataset_card.hub_server import TOKEN, Hub, sha256
from .saved_run import drawn_network, drawn_pair, saved_run

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # of huggingface_hub


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)  # the Hub here has none
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    with Hub(kind="model") as hub:
        yield hub


@pytest.fixture
def run(tmp_path: Path) -> Path:
    run = saved_run(tmp_path / "run", "plus")
    (run / METRICS).write_text(
        '{"step": 50, "seconds": 2.0, "cycle": 9.0}\n'
        '{"step": 4200, "stage": "joint", "seconds": 90.0, "warnings": [], "cycle": 0.25, "<b>": 1.0, "self": NaN}\n'
    )
    return run


def test_pushed_network_comes_back_the_same(hub: Hub, run: Path) -> None:
    purifier = Purifier.from_pretrained(run)
    pushed = purifier.push_to_hub("night", licence="cc-by-4.0", data="Two yards.", endpoint=hub.url)
    assert pushed == Pushed(f"{hub.url}/ada/night", private=True, changed=True)
    assert hub.content("ada/night").keys() == {CARD, CONFIG, MODEL}
    assert len(hub.repositories["ada/night"].versions) == 2  # the empty one, and this
    again = Purifier.from_pretrained("ada/night", endpoint=hub.url)
    assert again.config == purifier.config
    assert np.array_equal(again(*drawn_pair()), purifier(*drawn_pair()))
    assert not (run.parent / "ada").exists()


def test_pushing_again_changes_nothing(hub: Hub, run: Path) -> None:
    purifier = Purifier.from_pretrained(run)
    purifier.push_to_hub("night", endpoint=hub.url)
    sent = list(hub.uploaded)
    assert not purifier.push_to_hub("night", endpoint=hub.url).changed
    assert hub.uploaded == sent


@pytest.mark.parametrize(
    ("maps", "said"),
    [
        ("", f"images: `{'a' * 64}`.\n"),
        ("b" * 64, f"images: `{'a' * 64}`, and over the maps of curation that it heeded: `"),
    ],
)
def test_card_tells_the_data_by_their_hash(hub: Hub, run: Path, maps: str, said: str) -> None:
    identity = Identity(read_config(run / CONFIG), 0, f"{'a' * 64} {maps}".strip())
    (run / STATE).parent.mkdir()
    save_state(run, identity, Position(), {})
    Purifier.from_pretrained(run).push_to_hub("night", endpoint=hub.url)
    card = hub.content("ada/night")[CARD].decode()
    assert said in card
    assert maps in card


def test_card_tells_what_it_is_and_what_it_saw(hub: Hub, run: Path) -> None:
    Purifier.from_pretrained(run).push_to_hub("night", licence="cc-by-4.0", data="Two\nyards.", endpoint=hub.url)
    card = hub.content("ada/night")[CARD].decode()
    assert card.startswith("---\nlibrary_name: nirecap\nlicense: cc-by-4.0\n")
    for said in (
        "Preset `plus`, with cem_width = 4, width = 8, blocks = 1;",
        "Two yards. In 10% of the steps of its second stage low-light pairs and lit pairs of other shots, unpaired",
        "optics of nirecap's simulated camera",
        "Trained for 4,200 steps in 1.5 minutes.",
        "| cycle | 0.25 |",
        'Purifier.from_pretrained("ada/night")',
        "Purifying Low-light Images via Near-Infrared Enlightened Image",
    ):
        assert said in card
    assert "<b>" not in card
    assert "nan" not in card
    assert str(run.parent) not in card


def test_card_of_a_network_without_a_run_tells_only_what_is_known(hub: Hub) -> None:
    Purifier(drawn_network("tiny")).push_to_hub("night", endpoint=hub.url)
    card = hub.content("ada/night")[CARD].decode()
    assert "Its images are not named. Low-light pairs (I, N)" in card
    assert "None is given; ask whoever made it." in card
    assert "license" not in card
    assert "Trained for" not in card
    assert "How far it came" not in card


def test_the_token_is_not_sent_in_the_clear(hub: Hub) -> None:
    with pytest.raises(UsageMistake, match="unencrypted"):
        Purifier.from_pretrained("ada/night", endpoint="http://192.0.2.7:8080")


def test_public_only_when_asked(hub: Hub, run: Path) -> None:
    purifier = Purifier.from_pretrained(run)
    assert not purifier.push_to_hub("night", private=False, endpoint=hub.url).private
    with pytest.raises(HubError, match="is public; push with --public"):
        purifier.push_to_hub("night", endpoint=hub.url)


def test_nobody_logged_in(hub: Hub, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "no token"))
    with pytest.raises(UsageMistake, match="hf auth login"):
        Purifier.from_pretrained(run).push_to_hub("night", endpoint=hub.url)
    assert hub.asked == []


def there(hub: Hub, run: Path, **changed: bytes | None) -> None:
    """Put a network on the Hub, with some of its files changed, or missing where None is given."""
    Purifier.from_pretrained(run).push_to_hub("night", endpoint=hub.url)
    for name, content in changed.items():
        path = {"config": CONFIG, "model": MODEL}[name]
        if content is None:
            del hub.repositories["ada/night"].versions[-1][path]
        else:
            hub.objects[sha256(content)] = content
            hub.repositories["ada/night"].versions[-1][path] = sha256(content)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"model": None}, "ada/night on the Hub has no model.safetensors"),
        ({"config": None}, "has no config.toml"),
        ({"config": b"#" * ((1 << 20) + 1)}, "config.toml of 1048577 bytes; up to 1048576 are fetched"),
        ({"model": b""}, "model.safetensors of 0 bytes"),
        ({"model": b"\x80\x04K\x01."}, "files of torch.save are never read"),
        ({"config": b"width = 1e9"}, "width"),
    ],
    ids=str,
)
def test_what_is_no_network_is_refused(hub: Hub, run: Path, changed: dict[str, Any], said: str) -> None:
    there(hub, run, **changed)
    with pytest.raises(NirecapError, match=said) as raised:
        Purifier.from_pretrained("ada/night", endpoint=hub.url)
    assert "\n" not in str(raised.value)


def test_only_two_files_are_fetched(hub: Hub, run: Path, tmp_path: Path) -> None:
    there(hub, run)
    Purifier.from_pretrained("ada/night", endpoint=hub.url)
    fetched = [path.name for path in (tmp_path / "cache").glob("*/snapshots/*/*")]
    assert sorted(fetched) == sorted([CONFIG, MODEL])


def test_troubles_are_one_line(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HubError, match="bob/none is neither a folder here nor a model on the Hub that you may read"):
        Purifier.from_pretrained("bob/none", endpoint=hub.url)
    with pytest.raises(HubError, match="can't be reached"):
        Purifier.from_pretrained("bob/none", endpoint="http://127.0.0.1:9")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(HubError, match="HF_HUB_OFFLINE keeps the Hub away; unset it to fetch a model"):
        Purifier.from_pretrained("bob/none", endpoint=hub.url)
