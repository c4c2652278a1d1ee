"""The trade-off between misuse and delay: one point a policy, as a level and as a paired difference to the reference."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator, SymmetricalLogLocator
from matplotlib.transforms import Bbox, ScaledTranslation, Transform

from lockgate.experiments.charts.callouts import Callout, call_out
from lockgate.experiments.charts.style import (
    GREY,
    INK,
    NORMAL,
    PALE,
    SMALL,
    Chart,
    Look,
    Quantity,
    blank,
    caption,
    decades,
    looks,
    named,
    one_at_a_time,
    outcome_quantity,
    preventable,
    settle,
)
from lockgate.experiments.provenance import comparison_provenance
from lockgate.experiments.results.intervals import mean_interval
from lockgate.experiments.results.results import Results
from lockgate.experiments.text.numbers import numeral, ticked
from lockgate.sim.model.outcomes import OUTCOMES

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


HARM, DELAY = "model_enabled_harm", "release_delay_days"
CENSORED = OUTCOMES[DELAY].censored_by
TICKS = (0, 3, 7, 14, 30, 60, 90, 180, 365, 540, 730, 1095, 1825, 3650)  # days
LINEAR_DAYS = 7.0  # up to which the axis of delays is linear
LINEAR_DECADES = 0.7  # as long as so many decades of its logarithmic part
AXIS = 600.0  # points, about the length of this axis
DECADE = 10.0  # times the smallest draw from which a linear axis would hide the small ones
NOTE = (
    "Faint points are single draws. The delay is that of the first covered system, to the end of the run where it was not public by then. "
    "Policies with the same delay are drawn side by side."
)


@one_at_a_time
def tradeoff(comparison: Results) -> Chart:
    """Model-enabled harm against release delay: above its level with the single draws, below the paired difference to the reference."""
    delays, harm, difference = comparison.outcome(DELAY), comparison.outcome(HARM), comparison.difference(HARM)
    x = intervals(delays)
    offsets, marks = side_by_side(x[:, 0]), looks(len(comparison.names))
    paired = len(comparison.names) > 1
    note = f"{NOTE} {preventable(comparison)}".rstrip()
    figure = blank(8.6 if paired else 5.0, title_of(comparison), caption(comparison, note), comparison_provenance(comparison))
    panels = list(figure.subplots(2 if paired else 1, 1, sharex=True, squeeze=False, height_ratios=(1, 1.25) if paired else None)[:, 0])
    level = outcome_quantity(HARM, intervals(harm))
    points = Points(x, intervals(harm) * level.factor, texts(comparison), marks, offsets)
    draw_single(panels[0], delays, harm * level.factor, points)
    shape_level(panels[0], harm * level.factor, points.y, level)
    drawn = [(panels[0], points)]
    if paired:
        change = outcome_quantity(HARM, intervals(difference))
        panels[1].axhline(0.0, color=GREY, linewidth=0.8, zorder=1)
        reference = named(comparison.names[0])
        panels[1].set_ylabel(f"{change.name} less that under\n{reference} in the same draw ({change.unit})", fontsize=NORMAL)
        panels[1].yaxis.set_major_formatter(FuncFormatter(ticked))
        panels[1].set_ylim(*room(intervals(difference) * change.factor))
        drawn.append((panels[1], Points(x, intervals(difference) * change.factor, points.texts, marks, offsets)))
    for axes, these in drawn:
        draw_means(axes, these)
    shape_delays(panels, comparison)
    settle(figure)
    for axes, these in drawn:
        label(axes, these)
    return figure


def texts(comparison: Results) -> list[str]:
    """Names, with the share of draws in which the system was not public in the end where that is not told by the axis."""
    shares = comparison.outcome(CENSORED).mean(axis=0)
    return [
        f"{named(name)} (not public in {numeral(100 * share)} %)" if 0.0 < share < 1.0 else named(name)
        for name, share in zip(comparison.names, shares, strict=True)
    ]


def title_of(comparison: Results) -> str:
    """What the paired differences of harm show."""
    first, *others = comparison.names
    if not others or comparison.draws == 1:
        return f"Model-enabled harm and release delay under {f'{len(others) + 1} policies' if others else named(first)}"
    ends = intervals(comparison.difference(HARM))
    best = int(np.argmin(ends[:, 0]))
    if not ends[best, 2] < 0.0:
        return f"No policy has less model-enabled harm than {named(first)} by more than its interval"
    less = outcome_quantity(HARM, ends[best, :1]).said(-ends[best, 0])
    censored = comparison.outcome(CENSORED)[:, best].mean() == 1.0
    delay = "is not public within the run" if censored else f"waits {numeral(float(comparison.outcome(DELAY)[:, best].mean()))} days"
    return f"{named(comparison.names[best])} has the least model-enabled harm, {less} less than {named(first)}; its first system {delay}"


def shape_level(axes: Axes, harm: Array, ends: Array, level: Quantity) -> None:
    """An axis that is logarithmic away from 0 where single draws lie decades apart."""
    unit = level.unit
    if harm.max() > DECADE * harm.min():
        linear = decades(harm)
        axes.set_yscale("symlog", linthresh=linear, linscale=0.4)
        axes.yaxis.set_major_locator(SymmetricalLogLocator(base=10.0, linthresh=linear))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_ylim(-0.15 * linear, max(linear, float(harm.max())) * 1.6)
        unit += ", logarithmic"
    else:
        axes.set_ylim(*room(np.concatenate([ends.ravel(), harm.ravel()])))
    axes.yaxis.set_major_formatter(FuncFormatter(ticked))
    axes.set_ylabel(f"{level.name}\n({unit})", fontsize=NORMAL)


def room(ends: Array) -> tuple[float, float]:
    """Limits with some room round all means and intervals."""
    low, high = float(np.nanmin(ends)), float(np.nanmax(ends))
    margin = 0.12 * (high - low) or 1.0
    return low - margin, high + margin


def shape_delays(panels: Sequence[Axes], comparison: Results) -> None:
    """The common axis of delays, with a line where the run ends if any system was not public by then."""
    delays, horizon = comparison.outcome(DELAY), comparison.horizon_days
    censored = bool(comparison.outcome(CENSORED).any())
    most = max(LINEAR_DAYS, float(delays.max()))
    for axes in panels:
        axes.set_xscale("symlog", linthresh=LINEAR_DAYS, linscale=0.9 * LINEAR_DECADES)
        axes.xaxis.set_minor_locator(NullLocator())
        axes.tick_params(labelsize=NORMAL)
        axes.grid(axis="y", color=PALE, linewidth=0.5, zorder=0)
        axes.spines[["top", "right"]].set_visible(False)
        if censored:
            axes.axvline(horizon, color=GREY, linewidth=0.8, linestyle=":", zorder=1)
    margin, span = (max(side_by_side(intervals(delays)[:, 0])) + 2 * STEP) / AXIS, LINEAR_DECADES + np.log10(most / LINEAR_DAYS)
    margin /= 1.0 - 2.0 * margin
    panels[0].set_xlim(-margin * span * LINEAR_DAYS / LINEAR_DECADES, most * 10.0 ** (margin * span))
    shown = [day for day in TICKS if day <= most * 1.1 and not (censored and 0.75 * horizon < day < 1.3 * horizon)]
    end = {horizon: f"{horizon}\nnot public\nwithin the run"} if censored else {}
    panels[-1].set_xticks([*shown, *end], [*map(ticked, shown), *end.values()])
    panels[-1].set_xlabel("release delay of the first covered system (days, linear to 7, then logarithmic)", fontsize=NORMAL, color=INK)
