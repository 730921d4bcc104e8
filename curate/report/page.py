"""The page itself: one HTML file of template, style, scripts and inert blocks of data, nothing from elsewhere."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from nirecap.report_page import block, one_script, source_hash

HERE = Path(__file__).parent
SCRIPTS = (
    *("messages", "table", "words", "thumbnails", "filters", "grid", "picture", "evidence", "scores", "detail"),
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
        blocks: made by `nirecap.report_page.block`.
        connects: whether the page may talk to the server that it comes from.
    """
    head, tail = _frame(connects)
    yield head
    yield block(about, id="about").encode()
    for each in blocks:
        yield each.encode()
    yield tail


@cache
def _frame(connects: bool) -> tuple[bytes, bytes]:
    """Return what stands before and after the data."""
    script = one_script(HERE / "js", SCRIPTS)
    style = _read("style.css")
    connect = "'self'" if connects else "'none'"
    policy = POLICY.format(script=source_hash(script), style=source_hash(style), connect=connect)
    head, tail = _read("page.html").split("{data}")
    head = head.replace("{policy}", policy).replace("{style}", style)
    return head.encode(), tail.replace("{script}", script).encode()


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
