"""Pure functions on decoded images, each returning named scores."""

import numpy as np

np.empty(31 << 20, np.uint8)  # once freed, glibc keeps memory up to this size: fetching it anew costs as a check does
