"""CIEDE2000: how far colours are from those of R, as eyes see it."""

import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab

from .metric import Compared, Metric, Needs, always


def ciede2000(compared: Compared) -> float:
    """Return the mean colour difference CIEDE2000; 1 is about what an eye just notices."""
    reference, output = rgb2lab(compared.reference), rgb2lab(compared.output)
    return float(np.mean(deltaE_ciede2000(reference, output)))  # type: ignore[no-untyped-call]


CIEDE2000 = Metric(
    name="ciede2000",
    title="CIEDE2000",
    higher=False,
    lowest=0,
    highest=np.inf,
    needs=Needs.REFERENCE,
    settings="mean over pixels; 8-bit sRGB in CIELAB (D65, 2 degrees), kL = kC = kH = 1",
    open=always(ciede2000),
    digits=2,
    main=True,
)
