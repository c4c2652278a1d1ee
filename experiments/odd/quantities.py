"""The tables of numbers: parameters, evidence, levers, scenarios, outcomes and weekly series."""

from collections import Counter
from typing import Any

from lockgate.experiments.odd.tables import code, sentence, table
from lockgate.experiments.text.describe import plain_value, summary_of
from lockgate.scenarios import list_policies, list_worlds
from lockgate.sim.model import measures, outcomes, world
from lockgate.sim.model.chance import Purpose
from lockgate.sim.model.parameters import GRADES, PARAMETERS, THEMES, Parameter
from lockgate.sim.model.policy import LEVERS, Lever
from lockgate.sim.rules.row import fields


def number(value: float) -> str:
    """A number with its thousands apart.

    >>> number(9.9e9), number(0.00099)
    ('9,900,000,000', '0.00099')
    """
    return f"{value:,.10g}"


def parameter_row(parameter: Parameter) -> list[str]:
    """One parameter. Its unit goes with its value, its grade with its source."""
    low, high = parameter.bounds
    switch = parameter.choices or parameter.type is bool
    value = plain_value(parameter) if switch else f"{number(parameter.default)} [{parameter.unit}]"
    if parameter.choices:
        allowed = ", ".join(choice.label for choice in parameter.choices)
    else:
        allowed = "true or false" if switch else f"{number(low)} to {number(high)}"
    prior = str(parameter.prior) if parameter.prior else "fixed"
    return [code(parameter.name), f"{sentence(parameter.meaning)} *{parameter.grade}: {parameter.source}*", value, allowed, prior]


def parameters() -> str:
    """Every parameter, by theme."""
    head = ["parameter", "meaning; *grade: source*", "default", "allowed", "prior"]
    return "\n\n".join(f"#### {theme.capitalize()}\n\n{table(head, map(parameter_row, members))}" for theme, members in THEMES.items())


def grades() -> str:
    """The grades of evidence, and how many parameters have each."""
    counted = Counter(parameter.grade for parameter in PARAMETERS.values())
    sampled = Counter(parameter.grade for parameter in PARAMETERS.values() if parameter.prior)
    rows = ([grade, meaning, counted[grade], sampled[grade]] for grade, meaning in GRADES.items())
    return table(["grade", "evidence", "parameters", "of these, with a prior"], rows)


def judged_share() -> str:
    """How many of the sampled parameters rest on judgement or on nothing."""
    sampled = [parameter.grade for parameter in PARAMETERS.values() if parameter.prior]
    return f"{sum(grade in 'DE' for grade in sampled)} of the {len(sampled)}"


def lever_row(lever: Lever) -> list[str]:
    """One lever."""
    low, high = lever.bounds
    switch = lever.type is bool
    value = str(lever.default).lower() if switch else f"{number(lever.default)} [{lever.unit}]"
    once = " It acts on its day only." if lever.once else ""
    return [code(lever.name), lever.meaning + once, value, "true or false" if switch else f"{number(low)} to {number(high)}"]


def levers() -> str:
    """Every lever."""
    return table(["lever", "meaning", "default", "allowed"], map(lever_row, LEVERS.values()))


def scenario_tables() -> str:
    """The built-in policies and worlds."""
    policies = table(["policy", "what it is"], ([code(name), summary_of("policy", name)] for name in list_policies()))
    worlds = table(["world", "how it differs"], ([code(name), summary_of("world", name)] for name in list_worlds()))
    return f"{policies}\n\n{worlds}"


def measured(kind: type) -> str:
    """What is measured, without starting values."""
    return table(["name", "meaning", "unit"], ([code(f.name), f.meaning, f.unit] for f in fields(kind)))


def outcome_table() -> str:
    """Every outcome of a run."""
    return measured(outcomes.Outcomes)


def week_table() -> str:
    """Every weekly series."""
    return measured(measures.Week)


def constants() -> dict[str, Any]:
    """Numbers of the code that the prose names."""
    return {
        "attribution_window": world.ATTRIBUTION_WINDOW_DAYS,
        "lead_cap": f"{measures.LEAD_CAP_MONTHS:g}",
        "organisations": PARAMETERS["organisations"].default,
        "bad_actors": PARAMETERS["bad_actors"].default,
        "labs": PARAMETERS["labs"].default,
        "open_weight_labs": PARAMETERS["open_weight_labs"].default,
        "fallback": f"{PARAMETERS['fallback_chance'].default:g}",
        "parameter_count": len(PARAMETERS),
        "lever_count": len(LEVERS),
        "purpose_count": len(Purpose),
    }
