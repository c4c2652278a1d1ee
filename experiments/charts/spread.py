"""Means with two kinds of lines: a thick one for the interval of the mean, and a thin one for how worlds differ."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Transform

from lockgate.experiments.charts.style import Look
from lockgate.experiments.results.intervals import mean_interval
from lockgate.experiments.results.results import Results

Array = np.ndarray[Any, np.dtype[Any]]

MIDDLE = (0.05, 0.95)  # of the draws, that thin lines hold
THICK, THIN = 3.2, 0.9  # points


@dataclass(frozen=True)
class Spread:
    """The means of P columns of draws, the 95 % intervals of these means, and from where to where 90 % of the draws are, each (P,)."""

    mean: Array
    low: Array
    high: Array
    bottom: Array
    top: Array

    @property
    def ends(self) -> Array:
        """All that is drawn, (P, 5)."""
        return np.column_stack([self.mean, self.low, self.high, self.bottom, self.top])

    def times(self, factor: float) -> "Spread":
        """The same in other units."""
        return Spread(*(factor * column for column in self.ends.T))


def spread_of(values: Array) -> Spread:
    """The spread of each column of (D, P). Draws that are NaN are left out.

    >>> found = spread_of(np.array([[0.0], [10.0], [np.nan], [20.0]]))
    >>> [round(float(end[0]), 1) for end in (found.mean, found.bottom, found.top)]
    [10.0, 1.0, 19.0]
    """
    columns = [column[np.isfinite(column)] for column in values.T]
    return Spread(*np.array([[*mean_interval(column), *np.quantile(column, MIDDLE)] for column in columns]).reshape(-1, 5).T)


def draw_spread(axes: Axes, at: float, spread: Spread, place: int, look: Look, size: float, **options: Any) -> None:
    """One column as a mark with its lines, upright at `at`; lying where `lying` is true. `transform` is that of the axes by default."""
    lying, transform = options.get("lying", False), options.get("transform", axes.transData)
    for ends, width in (((spread.bottom, spread.top), THIN), ((spread.low, spread.high), THICK)):
        between = [float(end[place]) for end in ends]
        if np.isfinite(between).all() and between[0] != between[1]:
            points = (between, [at, at]) if lying else ([at, at], between)
            axes.plot(*points, color=look.colour, linewidth=width, solid_capstyle="butt", transform=transform, zorder=3)
    mean = [float(spread.mean[place])]
    point = (mean, [at]) if lying else ([at], mean)
    axes.plot(*point, **look.mark, linestyle="", markersize=size, transform=transform, gid=f"mean {place}", zorder=5)


def spread_note(comparison: Results) -> str:
    """What the lines are, for a caption."""
    if comparison.draws == 1:
        return "Marks: the one draw."
    noun = "runs" if comparison.fixed else "worlds"
    return f"Marks: means. Thick lines: 95 % interval of the mean. Thin lines: where 90 % of {noun} are (5 to 95 %)."


def widest(transform: Transform, at: float, spread: Spread, place: int) -> Array:
    """The lower and the upper end of what is drawn of an upright column, in pixels, (2, 2)."""
    ends = spread.ends[place]
    return np.asarray(transform.transform([(at, np.nanmin(ends)), (at, np.nanmax(ends))]))
