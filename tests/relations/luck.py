"""Statistical checks at a chance of 1e-6 of a false alarm each."""

from math import sqrt
from typing import Any

import numpy as np
from hypothesis import settings
from scipy.stats import ks_2samp, rankdata

ALARM = 1e-6
Z = 4.89  # beyond which a standard normal number falls with a chance of 1e-6, on both sides together
LONG = settings().max_examples >= 10_000


def examples(everyday: int, full: int) -> settings:
    """Settings of a property whose one case is many runs: so many cases everyday, and in the long run."""
    return settings(max_examples=full if LONG else everyday)


def unlike(left: Any, right: Any) -> float:
    """The chance that two independent samples of one distribution differ as much as these (Kolmogorov and Smirnov)."""
    return float(ks_2samp(left, right, method="asymp").pvalue)


def adjacent_z(values: Any) -> float:
    """Rank correlation of each value with the next, in standard errors; 0 where nothing varies."""
    ranks = rankdata(np.asarray(values, float))
    ranks = ranks - ranks.mean()
    if not ranks.any():
        return 0.0
    return float((ranks[1:] * ranks[:-1]).sum() / (ranks * ranks).sum() * sqrt(len(ranks)))
