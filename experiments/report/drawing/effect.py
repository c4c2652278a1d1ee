"""What a policy has changed by each day: the spread over worlds, and apart from it the mean with its interval."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from lockgate.experiments.report.drawing.svg import (
    LINE,
    Data,
    Item,
    Scale,
    across,
    cut,
    day_places,
    finer,
    finite,
    fixed,
    grid,
    head,
    joined,
    keyed,
    levels,
    line,
    listed,
    nothing,
    number,
    page,
    path,
    runs,
    scale,
    span,
    swatch,
    symbol,
    text,
    width,
    words,
    wrap,
)

MEAN = "mean and its 95 % interval"
ROWS = 6  # of labels of marks
COLUMNS = ("q05", "q95", "q25", "q75", "q50", "low", "high", "mean")


class Flag(NamedTuple):
    """A mark of the time axis: its place, the row of its label (-1 without one), where that starts and ends, and what is shown of it."""

    place: int
    x: float
    row: int
    start: float
    end: float
    turned: bool  # to the left of its line
    shown: str
    said: str


def effect(data: Data) -> str:
    """Bands of 90 and 50 % of worlds and their median; at some days the mean and its 95 % interval.

    `days`, and as many `mean`, `low`, `high`, `q05`, `q25`, `q50`, `q75`, `q95`; `unit`, `title`, `alt`; `marks` of `day` and `label`. May
    have: `reference`, what 0 is; `above` and `below`, what either side of 0 is; `ghost`, the `days` and `q50` of the setting before;
    `guesses` of `day`, `value` and `label`. The mark of each mean has its place among the days as `data-i`; the plot's `data-box` has its
    left, top, right and bottom, then the first and last day, the largest and the least value.
    """
    days, narrow = listed(data, "days"), bool(data.get("narrow"))
    ghost: Data = data.get("ghost") or {}
    guesses = [each for each in listed(data, "guesses") if finite(each.get("day")) and finite(each.get("value"))]
    columns = [listed(data, name) for name in COLUMNS]
    known = [day for day in days if finite(day)]
    if not known or not any(runs(days, column) for column in columns):
        return nothing(data, "effect")
    parts, top = measured(data)
    values = [*(value for column in columns for value in column), *listed(ghost, "q50"), *(each["value"] for each in guesses)]
    (least, most), first, last = span(values), min(0.0, *known), max(1.0, *known)
    steps, left = levels(least, most)
    right = page(data) - 6.0
    before = [day if finite(day) and first <= day <= last else None for day in listed(ghost, "days")]
    across_days = scale(first, last, left, right)
    flags = flags_of(data, across_days, left, right, first, last)
    top += 22.0 + LINE * (1 + max([-1, *(flag.row for flag in flags)]))
    bottom = top + (230.0 if narrow else 270.0)
    up = scale(least, most, bottom, top)
    parts.append(plot(left, top, right, bottom, first, last, most, least))
    parts += grid(steps, up, left, right)
    parts += [area("band90", days, columns[0], columns[1], across_days, up), area("band50", days, columns[2], columns[3], across_days, up)]
    parts += [line("zero", left, up(0.0), right, up(0.0)), trace("ghost", before, listed(ghost, "q50"), across_days, up)]
    parts.append(trace("median", days, columns[4], across_days, up))
    parts += means(days, columns[7], columns[5], columns[6], across_days, up, 5 if narrow else 8)
    parts += [drawn(flag, top, bottom) for flag in flags]
    for place, each in enumerate(guesses):
        shape = symbol("diamond", min(max(across_days(each["day"]), left), right), up(each["value"]), 6.0)
        parts.append(path("guess", shape, words(each.get("label")), f"g{place}"))
    parts += sides(data, [flag.x for flag in flags], left, top, right, bottom, up(0.0))
    places = day_places(first, last, 5.0 if narrow else 9.0, across_days)
    parts += [line("axis", left, bottom, right, bottom), *across(places, bottom + 16.0, page(data))]
    return keyed(data, "effect", parts, key_of(data, ghost, guesses), bottom + 24.0)


def plot(left: float, top: float, right: float, bottom: float, *ends: float) -> str:
    """The ground of the plot, which says what its edges stand for."""
    place = f'x="{number(left)}" y="{number(top)}" width="{number(right - left)}" height="{number(bottom - top)}"'
    edges = [number(each) for each in (left, top, right, bottom)]
    edges += [number(ends[at], 2 + finer(*sorted(ends[at - at % 2 : at - at % 2 + 2]))) for at in range(4)]
    return f'<rect class="plot" {place} data-box="{" ".join(edges)}"/>'


def area(look: str, days: Sequence[Any], low: Sequence[Any], high: Sequence[Any], x: Scale, y: Scale) -> str:
    """A band between two columns, with gaps where a value is missing."""
    return path(look, "".join(joined([*((x(a), y(c)) for a, _, c in run), *((x(a), y(b)) for a, b, _ in run[::-1])]) + "Z"
                              for run in runs(days, low, high)))  # fmt: skip


def trace(look: str, days: Sequence[Any], values: Sequence[Any], x: Scale, y: Scale) -> str:
    """A line through a column, with gaps where a value is missing."""
    return path(look, "".join(joined((x(a), y(b)) for a, b in run) for run in runs(days, values)))


def means(days: Sequence[Any], mean: Sequence[Any], low: Sequence[Any], high: Sequence[Any], x: Scale, y: Scale, most: int) -> list[str]:
    """The mean and its interval at some days, evenly apart, the last among them."""
    rows = [row for run in runs(days, mean, range(len(days))) for row in run]
    parts = []
    for place in range(most):
        index = len(rows) - 1 - (len(rows) * place) // most
        if not rows or (place and index == len(rows) - 1 - (len(rows) * (place - 1)) // most):
            continue
        day, value, row = rows[index]
        said = f"day {words(day)}: mean {fixed(value, 2)}"
        ends = runs(low[row : row + 1], high[row : row + 1])
        for bottom, top in ends[0] if ends else []:
            parts.append(line("interval", x(day), y(bottom), x(day), y(top)))
            said += f", 95 % interval {fixed(bottom, 2)} to {fixed(top, 2)}"
        parts.append(path("mean", symbol("circle", x(day), y(value), 4.0), said, words(row)))
    return parts


def flags_of(data: Data, x: Scale, left: float, right: float, first: float, last: float) -> list[Flag]:
    """The marks, each in the lowest row in which its label touches no other label, nor another's line."""
    flags: list[Flag] = []
    marks = [(each.get("day"), index) for index, each in enumerate(listed(data, "marks"))]
    within = [(day, index) for day, index in marks if finite(day) and first <= day <= last]
    for day, index in sorted(within, key=lambda mark: (-mark[0], mark[1])):
        said, place, row = words(listed(data, "marks")[index].get("label")), x(day), 0
        turned = place + 5.0 + width(said) > right and place - left > right - place
        shown = cut(said, (place - left if turned else right - place) - 5.0)
        start = place - 5.0 - width(shown) if turned else place
        end = place if turned else place + 5.0 + width(shown)
        while row < ROWS and any(in_the_way(other, row, place, start, end) for other in flags):
            row += 1
        flags.append(Flag(index, place, row if row < ROWS else -1, start, end, turned, shown, said))
    return flags


def in_the_way(other: Flag, row: int, place: float, start: float, end: float) -> bool:
    """Whether a label from `start` to `end` in this row, with its line at `place`, touches a mark that has its row."""
    if other.row == row:
        return other.start < end + 6.0 and start < other.end + 6.0
    return start + 1.0 < other.x < end - 1.0 if other.row > row else other.row >= 0 and other.start + 1.0 < place < other.end - 1.0


def drawn(flag: Flag, top: float, bottom: float) -> str:
    """A dashed line, and the label over the plot beside it."""
    y = top - LINE * flag.row
    line_of = path("mark", f"M{number(flag.x)} {number(bottom)}V{number(y - LINE if flag.row >= 0 else top)}", flag.said, f"m{flag.place}")
    at = flag.x - 4.0 if flag.turned else flag.x + 4.0
    return line_of + (text(at, y - 5.0, flag.shown, "", "end" if flag.turned else "") if flag.row >= 0 else "")


def measured(data: Data) -> tuple[list[str], float]:
    """The title, and below it what is measured and what 0 is; and where the last line of it begins."""
    parts, top = head(data)
    unit, zero = words(data.get("unit")), f"0: {reference(data)}"
    for place, said in enumerate(wrap(f"{unit}; {zero}" if unit else zero, page(data), 3)):
        parts.append(text(0.0, top + 16.0 + 16.0 * place, said, "quiet"))
    return parts, top + 16.0 * (len(parts) - len(head(data)[0]) - 1)


def reference(data: Data) -> str:
    """What 0 is called: by the data, or by what the unit is a share of."""
    name = words(data.get("reference")) or "".join(words(data.get("unit")).split(" under ")[1:2]).split(" to day ", maxsplit=1)[0]
    return f"same as {name}" if name else "no difference"


def sides(data: Data, taken: Sequence[float], left: float, top: float, right: float, bottom: float, zero: float) -> list[str]:
    """What values above and below 0 are, where there is room for it: on the left, or where marks are `taken` there on the right."""
    parts = []
    for arrow, name, y, room in (("↑", "above", top + 15.0, zero - top), ("↓", "below", bottom - 8.0, bottom - zero)):
        said = f"{arrow} {cut(words(data.get(name)), 0.4 * (right - left))}"
        crossed = any(left < x < left + 10.0 + width(said) for x in taken)
        if words(data.get(name)) and room > 24.0:
            parts.append(text(right - 4.0, y, said, "over", "end") if crossed else text(left + 4.0, y, said, "over"))
    return parts


def key_of(data: Data, ghost: Data, guesses: Sequence[Any]) -> list[Item]:
    """What the marks mean: the mean first, and then the worlds."""
    items: list[Item] = [
        (lambda x, y: line("interval", x + 10.0, y - 9.0, x + 10.0, y + 9.0) + path("mean", symbol("circle", x + 10.0, y, 4.0)), MEAN),
        (swatch("median", "line"), "median world"),
        (swatch("band50"), "50 % of worlds"),
        (swatch("band90"), "90 % of worlds"),
        (swatch("zero", "line"), reference(data)),
    ]
    if listed(ghost, "q50"):
        items.append((swatch("ghost", "line"), "median, last setting"))
    if guesses:
        items.append((swatch("guess", "diamond"), "guesses"))
    return items
