"""The choice of a policy: the frontier of harm and benefit forgone, and what each policy costs by the price of a day of access."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import Bbox

from lockgate.experiments.answers.cases import HARM
from lockgate.experiments.answers.choice.choice import Choice
from lockgate.experiments.answers.choice.frontier import BENEFIT, Frontier
from lockgate.experiments.answers.choice.prices import Prices
from lockgate.experiments.charts.callouts import Callout, call_out, spaced
from lockgate.experiments.charts.style import (
    GREY,
    INK,
    NORMAL,
    PALE,
    SMALL,
    Chart,
    Look,
    blank,
    looks,
    names_of,
    one_at_a_time,
    outcome_quantity,
    quantity,
    settle,
)
from lockgate.experiments.results.verdict import ENOUGH, Verdict
from lockgate.experiments.text.numbers import brief, numeral, ticked

Array = np.ndarray[Any, np.dtype[Any]]
WIDE = 20.0  # times the smallest switching price from which a linear axis would hide it
VISIBLE = 0.01  # share of resamples from which a band is seen
NOTE = (
    "Above: paired differences from the reference, with 95 % intervals of the mean; hollow marks are dominated: clearly worse than another "
    "policy in harm, benefit forgone or delay, and clearly better in none. Middle: expected cost, less the reference's: harm and the price "
    "of a day times the access forgone; dotted lines are prices at which the least changes; pale lines are of policies that cost least in "
    "under 1 % of resamples at every price. Below: how often each policy costs least, over 2,000 resamples of the draws."
)


@one_at_a_time
def choice_chart(found: Choice, caption: str = "", provenance: dict[str, Any] | None = None) -> Chart:
    """Harm against benefit forgone, expected cost by the price of a day, and the share of resamples in which each policy costs least."""
    figure = blank(11.4, title_of(found), f"{caption} {NOTE}".lstrip(), provenance)
    top, middle, bottom = figure.subplots(3, 1, height_ratios=(1.25, 1.0, 0.7))
    marks = looks(len(found.names))
    draw_frontier(top, found.frontier, marks)
    draw_costs(middle, found.prices, marks)
    draw_shares(bottom, found.prices, marks)
    settle(figure)
    label_frontier(top, found.frontier)
    name_ends(middle, found.prices)
    return figure


def title_of(found: Choice) -> str:
    """How many policies are dominated, and which clearly costs least at which price."""
    frontier, prices = found.frontier, found.prices
    struck = len(frontier.names) - len(frontier.kept)
    clear = [(place, prices.clear(place)) for place, _, _ in prices.stretches]
    said = [
        f"{' and '.join(names_of(prices.names)[each] for each in prices.alike(place))} {between(*span)}" for place, span in clear if span
    ]
    costs = f"clearly least cost: {'; '.join(said)}" if said else "at no price of a day does one policy clearly cost least"
    return f"{'Preliminary: ' if found.draws < ENOUGH else ''}{struck} of {len(frontier.names)} policies are dominated; {costs}"


def between(low: float, high: float) -> str:
    r"""Prices of a day, in a title.

    >>> print(between(0.0, 8300.0), between(2e4, float("inf")))
    up to US\$ 8.30 k a day from US\$ 20.0 k a day
    """
    if high == np.inf:
        return rf"from US\$ {brief(low, 'US$')} a day" if low else "at any price"
    return rf"from US\$ {brief(low, 'US$')} to {brief(high, 'US$')} a day" if low else rf"up to US\$ {brief(high, 'US$')} a day"


def ends(found: Verdict) -> Array:
    """Mean, low and high end; the mean itself where there is no interval."""
    return np.array([found.mean, *(end if np.isfinite(end) else found.mean for end in (found.low, found.high))])


def points(frontier: Frontier, axis: str) -> Array:
    """Differences from the reference, (P, 3)."""
    return np.array([ends(row[0]) for row in frontier.pairs[axis]])


def draw_frontier(axes: Axes, frontier: Frontier, marks: list[Look]) -> None:
    """One mark a policy at its differences from the reference, with both intervals."""
    x, y = (points(frontier, axis) for axis in (BENEFIT, HARM))
    across, up = outcome_quantity(BENEFIT, x), outcome_quantity(HARM, y)
    for place, look in enumerate(marks):
        hollow = bool(frontier.dominated_by[place])
        (left, low, high), (level, down, above) = x[place] * across.factor, y[place] * up.factor
        axes.plot([low, high], [level, level], color=look.colour, linewidth=1.3, zorder=3)
        axes.plot([left, left], [down, above], color=look.colour, linewidth=1.3, zorder=3)
        axes.plot(
            [left], [level], look.marker, markerfacecolor="white" if hollow else look.colour, markeredgecolor=look.colour, markersize=8,
            gid=f"policy {place}", zorder=4,
        )  # fmt: skip
    if spread(x) > WIDE:
        linear = float(10.0 ** np.floor(np.log10(np.min(x[x[:, 0] > 0.0, 0] * across.factor))))
        axes.set_xscale("symlog", linthresh=linear, linscale=0.6)
        axes.set_xlim(-0.3 * linear, float(x.max()) * across.factor * 3.0)
    axes.axhline(0.0, color=GREY, linewidth=0.8, zorder=1)
    axes.axvline(0.0, color=GREY, linewidth=0.8, zorder=1)
    reference = names_of(frontier.names)[0]
    logarithmic = ", logarithmic" if spread(x) > WIDE else ""
    unit = f"{across.unit}{logarithmic}"
    axes.set_xlabel(f"difference in {across.name} from {reference} in the same draw ({unit}; ← better)", fontsize=NORMAL)
    axes.set_ylabel(f"difference in {up.name}\nfrom {reference} ({up.unit}; ↓ better)", fontsize=NORMAL)
    shape(axes)
    axes.margins(y=0.12)


def spread(x: Array) -> float:
    """How many times the smallest difference above 0 fits into the largest."""
    above = x[x[:, 0] > 0.0, 0]
    return float(above.max() / above.min()) if above.size and np.all(x[:, 1] >= 0.0) else 0.0


def shape(axes: Axes) -> None:
    """Ticks, grid and frame."""
    axes.yaxis.set_major_formatter(FuncFormatter(ticked))
    axes.xaxis.set_major_formatter(FuncFormatter(ticked))
    axes.tick_params(labelsize=SMALL)
    axes.grid(color=PALE, linewidth=0.5, zorder=0)
    axes.spines[["top", "right"]].set_visible(False)


def label_frontier(axes: Axes, frontier: Frontier) -> None:
    """The names beside the marks, with the delay."""
    x, y = (points(frontier, axis) for axis in (BENEFIT, HARM))
    scales = [outcome_quantity(axis, each).factor for axis, each in ((BENEFIT, x), (HARM, y))]
    callouts, taken = [], []
    for place, name in enumerate(names_of(frontier.names)):
        (left, low, high), (level, down, above) = x[place] * scales[0], y[place] * scales[1]
        mark = axes.transData.transform((left, level))
        callouts.append(Callout(f"{name}: {brief_delay(frontier, place)}", (left, level), axes.transData))
        taken += [Bbox([mark, mark]).padded(SMALL), Bbox(axes.transData.transform([(low, level), (high, level)])).padded(1)]
        taken.append(Bbox(axes.transData.transform([(left, down), (left, above)])).padded(1))
    call_out(axes, callouts, taken)


def brief_delay(frontier: Frontier, place: int) -> str:
    """The release delay in few words.

    A delay that the end of a run cut off is a lower bound.
    """
    never = float(frontier.never[place])
    if never == 1.0:
        return "never public"
    mean = numeral(float(np.nanmean(frontier.values["release_delay_days"][:, place])))
    return f"{mean} days or more" if never else f"{mean} days" if mean != "1" else "1 day"


def relative(prices: Prices) -> Array:
    """Expected costs less the reference's, (K, P)."""
    return np.asarray(prices.cost - prices.cost[:, :1])


def draw_costs(axes: Axes, prices: Prices, marks: list[Look]) -> None:
    """One line a policy, as far as the envelope lies; the least at each price is drawn thick."""
    cost = relative(prices)
    shown = quantity("cost", "US$", np.concatenate([cost.min(axis=1), cost[0]]))
    least = np.argmin(prices.cost, axis=1)
    named_lines = contenders(prices)
    for place, look in enumerate(marks):
        pale = place not in named_lines
        style: dict[str, Any] = {"color": "#c4c4c4", "linewidth": 0.7} if pale else {"color": look.colour, "linewidth": 1.2}
        axes.plot(prices.grid, cost[:, place] * shown.factor, linestyle=look.line, gid=f"cost {place}", **style)
        thick = np.where(least == place, cost[:, place] * shown.factor, np.nan)
        axes.plot(prices.grid, thick, color=look.colour, linewidth=4.5, alpha=0.45, solid_capstyle="butt")
    low, high = float(min(cost.min(axis=1).min(), cost[0].min())), float(max(0.0, cost[0].max()))
    reach = (high - low) or 1.0
    axes.set_ylim((low - 0.08 * reach) * shown.factor, (high + 0.45 * reach) * shown.factor)
    axes.set_ylabel(f"difference in expected cost\nfrom {names_of(prices.names)[0]} ({shown.unit})", fontsize=NORMAL)
    shape_prices(axes, prices)


def contenders(prices: Prices) -> list[int]:
    """The reference, and the policies that some resamples find least at some price; the lines of the others are pale and have no name."""
    return sorted({0, *np.flatnonzero(prices.best.max(axis=0) >= VISIBLE).tolist()})


def shape_prices(axes: Axes, prices: Prices) -> None:
    """The axis of prices, with a line at each that changes the policy of least cost."""
    shape(axes)
    known = [each.price for each in prices.switches]
    if known and prices.grid[-1] > WIDE * min(known):
        axes.set_xscale("symlog", linthresh=float(10.0 ** np.floor(np.log10(min(known)))), linscale=0.6)
    axes.set_xlim(0.0, float(prices.grid[-1]))
    axes.xaxis.set_major_formatter(FuncFormatter(ticked))
    for price in known:
        axes.axvline(price, color=INK, linewidth=0.9, linestyle=":", zorder=1)


def draw_shares(axes: Axes, prices: Prices, marks: list[Look]) -> None:
    """The share of resamples in which each policy costs least, as bands."""
    ever = [place for place in range(len(prices.names)) if prices.best[:, place].max() >= VISIBLE]
    bands = axes.stackplot(prices.grid, 100.0 * prices.best[:, ever].T, colors=[marks[place].colour for place in ever], alpha=0.75)
    for band, place in zip(bands, ever, strict=True):
        band.set_label(names_of(prices.names)[place])
        band.set_edgecolor("white")
    axes.set_ylim(0.0, 100.0)
    axes.set_ylabel("costs least in\n(% of resamples)", fontsize=NORMAL)
    axes.set_xlabel(r"price of a day of access for an organisation of mean size (US\$)", fontsize=NORMAL)
    axes.legend(reverse=True, loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=NORMAL, frameon=False)
    shape_prices(axes, prices)


def name_ends(axes: Axes, prices: Prices) -> None:
    """The names right of the lines' ends; with an arrow where these lie beyond the panel."""
    cost = relative(prices)
    shown = quantity("cost", "US$", np.concatenate([cost.min(axis=1), cost[0]]))
    low, high = axes.get_ylim()
    last = {place: float(cost[-1, place] * shown.factor) for place in contenders(prices)}
    heights = [float(axes.transData.transform((0.0, min(max(end, low), high)))[1]) for end in last.values()]
    gap = 1.4 * NORMAL * axes.figure.dpi / 72.0
    beyond = [f"{names_of(prices.names)[place]}{' ↑' if end > high else ''}" for place, end in last.items()]
    for name, height in zip(beyond, spaced(heights, gap, axes.bbox.y0, axes.bbox.y1), strict=True):
        place = (1.01, (height - axes.bbox.y0) / axes.bbox.height)
        axes.annotate(name, place, xycoords="axes fraction", va="center", fontsize=NORMAL, color=INK, annotation_clip=False)
