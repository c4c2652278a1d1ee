"""Intervals: how far a mean over draws is from the mean over all worlds that the priors allow."""

from typing import Any

import numpy as np
from scipy.special import stdtrit

Array = np.ndarray[Any, np.dtype[Any]]
LEVEL = 0.95


def mean_interval(values: Array) -> tuple[float, float, float]:
    """Mean over draws (axis 0 of a vector) and its 95 % interval by Student's t. One draw has no interval: NaN.

    >>> mean_interval(np.array([1.0, 1.0, 1.0]))
    (1.0, 1.0, 1.0)
    """
    mean = float(np.mean(values))
    if len(values) < 2:
        return mean, float("nan"), float("nan")
    half = float(stdtrit(len(values) - 1, 0.5 + LEVEL / 2) * np.std(values, ddof=1) / np.sqrt(len(values)))
    return mean, mean - half, mean + half


def better_share(difference: Array, *, lower_is_better: bool) -> float:
    """Share of draws in which a paired difference is an improvement; a difference of exactly 0 counts half.

    >>> better_share(np.array([-1.0, 0.0]), lower_is_better=True)
    0.75
    """
    gain = -difference if lower_is_better else difference
    return float(np.mean(np.where(gain > 0, 1.0, np.where(gain == 0, 0.5, 0.0))))
