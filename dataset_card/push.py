"""Upload a published set to the Hugging Face Hub: one commit, so that it is there as a whole or not at all.

Large files go up first and one by one; the Hub keeps those that arrived, and a run that was interrupted sends only the
others again. Nobody sees them before the commit that names them all.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, get_token
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled
from huggingface_hub.utils import disable_progress_bars, validate_repo_id  # type: ignore[attr-defined]

from nirecap.errors import HubError, UsageMistake
from nirecap.redaction import keep_secret

from .published_files import published_files

KIND = "dataset"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
SHARD = re.compile(r"data/[^/]+/[a-z]+-\d{5,}-of-\d{5,}\.parquet")
"""Files that a version before may have left on the Hub; what else is there is a person's."""
AGAIN = "run the same command again, it goes on from there"


@dataclass(frozen=True)
class Pushed:
    """What the Hub holds now."""

    address: str
    """Of the data set's page."""
    private: bool
    changed: bool
    """False where the Hub held this version already."""


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
    with _in_one_line(name):
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


def check_login(name: str, endpoint: str | None = None) -> None:
    """Check, before a set is made, what of a push can be known without the network; arguments as for `push`.

    Raises:
        UsageMistake: `name` can't be one, nobody is logged in, or the Hub's address would show the token to others.
    """
    try:
        validate_repo_id(name)
    except HFValidationError:
        raise UsageMistake(
            f"{name!r} is no name on the Hub; write NAME or OWNER/NAME, of letters, digits, '-', '_' and '.'"
        ) from None
    hub = HfApi(endpoint=endpoint).endpoint
    address = urlsplit(hub)
    if address.scheme != "https" and address.hostname not in LOOPBACK:
        raise UsageMistake(f"{hub} would get your token unencrypted; set HF_ENDPOINT to an https address")
    with _in_one_line(name):
        token = get_token()
    if token is None:
        raise UsageMistake("nobody is logged in to the Hub; run `hf auth login`, or set HF_TOKEN")
    keep_secret(token)


@contextmanager
def _in_one_line(name: str) -> Iterator[None]:
    """Tell what the Hub refused, and the remedy; of the library's words nothing, as they hold addresses and headers."""
    try:
        yield
    except HubError:
        raise
    except OfflineModeIsEnabled:
        raise HubError("HF_HUB_OFFLINE keeps the Hub away; unset it to push") from None
    except Exception as error:  # of the Hub, of its library's HTTP library, and what it raises itself around them
        cause = error if isinstance(error, HfHubHTTPError) else error.__cause__ or error
        raise HubError(_refusal(name, cause)) from None


def _refusal(name: str, cause: BaseException) -> str:
    if not isinstance(cause, HfHubHTTPError):
        return f"the Hub can't be reached, or broke off ({type(cause).__name__}); {AGAIN}"
    status = cause.response.status_code
    return {
        400: "the Hub does not accept a file, or what README.md begins with; run `nirecap publish` again",
        401: "the Hub does not know your token; run `hf auth login`, or set HF_TOKEN",
        402: "the Hub wants a paid plan for this; see your account's storage",
        403: f"your token may not write {name}; make one with write access, or choose a name of your own",
        404: f"there is no data set {name}, and it can't be made; choose another name",
        409: f"{name} is taken; choose another name",
        412: f"{name} was changed by somebody else meanwhile; run the same command again",
        429: "the Hub has had too many requests; wait a few minutes and run the same command again",
    }.get(status, f"the Hub answered {status}; {AGAIN}")
