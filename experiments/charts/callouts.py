"""Direct labels: names beside what they name, moved until none covers another or a mark."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, radians, sin
from typing import Any, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.font_manager import FontProperties
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox, Transform

from lockgate.experiments.charts.style import GREY, INK, NORMAL

Array = np.ndarray[Any, np.dtype[Any]]

DISTANCES = (7, 12, 18, 26, 36, 48, 62, 80, 100, 125)  # points from a mark to the edge of its label
DIRECTIONS = (0, 180, 25, -25, 155, -155, 50, -50, 130, -130, 90, -90)  # degrees, the preferred first
FAR = 12  # points from which a line leads from the mark to its label
GAP = 4.0  # pixels between labels
OWN = 20.0  # pixels round a point that its own mark covers


@dataclass(frozen=True)
class Callout:
    """A text, the point that it names, and the transform of this point to pixels."""

    text: str
    point: tuple[float, float]
    transform: Transform


def call_out(axes: Axes, callouts: Sequence[Callout], marks: Sequence[Bbox]) -> list[Annotation]:
    """Write every text near its point, clear of the marks (boxes in pixels), of one another, and within the axes.

    The layout must have been made (`style.settle`), since it decides how many pixels there are.
    """
    renderer = cast(FigureCanvasAgg, axes.figure.canvas).get_renderer()  # type: ignore[no-untyped-call]
    pixels = axes.figure.dpi / 72.0
    taken = np.array([mark.extents for mark in marks]).reshape(-1, 4)
    written: dict[int, Annotation] = {}
    points = [tuple(callout.transform.transform(callout.point)) for callout in callouts]
    for number in sorted(range(len(callouts)), key=lambda n: -points[n][1]):
        callout = callouts[number]
        width, height, _ = renderer.get_text_width_height_descent(callout.text.replace("\\", ""), FontProperties(size=NORMAL), False)
        x, y = points[number]
        places = around(x, y, width, height, pixels)
        others = [*points[:number], *points[number + 1 :]]
        box, distance = min(places, key=lambda p: p[1] + crowding(p[0], (x, y), axes.bbox, taken) + confusion(p[0], (x, y), others))
        taken = np.vstack([taken, box.extents])
        written[number] = annotate(axes, callout, ((box.x0 + box.x1) / 2 - x, (box.y0 + box.y1) / 2 - y), distance)
    return [written[number] for number in range(len(callouts))]


def around(x: float, y: float, width: float, height: float, pixels: float) -> Iterator[tuple[Bbox, int]]:
    """Boxes of this size round a point, with their distance in points, the nearest first."""
    for distance in DISTANCES:
        for direction in DIRECTIONS:
            across, up = cos(radians(direction)), sin(radians(direction))
            left = x + across * (distance * pixels + width / 2) - width / 2
            bottom = y + up * (distance * pixels + height / 2) - height / 2
            yield Bbox.from_bounds(left, bottom, width, height), distance


def crowding(box: Bbox, point: tuple[float, float], frame: Bbox, taken: Array) -> float:
    """How bad a place is, in points of distance that it would be worth to avoid it: outside the frame, on what is taken, behind it."""
    padded = box.padded(GAP)
    inside = float(shared(padded, np.array([frame.extents])).sum())
    outside = padded.width * padded.height - inside
    path = np.linspace(point, np.clip(point, box.min, box.max), 24)[:-1]
    path = path[np.hypot(*(path - point).T) > OWN]
    within = (path[:, None] > taken[:, :2]) & (path[:, None] < taken[:, 2:])
    return float(100.0 * (outside + shared(padded, taken).sum()) + 8.0 * within.all(axis=2).sum())


def shared(box: Bbox, others: Array) -> Array:
    """The areas that a box shares with others, each x0, y0, x1, y1, in square pixels."""
    low, high = np.maximum(box.min, others[:, :2]), np.minimum(box.max, others[:, 2:])
    return np.asarray(np.prod(np.maximum(high - low, 0.0), axis=1))


def confusion(box: Bbox, point: tuple[float, float], others: Sequence[tuple[float, float]]) -> float:
    """How easily a label there would be taken for that of another mark, in points of distance."""
    own = distance(box, point)
    return 15.0 * sum(distance(box, other) <= own for other in others)


def distance(box: Bbox, point: tuple[float, float]) -> float:
    """Pixels from a point to the nearest one of a box."""
    return float(np.hypot(*(np.clip(point, box.min, box.max) - point)))


def annotate(axes: Axes, callout: Callout, offset: tuple[float, float], distance: int) -> Annotation:
    """The text at this offset (pixels) from its point, led there by a line if it is far."""
    scale = 72.0 / axes.figure.dpi
    annotation = axes.annotate(
        callout.text,
        callout.point,
        (offset[0] * scale, offset[1] * scale),
        xycoords=callout.transform,
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=NORMAL,
        color=INK,
        bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.4},
        arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 3} if distance >= FAR else None,
        zorder=6,
    )
    annotation.set_in_layout(False)  # else the layout would change with every label, and the labels with it
    return annotation


def spaced(heights: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """The heights moved as little as it takes for neighbours to be `gap` apart, in the same order, from low to high if there is room.

    >>> spaced([1.0, 1.5, 5.0], 1.0, 0.0, 6.0)
    [0.75, 1.75, 5.0]
    """
    order = sorted(range(len(heights)), key=lambda n: heights[n])
    groups: list[tuple[list[int], float]] = []  # neighbours that touch, and the height of their middle
    for number in order:
        groups.append(([number], heights[number]))
        while len(groups) > 1 and touching(groups[-2], groups[-1], gap):
            upper, lower = groups.pop(), groups.pop()
            members = lower[0] + upper[0]
            groups.append((members, sum(heights[n] for n in members) / len(members)))
    moved = list(heights)
    for members, middle in groups:
        half = gap * (len(members) - 1) / 2
        bottom = min(max(middle - half, low), max(low, high - 2 * half))
        for place, number in enumerate(members):
            moved[number] = bottom + place * gap
    return moved


def touching(lower: tuple[list[int], float], upper: tuple[list[int], float], gap: float) -> bool:
    """Whether two groups of labels come nearer than the gap."""
    return upper[1] - lower[1] < gap * (len(lower[0]) + len(upper[0])) / 2 - 1e-9
