"""What `experiments.estimate` says of one group of draws, for many groups at once: draws along axis 0, a column for each group."""

from collections.abc import Callable
from typing import Any

import numpy as np

from experiments.intervals import better_interval, mean_interval, median_interval, paired_share_interval, share_interval
from sim.outcomes import Outcome

Array = np.ndarray[Any, np.dtype[Any]]
Columns = dict[str, Array]


def levels(outcome: Outcome, values: Array) -> Columns:
    """`experiments.estimate.level` of each column, over the draws in which it is not NaN, and how many these are."""

    def method(values: Array) -> Columns:
        if outcome.type is bool:
            return ended("mean", share_interval(np.sum(values != 0, axis=0), len(values)))
        return estimates(outcome, values)

    return by_count(method, values)


def changes(outcome: Outcome, values: Array, base: Array) -> Columns:
    """`experiments.estimate.change` of each column, over the draws in which neither is NaN, and how many these are."""

    def method(values: Array, base: Array) -> Columns:
        difference = values - base
        if outcome.type is bool:
            more, less = np.sum(difference > 0, axis=0), np.sum(difference < 0, axis=0)
            found = ended("mean", paired_share_interval(more, less, len(values)))
        else:
            found = estimates(outcome, difference)
        found |= ended("better_share", better_interval(difference, outcome.better))
        return {**found, "pairing_gain": pairing_gains(values, base)}

    return by_count(method, values, base)


def estimates(outcome: Outcome, values: Array) -> Columns:
    """Mean, interval and share of draws that are not 0; for heavy tails no interval of the mean, but the median."""
    mean, low, high = mean_interval(values)
    heavy = outcome.heavy_tail
    found = ended("mean", (mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan)) if heavy else (mean, low, high))
    if heavy:
        found |= ended("median", median_interval(values))
    return found | ended("nonzero_share", share_interval(np.sum(values != 0, axis=0), len(values)))


def ended(name: str, interval: tuple[Any, Any, Any]) -> Columns:
    """An estimate and its ends under the names of columns: those of the mean are `low` and `high`."""
    low, high = ("low", "high") if name == "mean" else (f"{name}_low", f"{name}_high")
    return dict(zip((name, low, high), interval, strict=True))


def pairing_gains(values: Array, base: Array) -> Array:
    """How many times as many unpaired draws would be as precise, as `experiments.estimate.pairing_gain`."""
    difference = values - base
    varied = np.ptp(difference, axis=0) > 0
    variance = np.where(varied, np.var(difference, axis=0), 1.0)
    found: Array = np.where(varied, (np.var(values, axis=0) + np.var(base, axis=0)) / variance, np.nan)
    return found


def by_count(method: Callable[..., Columns], *arrays: Array) -> Columns:
    """A method applied to columns without the draws that any array lacks: at once to all columns that have equally many left.

    >>> found = by_count(lambda values: {"mean": values.mean(axis=0)}, np.array([[1.0, 1.0, np.nan], [3.0, np.nan, np.nan]]))
    >>> found["mean"].tolist(), found["draws"].tolist()
    ([2.0, 1.0, nan], [2, 1, 0])
    """
    good = np.isfinite(arrays[0])
    for other in arrays[1:]:
        good &= np.isfinite(other)
    counts = np.sum(good, axis=0)
    found = {name: np.full(counts.shape, np.nan) for name in method(*(np.zeros((1, 0)) for _ in arrays))}
    for count in np.unique(counts[counts > 0]):
        which = np.flatnonzero(counts == count)
        for name, column in method(*(kept(array, good, which) for array in arrays)).items():
            found[name][which] = column
    return {**found, "draws": counts}


def kept(array: Array, good: Array, which: Array) -> Array:
    """Some columns of an array without what is not good; each has equally many left."""
    if good.all():
        return array
    found: Array = array[:, which].T[good[:, which].T].reshape(len(which), -1).T
    return found
