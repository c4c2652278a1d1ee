"""The model's rules as its source files say them: names, sentences, and code, read without running anything."""

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2] / "sim"
MARK = "rule"  # the decorator
# Called everywhere, and no step of a day.
SMALL = ("sim/model/formulas/", "sim/model/systems.py", "sim/model/world.py", "sim/model/chance.py")


@dataclass(frozen=True)
class SourceRule:
    """A function marked as a rule. `file` is relative to the folder that holds `sim`."""

    name: str
    file: str
    node: ast.FunctionDef

    @property
    def sentence(self) -> str:
        """The first paragraph of its docstring; empty where it has none."""
        return paragraphs(ast.get_docstring(self.node))[0]

    @property
    def code(self) -> str:
        """Its head and body as they are written, without docstring and notes to tools."""
        lines = source_text(self.file).splitlines()[: self.node.end_lineno]
        if self.sentence:
            docstring = self.node.body[0]
            del lines[docstring.lineno - 1 : docstring.end_lineno]
        kept = lines[self.node.lineno - 1 :]
        return re.sub(r"  # type: ignore.*|math\.", "", textwrap.dedent("\n".join(kept)))


def paragraphs(docstring: str | None) -> list[str]:
    r"""The paragraphs of a docstring, each on one line, without its examples.

    >>> paragraphs("One\nsentence.\n\nSource: a book.\n\n>>> 1\n1")
    ['One sentence.', 'Source: a book.']
    """
    prose = (docstring or "").split(">>>")[0]
    return [" ".join(part.split()) for part in prose.split("\n\n") if part.strip()] or [""]


@cache
def source_text(file: str) -> str:
    """The text of a source file, by its name from `sim/` on."""
    return (ROOT.parent / file).read_text(encoding="utf-8")


@cache
def source_files() -> dict[str, ast.Module]:
    """Every source file of the model, by its name from `sim/` on."""
    files = sorted(path.relative_to(ROOT.parent).as_posix() for path in ROOT.rglob("*.py"))
    return {file: ast.parse(source_text(file)) for file in files}


def file_of(act: Any) -> str:
    """The source file of a function or class of the model."""
    return str(act.__module__).removeprefix("lockgate.").replace(".", "/") + ".py"


def file_summary(file: str) -> str:
    """What a source file says of itself, in its first paragraph."""
    return paragraphs(ast.get_docstring(source_files()[file]))[0]


def is_rule(node: ast.AST) -> bool:
    """Whether this is a function that carries the mark."""
    return isinstance(node, ast.FunctionDef) and any(isinstance(d, ast.Name) and d.id == MARK for d in node.decorator_list)


@cache
def rules() -> tuple[SourceRule, ...]:
    """Every rule, file by file. What a function builds from other rules is not one of its own."""
    return tuple(rule for file, module in source_files().items() for rule in rules_in(file, module))


def rules_in(file: str, module: ast.Module) -> Iterator[SourceRule]:
    """The rules of a file: its functions, and the methods of its classes as `Class.method`."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and is_rule(node):
            yield SourceRule(node.name, file, node)
        elif isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and is_rule(method):
                    yield SourceRule(f"{node.name}.{method.name}", file, method)


def rules_called_by(rule: SourceRule) -> list[str]:
    """The rules that a rule calls, in the order of the text, without formulas and the small change of systems."""
    known = {other.name for other in rules() if not other.file.startswith(SMALL)}
    calls = [node for node in ast.walk(rule.node) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    names = [call.func.id for call in calls if isinstance(call.func, ast.Name)]
    return list(dict.fromkeys(name for name in names if name in known))


@cache
def drawing_rules() -> dict[str, list[str]]:
    """The rules whose text names `Purpose.NAME`, by that name."""
    found: dict[str, list[str]] = {}
    for rule in rules():
        for node in ast.walk(rule.node):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Purpose":
                found[node.attr] = list(dict.fromkeys([*found.get(node.attr, []), rule.name]))
    return found
