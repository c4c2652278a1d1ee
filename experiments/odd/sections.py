"""The sections made from the code: entities, words, a day, draws, invariants; all numbers; equations and rules."""

import ast
import inspect
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from lockgate.experiments.odd.rule_texts import (
    SourceRule,
    drawing_rules,
    file_of,
    file_summary,
    is_rule,
    paragraphs,
    rules,
    rules_called_by,
    source_files,
    source_text,
)
from lockgate.experiments.text.describe import plain_value, summary_of
from lockgate.scenarios import list_policies, list_worlds
from lockgate.sim.model import measures, outcomes, vocabulary, world
from lockgate.sim.model.agent import acts_by_alarms
from lockgate.sim.model.chance import Purpose
from lockgate.sim.model.day import DAY, KINDS
from lockgate.sim.model.invariants import INVARIANTS
from lockgate.sim.model.parameters import GRADES, PARAMETERS, THEMES, Parameter
from lockgate.sim.model.policy import LEVERS, Lever
from lockgate.sim.model.tables import SINGLES, TABLES
from lockgate.sim.model.vocabulary import Described
from lockgate.sim.model.world import Plan
from lockgate.sim.rules.row import NEVER, NOBODY, NOTHING, Field, fields

# The tables of entities, words, the order of a day, draws and invariants.

HEADING = re.compile(r"^(#{2,3}) (.+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    r"""A table; bars and line breaks within a cell are escaped.

    >>> print(table(["a", "b"], [[1, "x|y"]]))
    | a | b |
    | --- | --- |
    | 1 | x\|y |
    """
    lines = [list(head), ["---"] * len(head), *([escaped(str(cell)) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def escaped(cell: str) -> str:
    """Text that stays within one cell."""
    return " ".join(cell.split()).replace("|", "\\|")


def code(text: object) -> str:
    """Text in the font of code."""
    return f"`{text}`"


def codes(texts: Iterable[object]) -> str:
    """Several of them."""
    return ", ".join(map(code, texts))


def sentence(text: str) -> str:
    """Text that begins with a capital letter, unless it begins with code, and ends with a full stop.

    >>> sentence("how soon")
    'How soon.'
    """
    return text[:1].upper() + text[1:] + ("" if text[-1:] in ".!?" else ".")


def anchor(heading: str) -> str:
    """The name by which a page links to one of its headings.

    >>> anchor("4.1 Basic principles"), anchor("`sim/engine/agenda.py`")
    ('41-basic-principles', 'simengineagendapy')
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def headings(text: str) -> list[tuple[int, str]]:
    """Level and text of the headings of levels 2 and 3, in order."""
    return [(len(marks), title) for marks, title in HEADING.findall(FENCED.sub("", text))]


def contents(text: str) -> str:
    """A table of contents: one line for each heading of level 2, and below it those of level 3, side by side."""
    lines: list[str] = []
    for level, title in headings(text):
        link = f"[{title}](#{anchor(title)})"
        if level == 2:
            lines.append(f"- {link}")
        else:
            lines[-1] += (" · " if "): [" in lines[-1] else ": ") + link
    return "\n".join(lines)


SPECIAL = {NEVER: "never", NOBODY: "none", int(NOTHING): "none"}
OTHERS = [kind for kind in dict.fromkeys((*TABLES.values(), *SINGLES.values(), Plan)) if kind not in KINDS.values()]
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
        if name in KINDS and acts_by_alarms(act):
            for field, alarm in act.alarms.items():
                acts = by_name[(file_of(alarm.act), alarm.act.__name__)]
                called = [alarm.plan.__name__, acts.name, *rules_called_by(acts)]
                rows.append([code(name), acts.sentence, f"each whose {code(field)} has come", codes(called), code(file)])
            continue
        step = by_name[(file, f"{act.__name__}.step" if name in KINDS else act.__name__)]
        how = "once" if name not in KINDS else f"each that is {code(act.acts_if)}" if act.acts_if else "each in turn"
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


def invariants() -> str:
    """What is checked every evening."""
    return table(["invariant", "what must hold"], ([i.name, sentence(i.sentence)] for i in INVARIANTS))


# The tables of numbers: parameters, evidence, levers, scenarios, outcomes and weekly series.


def grouped(value: float) -> str:
    """A number with its thousands apart.

    >>> grouped(9.9e9), grouped(0.00099)
    ('9,900,000,000', '0.00099')
    """
    return f"{value:,.10g}"


def parameter_row(parameter: Parameter) -> list[str]:
    """One parameter. Its unit goes with its value, its grade with its source."""
    low, high = parameter.bounds
    switch = parameter.choices or parameter.type is bool
    value = plain_value(parameter) if switch else f"{grouped(parameter.default)} [{parameter.unit}]"
    if parameter.choices:
        allowed = ", ".join(choice.label for choice in parameter.choices)
    else:
        allowed = "true or false" if switch else f"{grouped(low)} to {grouped(high)}"
    prior = parameter.prior_text or "fixed"
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
    value = str(lever.default).lower() if switch else f"{grouped(lever.default)} [{lever.unit}]"
    once = " It acts on its day only." if lever.once else ""
    return [code(lever.name), lever.meaning + once, value, "true or false" if switch else f"{grouped(low)} to {grouped(high)}"]


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


# The submodels: equations as the code has them, and every rule with its sentence, file by file.

HASH = "sim/model/chance.py"
EQUATIONS = ("sim/model/formulas/", "sim/model/code_base.py", HASH)
BEGINNING = ("sim/model/beginning.py", "sim/model/tables.py")
MACHINERY = ("sim/engine/", "sim/rules/")  # of the compiled driver alone
CHECKS = "sim/model/invariants.py"  # their sentences stand in the table of invariants


def files_of(chosen: Iterable[SourceRule]) -> dict[str, list[SourceRule]]:
    """Rules by file."""
    found: dict[str, list[SourceRule]] = {}
    for rule in chosen:
        found.setdefault(rule.file, []).append(rule)
    return found


def equations() -> str:
    """Every formula: its sentence, units and source, and its code."""
    chosen = files_of(rule for rule in rules() if rule.file.startswith(EQUATIONS))
    order = sorted(chosen, key=lambda file: (file == HASH, file))
    return "\n\n".join(f"#### `{file}`\n\n{file_summary(file)}\n\n" + "\n\n".join(map(equation, chosen[file])) for file in order)


def equation(rule: SourceRule) -> str:
    """One formula. Its code is marked as text, because it is to be read and not to be run."""
    prose = " ".join(paragraphs(ast.get_docstring(rule.node)))
    return f"{code(rule.name)}: {prose}\n\n```text\n{rule.code}\n```"


def hash_chain() -> str:
    """The functions below the rules of the random numbers."""
    nodes = [node for node in source_files()[HASH].body if isinstance(node, ast.FunctionDef) and not is_rule(node)]
    return "```text\n" + "\n\n".join(SourceRule(node.name, HASH, node).code for node in nodes) + "\n```"


def formula_constants() -> str:
    """The numbers that formulas name in capitals."""
    files = ((file, module) for file, module in source_files().items() if file.startswith(EQUATIONS))
    numbers = (
        (file, node)
        for file, module in files
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    )
    cells = ((ast.unparse(node.targets[0]), ast.get_source_segment(source_text(file), node.value), file) for file, node in numbers)
    return table(["constant", "value", "file"], ([code(cell) for cell in row] for row in cells))


def rule_tables(chosen: dict[str, list[SourceRule]]) -> str:
    """A table of rules for each file."""
    return "\n\n".join(
        f"#### `{file}`\n\n{file_summary(file)}\n\n" + table(["rule", "what it does"], ([code(r.name), r.sentence] for r in found))
        for file, found in chosen.items()
    )


def beginning() -> str:
    """The rules that build a run's population."""
    return rule_tables(files_of(rule for rule in rules() if rule.file.startswith(BEGINNING)))


def behaviour() -> str:
    """The rules of the days, without formulas and checks: those of the steps of a day in their order, then what they share."""
    left_out = (*EQUATIONS, *BEGINNING, CHECKS, *MACHINERY)
    chosen = files_of(rule for rule in rules() if not rule.file.startswith(left_out))
    day = [file_of(act) for act in DAY.values()]
    return rule_tables({file: chosen[file] for file in (*day, *sorted(set(chosen) - set(day))) if file in chosen})


def unexplained() -> list[str]:
    """Rules without a sentence: none, in a finished model."""
    checks = {invariant.broken_row.__name__ for invariant in INVARIANTS}
    return [f"{rule.file}: {rule.name}" for rule in rules() if not rule.sentence and rule.name not in checks]


def rule_count() -> str:
    """How many rules there are."""
    return sentence(f"{len(rules())} rules in {len(files_of(rules()))} files").rstrip(".")
