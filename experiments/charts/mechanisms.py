"""The mechanisms of a policy's effect: a waterfall from the difference without any of them to that with all."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lockgate.experiments.answers.mechanisms.mechanisms import Mechanisms
from lockgate.experiments.charts.style import (
    BLUE,
    DOLLARS,
    GREY,
    INK,
    NORMAL,
    PALE,
    SMALL,
    VERMILLION,
    Chart,
    blank,
    named,
    one_at_a_time,
    settle,
)
from lockgate.experiments.results.verdict import Verdict
from lockgate.experiments.text.mechanisms import Amounts, amounts_of, listed
from lockgate.experiments.text.numbers import count, money, ticked
from lockgate.sim.model.outcomes import OUTCOMES

Array = np.ndarray[Any, np.dtype[Any]]

MOST_BARS = 12  # mechanisms that have a bar of their own
SMALLEST = 0.02  # share of the largest bar below which a mechanism goes to the others
MOST_NAMED = 3  # in the title
HEIGHT = 0.62  # of a bar, in rows
COLUMNS_AT = (1.19, 1.27)  # right edge of the numbers, left edge of the verdicts, in widths of the panel


@dataclass(frozen=True)
class Step:
    """One bar: from where to where on the axis (in the outcome's unit), and what may be said of its length."""

    name: str
    begin: float
    found: Verdict
    is_total: bool = False

    @property
    def end(self) -> float:
        """Where it ends."""
        return self.begin + self.found.mean


@one_at_a_time
def mechanisms(answer: Mechanisms, caption: str = "") -> Chart:
    """The difference without any mechanism, what each adds (the largest first), and the difference as it is; with 95 % intervals."""
    steps, amounts = steps_of(answer), amounts_of(answer)
    figure = blank(1.9 + 0.29 * len(steps), title_of(answer, amounts), f"{caption} {note_of(answer)}".strip())
    axes = figure.subplots()
    for row, step in enumerate(steps):
        draw_step(axes, row, step, amounts)
        write_beside(axes, row, step.found, amounts)
        if row + 1 < len(steps):
            axes.plot([step.end / amounts.size] * 2, [row - HEIGHT / 2, row + 1 + HEIGHT / 2], color=GREY, linewidth=0.7, zorder=1)
    shape_axes(axes, steps, answer, amounts)
    settle(figure)
    return figure


def steps_of(answer: Mechanisms) -> list[Step]:
    """The bars, top to bottom."""
    none, full = answer.ends
    sizes = np.abs(answer.shares.mean(axis=0))
    order = np.argsort(-sizes, kind="stable")
    own = order[: max(MOST_BARS, 1)][sizes[order[:MOST_BARS]] >= SMALLEST * sizes.max(initial=0.0)]
    rest = np.setdiff1d(order, own)
    columns = np.column_stack([answer.shares[:, own], answer.shares[:, rest].sum(axis=1)])[:, : len(own) + bool(len(rest))]
    names = [*(answer.names[place] for place in own), *(["the other one"] if len(rest) == 1 else [f"the {len(rest)} others"])]
    steps = [Step("none of them", 0.0, none, is_total=True)]
    for name, found in zip(names, answer.verdicts(columns), strict=False):
        steps.append(Step(name, steps[-1].end, found))
    return [*steps, Step("as it is", 0.0, full, is_total=True)]


def draw_step(axes: Axes, row: int, step: Step, amounts: Amounts) -> None:
    """The bar with the interval of its length; pale where the length is not clearly different from 0."""
    fill = colour_of(step)
    face = fill if step.found.is_clear else "white"
    left, width = step.begin / amounts.size, step.found.mean / amounts.size
    hatch = "" if step.found.is_clear else "////"
    axes.barh(row, width, HEIGHT, left, facecolor=face, edgecolor=fill, hatch=hatch, linewidth=1.0, gid=f"step {row}", zorder=2)
    if np.isfinite(step.found.low):
        ends = [(step.begin + end) / amounts.size for end in (step.found.low, step.found.high)]
        axes.plot(ends, [row, row], color=INK, linewidth=1.1, marker="|", markersize=6, gid=f"interval {row}", zorder=3)


def colour_of(step: Step) -> str:
    """Grey for the ends, and by direction: worse, or better; neither where the outcome has none."""
    if step.is_total or OUTCOMES[step.found.outcome].better == "neither":
        return GREY
    is_less = step.found.mean < 0.0
    return BLUE if is_less == (OUTCOMES[step.found.outcome].better == "low") else VERMILLION


def write_beside(axes: Axes, row: int, found: Verdict, amounts: Amounts) -> None:
    """The mean with its interval, and the verdict, right of the panel."""
    spread = f"  [{amounts.span(found)}]" if np.isfinite(found.low) else ""
    text = f"{amounts.bare(found.mean)}{spread}".replace("-", "−")
    place: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "va": "center", "fontsize": SMALL, "color": INK}
    axes.text(COLUMNS_AT[0], row, text, ha="right", **place)
    axes.text(COLUMNS_AT[1], row, found.word, ha="right", **place)


def shape_axes(axes: Axes, steps: list[Step], answer: Mechanisms, amounts: Amounts) -> None:
    """Names, limits, grid, headings and legend."""
    ends = np.array([[step.begin + part for part in (0.0, step.found.mean, step.found.low, step.found.high)] for step in steps])
    low, high = float(np.nanmin(ends)) / amounts.size, float(np.nanmax(ends)) / amounts.size
    reach = 0.04 * (high - low) or 1.0
    axes.set_xlim(low - reach, high + reach)
    axes.set_ylim(len(steps) - 0.4, -0.6)
    axes.axvline(0.0, color=INK, linewidth=0.8, zorder=1)
    axes.set_yticks(range(len(steps)), [step.name for step in steps], fontsize=NORMAL)
    for label, step in zip(axes.get_yticklabels(), steps, strict=True):
        label.set_fontweight("bold" if step.is_total else "normal")
    axes.xaxis.set_major_locator(MaxNLocator(8))
    axes.xaxis.set_major_formatter(FuncFormatter(ticked))
    axes.set_xlabel(label_of(answer, amounts), fontsize=NORMAL)
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=PALE, linewidth=0.5, zorder=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    for x, text in zip(COLUMNS_AT, (f"mean [95 %], {amounts.unit}".rstrip(", "), "verdict"), strict=True):
        axes.annotate(text, (x, 1), (0, 6), xycoords="axes fraction", textcoords="offset points", ha="right", fontsize=SMALL, color=GREY)
    axes.legend(handles=legend_of(answer), loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4, fontsize=SMALL, frameon=False)


def legend_of(answer: Mechanisms) -> list[Patch]:
    """What the colours and the hatch say."""
    better = OUTCOMES[answer.outcome].better
    better_side, worse_side = ("less", "more") if better == "low" else ("more", "less")
    told = (
        []
        if better == "neither"
        else [Patch(color=BLUE, label=f"towards {better_side} (better)"), Patch(color=VERMILLION, label=f"towards {worse_side} (worse)")]
    )
    return [*told, Patch(facecolor="white", edgecolor=GREY, hatch="////", label="not clearly different from 0")]


def label_of(answer: Mechanisms, amounts: Amounts) -> str:
    """What the axis has."""
    unit = f"% of the mean under {named(answer.reference)}" if answer.is_percent else amounts.unit.replace("US$", DOLLARS)
    what = f"difference in {OUTCOMES[answer.outcome].long} from {named(answer.reference)} in the same draw"
    return f"{what} ({unit})" if unit else what


def title_of(answer: Mechanisms, amounts: Amounts) -> str:
    """What may be said of the whole difference, and of the largest share where mechanisms make for more of it."""
    _, full = answer.ends
    together = answer.together
    noun, policy, reference = OUTCOMES[answer.outcome].short, named(answer.policy), named(answer.reference)
    early = f"{'Preliminary,' if full.preliminary else 'In'} {count(len(answer.draws), 'draw')}: "  # fewer than other charts rest on
    if not full.is_clear:
        return f"{early}{policy} has no clear difference in {noun} from {reference}, by mechanism"
    amount = amounts.told(abs(full.mean)).removeprefix("+").replace("US$", DOLLARS)
    title = f"{early}{policy} has {amount} {full.direction} {noun} than {reference}"
    if not together.is_clear:
        return f"{title}; mechanisms together make no clear part of it"
    if together.direction != full.direction:
        return f"{title}; mechanisms together make it clearly smaller"
    first = answer.foremost(full.direction)
    if len(first) == 1:
        return f"{title}; the largest share of it: {first[0]}"
    return f"{title}; the largest shares of it, not told apart: {listed(first)}" if 1 < len(first) <= MOST_NAMED else title


def note_of(answer: Mechanisms) -> str:
    """What the bars are."""
    how = "over all coalitions" if answer.exact else "along an order of each draw and its reverse"
    idle = f" Without any effect: {listed(list(answer.idle))}." if answer.idle else ""
    worth = f" 1 % is {money(float(answer.base.mean()) / 100.0)}.".replace("US$", DOLLARS) if answer.is_percent else ""
    return (
        f"Shapley values {how}: in every draw they add up to the whole. Lines are 95 % intervals of the length of a bar, over "
        f"{len(answer.draws)} draws.{worth}{idle}"
    )
