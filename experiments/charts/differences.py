"""Paired differences to the reference: one panel an outcome, one row a policy."""

from typing import Any, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, MaxNLocator, SymmetricalLogLocator

from lockgate.experiments.charts.style import (
    GREY,
    INK,
    NORMAL,
    PALE,
    SMALL,
    Chart,
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
from lockgate.experiments.results.intervals import better_interval, mean_interval
from lockgate.experiments.results.results import Results
from lockgate.experiments.text.numbers import numeral, percent, ticked
from lockgate.sim.errors import InputError
from lockgate.sim.model.outcomes import HEADLINES, OUTCOMES

Array = np.ndarray[Any, np.dtype[Any]]

COLUMNS = 2
COLUMNS_AT = (1.13, 1.29)  # right edges of the columns of numbers, in widths of the panel
WIDE = 25.0  # times the median size from which the largest difference would hide the others on a linear axis
NOTE = (
    "Beside each panel: the mean difference, and the share of draws in which the policy is better (equal counts half). "
    "Clearly: the interval excludes zero."
)


@one_at_a_time
def differences(comparison: Results) -> Chart:
    """Difference of the headline outcomes to the reference in the same draw: mean, 95 % interval, and how often it is better."""
    if len(comparison.names) < 2:
        raise InputError(f"policies {comparison.names[0]!r} must be two or more for differences: the first is the reference")
    rows = -(-len(HEADLINES) // COLUMNS)
    height = 1.2 + rows * (0.85 + 0.22 * max(2, len(comparison.names) - 1))
    note = f"{NOTE} {preventable(comparison)}".rstrip()
    figure = blank(height, title_of(comparison), caption(comparison, note), comparison_provenance(comparison))
    cast(ConstrainedLayoutEngine, figure.get_layout_engine()).set(wspace=0.08)
    panels = figure.subplots(rows, COLUMNS, sharey=True, squeeze=False)
    for outcome, axes in zip(HEADLINES, panels.flat, strict=False):
        draw_outcome(axes, comparison, outcome)
    for axes in panels.flat[len(HEADLINES) :]:
        axes.remove()
    settle(figure)
    return figure


def title_of(comparison: Results) -> str:
    """How many policies differ clearly in the first headline outcome."""
    ends = np.array([mean_interval(column) for column in comparison.difference(HEADLINES[0]).T[1:]])
    name = outcome_quantity(HEADLINES[0], ends).name
    counted = f"{len(ends)} polic{'y' if len(ends) == 1 else 'ies'}"
    less, more = int(np.sum(ends[:, 2] < 0.0)), int(np.sum(ends[:, 1] > 0.0))
    reference = named(comparison.names[0])
    if comparison.draws == 1:
        return f"Differences to {reference} in the same draw"
    if not less + more:
        return f"No policy differs clearly from {reference} in {name}"
    return f"Clearly less {name} than under {reference}: {less} of {counted}; clearly more: {more}"


def draw_outcome(axes: Axes, comparison: Results, outcome: str) -> None:
    """One panel: a mark and its interval in the row of every policy, and two columns of numbers at its right."""
    change = comparison.difference(outcome)
    ends = np.array([mean_interval(column) for column in change.T[1:]])
    shown = outcome_quantity(outcome, ends)
    names, marks = comparison.names[1:], looks(len(comparison.names))[1:]
    better = OUTCOMES[outcome].better
    axes.axvline(0.0, color=INK, linewidth=0.8, zorder=1)
    for row, (mean, low, high) in enumerate(ends * shown.factor):
        if np.isfinite(low):
            axes.plot([low, high], [row, row], color=marks[row].colour, linewidth=2.2, solid_capstyle="butt", zorder=3)
        axes.plot(
            [mean], [row], marks[row].marker, color=marks[row].colour, markeredgecolor="white", markersize=7.5, gid=f"mean {row}", zorder=4
        )  # fmt: skip
        share = float(better_interval(change[:, row + 1], better)[0])
        write_beside(axes, row, numeral(mean, signed=True), "–" if better == "neither" else percent(share))
    for x, text in zip(COLUMNS_AT, ("mean", "better in"), strict=True):
        axes.annotate(text, (x, 1), (0, 6), xycoords="axes fraction", textcoords="offset points", ha="right", fontsize=SMALL, color=GREY)
    axes.set_yticks(range(len(names)), [named(name) for name in names], fontsize=NORMAL)
    axes.set_ylim(len(names) - 0.4, -0.6)
    # Shares differ by percentage points, and counts by what is counted.
    shape_axes(axes, ends * shown.factor, {"%": "percentage points", "": shown.name}.get(shown.unit, shown.unit))
    arrow = {"low": "   (← better)", "high": "   (better →)", "neither": ""}[better]
    axes.set_title(f"{shown.name}{arrow}", loc="left", fontsize=NORMAL + 0.5, fontweight="bold", color=INK)


def write_beside(axes: Axes, row: int, mean: str, share: str) -> None:
    """The two columns right of a row."""
    for x, text in zip(COLUMNS_AT, (mean, share), strict=True):
        axes.text(x, row, text, transform=axes.get_yaxis_transform(), ha="right", va="center", fontsize=SMALL, color=INK)


def shape_axes(axes: Axes, ends: Array, unit: str) -> None:
    """Limits, scale and grid. Where one difference dwarfs the others, the scale is logarithmic away from zero."""
    sizes = np.nanmax(np.abs(ends), axis=1)
    sizes = sizes[sizes > 0.0]
    if sizes.size and sizes.max() > WIDE * np.median(sizes):
        linear = decades(sizes)
        axes.set_xscale("symlog", linthresh=linear, linscale=0.6)
        axes.xaxis.set_major_locator(SymmetricalLogLocator(base=10.0, linthresh=linear))
        axes.set_xlim(min(2.0 * float(np.nanmin(ends)), -linear), max(2.0 * float(np.nanmax(ends)), linear))
        unit += ", logarithmic"
    else:
        reach = float(np.nanmax(np.abs(ends))) or 1.0
        axes.set_xlim(min(float(np.nanmin(ends)), -0.3 * reach) - 0.08 * reach, max(float(np.nanmax(ends)), 0.3 * reach) + 0.08 * reach)
        axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.xaxis.set_major_formatter(FuncFormatter(ticked))
    axes.set_xlabel(f"difference ({unit})", fontsize=NORMAL)
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=PALE, linewidth=0.5, zorder=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
