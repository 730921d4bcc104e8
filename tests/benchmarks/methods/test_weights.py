"""A file of weights is hostile until it is read."""

import os
import pickle
import zipfile
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from nirecap.benchmarks.methods import weights
from nirecap.benchmarks.methods.weights import fill, read_weights
from nirecap.errors import UsageMistake
from nirecap.model.weights import write_tensors

GOOD = {"weight": torch.ones(2, 3), "bias": torch.zeros(2)}


class Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.folder),)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weights"


@pytest.mark.parametrize("zipped", [True, False])
def test_checkpoints_of_pytorch(zipped: bool, path: Path) -> None:
    given = {f"module.{name}": tensor for name, tensor in GOOD.items()}
    torch.save(given, path, _use_new_zipfile_serialization=zipped)
    layer = nn.Linear(3, 2)
    fill(layer, path, "a layer")
    assert torch.equal(layer.weight, GOOD["weight"])
    assert torch.equal(layer.bias, GOOD["bias"])


@pytest.mark.parametrize("zipped", [True, False])
def test_code_in_a_checkpoint_is_not_run(zipped: bool, path: Path, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    torch.save({**GOOD, "more": Trap(trap)}, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(UsageMistake, match="no PyTorch checkpoint of tensors alone"):
        read_weights(path)
    path.write_bytes(pickle.dumps(Trap(trap), protocol=2))
    with pytest.raises(UsageMistake, match="no PyTorch checkpoint of tensors alone"):
        read_weights(path)
    assert not trap.exists()


@pytest.mark.parametrize("content", [[torch.ones(2)], {"epoch": 3, **GOOD}, {1: torch.ones(2)}])
def test_more_than_tensors_by_name(content: object, path: Path) -> None:
    torch.save(content, path)
    with pytest.raises(UsageMistake, match="holds more than tensors by name"):
        read_weights(path)


@pytest.mark.parametrize(
    "odd",
    [
        torch.ones(2, device="meta"),
        torch.ones(2, 3).to_sparse(),
        torch.ones(2, dtype=torch.complex64),
        torch.ones(2).to(torch.float8_e4m3fn),
    ],
)
def test_tensors_that_no_network_has(odd: Tensor, path: Path) -> None:
    torch.save({**GOOD, "odd": odd}, path)
    with pytest.raises(UsageMistake, match=r"'odd' is torch\..*no weights of a network|tensors alone"):
        read_weights(path)


def test_a_bomb_is_not_unpacked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "MAX_BYTES", 2**20)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data/0", bytes(2**21))
    assert path.stat().st_size < 2**14
    with pytest.raises(UsageMistake, match="bytes when unpacked"):
        read_weights(path)


@pytest.mark.parametrize("cut", [0, 3, 40, 400])
@pytest.mark.parametrize("zipped", [True, False])
def test_damaged_checkpoints(cut: int, zipped: bool, path: Path) -> None:
    torch.save(GOOD, path, _use_new_zipfile_serialization=zipped)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(UsageMistake, match=f"{path}: "):
        read_weights(path)


def test_no_file_a_folder_and_a_pipe(tmp_path: Path, path: Path) -> None:
    os.mkfifo(path)
    for wrong in (tmp_path / "absent", tmp_path, path):
        with pytest.raises(UsageMistake, match=str(wrong)):
            read_weights(wrong)


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"weight": torch.ones(2, 3)}, "bias is missing"),
        ({**GOOD, "scale": torch.ones(1)}, "'scale' is not among them"),
        ({**GOOD, "bias": torch.ones(3)}, r"bias is torch.float32 \(3,\), not torch.float32 \(2,\)"),
        ({**GOOD, "bias": torch.ones(2, dtype=torch.int64)}, "bias is torch.int64"),
        ({**GOOD, "bias": torch.tensor([0.0, torch.inf])}, "bias has values that are no numbers"),
        ({"other": torch.ones(1)}, "weight is missing, and 2 more such"),
    ],
)
def test_weights_of_another_network(tensors: dict[str, Tensor], message: str, path: Path) -> None:
    write_tensors(path, tensors, {})
    layer = nn.Linear(3, 2)
    before = layer.weight.clone()
    with pytest.raises(UsageMistake, match=f"not the weights of a layer: {message}"):
        fill(layer, path, "a layer")
    assert torch.equal(layer.weight, before)
