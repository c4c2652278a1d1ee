"""Rows: classes whose annotated fields are attributes of an object and columns of a compiled table.

A field is written once, with its unit and its meaning::

    latent: Annotated[Share, "of its flaws that no defender knows"] = 1.0

The Mesa driver reads it as an attribute of an object, the compiled driver as a field of a record.
"""

import inspect
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, get_args

import numpy as np

# Units, as the documentation prints them. Only float, int and bool exist: smaller types overflow differently when compiled.
Share = Annotated[float, "share"]
Chance = Annotated[float, "chance"]
Months = Annotated[float, "months of frontier progress"]
Days = Annotated[float, "days"]
Time = Annotated[float, "days since day 0, within a day"]
PerDay = Annotated[float, "per day"]
Dollars = Annotated[float, "US$"]
WholeDollars = Annotated[int, "US$"]
Ratio = Annotated[float, "ratio"]
Day = Annotated[int, "day"]
Count = Annotated[int, "count"]
Index = Annotated[int, "index"]
Code = Annotated[int, "code"]
Whole = Annotated[int, "units of 2**-32"]
Flag = Annotated[bool, "yes or no"]

NEVER = 1 << 40  # a day that no run reaches
NOBODY = -1  # an index that points at nothing
NOTHING = -1e9  # the capability, in months, of having no system at all


class Mark(Enum):
    """When a field of agents that act by alarms (`sim.model.agent.Alarm`) may be written."""

    FIXED = "before day 0, and never after"
    PLANNED = "by plans alone"


FIXED, PLANNED = Mark.FIXED, Mark.PLANNED
STORED_AS = {float: "f8", int: "i8", bool: "?"}


@dataclass(frozen=True)
class Field:
    """One annotated field of a row: its type, unit, meaning and starting value, and what else its annotation holds."""

    name: str
    type: type
    unit: str
    meaning: str
    default: float | int | bool
    notes: tuple[Any, ...] = ()

    @property
    def mark(self) -> "Mark | None":
        """Its mark, where it has one."""
        return next((note for note in self.notes if isinstance(note, Mark)), None)


class Row:
    """A thing with annotated fields: an agent, a system, a day's summary, an outcome."""

    def __init__(self, **values: float | int | bool) -> None:
        for field in fields(type(self)):
            setattr(self, field.name, values.get(field.name, field.default))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{f.name}={getattr(self, f.name)!r}' for f in fields(type(self)))})"


_KNOWN: dict[Any, tuple[Field, ...]] = {}


def fields(kind: Any) -> tuple[Field, ...]:
    """The annotated fields of a row class, in order; those of its parents come first.

    >>> class Gate(Row):
    ...     width: Annotated[Days, "from open to shut"] = 2.0
    >>> fields(Gate)[0].unit
    'days'
    """
    if kind not in _KNOWN:
        _KNOWN[kind] = find_fields(kind)
    return _KNOWN[kind]


def find_fields(kind: Any) -> tuple[Field, ...]:
    """Read the annotations of a row class."""
    found: dict[str, Field] = {}
    for owner in reversed(kind.__mro__):
        if owner is Row or not issubclass(owner, Row):
            continue
        for name, annotation in inspect.get_annotations(owner).items():
            if get_args(annotation)[1:]:  # Annotated: a type, its unit, its meaning, and notes that are no text
                base, unit, *rest = get_args(annotation)
                meaning = " ".join(part for part in rest if isinstance(part, str))
                notes = tuple(part for part in rest if not isinstance(part, str))
                found[name] = Field(name, base, unit, meaning, getattr(kind, name, base(0)), notes)
    return tuple(found.values())


def dtype(kind: Any) -> np.dtype[Any]:
    """The record type of a table with one row for each object of this kind.

    >>> class Gate(Row):
    ...     width: Annotated[Days, "from open to shut"] = 2.0
    >>> dtype(Gate).names
    ('width',)
    """
    return np.dtype([(f.name, STORED_AS[f.type]) for f in fields(kind)], align=True)


def first_row(kind: type) -> "np.ndarray[Any, np.dtype[Any]]":
    """A table of one row that holds the starting values of a kind."""
    table = np.zeros(1, dtype(kind))
    for field in fields(kind):
        table[field.name] = field.default
    return table


def table_of(kind: type, rows: "list[Any]") -> "np.ndarray[Any, np.dtype[Any]]":
    """Objects of one kind as an array of records.

    >>> class Gate(Row):
    ...     width: Annotated[Days, "from open to shut"] = 2.0
    >>> table_of(Gate, [Gate(), Gate(width=3.0)])["width"].tolist()
    [2.0, 3.0]
    """
    table = np.zeros(len(rows), dtype(kind))
    for field in fields(kind):
        table[field.name] = [getattr(row, field.name) for row in rows]
    return table
