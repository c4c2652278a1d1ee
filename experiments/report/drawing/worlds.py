"""One hundred worlds, the best first: in how many the policy does better, the same, and worse, and by how much."""

import math
from collections.abc import Sequence
from typing import Any

from lockgate.experiments.report.drawing.svg import (
    Data,
    Item,
    figure,
    finer,
    finite,
    fixed,
    head,
    key,
    listed,
    nothing,
    page,
    path,
    span,
    swatch,
    symbol,
    text,
    width,
    words,
    wrap,
)

LEAST = 19.0  # pixels between marks, which are 17 wide
SIDES = ((-1, "less", "circle"), (0, "same", "bar"), (1, "more", "triangle"))


def worlds(data: Data) -> str:
    """A mark for each world in reading order, coloured and shaped by its side of 0; beside each row the values of its ends.

    `values` from the best to the worst, as many `side` (-1, 0, 1), `hollow` (whether the policy was refused) and `said` (a line on each
    world); `title`, `alt`. May have `unit` (% of the reference otherwise), `outcome` (harm otherwise), and `refused`, what hollow marks
    mean. Each mark has its place among the values as `data-i`.
    """
    values, side = listed(data, "values"), listed(data, "side")
    count = min(len(values), len(side))
    if not count:
        return nothing(data, "worlds")
    parts, top = head(data)
    in_row, most = (10, 23.0) if data.get("narrow") else (20, 25.0)
    found, top = key(counts(data, side[:count]), 0.0, page(data), top + 6.0)
    parts += found
    unit = words(data.get("unit")) or "% of the reference"
    sign = " %" if unit.split(" ", maxsplit=1)[0] == "%" else ""
    top += 4.0
    decimals = finer(*span(values, 0.0))
    rows = [range(start, min(start + in_row, count)) for start in range(0, count, in_row)]
    labels = [ends_of([values[row[0]], values[row[-1]]], decimals, sign) for row in rows]
    room = page(data) - 8.0 - max(map(width, labels))
    pitch = max(LEAST, min(float(math.floor(room / in_row)), most))
    for place, (row, said) in enumerate(zip(rows, labels, strict=True)):
        y = top + pitch * place + pitch / 2.0
        parts += [mark(data, index, pitch * (index - row[0]) + pitch / 2.0, y) for index in row]
        parts.append(text(pitch * in_row + 8.0, y + 4.5, said, "quiet", "", page(data) - pitch * in_row - 8.0))
    bottom = top + pitch * ((count + in_row - 1) // in_row) + 4.0
    for said in wrap(f"The best world first. Beside each row: its first and its last world, {unit}.", page(data), 3):
        bottom += 16.0
        parts.append(text(0.0, bottom, said, "quiet"))
    if any(listed(data, "hollow")):
        entry = (swatch("more hollow", "triangle"), words(data.get("refused")) or "hollow: the policy is refused")
        entries, bottom = key([entry], 0.0, page(data), bottom + 6.0)
        parts += entries
    return figure(data, "worlds", bottom + 6.0, parts)


def ends_of(values: Sequence[Any], decimals: int, sign: str) -> str:
    """The values of a row's ends, once where they look the same."""
    ends = [fixed(value, decimals, True) for value in values if finite(value)]
    return f"{' to '.join(ends[:1] if ends[0] == ends[-1] else ends)}{sign}" if ends else "not known"


def mark(data: Data, index: int, x: float, y: float) -> str:
    """The mark of one world."""
    _, look, shape = SIDES[side_of(listed(data, "side")[index]) + 1]
    hollow = " hollow" if any(listed(data, "hollow")[index : index + 1]) else ""
    said = "".join(words(each) for each in listed(data, "said")[index : index + 1])
    return path(f"world {look}{hollow}", symbol(shape, x, y, 8.0), said, words(index))


def side_of(side: Any) -> int:
    """-1, 0 or 1; 0 for what is no number."""
    return 0 if not finite(side) or side == 0 else -1 if side < 0 else 1


def counts(data: Data, side: Sequence[Any]) -> list[Item]:
    """How many worlds are on each side."""
    items: list[Item] = []
    for value, look, shape in SIDES:
        noun = "" if look == "same" else f" {words(data.get('outcome')) or 'harm'}"
        how_many = sum(1 for each in side if side_of(each) == value)
        items.append((swatch(look, shape), f"{fixed(how_many, 0)} {look}{noun}"))
    return items
