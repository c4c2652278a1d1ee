"""How every chart looks: sizes, marks of policies, channels and stages, title and caption.

The palette is Okabe and Ito's (2008), which readers with any colour vision can tell apart. Every colour comes with a second mark: a marker
and line style for policies, a hatch for channels and stages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, wraps
from textwrap import fill
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Patch
from matplotlib.style import context

from experiments.charts.chart import DRAWING, Chart
from experiments.credibility.factors import foot
from experiments.provenance import lockgate_version
from experiments.text import escaped, printable
from sim.vocabulary import Channel, Stage

if TYPE_CHECKING:
    from experiments.results.results import Results

DPI = 150
WIDTH = 10.6  # inches: 1590 pixels
WITHIN = (0.004, 0.0, 0.987, 1.0)  # left, bottom, width and height of what the panels fill, as shares of the figure
SMALL, NORMAL, LARGE = 7.5, 8.5, 12.0  # points
INK, GREY, PALE = "#1a1a1a", "#666666", "#d9d9d9"
LONGEST_NAME = 28  # characters

ORANGE, SKY, GREEN, BLUE, VERMILLION, PURPLE = "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7"
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)  # the palette's yellow is too faint for a line on white
MARKERS = ("s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*")
LINES = ("--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))

P = ParamSpec("P")
T = TypeVar("T")

Line = str | tuple[int, tuple[int, ...]]


@dataclass(frozen=True)
class Look:
    """The marks of one policy."""

    colour: str
    marker: str
    line: Line


@dataclass(frozen=True)
class Fill:
    """The marks of an area."""

    colour: str
    hatch: str


CHANNELS = {
    Channel.NO_MODEL: Fill(PALE, ""),
    Channel.OPEN_WEIGHTS: Fill(ORANGE, "///"),
    Channel.PUBLIC_SERVICE: Fill(SKY, "..."),
    Channel.LEAKED_ACCESS: Fill(VERMILLION, "xxx"),
    Channel.STOLEN_WEIGHTS: Fill(PURPLE, "\\\\\\"),
}
STAGES = {
    Stage.TESTING: Fill("#ffffff", "....."),
    Stage.HELD: Fill(PALE, "|||"),
    Stage.PARTNERS: Fill(GREEN, "\\\\\\"),
    Stage.PUBLIC: Fill(SKY, ""),
    Stage.OPEN_WEIGHTS: Fill(ORANGE, "///"),
    Stage.DARK: Fill("#3a3a3a", "xxx"),
}


def one_at_a_time(draw: Callable[P, T]) -> Callable[P, T]:
    """Draw in one thread at a time and with Matplotlib's own settings: they, fonts and caches belong to the whole process.

    The settings that the caller has are the same again afterwards.
    """

    @wraps(draw)
    def draw_alone(*args: P.args, **options: P.kwargs) -> T:
        with DRAWING, context("default"):
            return draw(*args, **options)

    return draw_alone


def looks(policies: int) -> list[Look]:
    """Marks for so many policies: black, round and solid for the reference, which is the first.

    >>> len({(look.colour, look.marker) for look in looks(30)})
    30
    """
    others = range(policies - 1)
    rest = [Look(COLOURS[n % len(COLOURS)], MARKERS[n % len(MARKERS)], LINES[n % len(LINES)]) for n in others]
    return [Look(INK, "o", "-"), *rest][:policies]


def patch(look: Fill, label: str) -> Patch:
    """An area's entry in a legend."""
    return Patch(facecolor=look.colour, hatch=look.hatch, edgecolor=INK, linewidth=0.4, label=label)


def blank(height: float, title: str, caption: str, provenance: dict[str, Any] | None = None) -> Chart:
    """An empty chart of this height (inches) between its title and its caption."""
    layout = ConstrainedLayoutEngine(rect=WITHIN)
    figure = Chart(title=title, provenance=provenance, figsize=(WIDTH, height), dpi=DPI, layout=layout)
    FigureCanvasAgg(figure)  # labels are placed by the size of their text, which needs a renderer
    figure.suptitle(fill(title, 106), x=0.008, ha="left", fontsize=LARGE, fontweight="bold", color=INK)
    figure.supxlabel(fill(caption, 188), x=0.008, ha="left", fontsize=SMALL, color=GREY, linespacing=1.3)
    return figure


def settle(figure: Figure) -> None:
    """Make the layout once and keep it, so that every file of a figure has the same.

    The solver's last digits differ from call to call, and ids in SVG files hash them: hence the rounding.
    """
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:
        x, y, width, height = axes.get_position().bounds
        axes.set_position((round(x, 5), round(y, 5), round(width, 5), round(height, 5)))


def caption(comparison: "Results", note: str = "") -> str:
    """What the chart rests on: world, horizon, draws, seed, kind of interval, version."""
    draws = f"{comparison.draws:,} draw{'s' if comparison.draws > 1 else ''}, seed {comparison.seed}"
    parts = [
        f"World {named(comparison.world.name)}, {comparison.horizon_days} days, {draws}",
        "all parameters at their central values" if comparison.fixed else "",
        "95 % intervals over draws" if comparison.draws > 1 else "one draw has no interval",
        "differences are paired" if len(comparison.names) > 1 else "",
        f"lockgate {lockgate_version()}",
    ]
    return "; ".join(part for part in parts if part) + f". {foot()} {note}".rstrip()


def named(name: str) -> str:
    r"""A policy's or world's name as text that Matplotlib prints as it is: not too long, no mathematics, and no letter that it lacks.

    >>> print(named("a$b"), named("\x1b"), named("案"))
    a\$b \x1b \u6848
    """
    shortened = name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
    return drawable(shortened)


def drawable(text: str) -> str:
    """Text of users as Matplotlib prints it as it is."""
    return "".join(letter if ord(letter) in letters() else escaped(letter) for letter in printable(text)).replace("$", r"\$")


@cache
def letters() -> frozenset[int]:
    """What the font of the charts can draw."""
    return frozenset(get_font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap())
