"""How harm, exposure and the lead develop, week by week: under the reference, and how the other policies differ from it."""

from dataclasses import dataclass, replace
from math import ceil
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.gridspec import GridSpec
from matplotlib.text import Annotation
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lockgate.experiments.charts.callouts import spaced
from lockgate.experiments.charts.claims import HARM_WORDS, claim, harm_claim
from lockgate.experiments.charts.key import bare_axes, draw_heading, draw_key, key_height
from lockgate.experiments.charts.layout import DESKTOP, PHONE, Layout, trimmed, wrapped
from lockgate.experiments.charts.style import (
    GREY,
    INK,
    PALE,
    Chart,
    Look,
    Quantity,
    caption,
    drawable,
    labels_of,
    looks,
    one_at_a_time,
    quantity,
    settle,
    sheet,
    shortened,
)
from lockgate.experiments.provenance import comparison_provenance
from lockgate.experiments.results.intervals import mean_interval
from lockgate.experiments.results.results import Results
from lockgate.experiments.text.numbers import ticked
from lockgate.sim.model.measures import WEEKLY
from lockgate.sim.model.outcomes import Outcome

Array = np.ndarray[Any, np.dtype[Any]]

SERIES = tuple(series for series in WEEKLY.values() if series.headline)  # harm is the first
LAST_WEEKS = 13  # that the title speaks of
TOGETHER = 4  # policies whose differences can still be told apart in one panel
ACROSS = {DESKTOP: 3, PHONE: 2}  # small panels side by side
HEIGHT = {DESKTOP: 1.95, PHONE: 1.35}  # inches of a panel
BESIDE = 0.85  # inches of an axis and of room at the edge, that a heading has not
SMALL_HEIGHT = {DESKTOP: 1.0, PHONE: 0.95}  # of one of many
QUARTILES = (0.25, 0.5, 0.75)
LEVEL_NOTE = "Levels: the median over draws, and the middle half of the draws as a band."
CHANGE_NOTE = "Differences are from {} in the same draw: their mean over draws, and its 95 % interval as a band."
DAYS = "days since the first covered system was ready"


@dataclass(frozen=True)
class Course:
    """One series over W weeks, in the units in which it is shown.

    `days` are those on which weeks end, (W,). `level` has the quartiles over draws under the reference, (3, W), and `change` mean, low and
    high end of the difference from it under the other policies, (P - 1, 3, W); `differ` says of which of these any draw differs.
    """

    shown: Quantity
    changed: Quantity
    days: Array
    level: Array
    change: Array
    differ: list[bool]


@one_at_a_time
def weekly(comparison: Results, *, phone: bool = False) -> Chart:
    """Weekly harm, exposed share and usable lead: the level under the reference, and the differences from it under the other policies."""
    layout = PHONE if phone else DESKTOP
    courses = [course(comparison, series) for series in SERIES]
    return few(comparison, courses, layout) if len(comparison.names) <= TOGETHER else many(comparison, courses, layout)


def course(comparison: Results, series: Outcome) -> Course:
    """One series. A last week of fewer than seven days is left out, unless it is all there is."""
    weeks = max(1, comparison.horizon_days // 7)
    values = comparison.weekly(series.name)[:, :, :weeks]
    level = np.nanquantile(values[:, 0], QUARTILES, axis=0)
    change = values[:, 1:] - values[:, :1]
    there = change[np.isfinite(change).all(axis=(1, 2))]
    found = np.array([mean_interval(there[:, place]) for place in range(there.shape[1])]).reshape(-1, 3, weeks)
    shown, changed = quantity(series.long, series.unit, level), quantity(series.long, series.unit, found)
    if changed.unit == "%":  # shares differ by percentage points
        changed = replace(changed, unit="percentage points")
    differ = [bool(there[:, place].any()) for place in range(there.shape[1])]
    return Course(shown, changed, comparison.days[:weeks].astype(float), level * shown.factor, found * changed.factor, differ)


def title_of(comparison: Results) -> str:
    """What may be said of the harm of the last weeks."""
    names = shortened(comparison.labels)
    weeks = max(1, comparison.horizon_days // 7)
    if len(names) == 1:
        return drawable(f"Model-enabled harm, exposed code and usable lead under {names[0]}, week by week")
    if weeks <= LAST_WEEKS:
        return drawable(harm_claim(comparison).text)
    harm = comparison.weekly(SERIES[0].name)[:, :, weeks - LAST_WEEKS : weeks].sum(axis=2)
    return drawable(claim(names, harm, f"{HARM_WORDS} in the last {LAST_WEEKS} weeks").text)


def few(comparison: Results, courses: list[Course], layout: Layout) -> Chart:
    """A panel of the level and one of all differences for each series: side by side, or below one another on a phone."""
    names, paired = labels_of(comparison), len(comparison.names) > 1
    across, down = (1, 1 + paired) if layout.is_narrow else (1 + paired, 1)
    keyed = layout.is_narrow and paired
    heights = ([key_height(names[1:], layout)] if keyed else []) + [HEIGHT[layout]] * (down * len(courses))
    figure = sheet(sum(heights) + 0.35, title_of(comparison), captioned(comparison), comparison_provenance(comparison), layout)
    grid = figure.add_gridspec(len(heights), across, height_ratios=heights)
    if keyed:
        draw_key(bare_axes(figure, grid[0, :]), names[1:], looks(len(names))[1:], layout, lines=True)
    changes = []
    for number, drawn in enumerate(courses):
        row = keyed + number * down
        level = figure.add_subplot(grid[row, 0])
        draw_level(level, drawn, names[0], layout)
        panels = [level]
        if paired:
            change = figure.add_subplot(grid[row + down - 1, across - 1], sharex=level)
            draw_changes(change, drawn, list(range(len(names) - 1)), names, layout)
            changes.append(change)
            panels.append(change)
        for axes in panels:
            shape_axes(axes, drawn, layout, last=number == len(courses) - 1 and (axes is panels[-1] or across > 1))
    ends = [] if keyed else [name_ends(axes, drawn, names, layout) for axes, drawn in zip(changes, courses, strict=False)]
    settle(figure)
    for axes, labels in zip(changes, ends, strict=False):
        move_apart(axes, labels, layout)
    return figure


def many(comparison: Results, courses: list[Course], layout: Layout) -> Chart:
    """For each series a block: small panels of one scale with one policy's differences each, after the level under the reference."""
    names = labels_of(comparison)
    rows = ceil((len(names) - 1) / ACROSS[layout])
    heights = [height for _ in courses for height in (HEIGHT[layout], 0.3, *([SMALL_HEIGHT[layout]] * rows))]
    figure = sheet(sum(heights) + 0.35, title_of(comparison), captioned(comparison), comparison_provenance(comparison), layout)
    grid = figure.add_gridspec(len(heights), ACROSS[layout], height_ratios=heights)
    for number, drawn in enumerate(courses):
        block(figure, grid, number * (rows + 2), drawn, names, layout)
    settle(figure)
    return figure


def block(figure: Chart, grid: GridSpec, row: int, drawn: Course, names: list[str], layout: Layout) -> None:
    """The panels of one series."""
    level = figure.add_subplot(grid[row, :])
    draw_level(level, drawn, names[0], layout)
    shape_axes(level, drawn, layout, last=True)
    words = f"{drawn.changed.label}: difference from {names[0]}"
    draw_heading(bare_axes(figure, grid[row + 1, :]), words, layout)
    first = None
    for place, name in enumerate(names[1:]):
        down, across = divmod(place, ACROSS[layout])
        first = axes = figure.add_subplot(grid[row + 2 + down, across], sharex=level, sharey=first)
        draw_changes(axes, drawn, [place], names, layout, labelled=False)
        shape_axes(axes, drawn, layout, last=place + ACROSS[layout] >= len(names) - 1, small=True)
        axes.tick_params(axis="y", labelleft=across == 0)
        title = trimmed(name, layout.small, layout, 0.86 * layout.width / ACROSS[layout], bold=True)
        axes.set_title(title, loc="left", fontsize=layout.small, fontweight="bold", color=INK, pad=2)


def captioned(comparison: Results) -> str:
    """The caption, which says what lines and bands are."""
    change = CHANGE_NOTE.format(labels_of(comparison)[0]) if len(comparison.names) > 1 else ""
    return caption(comparison, f"{LEVEL_NOTE} {change}".rstrip())


def draw_level(axes: Axes, drawn: Course, name: str, layout: Layout) -> None:
    """Median and middle half of the draws under the reference."""
    draw_line(axes, drawn.days, drawn.level[1], drawn.level[0], drawn.level[2], looks(1)[0], "median 0")
    words = drawn.shown.label.replace(" (", "\n(")
    if layout.is_narrow:
        axes.set_title(
            wrapped(f"{drawn.shown.label} under {name}", layout.small, layout, bold=True, inches=layout.width - BESIDE),
            loc="left",
            fontsize=layout.small,
            fontweight="bold",
        )
    else:
        axes.set_title(f"under {name}", loc="left", fontsize=layout.small, color=GREY)
        axes.set_ylabel(words, fontsize=layout.normal)


def draw_changes(axes: Axes, drawn: Course, places: list[int], names: list[str], layout: Layout, *, labelled: bool = True) -> None:
    """Mean differences with their intervals; or words, where no draw differs."""
    marks = looks(len(names))
    for place in places:
        mean, low, high = drawn.change[place]
        draw_line(axes, drawn.days, mean, low, high, marks[place + 1], f"change {place + 1}")
    if not any(drawn.differ[place] for place in places):
        words = f"no difference from {names[0]} in any draw" if labelled else "no difference in any draw"
        axes.text(0.5, 0.62, words, transform=axes.transAxes, ha="center", fontsize=layout.small, color=GREY)
        axes.set_ylim(-1.0, 1.0) if labelled else None
    if labelled and layout.is_narrow:
        words = wrapped(f"difference from {names[0]} ({drawn.changed.unit})", layout.small, layout, bold=True, inches=layout.width - BESIDE)
        axes.set_title(words, loc="left", fontsize=layout.small, fontweight="bold")
    elif labelled:
        axes.set_title(f"difference from {names[0]} ({drawn.changed.unit})", loc="left", fontsize=layout.small, color=GREY)


def draw_line(axes: Axes, days: Array, middle: Array, low: Array, high: Array, look: Look, gid: str) -> None:
    """A line and a band. One week alone is a mark."""
    axes.fill_between(days, low, high, color=look.colour, alpha=0.18, linewidth=0, zorder=2)
    alone = len(days) == 1
    if alone:
        axes.vlines(days, low, high, color=look.colour, linewidth=1.0)
    style = look.mark | ({} if alone else {"marker": ""})
    axes.plot(days, middle, **style, linewidth=1.6, linestyle=look.line, markersize=6, gid=gid, zorder=3)


def shape_axes(axes: Axes, drawn: Course, layout: Layout, *, last: bool, small: bool = False) -> None:
    """Limits, ticks and grid; zero is always in sight."""
    axes.axhline(0.0, color=GREY, linewidth=0.6, zorder=1)
    axes.set_xlim(0, max(7, int(drawn.days[-1])))
    most = 3 if small and layout.is_narrow else 5 if small or layout.is_narrow else 7
    axes.xaxis.set_major_locator(MaxNLocator(most, steps=[1, 2, 3, 4.5, 6, 9, 10], integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(2 if small else 4))
    axes.yaxis.set_major_formatter(FuncFormatter(ticked))
    axes.tick_params(labelsize=layout.small, labelbottom=last)
    if last and not small:
        axes.set_xlabel("days" if layout.is_narrow else DAYS, fontsize=layout.small)
    axes.grid(axis="y", color=PALE, linewidth=0.5, zorder=0)
    axes.spines[["top", "right"]].set_visible(False)


def name_ends(axes: Axes, drawn: Course, names: list[str], layout: Layout) -> list[Annotation]:
    """The names right of the ends of the lines, where the layout leaves room for them."""
    look: dict[str, Any] = {
        "va": "center",
        "fontsize": layout.normal,
        "color": INK,
        "annotation_clip": False,
        "textcoords": "axes fraction",
    }
    look["arrowprops"] = {"arrowstyle": "-", "color": GREY, "linewidth": 0.6, "shrinkA": 1, "shrinkB": 1}
    ends = zip(names[1:], drawn.change[:, 0, -1], strict=True)
    return [axes.annotate(name, (float(drawn.days[-1]), float(height)), (1.03, 0.5), **look) for name, height in ends]


def move_apart(axes: Axes, labels: list[Annotation], layout: Layout) -> None:
    """Each label at the height of its line's end, or as near as the others allow."""
    heights = [float(axes.transData.transform(label.xy)[1]) for label in labels]
    gap = 1.5 * layout.normal * axes.figure.dpi / 72.0
    for label, height in zip(labels, spaced(heights, gap, axes.bbox.y0, axes.bbox.y1), strict=True):
        label.xyann = (1.03, (height - axes.bbox.y0) / axes.bbox.height)
