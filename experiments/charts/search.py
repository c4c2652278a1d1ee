"""What a search found, beside the policies that have a name: differences from the reference in two objectives, in fresh draws."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import Bbox

from lockgate.experiments.charts.callouts import Callout, call_out
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
    named,
    one_at_a_time,
    outcome_quantity,
    settle,
)
from lockgate.experiments.provenance import lockgate_version
from lockgate.experiments.search.found import Search
from lockgate.experiments.text.numbers import count, ticked
from lockgate.sim.model.outcomes import OUTCOMES

Array = np.ndarray[Any, np.dtype[Any]]
WIDE = 20.0  # times the median distance from the reference from which the largest would hide the others on a linear axis
NOTE = (
    "Differences from {} in the same draw, means with 95 % intervals over {}, none of them used in the search; hollow: dominated by "
    "another policy. Grey: the {}, as the search's own {} had them."
)


@one_at_a_time
def search_chart(found: Search, provenance: dict[str, Any] | None = None) -> Chart:
    """The first two objectives: policies found, named ones, and all trials, as differences from the reference."""
    fresh = count(len(next(iter(found.fresh.values()))), "fresh draw")
    note = NOTE.format(named(found.names[0]), fresh, count(len(found.trials), "trial"), count(found.draws, "draw"))
    seen = f"World {named(found.world.name)}, {found.horizon_days} days, seed {found.seed}; lockgate {lockgate_version()}. "
    figure = blank(7.0, title_of(found), seen + note, provenance)
    axes = figure.subplots()
    shown, ends = scales(found), differences(found)
    draw_trials(axes, found, shown)
    for place in drawn(found):
        draw_policy(axes, found, place, ends[:, place])
    widen(axes, ends)
    shape(axes, found, shown)
    settle(figure)
    label(axes, found, ends)
    return figure


def title_of(found: Search) -> str:
    """How many named policies are dominated by found ones."""
    best = f"the {len(found.best_named)} best named ones"
    if found.beaten:
        names = ", ".join(named(found.names[place]) for place in found.beaten)
        return f"Policies that nobody wrote dominate {len(found.beaten)} of {best}: {names}"
    return f"None of {count(len(found.found), 'policy', 'policies')} found dominates any of {best}"


def drawn(found: Search) -> list[int]:
    """The policies that are shown: those found that do what a named one does are not."""
    return [place for place in range(len(found.names)) if place < found.first_found or not found.is_copy(place)]


def scales(found: Search) -> list[Quantity]:
    """How the two axes are shown: benefit, or whatever the second objective is, across, and the first up."""
    return [outcome_quantity(name, found.fresh[name] - found.fresh[name][:, :1]) for name in (found.objectives[1], found.objectives[0])]


def differences(found: Search) -> Array:
    """Means and ends in the units of the axes, (2, P, 3): across and up; the mean itself where there is no interval."""
    table = []
    for quantity, name in zip(scales(found), (found.objectives[1], found.objectives[0]), strict=True):
        verdicts = [found.against(name, place, 0) for place in range(len(found.names))]
        table.append([[end if np.isfinite(end) else each.mean for end in (each.mean, each.low, each.high)] for each in verdicts])
        table[-1] = np.asarray(table[-1]) * quantity.factor  # type: ignore[call-overload]
    return np.array(table)


def draw_trials(axes: Axes, found: Search, shown: list[Quantity]) -> None:
    """All points tried, faint."""
    x, y = ((found.values[:, place] - found.reference_values[place]) * each.factor for place, each in zip((1, 0), shown, strict=True))
    axes.plot(x, y, "o", color="#bbbbbb", markersize=3, linewidth=0, gid="trials", zorder=2)


def draw_policy(axes: Axes, found: Search, place: int, ends: Array) -> None:
    """One mark with both intervals."""
    (x, left, right), (y, low, high) = ends
    new = place >= found.first_found
    colour = VERMILLION if new else BLUE if place else INK
    axes.plot([left, right], [y, y], color=colour, linewidth=1.0, alpha=0.7, zorder=3)
    axes.plot([x, x], [low, high], color=colour, linewidth=1.0, alpha=0.7, zorder=3)
    hollow = bool(found.frontier.dominated_by[place])
    axes.plot(
        [x], [y], "D" if new else "o", markerfacecolor="white" if hollow else colour, markeredgecolor=colour, markersize=6.5,
        gid=f"policy {place}", zorder=4,
    )  # fmt: skip


def widen(axes: Axes, ends: Array) -> None:
    """A scale that is logarithmic away from 0 where one difference dwarfs the others."""
    for part, set_scale in zip(ends, (axes.set_xscale, axes.set_yscale), strict=True):
        sizes = np.abs(part[:, 0])
        sizes = sizes[sizes > 0.0]
        if sizes.size and sizes.max() > WIDE * np.median(sizes):
            set_scale("symlog", linthresh=float(10.0 ** np.floor(np.log10(np.median(sizes)))), linscale=0.8)


def shape(axes: Axes, found: Search, shown: list[Quantity]) -> None:
    """Labels, grid, legend."""
    arrows = {"low": ("← better", "↓ better"), "high": ("better →", "↑ better")}
    across, up = (arrows[OUTCOMES[name].better][way] for way, name in enumerate((found.objectives[1], found.objectives[0])))
    reference = named(found.names[0])
    scale = ", logarithmic" if axes.get_xscale() != "linear" else ""
    axes.set_xlabel(f"difference in {shown[0].name} from {reference} ({shown[0].unit}{scale}; {across})", fontsize=NORMAL)
    scale = ", logarithmic" if axes.get_yscale() != "linear" else ""
    axes.set_ylabel(f"difference in {shown[1].name}\nfrom {reference} ({shown[1].unit}{scale}; {up})", fontsize=NORMAL)
    axes.axhline(0.0, color=GREY, linewidth=0.8, zorder=1)
    axes.axvline(0.0, color=GREY, linewidth=0.8, zorder=1)
    axes.xaxis.set_major_formatter(FuncFormatter(ticked))
    axes.yaxis.set_major_formatter(FuncFormatter(ticked))
    axes.tick_params(labelsize=SMALL)
    axes.grid(color=PALE, linewidth=0.5, zorder=0)
    axes.spines[["top", "right"]].set_visible(False)
    marks = [("found by the search", "D", VERMILLION), ("named policy", "o", BLUE), ("reference", "o", INK), ("trial", "o", "#bbbbbb")]
    handles = [Line2D([], [], marker=marker, color=colour, linewidth=0, label=text) for text, marker, colour in marks]
    axes.legend(handles=handles, loc="upper right", fontsize=SMALL, frameon=False)


def label(axes: Axes, found: Search, ends: Array) -> None:
    """Names of the named policies, and numbers of the found ones that none dominates, beside their marks."""
    callouts, taken = [], []
    for place in drawn(found):
        (x, left, right), (y, low, high) = ends[:, place]
        mark = axes.transData.transform((x, y))
        text = str(place - found.first_found + 1) if place >= found.first_found else named(found.names[place])
        if place < found.first_found or place in found.winners:
            callouts.append(Callout(text, (float(x), float(y)), axes.transData))
        taken += [Bbox([mark, mark]).padded(SMALL), Bbox(axes.transData.transform([(left, y), (right, y)])).padded(1)]
        taken.append(Bbox(axes.transData.transform([(x, low), (x, high)])).padded(1))
    call_out(axes, callouts, taken)
