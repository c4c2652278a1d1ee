"""What happens in one run, as a line of symbols over the days and a sentence for each."""

from typing import Any

from lockgate.experiments.report.drawing.effect import plot
from lockgate.experiments.report.drawing.svg import (
    BOLD,
    Data,
    across,
    day_places,
    figure,
    finite,
    head,
    key,
    line,
    listed,
    nothing,
    page,
    path,
    scale,
    swatch,
    symbol,
    text,
    width,
    words,
    wrap,
)

SYMBOLS = {"release": "circle", "leak": "diamond", "incident": "triangle", "government": "square"}
APART = 20.0  # of the middles of two symbols in a row


def story(data: Data) -> str:
    """`days`, to where it goes; `events` of `day`, `symbol` (release, leak, incident, government) and `said`; `title`, `alt`.

    With `list` false the sentences are left out. Each symbol, and its sentence, has the event's place among them as `data-i`.
    """
    last = data["days"] if finite(data.get("days")) and data["days"] > 0 else 1.0
    known = [(each.get("day"), index) for index, each in enumerate(listed(data, "events")) if each.get("symbol") in SYMBOLS]
    order = sorted(each for each in known if finite(each[0]) and 0.0 <= each[0] <= last)
    if not order:
        return nothing(data, "story")
    parts, top = head(data)
    left, right = 22.0, page(data) - 22.0
    x = scale(0.0, last, left, right)
    rows = rows_of([x(day) for day, _ in order])
    top += 10.0
    bottom = top + 24.0 * (max(rows) + 1) + 10.0
    parts += [plot(left, top, right, bottom, 0.0, last, 1.0, 0.0), line("axis", left, bottom, right, bottom)]
    for place, (day, index) in enumerate(order):
        y = bottom - 16.0 - 24.0 * rows[place]
        parts += [line("stem", x(day), bottom, x(day), y), event(data, index, x(day), y)]
    places = day_places(0.0, last, 5.0 if data.get("narrow") else 9.0, x)
    parts += [line("axis", place, bottom, place, bottom + 4.0) for place, _ in places]
    parts += across(places, bottom + 18.0, page(data))
    found, bottom = key([(swatch(f"event {name}", shape), name) for name, shape in SYMBOLS.items()], 0.0, page(data), bottom + 28.0)
    parts += found
    if data.get("list") is not False:
        found, bottom = sentences(data, order, bottom + 8.0)
        parts += found
    return figure(data, "story", bottom + 4.0, parts)


def rows_of(places: list[float]) -> list[int]:
    """In which row each symbol stands, so that none touches another; places rise.

    >>> rows_of([0.0, 5.0, 8.0, 90.0])
    [0, 1, 2, 0]
    """
    ends: list[float] = []
    found = []
    for place in places:
        row = 0
        while row < len(ends) and place - ends[row] < APART:
            row += 1
        ends[row : row + 1] = [place]
        found.append(row)
    return found


def event(data: Data, index: int, x: float, y: float) -> str:
    """The symbol of an event."""
    each: dict[str, Any] = listed(data, "events")[index]
    shape = symbol(SYMBOLS[each["symbol"]], x, y, 8.0)
    return path(f"event {each['symbol']}", shape, f"day {words(each['day'])}: {words(each.get('said'))}", words(index))


def sentences(data: Data, order: list[tuple[Any, int]], top: float) -> tuple[list[str], float]:
    """What happens, one below the other, and where it ends."""
    parts = []
    room = 34.0 + BOLD * max(width(f"day {words(day)}") for day, _ in order)
    for day, index in order:
        parts += [event(data, index, 10.0, top + 10.0), text(26.0, top + 14.5, f"day {words(day)}", "strong")]
        for said in wrap(words(listed(data, "events")[index].get("said")), page(data) - room, 4):
            parts.append(text(room, top + 14.5, said))
            top += 17.0
        top += 6.0
    return parts, top
