"""Points of policies on two axes: means with both intervals, the single draws behind them, and names beside them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox, ScaledTranslation, Transform

from experiments.charts.callouts import Callout, call_out
from experiments.charts.style import SMALL, Look
from experiments.intervals import mean_interval

Array = np.ndarray[Any, np.dtype[Any]]

SIDE_BY_SIDE = 0.02  # policies whose means differ by a smaller share are drawn beside one another
STEP = 9.0  # points between policies beside one another


@dataclass(frozen=True)
class Points:
    """Mean, low and high end of P policies in x (days) and y (units of the chart), each (P, 3), with their names and marks."""

    x: Array
    y: Array
    texts: list[str]
    marks: list[Look]
    offsets: list[float]  # points, sideways


def intervals(values: Array) -> Array:
    """Mean, low and high end of each column, (P, 3)."""
    return np.array([mean_interval(column) for column in values.T])


def side_by_side(delays: Array) -> list[float]:
    """Sideways offsets (points) that keep policies with the same delay apart.

    >>> side_by_side(np.array([0.0, 14.0, 0.0]))
    [-4.5, 0.0, 4.5]
    """
    offsets = [0.0] * len(delays)
    left = list(range(len(delays)))
    while left:
        same = [n for n in left if abs(delays[n] - delays[left[0]]) <= SIDE_BY_SIDE * max(abs(delays[left[0]]), 1.0)]
        for place, number in enumerate(same):
            offsets[number] = STEP * (place - (len(same) - 1) / 2)
        left = [n for n in left if n not in same]
    return offsets


def shifted(axes: Axes, offset: float) -> Transform:
    """Data to pixels, moved sideways by some points."""
    scale = axes.get_figure(root=True).dpi_scale_trans  # type: ignore[union-attr]
    return axes.transData + ScaledTranslation(offset / 72.0, 0.0, scale)


def draw_single(axes: Axes, delays: Array, harm: Array, points: Points) -> None:
    """Every draw, faint."""
    for place, look in enumerate(points.marks):
        transform = shifted(axes, points.offsets[place])
        axes.plot(
            delays[:, place], harm[:, place], "_", color=look.colour, alpha=0.35, markersize=5, markeredgewidth=0.7,
            transform=transform, gid=f"draws {place}", rasterized=len(harm) > 100, zorder=2,
        )  # fmt: skip


def bars(points: Points, place: int) -> list[Array]:
    """The x and y of both ends of each interval of a policy: of those that it has."""
    (x, left, right), (y, low, high) = points.x[place], points.y[place]
    both = [np.array([[left, right], [y, y]]), np.array([[x, x], [low, high]])]
    return [ends for ends in both if np.isfinite(ends).all()]


def draw_means(axes: Axes, points: Points) -> None:
    """One mark a policy at its means, with both intervals where there are any."""
    for place, look in enumerate(points.marks):
        transform = shifted(axes, points.offsets[place])
        for ends in bars(points, place):
            axes.plot(*ends, color=look.colour, linewidth=1.4, transform=transform, zorder=4)
        axes.plot(
            points.x[place, :1], points.y[place, :1], look.marker, markerfacecolor=look.colour, markeredgecolor="white",
            markeredgewidth=0.8, markersize=8, transform=transform, gid=f"mean {place}", zorder=5,
        )  # fmt: skip


def label(axes: Axes, points: Points) -> None:
    """The names beside the means."""
    callouts, marks = [], []
    for place, text in enumerate(points.texts):
        transform = shifted(axes, points.offsets[place])
        mean = (float(points.x[place, 0]), float(points.y[place, 0]))
        callouts.append(Callout(text, mean, transform))
        marks.append(Bbox([transform.transform(mean)] * 2).padded(SMALL))
        (x, left, right), (y, low, high) = (np.where(np.isfinite(ends), ends, ends[0]) for ends in (points.x[place], points.y[place]))
        marks.append(Bbox(transform.transform([(left, y), (right, y)])).padded(1))
        marks.append(Bbox(transform.transform([(x, low), (x, high)])).padded(1))
    call_out(axes, callouts, marks)
