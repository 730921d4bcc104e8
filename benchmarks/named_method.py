"""Methods by name: those of the registry, and a user's own as `module:maker`."""

import importlib
import re
import sys
from hashlib import sha256
from pathlib import Path

from nirecap.errors import UsageMistake

from .method import Facts, Method, Sees
from .methods import get
from .methods.checked import Checked
from .results import MAX_TEXT, is_plain_line

OWN = re.compile(r"([A-Za-z_][\w.]*):([A-Za-z_]\w*)", re.ASCII)
OUTSIDE = re.compile(r"pairs of another data set \(([0-9a-f]{8})\)")
"""In what `saw` says, the fingerprint of the pairs."""
SAW = {
    Sees.LOW: "I",
    Sees.NIRE: "N",
    Sees.UNPAIRED: "trained on unpaired frames",
    Sees.PHYSICS: "trained on references darkened by simulated optics",
    Sees.OUTSIDE_PAIRS: "trained on pairs of another data set",
    Sees.DARK: "trained on low-light frames",
}


def named(name: str, weights: Path | None = None) -> Method:
    """Return a method of the registry, or what a function or class without arguments makes, named as `module:maker`.

    The module may lie in the current folder.

    Raises:
        UsageMistake: there is none of this name, or the weights are not its own.
    """
    own = OWN.fullmatch(name)
    if own is None:
        method = get(name, weights)
        if method.name != name:  # results and folders go by one name
            raise UsageMistake(f"no method is called {name!r} here; did you mean {method.name}?")
        return method
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)
    try:
        made = getattr(importlib.import_module(own[1]), own[2])()
    except Exception as error:  # whatever stands in the user's file
        raise UsageMistake(f"{name} can't be made: {type(error).__name__}: {error}") from None
    if not isinstance(made, Method) or not isinstance(getattr(made, "facts", None), Facts):
        raise UsageMistake(f"{name} makes a {type(made).__name__}, no nirecap.benchmarks.method.Method with facts")
    for text in (made.facts.title, made.facts.licence, made.facts.source):
        if not is_plain_line(text):
            raise UsageMistake(
                f"{name}: its facts say {text!r:.80}, which is not one line of at most {MAX_TEXT} letters"
            )
    method = Checked(name, made)
    if weights:
        method.load(weights)
    return method


def identity(name: str, method: Method) -> str:
    """Return the SHA-256 of a method's settings, and of its file where that is the user's own."""
    own = OWN.fullmatch(name)
    file = getattr(sys.modules[own[1]], "__file__", None) if own else None
    return sha256((Path(file).read_bytes() if file else b"") + method.settings.encode()).hexdigest()


def saw(sees: Sees, weights: bool, pairs: str = "") -> str:
    """Say what a method looked at.

    Args:
        sees: what it may.
        weights: whether it was trained elsewhere.
        pairs: fingerprint of the pairs of another data set, where it learnt from such.

    >>> saw(Sees.LOW | Sees.NIRE | Sees.UNPAIRED, weights=False)
    'I, N; trained on unpaired frames'
    >>> saw(Sees.LOW | Sees.UNPAIRED, weights=True)
    'I; with weights that the user gave'
    """
    images = ", ".join(SAW[kind] for kind in (Sees.LOW, Sees.NIRE) if kind in sees)
    if weights:
        return f"{images}; with weights that the user gave"
    which = {Sees.OUTSIDE_PAIRS: f" ({pairs[:8]})" if pairs else ""}
    trained = [SAW[kind] + which.get(kind, "") for kind in sees if kind not in Sees.LOW | Sees.NIRE]
    return "; ".join([images, *trained])
