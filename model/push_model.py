"""Upload a trained network to the Hugging Face Hub: configuration, weights and a card, in one commit."""

import sys
from pathlib import Path

from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.utils import disable_progress_bars  # type: ignore[attr-defined]
from safetensors.torch import save

from nirecap import __version__
from nirecap.errors import HubError
from nirecap.hub import WRITING, Pushed, check_login, in_one_line

from .checkpoint import CONFIG, MODEL
from .model_card import CARD, model_card
from .purification import PurificationNetwork

REFUSALS = WRITING | {
    400: "the Hub does not accept a file, or what the card begins with; check the licence's name",
    404: "there is no model {name}, and it can't be made; choose another name",
}


def push_model(
    network: PurificationNetwork,
    run: Path | None,
    name: str,
    *,
    private: bool = True,
    data: str = "",
    licence: str | None = None,
    endpoint: str | None = None,
) -> Pushed:
    """Upload what inference needs of a network as the model `name`, with the metrics of `run`, if any, on its card.

    The other arguments, and what is raised, are those of `Purifier.push_to_hub`.
    """
    check_login(name, endpoint)
    api = HfApi(endpoint=endpoint)
    if not sys.stderr.isatty():
        disable_progress_bars()
    weights = {key: value.detach().cpu().contiguous() for key, value in network.inference_state().items()}
    count = sum(value.numel() for value in weights.values())
    with in_one_line(name, REFUSALS, offline="unset it to push"):
        repository = api.create_repo(name, private=private, exist_ok=True).repo_id
        there = api.model_info(repository)
        if private and not there.private:
            raise HubError(
                f"{repository} is public; push with --public (private=False), or make it private in its settings first"
            )
        files = {
            CARD: model_card(repository, network.config, run, data, licence, count).encode(),
            CONFIG: network.config.to_file(),
            MODEL: save(weights, {"format": "pt"}),  # as a run has it
        }
        commit = api.create_commit(
            repository,
            [CommitOperationAdd(path, content) for path, content in files.items()],
            commit_message=f"Upload a network of nirecap {__version__}",
            parent_commit=there.sha,
        )
    return Pushed(f"{api.endpoint}/{repository}", bool(there.private), commit.oid != there.sha)
