"""Worst worlds: how often harm exceeds an amount, and the mean of the worst 5 % under each policy."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lockgate.experiments.answers.divergence.examples import by_share
from lockgate.experiments.answers.worst.tails import TAIL
from lockgate.experiments.answers.worst.worst import Tail, WorstWorlds
from lockgate.experiments.charts.style import (
    DOLLARS,
    GREY,
    INK,
    NORMAL,
    PALE,
    SMALL,
    Chart,
    Look,
    Quantity,
    blank,
    looks,
    names_of,
    one_at_a_time,
    quantity,
    settle,
)
from lockgate.experiments.text.numbers import money, numeral, percent, ticked

NOTE = (
    "Left: lines are shares of all {what}, shaded their pointwise 95 % intervals under the reference and under {policy}. "
    "Right: the mean of the worst 5 % of {what} with its 95 % interval; none where fewer than 10 draws are among them. "
    "Beside it the paired difference from the reference, and what may be said of it."
)


@one_at_a_time
def worst(found: WorstWorlds, *, caption: str = "") -> Chart:
    """A line a policy for the share of worlds in which harm exceeds an amount, and a mark a policy for the mean of the worst 5 %."""
    rows = len(found.tails)
    note = NOTE.format(what=found.what, policy=called(found, found.policy))
    figure = blank(2.1 + max(2.6, 0.26 * rows), title_of(found), f"{caption} {note}".strip())
    left, right = figure.subplots(1, 2, width_ratios=(1.35, 1.0))
    marks = looks(rows)
    largest = np.array([[tail.shortfall, tail.high if np.isfinite(tail.high) else 0.0] for tail in found.tails])
    shown = quantity("model-enabled harm", "US$", np.append(largest, found.amounts))
    for tail, look in zip(found.tails, marks, strict=True):
        draw_curve(left, found, tail, look, shown)
    shape_curves(left, found, shown)
    for row, (tail, look) in enumerate(zip(found.tails, marks, strict=True)):
        draw_shortfall(right, row, np.array([tail.shortfall, tail.low, tail.high]) * shown.factor, look)
        told = "reference" if tail.verdict is None else f"{numeral(tail.verdict.mean * shown.factor, signed=True)}, {tail.verdict.name}"
        right.text(1.03, row, told, transform=right.get_yaxis_transform(), va="center", fontsize=SMALL, color=INK if tail.verdict else GREY)
    shape_shortfalls(right, found, shown)
    settle(figure)
    return figure


def called(found: WorstWorlds, policy: str) -> str:
    """What the chart calls a policy."""
    labels = [tail.policy for tail in found.tails]
    return names_of(labels)[labels.index(policy)]


def title_of(found: WorstWorlds) -> str:
    """What may be said of the mean of the worst worlds against the reference's."""
    verdict, base = found.tail.verdict, found.tails[0]
    group = f"the mean of the worst {percent(TAIL)} of {found.what}"
    if verdict is None:
        return (
            f"Under {called(found, found.policy)}, {group} is {numeral(found.tail.shortfall / found.tail.mean)} times that of all"
            if (found.tail.mean > 0.0)
            else f"Under {called(found, found.policy)} there is no harm"
        )
    known, policy, reference = " (preliminary)" if verdict.preliminary else "", called(found, found.policy), called(found, base.policy)
    if verdict.is_clear:
        size = by_share(abs(verdict.mean) / base.shortfall) if base.shortfall > 0.0 else money(abs(verdict.mean)).replace("US$", DOLLARS)
        return f"Under {policy}, {group} is {size} {verdict.direction} than under {reference}{known}"
    if verdict.word == "leaning":
        return f"Under {policy}, {group} leans to {verdict.direction} than under {reference}, not clearly{known}"
    same = "the same" if verdict.word == "same" else "not clearly different"
    return f"{group[0].upper()}{group[1:]} is {same} under {policy} and under {reference}{known}"


def draw_curve(axes: Axes, found: WorstWorlds, tail: Tail, look: Look, shown: Quantity) -> None:
    """The share of worlds, in percent, with more than each amount; it stays until the next amount."""
    amounts, share = np.array(found.amounts) * shown.factor, 100.0 * np.array(tail.exceeded)
    there, shaded = int(np.sum(share[:, 0] > 0.0)), tail.policy in (found.reference, found.policy)
    steps = [*share[:there, 0], *share[:there, 0][-1:]]  # to the largest harm, which none exceeds
    axes.plot(
        amounts[: len(steps)], steps, drawstyle="steps-post", color=look.colour, linestyle=look.line,
        linewidth=1.8 if shaded else 1.1, gid=f"curve {tail.policy}", zorder=3,
    )  # fmt: skip
    if shaded:
        axes.fill_between(amounts, share[:, 1], share[:, 2], step="post", color=look.colour, alpha=0.14, linewidth=0, zorder=2)


def shape_curves(axes: Axes, found: WorstWorlds, shown: Quantity) -> None:
    """Shares on a logarithmic axis, down to less than one draw."""
    axes.set_yscale("log")
    axes.set_ylim(min(max(0.02, 40.0 / max(found.draws, 1)), 80.0 * TAIL), 130.0)  # the worst 5 % are in sight
    axes.set_xlim(left=0.0)
    axes.axhline(100.0 * TAIL, color=GREY, linewidth=0.8, linestyle=":", zorder=1)
    axes.annotate("5 %", (1.0, 100.0 * TAIL), (-2, 2), xycoords=("axes fraction", "data"), textcoords="offset points", ha="right",
                  fontsize=SMALL, color=GREY)  # fmt: skip
    axes.yaxis.set_major_formatter(FuncFormatter(ticked))
    axes.xaxis.set_major_formatter(FuncFormatter(ticked))
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.set_xlabel(shown.label, fontsize=NORMAL)
    axes.set_ylabel(f"{found.what} with more harm than that (%)", fontsize=NORMAL)
    finish(axes)


def draw_shortfall(axes: Axes, row: int, ends: np.ndarray[Any, np.dtype[Any]], look: Look) -> None:
    """A mark and its interval."""
    if np.isfinite(ends[1]):
        axes.plot(ends[1:], [row, row], color=look.colour, linewidth=2.2, solid_capstyle="butt", zorder=3)
    axes.plot(
        [ends[0]], [row], look.marker, color=look.colour, markeredgecolor="white", markersize=7.5, gid=f"shortfall {row}", zorder=4
    )  # fmt: skip


def shape_shortfalls(axes: Axes, found: WorstWorlds, shown: Quantity) -> None:
    """A row a policy, from 0 on."""
    axes.set_yticks(range(len(found.tails)), names_of([tail.policy for tail in found.tails]), fontsize=NORMAL)
    axes.set_ylim(len(found.tails) - 0.4, -0.6)
    axes.set_xlim(0.0, 1.06 * axes.get_xlim()[1])
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(FuncFormatter(ticked))
    axes.set_xlabel(f"mean of the worst 5 % ({shown.unit})", fontsize=NORMAL)
    axes.annotate("difference", (1.03, 1), (0, 4), xycoords="axes fraction", textcoords="offset points", fontsize=SMALL, color=GREY)
    finish(axes)
    axes.tick_params(axis="y", length=0)


def finish(axes: Axes) -> None:
    """Grid and frame."""
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.grid(color=PALE, linewidth=0.5, zorder=0)
    axes.spines[["top", "right"]].set_visible(False)
