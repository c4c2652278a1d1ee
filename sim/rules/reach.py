"""What a rule reaches: the rules that it calls, and the values that it reads, down to the last.

The compiled driver makes known to the compiler what is reached, and names its cache by it: so a docstring, a comment, or a module
without rules changes nothing, and a constant three calls away does.
"""

import dis
import hashlib
import inspect
import types
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

import numpy as np

from lockgate.sim.errors import RuleError

PLAIN = (bool, int, float, str, bytes, type(None), np.generic)
MODULES = ("math", "numpy")  # of which rules use functions; `numpy` for whole numbers of 64 bits
CODE_ONLY = inspect.CO_VARARGS | inspect.CO_GENERATOR | inspect.CO_COROUTINE


class Reach:
    """All plain functions that are reached from some, in the order in which they are met, and a digest of all that decides what they do."""

    def __init__(self, functions: Iterable[Callable[..., Any]]) -> None:
        self.functions: list[types.FunctionType] = []
        self._met: set[int] = set()
        self._hash = hashlib.sha256()
        for function in functions:
            self._value(function, "")

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change with what the functions do."""
        return self._hash.hexdigest()[:12]

    def _note(self, *words: Any) -> None:
        self._hash.update("\0".join(map(str, words)).encode() + b"\1")

    def _value(self, value: Any, name: str) -> None:
        """Take in what a function reads under this name."""
        value = getattr(value, "py_func", value)  # of what is compiled by itself
        if isinstance(value, types.FunctionType):
            self._function(value)
        elif isinstance(value, PLAIN):
            self._note(name, type(value).__name__, repr(value))
        elif isinstance(value, Enum):
            self._note(name, int(value.value))
        elif isinstance(value, type):
            self._class(value, name)
        elif isinstance(value, np.ndarray):
            self._note(name, value.dtype, value.shape, hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest())
        elif isinstance(value, tuple):
            self._note(name, len(value))
            for item in value:
                self._value(item, name)
        elif isinstance(value, types.ModuleType) and value.__name__ in MODULES:
            self._note(name, value.__name__)
        elif isinstance(value, types.BuiltinFunctionType) or callable(value):  # `len`, `math.exp`, an intrinsic of ours
            self._note(name, getattr(value, "__qualname__", type(value).__name__))
        else:
            raise RuleError(f"a rule reads {name} = {value!r:.60}, which must be a number, an enumeration, a tuple, or another rule")

    def _class(self, kind: type, name: str) -> None:
        """An enumeration by its members, a kind of agents as the name of its methods, a type by its name."""
        self._note(name, kind.__qualname__)
        if issubclass(kind, Enum):
            self._note(*(f"{member.name}={member.value}" for member in kind))

    def _function(self, function: types.FunctionType) -> None:
        """A function: its code without its docstring, then all that it reads by name."""
        if id(function) in self._met:
            return
        self._met.add(id(function))
        self.functions.append(function)
        if function.__code__.co_flags & CODE_ONLY:
            raise RuleError(f"{place_of(function)} has *arguments, or yields: a rule must not")
        self._note(function.__qualname__, repr(function.__defaults__))
        self._code(function.__code__, function, function.__doc__)

    def _code(self, code: types.CodeType, function: types.FunctionType, doc: str | None) -> None:
        self._hash.update(code.co_code)
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                self._code(constant, function, None)
            elif constant is not doc and constant != doc:
                self._note(repr(constant))
        self._note(*code.co_varnames, *code.co_names)
        cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        within = {name: cell.cell_contents for name, cell in cells}
        for name in code.co_freevars:
            if name in within:
                self._value(within[name], name)
        for name in sorted({step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"}):
            if name in function.__globals__:
                self._value(function.__globals__[name], name)
            else:
                self._note(name)  # built in


def place_of(function: types.FunctionType) -> str:
    """Where a function stands, as `name (file, line n)`."""
    return f"{function.__qualname__} ({function.__code__.co_filename}, line {function.__code__.co_firstlineno})"
