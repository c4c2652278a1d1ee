"""Alternatives: at most five policies side by side, and which of them cannot be told apart."""

from itertools import combinations

import numpy as np

from lockgate.experiments.answers.cases import HARM
from lockgate.experiments.report.content import Figure, Paragraph, Part, Section, Table
from lockgate.experiments.report.found import Found
from lockgate.experiments.report.sections.first import said_delay
from lockgate.experiments.results.verdict import Verdict, groups, pairwise
from lockgate.experiments.text.comparison import CHANGES, said_change
from lockgate.experiments.text.numbers import listed, money, percent, printable
from lockgate.experiments.text.wording import finite, percent_span, signed_percent, verdict_cell
from lockgate.sim.model.outcomes import OUTCOMES

MOST = 5
TITLE = "Alternatives"
NOTE = "Dots are means over {draws} worlds, whiskers their 95 % intervals, each against {reference} in the same worlds."


def shown_places(found: Found) -> list[int]:
    """The policies of the table: the reference, the one that is asked about, and those of least harm beside them."""
    means = np.nanmean(found.harm, axis=0)
    rest = sorted((place for place in range(len(means)) if place not in (0, found.place)), key=lambda place: (means[place], place))
    return [0, found.place, *rest[: MOST - 2]]


def alternatives_section(found: Found) -> Section:
    """The section."""
    places = sorted(shown_places(found))
    left = len(found.cell.names) - len(places)
    first = figure(found, places) if len(places) > 2 else Paragraph(told_apart(found, places), "lead")
    parts: list[Part] = [first, table(found, places)]
    if left:
        parts.append(Paragraph(f"{left} more of those that were compared have more harm on average, and are not shown.", "note"))
    return Section("alternatives", TITLE, tuple(parts))


def called(found: Found, place: int) -> str:
    """What a policy is called."""
    return printable(found.cell.labels[place])


def told_apart(found: Found, places: list[int]) -> str:
    """Who has the least harm, and which pairs cannot be told apart."""
    names = [called(found, place) for place in places]
    harm = found.harm[:, places]
    first = [names[place] for place in groups(HARM, harm)[0]]
    early = "Preliminary: " if found.verdict.preliminary else ""
    least = f"{first[0]} has the least harm" if len(first) == 1 else f"which of {listed(first)} has the least harm cannot be told"
    found_pairs = pairwise(HARM, harm)
    pairs = [f"{names[one]} and {names[two]}" for one, two in combinations(range(len(names)), 2) if not found_pairs[one][two].is_clear]
    apart = f"Not clearly different in harm: {'; '.join(pairs)}." if pairs else "All of them clearly differ in harm, pair by pair."
    return f"{early}Of these, {least}. {apart}"


def table(found: Found, places: list[int]) -> Table:
    """One column a policy, one row an outcome."""
    order = groups(HARM, found.harm[:, places])
    group = {places[place]: str(number) for number, members in enumerate(order, start=1) for place in members}
    each = [found.estimates[found.cell.names[place]] for place in places]
    cells = [harm_cells(found, place) for place in places]
    rows = [
        (f"harm against {found.reference}", *(size for size, _ in cells)),
        ("verdict", *(word for _, word in cells)),
        ("group", *(group[place] for place in places)),
    ]
    if found.keeps("release_delay_days", "release_censored"):
        rows.append(("release", *(said_delay(found, place) for place in places)))
    if found.compliance:
        rows.append(("requests refused", *(refused(found, found.cell.names[place]) for place in places)))
    for change in CHANGES:
        if found.keeps(change):
            noun = OUTCOMES[change].short
            said = [said_change(outcomes, change).removeprefix(f"{noun}: ") for outcomes in each[1:]]
            rows.append((noun, "the reference", *said))
    if found.keeps("benefit_forgone"):
        rows.append(("benefit forgone", *(money(outcomes["benefit_forgone"]["mean"]) for outcomes in each)))
    caption = "Policies side by side; those of one group cannot be told from the one of least harm in it"
    return Table(caption, ("outcome", *(called(found, place) for place in places)), tuple(rows))


def harm_cells(found: Found, place: int) -> tuple[str, str]:
    """The difference in harm, and its verdict."""
    if place == 0:
        return "the reference", "-"
    difference = found.estimates[found.cell.names[place]][HARM]["difference"]
    share = difference["relative"]
    size = f"{signed_percent(share)} ({percent_span(share)})" if finite(share["mean"]) else money(difference["mean"])
    return size, verdict_cell(Verdict.of(HARM, difference))


def refused(found: Found, name: str) -> str:
    """The share of requests that labs refuse."""
    asked = found.compliance[name]
    return percent(1.0 - asked["complied"]) if asked["share"] else "none made"


def figure(found: Found, places: list[int]) -> Figure:
    """The differences in harm from the reference."""
    rows = []
    for place in places[1:]:
        difference = found.estimates[found.cell.names[place]][HARM]["difference"]
        share = difference["relative"]
        ends = {end: 100.0 * share[end] if finite(share[end]) else None for end in ("mean", "low", "high")}
        rows.append({"label": called(found, place), **ends, "word": difference["verdict"], "direction": difference["direction"]})
    said = told_apart(found, places)
    named = {"unit": f"% of harm under {found.reference}", "reference": found.reference, "title": said, "alt": said}
    data = {"rows": rows, **named, "shade": None, "x": "labels"}
    columns = {name: [each[name] for each in rows] for name in ("label", "mean", "low", "high", "word", "direction")}
    return Figure("alternatives", "whiskers", data, NOTE.format(draws=found.verdict.draws, reference=found.reference), columns)
