"""LPIPS: a number with the published backbone, and a reason without it."""

import sys
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from torch import nn

from nirecap.benchmarks.metrics import METRICS, Assets, Compared, measure, opened
from nirecap.benchmarks.metrics import lpips as module


def alexnet(weights: object = None) -> nn.Module:
    """The network of torchvision, which can't be installed beside every torch."""
    assert weights is None
    network = nn.Module()
    network.features = nn.Sequential(
        *(nn.Conv2d(3, 64, 11, 4, 2), nn.ReLU(), nn.MaxPool2d(3, 2)),
        *(nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2)),
        *(nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(), nn.Conv2d(384, 256, 3, padding=1), nn.ReLU()),
        *(nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2)),
    )
    return network


@pytest.fixture
def torchvision(monkeypatch: pytest.MonkeyPatch) -> None:
    made = ModuleType("torchvision")
    made.models = ModuleType("torchvision.models")  # type: ignore[attr-defined]
    made.models.alexnet = alexnet
    monkeypatch.setitem(sys.modules, "torchvision", made)
    monkeypatch.setattr("torchmetrics.functional.image.lpips._TORCHVISION_AVAILABLE", True)


@pytest.fixture
def backbone(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    path = tmp_path / module.BACKBONE
    torch.save({**alexnet().state_dict(), "classifier.1.weight": torch.zeros(2, 2)}, path)
    return path


def note(path: Path | None, compared: Compared) -> str:
    found = measure(opened([METRICS["lpips"]], Assets(lpips=path)), compared)["lpips"]
    assert np.isnan(found.number)
    return found.note


def test_without_torchvision_the_note_says_what_to_install(compared: Compared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    assert "nirecap[lpips]" in note(None, compared)


@pytest.mark.usefixtures("torchvision")
def test_without_the_backbone_nothing_is_downloaded(
    compared: Compared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert str(tmp_path) in note(None, compared)


@pytest.mark.usefixtures("torchvision")
def test_another_backbone_is_refused(compared: Compared, backbone: Path) -> None:
    assert "LPIPS has no value with another backbone" in note(backbone, compared)


@pytest.mark.usefixtures("torchvision")
def test_the_number_is_that_of_the_paper_with_the_loaded_backbone(
    compared: Compared, backbone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SHA256", sha256(backbone.read_bytes()).hexdigest())
    found = measure(opened([METRICS["lpips"]], Assets(lpips=backbone)), compared)["lpips"]
    network = alexnet()
    state = torch.load(backbone, weights_only=True)
    network.load_state_dict({key: value for key, value in state.items() if key.startswith("features.")})
    assert found.number == pytest.approx(by_hand(network, compared), rel=1e-4)


def by_hand(network: nn.Module, compared: Compared) -> float:
    folder = Path(sys.modules["torchmetrics.functional.image.lpips"].__file__ or "").parent / "lpips_models"
    heads = torch.load(folder / "alex.pth", map_location="cpu", weights_only=True)
    shift, scale = torch.tensor([-0.030, -0.088, -0.188]), torch.tensor([0.458, 0.448, 0.450])
    x, y = (
        ((torch.from_numpy(image / 127.5 - 1).float() - shift) / scale).permute(2, 0, 1)[None]
        for image in (compared.output, compared.reference)
    )
    total, layer = 0.0, 0
    with torch.no_grad():
        for place, part in enumerate(network.features):
            x, y = part(x), part(y)
            if place in (1, 4, 7, 9, 11):
                unit_x, unit_y = (z / z.square().sum(1, keepdim=True).sqrt() for z in (x, y))
                weights = heads[f"lin{layer}.model.1.weight"]
                total += float(((unit_x - unit_y).nan_to_num().square() * weights).sum(1).mean())
                layer += 1
    return total
