"""Stacked bars: of what a whole is made, row by row."""

from lockgate.experiments.report.drawing.effect import plot
from lockgate.experiments.report.drawing.svg import (
    Data,
    across,
    below,
    box,
    finer,
    finite,
    fixed,
    hatch,
    head,
    keyed,
    line,
    listed,
    nothing,
    page,
    path,
    scale,
    swatch,
    text,
    ticks,
    width,
    words,
)

HATCHES = ("", "/", "-", "\\", "|", "")  # of the parts, in turn


def bars(data: Data) -> str:
    """`rows` of `label` and `parts`, as many numbers as there are `keys`; `unit`, `title`, `alt`. Parts below 0 are stacked to the left.

    Each part has row times keys plus part as `data-i`.
    """
    rows, keys, narrow = listed(data, "rows"), listed(data, "keys"), bool(data.get("narrow"))
    stacks = [stack(row, len(keys)) for row in rows]
    if not any(stacks):
        return nothing(data, "bars")
    parts, top = head(data)
    reach = [edge for each in stacks for _, *edges in each for edge in edges]
    least, most = min([0.0, *reach]), max([0.0, *reach])
    most = most if most - least > 1e-6 else least + 1.0
    steps, decimals = ticks(least, most, 4.0 if narrow else 7.0)
    left = 2.0 if narrow else min(240.0, 12.0 + max(width(words(row.get("label"))) for row in rows))
    x, pitch = scale(least, most, left, page(data) - 12.0), (50.0 if narrow else 34.0)
    top += 10.0
    bottom = top + pitch * len(rows) + 4.0
    parts.append(plot(left, top, page(data) - 12.0, bottom, least, most, 0.0, float(len(rows))))
    parts += [*(line("grid", x(step), top, x(step), bottom) for step in steps), line("zero", x(0.0), top, x(0.0), bottom)]
    for place, row in enumerate(rows):
        y = top + pitch * place + (22.0 if narrow else 6.0)
        label = words(row.get("label"))
        parts.append(text(0.0, y - 5.0, label, "over", "", page(data)) if narrow else text(0.0, y + 16.0, label, "", "", left - 10.0))
        for index, start, end in stacks[place]:
            edge0, edge1, said = x(min(start, end)), x(max(start, end)), fixed(end - start, finer(least, most))
            name = f"{label}, {words(keys[index])}: {said}"
            parts.append(path(f"part part{index % 6}", box(edge0, y, edge1, y + 22.0), name, words(place * len(keys) + index)))
            parts.append(path("hatch", hatch(HATCHES[index % 6], edge0, y, edge1, y + 22.0)))
            if width(said) + 8.0 < edge1 - edge0:
                parts.append(text((edge0 + edge1) / 2.0, y + 16.0, said, "over", "middle"))
    parts += [line("axis", left, bottom, page(data) - 12.0, bottom)]
    parts += across([(x(step), fixed(step, decimals)) for step in steps], bottom + 16.0, page(data))
    measure, end = below(words(data.get("unit")), data, bottom + 34.0)
    items = [(swatch(f"part part{index % 6}", HATCHES[index % 6]), words(name)) for index, name in enumerate(keys)]
    return keyed(data, "bars", [*parts, *measure], items, end + 10.0)


def stack(row: Data, count: int) -> list[tuple[int, float, float]]:
    """The parts that are there, each with its start and end: those above 0 to the right, those below to the left.

    >>> stack({"parts": [2.0, -1.0, 3.0]}, 3)
    [(0, 0.0, 2.0), (1, 0.0, -1.0), (2, 2.0, 5.0)]
    """
    ends = [0.0, 0.0]
    found = []
    for index, value in enumerate(listed(row, "parts")[:count]):
        if finite(value) and value != 0:
            side = 1 if value < 0 else 0
            found.append((index, ends[side], ends[side] + value))
            ends[side] += value
    return found
