"""The tables of entities, words, the order of a day, draws, parameters, levers, outcomes and invariants."""

import inspect
from collections import Counter
from collections.abc import Iterable
from typing import Any

from experiments.describe import plain_value, summary_of
from experiments.odd.markdown import code, codes, sentence, table
from experiments.odd.source import drawing_rules, file_of, paragraphs, rules, rules_called_by
from scenarios import policy_names, world_names
from sim import measures, outcomes, vocabulary, world
from sim.agents import DAY, KINDS
from sim.chance import Purpose
from sim.invariants import INVARIANTS
from sim.parameters import GRADES, PARAMETERS, THEMES, Parameter
from sim.policy import LEVERS, Lever
from sim.row import NEVER, NOBODY, NOTHING, Field, fields
from sim.start.room import SINGLES, TABLES
from sim.vocabulary import Described

SPECIAL = {NEVER: "never", NOBODY: "none", int(NOTHING): "none"}
OTHERS = [kind for kind in dict.fromkeys((*TABLES.values(), *SINGLES.values())) if kind not in KINDS.values()]
MEASURED = (outcomes.Outcomes, measures.Week)  # tables of their own, under observation


def words() -> list[type[Described]]:
    """The enumerations of the vocabulary."""
    return [kind for kind in vars(vocabulary).values() if inspect.isclass(kind) and issubclass(kind, Described) and kind is not Described]


def at_start(field: Field) -> str:
    """The starting value as a reader says it."""
    if (kind := word_of(field)) is not None:
        return kind(int(field.default)).label
    if field.type is bool:
        return "yes" if field.default else "no"
    return SPECIAL.get(int(field.default)) or f"{field.default:g}"


def word_of(field: Field) -> type[Described] | None:
    """The enumeration that a coded field takes its values from: its meaning begins with the name."""
    first = field.meaning.split(" ")[0]
    return next((kind for kind in words() if kind.__name__ == first), None)


def row_tables(kinds: Iterable[tuple[str, type]]) -> str:
    """A heading, a sentence and a table of fields for each kind of row."""
    return "\n\n".join(f"#### {title}\n\n{paragraphs(inspect.getdoc(kind))[0]}\n\n{field_table(kind)}" for title, kind in kinds)


def field_table(kind: type) -> str:
    """The fields of a kind of row."""
    rows = ([code(f.name), meaning_of(f), f.unit, f.type.__name__, at_start(f)] for f in fields(kind))
    return table(["field", "meaning", "unit", "type", "at start"], rows)


def meaning_of(field: Field) -> str:
    """What a field means; where it takes words of the vocabulary, a link to them."""
    kind = word_of(field)
    return field.meaning.replace(kind.__name__, f"[{kind.__name__}](#23-words)", 1) if kind else field.meaning


def agents() -> str:
    """Every kind of agent."""
    return row_tables((f"{kind.__name__}, in `{name}`", kind) for name, kind in KINDS.items())


def others() -> str:
    """Every row that is no agent."""
    return row_tables((kind.__name__, kind) for kind in OTHERS if kind not in MEASURED)


def vocabulary_tables() -> str:
    """Every word of the model with its number and meaning."""
    return "\n\n".join(
        f"#### {kind.__name__}\n\n{paragraphs(kind.__doc__)[0]}\n\n"
        + table(["word", "meaning", "number"], ([word.label, word.meaning, int(word)] for word in kind))
        for kind in words()
    )


def day() -> str:
    """The order of a day."""
    by_name = {(rule.file, rule.name): rule for rule in rules()}
    rows = []
    for name, act in DAY.items():
        file = file_of(act)
        step = by_name[(file, f"{act.__name__}.step" if name in KINDS else act.__name__)]
        how = "each in turn" if name in KINDS else "once"
        rows.append([code(name), step.sentence, how, codes(rules_called_by(step)) or "-", code(file)])
    return table(["step", "what", "how", "its rules, in the order of the text", "file"], rows)


def draws() -> str:
    """Every purpose of a random draw."""
    rows = []
    keys = ""
    for purpose in Purpose:
        meaning, _, key = purpose.meaning.partition(" [")
        keys = key.rstrip("]") or keys
        drawn = codes(drawing_rules().get(purpose.name, [])) or "sampling of worlds"
        rows.append([code(purpose.name), meaning, keys, drawn, int(purpose)])
    return table(["purpose", "what it decides", "who, count", "drawn in", "number"], rows)


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
    policies = table(["policy", "what it is"], ([code(name), summary_of("policy", name)] for name in policy_names()))
    worlds = table(["world", "how it differs"], ([code(name), summary_of("world", name)] for name in world_names()))
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


def invariants() -> str:
    """What is checked every evening."""
    return table(["invariant", "what must hold"], ([i.name, sentence(i.sentence)] for i in INVARIANTS))


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
