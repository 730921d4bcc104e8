"""What ONNX Runtime gives with an exported network is what PyTorch gives; a file that differs is not kept."""

import importlib
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from nirecap import __version__
from nirecap.errors import RunError, UsageMistake
from nirecap.model import export as module
from nirecap.model.arrays import inputs
from nirecap.model.config import Config
from nirecap.model.export import MOST_APART, Size, export_onnx, run_onnx
from nirecap.model.purification import PurificationNetwork

from .saved_run import drawn_network, drawn_pair

SHORT = {"iterations": 2, "cem_levels": 2}


def both(network: PurificationNetwork, model: bytes, count: int, height: int, width: int) -> float:
    """Return how far what the two make of images is apart."""
    lows, nires = zip(*(drawn_pair(height, width, seed) for seed in range(count)), strict=True)
    low, nire = inputs(lows, nires)
    with torch.inference_mode():
        expected = network(low, nire).numpy()
    got = run_onnx(model, low.numpy(), nire.numpy())
    assert got.shape == expected.shape == (count, 3, height, width)
    assert expected.std() > 0.01
    return float(np.abs(got - expected).max())


def sides(image: onnx.ValueInfoProto) -> list[int | str]:
    return [side.dim_param or side.dim_value for side in image.type.tensor_type.shape.dim]


@pytest.mark.parametrize(
    ("name", "size"),
    [("tiny", None), ("plus", None), ("paper", None), ("strict", None), ("plus", (80, 112)), ("tiny", (90, 61))],
)
def test_output_is_that_of_pytorch(name: str, size: Size | None, tmp_path: Path) -> None:
    network = drawn_network(name, **SHORT)
    exported = export_onnx(network, tmp_path / "in" / "n.onnx", size)
    assert exported.apart < MOST_APART / 10
    least = MOST_APART if name == "strict" else 1e-5  # where an image is flat, its norms enlarge what is rounded
    assert exported.bytes == exported.path.stat().st_size
    assert sides(onnx.load(exported.path).graph.input[0]) == ["batch", 3, *(size or ("height", "width"))]
    wide = 64 if name == "strict" else 700  # over the CEM's longer side
    for count, height, width in [(1, *size), (3, *size)] if size else [(1, 32, 200), (2, 177, 90), (1, 64, wide)]:
        assert both(network, exported.path.read_bytes(), count, height, width) < least


@pytest.mark.parametrize(
    "settings",
    [
        {"without": ("cem",)},
        {"without": ("structure",), "curve": True},
        {"lamp_grid": 6, "output": "image", "gain_channels": 1},
        {"cem_side": 0, "global_path": False, "colour_norm": "group", "gain_cap": 0.0},
    ],
    ids=str,
)
def test_other_networks_too(settings: dict[str, object], tmp_path: Path) -> None:
    network = drawn_network("small", **SHORT, **settings)
    model = export_onnx(network, tmp_path / "n.onnx").path.read_bytes()
    assert both(network, model, 1, 70, 150) < 1e-5


def test_file_tells_what_it_is(tmp_path: Path) -> None:
    network = drawn_network("plus", **SHORT)
    model = onnx.load(export_onnx(network, tmp_path / "n.onnx", (48, 64)).path)
    facts = {entry.key: entry.value for entry in model.metadata_props}
    assert (facts["nirecap"], facts["preset"], facts["height"], facts["width"]) == (__version__, "plus", "48", "64")
    assert Config.from_toml(facts["config"]) == network.config
    assert [sides(each) for each in model.graph.input] == [["batch", 3, 48, 64], ["batch", 1, 48, 64]]
    assert [output.name for output in model.graph.output] == ["purified"]
    names = {initializer.name for initializer in model.graph.initializer}
    assert not any("E_A" in name or "G_A" in name for name in names)
    assert str(tmp_path) not in str(model.metadata_props)


@pytest.mark.parametrize(
    "wrong", [lambda image: image + 0.01, lambda image: image * np.nan, lambda image: image[:, :1]]
)
def test_a_file_that_differs_is_not_kept(wrong: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert callable(wrong)
    (tmp_path / "n.onnx").write_bytes(b"the one before")
    monkeypatch.setattr(module, "run_onnx", lambda *given: wrong(run_onnx(*given)))
    with pytest.raises(RunError, match=r"of 1 off PyTorch's, and nothing is written"):
        export_onnx(drawn_network(**SHORT), tmp_path / "n.onnx", (48, 64))
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"the one before"]


@pytest.mark.parametrize("missing", ["onnx", "onnxruntime"])
def test_missing_extra_is_named(missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def imported(name: str) -> object:
        if name == missing:
            raise ModuleNotFoundError(name)
        return importlib.import_module(name)

    monkeypatch.setattr(module, "import_module", imported)
    with pytest.raises(UsageMistake, match=rf"needs the package {missing}, .*pip install 'nirecap\[onnx\]'"):
        export_onnx(drawn_network(**SHORT), tmp_path / "n.onnx")
    assert [*tmp_path.iterdir()] == []


def test_size_that_is_too_small(tmp_path: Path) -> None:
    with pytest.raises(UsageMistake, match="48x31 is too small to export for; give 32x32 or more"):
        export_onnx(drawn_network(**SHORT), tmp_path / "n.onnx", (31, 48))
