"""Pages of one HTML file: blocks of data that no browser runs, scripts and style that their policy names by hash."""

import base64
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

ELEMENTS = Path(__file__).with_name("report_elements.js")
"""What every page makes its elements with."""


def block(content: object, **attributes: str) -> str:
    r"""Return a block of data that no browser runs, shows or decodes by itself; nothing in it can end it.

    >>> block(["</script>"], id="rows")
    '<script type="application/json" id="rows">["\\u003c/script>"]</script>\n'
    """
    written = json.dumps(content, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    named = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<script type="application/json"{named}>{written}</script>\n'


def one_script(folder: Path, names: Iterable[str]) -> str:
    """Return the script of a page: what all pages share, then the files NAME.js of a folder in this order."""
    files = [ELEMENTS, *(folder / f"{name}.js" for name in names)]
    return '"use strict";\n' + "\n".join(file.read_text(encoding="utf-8") for file in files)


def source_hash(text: str) -> str:
    """Return the name of an inline script or style in a Content Security Policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
