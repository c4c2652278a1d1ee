"""Which of two inputs' values turn the answer: cells with less, unclear and more, and where we think we are."""

from collections.abc import Sequence
from typing import Any

from lockgate.experiments.report.drawing.effect import plot
from lockgate.experiments.report.drawing.svg import (
    BOLD,
    SIZE,
    Data,
    Scale,
    across,
    box,
    cut,
    finite,
    fixed,
    hatch,
    head,
    joined,
    keyed,
    line,
    listed,
    nothing,
    page,
    path,
    runs,
    scale,
    swatch,
    symbol,
    text,
    width,
    words,
)

Place = tuple[float, float, float, float]
SIGNS = {"less": "−", "more": "+"}
HERE = "we think we are here"


def flip_map(data: Data) -> str:
    """A verdict for each cell, the line on which the mean is 0, and the prior's box.

    `x` and `y` of `label`, `unit` and `ticks` (numbers, or `at` and `label`), logarithmic with `log`; `xs` and `ys`, rising edges of
    columns and rows; `cells`, rows from the lowest y on, of `word`, `direction` and `mean`, or None; `line`, lists of points; `box`, the
    prior's 90 %, as x0, y0, x1, y1; `here`, its centre; `title`, `alt`. May have `told`, the unit of `mean`. Each cell has row times
    columns plus column as `data-i`.
    """
    xs, ys = listed(data, "xs"), listed(data, "ys")
    if len(xs) < 2 or len(ys) < 2 or not rising(data, "x", xs) or not rising(data, "y", ys):
        return nothing(data, "flip_map")
    parts, top = head(data)
    narrow = bool(data.get("narrow"))
    y_ticks = ticks_of(data, "y", ys)
    left = 10.0 + max([8.0, *(min(width(said), 0.3 * page(data)) for _, said in y_ticks)])
    right, bottom = page(data) - 10.0, top + 32.0 + (290.0 if narrow else 360.0)
    top += 32.0
    x = scale(xs[0], xs[-1], left, right, bool(data["x"].get("log")))
    y = scale(ys[0], ys[-1], bottom, top, bool(data["y"].get("log")))
    parts.append(text(0.0, top - 12.0, label_of(data, "y"), "quiet", "", page(data)))
    parts.append(plot(left, top, right, bottom, xs[0], xs[-1], ys[-1], ys[0]))
    found, taken = prior(data, x, y, left, top, right, bottom)
    parts += cells(data, x, y, taken)
    parts.append(path("frame", box(left, top, right, bottom)))
    shape = "".join(joined((x(a), y(b)) for a, b in run) for points in listed(data, "line") for run in within(points, xs, ys))
    parts += [path("casing", shape), path("turn", shape), *found]
    end = 1e9
    for at, said in y_ticks:
        if end - y(at) >= 15.0:
            parts.append(text(left - 6.0, y(at) + 4.5, cut(said, left - 8.0), "", "end"))
            end = y(at)
    x_ticks = [(x(at), cut(said, 0.3 * page(data))) for at, said in ticks_of(data, "x", xs)]
    parts += [*(line("axis", at, bottom, at, bottom + 4.0) for at, _ in x_ticks), *across(x_ticks, bottom + 20.0, page(data))]
    parts.append(text((left + right) / 2.0, bottom + 38.0, cut(label_of(data, "x"), right - left), "quiet", "middle"))
    return keyed(data, "flip-map", parts, key_of(data), bottom + 48.0)


def rising(data: Data, name: str, edges: Sequence[Any]) -> bool:
    """Whether these are edges, and all above 0 where the axis is logarithmic."""
    if not all(map(finite, edges)) or (data[name].get("log") and edges[0] <= 0.0):
        return False
    return all(edges[place] > edges[place - 1] for place in range(1, len(edges)))


def within(points: Sequence[Sequence[Any]], xs: Sequence[float], ys: Sequence[float]) -> list[list[tuple[Any, ...]]]:
    """The stretches of a line of which all points are in the map."""
    places = [x if finite(x) and finite(y) and xs[0] <= x <= xs[-1] and ys[0] <= y <= ys[-1] else None for x, y in points]
    return runs(places, [y for _, y in points])


def ticks_of(data: Data, name: str, edges: Sequence[float]) -> list[tuple[float, str]]:
    """Places on an axis and what they are called."""
    found = [(each, words(each)) if finite(each) else (each["at"], words(each.get("label"))) for each in listed(data[name], "ticks")]
    return sorted((each for each in found if edges[0] <= each[0] <= edges[-1]), key=lambda each: each[0])


def label_of(data: Data, name: str) -> str:
    """An axis's input and its unit."""
    label, unit = words(data[name].get("label")), words(data[name].get("unit"))
    return ("↑ " if name == "y" else "") + (f"{label} ({unit})" if unit else label) + (" →" if name == "x" else "")


def cells(data: Data, x: Scale, y: Scale, taken: Sequence[Place]) -> list[str]:
    """The cells: coloured by side, pale where it is leaning, hatched where unclear, with a sign in as many as have room for it."""
    xs, ys = listed(data, "xs"), listed(data, "ys")
    parts = []
    for row, line_of in enumerate(listed(data, "cells")[: len(ys) - 1]):
        for column, cell in enumerate(line_of[: len(xs) - 1]):
            if not cell:
                continue
            place = (x(xs[column]), y(ys[row + 1]), x(xs[column + 1]), y(ys[row]))
            word, side = words(cell.get("word")), words(cell.get("direction"))
            mean = f": {fixed(cell['mean'], 2)} {words(data.get('told'))}" if finite(cell.get("mean")) else ""
            look = f"{word} {side}" if word in {"clear", "leaning"} and side in SIGNS else "same" if word == "same" else "unclear"
            every = max(ceiling(17.0 / max(1.0, place[2] - place[0])), ceiling(17.0 / max(1.0, place[3] - place[1])))
            fine = " fine" if every > 1 else ""
            parts.append(path(f"cell {look}{fine}", box(*place), look + mean, words(row * (len(xs) - 1) + column)))
            if look == "unclear":
                parts.append(path("hatch", hatch("/", *place)))
            elif look != "same" and row % every == column % every == every // 2:
                parts.append(sign((place[0] + place[2]) / 2.0, (place[1] + place[3]) / 2.0, SIGNS[side], word, taken))
    return parts


def sign(x: float, y: float, said: str, word: str, taken: Sequence[Place]) -> str:
    """The sign of a cell, unless something else stands there."""
    hidden = any(place[0] - 7.0 < x < place[2] + 7.0 and place[1] - 7.0 < y < place[3] + 7.0 for place in taken)
    return "" if hidden else text(x, y + 4.5, said, f"sign {word}", "middle")


def ceiling(value: float) -> int:
    """The least whole number that is not below."""
    return -int(-value // 1.0)


def prior(data: Data, x: Scale, y: Scale, left: float, top: float, right: float, bottom: float) -> tuple[list[str], list[Place]]:
    """Where we think we are: a dashed box, a ring, and words beside them; and what of the map they take."""
    parts, taken, here, around = [], [], listed(data, "here"), listed(data, "box")
    place = None
    if len(around) == 4 and all(map(finite, around)):
        x0, x1 = (min(max(x(kept(data, "x", at)), left), right) for at in (around[0], around[2]))
        y1, y0 = (min(max(y(kept(data, "y", at)), top), bottom) for at in (around[1], around[3]))
        parts += [path("casing", box(x0, y0, x1, y1)), path("prior", box(x0, y0, x1, y1))]
        place = ((x0 + x1) / 2.0, y0 - 8.0 if y0 - top > 24.0 else y1 + 17.0 if bottom - y1 > 24.0 else y0 + 18.0)
    if len(here) == 2 and all(map(finite, here)):
        at, up = min(max(x(kept(data, "x", here[0])), left), right), min(max(y(kept(data, "y", here[1])), top), bottom)
        parts += [path("casing", symbol("circle", at, up, 6.0)), path("here", symbol("circle", at, up, 6.0))]
        taken.append((at - 6.0, up - 6.0, at + 6.0, up + 6.0))
        place = place or (at, up - 14.0 if up - top > 30.0 else up + 24.0)
    if place:
        half = width(HERE, SIZE * BOLD) / 2.0
        middle = min(max(place[0], left + half), right - half)
        parts.append(text(middle, place[1], HERE, "over strong", "middle"))
        taken.append((middle - half, place[1] - 12.0, middle + half, place[1] + 3.0))
    return parts, taken


def kept(data: Data, name: str, at: float) -> float:
    """A place within the map, so that a logarithm of it is known."""
    edges: Sequence[float] = listed(data, f"{name}s")
    return min(max(at, edges[0]), edges[-1])


def key_of(data: Data) -> list[Any]:
    """What is in the map."""
    items = [
        (swatch("cell clear less"), "clearly less (−)"),
        (swatch("cell leaning less"), "leaning to less"),
        (swatch("cell unclear", "/"), "unclear"),
        (swatch("cell leaning more"), "leaning to more"),
        (swatch("cell clear more"), "clearly more (+)"),
    ]
    if any(words(cell.get("word")) == "same" for row in listed(data, "cells") for cell in row if cell):
        items.append((swatch("cell same"), "the same"))
    if listed(data, "line"):
        items.append((swatch("turn", "line"), "the answer turns"))
    if listed(data, "box"):
        items.append((swatch("prior"), f"{HERE} (90 % of the prior)"))
    return items
