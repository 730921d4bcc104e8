import os
import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save
from torch import nn

from nirecap.errors import RunError
from nirecap.model.weights import read_facts, read_tensors, write_tensors


def network(width: int = 3) -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, width, 3), nn.BatchNorm2d(width))


def load_weights(network: nn.Module, path: Path) -> None:
    network.load_state_dict(read_tensors(path, network.state_dict()))


def test_weights_come_back_as_they_were(tmp_path: Path) -> None:
    path, saved, loaded = tmp_path / "w.safetensors", network(), network()
    write_tensors(path, saved.state_dict(), {"about": "a test"})
    nn.init.zeros_(loaded[0].weight)  # type: ignore[index,arg-type]
    load_weights(loaded, path)
    assert all(
        torch.equal(a, b) for a, b in zip(saved.state_dict().values(), loaded.state_dict().values(), strict=True)
    )
    assert read_facts(path) == {"about": "a test"}
    assert [each.name for each in tmp_path.iterdir()] == ["w.safetensors"]


def harmful(path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return os.mkdir, (str(path.parent / "run"),)

    path.write_bytes(pickle.dumps(Trap()))


def test_a_pickle_in_disguise_is_not_run(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    harmful(path)
    with pytest.raises(RunError, match=r"no safetensors file .*torch\.save are never read"):
        load_weights(network(), path)
    torch.save(network().state_dict(), path)
    with pytest.raises(RunError, match="no safetensors file"):
        load_weights(network(), path)
    assert not (tmp_path / "run").exists()


def test_other_shapes_names_and_types_are_named(tmp_path: Path) -> None:
    path, state = tmp_path / "w.safetensors", network().state_dict()
    write_tensors(path, network(4).state_dict(), {})
    with pytest.raises(RunError, match=r"0\.bias is F32 \(4,\), and F32 \(3,\) is expected"):
        load_weights(network(), path)
    write_tensors(path, {**state, "more": torch.zeros(2)}, {})
    with pytest.raises(RunError, match="holds 'more', which this network has not"):
        load_weights(network(), path)
    write_tensors(path, {name: value for name, value in state.items() if name != "1.weight"}, {})
    with pytest.raises(RunError, match=r"lacks '1\.weight'"):
        load_weights(network(), path)
    write_tensors(path, {**state, "0.bias": torch.zeros(3, dtype=torch.float64)}, {})
    with pytest.raises(RunError, match=r"0\.bias is F64 \(3,\), and F32"):
        load_weights(network(), path)


def test_what_is_no_number_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    write_tensors(path, {**network().state_dict(), "0.bias": torch.tensor([0.0, torch.nan, 0.0])}, {})
    with pytest.raises(RunError, match=r"0\.bias has values that are no numbers"):
        load_weights(network(), path)


@pytest.mark.parametrize("cut", [0, 4, 60, -3])
def test_a_truncated_file_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(save(network().state_dict())[:cut])
    with pytest.raises(RunError, match="no safetensors file"):
        read_tensors(path, network().state_dict())


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    header = b'{"0.weight":{"dtype":"F32","shape":[250000000000],"data_offsets":[0,1000000000000]}}'
    with path.open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.truncate(8 + len(header) + 10**12)  # sparse
    with pytest.raises(RunError, match=r"lacks|0\.weight is F32 \(250000000000,\)|can't be read"):
        load_weights(network(), path)


def test_pipes_folders_and_missing_files_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, said in ((tmp_path / "pipe", "not a file"), (tmp_path, "not a file"), (tmp_path / "no", "can't be read")):
        with pytest.raises(RunError, match=said):
            load_weights(network(), path)
