"""Two paired runs side by side: the events that one of them has alone, and what that did to harm."""

from collections.abc import Sequence
from itertools import count
from textwrap import fill
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lockgate.experiments.answers.divergence.chain import Happening
from lockgate.experiments.answers.divergence.divergence import Divergence
from lockgate.experiments.charts.style import (
    GREY,
    INK,
    NORMAL,
    PALE,
    SMALL,
    Chart,
    Look,
    blank,
    drawable,
    looks,
    named,
    one_at_a_time,
    quantity,
    settle,
)
from lockgate.experiments.provenance import lockgate_version
from lockgate.experiments.text.numbers import ticked

TEXT = 150  # characters of a line of the list
CLOSE = 0.016  # of the run, between two marks that stand beside one another
STEP = 0.19  # of a lane, between two marks one above the other
MOST_HIGH = 4  # marks one above the other
LANES = (1.0, 0.0)  # heights of the reference and of the policy
NOTE = "Ticks: every line that only one of the two event logs has. Numbers: those of note, told below."


class Mark(NamedTuple):
    """A numbered event: its number, the lane (0: the reference), the day, and how many marks it stands above the lane's first."""

    number: int
    lane: int
    day: int
    level: int


@one_at_a_time
def divergence(found: Divergence, *, caption: str = "") -> Chart:
    """A lane a run with the events that the other has not, the harm that the policy adds or avoids by each day, and the events in words.

    `caption` says what the runs are of, beside the draw.
    """
    happened = [each for each in (found.first, found.instead, *found.chain) if each]
    said = [drawable(f"{number}  {each.said(found.reference)}") for number, each in enumerate(happened, 1)]
    words = [fill(text, TEXT, subsequent_indent="     ") for text in said]
    lines = sum(text.count("\n") + 1 for text in words)
    parts = (*map(drawable, (found.where, found.example, caption)), f"lockgate {lockgate_version()}")
    told = "; ".join(part for part in parts if part)
    figure = blank(4.7 + 0.17 * lines, title_of(found), f"{told[:1].upper()}{told[1:]}. {NOTE}")
    heights = [2.0, 1.3, 0.17 * max(lines, 1)]
    lanes, harm, below = figure.subplots(3, 1, height_ratios=heights)
    marks = looks(2)
    draw_lanes(lanes, found, happened, marks)
    draw_harm(harm, found, marks[1])
    below.set_axis_off()
    below.text(0.0, 1.0, "\n".join(words), transform=below.transAxes, va="top", fontsize=SMALL, color=INK, linespacing=1.35)
    settle(figure)
    return figure


def title_of(found: Divergence) -> str:
    """The first event, or that there is none."""
    if found.first is None:
        return f"Under {named(found.policy)} nothing that is logged happens otherwise than under {named(found.reference)}"
    return f"The runs part on day {found.first.day}, under {named(found.first.policy)}: {drawable(found.first.text.removesuffix('.'))}"


def marks_of(found: Divergence, happened: Sequence[Happening]) -> list[Mark]:
    """The marks of events; one that both runs have on different days has a mark in each lane."""
    marks: list[Mark] = []
    for number, each in enumerate(happened, 1):
        lane = 0 if each.policy == found.reference else 1
        for place, day in ((lane, each.day), (1 - lane, each.other_day)):
            if day is not None:
                near = {mark.level for mark in marks if mark.lane == place and abs(mark.day - day) < CLOSE * found.horizon_days}
                marks.append(Mark(number, place, day, next(level for level in count() if level not in near)))
    return marks


def draw_lanes(axes: Axes, found: Divergence, happened: Sequence[Happening], styles: Sequence[Look]) -> None:
    """Ticks for all events of one run only, and the numbered ones above them."""
    for lane, days in enumerate(found.events):
        axes.axhline(LANES[lane], color=PALE, linewidth=0.8, zorder=1)
        axes.vlines(days, LANES[lane] - 0.12, LANES[lane], color=styles[lane].colour, linewidth=0.6, alpha=0.5, zorder=2)
    shift = CLOSE * found.horizon_days
    for mark in marks_of(found, happened):
        column, level = divmod(mark.level, MOST_HIGH)
        axes.annotate(
            str(mark.number), (mark.day + column * shift, LANES[mark.lane] + 0.14 + STEP * level),
            ha="center", va="center", fontsize=SMALL, color="white",
            bbox={"boxstyle": "circle,pad=0.22", "facecolor": styles[mark.lane].colour, "edgecolor": "white", "linewidth": 0.6},
            gid=f"event {mark.number}", zorder=4,
        )  # fmt: skip
    axes.set_yticks(LANES, [named(found.reference), named(found.policy)], fontsize=NORMAL)
    axes.set_ylim(-0.25, 1.98)
    shape_days(axes, found.horizon_days)
    axes.set_title("events of one run only", loc="left", fontsize=NORMAL + 0.5, fontweight="bold", color=INK)


def draw_harm(axes: Axes, found: Divergence, style: Look) -> None:
    """Harm under the policy less that under the reference, up to each week's end."""
    days, before, after = np.array(found.weeks).T
    change = after - before
    shown = quantity("difference", "US$", change)
    axes.axhline(0.0, color=INK, linewidth=0.8, zorder=1)
    axes.plot([0, *days], [0.0, *(change * shown.factor)], color=style.colour, linewidth=1.6, gid="harm", zorder=3)
    axes.set_ylabel(shown.unit, fontsize=NORMAL)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(ticked))
    axes.tick_params(axis="y", labelsize=SMALL)
    axes.margins(y=0.12)
    shape_days(axes, found.horizon_days)
    axes.set_xlabel("days since the first covered system was ready", fontsize=NORMAL)
    title = f"model-enabled harm up to this day: {named(found.policy)} less {named(found.reference)}"
    axes.set_title(title, loc="left", fontsize=NORMAL + 0.5, fontweight="bold", color=INK)


def shape_days(axes: Axes, horizon: int) -> None:
    """Days along the axis."""
    axes.set_xlim(-0.02 * horizon, 1.02 * horizon)
    axes.xaxis.set_major_locator(MaxNLocator(10, integer=True))
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.grid(axis="x", color=PALE, linewidth=0.5, zorder=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines["left"].set_color(GREY)
