"""The page itself: one HTML file of template, style, scripts and inert blocks of data, nothing from elsewhere."""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SCRIPTS = (
    *("elements", "table", "words", "thumbnails", "filters", "grid", "picture", "evidence", "scores", "detail"),
    *("distributions", "scenes", "review", "keys", "page"),
)
"""Files of `js/` in the order in which they stand in the page; they are one module."""
POLICY = (
    "default-src 'none'; script-src {script}; style-src {style}; img-src 'self' file: data:; connect-src {connect}; "
    "base-uri 'none'; form-action 'none'"
)


def pieces(about: Mapping[str, Any], blocks: Iterable[str], *, connects: bool = False) -> Iterator[bytes]:
    """Yield the page piece by piece.

    Args:
        about: what the scripts need to know before they read the rows.
        blocks: made by `block`.
        connects: whether the page may talk to the server that it comes from.
    """
    head, tail = _frame(connects)
    yield head
    yield block(about, id="about").encode()
    for each in blocks:
        yield each.encode()
    yield tail


def block(content: object, **attributes: str) -> str:
    """Return a block of data that no browser runs, shows or decodes by itself; nothing in it can end it."""
    written = json.dumps(content, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    named = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<script type="application/json"{named}>{written}</script>\n'


@cache
def _frame(connects: bool) -> tuple[bytes, bytes]:
    """Return what stands before and after the data."""
    script = '"use strict";\n' + "\n".join(_read(f"js/{name}.js") for name in SCRIPTS)
    style = _read("style.css")
    policy = POLICY.format(script=_hash(script), style=_hash(style), connect="'self'" if connects else "'none'")
    head, tail = _read("page.html").split("{data}")
    head = head.replace("{policy}", policy).replace("{style}", style)
    return head.encode(), tail.replace("{script}", script).encode()


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
