"""Intervals: how far what the draws show is from the same over all worlds that the priors allow, one method for each kind of statistic.

Every function takes draws along axis 0 and gives the estimate with the low and the high end of its 95 % interval, for each column where
there are several. NaN stands for an end that the draws cannot give. `levels` and `changes` choose the method that holds for an outcome;
`level` and `change` are the case of one column, in the words of a summary.

Formulas that are marked as rules take arrays as they stand, and single numbers when they are compiled (`experiments.browser.columns`).
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from lockgate.sim.model.outcomes import Better, Outcome
from lockgate.sim.rules.rule import rule

Array = np.ndarray[Any, np.dtype[Any]]
Interval = tuple[Any, Any, Any]
Columns = dict[str, Array]
LEVEL = 0.95
UPPER = 0.5 + LEVEL / 2  # chance below the upper end
Z = 1.959963984540054  # the standard normal quantile of UPPER, as scipy.special.ndtri gives it
# Means of a Poisson count below which 1, 2, 3 or more have a chance of 1 - LEVEL.
POISSON = np.array([np.nan, 0.05129329438755058, 0.35536151069866223, 0.8176914471639536])
FEWEST = 10  # draws that must differ from the others before a mean has an interval
METHODS = (
    "95 %. Means: the wider of Student's t and Hall's (1992) correction for skewness (from 10 draws on); none (null) where fewer than 10 "
    "draws, or half of them, differ from the median, for which `nonzero` is the share of draws that are not 0. Shares: Wilson (1927), "
    "modified by Brown, Cai and DasGupta (2001). Differences of shares, and better_share: Bonett and Price (2012). Losses as drawn: the "
    "median, by Hettmansperger and Sheather (1986); their mean has none. Differences are paired draw by draw"
)


def mean_interval(values: Array, level: float = LEVEL) -> Interval:
    """Mean and its interval, at each end the wider of Student's t and of Hall's transformation of t, which allows for skewness.

    No interval where fewer than 10 draws (or half of them, if less) differ from the median: a mean of so few says nothing about the rarer
    values that were not drawn. Fewer than 10 draws have Student's interval alone. That has the right size only on the long side of skewed
    draws, Hall's only on the short one. Source: Hall (1992), "On the removal of skewness by transformation"; Zhou and Gao (2000),
    "One-sided confidence intervals for means of positively skewed distributions".

    >>> [round(float(end), 3) for end in mean_interval(np.array([1.0, 2.0, 3.0]))]
    [2.0, -0.484, 4.484]
    >>> [float(end) for end in mean_interval(np.array([1.0, 1.0, 1.0]))]
    [1.0, nan, nan]
    """
    draws, mean = len(values), np.mean(values, axis=0)
    differing = np.sum(values != np.median(values, axis=0), axis=0)
    if draws < 2:
        return mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    spread = np.std(values, axis=0, ddof=1)
    unit = np.where(spread > 0.0, spread, 1.0)
    skewness = skewness_of(np.sum(((values - mean) / unit) ** 3, axis=0), draws)
    below, above = reaches(skewness, draws, level)
    known = has_interval(differing, draws)
    return mean, np.where(known, mean - spread * below, np.nan), np.where(known, mean - spread * above, np.nan)


def reaches(skewness: Array, draws: int, level: float = LEVEL) -> tuple[Array, Array]:
    """How far the low and the high end of a mean's interval lie below the mean, in standard deviations of a draw."""
    return ends_below(student_reach(draws, level), skewness, draws)


def student_reach(draws: int, level: float = LEVEL) -> float:
    """How far Student's interval of a mean of 2 or more draws reaches on each side, in standard deviations of a draw."""
    from scipy.special import stdtrit

    return float(stdtrit(draws - 1, 0.5 + level / 2) / np.sqrt(draws))


@rule
def has_interval(differing: Any, draws: int) -> Any:
    """Whether so many draws that differ from the median are enough for an interval of the mean."""
    return differing >= min(FEWEST, draws / 2)


@rule
def skewness_of(cubes: Any, draws: int) -> Any:
    """The skewness, from the sum of cubes of what draws are off their mean, in standard deviations. So few draws say nothing of it."""
    return cubes * (0.0 if draws < FEWEST else draws / ((draws - 1) * (draws - 2)))


@rule
def ends_below(reach: float, skewness: Any, draws: int) -> tuple[Any, Any]:
    """The same from `student_reach`."""
    return np.maximum(reach, unskewed(reach, skewness, draws)), np.minimum(-reach, unskewed(-reach, skewness, draws))


@rule
def unskewed(reach: float, skewness: Any, draws: int) -> Any:
    """The error of a mean, in standard deviations of a draw, that Hall's cubic transformation maps to `reach`.

    That is 3 / skewness * (root - 1), written so that it loses no digits where there is little skewness, or none.
    """
    inner = reach - skewness / (6.0 * draws)
    root = np.cbrt(1.0 + skewness * inner)
    return inner / ((root * root + root + 1.0) / 3.0)


def share_interval(count: Any, draws: int) -> Interval:
    """Share of draws in which something holds, by Wilson's interval, modified near 0 and 1 where that is too short.

    Source: Wilson (1927); Brown, Cai and DasGupta (2001), "Interval estimation for a binomial proportion", section 4.1.1: for 1 or 2 (from
    51 draws on, 3) the end next to 0 is that of a Poisson count; likewise next to 1.

    >>> [round(float(end), 4) for end in share_interval(0, 50)]
    [0.0, 0.0, 0.0713]
    """
    count = np.asarray(count, float)
    middle = (count + Z * Z / 2) / (draws + Z * Z)
    half = Z / (draws + Z * Z) * np.sqrt(count * (draws - count) / draws + Z * Z / 4)
    low = np.minimum(np.maximum(middle - half, 0.0), next_to_zero(count, draws))
    high = np.maximum(np.minimum(middle + half, 1.0), 1.0 - next_to_zero(draws - count, draws))
    return count / draws, low, high


def next_to_zero(count: Array, draws: int) -> Array:
    """The low end of a small count's share, as of a Poisson count; 1 for other counts."""
    few = (count > 0) & (count <= (2 if draws <= 50 else 3))
    return np.where(few, POISSON[np.where(few, count, 1.0).astype(int)] / draws, np.where(count > 0, 1.0, 0.0))


def paired_share_interval(more: Any, less: Any, draws: int, level: float = LEVEL) -> Interval:
    """Share of draws in which something holds under one policy only, less the share in which it holds under the other only.

    Source: Bonett and Price (2012), "Adjusted Wald confidence interval for a difference of binomial proportions based on paired data".

    >>> [round(float(end), 3) for end in paired_share_interval(0, 0, 50)]
    [0.0, -0.053, 0.053]
    """
    more, less = np.asarray(more, float), np.asarray(less, float)
    low, high = paired_share_ends(more, less, draws, normal_quantile(level))
    return (more - less) / draws, low, high


@rule
def paired_share_ends(more: Any, less: Any, draws: int, quantile: float) -> tuple[Any, Any]:
    """The ends of that interval, which reaches to this standard normal quantile."""
    up, down = (more + 1) / (draws + 2), (less + 1) / (draws + 2)
    half = quantile * np.sqrt((up + down - (up - down) ** 2) / (draws + 2))
    return np.maximum(up - down - half, -1.0), np.minimum(up - down + half, 1.0)


def normal_quantile(level: float) -> float:
    """The standard normal quantile that an interval of this level reaches to."""
    if level == LEVEL:
        return Z
    from scipy.special import ndtri

    return float(ndtri(0.5 + level / 2))


def median_interval(values: Array) -> Interval:
    """Median and its interval between order statistics. Five draws or fewer have none.

    Source: Hettmansperger and Sheather (1986), "Confidence intervals based on interpolated order statistics".

    >>> [float(end) for end in median_interval(np.array([9.0, 1.0, 3.0]))]
    [3.0, nan, nan]
    """
    draws, median = len(values), np.median(values, axis=0)
    if draws < 6:
        return median, np.full_like(median, np.nan), np.full_like(median, np.nan)
    from scipy.special import bdtr, bdtrik

    ordered, last = np.sort(values, axis=0), draws - 1
    # From 1: this rank and its mirror image cover at least 95 %, the next ones less. The chance of a rank is binomial.
    rank = int(np.ceil(bdtrik(1.0 - UPPER, draws, 0.5)))
    wide, narrow = (1.0 - 2.0 * float(bdtr(r - 1, draws, 0.5)) for r in (rank, rank + 1))
    too_wide = (wide - LEVEL) / (wide - narrow)
    inwards = (draws - rank) * too_wide / (rank + (draws - 2 * rank) * too_wide)
    low = (1.0 - inwards) * ordered[rank - 1] + inwards * ordered[rank]
    high = (1.0 - inwards) * ordered[last - (rank - 1)] + inwards * ordered[last - rank]
    return median, low, high


def better_interval(difference: Array, better_is: Better) -> Interval:
    """Share of draws in which a paired difference is an improvement, where a difference of exactly 0 counts half.

    That is half of one more than the share of better draws less that of worse ones. NaN where neither less nor more is better.

    >>> [round(float(end), 3) for end in better_interval(np.array([-1.0] * 9 + [0.0]), "low")]
    [0.95, 0.707, 1.0]
    """
    if better_is == "neither":
        unknown = np.full(np.shape(difference)[1:], np.nan)
        return unknown, unknown, unknown
    gain = -difference if better_is == "low" else difference
    better, worse = np.sum(gain > 0, axis=0), np.sum(gain < 0, axis=0)
    share, low, high = paired_share_interval(better, worse, len(difference))
    return 0.5 + share / 2, 0.5 + low / 2, 0.5 + high / 2


# Estimates of an outcome, by the method that holds for its kind


def levels(outcome: Outcome, values: Array) -> Columns:
    """An outcome, (D, C), in each column: its mean with its interval, and the share of draws that are not 0, with its own.

    Where tails are heavy the mean has no interval, and the median one; of what is true or false the mean is the share. Draws
    that are NaN are left out, and `draws` is how many are left.
    """

    def method(values: Array) -> Columns:
        if outcome.type is bool:
            return ended("mean", share_interval(np.sum(values != 0, axis=0), len(values)))
        return estimates(outcome, values)

    return by_count(method, values)


def changes(outcome: Outcome, values: Array, base: Array, level: float = LEVEL) -> Columns:
    """The same of the paired difference between an outcome and the reference's, (D, C) each, over the draws in which neither is NaN.

    `better_share` is how often it is better. `pairing_gain` is the number of times as many unpaired draws that would be as precise:
    (Var A + Var B) / Var(A - B). It is NaN where all differences are equal. Another `level` is that of the mean's interval alone.
    """

    def method(values: Array, base: Array) -> Columns:
        difference = values - base
        if outcome.type is bool:
            more, less = np.sum(difference > 0, axis=0), np.sum(difference < 0, axis=0)
            columns = ended("mean", paired_share_interval(more, less, len(values), level))
        else:
            columns = estimates(outcome, difference, level)
        columns |= ended("better_share", better_interval(difference, outcome.better))
        return {**columns, "pairing_gain": pairing_gains(values, base)}

    return by_count(method, values, base)


def estimates(outcome: Outcome, values: Array, level: float = LEVEL) -> Columns:
    """Mean, interval and share of draws that are not 0; for heavy tails no interval of the mean, but the median."""
    mean, low, high = mean_interval(values, level)
    heavy = outcome.heavy_tail
    columns = ended("mean", (mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan)) if heavy else (mean, low, high))
    if heavy:
        columns |= ended("median", median_interval(values))
    return columns | ended("nonzero_share", share_interval(np.sum(values != 0, axis=0), len(values)))


def ended(name: str, interval: tuple[Any, Any, Any]) -> Columns:
    """An estimate and its ends under the names of columns: those of the mean are `low` and `high`."""
    low, high = ("low", "high") if name == "mean" else (f"{name}_low", f"{name}_high")
    return dict(zip((name, low, high), interval, strict=True))


def pairing_gains(values: Array, base: Array) -> Array:
    """How many times as many unpaired draws would be as precise as these paired ones; NaN where all differences are equal.

    >>> pairing_gains(np.array([[1.0], [5.0], [9.0]]), np.array([[0.0], [5.0], [10.0]])).round(6).tolist()
    [41.0]
    """
    difference = values - base
    varied = np.ptp(difference, axis=0) > 0
    variance = np.where(varied, np.var(difference, axis=0), 1.0)
    gains: Array = np.where(varied, (np.var(values, axis=0) + np.var(base, axis=0)) / variance, np.nan)
    return gains


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


def level(outcome: Outcome, values: Array) -> dict[str, Any]:
    """What `levels` says of one column, (D,), as a summary has it: `{mean, low, high, nonzero: {share, low, high}}`."""
    return summarised(levels(outcome, values[:, None]))


def change(outcome: Outcome, values: Array, base: Array) -> dict[str, Any]:
    """What `changes` says of one column, (D,) and (D,), likewise; with `better_share`, its ends, and `pairing_gain`."""
    return summarised(changes(outcome, values[:, None], base[:, None]))


def summarised(columns: Columns) -> dict[str, Any]:
    """Estimates of one column as numbers; those of the share that is not 0 under one name."""
    numbers: dict[str, Any] = {}
    for name, column in columns.items():
        if name.startswith("nonzero_share"):
            end = name.removeprefix("nonzero_").removeprefix("share_")
            numbers.setdefault("nonzero", {})[end] = float(column[0])
        elif name != "draws":
            numbers[name] = float(column[0])
    return numbers
