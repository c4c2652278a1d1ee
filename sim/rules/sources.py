"""The model's sources as a hash, which results and records carry. Docstrings, comments and blank lines are no part of it."""

import ast
import hashlib
from pathlib import Path

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)


def without_words(source: str) -> str:
    r"""A source file without its docstrings, whole-line comments and blank lines.

    >>> without_words('def f():\n    \"\"\"Words.\"\"\"\n    # more\n    return 1\n')
    'def f():\n    return 1'
    """
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            words = node.body[0]
            for number in range(words.lineno - 1, words.end_lineno or words.lineno):
                lines[number] = ""
    return "\n".join(line for line in lines if line.strip() and not line.lstrip().startswith("#"))


def source_hash() -> str:
    """Twelve hexadecimal digits that change with any source file of the model."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1] / "model"
    for path in sorted(root.rglob("*.py")):
        text = without_words(path.read_text(encoding="utf-8"))
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + text.encode() + b"\0")
    return digest.hexdigest()[:12]
