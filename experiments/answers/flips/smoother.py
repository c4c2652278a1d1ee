"""Means over two axes: of each cell of levels, or by local polynomial regression over ranges.

The bandwidth is the one with which a local linear regression predicts best. With that a local quadratic regression is fitted, which is the
linear one corrected for its bias: where the mean is curved, a straight line would cross 0 where the mean only nears it. Source: Fan and
Gijbels (1996), "Local polynomial modelling and its applications"; Calonico, Cattaneo and Farrell (2018), "On the effect of bias estimation
on coverage accuracy in nonparametric inference". Cases are sorted into bins first, so that the kernel is a matrix for each axis and many
weightings of the cases cost little.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from lockgate.experiments.answers.flips.axis import Axis

Array = np.ndarray[Any, np.dtype[Any]]
BANDWIDTHS = (0.05, 0.08, 0.12, 0.2, 0.35)  # shares of the range
RIDGE = 1e-9
ENOUGH = 60.0  # cases that count in the median cell


@dataclass(frozen=True, eq=False)
class Smoother:
    """What gives each cell, (Y, X), its mean from sums over bins, (bins of y, bins of x). `on_bins` has the bins themselves as cells."""

    x: Axis
    y: Axis
    bandwidth: float = BANDWIDTHS[0]
    on_bins: bool = False
    degree: int = 2

    @property
    def basis(self) -> list[tuple[int, int]]:
        """The powers of y and of x in the local polynomial, that of the mean first."""
        powers = [(i, j) for i in range(self.degree + 1) for j in range(self.degree + 1 - i)]
        return [(i, j) for i, j in powers if not (i and self.y.levels) and not (j and self.x.levels)]

    @property
    def smooths(self) -> bool:
        """Whether a cell has more than its own cases."""
        return not (self.x.levels and self.y.levels)

    def binned(self, places: Array, weights: Array) -> Array:
        """Sums of the weights of cases in these places, by bin."""
        shape = (len(self.y.bins), len(self.x.bins))
        return np.bincount(places, weights, shape[0] * shape[1]).reshape(shape)

    @cached_property
    def kernels(self) -> tuple[Array, Array]:
        """How much each bin of y, and of x, counts in each cell."""
        over_y, over_x = (axis.kernel(self.bandwidth, self.cells(axis)) for axis in (self.y, self.x))
        return over_y, over_x

    def cells(self, axis: Axis) -> Array:
        """The middles of an axis's cells, as shares of its range."""
        return axis.bins if self.on_bins and not axis.levels else axis.scaled(axis.centres)

    def spread(self, values: Array, power: int = 1) -> Array:
        """The sum over bins of kernel (or its square) times values, for each cell."""
        over_y, over_x = self.kernels
        return np.asarray(over_y**power @ values @ (over_x**power).T)

    def within(self, values: Array) -> Array:
        """The sum of values in bins no further from each cell than a bandwidth."""
        near_y, near_x = (np.where(kernel >= np.exp(-0.5), 1.0, 0.0) for kernel in self.kernels)
        return np.asarray(near_y @ values @ near_x.T)

    def steps(self, axis: Axis) -> Array:
        """From each cell to each bin, in bandwidths; nothing for levels."""
        if axis.levels:
            return np.zeros((len(axis.centres), len(axis.bins)))
        return np.asarray((axis.bins - self.cells(axis)[:, None]) / self.bandwidth)

    def mean(self, counts: Array, sums: Array) -> Array:
        """The mean in each cell; NaN where nothing counts."""
        total = self.spread(counts)
        there = total > 0.0
        if not self.smooths:
            return np.where(there, self.spread(sums) / np.where(there, total, 1.0), np.nan)
        gram = np.array([[self.moment(counts, a + c, b + d) for c, d in self.basis] for a, b in self.basis]).transpose(2, 3, 0, 1)
        right = np.array([self.moment(sums, a, b) for a, b in self.basis]).transpose(1, 2, 0)
        ridge = np.where(there, RIDGE * total, 1.0)[..., None, None] * np.eye(len(self.basis))
        return np.where(there, np.linalg.solve(gram + ridge, right[..., None])[..., 0, 0], np.nan)

    def moment(self, values: Array, up: int, across: int) -> Array:
        """The sum over bins of kernel, values and these powers of the steps, for each cell."""
        over_y, over_x = self.weighted
        return np.asarray(over_y[up] @ values @ over_x[across].T)

    @cached_property
    def weighted(self) -> tuple[list[Array], list[Array]]:
        """The kernels of y, and of x, times each power of the steps that moments need."""
        over_y, over_x = (
            [kernel * self.steps(axis) ** power for power in range(2 * self.degree + 1)]
            for kernel, axis in zip(self.kernels, (self.y, self.x), strict=True)
        )
        return over_y, over_x


def chosen_smoother(x: Axis, y: Axis, places: Array, difference: Array, folds: Array) -> Smoother:
    """The smoother whose bandwidth predicts each fold best from the others, of those with enough cases a cell.

    `places` are the cases' bins, `folds` their numbers, (M,).
    """
    first = Smoother(x, y)
    if not first.smooths:
        return first
    parts = [[first.binned(places, (folds == fold) * each) for each in (np.ones(len(places)), difference)] for fold in np.unique(folds)]
    whole = [np.sum([part[kind] for part in parts], axis=0) for kind in (0, 1)]

    def error(bandwidth: float) -> float:
        tried = Smoother(x, y, bandwidth, on_bins=True, degree=1)
        return sum(missed(tried.mean(whole[0] - counts, whole[1] - sums), counts, sums) for counts, sums in parts)

    wide = [each for each in BANDWIDTHS if np.median(replace(first, bandwidth=each).spread(whole[0])) >= ENOUGH]
    return replace(first, bandwidth=min(wide or BANDWIDTHS[-1:], key=error))


def missed(found: Array, counts: Array, sums: Array) -> float:
    """Squared errors of a prediction in each bin of what was held out, less what no prediction changes."""
    found = np.where(np.isfinite(found), found, 0.0)
    return float(np.sum(counts * found**2 - 2.0 * sums * found))
