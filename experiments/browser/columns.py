"""Columns of results, looked at by rules: the paired difference of two, its interval and its verdict, and quantiles of one.

The formulas are those of `experiments.results.intervals` and `verdict`; sums and order are made here, draw by draw. Nothing is allocated:
callers give `scratch`, room for as many numbers as there are draws. Draws that are NaN or infinite are left out.
"""

import math
from typing import Any

import numpy as np

from lockgate.experiments.results.intervals import Z, ends_below, has_interval, paired_share_ends, skewness_of, student_reach
from lockgate.experiments.results.order import quantile, sort
from lockgate.experiments.results.ratios import priced
from lockgate.experiments.results.verdict import judged
from lockgate.sim.model.outcomes import Outcome
from lockgate.sim.rules.cache import compiled_folder
from lockgate.sim.rules.compiler import kernel, make_known
from lockgate.sim.rules.reach import Reach
from lockgate.sim.rules.rule import rule

Array = np.ndarray[Any, np.dtype[Any]]
# `less` and `more` count draws; `word` is a place in `verdict.WORDS`, `direction` -1 for less, 1 for more and 0 for neither.
ESTIMATE_DTYPE = np.dtype(
    [*((name, "f8") for name in ("mean", "low", "high")), *((name, "i8") for name in ("less", "more", "draws", "word", "direction"))],
    align=True,
)
# A ratio of means, its interval, both means, and in `word` what may be said of it as a break-even: a place in `ratios.PRICES`.
RATIO_DTYPE = np.dtype([*((name, "f8") for name in ("mean", "low", "high", "top", "bottom")), ("word", "i8")], align=True)
FLAG, HEAVY_TAIL = 1, 2  # bits that say of which kind an outcome is


def kind_of(outcome: Outcome) -> int:
    """The bits of an outcome: whether it is true or false, and whether its tail is heavy."""
    return FLAG * (outcome.type is bool) + HEAVY_TAIL * outcome.heavy_tail


def reach_table(most: int) -> Array:
    """How far Student's interval of a mean reaches for 0, 1, ... and `most` draws, in standard deviations of a draw; NaN below 2.

    >>> reach_table(3).round(3).tolist()
    [nan, nan, 8.985, 2.484]
    """
    return np.array([math.nan, math.nan, *(student_reach(draws) for draws in range(2, most + 1))])


@rule
def others_than_median(numbers: Array, count: int) -> int:
    """How many of the first `count` numbers differ from their median. Puts them into order."""
    sort(numbers, count)
    median = 0.5 * (numbers[(count - 1) // 2] + numbers[count // 2])
    differing = 0
    for place in range(count):
        differing += 1 if numbers[place] != median else 0
    return differing


@rule
def mean_of(numbers: Array, count: int) -> float:
    """The mean of the first `count` numbers, by Kahan's sum, which loses no digits with their number."""
    total = lost = 0.0
    for place in range(count):
        term = numbers[place] - lost
        grown = total + term
        lost = (grown - total) - term
        total = grown
    return total / count


@rule
def set_mean_interval(numbers: Array, count: int, reaches: Array, out: Any) -> None:
    """The interval of the mean of the first `count` numbers, where it has one. `reaches` is `reach_table`. Puts numbers into order."""
    if count < 2 or not has_interval(others_than_median(numbers, count), count):
        return
    squares = 0.0
    for place in range(count):
        squares += (numbers[place] - out.mean) ** 2
    spread = math.sqrt(squares / (count - 1))
    unit = spread if spread > 0.0 else 1.0
    cubes = 0.0
    for place in range(count):
        cubes += ((numbers[place] - out.mean) / unit) ** 3
    # Beyond the table's end its last entry: too wide, if at all.
    below, above = ends_below(reaches[min(count, len(reaches) - 1)], skewness_of(cubes, count), count)
    out.low, out.high = out.mean - spread * below, out.mean - spread * above


@rule
def combine(one: Array, times: float, other: Array, into: Array) -> int:
    """One column less so many times another, draw by draw, without draws in which either is not finite; gives how many are left."""
    count = 0
    for place in range(len(one)):
        if math.isfinite(one[place]) and math.isfinite(other[place]):
            into[count] = one[place] - times * other[place]
            count += 1
    return count


@rule
def set_mean(numbers: Array, count: int, reaches: Array, out: Any) -> None:
    """The mean of the first `count` numbers, and its interval where it has one. Puts numbers into order."""
    out.mean = mean_of(numbers, count)
    out.low = out.high = math.nan
    set_mean_interval(numbers, count, reaches, out)


def compare_column(values: Array, base: Array, scratch: Array, kind: int, reaches: Array, out: Array) -> None:
    """What may be said of an outcome under a policy against the reference, (D,) each, in the first row of `out`, of `ESTIMATE_DTYPE`."""
    count, less, more = combine(values, 1.0, base, scratch), 0, 0
    for place in range(count):
        less += 1 if scratch[place] < 0.0 else 0
        more += 1 if scratch[place] > 0.0 else 0
    found = out[0]
    found.mean = found.low = found.high = math.nan
    found.less, found.more, found.draws = less, more, count
    if count > 0 and kind & FLAG:
        found.mean = (more - less) / count
        found.low, found.high = paired_share_ends(float(more), float(less), count, Z)
    elif count > 0:
        found.mean = mean_of(scratch, count)
        if not kind & HEAVY_TAIL:
            set_mean_interval(scratch, count, reaches, found)
    found.word, found.direction = judged(found.mean, found.low, found.high, count, less, more, kind & HEAVY_TAIL != 0)


def ratio_of(top: Array, bottom: Array, scratch: Array, clear: int, reaches: Array, out: Array) -> None:
    """The mean of one paired quantity over that of another, (D,) each, as `ratios` finds it, into the first row of `out`.

    `clear` is 1 where the first differs clearly from 0.
    """
    found = out[0]
    found.mean = found.low = found.high = found.top = found.bottom = math.nan
    count = combine(top, 0.0, bottom, scratch)
    if count > 0:
        found.top = mean_of(scratch, count)
        set_mean(scratch, combine(bottom, 0.0, top, scratch), reaches, found)
        found.bottom = found.mean
        unknown = found.mean == 0.0 or found.low <= 0.0 <= found.high
        found.mean = found.low = found.high = math.nan
        if not unknown:
            ratio = found.top / found.bottom
            set_mean(scratch, combine(top, ratio, bottom, scratch), reaches, found)
            one, other = found.low / found.bottom, found.high / found.bottom
            found.mean, found.low, found.high = ratio, ratio + min(one, other), ratio + max(one, other)
    found.word = priced(found.low, found.high, found.top, found.bottom, clear != 0)


def quantiles_of(values: Array, scratch: Array, shares: Array, out: Array) -> None:
    """The quantiles of values, (D,), at shares (0 to 1), (Q,), into `out`, (Q,)."""
    count = 0
    for place in range(len(values)):
        if math.isfinite(values[place]):
            scratch[count] = values[place]
            count += 1
    sort(scratch, count)
    for place in range(len(shares)):
        out[place] = quantile(scratch, count, shares[place])


REACH = Reach([compare_column, ratio_of, quantiles_of])
make_known(REACH.functions)
FOLDER = compiled_folder(REACH.digest, f"{ESTIMATE_DTYPE} {RATIO_DTYPE}")
compare_column, ratio_of, quantiles_of = (kernel(function, FOLDER) for function in (compare_column, ratio_of, quantiles_of))
