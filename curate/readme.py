"""The `README.md` of a collection: tells a person what the folder is, and `load_dataset` how to open it."""

from pathlib import Path

from nirecap.files import read_small, sha256_of, write_atomically
from nirecap.places import MANIFEST

README = "README.md"
MAX_BYTES = 1 << 20
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


def write_readme(collection: Path, count: int, image: str | None) -> None:
    """Write the page, unless a person has put one of theirs in its place.

    Args:
        collection: the folder.
        count: shots in the manifest.
        image: a file of the collection that can be opened, None where there is none.

    `load_dataset` would guess splits from words such as "test" in folder names; the page names what to load instead:
    the manifest, whose rows name the images, and one image that shows what kind of data set this is. The manifest's
    hash in the description makes `datasets` look again after a later run, where its cache would not.
    """
    path = collection / README
    if not _may_be_written(path):
        return
    loaded = [MANIFEST, *([image] if image else [])]
    text = TEMPLATE.format(
        paths="\n".join(f"    - {_quoted(name)}" for name in loaded),
        sha256=sha256_of(collection / MANIFEST),
        mark=MARK,
        count=count,
        manifest=MANIFEST,
        name=collection.resolve().name,
    )
    write_atomically(path, text.encode())


def _may_be_written(path: Path) -> bool:
    try:
        return MARK.encode() in read_small(path, MAX_BYTES)
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"
