"""Four lines: cumulative harm under a policy and the reference, under default and changed assumptions, and the policy's effect in both."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lockgate.experiments.answers.assumptions.four_lines import FourLines, signed
from lockgate.experiments.charts.callouts import spaced
from lockgate.experiments.charts.style import (
    BLUE,
    GREY,
    INK,
    NORMAL,
    PALE,
    SMALL,
    VERMILLION,
    Chart,
    Quantity,
    blank,
    drawable,
    looks,
    named,
    one_at_a_time,
    quantity,
    settle,
)
from lockgate.experiments.results.intervals import mean_interval
from lockgate.experiments.text.numbers import ticked

Array = np.ndarray[Any, np.dtype[Any]]
STYLES = ("-", "--")
DAYS = "days since the first covered system was ready"
NOTE = (
    "Above: means over draws of the harm up to each day; solid under default assumptions, dashed under changed ones. Below: the policy's "
    "cumulative harm less the reference's in the same draw, with 95 % intervals of the mean. Changed: {}."
)


@one_at_a_time
def four_lines_chart(found: FourLines, caption: str = "", provenance: dict[str, Any] | None = None) -> Chart:
    """Cumulative harm of the four combinations, and the effect of the policy under each of the assumptions."""
    note = NOTE.format(drawable(found.assumptions[1]))
    figure = blank(7.6, title_of(found), f"{caption} {note}".lstrip(), provenance)
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(1.3, 1.0))
    cumulative = found.cumulative
    lines = quantity("harm so far", "US$", cumulative.mean(axis=2))
    effect = cumulative[:, 1] - cumulative[:, 0]
    shown = quantity("effect", "US$", effect.mean(axis=1))
    named_lines = draw_lines(top, found, cumulative, lines)
    named_lines += draw_effects(bottom, found, effect, shown)
    bottom.set_xlabel(DAYS, fontsize=NORMAL)
    settle(figure)
    move_apart(named_lines)
    return figure


def title_of(found: FourLines) -> str:
    """What may be said of the interaction."""
    policy = named(found.policy)
    if not found.base:
        return f"Harm under {policy} and {named(found.reference)}, with default and changed assumptions"
    before, after = (f"{signed(100.0 * each.mean / found.base)} % ({each.name})" for each in found.effects)
    change = f"from {before} to {after}"
    if found.interaction.is_clear:
        return f"The change of assumptions moves {policy}'s effect on harm {change}"
    if found.interaction.word == "same":
        return f"The change of assumptions leaves {policy}'s effect on harm as it is in every draw: {before}"
    return f"Whether the change of assumptions moves {policy}'s effect on harm cannot be told: {change}"


def draw_lines(axes: Axes, found: FourLines, cumulative: Array, shown: Quantity) -> list[Annotation]:
    """The four means."""
    labels = []
    for place, (name, look) in enumerate(zip((found.reference, found.policy), looks(2), strict=True)):
        for number, style in enumerate(STYLES):
            line = cumulative[number, place].mean(axis=0) * shown.factor
            axes.plot(found.days, line, color=look.colour, linestyle=style, linewidth=1.7, gid=f"line {number} {place}")
            labels.append(label(axes, f"{named(name)}{', changed' if number else ''}", found.days, line))
    axes.set_ylabel(shown.label, fontsize=NORMAL)
    shape(axes, found)
    return labels


def draw_effects(axes: Axes, found: FourLines, effect: Array, shown: Quantity) -> list[Annotation]:
    """The effect under each of the assumptions, with its interval."""
    labels = []
    for number, (colour, style) in enumerate(zip((BLUE, VERMILLION), STYLES, strict=True)):
        mean, low, high = (end * shown.factor for end in mean_interval(effect[number]))
        axes.fill_between(found.days, low, high, color=colour, alpha=0.15, linewidth=0)
        axes.plot(found.days, mean, color=colour, linestyle=style, linewidth=1.7, gid=f"effect {number}")
        labels.append(label(axes, ("default", "changed")[number], found.days, mean))
    axes.axhline(0.0, color=GREY, linewidth=0.8, zorder=1)
    axes.set_ylabel(f"{named(found.policy)} less\n{named(found.reference)} ({shown.unit}; ↓ better)", fontsize=NORMAL)
    shape(axes, found)
    return labels


def shape(axes: Axes, found: FourLines) -> None:
    """Limits, ticks and grid."""
    axes.set_xlim(0, max(7, int(found.days[-1])))
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 3, 4.5, 6, 9, 10], integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(ticked))
    axes.tick_params(labelsize=SMALL)
    axes.grid(axis="y", color=PALE, linewidth=0.5, zorder=0)
    axes.spines[["top", "right"]].set_visible(False)


def label(axes: Axes, text: str, days: Array, line: Array) -> Annotation:
    """A name right of a line's end, where the layout leaves room for it."""
    return axes.annotate(
        text, (float(days[-1]), float(line[-1])), (1.02, 0.5), textcoords="axes fraction", va="center", fontsize=NORMAL, color=INK,
        annotation_clip=False, arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.6, "shrinkA": 1, "shrinkB": 1},
    )  # fmt: skip


def move_apart(labels: list[Annotation]) -> None:
    """Each label at the height of its line's end, or as near as the others of its panel allow."""
    for axes in dict.fromkeys(each.axes for each in labels if each.axes):
        here = [each for each in labels if each.axes is axes]
        heights = [float(axes.transData.transform(each.xy)[1]) for each in here]
        gap = 1.5 * NORMAL * axes.figure.dpi / 72.0
        for each, height in zip(here, spaced(heights, gap, axes.bbox.y0, axes.bbox.y1), strict=True):
            each.xyann = (1.02, (height - axes.bbox.y0) / axes.bbox.height)
