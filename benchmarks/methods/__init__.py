"""The methods that are compared, one file each, by name.

A file is imported when its method is asked for. To add a method, write a file with a `Method` and a line in `METHODS`;
what arrives and what leaves is checked for all of them by `Checked`, and `tests/benchmarks/methods/test_registry.py`
tries them all.
"""

from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Any

from nirecap.errors import UsageMistake

from .checked import Checked

METHODS = {
    "input": "input:Input",
    "gain": "gain:gain",
    "lime": "lime:Lime",
    "lime_anchored": "lime:anchored",
    "scalemap": "scalemap:ScaleMap",
    "scalemap_anchored": "scalemap:anchored",
    "guided_filter": "guided_filter:GuidedFilter",
    "guided_filter_anchored": "guided_filter:anchored",
    "zero_dce": "zero_dce:ZeroDce",
    "zero_dce_anchored": "zero_dce:anchored",
    "zero_dce_pp": "zero_dce_pp:ZeroDcePP",
    "zero_dce_pp_anchored": "zero_dce_pp:anchored",
    "zero_dce_pp_gain": "zero_dce_pp:gained",
    "nir_detail_transfer": "nir_detail_transfer:NirDetailTransfer",
    "nir_detail_transfer_gain": "nir_detail_transfer:gained",
    "purification": "purification:Purification",
    "purification_plus": "purification:plus",
    **{f"purification_{name}": f"purification:{name}" for name in ("t1", "t3", "t4", "t7")},
    **{f"purification_without_{part}": f"purification:without_{part}" for part in ("cem", "ccl", "scl", "structure")},
}
"""Name of each method, in the order of tables: its file in this folder, and what makes it there.

`_anchored` aims for the exposure of the training references: by its own target if it has one, else by one gain after
it; `gain` and `nir_detail_transfer` always do. `_gain` has that gain after a target of its own, which networks miss.
The others are as published.
"""
TRAININGS = {
    "zero_dce_pp_gain": "zero_dce_pp_anchored",
    "nir_detail_transfer": "zero_dce_pp_anchored",
    "nir_detail_transfer_gain": "zero_dce_pp_anchored",
    "purification_t4": "purification",
}
"""The methods that learn just what another one learns, and which: the benchmark trains once for all of them."""


def names() -> list[str]:
    """Return the names of all methods in the order of tables."""
    return list(METHODS)


def training_of(name: str) -> str:
    """Return the name of the method whose training serves this one too; mostly its own.

    >>> training_of("nir_detail_transfer"), training_of("zero_dce")
    ('zero_dce_pp_anchored', 'zero_dce')
    """
    return TRAININGS.get(name, name)


def get(name: str, weights: str | PathLike[str] | None = None, **options: Any) -> Checked:  # noqa: ANN401 - its file says
    """Return a method by its name.

    Args:
        name: one of `names()`, or as papers spell it, such as Zero-DCE++.
        weights: what the method's `save` wrote, or its authors' checkpoint; None: it waits for `fit`.
        options: settings of the method, as its file in this folder describes them.

    Raises:
        UsageMistake: no method has that name, it has no such option, it needs a library that is not there, or the
            weights are not its own.

    >>> get("gain", exposure=0.4).facts.title
    'Gain'
    """
    name = _registered(name)
    file, maker = METHODS[name].split(":")
    try:
        method = Checked(name, getattr(import_module(f".{file}", __name__), maker)(**options))
    except ImportError as error:
        raise UsageMistake(f"{name} needs a library that is not there: {error}") from error
    except TypeError as error:
        raise UsageMistake(f"{name} can't be made with these options: {error}") from error
    if weights is not None:
        method.load(Path(weights))
    return method


def _registered(name: str) -> str:
    """Return the name of the registry that has the same letters and figures, where a plus counts as p.

    Raises:
        UsageMistake: none has.
    """
    for known in METHODS:
        if _letters(known) == _letters(name):
            return known
    raise UsageMistake(f"no method is called {name!r}; there are {', '.join(METHODS)}")


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower().replace("+", "p") if letter.isalnum())
