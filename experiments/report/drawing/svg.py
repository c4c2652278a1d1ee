"""What every drawing is made of: numbers and labels as text, scales, ticks, hatching, and the frame around them.

`page/draw.js` has the same functions and gives the same strings. So all arithmetic is what Python and JavaScript round alike: no powers, no
sums of the library, no formats; a number is rounded by its floor. A value counts as missing where it is no number, or 1e12 or more.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Data = Mapping[str, Any]
Scale = Callable[[float], float]
Item = tuple[Callable[[float, float], str], str]  # how an entry of a key is drawn at x, y; and what it says

SIZE, LINE, BOLD = 13.0, 18.0, 1.15  # of text, of a line of text; how much wider bold text is
# Widths of " " to "~" in hundredths of the size, two digits each: those of DejaVu Sans, the widest of the fonts that readers have.
WIDTHS = (
    "3241468464967828404050843237323464646464646464646464343484848454996969707864587876303066568775796179706462746999696269403440845050"
    "626455646236646428285828986462646442534064608260605364346484"
)
# Not seen, no character, or changes the direction of what follows.
UNSEEN = re.compile("[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}


def finite(value: Any) -> bool:
    """Whether a value can be drawn.

    >>> finite(1), finite(float("nan")), finite(None), finite(1e12)
    (True, False, False, False)
    """
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12


def digits(value: float, decimals: int) -> tuple[str, str]:
    """The digits of a number's size, rounded, before the point and after it; fewer decimals where both languages could not tell them."""
    kept, size = 0, 1.0
    while kept < decimals and abs(value) * size < 1e13:
        kept, size = kept + 1, size * 10.0
    found = str(math.floor(abs(value) * size + 0.5)).rjust(kept + 1, "0")
    return found[: len(found) - kept], found[len(found) - kept :]


def number(value: float, decimals: int = 2) -> str:
    """A number for programs, such as a coordinate: with as few decimals as it needs.

    >>> number(12.345), number(-0.5), number(-0.001), number(100)
    ('12.35', '-0.5', '0', '100')
    """
    whole, part = digits(value, decimals)
    text = f"{whole}.{part}".rstrip("0").rstrip(".") if part else whole
    return f"-{text}" if value < 0.0 and text != "0" else text


def fixed(value: float, decimals: int, signed: bool = False) -> str:
    """A number for readers: thousands apart, a true minus, and none before zero.

    >>> fixed(-1684.25, 1), fixed(-0.02, 1), fixed(3, 0, signed=True)
    ('−1,684.3', '0.0', '+3')
    """
    whole, part = digits(value, decimals)
    first = len(whole) % 3
    groups = ([whole[:first]] if first else []) + [whole[place : place + 3] for place in range(first, len(whole), 3)]
    sign = "" if not (whole + part).strip("0") else "−" if value < 0.0 else "+" if signed else ""
    return sign + ",".join(groups) + (f".{part}" if part else "")


def words(said: Any) -> str:
    """A label as text; a number as few digits as it needs, up to two decimals.

    >>> words("hold"), words(14), words(0.5), words(None)
    ('hold', '14', '0.5', '')
    """
    return said if isinstance(said, str) else number(said) if finite(said) else ""


def escape(said: str) -> str:
    """Text that is safe in SVG and HTML, between tags and in quotes. Every foreign text goes through here.

    >>> escape("<b>'&")
    '&lt;b&gt;&#39;&amp;'
    """
    return "".join(ENTITIES.get(mark, mark) for mark in UNSEEN.sub("\ufffd", said))


def width(said: str, size: float = SIZE) -> float:
    """How wide a text may become, in the drawing's units: not less than it is in any usual font."""
    total = 0
    for mark in said:
        code = ord(mark)
        place = 2 * (code - 32)
        if 32 <= code < 127:
            total += int(WIDTHS[place : place + 2])
        else:
            total += 84 if mark == "−" else 75 if code < 0x250 else 100 if code < 0x2C00 else 140
    return total * size / 100.0


def cut(said: str, room: float, size: float = SIZE) -> str:
    """The text, or as much of it as fits and an ellipsis."""
    if width(said, size) <= room:
        return said
    left, shown = room - width("…", size), ""
    for mark in said:
        left -= width(mark, size)
        if left < 0.0:
            break
        shown += mark
    return shown.rstrip(" ") + "…"


def wrap(said: str, room: float, most: int, size: float = SIZE) -> list[str]:
    """The text in at most so many lines, the last of them cut where it must be."""
    lines: list[str] = []
    line = ""
    for word in said.split(" "):
        longer = f"{line} {word}" if line else word
        if line and width(longer, size) > room:
            lines.append(line)
            longer = word
        line = longer
    lines.append(line)
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [cut(line, room, size) for line in lines]


def ticks(low: float, high: float, most: float) -> tuple[list[float], int]:
    """Round values from `low` to `high`, about `most` of them, and the decimals that they need.

    >>> ticks(-3.0, 12.0, 4.0), ticks(0.0, 1.0, 5.0)[1]
    (([0.0, 5.0, 10.0], 0), 1)
    >>> ticks(2.0, 2.0, 4.0)
    ([2.0], 0)
    """
    if not low < high:
        return [low], 0
    least, step, decimals, size = (high - low) / max(1.0, most), 1.0, 0, 1.0
    while step < least:
        step *= 10.0
    while step / 10.0 >= least:
        step /= 10.0
    step = step / 5.0 if step / 5.0 >= least else step / 2.0 if step / 2.0 >= least else step
    while step * size < 0.99:
        size *= 10.0
        decimals += 1
    return [step * place for place in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)], decimals


def finer(low: float, high: float) -> int:
    """The decimals with which single values are told on an axis from `low` to `high`: a thousandth of it is seen, and no more."""
    decimals, size = 0, (high - low) / 30.0
    while size < 1.0 and decimals < 6:
        size *= 10.0
        decimals += 1
    return decimals


def span(values: Iterable[Any], room: float = 0.05) -> tuple[float, float]:
    """The least and the largest of the values and 0, with some room beyond them."""
    low = high = 0.0
    for value in values:
        if finite(value):
            low, high = min(low, value), max(high, value)
    if high - low < 1e-6:
        low, high = low - 1.0, high + 1.0
    return low - room * (high - low), high + room * (high - low)


def scale(low: float, high: float, start: float, end: float, log: bool = False) -> Scale:
    """From values to places; both ends of the values differ, and are above 0 where the scale is logarithmic."""
    if log:
        inner = scale(math.log(low), math.log(high), start, end)
        return lambda value: inner(math.log(value))
    return lambda value: start + (value - low) / (high - low) * (end - start)


def runs(*columns: Sequence[Any]) -> list[list[tuple[Any, ...]]]:
    """Stretches of rows in which every column can be drawn.

    >>> runs([0, 1, 2, 3], [5, None, 7, 8])
    [[(0, 5)], [(2, 7), (3, 8)]]
    """
    found: list[list[tuple[Any, ...]]] = [[]]
    for row in zip(*columns, strict=False):
        if all(map(finite, row)):
            found[-1].append(row)
        elif found[-1]:
            found.append([])
    return [run for run in found if run]


def listed(data: Data, name: str) -> Sequence[Any]:
    """A list of the data; empty where there is none."""
    return data.get(name) or []


def attribute(name: str, value: str) -> str:
    """An attribute, or nothing where it would be empty."""
    return f' {name}="{escape(value)}"' if value else ""


def hint(said: str) -> str:
    """What is shown to who points at an element."""
    return f"<title>{escape(said)}</title>" if said else ""


def text(x: float, y: float, said: str, look: str = "", anchor: str = "", room: float = 0.0) -> str:
    """A line of text on the base line `y`. Where it is cut, since there is little room, the whole is its hint."""
    shown = cut(said, room) if room else said
    whole = hint(said) if shown != said else ""
    place = f'x="{number(x)}" y="{number(y)}"'
    return f"<text {place}{attribute('text-anchor', anchor)}{attribute('class', look)}>{whole}{escape(shown)}</text>"


def path(look: str, shape: str, said: str = "", index: str = "") -> str:
    """A path of this class, with a hint; `index` says of which of the data it is."""
    return f'<path class="{look}"{attribute("data-i", index)} d="{shape}">{hint(said)}</path>' if shape else ""


def line(look: str, x0: float, y0: float, x1: float, y1: float) -> str:
    """A straight line."""
    return path(look, f"M{number(x0)} {number(y0)}L{number(x1)} {number(y1)}")


def joined(points: Iterable[tuple[float, float]]) -> str:
    """The shape of a line through points."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


def box(x0: float, y0: float, x1: float, y1: float) -> str:
    """The shape of a rectangle."""
    return f"M{number(x0)} {number(y0)}H{number(x1)}V{number(y1)}H{number(x0)}Z"


def symbol(kind: str, x: float, y: float, r: float) -> str:
    """The shape of a mark of about this radius: circle, square, triangle, diamond, or bar."""
    if kind == "circle":
        arc = f"A{number(r)} {number(r)} 0 1 1 "
        return f"M{number(x - r)} {number(y)}{arc}{number(x + r)} {number(y)}{arc}{number(x - r)} {number(y)}Z"
    if kind == "triangle":
        return joined([(x, y - 1.1 * r), (x + 1.1 * r, y + 0.85 * r), (x - 1.1 * r, y + 0.85 * r)]) + "Z"
    if kind == "diamond":
        return joined([(x, y - 1.25 * r), (x + 1.25 * r, y), (x, y + 1.25 * r), (x - 1.25 * r, y)]) + "Z"
    half = 0.85 * r if kind == "square" else 0.35 * r
    return box(x - 0.85 * r, y - half, x + 0.85 * r, y + half)


def hatch(kind: str, x0: float, y0: float, x1: float, y1: float, gap: float = 6.0) -> str:
    r"""The shape of a hatching (/, \, - or |) of a rectangle; lines of neighbours meet.

    Patterns would need names that no other drawing of a page has.
    """
    shape = ""
    if kind == "-":
        for place in range(math.ceil(y0 / gap), math.ceil(y1 / gap)):
            shape += f"M{number(x0)} {number(gap * place)}H{number(x1)}"
    elif kind == "|":
        for place in range(math.ceil(x0 / gap), math.ceil(x1 / gap)):
            shape += f"M{number(gap * place)} {number(y0)}V{number(y1)}"
    elif kind == "/":
        for place in range(math.ceil((x0 + y0) / gap), math.ceil((x1 + y1) / gap)):
            start, end = max(x0, gap * place - y1), min(x1, gap * place - y0)
            shape += f"M{number(start)} {number(gap * place - start)}L{number(end)} {number(gap * place - end)}"
    elif kind == "\\":
        for place in range(math.ceil((x0 - y1) / gap), math.ceil((x1 - y0) / gap)):
            start, end = max(x0, gap * place + y0), min(x1, gap * place + y1)
            shape += f"M{number(start)} {number(start - gap * place)}L{number(end)} {number(end - gap * place)}"
    return shape


def page(data: Data) -> float:
    """How wide a drawing is: for a phone, or for a column of text."""
    return 340.0 if data.get("narrow") else 720.0


def head(data: Data) -> tuple[list[str], float]:
    """The title over a drawing, and where it ends."""
    title = words(data.get("title"))
    lines = wrap(title, page(data), 5, 15.0 * BOLD) if title else []
    return [text(0.0, 15.0 + 20.0 * place, line, "title") for place, line in enumerate(lines)], 20.0 * len(lines)


def key(items: Sequence[Item], left: float, right: float, top: float) -> tuple[list[str], float]:
    """What the marks mean, in as many lines as it takes, and where it ends."""
    x, y = left, top + LINE / 2.0
    parts = []
    for draw, said in items:
        need = 26.0 + width(said)
        if x > left and x + need > right:
            x, y = left, y + LINE
        parts.append(draw(x, y))
        parts.append(text(x + 26.0, y + 4.5, said, room=right - x - 26.0))
        x += need + 16.0
    return parts, y + LINE / 2.0


def swatch(look: str, kind: str = "") -> Callable[[float, float], str]:
    """An entry's mark: a symbol, a line, or a filled box where it has a hatching or none."""
    if kind == "line":
        return lambda x, y: line(look, x, y, x + 20.0, y)
    if kind in {"", "/", "\\", "-", "|"}:
        return lambda x, y: path(look, box(x, y - 6.0, x + 20.0, y + 6.0)) + path("hatch", hatch(kind, x, y - 6.0, x + 20.0, y + 6.0))
    return lambda x, y: path(look, symbol(kind, x + 10.0, y, 6.0))


def across(places: Sequence[tuple[float, str]], y: float, right: float) -> list[str]:
    """Labels below an axis, centred on their places and pushed in from the edges; one that would touch the last is left out."""
    parts, end = [], -1e9
    for x, said in places:
        half = width(said) / 2.0
        middle = min(max(x, half), right - half)
        if middle - half >= end:
            parts.append(text(middle, y, said, "", "middle"))
            end = middle + half + 8.0
    return parts


def levels(low: float, high: float) -> tuple[list[tuple[float, str]], float]:
    """Ticks of an upright axis with their labels, and where the plot to the right of them begins."""
    steps, decimals = ticks(low, high, 5.0)
    labels = [fixed(step, decimals) for step in steps]
    return list(zip(steps, labels, strict=True)), 8.0 + max(width(label) for label in labels)


def grid(found: Sequence[tuple[float, str]], y: Scale, left: float, right: float) -> list[str]:
    """Lines across a plot, with their labels to the left."""
    return [line("grid", left, y(step), right, y(step)) + text(left - 6.0, y(step) + 4.5, label, "", "end") for step, label in found]


def day_places(first: float, last: float, most: float, x: Scale) -> list[tuple[float, str]]:
    """Where days stand on an axis, and how they are called."""
    return [(x(day), ("" if place else "day ") + fixed(day, 0)) for place, day in enumerate(ticks(first, last, most)[0])]


def below(said: str, data: Data, y: float) -> tuple[list[str], float]:
    """What an axis measures, in up to two lines, and the base line of the last."""
    lines = wrap(said, page(data), 2)
    return [text(0.0, y + 16.0 * place, each, "quiet") for place, each in enumerate(lines)], y + 16.0 * (len(lines) - 1)


def keyed(data: Data, kind: str, parts: Sequence[str], items: Sequence[Item], top: float) -> str:
    """The whole drawing, with its key at the bottom."""
    entries, end = key(items, 0.0, page(data), top)
    return figure(data, kind, end + 4.0, [*parts, *entries])


def figure(data: Data, kind: str, height: float, parts: Sequence[str]) -> str:
    """The whole drawing: its name for those who do not see it, and its parts."""
    look = f"chart {kind} {'narrow' if data.get('narrow') else 'wide'}"
    size = f"0 0 {number(page(data))} {number(height)}"
    about = f"<desc>{escape(words(data.get('alt')))}</desc>" if words(data.get("alt")) else ""
    start = f'<svg xmlns="http://www.w3.org/2000/svg" class="{look}" viewBox="{size}" font-size="13" role="img">'
    return f"{start}<title>{escape(words(data.get('title')) or kind)}</title>{about}{''.join(parts)}</svg>"


def nothing(data: Data, kind: str) -> str:
    """A drawing where there is nothing to draw."""
    parts, top = head(data)
    return figure(data, kind, top + 60.0, [*parts, text(0.0, top + 34.0, "There is nothing to draw.", "quiet")])
