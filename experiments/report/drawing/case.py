"""A case: what was reported, beside what the model says could have happened; each quantity on a scale of its own, from 0 on."""

from typing import Any

from lockgate.experiments.report.drawing.svg import (
    LINE,
    Data,
    box,
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
    span,
    swatch,
    symbol,
    text,
    words,
    wrap,
)


def case(data: Data) -> str:
    """`rows` of `label`, `unit`, `low`, `middle`, `high`, `reported` (a number or nothing), `said` and `texts`; `title` and `alt`.

    `texts` are low, middle and high in words. What is no number is not drawn. Each mark has its row as `data-i`.
    """
    rows = listed(data, "rows")
    if not rows:
        return nothing(data, "case")
    parts, top = head(data)
    top += 8.0
    for place, row in enumerate(rows):
        found, top = drawn(row, place, top, page(data))
        parts += found
    items = [(swatch("range"), "model, 90 % of draws"), (swatch("middle", "circle"), "median"), (swatch("reported", "diamond"), "reported")]
    entries, end = key(items, 0.0, page(data), top + 4.0)
    return figure(data, "case", end + 4.0, [*parts, *entries])


def drawn(row: Data, place: int, top: float, right: float) -> tuple[list[str], float]:
    """One quantity: its name, its scale with marks, and the same in words; and where it ends."""
    parts = []
    for label in wrap(f"{words(row.get('label'))} ({words(row.get('unit'))})", right, 2):
        parts.append(text(0.0, top + 14.0, label, "strong"))
        top += LINE
    ends: tuple[Any, ...] = tuple(row.get(name) for name in ("low", "middle", "high"))
    low, middle, high = ends
    least, most = span((low, middle, high, row.get("reported")))
    x, y = scale(least, most, 4.0, right - 4.0), top + 20.0
    parts.append(line("axis", 4.0, y, right - 4.0, y))
    if finite(low) and finite(high):
        parts.append(path("range", box(x(low), y - 5.0, max(x(high), x(low) + 2.0), y + 5.0), told(row), words(place)))
    if finite(middle):
        parts.append(path("middle", symbol("circle", x(middle), y, 5.0), told(row), words(place)))
    if finite(row.get("reported")):
        parts.append(
            path("reported", symbol("diamond", x(row["reported"]), y - 9.0, 6.0), f"reported: {words(row.get('said'))}", words(place))
        )
    top += 30.0
    for said in wrap(f"reported: {words(row.get('said'))}; {told(row)}", right, 3):
        parts.append(text(0.0, top + 12.0, said, "quiet"))
        top += 16.0
    return parts, top + 12.0


def told(row: Data) -> str:
    """What the model says, in words."""
    texts: list[Any] = [*listed(row, "texts"), "", "", ""]
    return f"model: {words(texts[1])}, 90 % of draws {words(texts[0])} to {words(texts[2])}"
