"""What drives each policy's difference: one panel a policy, one row an input, with what it explains alone, of the sign and of the size."""

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lockgate.experiments.answers.drivers.driver import Driver, PolicyDrivers
from lockgate.experiments.answers.drivers.drivers import Drivers
from lockgate.experiments.charts.style import (
    BLUE,
    GREY,
    INK,
    NORMAL,
    ORANGE,
    PALE,
    SMALL,
    VERMILLION,
    Chart,
    blank,
    named,
    one_at_a_time,
    settle,
)
from lockgate.sim.errors import InputError
from lockgate.sim.model.outcomes import OUTCOMES

COLUMNS = 2
SHOWN = 8  # inputs of each policy
NOTE = (
    "Bars: what an input explains of the difference, alone or (where the design tells) with all that it acts with, and the 95 % interval. "
    "Diamonds: what it explains of the sign, among cases that differ; circles: of the size, whatever the sign. "
    "What cannot be told from chance is left out. In brackets: the grade of the evidence."
)
LEGEND = (("D", VERMILLION, "of the sign"), ("o", ORANGE, "of the size"))


@one_at_a_time
def drivers_chart(found: Drivers, caption: str = "", provenance: dict[str, Any] | None = None) -> Chart:
    """The drivers of each policy, the one of most influence on top. Raises `InputError` where no input has an influence on any."""
    shown = [one for one in found.policies if rows_of(one)]
    if not shown:
        raise InputError("no input has an influence that can be told from chance; add draws or points")
    columns = min(COLUMNS, len(shown))
    lines = -(-len(shown) // columns)
    height = 1.3 + lines * (0.75 + 0.24 * max(len(rows_of(one)) for one in shown))
    title = f"What drives the difference in {OUTCOMES[found.outcome].short} from {named(found.reference)}, policy by policy"
    figure = blank(height, title, f"{caption} {NOTE}".strip(), provenance)
    panels = figure.subplots(lines, columns, sharex=True, squeeze=False)
    slots = max(len(rows_of(one)) for one in shown)
    for one, axes in zip(shown, panels.flat, strict=False):
        draw_policy(axes, one, slots)
    panels.flat[0].set_xlim(0.0, 105.0 * min(1.0, max(far(driver) for one in shown for driver in rows_of(one))))
    for axes in panels.flat[len(shown) :]:
        axes.remove()
    for axes in panels.flat[max(0, len(shown) - columns) : len(shown)]:
        axes.tick_params(labelbottom=True)
        axes.set_xlabel(axis_label(found), fontsize=SMALL)
    marks = [Line2D([], [], color=colour, marker=marker, linestyle="none", label=label) for marker, colour, label in LEGEND]
    panels.flat[0].legend(handles=marks, fontsize=SMALL, frameon=False, loc="lower right")
    settle(figure)
    return figure


def rows_of(one: PolicyDrivers) -> tuple[Driver, ...]:
    """The inputs that are drawn: the first few of those with an influence."""
    return one.influential[:SHOWN]


def far(driver: Driver) -> float:
    """How far to the right a driver's marks reach."""
    indices = [index for index in (driver.alone, driver.total, driver.sign, driver.size) if index and index.share]
    return max(index.share if math.isnan(index.high) else index.high for index in indices)


def axis_label(found: Drivers) -> str:
    """What the shares are of."""
    return "share of the sum of mean absolute effects (%)" if found.method == "elementary effects" else "share of variance (%)"


def draw_policy(axes: Axes, one: PolicyDrivers, slots: int) -> None:
    """One panel, with room for so many rows."""
    drivers = rows_of(one)
    for row, driver in enumerate(drivers):
        index = driver.total if driver.total and driver.total.share >= driver.alone.share else driver.alone
        axes.barh(row, 100.0 * index.share, height=0.6, color=BLUE, alpha=0.75, zorder=2)
        if math.isfinite(index.low) and index.share:
            axes.plot([100.0 * index.low, 100.0 * index.high], [row, row], color=INK, linewidth=1.2, zorder=3)
        for (marker, colour, _), part, shift in zip(LEGEND, (driver.sign, driver.size), (-0.17, 0.17), strict=True):
            values = [100.0 * part.share] if part.share else []
            axes.plot(
                values, [row + shift] * len(values), marker, color=colour, markeredgecolor="white", markeredgewidth=0.6,
                markersize=6, linestyle="none", zorder=4,
            )  # fmt: skip
    names = [f"{named(driver.name)} ({driver.grade})" if driver.grade else named(driver.name) for driver in drivers]
    axes.set_yticks(range(len(drivers)), names, fontsize=SMALL)
    axes.set_ylim(slots - 0.4, -0.6)
    axes.set_title(named(one.policy), loc="left", fontsize=NORMAL, color=INK)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    axes.tick_params(labelsize=SMALL, colors=GREY)
    axes.grid(axis="x", color=PALE, linewidth=0.6, zorder=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
