"""PSNR, SSIM and MS-SSIM: how far an output is from R, pixel by pixel and in its structure."""

import numpy as np
import torch
from numpy.typing import NDArray
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure

from nirecap.images import Pixels

from .metric import Compared, Metric, Needs, NotMeasurable, always

WINDOW = 11
"""Pixels, the width of the Gaussian of sigma 1.5."""
SCALES = 5
WINDOWS = "Gaussian window 11x11 of sigma 1.5, population covariance, data range 255, K .01 and .03"


def psnr(compared: Compared) -> float:
    """Return the peak signal-to-noise ratio in dB, of one mean squared error over the three channels.

    It is infinite where the output is R.
    """
    with np.errstate(divide="ignore"):
        ratio = peak_signal_noise_ratio(compared.reference, compared.output, data_range=255)  # type: ignore[no-untyped-call]
    return float(ratio)


def ssim(compared: Compared) -> float:
    """Return the structural similarity of the luma (Rec. 601, not rounded), -1 to 1; blind to colour."""
    return _ssim(luma(compared.reference), luma(compared.output))


def ssim_rgb(compared: Compared) -> float:
    """Return the structural similarity, the mean of that of R, G and B."""
    pairs = zip(np.moveaxis(compared.reference, 2, 0), np.moveaxis(compared.output, 2, 0), strict=True)
    return float(
        np.mean([_ssim(reference.astype(np.float64), output.astype(np.float64)) for reference, output in pairs])
    )


def ms_ssim(compared: Compared) -> float:
    """Return the multi-scale structural similarity of the luma, 0 to 1 (Wang et al. 2003)."""
    _check_size(compared.output, WINDOW * 2 ** (SCALES - 1), "MS-SSIM")
    output, reference = (
        torch.from_numpy(luma(image)).float()[None, None] for image in (compared.output, compared.reference)
    )
    return float(multiscale_structural_similarity_index_measure(output, reference, data_range=255.0))


def luma(image: Pixels) -> NDArray[np.float64]:
    """Return the luma of Rec. 601, H x W, 0 to 255, not rounded."""
    return np.asarray(image @ np.array([0.299, 0.587, 0.114]))


def _ssim(reference: NDArray[np.float64], output: NDArray[np.float64]) -> float:
    _check_size(output, WINDOW, "SSIM")
    return float(
        structural_similarity(  # type: ignore[no-untyped-call]
            reference, output, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
        )
    )


def _check_size(image: NDArray[np.float64] | Pixels, smallest: int, name: str) -> None:
    height, width = image.shape[:2]
    if min(height, width) < smallest:
        raise NotMeasurable(f"{name} needs {smallest} pixels each way, the image has {width}x{height}")


PSNR = Metric(
    name="psnr",
    title="PSNR",
    higher=True,
    lowest=0,
    highest=np.inf,
    needs=Needs.REFERENCE,
    settings="dB; 8-bit RGB, one MSE over 3 channels, peak 255, no border left out",
    open=always(psnr),
    digits=2,
    main=True,
)
SSIM = Metric(
    name="ssim",
    title="SSIM",
    higher=True,
    lowest=-1,
    highest=1,
    needs=Needs.REFERENCE,
    settings=f"luma of Rec. 601 of 8-bit RGB, {WINDOWS}",
    open=always(ssim),
    main=True,
)
SSIM_RGB = Metric(
    name="ssim_rgb",
    title="SSIM (RGB)",
    higher=True,
    lowest=-1,
    highest=1,
    needs=Needs.REFERENCE,
    settings=f"mean over the 3 channels of 8-bit RGB, {WINDOWS}",
    open=always(ssim_rgb),
)
MS_SSIM = Metric(
    name="ms_ssim",
    title="MS-SSIM",
    higher=True,
    lowest=0,
    highest=1,
    needs=Needs.REFERENCE,
    settings=f"luma of Rec. 601 of 8-bit RGB, {WINDOWS}; {SCALES} scales with the published exponents, by torchmetrics",
    open=always(ms_ssim),
    main=True,
)
