"""A flip map: in which part of two inputs a policy has more of an outcome than the reference, and in which less."""

from itertools import groupby
from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from lockgate.experiments.answers.flips.axis import Axis
from lockgate.experiments.answers.flips.flip_map import FlipMap
from lockgate.experiments.charts.style import (
    BLUE,
    INK,
    NORMAL,
    PALE,
    VERMILLION,
    Chart,
    Fill,
    blank,
    drawable,
    named,
    one_at_a_time,
    settle,
)
from lockgate.experiments.text.numbers import UNITS, ticked
from lockgate.sim.model.outcomes import OUTCOMES

Array = np.ndarray[Any, np.dtype[Any]]
SIDES = {1.0: Fill(VERMILLION, ""), -1.0: Fill(BLUE, ""), 0.0: Fill("#f2f2f2", "////")}
HATCHED = "#9a9a9a"
STRENGTH = 0.75  # opacity of the two sides
BARRED = 12  # rows, up to which each has the interval of its own turn
HEIGHT = 6.4
WIDEST_LABEL = 80  # characters


@one_at_a_time
def flip_map(found: FlipMap, caption: str = "", provenance: dict[str, Any] | None = None) -> Chart:
    """Cells with clearly more and clearly less, the line on which the mean is 0, and where today's prior and central values lie."""
    figure = blank(HEIGHT, drawable(found.headline), drawable(f"{caption} {found.basis}".strip()), provenance)
    axes = figure.subplots()
    draw_cells(axes, found)
    shape(axes, found)
    handles = [*side_handles(found), *draw_line(axes, found), *draw_prior(axes, found)]
    labels = [str(handle.get_label()) for handle in handles]
    axes.legend(handles, labels, loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=NORMAL, frameon=False, borderaxespad=0.0)
    settle(figure)
    return figure


def draw_cells(axes: Axes, found: FlipMap) -> None:
    """Each run of alike cells of a row as one area; cells without support stay white."""
    across, up = positions(found.x), positions(found.y)
    for row, sides in enumerate(found.field.sides):
        first = 0
        for side, run in groupby(np.nan_to_num(sides, nan=9.0).tolist()):
            last = first + len(list(run))
            if side in SIDES:
                corner, size = (across[first], up[row]), (across[last] - across[first], up[row + 1] - up[row])
                axes.add_patch(area(corner, size, SIDES[side]))
            first = last


def area(corner: tuple[float, float], size: tuple[float, float], look: Fill) -> Rectangle:
    """A rectangle without a border, whose hatch is pale."""
    face = look.colour if look.hatch else (*rgb(look.colour), STRENGTH)
    return Rectangle(corner, *size, facecolor=face, edgecolor=HATCHED if look.hatch else "none", hatch=look.hatch or None, linewidth=0.0)


def rgb(colour: str) -> tuple[float, float, float]:
    """Red, green and blue, 0 to 1.

    >>> rgb("#ff0033")
    (1.0, 0.0, 0.2)
    """
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def positions(axis: Axis) -> Array:
    """The ends of the cells as drawn: labels stand one apart."""
    return np.arange(len(axis.centres) + 1) - 0.5 if axis.categorical else axis.edges


def shape(axes: Axes, found: FlipMap) -> None:
    """Limits, scales, ticks and labels of both axes."""
    for axis, side, scale, limit in (
        (found.x, axes.xaxis, axes.set_xscale, axes.set_xlim),
        (found.y, axes.yaxis, axes.set_yscale, axes.set_ylim),
    ):
        if axis.logarithmic:
            scale("log")
        limit(*positions(axis)[[0, -1]])
        if axis.levels and len(axis.centres) <= BARRED:
            places = range(len(axis.centres)) if axis.categorical else axis.centres
            side.set_ticks(places, [drawable(axis.input.rounded(value)) for value in axis.centres])
        else:
            side.set_major_locator(LogLocator(subs=steps_of(axis)) if axis.logarithmic else MaxNLocator(7))
            side.set_major_formatter(FuncFormatter(ticked))
        side.set_minor_locator(NullLocator())
        side.set_label_text(fill(drawable(label_of(axis)), WIDEST_LABEL), fontsize=NORMAL)
    axes.tick_params(labelsize=NORMAL)
    axes.spines[["top", "right"]].set_visible(False)


def steps_of(axis: Axis) -> tuple[float, ...]:
    """The ticks within a decade of a logarithmic axis: more, the fewer decades there are."""
    decades = np.log10(axis.edges[-1] / axis.edges[0])
    return (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0) if decades < 1.0 else (1.0, 2.0, 5.0) if decades < 3.0 else (1.0,)


def label_of(axis: Axis) -> str:
    """Name, meaning and unit of an input."""
    known = axis.input
    unit = UNITS.get(known.unit, (known.unit, 1.0))[0] if known.unit != "share" else "share"
    notes = [*([unit] if unit and not known.labels and unit != "yes or no" else []), *(["logarithmic"] if axis.logarithmic else [])]
    notes += [f"evidence {known.grade}"] if known.grade else []
    meaning = f": {known.words}" if known.meaning and len(known.words) <= 90 else ""
    return f"{known.name}{meaning}" + (f" ({', '.join(notes)})" if notes else "")


def side_handles(found: FlipMap) -> list[Any]:
    """The entries of the legend for cells."""
    noun, reference = OUTCOMES[found.outcome].short, named(found.reference)
    words = {1.0: f"clearly more {noun}\nthan under {reference}", -1.0: f"clearly less {noun}\nthan under {reference}", 0.0: "unclear"}
    sides = found.field.sides
    handles: list[Any] = [
        Patch(
            facecolor=area((0, 0), (1, 1), look).get_facecolor(),
            edgecolor=HATCHED,
            hatch=look.hatch or None,
            linewidth=0.4,
            label=words[side],
        )
        for side, look in SIDES.items()
        if side or (sides == 0.0).any()
    ]
    return handles + ([Patch(facecolor="white", edgecolor=PALE, label="too few cases")] if np.isnan(sides).any() else [])


def draw_line(axes: Axes, found: FlipMap) -> list[Any]:
    """The line on which the mean is 0, or its place in each row; with its interval where rows are few."""
    handles: list[Any] = []
    for line in found.lines():
        handles = axes.plot(*line.T, color=INK, zorder=4, **zero_line(found))
    turns = [(row, turn) for row, turn in enumerate(found.turns) if turn.value is not None and (turn.is_clear or not found.y.categorical)]
    if not turns or len(found.y.centres) > BARRED or not (handles or found.y.categorical):
        return handles
    for row, turn in turns:
        height = row if found.y.categorical else float(found.y.centres[row])
        low, high = (edge if end is None else end for end, edge in ((turn.low, found.x.edges[0]), (turn.high, found.x.edges[-1])))
        bar = axes.plot(
            [low, high], [height] * 2, color=INK, linewidth=1.2, marker="|", markersize=7, zorder=5, label="its 95 % interval along x",
        )  # fmt: skip
        if found.y.categorical:
            axes.plot([turn.value or 0.0] * 2, [row - 0.5, row + 0.5], color=INK, linewidth=2.0, zorder=4)
    return [*(handles or [Line2D([], [], color=INK, **zero_line(found))]), *bar]


def zero_line(found: FlipMap) -> dict[str, Any]:
    """How the line is drawn: thin and dotted where nothing may be claimed to turn."""
    clear = {"linewidth": 2.0, "linestyle": "-", "label": "mean difference 0"}
    return clear if found.flips else {"linewidth": 1.0, "linestyle": ":", "label": "mean difference 0, but\nno clear turn of the sign"}


def draw_prior(axes: Axes, found: FlipMap) -> list[Any]:
    """The box of today's prior, as much of it as is on the map, and the central values."""
    handles: list[Any] = []
    boxes = [clipped(axis) for axis in (found.x, found.y)]
    if all(box is not None for box in boxes):
        (left, right), (low, high) = (box or (0.0, 0.0) for box in boxes)
        patch = Rectangle(
            (left, low), right - left, high - low, fill=False, edgecolor=INK, linestyle="--", linewidth=1.4, zorder=6, clip_on=False
        )
        axes.add_patch(patch)
        handles.append(Line2D([], [], color=INK, linestyle="--", linewidth=1.4, label="central 90 % of\ntoday's priors"))
    centres = [central(axis) for axis in (found.x, found.y)]
    if centres[0] is not None and centres[1] is not None:
        handles += axes.plot(
            [centres[0]], [centres[1]], "*", color="white", markeredgecolor=INK, markersize=15, zorder=7, clip_on=False, linestyle="none",
            label="today's central values",
        )  # fmt: skip
    return handles


def clipped(axis: Axis) -> tuple[float, float] | None:
    """The box of the prior on one axis, cut to the map; the whole axis for labels, None where there is no prior or nothing of it."""
    first, last = (float(end) for end in positions(axis)[[0, -1]])
    if axis.categorical:
        return first, last
    if axis.input.box is None or axis.input.box[1] <= first or axis.input.box[0] >= last:
        return None
    return max(axis.input.box[0], first), min(axis.input.box[1], last)


def central(axis: Axis) -> float | None:
    """Where the central value is drawn; None where it is not on the map."""
    centre = axis.input.centre
    if axis.categorical:
        return float(np.flatnonzero(axis.centres == centre)[0]) if centre in axis.centres else None
    return centre if centre is not None and axis.edges[0] <= centre <= axis.edges[-1] else None
