"""Mutants: copies of the model's sources with one fault planted, by Cosmic Ray's operators and by the model's own."""

import ast
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lockgate.sim.model.chance import Purpose

ROOT = Path(__file__).parents[2]
DATA = {"invariants", "tables", "vocabulary"}  # files of the model in which no agent does anything
BEHAVIOUR = [
    *sorted({path.relative_to(ROOT).as_posix() for path in (ROOT / "sim" / "model").glob("*.py") if path.stem not in DATA}),
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "sim" / "model" / "formulas").glob("*.py")),
    "sim/engine/agenda.py",
]
# Of the policy's file its phases are behaviour; the table of levers is data, which the documentation prints.
ONLY_WITHIN = {"sim/model/policy.py": ("checked", "phases")}
# Of Cosmic Ray's operators those whose mutants say something on code of numbers: no bitwise arithmetic on floats, no identity of objects.
# With each a sign without which a source need not be parsed for it.
SIGNS = {"Add": " + ", "Sub": " - ", "Mul": " * ", "Div": " / ", "FloorDiv": " // ", "Mod": " % ", "RShift": " >> ", "LShift": " << ",
         "BitXor": " ^ ", "Eq": " == ", "NotEq": " != ", "Lt": " < ", "LtE": " <= ", "Gt": " > ", "GtE": " >= "}  # fmt: skip
PAIRS = {
    "BinaryOperator": "Add_Sub Sub_Add Mul_Div Div_Mul FloorDiv_Mul FloorDiv_Div Mod_FloorDiv "
    "RShift_LShift LShift_RShift BitXor_BitAnd BitXor_BitOr",
    "ComparisonOperator": "Eq_NotEq NotEq_Eq Lt_GtE LtE_Gt Gt_LtE GtE_Lt",
}
COSMIC_RAY = {f"Replace{kind}_{pair}": SIGNS[pair.split("_")[0]] for kind, pairs in PAIRS.items() for pair in pairs.split()} | {
    "ReplaceUnaryOperator_USub_UAdd": "-", "ReplaceUnaryOperator_Delete_USub": "-", "ReplaceUnaryOperator_Delete_Not": "not ",
    "ReplaceAndWithOr": " and ", "ReplaceOrWithAnd": " or ", "ReplaceTrueWithFalse": "True", "ReplaceFalseWithTrue": "False",
    "AddNot": "", "NumberReplacer": "", "ReplaceBreakWithContinue": "break", "ReplaceContinueWithBreak": "continue",
    "ZeroIterationForLoop": "for ",
}  # fmt: skip
DATES = ("day", "from_day", "_until", "_day", "_since")
# Formulas of the product of two neighbouring arguments, by the place of the first: their order says nothing.
SYMMETRIC = {"attack_success": {0, 1}, "refusal_chance": {1}, "compliance_chance": {1, 3}}
Change = tuple[ast.AST, str, object]  # a node, one of its fields, and what stands there in the mutant


@dataclass(frozen=True)
class Mutant:
    """One planted fault: where, by which operator, the line before and after, and the whole mutated source."""

    path: str
    operator: str
    own: bool
    where: str
    change: str
    source: str

    @property
    def name(self) -> str:
        """A name that outlives changes elsewhere in the file."""
        return f"{self.path} {self.where}: {self.change}"


def mutants_of(path: str) -> list[Mutant]:
    """All different mutants of one file."""
    source = (ROOT / path).read_text(encoding="utf-8")
    statements = ast.parse(source).body
    parts = [ast.unparse(statement) for statement in statements]
    formulas = {alias.name for s in statements if isinstance(s, ast.ImportFrom) and "formulas" in str(s.module) for alias in s.names}
    found: dict[str, Mutant] = {}
    names: Counter[str] = Counter()
    for place, part in enumerate(parts):
        # One statement at a time, which is much less to parse than the whole file.
        for operator, own, mutated in itertools.chain(own_texts(part, formulas), cosmic_ray_texts(part)):
            if mutated == part:
                continue
            where, change = described(part, mutated)
            if change.startswith("@") or (path in ONLY_WITHIN and where not in ONLY_WITHIN[path]):
                continue
            whole = "\n".join([*parts[:place], mutated, *parts[place + 1 :]]) + "\n"
            if whole not in found:
                names[f"{where}: {change}"] += 1
                again = names[f"{where}: {change}"]
                found[whole] = Mutant(path, operator, own, where, change + (f" ({again})" if again > 1 else ""), whole)
    if path == "sim/model/day.py":
        found |= {mutant.source: mutant for mutant in days_out_of_order(path, source)}
    return list(found.values())


def unparsed(text: str) -> str | None:
    """A source in its plainest form, or None where it is none."""
    try:
        return ast.unparse(ast.parse(text))
    except SyntaxError:
        return None


def described(before: str, after: str) -> tuple[str, str]:
    """The function in which two sources differ, and the lines in which they do."""
    old, new = before.splitlines(), after.splitlines()
    shorter = min(len(old), len(new))
    first = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    tail = next((n for n in range(shorter - first) if old[-1 - n] != new[-1 - n]), shorter - first)
    lines = [" / ".join(line.strip() for line in lines[first : len(lines) - tail]) for lines in (old, new)]
    return function_at(old, min(first, len(old) - 1)), f"{lines[0] or 'nothing'} -> {lines[1] or 'nothing'}"


def function_at(lines: list[str], number: int) -> str:
    """Name of the function or class in which a line of unparsed source stands."""
    for line in reversed(lines[: number + 1]):
        words = line.split("(")[0].split(":")[0].split()
        if len(words) > 1 and words[0] in ("def", "class"):
            return words[1]
    return "module"


def cosmic_ray_texts(part: str) -> Iterator[tuple[str, bool, str]]:
    """A statement mutated by Cosmic Ray."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    for name, sign in COSMIC_RAY.items():
        if sign not in part:
            continue
        operator = get_operator(f"core/{name}")()
        for occurrence in itertools.count():
            mutated = mutate_code(part, operator, occurrence)
            if mutated is None:
                break
            plain = unparsed(mutated)
            if plain is not None:
                yield name, False, plain


def own_texts(part: str, formulas: set[str]) -> Iterator[tuple[str, bool, str]]:
    """A statement mutated by the model's own operators."""
    tree = ast.parse(part)
    for operator, own, changes in OPERATORS:
        for node in list(ast.walk(tree)):
            for target, field, value in changes(node, formulas):
                old = getattr(target, field)
                setattr(target, field, value)
                yield operator, own, ast.unparse(ast.fix_missing_locations(tree))
                setattr(target, field, old)


def days_out_of_order(path: str, source: str) -> Iterator[Mutant]:
    """The day with one kind dropped, and with two of them swapped."""
    from lockgate.sim.model.day import DAY

    names = list(DAY)
    for name in names:
        yield Mutant(path, "drop a kind from the day", True, "DAY", f"{name} -> nothing", f"{source}\ndel DAY[{name!r}]\n")
    pairs = [*itertools.pairwise(range(len(names))), *((first, first + 2) for first in range(len(names) - 2))]
    for first, second in pairs:
        order = list(names)
        order[first], order[second] = order[second], order[first]
        changed = f"{source}\nDAY = {{name: DAY[name] for name in {order}}}\n"
        yield Mutant(path, "swap two kinds of the day", True, "DAY", f"{names[first]} <-> {names[second]}", changed)


def is_date(node: ast.AST) -> bool:
    """A name or attribute that holds a day."""
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name == "day" or name.endswith(DATES[1:])


def moved(node: ast.AST, days: int) -> ast.AST:
    """The same a day later, or earlier."""
    return ast.BinOp(node, ast.Add() if days > 0 else ast.Sub(), ast.Constant(1))  # type: ignore[arg-type]


def off_by_one_day(node: ast.AST, _: set[str]) -> Iterator[Change]:
    """Dates a day off, where they are compared and where they are set."""
    if isinstance(node, ast.Compare) and any(is_date(part) for part in (node.left, *node.comparators)):
        for days in (1, -1):
            yield node, "left", moved(node.left, days)
    if isinstance(node, ast.Assign) and is_date(node.targets[0]):
        for days in (1, -1):
            yield node, "value", moved(node.value, days)


def other_purpose(node: ast.AST, _: set[str]) -> Iterator[Change]:
    """A draw with the purpose of the next draw."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Purpose":
        names = [purpose.name for purpose in Purpose]
        yield node, "attr", names[(names.index(node.attr) + 1) % len(names)]


def boundary(node: ast.AST, _: set[str]) -> Iterator[Change]:
    """`<` for `<=`, and back."""
    other: dict[type, type] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
    # A draw is equal to a chance once in 2**53 times: with the other sign it is the same model.
    if isinstance(node, ast.Compare) and not any(call in ast.unparse(node) for call in ("draw(", "uniform(")):
        for place, sign in enumerate(node.ops):
            if type(sign) in other:
                yield node, "ops", [*node.ops[:place], other[type(sign)](), *node.ops[place + 1 :]]


def dropped_term(node: ast.AST, _: set[str]) -> Iterator[Change]:
    """A sum, product or condition without one of its terms."""
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
            yield node, field, value.left
            if isinstance(value.op, ast.Sub):
                yield node, field, ast.UnaryOp(ast.USub(), value.right)
            elif not isinstance(value.op, ast.Div):
                yield node, field, value.right
        if isinstance(value, list):
            for place, item in enumerate(value):
                if isinstance(item, ast.BinOp) and isinstance(item.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
                    yield node, field, [*value[:place], item.left, *value[place + 1 :]]
                    if isinstance(item.op, ast.Add | ast.Mult):
                        yield node, field, [*value[:place], item.right, *value[place + 1 :]]
    if isinstance(node, ast.BoolOp):
        for place in range(len(node.values)):
            yield node, "values", [*node.values[:place], *node.values[place + 1 :]]


def swapped_arguments(node: ast.AST, imported: set[str]) -> Iterator[Change]:
    """Two neighbouring arguments of a formula swapped."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in imported:
        for place in set(range(len(node.args) - 1)) - SYMMETRIC.get(node.func.id, set()):
            arguments = list(node.args)
            arguments[place], arguments[place + 1] = arguments[place + 1], arguments[place]
            yield node, "args", arguments


def other_extreme(node: ast.AST, _: set[str]) -> Iterator[Change]:
    """The least for the largest, and back."""
    if isinstance(node, ast.Name) and node.id in ("min", "max"):
        yield node, "id", "max" if node.id == "min" else "min"


def dropped_statement(node: ast.AST, _: set[str]) -> Iterator[Change]:
    """A block without one of its statements: a call, or a change of something."""
    for field in ("body", "orelse"):
        block = getattr(node, field, None)
        if not isinstance(block, list) or isinstance(node, ast.Module | ast.ClassDef):
            continue
        for place, statement in enumerate(block):
            call = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
            sets = isinstance(statement, ast.Assign) and not isinstance(statement.targets[0], ast.Name)
            if call or sets or isinstance(statement, ast.AugAssign):
                yield node, field, [*block[:place], ast.Pass(), *block[place + 1 :]]


def constant_returned(node: ast.AST, _: set[str]) -> Iterator[Change]:
    """Zero, whatever was worked out."""
    if isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield node, "value", ast.Constant(0)


# Name, whether it is among the operators made for this model, and what it changes.
OPERATORS: list[tuple[str, bool, Callable[[ast.AST, set[str]], Iterator[Change]]]] = [
    ("off by one day", True, off_by_one_day),
    ("reuse a draw's purpose", True, other_purpose),
    ("< for <=", True, boundary),
    ("drop a term", True, dropped_term),
    ("swap two arguments of a formula", True, swapped_arguments),
    ("min for max", True, other_extreme),
    ("drop a statement", False, dropped_statement),
    ("return zero", False, constant_returned),
]
