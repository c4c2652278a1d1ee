"""Bounds: which numbers a lever, a parameter or a setting of a run may be, and the sentence for a value that it may not."""

import reprlib
from typing import Any, Protocol

import numpy as np

from lockgate.sim.errors import InputError

KINDS = {int: "a whole number, ", float: "a number, ", bool: "true or false"}


def digits(value: float) -> str:
    """A number as a user's file has it, in ten digits at most.

    >>> digits(0.1 + 0.2), digits(5e6)
    ('0.3', '5000000')
    """
    return f"{value:.10g}"


def span(low: float, high: float) -> str:
    """From low to high, or the one number that they are.

    >>> span(1, 2.5), span(3, 3)
    ('1 to 2.5', '3')
    """
    return f"{digits(low)} to {digits(high)}" if low < high else digits(low)


class Bounded(Protocol):
    """What may be set to a number: a lever, a parameter, or a setting of a run."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def type(self) -> type: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def bounds(self) -> tuple[float, float]: ...  # noqa: D102
    @property
    def meaning(self) -> str: ...  # noqa: D102


def is_number(value: object, kind: type) -> bool:
    """Whether a value is a number of this kind (float, int or bool): a whole one for int, and a truth value for bool alone.

    >>> is_number(3.0, int), is_number(2.5, int), is_number(True, int), is_number(1, bool), is_number("3", float)
    (True, False, False, True, False)
    """
    if isinstance(value, bool | np.bool_):
        return kind is bool
    if isinstance(value, int | np.integer):
        return True
    return isinstance(value, float | np.floating) and (kind is float or float(value).is_integer())


def is_within(known: Bounded, value: Any) -> bool:
    """Whether a value is a number of the right kind within the bounds; NaN never is."""
    low, high = known.bounds
    return is_number(value, known.type) and bool(low <= value <= high)


def refusal(place: str, known: Bounded, value: object) -> InputError:
    """What may stand at this place instead of a value that is out of bounds, or no number of the right kind."""
    kind = "" if is_number(value, known.type) and known.type is not bool else KINDS[known.type]
    allowed = "" if known.type is bool else span(*known.bounds)
    return InputError(f"{place} = {shown(value)} must be {kind}{allowed} ({known.unit}: {known.meaning.rstrip('.')})")


def shown(value: object) -> str:
    """A value on one line, shortened.

    >>> shown(np.float64(2.5)), shown("long " * 20)
    ('2.5', "'long long lo...ng long long '")
    """
    plain = value.item() if isinstance(value, np.generic) and value.dtype.names is None else value
    try:
        return " ".join(reprlib.repr(plain).split())
    except ValueError:  # Python refuses to write it
        return "a number of thousands of digits"
