"""`--kinds FILE.py:CLASS`: kinds of agents of the user's own. The file is code that the user names, and is run as such."""

import re
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lockgate.sim.errors import InputError, nearest

if TYPE_CHECKING:
    from lockgate.sim.model.agent import Agent

MOST_BYTES = 1 << 20
KindsOption = Annotated[
    list[str] | None,
    typer.Option("--kinds", metavar="FILE.py:CLASS", help="Behaviour of your own: a class that extends a kind of agents; may be repeated."),
]


def chosen_kinds(named: list[str] | None) -> "dict[str, type[Agent]]":
    """The classes that are named, by the table of the kind that each extends.

    Raises `InputError` for what is no regular file of Python code, or has no such class, and where two stand in for the same kind.
    """
    if not named:
        return {}
    from lockgate.sim.model.day import KINDS

    kinds: dict[str, type[Agent]] = {}
    modules: dict[str, dict[str, Any]] = {}
    for name in named:
        file, colon, wanted = name.rpartition(":")
        if not colon or not file.endswith(".py") or not wanted.isidentifier():
            raise InputError(f"--kinds {name} must be FILE.py:CLASS, such as --kinds mine.py:CautiousActor")
        if file not in modules:
            modules[file] = contents(file, name)
        classes = {known: value for known, value in modules[file].items() if isinstance(value, type)}
        if wanted not in classes:
            raise InputError(f"--kinds {name}: {file} has no class {wanted}{nearest(wanted, classes)}; name one that it has")
        table = next((table for table, kind in KINDS.items() if issubclass(classes[wanted], kind)), None)
        if table is None:
            allowed = ", ".join(kind.__name__ for kind in KINDS.values())
            raise InputError(f"--kinds {name}: class {wanted} extends no kind of agents; it must extend one of {allowed}")
        if table in kinds:
            raise InputError(f"--kinds {name}: {kinds[table].__name__} stands in for {table} already; name one class for each kind")
        kinds[table] = classes[wanted]
    return kinds


class Code(SourceFileLoader):
    """Loads a module from bytes that were read already; no file is written beside it."""

    def __init__(self, name: str, path: str, content: bytes) -> None:
        super().__init__(name, path)
        self.content = content

    def get_code(self, fullname: str) -> CodeType:
        """The module's code."""
        return self.source_to_code(self.content, self.path)


def contents(file: str, name: str) -> dict[str, Any]:
    """What a file defines, by name, once it was run."""
    from lockgate.scenarios.files import read_limited

    try:
        code = Code(module_name(file), file, read_limited(Path(file), MOST_BYTES))
    except InputError as error:
        raise InputError(f"--kinds {name}: {file} {error}") from None
    module = sys.modules[code.name] = module_from_spec(ModuleSpec(code.name, code, origin=file))  # by which annotations are found again
    try:
        code.exec_module(module)
    except Exception as error:
        raise InputError(f"--kinds {name}: {file} cannot be run{line_of(error, file)}: {type(error).__name__}: {error}; mend it") from None
    return vars(module)


def module_name(file: str) -> str:
    """The name of its module, the same in every process: compiled code that is kept remembers it.

    >>> module_name("../my kinds.py")
    'kinds_of_my_kinds'
    """
    return f"kinds_of_{re.sub(r'[^0-9A-Za-z_]', '_', Path(file).stem)}"


def line_of(error: BaseException, file: str) -> str:
    """The line of the file at which an error was raised."""
    if isinstance(error, SyntaxError):
        return ""  # its text names the line
    lines, trace = [], error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return f", line {lines[-1]}" if lines else ""
