"""What the simulated camera sees is purified, and the camera put back."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from nirecap.capture.drivers.sim import SimCamera
from nirecap.capture.settle import Patience
from nirecap.capture.stream import Stream
from nirecap.errors import NotSettled, StreamError, UsageMistake
from nirecap.images import encode_png, read_image
from nirecap.model import purify_live as module
from nirecap.model.purifier import Purifier
from nirecap.model.purify_images import Order
from nirecap.model.purify_live import Seen, purify_live

from .saved_run import drawn_network

OPTIONS = ("--size", "320x192", "--transition", "0.1", "--fps", "30")


@pytest.fixture(scope="module")
def shared_camera() -> Iterator[SimCamera]:
    with SimCamera("sim", OPTIONS) as camera:
        yield camera


@pytest.fixture
def camera(shared_camera: SimCamera) -> SimCamera:
    shared_camera.restore({"IrCutFilter": "AUTO"})
    return shared_camera


@pytest.fixture(scope="module")
def purifier() -> Purifier:
    return Purifier(drawn_network())


class Recorder(Purifier):
    """Keeps what it is given."""

    def __init__(self) -> None:
        super().__init__(drawn_network())
        self.pairs: list[tuple[np.ndarray, np.ndarray]] = []

    def __call__(self, low: np.ndarray, nire: np.ndarray) -> np.ndarray:
        self.pairs.append((low, nire))
        return super().__call__(low, nire)


def test_camera_is_switched_for_each_pair(camera: SimCamera, tmp_path: Path) -> None:
    purifier, seen, steps = Recorder(), Seen(), []
    purify_live(purifier, camera, Order(tmp_path, compare=True), seen, count=1, advance=lambda: steps.append(1))
    assert (seen.made, seen.restored, len(steps)) == (1, True, 1)
    assert camera.state() == {"IrCutFilter": "AUTO"}
    ((low, nire),) = purifier.pairs
    assert nire.mean() > 1.5 * low.mean()
    assert low.std(axis=2).mean() > 0.5  # in colour
    made = sorted(tmp_path.iterdir())
    assert [path.name.rpartition("_")[2] for path in made] == ["compare.png", "purified.png"]
    assert all(path.name.startswith("sim_2") for path in made)
    assert read_image(made[1]).shape == (192, 320, 3)


def test_one_nir_image_serves_all_that_follow(
    camera: SimCamera, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a picture is not as by day: it is passed over, and the camera settles anew."""
    purifier, seen, said, complaints = Recorder(), Seen(), [], iter([None, "purple"])
    monkeypatch.setattr(module, "contradiction", lambda look, mode: next(complaints, None))
    purify_live(purifier, camera, Order(tmp_path), seen, nire="once", count=4, say=said.append)
    assert (seen.made, seen.restored) == (4, True)
    assert said == ["sim: a picture is passed over: purple"]
    lows, nires = zip(*purifier.pairs, strict=True)
    assert all(nire is nires[0] for nire in nires)
    assert all(not np.array_equal(low, lows[0]) for low in lows[1:])  # live: its noise is another
    assert nires[0].mean() > 1.5 * lows[0].mean()


def test_nir_image_from_a_file_also_after_the_stream_broke(
    camera: SimCamera, purifier: Purifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nire, out, said = tmp_path / "nire.png", tmp_path / "out", []
    nire.write_bytes(encode_png(np.full((192, 320), 90, np.uint8)))
    troubles = iter([StreamError("sim: the stream ended")])
    real = camera.stream

    def stream() -> Stream:
        if trouble := next(troubles, None):
            raise trouble
        return real()

    monkeypatch.setattr(camera, "stream", stream)
    purify_live(purifier, camera, Order(out), Seen(), nire=str(nire), count=1, say=said.append)
    assert len([*out.iterdir()]) == 1
    assert said == ["sim: failed, trying again: sim: the stream ended"]
    nire.write_bytes(encode_png(np.full((96, 160), 90, np.uint8)))
    seen = Seen()
    with pytest.raises(UsageMistake, match=r"nire\.png is 160x96, and the camera's picture 320x192"):
        purify_live(purifier, camera, Order(out), seen, nire=str(nire), count=1)
    assert seen.restored


def test_camera_is_put_back_whatever_the_end(camera: SimCamera, purifier: Purifier, tmp_path: Path) -> None:
    seen = Seen()

    def fail() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        purify_live(purifier, camera, Order(tmp_path), seen, nire="once", advance=fail)
    assert (seen.made, seen.restored) == (1, True)
    assert camera.state() == {"IrCutFilter": "AUTO"}


def test_camera_that_does_not_settle_is_told(camera: SimCamera, purifier: Purifier, tmp_path: Path) -> None:
    seen = Seen()
    with pytest.raises(NotSettled, match="no settled day picture"):
        purify_live(purifier, camera, Order(tmp_path), seen, patience=Patience(timeout_s=0.001))
    assert (seen.made, seen.restored) == (0, True)
