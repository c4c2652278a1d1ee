"""An axis of a map: an input as levels, each a cell, or as a range of numbers over which one smooths."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lockgate.experiments.answers.flips.inputs import Input

Array = np.ndarray[Any, np.dtype[Any]]
MOST_LEVELS = 25  # values, beyond which a number is a range
BINS = 64
WIDEST = 3.5  # bandwidths, beyond which a case does not count
OUTER = 0.01  # share of cases beyond each end of the map


@dataclass(frozen=True, eq=False)
class Axis:
    """`centres` are those of its cells, (C,), and `edges` their ends, (C + 1,), in the input's unit.

    Of levels, cells are the values themselves, with edges half-way. `bins` are the middles of what cases are sorted into, as shares of the
    range: levels are their own bins.
    """

    input: Input
    centres: Array
    edges: Array
    bins: Array
    levels: bool
    logarithmic: bool

    @property
    def name(self) -> str:
        """The input's name."""
        return self.input.name

    @property
    def categorical(self) -> bool:
        """Whether its levels are labels rather than numbers."""
        return bool(self.input.labels)

    def scaled(self, values: Array) -> Array:
        """Values as shares of the range from the first edge to the last, on the axis's scale."""
        first, *_, last = self.transformed(self.edges)
        return np.asarray((self.transformed(values) - first) / (last - first))

    def unscaled(self, shares: Array | float) -> Array:
        """The values at these shares of the range."""
        first, *_, last = self.transformed(self.edges)
        values = first + np.asarray(shares) * (last - first)
        return np.asarray(np.exp(values) if self.logarithmic else values)

    def transformed(self, values: Array) -> Array:
        """Values on the axis's scale."""
        return np.asarray(np.log(np.maximum(values, 1e-300)) if self.logarithmic else values, float)

    def place(self, values: Array) -> Array:
        """The bin of each value; -1 for one beyond the map."""
        if self.levels:
            return np.searchsorted(self.centres, values)
        shares = self.scaled(values)
        return np.where((shares >= 0.0) & (shares <= 1.0), np.minimum((shares * BINS).astype(int), BINS - 1), -1)

    def kernel(self, bandwidth: float, at: Array | None = None) -> Array:
        """How much each bin counts in each cell (or at each of these shares), (C, bins): Gaussian; levels count in their own cell alone."""
        if self.levels:
            return np.eye(len(self.centres))
        cells = self.scaled(self.centres) if at is None else at
        steps = np.abs(cells[:, None] - self.bins) / bandwidth
        return np.where(steps < WIDEST, np.exp(-0.5 * steps**2), 0.0)


def axis_of(known: Input, values: Array, cells: int) -> Axis:
    """The axis of an input over these values of it: levels where there are few, or labels; else so many cells of a range."""
    levels = np.unique(values)
    positive = bool(levels[0] > 0.0)
    if known.labels or len(levels) <= MOST_LEVELS:
        logarithmic = positive and not known.labels and (known.logarithmic or is_geometric(levels))
        places = np.arange(len(levels), dtype=float) if known.labels else levels
        return Axis(known, levels, ends(places, logarithmic), levels, True, logarithmic)
    low, high = np.quantile(values, (OUTER, 1.0 - OUTER))
    logarithmic = bool(known.logarithmic and low > 0.0)
    if low == high:
        low, high = levels[0], levels[-1]
    edges = np.geomspace(low, high, cells + 1) if logarithmic else np.linspace(low, high, cells + 1)
    centres = np.sqrt(edges[1:] * edges[:-1]) if logarithmic else (edges[1:] + edges[:-1]) / 2
    return Axis(known, centres, edges, (np.arange(BINS) + 0.5) / BINS, False, logarithmic)


def is_geometric(levels: Array) -> bool:
    """Whether positive levels lie evenly on a logarithmic scale rather than a linear one.

    >>> is_geometric(np.array([1.0, 3.0, 10.0, 30.0])), is_geometric(np.array([10.0, 20.0, 30.0]))
    (True, False)
    """
    if len(levels) < 3:
        return False
    uneven = [float(np.std(steps) / np.mean(steps)) for steps in (np.diff(levels), np.diff(np.log(levels)))]
    return uneven[1] < uneven[0]


def ends(levels: Array, logarithmic: bool) -> Array:
    """The ends of cells about levels: half-way between neighbours, and as far beyond the outer ones.

    >>> ends(np.array([0.0, 1.0, 3.0]), False).tolist()
    [-0.5, 0.5, 2.0, 4.0]
    """
    places = np.log(levels) if logarithmic else np.asarray(levels, float)
    half = np.diff(places) / 2 if len(places) > 1 else np.array([0.5])
    edges = np.concatenate([[places[0] - half[0]], (places[1:] + places[:-1]) / 2, [places[-1] + half[-1]]])
    return np.asarray(np.exp(edges) if logarithmic else edges)
