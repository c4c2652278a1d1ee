"""What would change the answer: the map of the inputs with most influence on the sign, and what changes the size, kept apart."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from lockgate.experiments.answers.drivers.driver_words import sign_words, size_words
from lockgate.experiments.answers.flips.axis import Axis
from lockgate.experiments.answers.flips.flip_map import FlipMap
from lockgate.experiments.report.content import Figure, Part, Points, Section, Terms
from lockgate.experiments.report.found import Found
from lockgate.experiments.text.numbers import printable

TITLE = "What would change the answer"
TICKS, MOST_LEVELS = 5, 8
BOX, RING, LINE = (
    "The box holds the middle 90 % of what the priors say today.",
    "The ring is at central values.",
    "On the line the mean is 0.",
)


def turning_section(found: Found) -> Section:
    """The section: the answer stays where it is skipped."""
    parts: list[Part] = []
    if found.flip_map is not None:
        parts.append(figure(found.flip_map, found))
    said = list(sentences(found))
    if said:
        parts.insert(0, Points(tuple(said)))
    if told := list(apart(found)):
        parts.append(Terms(tuple(told)))
    whys = dict.fromkeys(found.missing[name] for name in ("flips", "flip_map", "drivers") if name in found.missing)
    parts += [Points(tuple(printable(why) for why in whys))] if whys else []
    return Section("turning", TITLE, tuple(parts), skipped=found.flip_map is None and found.flips is None and found.drivers is None)


def sentences(found: Found) -> Iterator[str]:
    """Where it turns, and where today's values stand: three at most."""
    if found.flips is not None:
        yield printable(found.flips.sentences()[0])
    if found.flip_map is not None:
        yield printable(f"{found.flip_map.headline}.")
        yield from (printable(said) for said in list(found.flip_map.stands())[-1:])


def apart(found: Found) -> Iterator[tuple[str, str]]:
    """What changes the sign, and what changes the size."""
    if found.drivers is None:
        return
    (one,) = found.drivers.policies
    yield "Changes the sign", printable(sign_words(one))
    yield "Changes the size", printable(size_words(one) or "No input can be told from chance.")
    yield "Luck", printable(one.luck.sentence())


def figure(over: FlipMap, found: Found) -> Figure:
    """The map, in percent of the reference's mean harm."""
    x, y = over.x, over.y
    factor = 100.0 / found.whole if np.isfinite(found.whole) else 1.0
    cells = [
        [None if each is None else {"word": each.word, "direction": each.direction, "mean": factor * each.mean} for each in row]
        for row in over.field.verdicts
    ]
    data: dict[str, Any] = {
        "x": axis(x),
        "y": axis(y),
        "xs": x.edges.tolist(),
        "ys": y.edges.tolist(),
        "cells": cells,
        "line": [line.tolist() for line in over.lines()],
        "box": box(x, y),
        "here": here(x, y),
        "told": f"% of harm under {found.reference}" if np.isfinite(found.whole) else "US$",
        "title": printable(f"{over.headline}."),
        "alt": printable(" ".join(over.sentences())),
    }
    across, up = (printable(f"{each.name}, {each.input.words}") for each in (x, y))
    marks = [said for name, said in (("box", BOX), ("here", RING), ("line", LINE)) if data[name]]
    note = " ".join([f"Across: {across}. Up: {up}.", *marks, printable(over.basis)])
    return Figure("flip", "flip_map", data, note, columns(over, factor))


def axis(one: Axis) -> dict[str, Any]:
    """An axis as drawings have it; an axis of labels counts them from 0."""
    known = one.input
    if one.categorical:
        ticks = [{"at": float(place), "label": printable(known.rounded(value))} for place, value in enumerate(one.centres)]
    elif one.levels:
        some = one.centres[:: -(-len(one.centres) // MOST_LEVELS)]
        ticks = [{"at": float(value), "label": known.rounded(float(value))} for value in some]
    else:
        shares = np.linspace(0.0, 1.0, TICKS)
        ticks = [{"at": float(value), "label": known.rounded(float(value))} for value in one.unscaled(shares)]
    unit = "" if known.labels or known.unit in ("choice", "ratio", "yes or no") else known.unit
    return {"name": one.name, "label": one.name.replace("_", " "), "unit": unit, "ticks": ticks, "log": one.logarithmic}


def box(x: Axis, y: Axis) -> list[float] | None:
    """The middle 90 % of both priors, as far as they are on the map."""
    if x.categorical or y.categorical or x.input.box is None or y.input.box is None:
        return None
    (x0, x1), (y0, y1) = (np.clip(each.input.box or (0.0, 0.0), each.edges[0], each.edges[-1]).tolist() for each in (x, y))
    return [x0, y0, x1, y1]


def here(x: Axis, y: Axis) -> list[float] | None:
    """The central values, where they are on the map."""
    places = []
    for each in (x, y):
        centre = each.input.centre
        if centre is None:
            return None
        if each.categorical:
            if centre not in each.centres:
                return None
            centre = float(np.argmin(np.abs(each.centres - centre)))
        if not each.edges[0] <= centre <= each.edges[-1]:
            return None
        places.append(float(centre))
    return places


def columns(over: FlipMap, factor: float) -> dict[str, list[Any]]:
    """The cells as columns."""
    found: dict[str, list[Any]] = {over.x.name: [], over.y.name: [], "percent": [], "verdict": [], "direction": []}
    for row, up in zip(over.field.verdicts, over.y.centres, strict=True):
        for cell, across in zip(row, over.x.centres, strict=True):
            if cell is None:
                continue
            values = (over.x.input.rounded(float(across)), over.y.input.rounded(float(up)), factor * cell.mean, cell.word, cell.direction)
            for column, value in zip(found.values(), values, strict=True):
                column.append(value)
    return found
