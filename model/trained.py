"""A trained network from its folder, or from the Hub: configuration and weights, read as hostile input."""

from pathlib import Path

import torch
from huggingface_hub import HfApi, hf_hub_download

from nirecap.errors import HubError, UsageMistake
from nirecap.hub import guarded_token, in_one_line

from .checkpoint import CONFIG, MODEL
from .config import MAX_BYTES, read_config
from .memory import remedy_when_full
from .open_dataset import ON_THE_HUB
from .purification import PurificationNetwork
from .weights import read_tensors

LIMITS = {CONFIG: MAX_BYTES, MODEL: 8 << 30}
"""What is fetched, and how large it may be, bytes."""
REFUSALS = dict.fromkeys((401, 403, 404), "{name} is neither a folder here nor a model on the Hub that you may read")


def load_network(run: Path) -> PurificationNetwork:
    """Return the network of a run, for inference.

    Args:
        run: a folder with `config.toml` and `model.safetensors`; nothing else in it is looked at.

    Raises:
        UsageMistake: it has none, or the configuration is not one of this version.
        RunError: the weights are damaged, of another configuration, or no safetensors.
    """
    for name in (CONFIG, MODEL):
        if not (run / name).is_file():
            raise UsageMistake(
                f"{run} has no {name}; name a folder that `nirecap train` wrote, or user/name on the Hub"
            )
    with torch.device("meta"):  # shapes alone, until it is seen that the weights are as large as the text says
        network = PurificationNetwork(read_config(run / CONFIG))
    with remedy_when_full(f"{run} is too large a network for this computer"):
        state = read_tensors(run / MODEL, network.inference_state())
        network.to_empty(device="cpu").load_inference_state(state)
    return network.eval().requires_grad_(False)


def find_run(source: str | Path, endpoint: str | None = None) -> Path:
    """Return the folder that `source` is, or where its copy from the Hub lies.

    Args:
        source: a folder, or `user/name` on the Hub.
        endpoint: address of the Hub; None takes that of HF_ENDPOINT, or huggingface.co.

    Raises:
        UsageMistake: it is neither.
        HubError: the Hub can't be reached, or what is there is no network of nirecap.
    """
    if Path(source).exists():
        return Path(source)
    if not ON_THE_HUB.fullmatch(str(source)):
        raise UsageMistake(
            f"{str(source)!r:.200} is no run; name a folder that `nirecap train` wrote, or user/name on the Hub"
        )
    return fetched(str(source), endpoint)


def fetched(name: str, endpoint: str | None = None) -> Path:
    """Fetch configuration and weights of `user/name`, those that are not here yet, and return their folder.

    Raises:
        UsageMistake: the Hub's address would show the user's token to others.
        HubError: the Hub can't be reached or has no such model, or what is there is no network of nirecap.
    """
    guarded_token(name, endpoint)
    with in_one_line(name, REFUSALS, offline="unset it to fetch a model"):
        there = HfApi(endpoint=endpoint).model_info(name, files_metadata=True)
        sizes = {sibling.rfilename: sibling.size for sibling in there.siblings or ()}
        for file, limit in LIMITS.items():
            if file not in sizes:
                raise HubError(f"{name} on the Hub has no {file}; it is no network of nirecap")
            if not 0 < (sizes[file] or 0) <= limit:
                raise HubError(f"{name} on the Hub has a {file} of {sizes[file]} bytes; up to {limit} are fetched")
        paths = [hf_hub_download(name, file, revision=there.sha, endpoint=endpoint) for file in LIMITS]
    return Path(paths[0]).parent
