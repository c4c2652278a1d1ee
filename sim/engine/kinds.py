"""Kinds of agents of one's own, handed in to stand in place of the model's: checked, and told by name and by what they do.

Nothing here runs them, and neither driver is loaded.
"""

import hashlib
import linecache
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import FunctionType
from typing import Any

from lockgate.sim.bounds import shown
from lockgate.sim.errors import InputError, RuleError, nearest
from lockgate.sim.model.agent import Agent
from lockgate.sim.model.day import KINDS
from lockgate.sim.rules.reach import Reach, place_of
from lockgate.sim.rules.row import fields

Kinds = Mapping[str, type[Agent]] | None
OURS = __name__.partition(".")[0]
# Methods that Python calls by itself. Compiled code has records in place of objects, and calls none of them.
BY_ITSELF = ("__new__", "__init__", "__getattr__", "__getattribute__", "__setattr__")


def checked_kinds(kinds: Any) -> dict[str, type[Agent]]:
    """The kinds that are handed in, by the name of their table. Raises `InputError` where one cannot stand in its place."""
    if kinds is not None and not (isinstance(kinds, Mapping) and all(isinstance(key, str) for key in kinds)):
        raise InputError(f"kinds = {shown(kinds)} must map names to values, such as {{'bad_actors': MyActor}}")
    for name, kind in (kinds or {}).items():
        if name not in KINDS:
            raise InputError(f"unknown kind {name!r}{nearest(name, KINDS)}; kinds are {', '.join(KINDS)}")
        if not (isinstance(kind, type) and issubclass(kind, KINDS[name])):
            raise InputError(f"kind {name} = {kind!r} must be a subclass of {KINDS[name].__name__}")
    return dict(kinds or {})


@dataclass(frozen=True)
class OwnKind:
    """A kind of one's own: its table, the name of its class, a digest of what it does, the file's name, and the class where it is known.

    Two are the same where they have the same name and do the same, in whatever file they stand.
    """

    table: str
    name: str
    digest: str
    file: str = field(default="", compare=False)
    kind: type[Agent] | None = field(default=None, compare=False)

    def __str__(self) -> str:
        """In words.

        >>> print(OwnKind("bad_actors", "Careful", "0123456789ab", "mine.py"))
        Careful (mine.py), digest 0123456789ab
        """
        return f"{self.name}{f' ({self.file})' if self.file else ''}, digest {self.digest}"


def own_kinds(kinds: Any) -> tuple[OwnKind, ...]:
    """What is handed in, each with its digest, in the order of a day."""
    given = checked_kinds(kinds)
    return tuple(own_kind(name, given[name]) for name in KINDS if name in given)


def own_kind(table: str, kind: type[Agent]) -> OwnKind:
    """One kind. Raises `InputError` where neither its rules nor its source can be read."""
    file = next((Path(function.__code__.co_filename).name for function in functions_of(table, kind)), "")
    return OwnKind(table, kind.__name__, digest_of(table, kind), file, kind)


def own_classes(table: str, kind: type[Agent]) -> list[type]:
    """The class and those that it extends, down to the model's own kind, which is left out."""
    return [owner for owner in kind.__mro__ if owner not in KINDS[table].__mro__]


def functions_of(table: str, kind: type[Agent]) -> Iterator[FunctionType]:
    """All functions that are written in these classes."""
    for owner in own_classes(table, kind):
        for value in vars(owner).values():
            function = getattr(value, "__func__", value)  # of a static method
            if isinstance(function, FunctionType) and function.__module__.partition(".")[0] != OURS:
                yield function
        for alarm in vars(owner).get("alarms", {}).values():
            yield from (act for act in (alarm.plan, alarm.aim, alarm.act) if isinstance(act, FunctionType))


def digest_of(table: str, kind: type[Agent]) -> str:
    """Twelve hexadecimal digits that change with what a kind does: of what its methods reach, else of the files that they stand in."""
    told = [[known.name, known.type.__name__, repr(known.default), str(known.mark)] for known in fields(kind)]
    does = whole_reach(table, kind) or sources(table, kind)
    return hashlib.sha256(repr([told, kind.acts_if, does]).encode()).hexdigest()[:12]


def whole_reach(table: str, kind: type[Agent]) -> str:
    """The digest of all that its methods reach; nothing where they reach what is no rule, so that it would not tell of all."""
    if python_only(table, kind):
        return ""
    try:
        reach = Reach([*functions_of(table, kind), kind.rows, kind.begin, kind.step])
    except RuleError:
        return ""
    own = (function for function in reach.functions if function.__module__.partition(".")[0] != OURS)
    read = (function.__globals__.get(name) for function in own for name in function.__code__.co_names)
    return "" if any(is_opaque(value) for value in read) else reach.digest


def is_opaque(value: Any) -> bool:
    """Whether a digest of what is reached tells only the name of this: a class that is not ours, or an object that can be called."""
    if isinstance(value, type):
        return not issubclass(value, Enum) and value.__module__.partition(".")[0] not in (OURS, "builtins")
    return callable(value) and not isinstance(value, FunctionType) and not hasattr(value, "py_func") and hasattr(value, "__dict__")


def sources(table: str, kind: type[Agent]) -> list[str]:
    """The text of the files in which its methods are written."""
    files = sorted({function.__code__.co_filename for function in functions_of(table, kind)})
    for file in files:
        linecache.checkcache(file)
    texts = ["".join(linecache.getlines(file)) for file in files]
    if not texts or not all(texts):
        said = f"kind {table} = {kind.__name__} has no source that can be read, so that results could not say what it does"
        raise InputError(f"{said}; put it into a file")
    return texts


def python_only(table: str, kind: type[Agent]) -> str:
    """Why a kind is plain Python and no rule, where that is seen without compiling it; else nothing."""
    for owner in own_classes(table, kind):
        for name in BY_ITSELF:
            if name in vars(owner) and isinstance(vars(owner)[name], FunctionType):
                return f"{place_of(vars(owner)[name])} is called by Python, and compiled rows are no objects: set fields in `begin`"
    for function in functions_of(table, kind):
        if "__class__" in function.__code__.co_freevars:
            base = KINDS[table].__name__
            return (
                f"{place_of(function)} calls super(), which a rule cannot: "
                f"write act_as_before = {base}.{function.__name__} above the class, and call act_as_before(self, world, day)"
            )
    return ""
