"""The ODD page: a description of the model in the standard order, the template's prose with tables made from the code."""

import re
from collections.abc import Callable
from pathlib import Path

from lockgate.experiments.odd import sections

TEMPLATE = Path(__file__).with_name("template.md")
PLACE = re.compile(r"\{\{(\w+)\}\}")
PARTS: dict[str, Callable[[], str]] = {
    "agents": sections.agents,
    "others": sections.others,
    "vocabulary": sections.vocabulary_tables,
    "day": sections.day,
    "draws": sections.draws,
    "parameters": sections.parameters,
    "grades": sections.grades,
    "judged_share": sections.judged_share,
    "levers": sections.levers,
    "scenarios": sections.scenario_tables,
    "outcomes": sections.outcome_table,
    "weeks": sections.week_table,
    "invariants": sections.invariants,
    "beginning": sections.beginning,
    "equations": sections.equations,
    "hash_chain": sections.hash_chain,
    "formula_constants": sections.formula_constants,
    "behaviour": sections.behaviour,
    "rule_count": sections.rule_count,
}
CONTENTS = "contents"  # made last, from the headings of all the rest


def page(template: str | None = None) -> str:
    """The whole page as Markdown. A KeyError names a place of the template that nothing fills."""
    text = TEMPLATE.read_text(encoding="utf-8") if template is None else template
    numbers = sections.constants()

    def filled(place: re.Match[str]) -> str:
        name = place[1]
        if name == CONTENTS:
            return place[0]
        return PARTS[name]() if name in PARTS else str(numbers[name])

    text = PLACE.sub(filled, text)
    return PLACE.sub(lambda place: sections.contents(text) if place[1] == CONTENTS else place[0], text)
