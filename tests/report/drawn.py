"""Data for drawings: a realistic set for each, and strategies that give any."""

import math
from typing import Any

from hypothesis import strategies as st

DAYS = list(range(0, 541, 7))
EDGES = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]
HOSTILE = [
    "<script>alert(1)</script>",
    "</text></svg><img src=x onerror=alert(1)>",
    "a & b &amp; \"c\" 'd'",
    "an exceedingly long label, which nobody would write but somebody will " * 4,
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "סגירה של המערכת החדשה",
    "\u202eevil\u202c",
    "line\nbreak\tand\x00null",
    "延期三十天",
    "🙂🙂🙂",
    "",
]


def effect() -> dict[str, Any]:
    """A hold that helps at first."""
    dip = [0.0 if day == 0 else -6 * math.exp(-(((day - 24) / 22) ** 2)) - 0.5 for day in DAYS]
    wide = [4 * math.sqrt(day / 30) / (1 + day / 400) for day in DAYS]
    factors = {"q05": -1.5, "q25": -0.5, "q50": 0.0, "q75": 0.6, "q95": 2.2, "mean": 0.1, "low": -0.25, "high": 0.45}
    columns = {name: [middle + factor * reach for middle, reach in zip(dip, wide, strict=True)] for name, factor in factors.items()}
    marks = [
        {"day": 30, "label": "public (median)"},
        {"day": 183, "label": "the next system comes"},
        {"day": 190, "label": "open weights are level"},
    ]
    more = {"above": "more misuse", "below": "less misuse", "ghost": {"days": DAYS, "q50": [0.6 * each for each in dip]}}
    return {**columns, "days": DAYS, "unit": "% of harm under open release", "marks": marks, "title": "It helps", "alt": "A line.", **more}


def worlds() -> dict[str, Any]:
    """52 worlds with less, 7 the same, 41 with more; 22 refusals."""
    values = [0.0 if 52 <= place < 59 else (place - 55.5) / 3 for place in range(100)]
    side = [(value > 0) - (value < 0) for value in values]
    said = [f"world {place}" for place in range(100)]
    return {
        "values": values,
        "side": side,
        "hollow": [place % 5 == 0 for place in range(100)],
        "said": said,
        "title": "Worlds",
        "alt": "Dots.",
    }


def whiskers(x: str = "labels") -> dict[str, Any]:
    """One row of each verdict."""
    ends = (
        (0, 0.0, 0.0, "same"),
        (14, -1.6, 1.1, "clear"),
        (30, -2.0, 2.6, "leaning"),
        (60, 2.0, 1.4, "clear"),
        (90, -1.4, 2.6, "unclear"),
    )
    rows = [
        {"label": f"{day} days", "mean": mean, "low": mean - reach, "high": mean + reach, "word": word} for day, mean, reach, word in ends
    ]
    shade = {"to": 14, "label": "testing takes this long anyway"} if x == "days" else None
    return {"rows": rows, "unit": "% of harm under open release", "title": "Longer", "alt": "Whiskers.", "x": x, "shade": shade}


def flip_map() -> dict[str, Any]:
    """A map of six columns and five rows, with every verdict in it."""
    kinds = [("clear", "less"), ("leaning", "less"), ("unclear", "same"), ("same", "same"), ("leaning", "more"), ("clear", "more")]
    row = [{"word": word, "direction": side, "mean": place - 2.5} for place, (word, side) in enumerate(kinds)]
    axes = {
        "x": {"label": "leaks", "unit": "×", "ticks": EDGES, "log": True},
        "y": {"label": "cooperation", "unit": "share", "ticks": [0, 0.5, 1]},
    }
    place = {"line": [[[1.0, 0.0], [1.0, 0.5], [2.0, 1.0]]], "box": [0.5, 0.3, 3.0, 0.8], "here": [1.0, 0.6]}
    return {
        **axes,
        "xs": EDGES,
        "ys": [0, 0.2, 0.4, 0.6, 0.8, 1.0],
        "cells": [row] * 5,
        **place,
        "title": "Leaks",
        "alt": "Map.",
        "told": "%",
    }


def bars() -> dict[str, Any]:
    """Three rows of three parts."""
    rows = [
        {"label": "Open release", "parts": [50, 30, 20]},
        {"label": "Hold", "parts": [40, 35, 22.5]},
        {"label": "Less", "parts": [5, -3, 4]},
    ]
    return {"rows": rows, "keys": ["new system", "older systems", "open weights"], "unit": "% of harm", "title": "Where", "alt": "Bars."}


def story() -> dict[str, Any]:
    """Five events, four of them close together."""
    events = ((0, "government"), (3, "release"), (5, "leak"), (6, "incident"), (300, "release"))
    said = [
        {"day": day, "symbol": symbol, "said": f"Something of the kind {symbol} happens, and is told in one sentence."}
        for day, symbol in events
    ]
    return {"days": 540, "events": said, "title": "A story", "alt": "Events."}


REALISTIC: list[tuple[str, dict[str, Any]]] = [
    ("effect", effect()), ("worlds", worlds()), ("whiskers", whiskers()), ("whiskers", whiskers("days")), ("flip_map", flip_map()),
    ("bars", bars()), ("story", story()),
]  # fmt: skip

labels = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.none())
numbers = st.one_of(
    st.floats(-100, 100),
    st.integers(-1000, 1000),
    st.floats(-1e13, 1e13),
    st.floats(-1e-4, 1e-4),
    st.sampled_from([math.nan, None, 0, -0.0, 0.0045, 0.045, 0.45, 4.5]),
)
days = st.integers(-5, 600)
verdicts = st.sampled_from(["clear", "leaning", "unclear", "same", "strange", None])
sides = st.sampled_from(["less", "more", "same", None])
heads = {"title": labels, "alt": labels, "unit": labels, "narrow": st.booleans()}


def having(**parts: Any) -> Any:
    """Data with these parts."""
    return st.fixed_dictionaries(parts)


def some(each: Any, most: int = 8) -> Any:
    """A list of these."""
    return st.lists(each, max_size=most)


columns = {name: some(numbers, 12) for name in ("mean", "low", "high", "q05", "q25", "q50", "q75", "q95")}
axis = having(
    label=labels, unit=labels, ticks=some(st.one_of(st.floats(-50, 50), having(at=st.floats(0, 9), label=labels))), log=st.booleans()
)
edges = st.lists(st.floats(-50, 50), max_size=12, unique=True).map(sorted)
cell = having(word=verdicts, direction=sides, mean=numbers)
row = having(label=labels, mean=numbers, low=numbers, high=numbers, word=verdicts, direction=sides)

ghosts = having(days=some(days), q50=some(numbers))
guesses = some(having(day=days, value=numbers, label=labels), 3)
shades = having(to=numbers, label=labels)
places = {count: st.lists(numbers, min_size=count, max_size=count) for count in (2, 4)}
symbols = st.sampled_from(["release", "leak", "incident", "government", "party"])
worlds_of = {"values": some(numbers, 120), "side": some(st.sampled_from([-1, 0, 1]), 120), "hollow": some(st.booleans(), 120)}

ANY: dict[str, Any] = {
    "effect": having(
        **heads, **columns, days=some(days, 12), marks=some(having(day=days, label=labels)), reference=labels, above=labels, below=labels,
        ghost=st.one_of(st.none(), ghosts), guesses=guesses,
    ),
    "worlds": having(**heads, **worlds_of, said=some(labels, 120), outcome=labels, refused=labels),
    "whiskers": having(
        **heads, rows=some(row), x=st.sampled_from(["labels", "days"]), reference=labels, above=labels, shade=st.one_of(st.none(), shades)
    ),
    "flip_map": having(
        **heads, x=axis, y=axis, xs=edges, ys=edges, cells=some(some(st.one_of(st.none(), cell), 12), 12), told=labels,
        line=some(some(places[2]), 3), box=st.one_of(st.none(), places[4]), here=st.one_of(st.none(), places[2]),
    ),
    "bars": having(**heads, rows=some(having(label=labels, parts=some(numbers))), keys=some(labels)),
    "story": having(
        **heads, days=st.one_of(numbers, st.just(540)), list=st.sampled_from([True, False, None]),
        events=some(having(day=days, symbol=symbols, said=labels), 12),
    ),
}  # fmt: skip
