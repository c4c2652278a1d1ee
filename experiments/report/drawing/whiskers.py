"""Means with their 95 % intervals and verdicts: one row a policy, or one place a number of days."""

import re
from collections.abc import Callable
from typing import Any

from lockgate.experiments.report.drawing.effect import measured, plot, reference, sides
from lockgate.experiments.report.drawing.svg import (
    BOLD,
    Data,
    across,
    below,
    box,
    finer,
    finite,
    fixed,
    grid,
    hatch,
    head,
    keyed,
    levels,
    line,
    listed,
    nothing,
    page,
    path,
    scale,
    span,
    swatch,
    symbol,
    text,
    ticks,
    width,
    words,
    wrap,
)
from lockgate.experiments.text.numbers import decimals_apart

SHAPES = {"clear": "circle", "leaning": "diamond", "unclear": "square", "same": "bar"}
NUMBER = re.compile("[0-9]{1,6}")


def whiskers(data: Data) -> str:
    """`rows` of `label`, `mean`, `low`, `high` and `word` (the verdict); `unit`, `title`, `alt`.

    `x`: "labels" has a row for each, "days" has the number in each label (or its `day`) as a place from left to right. `shade` has `to` and
    `label`: from 0 to there, of the days or of the values. May have: `direction` of a row (less, more), `reference`, `above`, `below`. Each
    mark has its row as `data-i`.
    """
    if not any(finite(row.get("mean")) for row in listed(data, "rows")):
        return nothing(data, "whiskers")
    return by_days(data) if data.get("x") == "days" else by_labels(data)


def values_of(data: Data) -> list[Any]:
    """All values that must be seen."""
    return [row.get(name) for row in listed(data, "rows") for name in ("mean", "low", "high")]


def word_of(row: Data) -> str:
    """The verdict of a row."""
    return words(row.get("word")) if words(row.get("word")) in SHAPES else "unclear"


def look_of(row: Data) -> str:
    """The classes of a row: its verdict, and its side where there is one."""
    side = words(row.get("direction")) or ("less" if row["mean"] < 0.0 else "more")
    return f"{word_of(row)} {side}" if word_of(row) in {"clear", "leaning"} and side in {"less", "more"} else word_of(row)


def told(row: Data, decimals: int) -> str:
    """The mean and its interval, in so many decimals that its ends are told apart, and from 0 where it is without it."""
    if not finite(row.get("low")) or not finite(row.get("high")):
        return fixed(row["mean"], decimals)
    low, high = row["low"], row["high"]
    decimals = decimals_apart(low, high, decimals, fixed)
    return f"{fixed(row['mean'], decimals)} ({fixed(low, decimals)} to {fixed(high, decimals)})"


def by_labels(data: Data) -> str:
    """Rows from top to bottom; on a phone the label stands over its whisker."""
    rows, narrow, right = listed(data, "rows"), bool(data.get("narrow")), page(data) - 8.0
    (least, most), (parts, top) = span(values_of(data)), head(data)
    decimals = finer(least, most)
    notes = [told(row, decimals) if finite(row.get("mean")) else "not known" for row in rows]
    shown = notes if max(width(note) for note in notes) <= 280.0 else [note.split(" (", maxsplit=1)[0] for note in notes]
    left = 8.0 if narrow else min(220.0, 12.0 + max(width(words(row.get("label"))) for row in rows))
    end = right if narrow else right - 14.0 - max(width(note) for note in shown) - width("unclear", BOLD * 13.0)
    across_values = scale(least, most, left, max(end, left + 120.0))
    end = max(end, left + 120.0)
    above, pitch = top + 24.0, (54.0 if narrow else 36.0)
    bottom = above + pitch * len(rows) + 6.0
    parts.append(plot(left, above, end, bottom, least, most, 0.0, float(len(rows))))
    parts += shaded(data, max(across_values(0.0), left), above, min(across_values(shade_end(data, most)), end), bottom)
    steps, tick_decimals = ticks(least, most, (end - left) / 70.0)
    places = [(across_values(step), fixed(step, tick_decimals)) for step in steps]
    parts += [line("grid", x, above, x, bottom) for x, _ in places]
    parts.append(line("zero", across_values(0.0), above - 4.0, across_values(0.0), bottom))
    said, half = reference(data), min(width(reference(data)), page(data) - 8.0) / 2.0
    parts.append(text(min(max(across_values(0.0), half), page(data) - half), above - 9.0, said, "quiet", "middle", 2.0 * half + 1.0))
    for place, row in enumerate(rows):
        y = above + pitch * place + pitch / 2.0 + 3.0
        parts += row_text(row, shown[place], y, left, narrow, page(data))
        parts += whisker(row, place, notes[place], across_values, y + 8.0 if narrow else y, flat=True)
    parts += [line("axis", left, bottom, end, bottom), *across(places, bottom + 16.0, page(data))]
    measure, end = below(words(data.get("unit")), data, bottom + 34.0)
    return closed(data, [*parts, *measure], end + 8.0)


def row_text(row: Data, note: str, y: float, left: float, narrow: bool, right: float) -> list[str]:
    """What a row is, its numbers, and its verdict in a word."""
    word = word_of(row) if finite(row.get("mean")) else ""
    room = width(word, BOLD * 13.0) + 6.0
    label = words(row.get("label"))
    if not narrow:
        lines = wrap(label, left - 10.0, 2)
        first = y + 4.5 - 8.0 * (len(lines) - 1)
        parts = [text(0.0, first + 16.0 * place, line) for place, line in enumerate(lines)]
        verdict = text(right, y + 4.5, word, f"strong word {word}", "end")
        return [*parts, text(right - room, y + 4.5, note, "", "end"), verdict]
    numbers = note.split(" (", maxsplit=1)[0]
    parts = [text(right, y - 10.0, word, f"over strong word {word}", "end"), text(right - room, y - 10.0, numbers, "over", "end")]
    return [text(0.0, y - 10.0, label, "over", "", max(20.0, right - room - width(numbers) - 10.0)), *parts]


def whisker(row: Data, place: int, note: str, along: Callable[[float], float], other: float, flat: bool) -> list[str]:
    """An interval and its mean, lying or standing."""
    if not finite(row.get("mean")):
        return []
    parts, middle = [], along(row["mean"])
    if finite(row.get("low")) and finite(row.get("high")):
        low, high = along(row["low"]), along(row["high"])
        parts.append(line("interval", low, other, high, other) if flat else line("interval", other, low, other, high))
    shape = symbol(SHAPES[word_of(row)], middle if flat else other, other if flat else middle, 6.0)
    parts.append(path(f"verdict {look_of(row)}", shape, f"{words(row.get('label'))}: {note}, {word_of(row)}", words(place)))
    return parts


def by_days(data: Data) -> str:
    """Whiskers standing over the days."""
    rows, narrow, (least, most), (parts, top) = listed(data, "rows"), bool(data.get("narrow")), span(values_of(data)), measured(data)
    steps, left = levels(least, most)
    right, above = page(data) - 8.0, top + 26.0
    days = [day_of(row) for row in rows]
    last = max([1.0, shade_end(data, 0.0), *(day for day in days if finite(day))]) * 1.06
    across_days, bottom = scale(-0.05 * last, last, left, right), above + (220.0 if narrow else 250.0)
    up, note = scale(least, most, bottom, above), finer(least, most)
    parts.append(plot(left, above, right, bottom, -0.05 * last, last, most, least))
    parts += shaded(data, across_days(0.0), above, across_days(shade_end(data, 0.0)), bottom)
    parts += grid(steps, up, left, right)
    parts.append(line("zero", left, up(0.0), right, up(0.0)))
    for place, row in enumerate(rows):
        if finite(days[place]) and finite(row.get("mean")):
            parts += whisker(row, place, told(row, note), up, across_days(days[place]), flat=False)
    parts += sides(data, [across_days(day) for day in days if finite(day)], left, above, right, bottom, up(0.0))
    places = [(across_days(day), words(day)) for day in sorted({float(day) for day in days if finite(day)})]
    parts += [line("axis", left, bottom, right, bottom), *(line("axis", x, bottom, x, bottom + 4.0) for x, _ in places)]
    parts += [*across(places, bottom + 18.0, page(data)), text((left + right) / 2.0, bottom + 36.0, "days", "quiet", "middle")]
    return closed(data, parts, bottom + 44.0)


def day_of(row: Data) -> Any:
    """How many days a row stands for, as said by itself or by its label."""
    found = NUMBER.search(words(row.get("label")))
    return row["day"] if finite(row.get("day")) and row["day"] >= 0 else int(found[0]) if found else None


def shade_end(data: Data, otherwise: float) -> float:
    """To where a shade goes."""
    shade: Data = data.get("shade") or {}
    return shade["to"] if finite(shade.get("to")) else otherwise


def shaded(data: Data, left: float, top: float, right: float, bottom: float) -> list[str]:
    """The shade; what it means stands in the key."""
    if not data.get("shade") or left >= right:
        return []
    return [path("shade", box(left, top, right, bottom)), path("hatch", hatch("/", left, top, right, bottom, 9.0))]


def closed(data: Data, parts: list[str], top: float) -> str:
    """The drawing with its key: the verdicts that are in it, and the shade."""
    seen = {word_of(row) for row in listed(data, "rows") if finite(row.get("mean"))}
    items = [(swatch(f"verdict {word}", shape), word) for word, shape in SHAPES.items() if word in seen]
    items.append((swatch("interval", "line"), "95 % interval of the mean"))
    if data.get("shade"):
        items.append((swatch("shade", "/"), words(data["shade"].get("label"))))
    return keyed(data, "whiskers", parts, items, top)
