"""The Hugging Face Hub: whether one may write there, and what it refuses, in one line."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from huggingface_hub import HfApi, get_token
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled
from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

from nirecap.errors import HubError, UsageMistake
from nirecap.redaction import keep_secret

LOOPBACK = ("127.0.0.1", "::1", "localhost")
REFUSALS = {
    401: "the Hub does not know your token; run `hf auth login`, or set HF_TOKEN",
    402: "the Hub wants a paid plan for this; see your account's storage",
    429: "the Hub has had too many requests; wait a few minutes and run the same command again",
}
"""What the Hub answers, whatever it was asked, by status."""
WRITING = {
    403: "your token may not write {name}; make one with write access, or choose a name of your own",
    409: "{name} is taken; choose another name",
    412: "{name} was changed by somebody else meanwhile; run the same command again",
}
"""What it answers to whoever writes."""


@dataclass(frozen=True)
class Pushed:
    """What the Hub holds now."""

    address: str
    """Of its page."""
    private: bool
    changed: bool
    """False where the Hub held it already, as it is."""


def check_login(name: str, endpoint: str | None = None) -> None:
    """Check what of a push can be known without the network.

    Args:
        name: `NAME`, or `OWNER/NAME`.
        endpoint: address of the Hub; None takes that of HF_ENDPOINT, or huggingface.co.

    Raises:
        UsageMistake: `name` can't be one, nobody is logged in, or the Hub's address would show the token to others.
    """
    try:
        validate_repo_id(name)
    except HFValidationError:
        raise UsageMistake(
            f"{name!r} is no name on the Hub; write NAME or OWNER/NAME, of letters, digits, '-', '_' and '.'"
        ) from None
    if guarded_token(name, endpoint) is None:
        raise UsageMistake("nobody is logged in to the Hub; run `hf auth login`, or set HF_TOKEN")


def guarded_token(name: str, endpoint: str | None = None) -> str | None:
    """Return the user's token, which is sent with whatever is asked of the Hub; None where nobody is logged in.

    Args:
        name: of what is asked for.
        endpoint: as for `check_login`.

    Raises:
        UsageMistake: the Hub's address would show the token to others.
    """
    with in_one_line(name):
        token = get_token()
    if token is None:
        return None
    keep_secret(token)
    hub = HfApi(endpoint=endpoint).endpoint
    address = urlsplit(hub)
    if address.scheme != "https" and address.hostname not in LOOPBACK:
        raise UsageMistake(f"{hub} would get your token unencrypted; set HF_ENDPOINT to an https address")
    return token


@contextmanager
def in_one_line(
    name: str,
    refusals: Mapping[int, str] | None = None,
    again: str = "run the same command again",
    offline: str = "unset it",
) -> Iterator[None]:
    """Tell what the Hub refused, and the remedy; of the library's words nothing, as they hold addresses and headers.

    Args:
        name: of what is asked for.
        refusals: what it means where it is asked for this, by status; `{name}` stands for the name.
        again: what to do where the Hub broke off.
        offline: what to do where HF_HUB_OFFLINE is set.

    Raises:
        HubError: anything went wrong in the block that is not told in one line already.
    """
    try:
        yield
    except (HubError, UsageMistake):
        raise
    except OfflineModeIsEnabled:
        raise HubError(f"HF_HUB_OFFLINE keeps the Hub away; {offline}") from None
    except Exception as error:  # of the Hub, of its library's HTTP library, and what it raises itself around them
        cause = error if isinstance(error, HfHubHTTPError) else error.__cause__ or error
        if not isinstance(cause, HfHubHTTPError):
            what = f"the Hub can't be reached, or broke off ({type(cause).__name__}); {again}"
            raise HubError(what) from None
        status = cause.response.status_code
        told = (REFUSALS | dict(refusals or {})).get(status, f"the Hub answered {status}; {again}")
        raise HubError(told.replace("{name}", name)) from None
