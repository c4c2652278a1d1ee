"""Through which channels harm and operations come, and where operations go that a policy keeps from a channel."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lockgate.experiments.charts.claims import HARM, headed
from lockgate.experiments.charts.key import bare_axes, draw_heading, draw_patches, key_columns, key_height
from lockgate.experiments.charts.layout import DESKTOP, PHONE, Layout, trimmed
from lockgate.experiments.charts.style import (
    BLUE,
    CHANNELS,
    GREY,
    INK,
    PALE,
    Chart,
    Quantity,
    caption,
    drawable,
    labels_of,
    one_at_a_time,
    patch,
    quantity,
    settle,
    sheet,
    shortened,
)
from lockgate.experiments.provenance import comparison_provenance
from lockgate.experiments.results.displacement import displaced
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.verdict import leaders
from lockgate.experiments.text.numbers import numeral, ticked
from lockgate.sim.model.vocabulary import Channel

Array = np.ndarray[Any, np.dtype[Any]]


NAMES = {channel: channel.name.lower().replace("_", " ") for channel in Channel}
SHORT = {
    Channel.NO_MODEL: "none",
    Channel.OPEN_WEIGHTS: "open",
    Channel.PUBLIC_SERVICE: "public",
    Channel.LEAKED_ACCESS: "leaked",
    Channel.STOLEN_WEIGHTS: "stolen",
}
SHADES = LinearSegmentedColormap.from_list("shades", ["#ffffff", BLUE])
HEADING = "Of the operations that used this channel under {} (how many, in all draws), the share (%) that used each one under the policy:"
UNMOVED = "Every operation used the same channel as under {}, under every policy and in every draw."
ROW = {DESKTOP: 0.27, PHONE: 0.27}  # inches of a policy
BARS = {DESKTOP: 0.62, PHONE: 0.72}  # inches of the axis below bars
BLOCK = {DESKTOP: 0.95, PHONE: 0.55}  # inches above and below a block of the table
NAME = {DESKTOP: 2.6, PHONE: 1.35}  # inches that a name may take beside bars
NOTE = "The table pools the operations of all draws, which are the same under every policy."


@one_at_a_time
def channels(comparison: Results, *, phone: bool = False) -> Chart:
    """Harm and operations by channel under every policy, and the displacement of operations between channels."""
    layout = PHONE if phone else DESKTOP
    names, parts, counts = labels_of(comparison), [bars_of(comparison, what) for what in ("harm", "operations")], displaced(comparison)
    used = [channel for channel in Channel if counts[0, channel].sum() > 0]
    table = displacement_of(counts, used, len(names), layout)
    across = 1 if phone else 2
    bars = [BARS[layout] + ROW[layout] * len(names)] * (2 // across)
    heights = [key_height(list(NAMES.values()), layout), *bars, *table]
    note = NOTE if len(table) > 1 else ""
    figure = sheet(sum(heights), title_of(comparison), caption(comparison, note), comparison_provenance(comparison), layout)
    grid = figure.add_gridspec(len(heights), across, height_ratios=heights)
    draw_channels(bare_axes(figure, grid[0, :]), layout)
    first = None
    for number, (shown, means) in enumerate(parts):
        first = axes = figure.add_subplot(grid[1 + number // across, number % across], sharey=first)
        draw_bars(axes, names, means, shown, layout)
        axes.tick_params(axis="y", labelleft=number % across == 0)
    if table:
        place = 1 + len(bars)
        unmoved = len(table) == 1
        heading = UNMOVED if unmoved else HEADING
        draw_heading(bare_axes(figure, grid[place, :]), heading.format(names[0]), layout)
        if not unmoved:
            draw_table(figure, grid[place + 1 :, :], names, counts, used, layout)
    settle(figure)
    return figure


def bars_of(comparison: Results, what: str) -> tuple[Quantity, dict[Channel, Array]]:
    """How bars of harm or of operations are told, and their parts: the means of each policy, (P,)."""
    parts = {channel: np.nanmean(values, axis=0) for channel, values in by_channel(comparison, what).items()}
    if what == "operations":
        return Quantity("mean operations per draw", "", 1.0), parts
    return quantity("mean model-enabled harm per draw", "US$", np.array([sum(parts.values())])), parts


def displacement_of(counts: Array, used: Sequence[Channel], policies: int, layout: Layout) -> list[float]:
    """Inches of the heading of the table and of its rows of blocks: nothing for one policy, the heading alone where nothing moved."""
    if policies == 1 or not used:
        return []
    heading = 0.62 if layout.is_narrow else 0.42
    if not any(moved(counts)):
        return [heading]
    block = BLOCK[layout] + ROW[layout] * (policies - 1)
    return [heading, *[block] * (len(used) if layout.is_narrow else 1)]


def moved(counts: Array) -> list[bool]:
    """Whether some operation uses another channel than under the reference, for each policy, of counts (P, 5, 5)."""
    return [bool((each - np.diag(np.diag(each))).any()) for each in counts]


def draw_channels(axes: Axes, layout: Layout) -> None:
    """The colours and hatches of the channels."""
    patches = [patch(CHANNELS[channel], NAMES[channel]) for channel in Channel]
    draw_patches(axes, patches, key_columns(list(NAMES.values()), layout), layout)


def by_channel(comparison: Results, what: str) -> dict[Channel, Array]:
    """An outcome that is told by channel, (D, P) each."""
    names = {channel: f"{what}_{channel.name.lower()}" for channel in Channel if what != "harm" or channel != Channel.NO_MODEL}
    return {channel: comparison.outcome(name) for channel, name in names.items()}


def title_of(comparison: Results) -> str:
    """The channel that clearly carries most of the mean harm, and under how many policies it does."""
    harm = by_channel(comparison, "harm")
    table, draws = np.stack(list(harm.values()), axis=2), comparison.draws
    policies = table.shape[1]
    if not np.nansum(table):
        return headed("no channel enables harm in any draw", draws)
    first = [leaders(HARM, table[:, place], "more") for place in range(policies)]
    carried = [leading[0] for leading in first if len(leading) == 1]
    if not carried:
        return headed("the largest part of model-enabled harm comes clearly through no one channel", draws)
    channel = int(np.bincount(carried).argmax())
    agree = carried.count(channel)
    if policies == 1:
        where = f"under {shortened(comparison.labels)[0]}"
    elif agree == policies:
        where = f"under {'both' if policies == 2 else f'all {policies}'} policies"
    else:
        where = f"under {agree} of {policies} policies"
    rest = "" if agree == policies else "; under others it is another one, or unclear"
    told = f"the largest part of model-enabled harm clearly comes through {NAMES[list(harm)[channel]]} {where}{rest}"
    return drawable(headed(told, draws))


def draw_bars(axes: Axes, names: Sequence[str], parts: dict[Channel, Array], shown: Quantity, layout: Layout) -> None:
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
        axes.annotate(numeral(total), (total, row), (3, 0), textcoords="offset points", va="center", fontsize=layout.small, color=INK)
    axes.set_xlim(0.0, float(left.max()) * (1.2 if layout.is_narrow else 1.12) or 1.0)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), [trimmed(name, layout.normal, layout, NAME[layout]) for name in names], fontsize=layout.normal)
    axes.set_xlabel(shown.label.replace(" (", "\n(") if layout.is_narrow else shown.label, fontsize=layout.normal)
    axes.xaxis.set_major_locator(MaxNLocator(4 if layout.is_narrow else 5))
    axes.xaxis.set_major_formatter(FuncFormatter(ticked))
    axes.tick_params(axis="x", labelsize=layout.small)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def draw_table(figure: Figure, place: SubplotSpec, names: Sequence[str], counts: Array, used: Sequence[Channel], layout: Layout) -> None:
    """One block for each channel that was used under the reference: a row for each policy, a column for each channel used under it."""
    blocks = place.subgridspec(*((len(used), 1) if layout.is_narrow else (1, len(used))))
    for number, before in enumerate(used):
        axes = figure.add_subplot(blocks[number])
        shares = counts[1:, before] / counts[1:, before].sum(axis=1, keepdims=True)
        draw_block(axes, shares, layout)
        operations = numeral(float(counts[0, before].sum()))
        axes.set_title(
            f"{NAMES[before]}{f' ({operations})' if layout.is_narrow else chr(10) + operations}",
            fontsize=layout.normal,
            color=INK,
            linespacing=1.2,
        )
        axes.set_yticks(
            range(len(names) - 1), [trimmed(name, layout.normal, layout, NAME[layout]) for name in names[1:]], fontsize=layout.normal
        )
        axes.tick_params(axis="y", labelleft=number == 0 or layout.is_narrow)


def draw_block(axes: Axes, shares: Array, layout: Layout) -> None:
    """A heat map of shares (policies, channels) with the numbers in it."""
    edges = np.arange(-0.5, len(Channel)), np.arange(-0.5, len(shares))
    axes.pcolormesh(*edges, shares, cmap=SHADES, vmin=0.0, vmax=1.0, edgecolor=PALE, linewidth=0.5)
    for row, column in np.ndindex(*shares.shape):
        share = float(shares[row, column])
        dark = share > 0.6
        color = "white" if dark else INK if share else GREY
        axes.text(column, row, whole_percent(share), ha="center", va="center", fontsize=layout.small, color=color)
    axes.set_ylim(len(shares) - 0.5, -0.5)
    axes.set_xticks(
        range(len(Channel)), [SHORT[channel] for channel in Channel], fontsize=layout.small, rotation=0 if layout.is_narrow else 90
    )
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
