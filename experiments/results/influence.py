"""Influence: what share of the variance of a difference's sign an input explains alone, by groups of the input's values.

It is omega squared, and can be below 0, by chance. Source: Hays (1963), "Statistics for psychologists".
"""

import math
from typing import Any

import numpy as np

from lockgate.experiments.results.order import quantile, sort
from lockgate.sim.rules.cache import compiled_folder
from lockgate.sim.rules.compiler import kernel, make_known
from lockgate.sim.rules.reach import Reach
from lockgate.sim.rules.rule import rule

Array = np.ndarray[Any, np.dtype[Any]]
PARTS = 5  # of an input's values, equally many cases each
MOST_LEVELS = 2 * PARTS  # up to which each value is a group of its own, as each label is


@rule
def set_borders(ordered: Array, count: int, labelled: bool) -> int:
    """Put in place of numbers in ascending order the borders between their groups, and give how many these are."""
    levels = 1
    for place in range(1, count):
        levels += 1 if ordered[place] > ordered[place - 1] else 0
    if labelled or levels <= MOST_LEVELS:
        borders = 1
        for place in range(1, count):
            if ordered[place] > ordered[borders - 1]:
                ordered[borders] = ordered[place]
                borders += 1
        return borders
    first, second = quantile(ordered, count, 1.0 / PARTS), quantile(ordered, count, 2.0 / PARTS)
    third, fourth = quantile(ordered, count, 3.0 / PARTS), quantile(ordered, count, 4.0 / PARTS)
    ordered[0], ordered[1], ordered[2], ordered[3] = first, second, third, fourth
    return PARTS - 1


@rule
def group_of(value: float, borders: Array, count: int) -> int:
    """How many of the first `count` borders, which ascend, are below a value."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if borders[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@rule
def omega_squared(between: float, total: float, groups: int, cases: int) -> float:
    """The share of variance between groups, less what chance alone gives; 0 where nothing varies, or nothing could explain it."""
    if groups < 2 or groups == cases or total <= 0.0:
        return 0.0
    within = (total - between) / (cases - groups)
    return (between - (groups - 1) * within) / (total + within)


def influence_of(values: Array, differences: Array, labelled: int, ordered: Array, sums: Array) -> float:
    """The share of the variance of the sign of differences that an input explains, both (D,). Differences that are NaN are left out.

    `ordered` (D,) and `sums` (2 D + 2,) are room to work in; `labelled` is 1 where values are labels rather than quantities.

    >>> values = np.repeat([1.0, 2.0], 50)
    >>> round(influence_of(values, values - 1.5, 0, np.empty(100), np.empty(202)), 6)
    1.0
    """
    count = 0
    for place in range(len(values)):
        if math.isfinite(differences[place]):
            ordered[count] = values[place]
            count += 1
    if count == 0:
        return 0.0
    sort(ordered, count)
    borders = set_borders(ordered, count, labelled != 0)
    for place in range(2 * borders + 2):
        sums[place] = 0.0
    whole, squares = 0.0, 0.0
    for place in range(len(values)):
        if math.isfinite(differences[place]):
            sign = 1.0 if differences[place] > 0.0 else -1.0 if differences[place] < 0.0 else 0.0
            group = group_of(values[place], ordered, borders)
            sums[2 * group] += 1.0
            sums[2 * group + 1] += sign
            whole += sign
            squares += sign * sign
    mean, groups, between = whole / count, 0, 0.0
    for group in range(borders + 1):
        if sums[2 * group] > 0.0:
            groups += 1
            between += sums[2 * group] * (sums[2 * group + 1] / sums[2 * group] - mean) ** 2
    return omega_squared(between, squares - count * mean * mean, groups, count)


REACH = Reach([influence_of])
make_known(REACH.functions)
influence_of = kernel(influence_of, compiled_folder(REACH.digest, ""))
