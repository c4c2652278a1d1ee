"""The catalogue of relations, read from the tests: number, kind, and the reading that each test states."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
NAME = re.compile(r"test_(\d\d)_(\w+)")
READING = re.compile(r"(?P<kind>E\*|E|S)\b[\s.,:;]*(?P<text>.+)", re.DOTALL)


@dataclass(frozen=True)
class Reading:
    """One property: the relation's number, E (exact), E* (exact where nothing reacts) or S (statistical), what it says, and where."""

    number: int
    kind: str
    text: str
    place: str


def readings() -> list[Reading]:
    """All of them, in order. Planted faults have no reading of their own."""
    found = []
    for path in sorted(FOLDER.glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and (name := NAME.fullmatch(node.name)):
                said = READING.match(" ".join((ast.get_docstring(node) or "").split()))
                if said:
                    text = said["text"][0].upper() + said["text"][1:]
                    found.append(Reading(int(name[1]), said["kind"], text, f"{path.stem}::{node.name}"))
    return sorted(found, key=lambda reading: (reading.number, reading.place))


def table() -> str:
    """The catalogue as a Markdown table."""
    lines = ["| | kind | reading |", "|---|---|---|"]
    lines += [f"| {reading.number} | {reading.kind} | {reading.text.replace('|', chr(92) + '|')} |" for reading in readings()]
    return "\n".join(lines)
