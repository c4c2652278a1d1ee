"""The trade-off between misuse and delay: one mark a policy, as a level and as a paired difference from the reference."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.gridspec import GridSpec
from matplotlib.lines import Line2D
from matplotlib.text import Annotation, Text
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator
from matplotlib.transforms import Bbox, ScaledTranslation, Transform

from lockgate.experiments.charts.callouts import Callout, call_out, spaced
from lockgate.experiments.charts.claims import HARM, harm_claim
from lockgate.experiments.charts.key import bare_axes, draw_key, key_height
from lockgate.experiments.charts.layout import DESKTOP, PHONE, Layout, text_width
from lockgate.experiments.charts.spread import THIN, Spread, draw_spread, spread_note, spread_of, widest
from lockgate.experiments.charts.style import (
    GREY,
    INK,
    PALE,
    Chart,
    Look,
    caption,
    drawable,
    labels_of,
    looks,
    one_at_a_time,
    outcome_quantity,
    preventable,
    settle,
    sheet,
)
from lockgate.experiments.provenance import comparison_provenance
from lockgate.experiments.results.results import Results
from lockgate.experiments.text.numbers import days, numeral, ticked
from lockgate.sim.model.outcomes import OUTCOMES

Array = np.ndarray[Any, np.dtype[Any]]

DELAY = "release_delay_days"
CENSORED = OUTCOMES[DELAY].censored_by
NAMED_AT_MARKS = 6  # policies; more have a key
DAYS, NEVER_PUBLIC = "days", "not public"  # the two places of a mark
STEP = {DESKTOP: 11.0, PHONE: 8.0}  # points between policies of nearly the same delay
MARK = {DESKTOP: 8.5, PHONE: 7.0}  # points
STRIP = {DESKTOP: (1.5, 0.42), PHONE: (0.72, 0.2)}  # inches of the strip at least, and for each policy in it
MARGIN = 0.3  # inches left of the first mark of a strip with names
HEIGHTS = {DESKTOP: (2.1, 3.7), PHONE: (1.7, 2.7)}  # inches of the panels
TICKS = {DESKTOP: (0, 3, 7, 14, 30, 60, 90, 180, 365, 730, 1460, 3650), PHONE: (0, 7, 30, 90, 365, 1460)}  # days
LINEAR_DAYS = 7.0  # up to which the axis of delays is linear
LINEAR_DECADES = 0.7  # as long as so many decades of its logarithmic part
NOTE = (
    "{} The delay is the median over draws, of the first covered system. Policies under which it was not public within the run in most "
    "draws stand apart. Policies of nearly the same delay stand side by side."
)


@dataclass(frozen=True)
class Places:
    """Where P policies stand: the quantiles (5, 50 and 95 %) of their delay, (P, 3), infinite where not public; and sideways in points."""

    delays: Array
    offsets: list[float]

    @property
    def never(self) -> list[int]:
        """Those of the strip."""
        return [place for place, delay in enumerate(self.delays[:, 1]) if np.isinf(delay)]

    @property
    def ever(self) -> list[int]:
        """Those on the axis of delays."""
        return [place for place, delay in enumerate(self.delays[:, 1]) if np.isfinite(delay)]

    @property
    def longest(self) -> float:
        """The end of the axis in days."""
        return max(LINEAR_DAYS, *(float(end) for end in self.delays.ravel() if np.isfinite(end)), 0.0)


@one_at_a_time
def tradeoff(comparison: Results, *, phone: bool = False) -> Chart:
    """Model-enabled harm against release delay: above its level, below the paired difference from the reference."""
    layout = PHONE if phone else DESKTOP
    figure = draw(comparison, layout, keyed=phone or len(comparison.names) > NAMED_AT_MARKS)
    return figure or cast(Chart, draw(comparison, layout, keyed=True))


def draw(comparison: Results, layout: Layout, *, keyed: bool) -> Chart | None:
    """The chart, with a key or with names at the marks; None where these would not be clear of one another."""
    texts, marks, rows = texts_of(comparison), looks(len(comparison.names)), panels_of(comparison)
    places = places_of(comparison, layout)
    note = f"{NOTE.format(spread_note(comparison))} {preventable(comparison)}".rstrip()
    heights = [*([key_height(texts, layout)] if keyed else []), *HEIGHTS[layout][: len(rows)]]
    below = 0.75 if layout is DESKTOP else 0.65
    figure = sheet(sum(heights) + below, title_of(comparison), caption(comparison, note), comparison_provenance(comparison), layout)
    widths = widths_of(places, [] if keyed else texts, layout)
    grid = figure.add_gridspec(len(heights), len(widths), height_ratios=heights, width_ratios=list(widths.values()), wspace=0.02)
    if keyed:
        draw_key(bare_axes(figure, grid[0, :]), texts, marks, layout)
    panels: list[dict[str, Axes]] = []
    for number, (spread, words) in enumerate(rows):
        panels.append(panel_row(figure, grid, number + keyed, widths, panels[0] if panels else {}))
        draw_row(panels[-1], spread, places, marks, layout, delays=number == len(rows) - 1)
        shape_heights(list(panels[-1].values()), spread, words, layout)
    if len(rows) > 1 and not comparison.difference(HARM).any():
        say_same(panels[1], layout)
    elif len(rows) > 1:
        draw_dollars(panels[1], comparison, layout)
    if strip := panels[-1].get(NEVER_PUBLIC):
        shape_strip(strip, len(places.never), widths[NEVER_PUBLIC], comparison.horizon_days, layout, keyed=keyed)
    for number, row_panels in enumerate(panels):
        shape_delays(row_panels, places, widths.get(DAYS, 0.0), layout, last=number == len(panels) - 1)
    settle(figure)
    return (
        figure if keyed or all(label(*each, places, texts, marks) for each in zip(panels, (row for row, _ in rows), strict=True)) else None
    )


def panels_of(comparison: Results) -> list[tuple[Spread, str]]:
    """What the panels show, with the words of their axes: the level of harm, and the paired difference where there is one."""
    harm = comparison.outcome(HARM)
    level = spread_of(harm)
    shown = outcome_quantity(HARM, level.ends)
    rows = [(level.times(shown.factor), shown.label.replace(" (", "\n("))]
    if len(comparison.names) > 1:
        change = spread_of(comparison.difference(HARM))
        reference, whole = labels_of(comparison)[0], float(level.mean[0])
        words = f"difference from {reference}\nin the same draw"
        if whole > 0.0:
            rows.append((change.times(100.0 / whole), f"{words} (% of its mean)"))
        else:
            told = outcome_quantity(HARM, change.ends)
            rows.append((change.times(told.factor), f"{words} ({told.unit})"))
    return rows


def places_of(comparison: Results, layout: Layout) -> Places:
    """Where the policies stand."""
    waited = np.where(comparison.outcome(CENSORED) > 0.0, np.inf, comparison.outcome(DELAY))
    quantiles = np.nanquantile(waited, (0.05, 0.5, 0.95), axis=0, method="inverted_cdf").T
    places = Places(quantiles, [0.0] * len(quantiles))
    width = 72.0 * 0.8 * layout.width
    where = [along(delay, places.longest) * width for delay in quantiles[places.ever, 1]]
    for place, old, new in zip(places.ever, where, spaced(where, STEP[layout], -np.inf, np.inf), strict=True):
        places.offsets[place] = new - old
    return places


def along(delay: float, longest: float) -> float:
    """Where a delay is on its axis, from 0 to 1.

    >>> along(0.0, 540.0), along(540.0, 540.0)
    (0.0, 1.0)
    """
    return decades_of(delay) / decades_of(longest)


def decades_of(delay: float) -> float:
    """The length of the axis up to a delay, in decades."""
    return LINEAR_DECADES * min(delay / LINEAR_DAYS, 1.0) + float(np.log10(max(delay / LINEAR_DAYS, 1.0)))


def ends_of(places: Places, width: float, margin: float) -> tuple[float, float]:
    """From where to where an axis of delays of so many points goes, in days, so that all marks have a margin of so many points."""
    length = decades_of(places.longest)
    low, high = 0.0, length
    where = [(decades_of(float(places.delays[place, 1])), places.offsets[place]) for place in places.ever]
    for _ in range(30):  # the wider the axis, the more of it are these points
        point = (high - low) / width
        low = min(0.0, *(at + (offset - margin) * point for at, offset in where))
        high = min(max(length, *(at + (offset + margin) * point for at, offset in where)), 3.0 * length)
        low = max(low, -2.0 * length)
    return -days_along(-low), days_along(high)


def days_along(decades: float) -> float:
    """The delay at so many decades of the axis, as `decades_of` reversed.

    >>> round(days_along(decades_of(3.0)), 9), round(days_along(decades_of(90.0)), 9)
    (3.0, 90.0)
    """
    return LINEAR_DAYS * (decades / LINEAR_DECADES if decades <= LINEAR_DECADES else 10.0 ** (decades - LINEAR_DECADES))


def widths_of(places: Places, texts: Sequence[str], layout: Layout) -> dict[str, float]:
    """The inches of the axis of delays and of the strip; either may be missing. The strip has room for these texts at its marks."""
    least, each = STRIP[layout]
    long = [text_width(texts[place], layout.normal, layout) for place in places.never] if texts else []
    named = max(long) + 2.0 * MARGIN if long else 0.0
    strip = max(least, named, each * (len(places.never) + 1)) if places.never else 0.0
    widths = {DAYS: layout.width - 0.8 - strip if places.ever else 0.0, NEVER_PUBLIC: strip}
    return {name: width for name, width in widths.items() if width}


def panel_row(figure: Chart, grid: GridSpec, row: int, widths: dict[str, float], above: dict[str, Axes]) -> dict[str, Axes]:
    """The panels of one row, which share the axis of harm, below others with which they share that of delays."""
    panels: dict[str, Axes] = {}
    for place, name in enumerate(widths):
        panels[name] = figure.add_subplot(grid[row, place], sharex=above.get(name), sharey=next(iter(panels.values()), None))
    return panels


def draw_row(panels: dict[str, Axes], spread: Spread, places: Places, marks: Sequence[Look], layout: Layout, *, delays: bool) -> None:
    """A mark for each policy, with its lines; with `delays`, those of the delay too."""
    for place, look in enumerate(marks):
        axes, at, transform = standing(panels, places, place)
        draw_spread(axes, at, spread, place, look, MARK[layout], transform=transform)
        left, middle, right = places.delays[place]
        if delays and np.isfinite(middle) and left != right:
            ends = [left, right if np.isfinite(right) else 10.0 * places.longest]
            line: dict[str, Any] = {
                "color": look.colour,
                "linewidth": THIN,
                "transform": transform,
                "gid": f"delay {place}",
                "scalex": False,
                "zorder": 3,
            }
            axes.plot(ends, [spread.mean[place]] * 2, **line)
    for axes in panels.values():
        axes.axhline(0.0, color=GREY, linewidth=0.8, zorder=1)


def standing(panels: dict[str, Axes], places: Places, place: int) -> tuple[Axes, float, Transform]:
    """The panel of a policy, where it stands there, and how that becomes pixels."""
    if place in places.never:
        axes = panels[NEVER_PUBLIC]
        return axes, float(places.never.index(place)), axes.transData
    axes = panels[DAYS]
    scale = axes.get_figure(root=True).dpi_scale_trans  # type: ignore[union-attr]
    return axes, float(places.delays[place, 1]), axes.transData + ScaledTranslation(places.offsets[place] / 72.0, 0.0, scale)


def shape_heights(panels: Sequence[Axes], spread: Spread, words: str, layout: Layout) -> None:
    """The axis of harm: zero is always in sight."""
    low, high = min(0.0, float(np.nanmin(spread.ends))), max(0.0, float(np.nanmax(spread.ends)))
    margin = 0.1 * (high - low) or 1.0
    panels[0].set_ylim(low - margin, high + margin)
    panels[0].yaxis.set_major_locator(MaxNLocator(6 if layout is DESKTOP else 4))
    panels[0].yaxis.set_major_formatter(FuncFormatter(ticked))
    panels[0].set_ylabel(words, fontsize=layout.normal)
    for axes in panels:
        axes.tick_params(labelsize=layout.normal)
        axes.grid(axis="y", color=PALE, linewidth=0.5, zorder=0)
        axes.spines[["top", "right"]].set_visible(False)
    for axes in panels[1:]:
        axes.tick_params(axis="y", labelleft=False, length=0)
        axes.spines["left"].set_visible(False)


def say_same(panels: dict[str, Axes], layout: Layout) -> None:
    """Words in a panel in which nothing differs."""
    axes = next(iter(panels.values()))
    axes.set_yticks([0.0])
    axes.text(0.5, 0.8, "the same harm in every draw", transform=axes.transAxes, ha="center", fontsize=layout.normal, color=GREY)


def draw_dollars(panels: dict[str, Axes], comparison: Results, layout: Layout) -> None:
    """The difference in US$, on the right of a wide chart."""
    whole = float(np.nanmean(comparison.outcome(HARM)[:, 0]))
    if layout.is_narrow or whole <= 0.0:
        return
    shown = outcome_quantity(HARM, spread_of(comparison.difference(HARM)).ends)
    factor = whole / 100.0 * shown.factor

    def dollars(share: Any) -> Any:
        return share * factor

    def share(told: Any) -> Any:
        return told / factor

    right = list(panels.values())[-1].secondary_yaxis("right", functions=(dollars, share))
    right.yaxis.set_major_formatter(FuncFormatter(ticked))
    right.set_ylabel(shown.unit, fontsize=layout.normal)
    right.tick_params(labelsize=layout.normal)


def shape_strip(strip: Axes, members: int, width: float, horizon: int, layout: Layout, *, keyed: bool) -> None:
    """The strip of policies that have no delay: its marks in its middle, or on its left where names stand at them."""
    each = STRIP[layout][1]
    strip.set_xlim(*((-1.0, members) if keyed else (-MARGIN / each, (width - MARGIN) / each)))
    strip.set_xticks([])
    strip.set_xlabel(f"not public\nin {horizon} days", fontsize=layout.normal, color=INK)


def shape_delays(panels: dict[str, Axes], places: Places, width: float, layout: Layout, *, last: bool) -> None:
    """The axis of delays, so many inches wide and labelled below the last row; the strip is grey beside it."""
    if strip := panels.get(NEVER_PUBLIC):
        strip.set_facecolor("#f4f4f4")
    if axes := panels.get(DAYS):
        axes.set_xscale("symlog", linthresh=LINEAR_DAYS, linscale=0.9 * LINEAR_DECADES)
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlim(*ends_of(places, 72.0 * 0.9 * width, 2.0 * STEP[layout]))
        axes.set_xticks([day for day in TICKS[layout] if day <= 1.1 * places.longest])
        axes.xaxis.set_major_formatter(FuncFormatter(ticked))
        axes.tick_params(axis="x", labelbottom=last)
        if last:
            what = "release delay of the first covered system" if layout is DESKTOP else "release delay"
            axes.set_xlabel(
                f"{what} (days, {'linear to 7, then ' if layout is DESKTOP else ''}logarithmic)", fontsize=layout.normal, color=INK
            )


def texts_of(comparison: Results) -> list[str]:
    """Names, with the share of draws in which the system was not public in the end where it is neither none nor all."""
    shares = np.nanmean(comparison.outcome(CENSORED), axis=0)
    return [
        f"{name} (not public in {numeral(100 * share)} %)" if 0.0 < share < 1.0 else name
        for name, share in zip(labels_of(comparison), shares, strict=True)
    ]


def title_of(comparison: Results) -> str:
    """What may be said of the harm, and how long the policy waits of which it is said."""
    if len(comparison.names) == 1:
        return f"Model-enabled harm and release delay under {labels_of(comparison)[0]}"
    said = harm_claim(comparison)
    if said.about is None:
        return drawable(said.text)
    delay = float(places_of(comparison, DESKTOP).delays[said.about, 1])
    waits = f"waits {days(delay)}" if np.isfinite(delay) else f"is not public in {comparison.horizon_days} days"
    return drawable(f"{said.text}; its first system {waits}")


def label(panels: dict[str, Axes], spread: Spread, places: Places, texts: Sequence[str], marks: Sequence[Look]) -> bool:
    """Write the names at the marks; whether all of them are clear of one another and of all marks, and within their panel."""
    for name, axes in panels.items():
        members = places.never if name == NEVER_PUBLIC else places.ever
        boxes, callouts = [], []
        for place in members:
            _, at, transform = standing(panels, places, place)
            callouts.append(Callout(texts[place], (at, float(spread.mean[place])), transform))
            boxes.append(Bbox(widest(transform, at, spread, place)).padded(3))
            boxes.append(Bbox([transform.transform((at, spread.mean[place]))] * 2).padded(9))
            boxes += [Bbox(transform.transform(line.get_xydata())).padded(1) for line in lines_of(axes, place)]
        if not are_clear(axes, call_out(axes, callouts, boxes), boxes):
            return False
    return True


def lines_of(axes: Axes, place: int) -> list[Line2D]:
    """The line of a policy's delay, where it has one."""
    return [line for line in axes.get_lines() if line.get_gid() == f"delay {place}"]


def are_clear(axes: Axes, labels: Sequence[Annotation], marks: Sequence[Bbox]) -> bool:
    """Whether no label meets another one, a mark, or the edge of the panel."""
    renderer = cast(FigureCanvasAgg, axes.figure.canvas).get_renderer()  # type: ignore[no-untyped-call]
    for label in labels:
        label.update_positions(renderer)
    boxes = [Text.get_window_extent(label, renderer) for label in labels]
    apart = not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    inside = all(box.x0 >= axes.bbox.x0 and box.x1 <= axes.bbox.x1 and box.y0 >= axes.bbox.y0 and box.y1 <= axes.bbox.y1 for box in boxes)
    return apart and inside and not any(box.overlaps(mark) for box in boxes for mark in marks)
