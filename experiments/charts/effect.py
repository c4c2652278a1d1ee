"""Misuse saved so far, by day: one panel a policy, with the spread over worlds and, apart from it, the mean with its interval."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, MaxNLocator, SymmetricalLogLocator

from lockgate.experiments.answers.over_time.effect import Effect
from lockgate.experiments.charts.claims import headed
from lockgate.experiments.charts.style import (
    DOLLARS,
    GREY,
    INK,
    NORMAL,
    PALE,
    SMALL,
    Chart,
    Look,
    drawable,
    looks,
    names_of,
    one_at_a_time,
    settle,
    sheet,
)
from lockgate.experiments.text.course import size_told
from lockgate.experiments.text.numbers import money, of_draws, ticked

Array = np.ndarray[Any, np.dtype[Any]]

ACROSS = {1: 1, 2: 2, 3: 3, 4: 2}  # columns of panels; from five policies on three, from nine on four
HEIGHT = {1: 3.4, 2: 2.6}  # inches of a panel, by columns
MEANS = 8  # marks of the mean in a panel
WIDE = 3.0  # times the least reach of a panel from which the largest would flatten it on a linear scale
ROOM = 0.06  # of what is shown, above and below it
NOTE = (
    "Bands hold the middle 50 % and 90 % of worlds, the line is their median. Dots with bars are something else: the mean over worlds, and "
    "its 95 % interval. Dotted: median day of release to everyone; diamond: from there on, the mean saving is gone. "
    "Below 0 there is more harm than under the reference. Under each name: the mean at the end, or the shares of worlds."
)


@one_at_a_time
def effect(found: Sequence[Effect], caption: str = "", provenance: dict[str, Any] | None = None) -> Chart:
    """The harm saved by each day against the reference, in percent of the reference's mean harm to the end, or in US$ where that is 0.

    Panels share their scales.
    """
    columns = ACROSS.get(len(found), 3 if len(found) < 9 else 4)
    rows = -(-len(found) // columns)
    base = f"harm under {names_in(found)[0]} to day {found[0].days[-1]}"
    whole = f"100 %: the mean {base}, {dollars(found[0])}." if unit_of(found) == "%" else f"In {DOLLARS}, as there is no {base}."
    scale = f"The scale is logarithmic from {'1 %' if unit_of(found) == '%' else f'{DOLLARS} 1'} on." if is_wide(found) else ""
    note = f"{caption} {whole} {NOTE} {scale}".strip()
    figure = sheet(0.35 + rows * HEIGHT.get(columns, 1.85), title_of(found), note, provenance)
    cast(ConstrainedLayoutEngine, figure.get_layout_engine()).set(wspace=0.02, hspace=0.03)
    panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axes, each, look, name in zip(panels.flat, found, looks(len(found) + 1)[1:], names_in(found)[1:], strict=False):
        draw_policy(axes, each, look, name)
    for axes in panels.flat[len(found) :]:
        axes.remove()
    for column in range(columns):  # the last row may be short
        panels[(len(found) - 1 - column) // columns, column].tick_params(labelbottom=True)
        panels[-1, column].set_xlabel("day", fontsize=NORMAL)
    for axes in panels[:, 0]:
        axes.set_ylabel(f"harm saved so far ({unit_of(found)})", fontsize=NORMAL)
    shape_axes(panels[0, 0], found)
    settle(figure)
    return figure


def names_in(found: Sequence[Effect]) -> list[str]:
    """What the chart calls the reference and each of the policies."""
    return names_of([found[0].reference, *(each.policy for each in found)])


def dollars(each: Effect) -> str:
    """The harm that percentages are of, as text of a chart."""
    return money(1.0 / each.per_share).replace("US$", DOLLARS)


def saved(each: Effect) -> float:
    """What makes a difference in US$ a saving in percent; one in US$ where the reference has no harm that it could be a share of."""
    return -100.0 * each.per_share if each.per_share > 0.0 else -1.0


def unit_of(found: Sequence[Effect]) -> str:
    """The unit of what is saved."""
    return "%" if found[0].per_share > 0.0 else DOLLARS


def title_of(found: Sequence[Effect]) -> str:
    """How many policies have clearly saved harm at the end, or did so before."""
    day, reference = int(found[0].days[-1]), names_in(found)[0]
    draws = found[0].verdict.draws
    if len(found) == 1:
        text = single_title(found[0], day, reference)
        return headed(text, draws, named=not text.startswith("by day "))
    less = sum(each.verdict.is_clear and each.verdict.direction == "less" for each in found)
    more = sum(each.verdict.is_clear and each.verdict.direction == "more" for each in found)
    gone = sum(each.less is not None and each.less.used_up is not None for each in found)
    used = f"; saved at first and used up: {gone}" if gone else ""
    added = f"; clearly more: {more}" if more else ""
    return headed(f"by day {day}, clearly less harm than under {reference}: {less} of {len(found)} policies{added}{used}", draws)


def single_title(each: Effect, day: int, reference: str) -> str:
    """What one policy does."""
    name = names_in([each])[1]
    if each.is_same:
        return f"{name} never differs from {reference} in harm"
    if each.verdict.is_clear:
        size = drawable(size_told(each, each.verdict)[0])
        if each.verdict.direction == "more" and each.less is not None:
            return f"{name} saves harm at first, and by day {day} has clearly more than {reference}: {size} more"
        return f"by day {day}, {name} has clearly {each.verdict.direction} harm than {reference}: {size} {each.verdict.direction}"
    if each.less is not None and each.less.used_up is not None:
        return f"{name} saves harm at first; from day {each.less.used_up} on, no clear difference from {reference} is left"
    return f"by day {day}, no clear difference in harm between {name} and {reference}"


def draw_policy(axes: Axes, each: Effect, look: Look, name: str) -> None:
    """One panel."""
    days = np.append(0, each.days)
    lines = saved(each) * np.column_stack([np.zeros(5), each.quantiles])
    axes.axhline(0.0, color=INK, linewidth=0.9, zorder=3)
    axes.fill_between(days, lines[0], lines[4], color=look.colour, alpha=0.13, linewidth=0, zorder=1)
    axes.fill_between(days, lines[1], lines[3], color=look.colour, alpha=0.28, linewidth=0, zorder=2)
    axes.plot(days, lines[2], color=look.colour, linewidth=1.5, gid="median", zorder=4)
    draw_means(axes, each)
    draw_marks(axes, each, look)
    axes.set_title(name, loc="left", fontsize=NORMAL, fontweight="bold", color=INK, pad=14)
    axes.annotate(said(each), (0, 1), (0, 4), xycoords="axes fraction", textcoords="offset points", fontsize=SMALL, color=INK)


def draw_means(axes: Axes, each: Effect) -> None:
    """The mean with its interval at some days, the last among them."""
    places = np.unique(np.linspace(len(each.days) - 1, 0, MEANS + 1).round().astype(int)[:-1])
    mean, low, high = (saved(each) * each.part(name)[places] for name in ("mean", "low", "high"))
    sizes = np.nan_to_num(np.abs(np.array([mean - high, low - mean])))
    axes.errorbar(
        each.days[places], mean, yerr=sizes, fmt="o", color=INK, markersize=2.6, elinewidth=0.9, capsize=1.8, capthick=0.9, gid="mean",
        zorder=5,
    )  # fmt: skip


def draw_marks(axes: Axes, each: Effect, look: Look) -> None:
    """Where the hold ends, and where the mean saving is gone."""
    if each.hold_ends:
        axes.axvline(each.hold_ends, color=GREY, linewidth=1.0, linestyle=":", gid="hold ends", zorder=3)
    if each.less is not None and each.less.break_even is not None:
        axes.plot(
            [each.less.break_even], [0.0], "D", color="white", markeredgecolor=look.colour, markeredgewidth=1.4, markersize=6,
            gid="break-even", zorder=6,
        )  # fmt: skip


def said(each: Effect) -> str:
    """The verdict at the end, under the name."""
    found = each.verdict
    if found.word == "same":
        return "same in all worlds"
    if found.is_clear:
        size, ends = size_told(each, found)
        return drawable(f"{size} {found.direction} {ends}".rstrip())
    word = f"leaning {found.direction}" if found.word == "leaning" else found.word
    return f"{word}: {of_draws(found.less)} less, {of_draws(found.same)} same, {of_draws(found.more)} more"


def is_wide(found: Sequence[Effect]) -> bool:
    """Whether nine tenths of the worlds reach so much further from 0 in one panel than in another that a linear scale would flatten it."""
    reaches = [reach for each in found if (reach := float(np.abs(each.quantiles[[0, 4]]).max())) > 0.0]
    return bool(reaches) and max(reaches) > WIDE * min(reaches)


def shape_axes(axes: Axes, found: Sequence[Effect]) -> None:
    """The limits that all panels share, ticks and grids. The scale holds the middle 90 % of worlds, and the intervals of means.

    Where it is many times as wide in one panel as in another, it is logarithmic from 1 % on.
    """
    shown = np.concatenate([saved(each) * each.quantiles[[0, 4]].ravel() for each in found])
    ends = np.concatenate([saved(each) * each.part(name) for each in found for name in ("mean", "low", "high")])
    values = np.concatenate([shown, ends[np.isfinite(ends)], [0.0]])
    low, high = float(values.min()), float(values.max())
    if is_wide(found):
        axes.set_yscale("symlog", linthresh=1.0, linscale=0.6)
        axes.yaxis.set_major_locator(SymmetricalLogLocator(base=10.0, linthresh=1.0))
        low, high = 1.3 * min(low, -1.0), 1.3 * max(high, 1.0)
    else:
        axes.yaxis.set_major_locator(MaxNLocator(5))
        room = ROOM * ((high - low) or 1.0)
        low, high = low - room, high + room
    axes.set_ylim(low, high)
    axes.yaxis.set_major_formatter(FuncFormatter(ticked))
    axes.set_xlim(0, (1.0 + ROOM / 4) * float(found[0].days[-1]))
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 3, 4.5, 6, 9, 10], integer=True))
    for panel in cast(Chart, axes.figure).axes:
        panel.tick_params(labelsize=SMALL)
        panel.grid(axis="y", color=PALE, linewidth=0.5, zorder=0)
        panel.spines[["top", "right"]].set_visible(False)
