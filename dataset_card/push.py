"""Upload a published set to the Hugging Face Hub: one commit, so that it is there as a whole or not at all.

Large files go up first and one by one; the Hub keeps those that arrived, and a run that was interrupted sends only the
others again. Nobody sees them before the commit that names them all.
"""

import re
import sys
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.utils import disable_progress_bars  # type: ignore[attr-defined]

from nirecap.errors import HubError
from nirecap.hub import WRITING, Pushed, check_login, in_one_line

from .published_files import published_files

KIND = "dataset"
SHARD = re.compile(r"data/[^/]+/[a-z]+-\d{5,}-of-\d{5,}\.parquet")
"""Files that a version before may have left on the Hub; what else is there is a person's."""
REFUSALS = WRITING | {
    400: "the Hub does not accept a file, or what README.md begins with; run `nirecap publish` again",
    404: "there is no data set {name}, and it can't be made; choose another name",
}


def push(dest: Path, name: str, *, private: bool = True, endpoint: str | None = None) -> Pushed:
    """Upload the published set in `dest` as the data set `name`; what is there already is not sent again.

    The token is that of HF_TOKEN or of `hf auth login`, and goes nowhere but to the Hub.

    Args:
        dest: a whole published version; its files are compared with their hashes first.
        name: `NAME`, or `OWNER/NAME`; made if there is none.
        private: of a new one; an existing public one is refused while this is True.
        endpoint: address of the Hub; None takes that of HF_ENDPOINT, or huggingface.co.

    Raises:
        UsageMistake: `name` can't be one, or nobody is logged in.
        ManifestError: `dest` is no whole published version.
        HubError: the Hub can't be reached, refuses, or has changed meanwhile.
    """
    check_login(name, endpoint)
    files = published_files(dest)
    api = HfApi(endpoint=endpoint)
    if not sys.stderr.isatty():
        disable_progress_bars()
    with in_one_line(name, REFUSALS, "run the same command again, it goes on from there", "unset it to push"):
        repository = api.create_repo(name, repo_type=KIND, private=private, exist_ok=True).repo_id
        there = api.dataset_info(repository)
        if private and not there.private:
            raise HubError(f"{repository} is public; push with --public, or make it private in its settings first")
        additions = [CommitOperationAdd(path, file) for path, file in files.items()]
        held = [sibling.rfilename for sibling in there.siblings or ()]
        stale = [CommitOperationDelete(path) for path in held if SHARD.fullmatch(path) and path not in files]
        api.preupload_lfs_files(repository, additions, repo_type=KIND, free_memory=False)
        commit = api.create_commit(
            repository,
            [*stale, *additions],
            commit_message=f"Publish {dest.resolve().name}",
            repo_type=KIND,
            parent_commit=there.sha,
        )
    return Pushed(f"{api.endpoint}/datasets/{repository}", bool(there.private), commit.oid != there.sha)
