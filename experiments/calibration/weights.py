"""Importance weights: smoothed, and how far to trust them."""

from typing import Any, NamedTuple

import numpy as np

from lockgate.sim.errors import InputError

Array = np.ndarray[Any, np.dtype[Any]]


class Smoothed(NamedTuple):
    """Weights (N,) that sum to 1, and the shape k of their tail before it was smoothed."""

    weights: Array
    k_hat: float

    @property
    def effective(self) -> float:
        """As many draws without weights would be as precise."""
        return float(1.0 / np.sum(self.weights**2))

    @property
    def reliable(self) -> bool:
        """Whether the tail is light enough for so many draws. Source: Vehtari et al. (2024), "Pareto smoothed importance sampling"."""
        return bool(self.k_hat < min(1.0 - 1.0 / np.log10(len(self.weights)), 0.7))


def needed_library() -> Any:
    """The library that smooths weights; an `InputError` says how to install it."""
    try:
        from arviz_stats.base import array_stats  # type: ignore[import-untyped,import-not-found,attr-defined,unused-ignore]
    except ImportError:
        raise InputError('calibration needs the package arviz-stats, install it with pip install "lockgate[calibrate]"') from None
    return array_stats


def smoothed(log_weights: Array) -> Smoothed:
    """Weights whose largest are replaced by the quantiles of a Pareto law that is fitted to them.

    Raises `InputError` where the library that does it is not installed.

    >>> falling = smoothed(np.log(np.arange(100.0, 0.0, -1.0))).weights
    >>> round(smoothed(np.zeros(100)).effective), bool(falling[0] > falling[50] > falling[99])
    (100, True)
    """
    raw = np.asarray(log_weights, float) - np.max(log_weights)
    logarithms, k_hat = raw, -np.inf  # of a tail of equal weights, to which no law can be fitted, and which needs none
    library = needed_library()
    if np.ptp(np.sort(raw)[-max(len(raw) // 5, 5) :]) > 0.0:
        with np.errstate(all="ignore"):
            logarithms, k_hat = library.psislw(-raw)  # it takes them with the other sign
    if not np.isfinite(logarithms).all():
        logarithms, k_hat = raw, np.inf  # so that they are not taken for reliable
    weights = np.exp(logarithms - np.max(logarithms))
    return Smoothed(weights / weights.sum(), float(k_hat))


def effective(log_weights: Array) -> float:
    """The effective number of draws of weights that are not smoothed.

    >>> effective(np.zeros(5))
    5.0
    """
    weights = np.exp(log_weights - np.max(log_weights))
    return float(weights.sum() ** 2 / np.sum(weights**2))


def quantiles(values: Array, weights: Array, shares: Array) -> Array:
    """The weighted quantiles of values (N,), each of which stands in the middle of its own weight.

    >>> quantiles(np.array([3.0, 1.0, 2.0]), np.ones(3) / 3, np.array([0.5])).tolist()
    [2.0]
    """
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order]) - weights[order] / 2.0
    return np.interp(shares, below, values[order])
