"""What a metric is: a row of the table, and the function that measures one image."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Flag, auto
from pathlib import Path

import numpy as np

from nirecap.errors import NirecapError
from nirecap.images import Pixels


class NotMeasurable(NirecapError):
    """A metric has no value here; the text says why. The value in the results is NaN."""


class Needs(Flag):
    """What a metric looks at besides the output."""

    LOW = auto()
    """I."""
    REFERENCE = auto()
    """R, the lit image."""


@dataclass(frozen=True, eq=False)
class Compared:
    """An output and what it is measured against: RGB, H x W x 3, rounded to 0 to 255.

    Raises:
        NotMeasurable: they are not of one size, or not such images.
    """

    output: Pixels
    low: Pixels
    reference: Pixels

    def __post_init__(self) -> None:
        for image in (self.output, self.low, self.reference):
            if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
                raise NotMeasurable(f"expected 8-bit RGB images, got {image.dtype} of shape {image.shape}")
        shapes = {image.shape for image in (self.output, self.low, self.reference)}
        if len(shapes) > 1:
            raise NotMeasurable(f"the images differ in size: {', '.join(sorted(map(str, shapes)))}")


Measure = Callable[[Compared], float]
"""Returns the value for one image. Raises NotMeasurable where there is none."""


@dataclass(frozen=True)
class Assets:
    """Files of others that a user has, without which some metrics have no value."""

    nliee: Path | None = None
    """Folder with the regressor of NLIEE."""
    lpips: Path | None = None
    """The backbone of LPIPS; None: where torch keeps what it downloaded."""


@dataclass(frozen=True)
class Metric:
    """A row of the table of metrics."""

    name: str
    """In results and on the command line."""
    title: str
    """As tables show it."""
    higher: bool
    """Whether more is better."""
    lowest: float
    highest: float
    needs: Needs
    settings: str
    """How it is measured, for everyone who wants to compare."""
    open: Callable[[Assets], Measure]
    """Returns the function. Raises NotMeasurable where something is missing on this computer."""
    digits: int = 3
    """Decimals that mean something."""
    main: bool = False
    """Whether it stands in the main table."""
    depends_on: Callable[[Assets], str] | None = None
    """Says which of the user's files the number is of; empty where there are none."""

    def with_files(self, assets: Assets) -> "Metric":
        """Return the metric with those files named in its settings."""
        files = self.depends_on(assets) if self.depends_on else ""
        return replace(self, settings=f"{self.settings}; {files}") if files else self

    @property
    def arrow(self) -> str:
        """Which direction is better.

        >>> from nirecap.benchmarks.metrics import METRICS
        >>> METRICS["psnr"].arrow, METRICS["ciede2000"].arrow
        ('↑', '↓')
        """
        return "↑" if self.higher else "↓"


def always(measure: Measure) -> Callable[[Assets], Measure]:
    """Return the `open` of a metric that needs nobody's files."""
    return lambda _: measure


def gain_matched(metric: Metric) -> Metric:
    """Return the same metric of the output multiplied so that its mean is that of R.

    It takes the right brightness from R, which no method can know: an oracle, that shows what is wrong besides it.
    """

    def opened(assets: Assets) -> Measure:
        measure = metric.open(assets)
        return lambda compared: measure(replace(compared, output=_with_mean_of(compared.output, compared.reference)))

    return replace(
        metric,
        name=f"{metric.name}_gain_matched",
        title=f"gm-{metric.title} (oracle)",
        needs=metric.needs | Needs.REFERENCE,
        settings=f"{metric.settings}; output first multiplied by mean(R) / mean(output) and clipped: an oracle",
        open=opened,
        main=False,
    )


def _with_mean_of(output: Pixels, reference: Pixels) -> Pixels:
    mean = output.mean()
    if mean == 0:
        raise NotMeasurable("the output is black, no gain brightens it")
    return np.asarray(np.clip(np.rint(output * (reference.mean() / mean)), 0, 255), np.uint8)
