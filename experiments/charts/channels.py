"""Through which channels harm and operations come, and where operations go that a policy keeps from a channel."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lockgate.experiments.charts.style import (
    BLUE,
    CHANNELS,
    GREY,
    INK,
    NORMAL,
    PALE,
    SMALL,
    Chart,
    Quantity,
    blank,
    caption,
    named,
    one_at_a_time,
    patch,
    quantity,
    settle,
)
from lockgate.experiments.provenance import comparison_provenance
from lockgate.experiments.results.results import Results
from lockgate.experiments.text.numbers import numeral, ticked
from lockgate.sim.model.vocabulary import Channel

Array = np.ndarray[Any, np.dtype[Any]]


def displaced(comparison: Results) -> Array:
    """Operations summed over draws, by policy, by channel under the reference, and by channel under the policy, (P, 5, 5)."""
    return np.asarray(comparison.displacement.sum(axis=0))


def displacement_table(comparison: Results) -> list[dict[str, Any]]:
    """One row for each policy, channel used under the reference, and channel used under the policy.

    `operations` are summed over draws, `share` is of those that used the same channel under the reference. Channels that no operation
    used under the reference have no rows.
    """
    counts = displaced(comparison)
    return [
        {
            "policy": name,
            "reference_channel": before.label,
            "channel": after.label,
            "operations": int(counts[place, before, after]),
            "share": float(counts[place, before, after] / counts[place, before].sum()),
        }
        for place, name in enumerate(comparison.names)
        for before in Channel
        if counts[place, before].sum() > 0
        for after in Channel
    ]


NAMES = {channel: channel.name.lower().replace("_", " ") for channel in Channel}
SHORT = {
    Channel.NO_MODEL: "none",
    Channel.OPEN_WEIGHTS: "open",
    Channel.PUBLIC_SERVICE: "public",
    Channel.LEAKED_ACCESS: "leaked",
    Channel.STOLEN_WEIGHTS: "stolen",
}
SHADES = LinearSegmentedColormap.from_list("shades", ["#ffffff", BLUE])
HEADING = "Of the operations that used this channel under {} (how many, in all draws),\nthe share (%) that used each one under the policy:"
NOTE = "The table pools the operations of all draws, which are the same under every policy."


@one_at_a_time
def channels(comparison: Results) -> Chart:
    """Harm and operations by channel under every policy, and the displacement of operations between channels."""
    harm, operations = by_channel(comparison, "harm"), by_channel(comparison, "operations")
    counts = displaced(comparison)
    used = [channel for channel in Channel if counts[0, channel].sum() > 0]
    policies, rows = len(comparison.names), max(1, len(comparison.names) - 1)
    heights = (0.9 + 0.3 * policies, 1.15 + 0.25 * rows)
    shows_table = policies > 1 and bool(used)
    ratios = (0.3, heights[0], 0.45, heights[1]) if shows_table else (0.3, heights[0])
    figure = blank(1.2 + sum(ratios), title_of(harm), caption(comparison, NOTE if shows_table else ""), comparison_provenance(comparison))
    grid = figure.add_gridspec(len(ratios), 1, height_ratios=ratios)
    bars = grid[1].subgridspec(1, 2)
    left = figure.add_subplot(bars[0])
    right = figure.add_subplot(bars[1], sharey=left)
    draw_bars(left, comparison.names, harm, quantity("mean model-enabled harm per draw", "US$", np.array([sum(harm.values())])))
    draw_bars(right, comparison.names, operations, Quantity("mean operations per draw", "", 1.0))
    right.tick_params(axis="y", labelleft=False)
    draw_key(bare_axes(figure, grid[0]))
    if shows_table:
        bare_axes(figure, grid[2]).text(0, 0, HEADING.format(named(comparison.names[0])), fontsize=NORMAL, fontweight="bold", color=INK)
        draw_table(figure, grid[3], comparison.names, counts, used)
    settle(figure)
    return figure


def bare_axes(figure: Figure, place: SubplotSpec) -> Axes:
    """A place for text or a legend."""
    axes = figure.add_subplot(place)
    axes.set_axis_off()
    return axes


def draw_key(axes: Axes) -> None:
    """The colours and hatches of the channels."""
    patches = [patch(CHANNELS[channel], NAMES[channel]) for channel in Channel]
    axes.legend(handles=patches, loc="center left", ncols=len(patches), fontsize=NORMAL, frameon=False, borderpad=0, borderaxespad=0)


def by_channel(comparison: Results, what: str) -> dict[Channel, Array]:
    """Mean over draws of an outcome that is told by channel, for each policy (P)."""
    names = {channel: f"{what}_{channel.name.lower()}" for channel in Channel if what != "harm" or channel != Channel.NO_MODEL}
    return {channel: comparison.outcome(name).mean(axis=0) for channel, name in names.items()}


def title_of(harm: dict[Channel, Array]) -> str:
    """The channel that carries most harm, and under how many policies it does."""
    table = np.array(list(harm.values()))
    if not table.any():
        return "No channel enables harm"
    largest = np.argmax(table, axis=0)
    channel = int(np.bincount(largest).argmax())
    agree, policies = int(np.sum(largest == channel)), table.shape[1]
    where = "" if policies == 1 else f" under {f'all {policies}' if agree == policies else f'{agree} of {policies}'} policies"
    return f"The largest part of model-enabled harm comes through {NAMES[list(harm)[channel]]}{where}"


def draw_bars(axes: Axes, names: Sequence[str], parts: dict[Channel, Array], shown: Quantity) -> None:
    """One stacked bar a policy, with its total at its end."""
    left = np.zeros(len(names))
    for channel, values in parts.items():
        look = CHANNELS[channel]
        axes.barh(
            range(len(names)), values * shown.factor, left=left, height=0.72, color=look.colour, hatch=look.hatch, edgecolor=INK,
            linewidth=0.4, label=NAMES[channel],
        )  # fmt: skip
        left += values * shown.factor
    for row, total in enumerate(left):
        axes.annotate(numeral(total), (total, row), (3, 0), textcoords="offset points", va="center", fontsize=SMALL, color=INK)
    axes.set_xlim(0.0, float(left.max()) * 1.12 or 1.0)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), [named(name) for name in names], fontsize=NORMAL)
    axes.set_xlabel(shown.label, fontsize=NORMAL)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(ticked))
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def draw_table(figure: Figure, place: SubplotSpec, names: Sequence[str], counts: Array, used: Sequence[Channel]) -> None:
    """One block for each channel that was used under the reference: a row for each policy, a column for each channel used under it."""
    blocks = place.subgridspec(1, len(used))
    for number, before in enumerate(used):
        axes = figure.add_subplot(blocks[number])
        shares = counts[1:, before] / counts[1:, before].sum(axis=1, keepdims=True)
        draw_block(axes, shares)
        axes.set_title(f"{NAMES[before]}\n{numeral(float(counts[0, before].sum()))}", fontsize=NORMAL, color=INK, linespacing=1.2)
        axes.set_yticks(range(len(names) - 1), [named(name) for name in names[1:]], fontsize=NORMAL)
        axes.tick_params(axis="y", labelleft=number == 0)


def draw_block(axes: Axes, shares: Array) -> None:
    """A heat map of shares (policies, channels) with the numbers in it."""
    edges = np.arange(-0.5, len(Channel)), np.arange(-0.5, len(shares))
    axes.pcolormesh(*edges, shares, cmap=SHADES, vmin=0.0, vmax=1.0, edgecolor=PALE, linewidth=0.5)
    for row, column in np.ndindex(*shares.shape):
        share = float(shares[row, column])
        dark = share > 0.6
        color = "white" if dark else INK if share else GREY
        axes.text(column, row, whole_percent(share), ha="center", va="center", fontsize=SMALL, color=color)
    axes.set_ylim(len(shares) - 0.5, -0.5)
    axes.set_xticks(range(len(Channel)), [SHORT[channel] for channel in Channel], fontsize=SMALL, rotation=90)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def whole_percent(share: float) -> str:
    """A share in whole percent, without making a few into none or nearly all into all.

    >>> whole_percent(0.0), whole_percent(0.0004), whole_percent(0.424), whole_percent(0.9999), whole_percent(1.0)
    ('·', '<1', '42', '>99', '100')
    """
    if share in (0.0, 1.0):
        return "100" if share else "·"
    return "<1" if share < 0.005 else ">99" if share >= 0.995 else f"{100 * share:.0f}"
