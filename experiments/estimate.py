"""Estimates: what a comparison says of one outcome under one policy, and of its difference, by the method that holds for its kind."""

from typing import Any

import numpy as np

from experiments.intervals import better_interval, mean_interval, median_interval, paired_share_interval, share_interval
from sim.outcomes import Outcome

Array = np.ndarray[Any, np.dtype[Any]]
METHODS = (
    "95 %. Means: the wider of Student's t and Hall's (1992) correction for skewness (from 10 draws on); none (null) where fewer than 10 "
    "draws, or half of them, differ from the median, for which `nonzero` is the share of draws that are not 0. Shares: Wilson (1927), "
    "modified by Brown, Cai and DasGupta (2001). Differences of shares, and better_share: Bonett and Price (2012). Losses as drawn: the "
    "median, by Hettmansperger and Sheather (1986); their mean has none. Differences are paired draw by draw"
)


def level(outcome: Outcome, values: Array) -> dict[str, Any]:
    """Mean of an outcome with its interval; the median where tails are heavy; and the share of draws that are not 0."""
    if outcome.type is bool:
        return ended(share_interval(np.sum(values != 0), len(values)))
    return estimate(outcome, values)


def change(outcome: Outcome, values: Array, base: Array) -> dict[str, Any]:
    """The same of the paired difference between an outcome and the reference's, how often it is better, and what pairing gains.

    `pairing_gain` is the number of times as many unpaired draws that would be as precise: (Var A + Var B) / Var(A - B). It is NaN
    where all differences are equal. An outcome of which neither less nor more is better has no better share (NaN).
    """
    difference = values - base
    if outcome.type is bool:
        found = ended(paired_share_interval(np.sum(difference > 0), np.sum(difference < 0), len(values)))
    else:
        found = estimate(outcome, difference)
    better, low, high = map(float, better_interval(difference, outcome.better))
    gain = pairing_gain(values, base)
    return {**found, "better_share": better, "better_share_low": low, "better_share_high": high, "pairing_gain": gain}


def estimate(outcome: Outcome, values: Array) -> dict[str, Any]:
    """Mean, interval and share of draws that are not 0; for heavy tails no interval of the mean, but the median."""
    found = ended(mean_interval(values))
    if outcome.heavy_tail:
        middle = dict(zip(("median", "median_low", "median_high"), map(float, median_interval(values)), strict=True))
        found = {**found, "low": float("nan"), "high": float("nan"), **middle}
    share, low, high = map(float, share_interval(np.sum(values != 0), len(values)))
    return {**found, "nonzero": {"share": share, "low": low, "high": high}}


def ended(interval: tuple[Any, Any, Any]) -> dict[str, Any]:
    """An estimate under the names of the summary."""
    return dict(zip(("mean", "low", "high"), map(float, interval), strict=True))


def pairing_gain(values: Array, base: Array) -> float:
    """How many times as many unpaired draws would be as precise as these paired ones; NaN where all differences are equal.

    >>> round(pairing_gain(np.array([1.0, 5.0, 9.0]), np.array([0.0, 5.0, 10.0])), 6)
    41.0
    """
    difference = values - base
    if not np.ptp(difference):
        return float("nan")
    return float((np.var(values) + np.var(base)) / np.var(difference))
