"""Every method of the registry, asked the same questions; a new one is tried by being named there."""

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from nirecap.benchmarks.method import Budget, Image, Method, Plane, Sees
from nirecap.benchmarks.methods import get, names
from nirecap.errors import NirecapError, UsageMistake
from nirecap.model.frames import TrainingFrames

INSTANT = 1e-6
"""Minutes; over when the first step is done, so that chance decides nothing."""
NARROW = {"width": 4, "blocks": 1, "cem_width": 4, "cem_levels": 2, "maxout_channels": 4}
SMALL = {
    "zero_dce": {"size": 32, "batch": 2},
    "nir_detail_transfer": {"size": 32, "batch": 2},
    "purification": {
        **NARROW,
        "batch": 1,
        "crop_height": 64,
        "crop_width": 64,
        "discriminator_width": 4,
        "stage1_share": 0.0,
    },
}
"""Options that make a step short, by how a name begins; they leave untouched how a method is used."""
Fitted = Callable[[str], Method]
every_method = pytest.mark.parametrize("name", names())


def floats(frames: TrainingFrames) -> tuple[Image, Plane]:
    frame = frames.dark[0]
    return frame.visible / np.float32(255), frame.infrared / np.float32(255)


def trained(name: str, frames: TrainingFrames, seed: int = 0) -> Method:
    options = [small for start, small in SMALL.items() if name.startswith(start)]
    method = get(name, **(options[0] if options else {}))
    method.fit(frames, Budget(INSTANT, seed, threads=1))
    return method


@pytest.fixture(scope="module")
def fitted(frames: TrainingFrames) -> Fitted:
    return cache(lambda name: trained(name, frames))


@every_method
def test_makes_an_image_of_an_image_and_leaves_the_image_alone(
    name: str, fitted: Fitted, frames: TrainingFrames
) -> None:
    low, nire = floats(frames)
    before = low.copy(), nire.copy()
    image = fitted(name).enhance(low, nire)
    assert image.dtype == np.float32
    assert image.shape == low.shape
    assert image.min() >= 0
    assert image.max() <= 1
    assert not np.shares_memory(image, low)
    np.testing.assert_array_equal(low, before[0])
    np.testing.assert_array_equal(nire, before[1])


@every_method
def test_same_seed_same_image(name: str, fitted: Fitted, frames: TrainingFrames) -> None:
    low, nire = floats(frames)
    image = fitted(name).enhance(low, nire)
    np.testing.assert_array_equal(fitted(name).enhance(low, nire), image)
    np.testing.assert_array_equal(trained(name, frames).enhance(low, nire), image)


@every_method
def test_only_what_is_trained_depends_on_the_seed(name: str, fitted: Fitted, frames: TrainingFrames) -> None:
    images = floats(frames)
    other = trained(name, frames, seed=1).enhance(*images)
    assert np.array_equal(other, fitted(name).enhance(*images)) != fitted(name).facts.trained


@every_method
@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (13, 2), (17, 23)])
def test_takes_any_size(name: str, shape: tuple[int, int], fitted: Fitted) -> None:
    rng = np.random.default_rng(0)
    low = rng.uniform(0, 0.2, (*shape, 3)).astype(np.float32)
    assert fitted(name).enhance(low, rng.uniform(0, 1, shape).astype(np.float32)).shape == low.shape


@every_method
@pytest.mark.parametrize("level", [0.0, 1 / 255, 0.5, 1.0])
def test_images_without_content_stay_finite(name: str, level: float, fitted: Fitted) -> None:
    low = np.full((16, 24, 3), level, np.float32)
    for nire in (low[..., 0], 1 - low[..., 0]):
        assert np.isfinite(fitted(name).enhance(low, nire)).all()


@every_method
def test_n_matters_only_where_the_facts_say_so(name: str, fitted: Fitted, frames: TrainingFrames) -> None:
    method, (low, nire) = fitted(name), floats(frames)
    image = method.enhance(low, nire)
    if Sees.NIRE in method.facts.sees:
        assert not np.array_equal(method.enhance(low, nire[::-1].copy()), image)
        with pytest.raises(UsageMistake, match=f"{name} needs the NIR image"):
            method.enhance(low, None)
    else:
        np.testing.assert_array_equal(method.enhance(low, None), image)


@every_method
def test_what_was_learnt_is_kept(name: str, fitted: Fitted, frames: TrainingFrames, tmp_path: Path) -> None:
    path = tmp_path / "weights"
    fitted(name).save(path)
    again = get(name, weights=path) if path.exists() else get(name)
    np.testing.assert_array_equal(again.enhance(*floats(frames)), fitted(name).enhance(*floats(frames)))
    assert path.exists() or not fitted(name).facts.trained


@every_method
def test_nothing_learnt_is_told(name: str, fitted: Fitted, frames: TrainingFrames, tmp_path: Path) -> None:
    if not fitted(name).facts.trained:
        return
    with pytest.raises(UsageMistake, match="fit it"):
        get(name).enhance(*floats(frames))
    with pytest.raises(UsageMistake):
        get(name).save(tmp_path / "weights")


@every_method
def test_facts_are_filled(name: str) -> None:
    facts = get(name).facts
    assert facts.sees & (Sees.LOW | Sees.NIRE)  # that of I or N which it does not see is kept from it
    assert all([facts.title, facts.licence, facts.source])
    assert facts.trained == bool(facts.sees & ~(Sees.LOW | Sees.NIRE))


def test_titles_differ() -> None:
    assert len({get(name).facts.title for name in names()}) == len(names())


@every_method
def test_weights_of_something_else_are_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "weights"
    path.write_bytes(b"\x80\x04not weights")
    with pytest.raises(NirecapError, match=str(path)):
        get(name, weights=path)


def test_a_method_without_its_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nirecap.benchmarks.methods.scalemap", None)
    with pytest.raises(UsageMistake, match="scalemap needs a library"):
        get("scalemap")


@pytest.mark.parametrize("spelt", ["Zero-DCE++", "zerodcepp", "zero-dce-pp", "ZERO_DCE_PP"])
def test_names_as_papers_spell_them(spelt: str) -> None:
    assert get(spelt).name == "zero_dce_pp"
    assert get("Zero-DCE").name == "zero_dce"
    assert {get(name.replace("_", "-").upper()).name for name in names()} == set(names())


def test_unknown_name_and_option() -> None:
    with pytest.raises(UsageMistake, match="no method is called 'lame'; there are input, gain, lime"):
        get("lame")
    with pytest.raises(UsageMistake, match=r"lime can't be made.*'gama'"):
        get("lime", gama=0.5)
