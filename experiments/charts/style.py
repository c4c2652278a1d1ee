"""How every chart looks: sizes, marks of policies, channels and stages, title and caption.

The palette is Okabe and Ito's (2008), which readers with any colour vision can tell apart. Every colour comes with a second mark: a marker
and line style for policies, a hatch for channels and stages.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from io import BytesIO
from os import PathLike, fsdecode
from pathlib import Path, PurePath
from threading import RLock
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Patch
from matplotlib.style import context
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from lockgate.experiments.charts.layout import DESKTOP, EDGE, SPACED, Layout, wrapped
from lockgate.experiments.evidence.card import foot
from lockgate.experiments.provenance import KEY, lockgate_version
from lockgate.experiments.results.results import Results
from lockgate.experiments.text.numbers import escaped, numeral, printable, scale
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.vocabulary import Channel, Stage

Array = np.ndarray[Any, np.dtype[Any]]

DOLLARS = r"US\$"  # escaped: two bare dollar signs in one text would begin mathematics


@dataclass(frozen=True)
class Quantity:
    """A name, the unit in which it is shown, and how many of these units one unit of the model is."""

    name: str
    unit: str
    factor: float

    @property
    def label(self) -> str:
        """Name and unit, for an axis."""
        return f"{self.name} ({self.unit})" if self.unit else self.name

    def said(self, value: float, *, signed: bool = False) -> str:
        """A value of the model as text, with its unit."""
        number = numeral(value * self.factor, signed=signed)
        if self.unit.startswith(DOLLARS):
            size = self.unit.removeprefix(DOLLARS)
            return f"{number[0]}{DOLLARS} {number[1:]}{size}" if number[0] in "+−" else f"{DOLLARS} {number}{size}"
        return f"{number} {self.unit}".rstrip()


def outcome_quantity(outcome: str, values: Array) -> Quantity:
    """How to show these values of an outcome."""
    known = OUTCOMES[outcome]
    return quantity(known.long, known.unit, values)


def quantity(name: str, unit: str, values: Array) -> Quantity:
    r"""How to show values in this unit of the model: shares as percentages, US$ in thousands, millions and so on.

    >>> quantity("harm", "US$", np.array([2.5e6])).label
    'harm (US\\$ million)'
    """
    finite = np.abs(values[np.isfinite(values)])
    told, size = scale(unit, float(finite.max()) if finite.size else 0.0)
    return Quantity(name, told.replace("US$", DOLLARS), 1.0 / size)


def decades(values: Sequence[float] | Array) -> float:
    """The distance from 0 from which a symmetric logarithmic axis is logarithmic: below it lie few of the values.

    >>> decades([0.0, 3.0, 40.0, 500.0])
    1.0
    """
    sizes = np.abs(np.asarray(values, float))
    sizes = sizes[np.isfinite(sizes) & (sizes > 0.0)]
    if not sizes.size:
        return 1.0
    return float(10.0 ** np.floor(np.log10(max(np.quantile(sizes, 0.02), sizes.max() * 1e-5))))


# Text in SVG stays text. The fonts after the first are as wide as it, or nearly so, and are what other systems have.
IN_FILES: dict[Any, Any] = {
    "svg.hashsalt": "lockgate",
    "svg.fonttype": "none",
    "font.sans-serif": ["DejaVu Sans", "Bitstream Vera Sans", "Verdana", "Geneva", "sans-serif"],
}
DRAWING = RLock()  # Matplotlib's settings, fonts and caches belong to the whole process
NO_DATE = {"png": {"Software": None}, "svg": {"Date": None}}  # nor the version of Matplotlib where it would stand alone
SCREEN_DPI = 100  # of a picture in a notebook: 1060 pixels wide
SHADES = 256  # of the same: as many as cover all that there are, for faint points are few and still mean something


class Chart(Figure):
    """A figure with its title on one line, and its provenance (`experiments.provenance`), which is empty where none is known."""

    def __init__(self, *args: Any, title: str = "", provenance: dict[str, Any] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.title, self.provenance = title.replace(r"\$", "$"), provenance or {}

    def savefig(self, fname: Any, *, metadata: dict[str, Any] | None = None, **options: Any) -> None:
        """Save as `Figure.savefig` does. PNG and SVG carry the provenance beside the caller's own metadata, and no date."""
        kind = str(options.get("format") or suffix_of(fname) or mpl.rcParams["savefig.format"]).lower()
        if kind in NO_DATE:
            metadata = {**NO_DATE[kind], **self.stamp(), **(metadata or {})}
        with DRAWING, mpl.rc_context(IN_FILES):
            super().savefig(fname, metadata=metadata, **options)

    def write(self, path: Path) -> None:
        """Write a PNG or SVG file, the same as `savefig` does, in less time: that draws all once more, to see how large it is."""
        kind = path.suffix.removeprefix(".")
        own, dpi = self.canvas, self.dpi
        with DRAWING, mpl.rc_context(IN_FILES):
            canvas: Any = FigureCanvasAgg(self) if kind == "png" else FigureCanvasSVG(self)
            (canvas.print_png if kind == "png" else canvas.print_svg)(path, metadata={**NO_DATE[kind], **self.stamp()})
        self.set_canvas(own)
        self.dpi = dpi  # SVG is written in points

    def png(self) -> bytes:
        """A small PNG file for the screen, some 40 kB: fewer points and colours than `savefig` gives."""
        full, small = BytesIO(), BytesIO()
        self.savefig(full, format="png", dpi=SCREEN_DPI)
        with Image.open(full) as image:
            fewer = image.convert("RGB").quantize(SHADES, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        fewer.save(small, "PNG", pnginfo=self.png_text())
        return small.getvalue()

    def png_text(self) -> PngInfo:
        """The provenance as PNG has it."""
        text = PngInfo()
        for key, value in self.stamp().items():
            text.add_text(key, value)
        return text

    def stamp(self) -> dict[str, str]:
        """The provenance as text, if there is any."""
        return {KEY: json.dumps(self.provenance)} if self.provenance else {}

    def _repr_png_(self) -> bytes:
        """What a notebook shows."""
        return self.png()


def suffix_of(name: Any) -> str:
    """The kind of file that a name asks for, if it is one."""
    return PurePath(fsdecode(name)).suffix.removeprefix(".") if isinstance(name, str | PathLike) else ""


DPI, WIDTH = DESKTOP.dpi, DESKTOP.width
SMALL, NORMAL, LARGE = DESKTOP.small, DESKTOP.normal, DESKTOP.large
WITHIN = (0.004, 0.0, 0.987, 1.0)  # left, bottom, width and height of what the panels fill, as shares of the figure
INK, GREY, PALE = "#1a1a1a", "#666666", "#d9d9d9"
LONGEST_NAME = 28  # characters
MOST_IN_CAPTION = 5  # policies of which a caption lists figures

ORANGE, SKY, GREEN, BLUE, VERMILLION, PURPLE = "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7"
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)  # the palette's yellow is too faint for a line on white
LINES = ("--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))

P = ParamSpec("P")
T = TypeVar("T")

Line = str | tuple[int, tuple[int, ...]]


@dataclass(frozen=True)
class Look:
    """The marks of one policy. A hollow marker is white within."""

    colour: str
    marker: str
    line: Line
    hollow: bool = False

    @property
    def mark(self) -> dict[str, Any]:
        """Options of a line whose points have this marker."""
        inner, edge, width = ("white", self.colour, 1.7) if self.hollow else (self.colour, "white", 0.8)
        return {"marker": self.marker, "color": self.colour, "markerfacecolor": inner, "markeredgecolor": edge, "markeredgewidth": width}


# The reference, and eleven that differ from it and from one another in shape or filling, in print without colour too.
LOOKS = (
    Look(INK, "o", "-"),
    Look(BLUE, "s", "--"),
    Look(VERMILLION, "^", "-."),
    Look(GREEN, "D", ":"),
    Look(PURPLE, "v", LINES[3]),
    Look(ORANGE, "P", LINES[4]),
    Look(SKY, "X", "--"),
    Look(BLUE, "o", "-.", hollow=True),
    Look(VERMILLION, "s", ":", hollow=True),
    Look(GREEN, "^", LINES[3], hollow=True),
    Look(PURPLE, "D", LINES[4], hollow=True),
    Look(ORANGE, "v", "--", hollow=True),
)
MORE_MARKERS = ("<", ">", "p", "h", "*")


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

    >>> len({(look.colour, look.marker, look.hollow) for look in looks(30)})
    30
    """
    more = range(policies - len(LOOKS))
    rest = [Look(COLOURS[n % len(COLOURS)], MORE_MARKERS[n % len(MORE_MARKERS)], LINES[n % len(LINES)]) for n in more]
    return [*LOOKS, *rest][:policies]


def patch(look: Fill, label: str) -> Patch:
    """An area's entry in a legend."""
    return Patch(facecolor=look.colour, hatch=look.hatch, edgecolor=INK, linewidth=0.4, label=label)


def blank(height: float, title: str, caption: str, provenance: dict[str, Any] | None = None, layout: Layout = DESKTOP) -> Chart:
    """An empty chart of this height (inches) between its title and its caption, both of which are part of it."""
    engine = ConstrainedLayoutEngine(rect=WITHIN)
    figure = Chart(title=title, provenance=provenance, figsize=(layout.width, height), dpi=layout.dpi, layout=engine)
    FigureCanvasAgg(figure)  # labels are placed by the size of their text, which needs a renderer
    figure.suptitle(wrapped(title, layout.large, layout, bold=True), x=EDGE, ha="left", fontsize=layout.large, fontweight="bold", color=INK)
    figure.supxlabel(wrapped(caption, layout.small, layout), x=EDGE, ha="left", fontsize=layout.small, color=GREY, linespacing=SPACED)
    return figure


def sheet(panels: float, title: str, caption: str, provenance: dict[str, Any] | None = None, layout: Layout = DESKTOP) -> Chart:
    """The same where `panels` is the height of what stands between title and caption: the figure is as much higher as they need."""
    lines = [wrapped(title, layout.large, layout, bold=True), wrapped(caption, layout.small, layout)]
    text = sum((each.count("\n") + 1) * 1.3 * size / 72.0 for each, size in zip(lines, (layout.large, layout.small), strict=True))
    return blank(panels + text + 0.15, title, caption, provenance, layout)


def settle(figure: Figure) -> None:
    """Make the layout once and keep it, so that every file of a figure has the same.

    The solver's last digits differ from call to call, and ids in SVG files hash them: hence the rounding.
    """
    if engine := figure.get_layout_engine():
        engine.execute(figure)
    figure.set_layout_engine("none")
    for axes in figure.axes:
        x, y, width, height = axes.get_position().bounds
        axes.set_position((round(x, 5), round(y, 5), round(width, 5), round(height, 5)))


def caption(comparison: Results, note: str = "") -> str:
    """What the chart rests on: world, horizon, draws, seed, kind of interval, version."""
    draws = f"{comparison.draws:,} draw{'s' if comparison.draws > 1 else ''}, seed {comparison.seed}"
    parts = [
        f"World {named(comparison.world.name)}, {comparison.horizon_days} days, {draws}",
        "all parameters at their central values" if comparison.fixed else "",
        "95 % intervals over draws" if comparison.draws > 1 else "one draw has no interval",
        "differences are paired" if len(comparison.names) > 1 else "",
        f"lockgate {lockgate_version()}",
    ]
    changed = f"Changed: {drawable('; '.join(comparison.changes))}. " if comparison.changes else ""
    return "; ".join(part for part in parts if part) + f". {changed}{foot()} {note}".rstrip()


def preventable(comparison: Results) -> str:
    """How much of what can be prevented at all each policy removes, as a caption has it; nothing for many, or where there is no ceiling."""
    if not comparison.study.ceiling or not 2 <= len(comparison.names) <= MOST_IN_CAPTION:
        return ""
    found = (comparison.summarised["ceiling"] or {}).get("preventable_share", {})  # without pandas, which takes long to load
    shares = [found.get(name, {}).get("mean", np.nan) for name in comparison.names]
    told = zip(labels_of(comparison), shares, strict=True)
    said = [f"{label} {numeral(100.0 * share)} %" for label, share in told if np.isfinite(share)]
    if not said:
        return ""
    return f"Preventable share (harm removed, of what would be if nobody ever released a covered system): {', '.join(said)}."


def named(name: str) -> str:
    r"""A policy's or world's name as text that Matplotlib prints as it is: not too long, no mathematics, and no letter that it lacks.

    >>> print(named("a$b"), named("\x1b"), named("案"))
    a\$b \x1b \u6848
    """
    shortened = name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
    return drawable(shortened)


def labels_of(comparison: Results) -> list[str]:
    """What charts call the policies, (P,): the labels of the results, shortened, as text that Matplotlib prints as it is."""
    return names_of(comparison.labels)


def names_of(labels: Sequence[str]) -> list[str]:
    """Labels of policies, no two of them the same, shortened, as text that Matplotlib prints as it is."""
    return [drawable(label) for label in shortened(labels)]


def shortened(labels: Sequence[str]) -> list[str]:
    """Labels of at most 28 characters, no two of them the same: where beginnings agree, the middle is left out, and then they are numbered.

    >>> shortened(["short", "x" * 30 + "a", "x" * 30 + "b"])
    ['short', 'xxxxxxxxxxxxx…xxxxxxxxxxxxxa', 'xxxxxxxxxxxxx…xxxxxxxxxxxxxb']
    """
    cut = [label if len(label) <= LONGEST_NAME else label[: LONGEST_NAME - 1] + "…" for label in labels]
    half = LONGEST_NAME // 2
    told = [
        one if cut.count(one) == 1 or len(label) <= LONGEST_NAME else label[: half - 1] + "…" + label[-half:]
        for one, label in zip(cut, labels, strict=True)
    ]
    return [one if told.count(one) == 1 else f"{one[: LONGEST_NAME - 4]} ({place + 1})" for place, one in enumerate(told)]


def drawable(text: str) -> str:
    """Text of users as Matplotlib prints it as it is."""
    return "".join(letter if ord(letter) in letters() else escaped(letter) for letter in printable(text)).replace("$", r"\$")


@cache
def letters() -> frozenset[int]:
    """What the font of the charts can draw."""
    return frozenset(get_font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap())
