"""How harm, exposure and the lead develop, week by week."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lockgate.experiments.charts.callouts import spaced
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
    looks,
    named,
    one_at_a_time,
    quantity,
    settle,
)
from lockgate.experiments.provenance import comparison_provenance
from lockgate.experiments.results.results import Results
from lockgate.experiments.text.numbers import ticked
from lockgate.sim.model.measures import WEEKLY
from lockgate.sim.model.outcomes import Outcome

Array = np.ndarray[Any, np.dtype[Any]]

SERIES = tuple(series for series in WEEKLY.values() if series.headline)  # harm is the first
LAST_WEEKS = 13  # that the title speaks of
TOGETHER = 4  # policies that still can be told apart in one panel
QUARTILES = (0.25, 0.5, 0.75)
NOTE = "Lines are medians over draws, bands hold the middle half of the draws."
GREY_NOTE = "In grey: the reference, {}."
DAYS = "days since the first covered system was ready"


@dataclass(frozen=True)
class Course:
    """The quartiles over draws of one series, (3, P, W), in the units in which it is shown, and the W days on which weeks end."""

    days: Array
    quartiles: Array
    shown: Quantity


@one_at_a_time
def weekly(comparison: Results) -> Chart:
    """Weekly harm, exposed share and usable lead: median and middle half of the draws under every policy."""
    courses = [course(comparison, series) for series in SERIES]
    if len(comparison.names) <= TOGETHER:
        return policies_in_one_panel(comparison, courses)
    return panel_a_policy(comparison, courses)


def course(comparison: Results, series: Outcome) -> Course:
    """The quartiles of one series. A last week of fewer than seven days is left out, unless it is all there is."""
    weeks = max(1, comparison.horizon_days // 7)
    quartiles = np.quantile(comparison.weekly(series.name)[:, :, :weeks], QUARTILES, axis=0)
    shown = quantity(series.long, series.unit, quartiles)
    return Course(comparison.days[:weeks].astype(float), quartiles * shown.factor, shown)


def title_of(comparison: Results, harm: Course) -> str:
    """Under which policies the median harm of the last weeks is lowest and highest."""
    weeks = min(LAST_WEEKS, len(harm.days))
    last = harm.quartiles[1, :, -weeks:].mean(axis=1)
    if len(last) == 1 or last.min() == last.max():
        return "Model-enabled harm, exposed code and usable lead, week by week"
    low, high = int(np.argmin(last)), int(np.argmax(last))
    said = [f"{named(comparison.names[n])} ({harm.shown.said(last[n] / harm.shown.factor)})" for n in (low, high)]
    when = f"the last {weeks} weeks" if weeks < len(harm.days) else "the run"
    return f"Over {when}, median weekly harm is lowest under {said[0]} and highest under {said[1]}"


def policies_in_one_panel(comparison: Results, courses: list[Course]) -> Chart:
    """One panel a series, with every policy in it."""
    figure = blank(8.6, title_of(comparison, courses[0]), caption(comparison, NOTE), comparison_provenance(comparison))
    panels = list(figure.subplots(len(courses), 1, sharex=True))
    marks = looks(len(comparison.names))
    for axes, drawn in zip(panels, courses, strict=True):
        for place, look in enumerate(marks):
            draw_policy(axes, drawn, place, look, marker=look.marker)
        axes.set_ylabel(drawn.shown.label.replace(" (", "\n("), fontsize=NORMAL)
        shape_axes(axes, drawn)
    panels[-1].set_xlabel(DAYS, fontsize=NORMAL)
    labels = [name_ends(axes, drawn, comparison.names) for axes, drawn in zip(panels, courses, strict=True)]
    settle(figure)
    for axes, names in zip(panels, labels, strict=True):
        move_apart(axes, names)
    return figure


def panel_a_policy(comparison: Results, courses: list[Course]) -> Chart:
    """One row a policy, with the reference in grey behind it, and one column a series."""
    others = len(comparison.names) - 1
    note = f"{NOTE} {GREY_NOTE.format(named(comparison.names[0]))}"
    figure = blank(1.4 + 0.95 * others, title_of(comparison, courses[0]), caption(comparison, note), comparison_provenance(comparison))
    panels = figure.subplots(others, len(courses), sharex=True, sharey="col", squeeze=False)
    marks = looks(len(comparison.names))
    for row, name in enumerate(comparison.names[1:]):
        for axes, drawn in zip(panels[row], courses, strict=True):
            draw_policy(axes, drawn, 0, Look("#9a9a9a", "", "-"))
            draw_policy(axes, drawn, row + 1, Look(marks[row + 1].colour, "", "-"))
            shape_axes(axes, drawn)
        panels[row, 0].set_title(named(name), loc="left", fontsize=NORMAL, fontweight="bold", color=INK, pad=3)
    for axes, drawn in zip(panels[0], courses, strict=True):
        axes.annotate(drawn.shown.label, (0, 1), (0, 18), xycoords="axes fraction", textcoords="offset points", fontsize=NORMAL, color=INK)
    panels[-1, 1].set_xlabel(DAYS, fontsize=NORMAL)
    settle(figure)
    return figure


def draw_policy(axes: Axes, drawn: Course, place: int, look: Look, marker: str = "") -> None:
    """Median and middle half of one policy."""
    low, median, high = drawn.quartiles[:, place]
    axes.fill_between(drawn.days, low, high, color=look.colour, alpha=0.14, linewidth=0, zorder=2)
    if len(drawn.days) == 1:
        axes.vlines(drawn.days, low, high, color=look.colour, linewidth=1.0)
    for edge in (low, high):
        axes.plot(drawn.days, edge, color=look.colour, alpha=0.4, linewidth=0.5, linestyle=look.line, zorder=2)
    every = max(1, len(drawn.days) // 9)
    axes.plot(
        drawn.days, median, color=look.colour, linewidth=1.6, linestyle=look.line, gid=f"median {place}",
        marker=marker or ("o" if len(drawn.days) == 1 else ""), markersize=5, markevery=(place * every // TOGETHER, every), zorder=3,
    )  # fmt: skip


def shape_axes(axes: Axes, drawn: Course) -> None:
    """Limits, ticks and grid; zero is always in sight."""
    axes.axhline(0.0, color=GREY, linewidth=0.6, zorder=1)
    axes.set_xlim(0, max(7, int(drawn.days[-1])))
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 3, 4.5, 6, 9, 10], integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(ticked))
    axes.tick_params(labelsize=SMALL)
    axes.grid(axis="y", color=PALE, linewidth=0.5, zorder=0)
    axes.spines[["top", "right"]].set_visible(False)


def name_ends(axes: Axes, drawn: Course, names: tuple[str, ...]) -> list[Annotation]:
    """The names right of the medians' ends, where the layout leaves room for them."""
    look: dict[str, Any] = {"va": "center", "fontsize": NORMAL, "color": INK, "annotation_clip": False, "textcoords": "axes fraction"}
    look["arrowprops"] = {"arrowstyle": "-", "color": GREY, "linewidth": 0.6, "shrinkA": 1, "shrinkB": 1}
    ends = zip(names, drawn.quartiles[1, :, -1], strict=True)
    return [axes.annotate(named(name), (float(drawn.days[-1]), float(height)), (1.02, 0.5), **look) for name, height in ends]


def move_apart(axes: Axes, labels: list[Annotation]) -> None:
    """Each label at the height of its median's end, or as near as the others allow."""
    heights = [float(axes.transData.transform(label.xy)[1]) for label in labels]
    gap = 1.5 * NORMAL * axes.figure.dpi / 72.0
    for label, height in zip(labels, spaced(heights, gap, axes.bbox.y0, axes.bbox.y1), strict=True):
        label.xyann = (1.02, (height - axes.bbox.y0) / axes.bbox.height)
