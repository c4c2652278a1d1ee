"""A study of several worlds or points: the same answer for each of them, as a table."""

from typing import Any

import numpy as np

from lockgate.experiments.answers.cases import HARM
from lockgate.experiments.answers.parts import helps
from lockgate.experiments.report.content import Paragraph, Part, Section, Table
from lockgate.experiments.report.found import Found
from lockgate.experiments.results.pairing import estimates_of
from lockgate.experiments.results.verdict import Verdict
from lockgate.experiments.text.numbers import count, money, printable
from lockgate.experiments.text.wording import finite, percent_span, shares_cell, signed_percent, verdict_cell

TITLE = "In each world, and at each point"
TABLE_POINTS = 60
HEAD = ("harm against the reference", "95 % interval (%)", "less / same / more", "verdict")


def several_section(found: Found) -> Section | None:
    """The section; none for a comparison, which has one world and one point."""
    results = found.results
    if results.is_comparison:
        return None
    name = printable(found.asked.policy)
    parts: list[Part] = [] if len(results.worlds) > 1 else [Paragraph(printable(said)) for said in helps(found.asked).sentences]
    if len(results.worlds) > 1:
        rows = {world.name: results.where(world=world.name) for world in results.worlds}
        parts.append(table(found, f"{name} in each world{points_said(found)}", "world", rows))
    points = results.selection.points.tolist()
    if 1 < len(points) <= TABLE_POINTS:
        rows = {point_said(found, point): results.where(world=results.worlds[0].name, point=point) for point in points}
        parts.append(table(found, f"{name} at each point, in {printable(results.worlds[0].name)}", "point", rows))
    elif len(points) > TABLE_POINTS:
        parts.append(Paragraph(f"The {count(len(points), 'point')} of the design are on the map below, and in the study's folder.", "note"))
    return Section("several", TITLE, tuple(parts))


def points_said(found: Found) -> str:
    """What a row of worlds is a mean over."""
    points = len(found.results.selection.points)
    return f", mean over {count(points, 'point')} in each draw" if points > 1 else ""


def point_said(found: Found, point: int) -> str:
    """A point by the levels of its factors."""
    chosen = found.results.where(point=point)
    return ", ".join(f"{factor.column} {factor.label(chosen.selection.values(factor.column)[0])}" for factor in chosen.study.factors)


def table(found: Found, caption: str, what: str, rows: dict[str, Any]) -> Table:
    """One row for each part of the results, each the mean over what it has within each draw."""
    cells = []
    for name, part in rows.items():
        values = part.selection.of(part.source.values((HARM,))[HARM]).mean(axis=(1, 2))
        values = values[np.isfinite(values).all(axis=1)]
        if not len(values):
            cells.append((printable(name), "-", "-", "-", "no run"))
            continue
        difference = estimates_of(found.results.names, {HARM: values})[found.asked.policy][HARM]["difference"]
        verdict, share = Verdict.of(HARM, difference), difference["relative"]
        size = signed_percent(share) if finite(share["mean"]) else money(difference["mean"])
        cells.append((printable(name), size, percent_span(share), shares_cell(verdict), verdict_cell(verdict)))
    return Table(caption, (what, *HEAD), tuple(cells))
