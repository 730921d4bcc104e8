"""A trained network purifies arrays of any kind and size; what is no image, and what is no network, is refused."""

import io
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from nirecap.errors import NirecapError, RunError, UsageMistake
from nirecap.model import purifier as module
from nirecap.model.arrays import levels
from nirecap.model.checkpoint import CONFIG, MODEL
from nirecap.model.purifier import Purifier, device_of, has_bf16
from nirecap.model.weights import write_tensors

from .saved_run import drawn_network, drawn_pair, saved_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved_run(tmp_path_factory.mktemp("run") / "run")


@pytest.fixture(scope="module")
def purifier(run: Path) -> Purifier:
    return Purifier.from_pretrained(run)


@pytest.mark.parametrize("size", [(1, 1), (17, 5), (40, 56), (70, 131)])
def test_any_size_comes_back_as_float_image(purifier: Purifier, size: tuple[int, int]) -> None:
    purified = purifier(*drawn_pair(*size))
    assert purified.shape == (*size, 3)
    assert purified.dtype == np.float32
    assert 0 <= purified.min() <= purified.max() <= 1


@pytest.mark.parametrize("name", ["tiny", "plus"])
def test_it_is_what_the_network_gives(name: str, tmp_path: Path) -> None:
    network = drawn_network(name)
    low, nire = drawn_pair()
    with torch.inference_mode():
        i = torch.tensor(low / 255, dtype=torch.float32).permute(2, 0, 1)[None]
        expected = network(i, torch.tensor(nire / 255, dtype=torch.float32)[None, None])[0].permute(1, 2, 0).numpy()
    purified = Purifier.from_pretrained(str(saved_run(tmp_path, name)))(low, nire)
    np.testing.assert_allclose(purified, expected, atol=1e-5)
    assert expected.std() > 0.01


@pytest.mark.parametrize(
    "as_given",
    [
        lambda low, nire: (low / 255, nire / 255),
        lambda low, nire: ((low / 255).astype(np.float16), (nire / 255).astype(np.float32)),
        lambda low, nire: (low, np.repeat(nire[..., None], 3, 2)),
        lambda low, nire: (np.asfortranarray(low), nire[::-1][::-1]),
        lambda low, nire: (low / 255 - 5e-4 * (low == low.min()), nire),
    ],
)
def test_kinds_of_arrays(purifier: Purifier, as_given: Callable[..., Any]) -> None:
    low, nire = drawn_pair()
    before = low.copy(), nire.copy()
    np.testing.assert_allclose(purifier(*as_given(low, nire)), purifier(low, nire), atol=2e-3)
    assert np.array_equal(low, before[0])
    assert np.array_equal(nire, before[1])


def test_a_batch_is_each_alone(purifier: Purifier) -> None:
    pairs = [drawn_pair(seed=seed) for seed in range(3)]
    together = purifier.batch(*zip(*pairs, strict=True))
    assert together.shape == (3, 40, 56, 3)
    for one, pair in zip(together, pairs, strict=True):
        np.testing.assert_allclose(one, purifier(*pair), atol=1e-5)


LOW, NIRE = drawn_pair()
BAD: dict[str, tuple[Any, Any, str]] = {
    "sizes": (LOW, NIRE[:-1], "one size, and are 56x39 and 56x40"),
    "nothing": (LOW, None, "nire is no numpy array but NoneType"),
    "list": ([[1]], NIRE, "low is no numpy array but list"),
    "grey": (NIRE, NIRE, "low must be H x W x 3, and is 40 x 56"),
    "alpha": (LOW, np.zeros((40, 56, 4), np.uint8), "nire must be H x W, or H x W x 3, and is 40 x 56 x 4"),
    "empty": (LOW[:0], NIRE[:0], "low must be H x W x 3, and is 0 x 56 x 3"),
    "deep": (LOW.astype(np.uint16), NIRE, "low has levels in uint16"),
    "levels": (LOW.astype(np.float32), NIRE, "low must be from 0 to 1 without NaN, and is from 2 to"),
    "nan": (np.full(LOW.shape, np.nan), NIRE, "from nan to nan"),
    "infinite": (LOW, np.where(NIRE > 100, np.inf, 0.5), "nire must be from 0 to 1 without NaN"),
    "words": (LOW, NIRE.astype(str), "nire has levels in <U3"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_pair_is_refused(purifier: Purifier, name: str) -> None:
    low, nire, said = BAD[name]
    with pytest.raises(UsageMistake, match=said):
        purifier(low, nire)


def test_batches_that_are_none(purifier: Purifier) -> None:
    with pytest.raises(UsageMistake, match="0 low-light and 0 NIR"):
        purifier.batch([], [])
    with pytest.raises(UsageMistake, match="2 low-light and 1 NIR"):
        purifier.batch([LOW, LOW], [NIRE])
    with pytest.raises(UsageMistake, match="one size"):
        purifier.batch([LOW, LOW[1:]], [NIRE, NIRE[1:]])


def test_bfloat16_is_near_and_float32_what_is_without_a_word(run: Path, purifier: Purifier) -> None:
    coarse = Purifier.from_pretrained(run, bf16=True)(LOW, NIRE)
    exact = purifier(LOW, NIRE)
    assert coarse.dtype == np.float32
    assert 0 < np.abs(coarse - exact).max() < 0.02
    assert not purifier.bf16
    assert Purifier.from_pretrained(run, bf16=None).bf16 == has_bf16(torch.device("cpu"))


def test_threads_are_as_before_afterwards(run: Path) -> None:
    before = torch.get_num_threads()
    seen: list[int] = []
    purifier = Purifier.from_pretrained(run, threads=before + 1)
    purifier._network.disentangle.E_C.register_forward_hook(lambda *_: seen.append(torch.get_num_threads()))
    purifier(LOW, NIRE)
    assert seen == [before + 1]
    assert torch.get_num_threads() == before
    with pytest.raises(UsageMistake, match="0 threads"):
        Purifier.from_pretrained(run, threads=0)


@pytest.mark.parametrize("name", ["cuda:99", "nonsense", "", "cuda" if not torch.cuda.is_available() else "xpu"])
def test_devices_that_are_not_there(name: str) -> None:
    with pytest.raises(UsageMistake, match=f"no device {name!r} here"):
        device_of(name)


def test_memory_that_is_full_is_told_with_the_remedy(purifier: Purifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "purify_in_tiles", lambda *_: torch.empty(10**15))
    with pytest.raises(RunError, match="out of memory; give smaller images"):
        purifier(LOW, NIRE)


def pickled(run: Path) -> None:
    target = io.BytesIO()
    torch.save({"weights": torch.zeros(3)}, target)
    (run / MODEL).write_bytes(target.getvalue())


def bare_pickle(run: Path) -> None:
    (run / MODEL).write_bytes(pickle.dumps({"weights": [0.0]}))


def truncated(run: Path) -> None:
    (run / MODEL).write_bytes((run / MODEL).read_bytes()[:-100])


def endless_header(run: Path) -> None:
    (run / MODEL).write_bytes(struct.pack("<Q", 1 << 60) + b"{}")


def of_no_number(run: Path) -> None:
    state = drawn_network().inference_state()
    write_tensors(run / MODEL, {**state, "disentangle.G_F.last.bias": torch.full((3,), torch.inf)}, {})


def of_other_width(run: Path) -> None:
    write_tensors(run / MODEL, drawn_network(width=12).inference_state(), {})


def with_more(run: Path) -> None:
    write_tensors(run / MODEL, {**drawn_network().inference_state(), "more": torch.zeros(1)}, {})


def pipe(run: Path) -> None:
    (run / MODEL).unlink()
    (run / MODEL).mkdir()


def no_weights(run: Path) -> None:
    (run / MODEL).unlink()


def no_config(run: Path) -> None:
    (run / CONFIG).unlink()


def other_version(run: Path) -> None:
    (run / CONFIG).write_text((run / CONFIG).read_text() + "attention = true\n")


def no_toml(run: Path) -> None:
    (run / CONFIG).write_bytes(b"\xff\x00")


def long_config(run: Path) -> None:
    (run / CONFIG).write_text("# " + "x" * (1 << 20) + "\n")


def huge(run: Path) -> None:
    """Settings of a network that no computer holds; nothing of it may be made before the weights are looked at."""
    (run / CONFIG).write_text("width = 256\nblocks = 16\n")


HOSTILE: list[tuple[Callable[[Path], None], type[NirecapError], str]] = [
    (pickled, RunError, "files of torch.save are never read"),
    (bare_pickle, RunError, "is no safetensors file"),
    (truncated, RunError, "is no safetensors file"),
    (endless_header, RunError, "is no safetensors file"),
    (of_no_number, RunError, "values that are no numbers"),
    (of_other_width, RunError, "is expected; it is of another configuration"),
    (with_more, RunError, "holds 'more', which this network has not"),
    (pipe, UsageMistake, "has no model.safetensors"),
    (no_weights, UsageMistake, "has no model.safetensors"),
    (no_config, UsageMistake, "has no config.toml"),
    (other_version, UsageMistake, "no setting 'attention'"),
    (no_toml, UsageMistake, "config.toml is not TOML"),
    (long_config, UsageMistake, "over 1048576 characters"),
    (huge, RunError, "is expected; it is of another configuration|lacks"),
]


@pytest.mark.parametrize(("damage", "error", "said"), HOSTILE, ids=lambda it: getattr(it, "__name__", None))
def test_hostile_runs_end_in_one_line(
    damage: Callable[[Path], None], error: type[NirecapError], said: str, tmp_path: Path
) -> None:
    run = saved_run(tmp_path / "run")
    damage(run)
    with pytest.raises(error, match=said) as raised:
        Purifier.from_pretrained(run)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("source", ["nowhere", "../nowhere", "a/b/c", "https://example.org/x"])
def test_what_is_no_run_is_told(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageMistake, match="is no run; name a folder"):
        Purifier.from_pretrained(source)


def test_levels_are_rounded() -> None:
    assert levels(np.array([[[0, 1, 0.5019]]], np.float32)).tolist() == [[[0, 255, 128]]]
