"""The `README.md` of a collection: tells a person what the folder is, and `load_dataset` how to open it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nirecap.files import sha256_of, write_atomically
from nirecap.places import MANIFEST
from nirecap.vocabulary import Role

README = "README.md"
MARK = "<!-- written by nirecap curate -->"
TEMPLATE = """\
---
configs:
- config_name: default
  description: 'manifest {sha256}'
  data_files:
  - split: train
    path:
{paths}
---
{mark}
# A nirecap collection

{count} shots of aligned low-light / near-infrared images. `sessions/` holds the images as they were captured,
`{manifest}` one row for each shot with its files, scores and flags.

```python
from datasets import load_dataset

shots = load_dataset("{name}")["train"]
```
"""


def write_readme(collection: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the page, unless a person has put one of theirs in its place.

    `load_dataset` would guess splits from words such as "test" in folder names; the page names what to load instead:
    the manifest, whose rows name the images, and one image that shows what kind of data set this is. The manifest's
    hash in the description makes `datasets` look again after a later run, where its cache would not.
    """
    path = collection / README
    if path.exists() and MARK not in path.read_text(encoding="utf-8", errors="replace"):
        return
    names = (row.get(f"{role}_file_name") for row in rows if not row["problem"] for role in Role)
    loaded = [MANIFEST, *([first] if (first := next(filter(None, names), None)) else [])]
    text = TEMPLATE.format(
        paths="\n".join(f"    - {_quoted(name)}" for name in loaded),
        sha256=sha256_of(collection / MANIFEST),
        mark=MARK,
        count=len(rows),
        manifest=MANIFEST,
        name=collection.resolve().name,
    )
    write_atomically(path, text.encode())


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"
