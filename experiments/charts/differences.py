"""Paired differences from the reference: one panel an outcome, one row a policy."""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, MaxNLocator, SymmetricalLogLocator

from lockgate.experiments.charts.claims import harm_claim
from lockgate.experiments.charts.layout import DESKTOP, PHONE, Layout, trimmed
from lockgate.experiments.charts.spread import Spread, draw_spread, spread_note, spread_of
from lockgate.experiments.charts.style import (
    GREY,
    INK,
    PALE,
    Chart,
    Look,
    caption,
    decades,
    drawable,
    labels_of,
    looks,
    one_at_a_time,
    outcome_quantity,
    preventable,
    settle,
    sheet,
)
from lockgate.experiments.provenance import comparison_provenance
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.verdict import Verdict, verdicts
from lockgate.experiments.text.numbers import numeral, of_draws, percent, ticked
from lockgate.sim.errors import InputError
from lockgate.sim.model.outcomes import HEADLINES, OUTCOMES

Array = np.ndarray[Any, np.dtype[Any]]

COLUMNS = ("mean", "less", "same", "more")  # of numbers beside a panel
COLUMNS_AT = {DESKTOP: (46.0, 77.0, 108.0, 139.0), PHONE: (-110.0, -74.0, -37.0, 0.0)}  # points of their right edges from the panel's
ROW = {DESKTOP: 0.24, PHONE: 0.42}  # inches: on a phone, name and numbers stand above the mark
AROUND = {DESKTOP: 0.86, PHONE: 0.92}  # inches of a panel's title, axis and room
WORDS = 0.52  # inches of a panel of words
MARK = {DESKTOP: 7.5, PHONE: 7.0}  # points
ABOVE = 0.34  # rows by which names and numbers stand above the marks of a phone
WIDE = 25.0  # times the median size from which the largest difference would hide the others on a linear axis
NOTE = "Numbers: the mean difference, and the shares of draws with less, the same and more than {} in the same draw."


@dataclass(frozen=True)
class Panel:
    """An outcome's differences from the reference under the other policies, in the units in which it is shown, and their verdicts.

    `untold` says of a row why its difference is not known, where it is not; `words` is all there is to say, where that is one thing.
    """

    name: str
    unit: str
    better: str
    spread: Spread
    verdicts: list[Verdict]
    untold: list[str]

    @property
    def words(self) -> str:
        """What stands in place of the rows where all of them say the same."""
        if all(self.untold) and len(set(self.untold)) == 1:
            return self.untold[0]
        return "the same in every draw" if all(found.word == "same" for found in self.verdicts) and not any(self.untold) else ""

    @property
    def rows(self) -> int:
        """The rows that it needs."""
        return 1 if self.words else len(self.untold)


@one_at_a_time
def differences(comparison: Results, *, phone: bool = False) -> Chart:
    """Differences of the headline outcomes from the reference in the same draw: means, intervals, and in how many draws there is less."""
    if len(comparison.names) < 2:
        raise InputError(f"policies {comparison.names[0]!r} must be two or more for differences: the first is the reference")
    layout = PHONE if phone else DESKTOP
    across, others = 1 if phone else 2, len(comparison.names) - 1
    found = [panel_of(comparison, outcome) for outcome in HEADLINES]
    rows = [found[first : first + across] for first in range(0, len(found), across)]
    heights = [height_of(row, layout) for row in rows]
    reference = labels_of(comparison)[0]
    note = f"{spread_note(comparison)} {NOTE.format(reference)} {preventable(comparison)}".rstrip()
    title = drawable(harm_claim(comparison).text)
    figure = sheet(sum(heights), title, caption(comparison, note), comparison_provenance(comparison), layout)
    cast(ConstrainedLayoutEngine, figure.get_layout_engine()).set(wspace=0.05)
    grid = figure.subplots(len(rows), across, squeeze=False, height_ratios=heights)
    relative = [panel.spread.ends for panel in found if panel.unit.startswith("%") and not panel.words]
    for place, axes in enumerate(grid.flat):
        if place >= len(found):
            axes.remove()
            continue
        panel = found[place]
        ends = np.concatenate(relative) if panel.unit.startswith("%") and relative else panel.spread.ends[[not why for why in panel.untold]]
        draw_panel(axes, panel, ends, labels_of(comparison)[1:], looks(others + 1)[1:], layout, first=place % across == 0)
    settle(figure)
    return figure


def height_of(row: list[Panel], layout: Layout) -> float:
    """Inches of a row of panels."""
    if all(panel.words for panel in row):
        return WORDS
    return AROUND[layout] + ROW[layout] * max(1 if layout.is_narrow else 2, *(panel.rows for panel in row), 0)


def panel_of(comparison: Results, outcome: str) -> Panel:
    """What a panel shows. Money and counts are in percent of their mean under the reference, unless that is 0."""
    known, values = OUTCOMES[outcome], comparison.outcome(outcome)
    base = np.repeat(values[:, :1], values.shape[1] - 1, axis=1)
    spread, whole = spread_of(values[:, 1:] - base), float(np.nanmean(values[:, 0]))
    shown = outcome_quantity(outcome, spread.ends)
    untold = untold_of(comparison, outcome)
    found = verdicts(outcome, values[:, 1:], base)
    if known.unit in ("US$", "count") and whole > 0.0:
        unit = f"% of the mean under {labels_of(comparison)[0]}"
        return Panel(shown.name, unit, known.better, spread.times(100.0 / whole), found, untold)
    # Shares differ by percentage points, and counts by what is counted.
    unit = {"%": "percentage points", "": shown.name}.get(shown.unit, shown.unit)
    return Panel(shown.name, unit, known.better, spread.times(shown.factor), found, untold)


def untold_of(comparison: Results, outcome: str) -> list[str]:
    """For each policy but the reference, why the difference is not known: runs ended first, under it or under the reference."""
    censored = OUTCOMES[outcome].censored_by
    if not censored:
        return [""] * (len(comparison.names) - 1)
    ended = comparison.outcome(censored) > 0.0
    if ended[:, 0].all():
        return [f"not known: {labels_of(comparison)[0]} is not public in {comparison.horizon_days} days"] * (len(comparison.names) - 1)
    shares = np.mean(ended[:, 1:] | ended[:, :1], axis=0)
    partly = "not known: not public in {} of draws"
    whole = f"not public in {comparison.horizon_days} days"
    return ["" if share == 0.0 else whole if share == 1.0 else partly.format(percent(share, int(share < 0.1))) for share in shares]


def draw_panel(axes: Axes, panel: Panel, ends: Array, names: list[str], marks: list[Look], layout: Layout, *, first: bool) -> None:
    """A mark and its lines in the row of every policy, and numbers beside it, or above it on a phone; or words where there is one thing."""
    arrow = "" if panel.words else {"low": "   (← better)", "high": "   (better →)", "neither": ""}[panel.better]
    axes.set_title(
        f"{panel.name}{arrow}", loc="left", fontsize=layout.normal + 0.5, fontweight="bold", color=INK, pad=4 if panel.words else 16
    )
    if panel.words:
        axes.text(0.0, 0.92, panel.words, transform=axes.transAxes, va="top", fontsize=layout.normal, color=GREY)
        axes.set_axis_off()
        return
    heads: dict[str, Any] = {
        "ha": "right",
        "fontsize": layout.small,
        "color": GREY,
        "xycoords": "axes fraction",
        "textcoords": "offset points",
    }
    for offset, text in zip(COLUMNS_AT[layout], COLUMNS, strict=True):
        axes.annotate(text, (1, 1), (offset, 3), **heads)
    for row, look in enumerate(marks):
        draw_row(axes, panel, row, look, layout)
    shape_rows(axes, names, layout, first=first)
    shape_axes(axes, ends, panel.unit, layout)


def draw_row(axes: Axes, panel: Panel, row: int, look: Look, layout: Layout) -> None:
    """The mark of one policy with its lines and its numbers, or why the difference is not known."""
    beside: dict[str, Any] = {
        "xycoords": axes.get_yaxis_transform(),
        "textcoords": "offset points",
        "va": "center",
        "fontsize": layout.small,
        "annotation_clip": False,
    }
    lift = ABOVE if layout.is_narrow else 0.0
    if why := panel.untold[row]:
        axes.annotate(why, (0, row), (4, 0), ha="left", color=GREY, **beside)
        return
    axes.plot([0.0, 0.0], [row - (0.2 if layout.is_narrow else 0.5), row + 0.5], color=INK, linewidth=0.8, zorder=1)
    draw_spread(axes, row, panel.spread, row, look, MARK[layout], lying=True)
    found = panel.verdicts[row]
    mean = numeral(float(panel.spread.mean[row]), signed=True) + (" %" if panel.unit.startswith("%") else "")
    for offset, text in zip(COLUMNS_AT[layout], [mean, *map(of_draws, (found.less, found.same, found.more))], strict=True):
        axes.annotate(text, (1, row - lift), (offset, 0), ha="right", color=INK, **beside)


def shape_rows(axes: Axes, names: list[str], layout: Layout, *, first: bool) -> None:
    """The names of the rows: left of the first panel of a row, or above the marks on a phone."""
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_yticks(range(len(names)), names, fontsize=layout.normal)
    axes.tick_params(axis="y", length=0, labelleft=first and not layout.is_narrow)
    if not layout.is_narrow:
        return
    for row, name in enumerate(names):
        told = trimmed(name, layout.normal, layout, layout.width - 0.2 - (45.0 - COLUMNS_AT[layout][0]) / 72.0)
        axes.text(0.0, row - ABOVE, told, transform=axes.get_yaxis_transform(), va="center", fontsize=layout.normal, color=INK)


def shape_axes(axes: Axes, ends: Array, unit: str, layout: Layout) -> None:
    """Limits, scale and grid. Where one difference dwarfs the others, the scale is logarithmic away from zero."""
    sizes = np.nanmax(np.abs(ends), axis=1) if ends.size else np.zeros(0)
    sizes = sizes[sizes > 0.0]
    if sizes.size and sizes.max() > WIDE * np.median(sizes):
        linear = decades(sizes)
        axes.set_xscale("symlog", linthresh=linear, linscale=0.6)
        axes.xaxis.set_major_locator(SymmetricalLogLocator(base=10.0, linthresh=linear))
        axes.set_xlim(min(2.0 * float(np.nanmin(ends)), -linear), max(2.0 * float(np.nanmax(ends)), linear))
        unit += ", logarithmic"
    elif sizes.size:
        reach, low, high = float(sizes.max()), float(np.nanmin(ends)), float(np.nanmax(ends))
        axes.set_xlim(min(low, -0.3 * reach) - 0.08 * reach, max(high, 0.3 * reach) + 0.08 * reach)
        axes.xaxis.set_major_locator(MaxNLocator(4 if layout.is_narrow else 6))
    else:
        axes.set_xlim(-1.0, 1.0)
        axes.set_xticks([0.0])
    axes.xaxis.set_major_formatter(FuncFormatter(ticked))
    axes.set_xlabel(f"difference ({unit})", fontsize=layout.normal)
    axes.tick_params(axis="x", labelsize=layout.small)
    if not layout.is_narrow:  # where it would cross the numbers
        axes.grid(axis="x", color=PALE, linewidth=0.5, zorder=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
