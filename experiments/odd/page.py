"""The page: the template's prose with the tables in their places."""

import re
from collections.abc import Callable
from pathlib import Path

from lockgate.experiments.odd import quantities, submodels, tables
from lockgate.experiments.odd.tables import contents

TEMPLATE = Path(__file__).with_name("template.md")
PLACE = re.compile(r"\{\{(\w+)\}\}")
PARTS: dict[str, Callable[[], str]] = {
    "agents": tables.agents,
    "others": tables.others,
    "vocabulary": tables.vocabulary_tables,
    "day": tables.day,
    "draws": tables.draws,
    "parameters": quantities.parameters,
    "grades": quantities.grades,
    "judged_share": quantities.judged_share,
    "levers": quantities.levers,
    "scenarios": quantities.scenario_tables,
    "outcomes": quantities.outcome_table,
    "weeks": quantities.week_table,
    "invariants": tables.invariants,
    "beginning": submodels.beginning,
    "equations": submodels.equations,
    "hash_chain": submodels.hash_chain,
    "formula_constants": submodels.formula_constants,
    "behaviour": submodels.behaviour,
    "rule_count": submodels.count,
}
CONTENTS = "contents"  # made last, from the headings of all the rest


def page(template: str | None = None) -> str:
    """The whole page as Markdown. A KeyError names a place of the template that nothing fills."""
    text = TEMPLATE.read_text(encoding="utf-8") if template is None else template
    numbers = quantities.constants()

    def filled(place: re.Match[str]) -> str:
        name = place[1]
        if name == CONTENTS:
            return place[0]
        return PARTS[name]() if name in PARTS else str(numbers[name])

    text = PLACE.sub(filled, text)
    return PLACE.sub(lambda place: contents(text) if place[1] == CONTENTS else place[0], text)
