"""The generated parts of `docs/credibility.md`: `python -m tests.full.page` renews them from the record and the tests."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lockgate.experiments.evidence.card import recorded
from lockgate.sim.model.outcomes import HEADLINES
from tests.relations.catalogue import table as relations

PAGE = Path(__file__).parents[2] / "docs" / "credibility.md"


def table(headings: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A Markdown table; the first column is text, all others numbers."""
    head = list(headings)
    lines = ["| " + " | ".join(head) + " |", "|---" + "|--:" * (len(head) - 1) + "|"]
    lines += ["| " + " | ".join(shown(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def shown(cell: Any) -> str:
    """A number as a reader wants it, or a word."""
    if isinstance(cell, float):
        return f"{cell:,.4g}" if cell < 1000 else f"{cell:,.0f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def figures() -> str:
    """The record's main figures; the file has all."""
    known = recorded()
    generator, intervals, mutation = known["generator"], known["intervals"], known["mutation"]
    axes, coverage, gain = generator["dieharder"]["axes"], intervals["coverage"], intervals["gain"]
    facts = [
        (f"{check}: {name.replace('_', ' ')}", value)
        for check, found in {**known, "coverage": known["coverage"]["rules_and_formulas"]}.items()
        for name, value in found.items()
        if isinstance(value, int | float | str) and name != "model"
    ]
    facts += [
        ("mutation: mutants by our own operators", mutation["own_operators"]["mutants"]),
        ("mutation: of these killed", mutation["own_operators"]["killed"]),
        ("generator: worst avalanche", generator["avalanche"]["worst"]),
        ("generator: keys", generator["collisions"]["keys"]),
        ("generator: pairs of words alike", generator["collisions"]["pairs_alike"]["64"]),
    ]
    parts = [table(("figure", "value"), facts)]
    counts = ("results", "passed", "weak", "failed")
    parts.append(table(("dieharder, words along", *counts), [(axis, *(found[name] for name in counts)) for axis, found in axes.items()]))
    columns = ("lowest", "median", "highest", "within", "statistics")
    sizes = sorted(coverage, key=int)
    rows = [(f"{kind}, {draws} draws", *(found[name] for name in columns)) for draws in sizes for kind, found in coverage[draws].items()]
    parts.append(table(("coverage of 95 % intervals, %", "lowest", "median", "highest", "within 93.5 to 96.5", "statistics"), rows))
    ways = [way for way in gain[HEADLINES[0]] if way != "nothing"]
    parts.append(table(("gain of pairing", *ways), [(name, *(gain[name][way] for way in ways)) for name in HEADLINES]))
    ofs = ("mutants", "killed_by_meaning", "killed")
    rows = [(path, *(found[name] for name in ofs)) for path, found in mutation["files"].items()]
    parts.append(table(("mutants of", "tried", "killed by meaning", "killed"), rows))
    return "\n\n".join(parts)


PARTS = {"figures": figures, "relations": relations}


def renewed(page: str) -> str:
    """The page with its generated parts as they should be: each stands between `<!-- NAME -->` and `<!-- end -->`."""
    for name, part in PARTS.items():
        block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        page, count = block.subn(lambda match, part=part: f"{match[1]}{part()}\n{match[2]}", page)
        assert count == 1, f"docs/credibility.md needs one block <!-- {name} --> ... <!-- end -->"
    return page


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
