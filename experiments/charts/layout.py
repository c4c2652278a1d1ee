"""How wide a chart is, and how its text is broken into lines: for a desktop, or for a phone."""

from dataclasses import dataclass
from functools import cache
from textwrap import wrap

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties


@dataclass(frozen=True)
class Layout:
    """The width of a figure (inches), the pixels of an inch in its file, and sizes of text (points)."""

    width: float
    dpi: int
    small: float
    normal: float
    large: float

    @property
    def is_narrow(self) -> bool:
        """Whether panels stand below one another."""
        return self.width < 6.0


DESKTOP = Layout(width=10.6, dpi=150, small=7.5, normal=8.5, large=12.0)  # 1590 pixels
PHONE = Layout(width=3.9, dpi=200, small=7.2, normal=7.9, large=9.8)  # shown 390 pixels wide, text is 10 pixels high or more

EDGE = 0.008  # left of title and caption, as a share of the width
SPACED = 1.3  # lines of a caption


@cache
def measuring(dpi: int) -> RendererAgg:
    """What measures text."""
    return RendererAgg(1, 1, dpi)  # type: ignore[no-untyped-call]


def text_width(text: str, points: float, layout: Layout, *, bold: bool = False) -> float:
    """Inches that a line of text takes."""
    font = FontProperties(size=points, weight="bold" if bold else "normal")
    measured = measuring(layout.dpi).get_text_width_height_descent(text.replace(r"\$", "$"), font, False)  # type: ignore[no-untyped-call]
    return float(measured[0]) / layout.dpi


def wrapped(text: str, points: float, layout: Layout, *, bold: bool = False, inches: float | None = None) -> str:
    """Text in lines that fit into the figure, or into so many inches."""
    room = layout.width * (1.0 - 2.0 * EDGE) if inches is None else inches
    letters = max(4, int(room / (points / 72.0 * 0.48)))
    while True:
        lines = wrap(text, letters, break_on_hyphens=False) or [""]
        if letters <= 4 or max(text_width(line, points, layout, bold=bold) for line in lines) <= room:
            return "\n".join(lines)
        letters -= max(1, letters // 40)


def trimmed(text: str, points: float, layout: Layout, inches: float, *, bold: bool = False) -> str:
    """Text on one line, cut with a sign where it does not fit into so many inches."""
    kept = text
    while len(kept) > 1 and text_width(kept, points, layout, bold=bold) > inches:
        kept = kept.removesuffix("…")[:-1].rstrip("\\ ") + "…"
    return kept
