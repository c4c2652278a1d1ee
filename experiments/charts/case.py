"""A case: what was reported beside what the model says could have happened."""

from collections.abc import Sequence
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lockgate.experiments.charts.style import BLUE, INK, LARGE, PALE, VERMILLION, Chart, blank, one_at_a_time, settle
from lockgate.experiments.evidence.cases import Case, Replayed, found_inside, unit_of
from lockgate.experiments.evidence.sampled_runs import SampledRuns
from lockgate.experiments.provenance import lockgate_version
from lockgate.experiments.text.numbers import ticked

ROW = 0.62  # inches of a row
AROUND = 1.9  # inches of title, legend and caption
LABEL = 34  # characters of a row's name
ABOVE = 0.3  # rows by which what was reported stands above the bar
NOTE = (
    "Bars hold 90 % of the draws, dots are medians; a day that is not reached counts as the end of the run. What happened was reported by "
    "the press and verified by nobody here."
)


@one_at_a_time
def case_chart(case: Case, replayed: Sequence[Replayed], sampled: SampledRuns) -> Chart:
    """One row a quantity: bar and dot for the model, a diamond for what was reported. Rows of one unit share an axis."""
    units = dict.fromkeys(each.reported.unit for each in replayed)
    groups = [[each for each in replayed if each.reported.unit == unit] for unit in units]
    drawn = f"{sampled.draws} draws of the baseline world, seed {sampled.seed}, policy {case.policy}"
    caption = f"{drawn}; lockgate {lockgate_version()}. {NOTE}"
    heights = [max(1.0, len(group) + 0.4) + 0.75 for group in groups]
    title = f"{case.title}: {found_inside(replayed)}"
    figure = blank(AROUND + ROW * sum(heights), title, f"{caption} Sources: {case.source}.")
    panels = figure.subplots(len(groups), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, group in zip(panels, groups, strict=True):
        draw_rows(axes, group)
        shape_axes(axes, group, case)
    marks = legend(replayed)
    panels[0].legend(handles=marks, loc="lower left", bbox_to_anchor=(-0.32, 1.0), ncols=len(marks), fontsize=LARGE, frameon=False)
    settle(figure)
    return figure


def draw_rows(axes: Axes, group: Sequence[Replayed]) -> None:
    """Bars, dots, diamonds, and an arrow where the bar goes on beyond the run."""
    for row, each in enumerate(group):
        low, middle, high = (factor(each) * value for value in each.quantiles)
        axes.plot([low, high], [row, row], color=BLUE, linewidth=7, alpha=0.45, solid_capstyle="butt", zorder=2)
        if each.reported.unit != "days" or middle < each.days:
            axes.plot([middle], [row], "o", color=BLUE, markersize=9, zorder=3)
        if beyond(each):
            axes.plot([high], [row], ">", color=BLUE, markersize=13, markeredgecolor="white", zorder=3.5)
        if each.reported.value is not None:
            axes.plot([factor(each) * each.reported.value], [row - ABOVE], "D", color=VERMILLION, markersize=8, zorder=4)


def beyond(each: Replayed) -> bool:
    """Whether some of the 90 % of draws do not reach the day within the run."""
    return each.reported.unit == "days" and each.quantiles[2] >= each.days


def factor(each: Replayed) -> float:
    """Shares are drawn in percent."""
    return 100.0 if each.reported.unit == "share" else 1.0


def shape_axes(axes: Axes, group: Sequence[Replayed], case: Case) -> None:
    """Names on the left, what was reported on the right, and the unit below."""
    axes.set_yticks(range(len(group)), [fill(each.reported.words, LABEL) for each in group], fontsize=LARGE, color=INK)
    axes.set_ylim(len(group) - 0.4, -0.6)
    right = axes.secondary_yaxis("right")
    right.set_yticks(range(len(group)), [fill(each.reported.said, 18) for each in group], fontsize=LARGE, color=VERMILLION)
    right.tick_params(length=0)
    right.spines["right"].set_visible(False)
    values = [factor(each) * value for each in group for value in (*each.quantiles, each.reported.value) if value is not None]
    low, high = min(0.0, *values), max(0.0, *values)
    room = 0.04 * ((high - low) or 1.0)
    axes.set_xlim(low - room, high + room)
    unit = unit_of(group[0].reported)
    axes.set_xlabel(f"days; day 0 is {case.dated(0)} 2026" if unit == "days" else unit, fontsize=LARGE)
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=unit not in ("%", "months beyond the critical level")))
    axes.xaxis.set_major_formatter(FuncFormatter(ticked))
    axes.tick_params(axis="x", labelsize=LARGE)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=PALE, linewidth=0.6, zorder=0)
    axes.spines[["top", "right", "left"]].set_visible(False)


def legend(replayed: Sequence[Replayed]) -> list[Line2D]:
    """What the marks stand for."""
    marks = [
        Line2D([], [], color=BLUE, linewidth=7, alpha=0.45, label="model, 90 % of draws"),
        Line2D([], [], color=BLUE, marker="o", linestyle="", markersize=9, label="median"),
    ]
    if any(beyond(each) for each in replayed):
        marks.append(Line2D([], [], color=BLUE, marker=">", linestyle="", markersize=13, markeredgecolor="white", label="beyond the run"))
    marks.append(Line2D([], [], color=VERMILLION, marker="D", linestyle="", markersize=8, label="reported"))
    return marks
