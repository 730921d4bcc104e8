"""The table of metrics."""

from collections.abc import Sequence

from nirecap.errors import UsageMistake

from .colour import CIEDE2000
from .fidelity import MS_SSIM, PSNR, SSIM, SSIM_RGB
from .lpips import LPIPS
from .metric import Metric, gain_matched
from .naturalness import ENTROPY, LOE
from .nliee import NLIEE, NLIEE_AS_RELEASED

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        *(PSNR, SSIM, MS_SSIM, CIEDE2000, LPIPS, NLIEE),
        *(gain_matched(metric) for metric in (PSNR, SSIM, MS_SSIM, CIEDE2000, LPIPS)),
        *(SSIM_RGB, LOE, ENTROPY, NLIEE_AS_RELEASED),
    )
}
"""By name, in the order of tables. NIQE is not among them: its model of natural images may not be passed on."""


def choose(names: Sequence[str]) -> list[Metric]:
    """Return the metrics of these names, in the order of the table; all of them where none is named.

    Raises:
        UsageMistake: there is no metric of a name.
    """
    if unknown := [name for name in names if name not in METRICS]:
        raise UsageMistake(f"no metric is called {unknown[0]!r}; there are {', '.join(METRICS)}")
    return [metric for name, metric in METRICS.items() if name in names or not names]
