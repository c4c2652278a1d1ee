"""The submodels: equations as the code has them, and every rule with its sentence, file by file."""

import ast
from collections.abc import Iterable

from lockgate.experiments.odd.source import SourceRule, file_of, is_rule, paragraphs, rules, source_files, source_text, summary_of
from lockgate.experiments.odd.tables import code, sentence, table
from lockgate.sim.model.day import DAY
from lockgate.sim.model.invariants import INVARIANTS

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
    return "\n\n".join(f"#### `{file}`\n\n{summary_of(file)}\n\n" + "\n\n".join(map(equation, chosen[file])) for file in order)


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
        f"#### `{file}`\n\n{summary_of(file)}\n\n" + table(["rule", "what it does"], ([code(r.name), r.sentence] for r in found))
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


def count() -> str:
    """How many rules there are."""
    return sentence(f"{len(rules())} rules in {len(files_of(rules()))} files").rstrip(".")
