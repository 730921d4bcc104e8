"""NLIEE: the quality of an enhanced image without R, as people judged low-light enhancement.

The features are ours, after the published description (`nliee_features.py`); the regressor is its authors', from a
folder that the user names, as it has no licence to be passed on.
"""

from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np

from nirecap.files import read_small

from .metric import Assets, Compared, Measure, Metric, Needs, NotMeasurable
from .nliee_features import features
from .support_vectors import MAX_BYTES, Regressor, Scaling, read_model, read_scaling

FEATURES = 18
FILES = (("model", "range"), ("SVR/model", "SVR/range"), ("nliee_svr_model", "nliee_svr_range"))
"""Names of the two files in the user's folder: alone, in its authors' repository, or copied beside other weights."""
SETTINGS = "8-bit RGB, 18 features, the authors' regressor trained on LIEA, scale of opinion scores (about 20 to 80)"


def open_nliee(assets: Assets, *, as_released: bool) -> Measure:
    """Return the function with the regressor of the user's folder.

    Raises:
        NotMeasurable: no folder is named, or it does not hold the regressor.
    """
    if assets.nliee is None:
        raise NotMeasurable("NLIEE needs its authors' regressor, which may not be passed on: --nliee FOLDER")
    model, ranges = _files(assets.nliee)
    return partial(nliee, read_model(model, FEATURES), read_scaling(ranges, FEATURES), as_released)


def nliee(regressor: Regressor, scaling: Scaling, as_released: bool, compared: Compared) -> float:
    """Return the predicted opinion score.

    Args:
        regressor: of the authors.
        scaling: of the features to what the regressor was trained on.
        as_released: take feature 1 for 0, as the authors' scripts do by mistake.
        compared: the low-light image and the enhanced one.

    Raises:
        NotMeasurable: a feature has no value, as of constant images or where nothing was enhanced.
    """
    measured = features(compared.low, compared.output)
    if as_released:
        measured[0] = 0
    scaled = scaling(measured)
    if (missing := np.flatnonzero(~np.isfinite(scaled))).size:
        numbers = ", ".join(str(place + 1) for place in missing)
        raise NotMeasurable(f"the image leaves feature {numbers} undefined")
    return regressor.predict(scaled)


def regressor_of(assets: Assets) -> str:
    """Name the regressor by its hash, as with another one it is another metric; empty where there is none."""
    if assets.nliee is None:
        return ""
    try:
        content = b"".join(read_small(file, MAX_BYTES) for file in _files(assets.nliee))
    except (NotMeasurable, OSError):
        return ""
    lines = content.replace(b"\r\n", b"\n")
    return f"regressor {sha256(lines).hexdigest()[:12]}"


def _files(folder: Path) -> tuple[Path, Path]:
    for model, ranges in FILES:
        if (folder / model).is_file() and (folder / ranges).is_file():
            return folder / model, folder / ranges
    raise NotMeasurable(f"{folder} holds no regressor of NLIEE; its files are SVR/model and SVR/range")


NLIEE = Metric(
    name="nliee",
    title="NLIEE",
    higher=True,
    lowest=-np.inf,
    highest=np.inf,
    needs=Needs.LOW,
    settings=SETTINGS,
    open=partial(open_nliee, as_released=False),
    depends_on=regressor_of,
    digits=2,
    main=True,
)
NLIEE_AS_RELEASED = Metric(
    name="nliee_as_released",
    title="NLIEE (as released)",
    higher=True,
    lowest=-np.inf,
    highest=np.inf,
    needs=Needs.LOW,
    settings=f"{SETTINGS}; feature 1 taken for 0, as the authors' scripts do by mistake",
    open=partial(open_nliee, as_released=True),
    depends_on=regressor_of,
    digits=2,
)
