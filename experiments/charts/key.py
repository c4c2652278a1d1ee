"""The key of a chart: which mark is which policy, in a place of its own, where names can cover nothing."""

from collections.abc import Sequence
from math import ceil
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.lines import Line2D
from matplotlib.transforms import Transform, blended_transform_factory

from lockgate.experiments.charts.layout import EDGE, Layout, text_width, wrapped
from lockgate.experiments.charts.style import INK, Look

MARK = 0.32  # inches of a mark, and of the room between columns
LINE = 1.65  # heights of the text, of a line of the key


def key_columns(names: Sequence[str], layout: Layout) -> int:
    """As many columns as have room side by side."""
    widest = max(text_width(name, layout.normal, layout) for name in names) + 1.6 * MARK
    return max(1, min(len(names), int(0.96 * layout.width / widest)))


def key_height(names: Sequence[str], layout: Layout) -> float:
    """Inches that the key needs."""
    return ceil(len(names) / key_columns(names, layout)) * LINE * layout.normal / 72.0 + 0.06


def draw_key(axes: Axes, names: Sequence[str], marks: Sequence[Look], layout: Layout, *, lines: bool = False) -> None:
    """The marks and their names; with lines, how each policy is drawn as one."""
    styles: list[dict[str, Any]] = [look.mark | {"linestyle": look.line if lines else ""} for look in marks]
    handles = [Line2D([], [], **style, linewidth=1.6, markersize=6.5, label=name) for style, name in zip(styles, names, strict=True)]
    look = {"handlelength": 2.6 if lines else 1.2, "columnspacing": 1.2, "handletextpad": 0.5}
    draw_patches(axes, handles, key_columns(names, layout), layout, **look)


def bare_axes(figure: Figure, place: SubplotSpec) -> Axes:
    """A place for text or a key, from edge to edge of the figure."""
    axes = figure.add_subplot(place)
    axes.set_axis_off()
    return axes


def from_edge(axes: Axes) -> Transform:
    """Across in shares of the figure, upwards in shares of the axes: what is placed by it may be as wide as the figure."""
    return blended_transform_factory(axes.get_figure(root=True).transFigure, axes.transAxes)  # type: ignore[union-attr]


def draw_heading(axes: Axes, text: str, layout: Layout) -> None:
    """A heading of panels below."""
    told = wrapped(text, layout.normal, layout, bold=True)
    heading = axes.text(EDGE, 0, told, transform=from_edge(axes), fontsize=layout.normal, fontweight="bold", color=INK)
    heading.set_in_layout(False)


def draw_patches(axes: Axes, patches: Sequence[Artist], columns: int, layout: Layout, **options: Any) -> None:
    """A legend of these marks."""
    legend = axes.legend(
        handles=patches, loc="center left", bbox_to_anchor=(EDGE, 0.5), bbox_transform=from_edge(axes), ncols=columns,
        fontsize=layout.normal, frameon=False, borderpad=0, borderaxespad=0, **options,
    )  # fmt: skip
    legend.set_in_layout(False)
