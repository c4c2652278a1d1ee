"""Tables of worlds: a row of parameters for each, and the check that the engine can run them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from lockgate.sim.bounds import Bounded, digits, is_within, refusal, shown
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.model.parameters.parameter import Parameter
from lockgate.sim.model.parameters.values import PARAMETERS, PARAMETERS_DTYPE
from lockgate.sim.settings import whole


@dataclass(frozen=True)
class Pair:
    """Two parameters of which not all values go together. `holds` takes numbers, or arrays of them.

    `worst` says which end of a range of each the rule is hardest to keep at. `sentence` says what is wrong with `{one}` and `{other}`.
    """

    names: tuple[str, str]
    holds: Callable[[Any, Any], Any]
    worst: tuple[Literal["low", "high"], Literal["low", "high"]]
    sentence: str


PAIRS = (
    Pair(("rival_gap_min_months", "rival_gap_max_months"), lambda least, most: least <= most, ("high", "low"),
         "{one} must not be above {other}, lower the one or raise the other"),
    Pair(("covered_customer_share", "open_customer_share"), lambda covered, opened: covered + opened < 1.0, ("high", "high"),
         "{one} and {other} together must be below 1 (share of customers), leave some to the rivals"),
    Pair(("spy_share", "insider_share"), lambda spies, insiders: spies + insiders <= 1.0, ("high", "high"),
         "{one} and {other} together must be at most 1 (share of bad actors), lower one of them"),
)  # fmt: skip


Array = np.ndarray[Any, np.dtype[Any]]
MOST_WORLDS = 10_000_000  # of one table, which then takes 8 GB
NUMBERS = "biuf"  # kinds of NumPy's types


class Columns(NamedTuple):
    """The parameters of one type: where they stand in a row that is read as words of that type, and their bounds."""

    words: str
    places: Array
    low: Array
    high: Array
    names: tuple[str, ...]


def columns_of(kind: type, words: str) -> Columns:
    """The parameters of a type. Truth values are read as bytes, for a byte above 1 is none."""
    known = [parameter for parameter in PARAMETERS.values() if parameter.type is kind]
    names = tuple(parameter.name for parameter in known)
    places = np.array([PARAMETERS_DTYPE.fields[name][1] // np.dtype(words).itemsize for name in names])  # type: ignore[index]
    low, high = (np.array([parameter.bounds[end] for parameter in known], words) for end in (0, 1))
    return Columns(words, places, low, high, names)


COLUMNS = (columns_of(float, "f8"), columns_of(int, "i8"), columns_of(bool, "u1"))


def parameter_table(rows: int = 1, **values: Any) -> Array:
    """A table of worlds, one a row, at the central values but for those given (one value, or one a row).

    >>> parameter_table(2, pace=[0.5, 2.0])["pace"].tolist()
    [0.5, 2.0]
    """
    table = np.zeros(whole("rows", rows, 0, MOST_WORLDS, "worlds of one table"), PARAMETERS_DTYPE)
    for name, known in PARAMETERS.items():
        table[name] = known.default
    for name, value in values.items():
        if name not in PARAMETERS:
            raise InputError(f"unknown parameter {name!r}{nearest(name, PARAMETERS)}; `lockgate list` names all")
        table[name] = checked_values(PARAMETERS[name], value, rows)
    refuse_contradictions(table)
    return table


def checked_values(known: Parameter, value: Any, rows: int) -> Array:
    """One value of a parameter, or one for each of so many rows, within its bounds."""
    try:
        given = np.asarray(value)
    except ValueError:  # lists of different lengths
        raise refusal(f"parameter {known.name}", known, value) from None
    if given.shape not in ((), (rows,)):
        raise InputError(f"parameter {known.name} = {shown(value)} must be one value, or a list of {rows}, one for each row")
    wrong = ~are_within(known, given)
    if wrong.any():
        raise refusal(f"parameter {known.name}", known, given[wrong][0] if given.ndim else given[()])
    return given.astype(known.type)


def are_within(known: Bounded, given: Array) -> Array:
    """Whether each value is a number of the right kind within the bounds."""
    if given.dtype.kind not in NUMBERS or (given.dtype.kind == "b" and known.type is not bool):
        return np.array([is_within(known, value) for value in given.ravel().tolist()], bool).reshape(given.shape)
    low, high = known.bounds
    inside = (given >= low) & (given <= high)
    return np.asarray(inside if known.type is float else inside & (given == np.floor(given)))


def checked_worlds(worlds: Any) -> Array:
    """The table as the engine takes it: rows of all parameters, one behind the other, each within its bounds, and no two at odds."""
    if not (isinstance(worlds, np.ndarray) and worlds.ndim == 1 and worlds.dtype == PARAMETERS_DTYPE):
        what = f"an array of shape {worlds.shape}" if isinstance(worlds, np.ndarray) else shown(worlds)
        raise InputError(f"worlds = {what} must be a table with a row of all parameters for each world, as parameter_table makes it")
    # One type of array, so that rules are compiled once.
    table = np.require(worlds, requirements=["C", "W"]).view(np.ndarray).view(PARAMETERS_DTYPE)
    for name in outside(table):
        refuse_value(table, PARAMETERS[name])
    refuse_contradictions(table)
    return table


def outside(table: Array) -> Iterable[str]:
    """The parameters of which some value is out of bounds. Smallest and largest values tell, at a tenth of the cost of column by column."""
    for columns in COLUMNS if len(table) else ():
        words = table.view(columns.words).reshape(len(table), -1)
        least, most = words.min(axis=0)[columns.places], words.max(axis=0)[columns.places]
        for place in np.flatnonzero(~((columns.low <= least) & (most <= columns.high))):
            yield columns.names[place]


def refuse_value(table: Array, known: Parameter) -> None:
    """Raise `InputError` for the first value of a parameter that is out of bounds."""
    values = table[known.name].view("u1") if known.type is bool else table[known.name]
    low, high = known.bounds
    row = int(np.flatnonzero(~((values >= low) & (values <= high)))[0])
    raise refusal(f"worlds[{row}]: parameter {known.name}", known, values[row])


def refuse_contradictions(table: Array) -> None:
    """Raise `InputError` for the first world in which two parameters do not go together."""
    for pair in PAIRS:
        holds = pair.holds(*(table[name] for name in pair.names))
        if not holds.all():
            row = int(np.flatnonzero(~holds)[0])
            one, other = (f"{name} = {digits(table[name][row])}" for name in pair.names)
            raise InputError(f"worlds[{row}]: {pair.sentence.format(one=one, other=other)}")
