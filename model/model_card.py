"""The card of a network on the Hub: what it is, what it saw, how far it came, how to use it, whom to cite."""

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from huggingface_hub import ModelCardData

from nirecap import __version__
from nirecap.errors import RunError

from .checkpoint import STATE
from .config import Config
from .journal import METRICS
from .nearest_preset import likeness
from .weights import read_facts

CARD = "README.md"
TAGS = ["low-light", "near-infrared", "image-enhancement", "night-vision", "nirecap"]
LAST_BYTES = 1 << 16
"""Of the metrics, in which the last line lies."""
LOSS = re.compile(r"[a-z][a-z ]{0,40}")
ABOUT = """\
The purification network of Wan et al., as nirecap {version} builds it: from a low-light image and the near-infrared
image of the same view, taken with the infrared-cut filter out and the infrared lamp on, it makes a lit image."""
USE = """\
```python
from nirecap.model.purifier import Purifier

purifier = Purifier.from_pretrained("{name}")
lit = purifier(low, nire)  # H x W x 3 and H x W, uint8 or 0 to 1
```

```sh
nirecap purify {name} porch_low.png porch_nire.png
```"""
UNPAIRED = "Low-light pairs (I, N) and lit pairs (I_f, N_f) of other shots, unpaired, as in the paper."
DARKENED = (
    "In {share:.0%} of the steps of its second stage low-light pairs and lit pairs of other shots, unpaired, as in "
    "the paper; in the others lit images that the optics of nirecap's simulated camera turned into low light, with the "
    "lit image as what it is to make. That is beyond the paper."
)
LOSSES = """\
Means of the losses over the last steps of training, up to {steps}, on training images: they tell how training went,
not how good its images are, which `nirecap benchmark` measures."""
CITATION = """\
```bibtex
@article{wan2022purifying,
  title   = {Purifying Low-light Images via Near-Infrared Enlightened Image},
  author  = {Wan, R. and Shi, B. and Yang, W. and Wen, B. and Duan, L.-Y. and Kot, A. C.},
  journal = {IEEE Transactions on Multimedia},
  year    = {2022}
}
```"""


def model_card(name: str, config: Config, run: Path | None, data: str, licence: str | None, weights: int) -> str:
    """Return the card as Markdown.

    Args:
        name: `user/name` on the Hub.
        config: of the network.
        run: folder of its training, whose metrics are told; None: nothing is told of training.
        data: what it was trained on, a sentence.
        licence: as the Hub calls it; None: none is given.
        weights: how many it has.
    """
    metrics = last_metrics(run) if run else {}
    losses = _losses(metrics, config)
    told = f"## How far it came\n\n{losses}\n" if losses else ""
    front = ModelCardData(license=licence, library_name="nirecap", pipeline_tag="image-to-image", tags=list(TAGS))
    licensed = f"`{licence}`" if licence else "None is given; ask whoever made it."
    return f"""---
{front.to_yaml()}
---
# {name}

{ABOUT.format(version=__version__)}

{USE.replace("{name}", name)}

## What it is

{likeness(config)}; {weights:,} weights. All settings are in `config.toml`.

## What it saw

{" ".join(data.split()) or "Its images are not named."} {_seen(config)}{_length(metrics, run)}

{told}
## Licence

{licensed}

## Citation

{CITATION}
"""


def last_metrics(run: Path) -> Mapping[str, Any]:
    """Return the last line of a run's metrics; nothing where there is none that can be read."""
    try:
        with (run / METRICS).open("rb") as file:
            file.seek(max(file.seek(0, 2) - LAST_BYTES, 0))
            line = json.loads(file.read(LAST_BYTES).splitlines()[-1])
    except (OSError, ValueError, IndexError, RecursionError):
        return {}
    return line if isinstance(line, dict) else {}


def _seen(config: Config) -> str:
    return UNPAIRED if config.unpaired_share == 1 else DARKENED.format(share=config.unpaired_share)


def _length(metrics: Mapping[str, Any], run: Path | None) -> str:
    """Say how long it was trained, and by what hash its images are known."""
    said = ""
    if _number(metrics.get("step")) and _number(metrics.get("seconds")):
        said += f" Trained for {metrics['step']:,} steps in {metrics['seconds'] / 60:.1f} minutes."
    try:
        data = json.loads(read_facts(run / STATE)["nirecap"])["data"] if run and (run / STATE).is_file() else ""
    except (RunError, KeyError, TypeError, ValueError, RecursionError):
        data = ""
    if not (hashes := re.fullmatch(r"([0-9a-f]{64})(?: ([0-9a-f]{64}))?", str(data))):
        return said
    maps = f", and over the maps of curation that it heeded: `{hashes[2]}`" if hashes[2] else ""
    return f"{said} SHA-256 over its images: `{hashes[1]}`{maps}."


def _losses(metrics: Mapping[str, Any], config: Config) -> str:
    """Return a table of the losses, "" where none is known."""
    apart = ("step", "stage", "spent", "seconds", "skipped", "warnings")
    known = {key: value for key, value in metrics.items() if key not in apart and LOSS.fullmatch(key)}
    rows = [f"| {key} | {value:.4g} |" for key, value in known.items() if _number(value)]
    if not rows:
        return ""
    return "\n".join([LOSSES.format(steps=config.metrics_steps), "", "| loss | mean |", "|---|---|", *rows])


def _number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
