"""Quantities as readers are told them: a plain name, a unit, and numbers of a readable size."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from sim.outcomes import OUTCOMES

Array = np.ndarray[Any, np.dtype[Any]]

DOLLARS = r"US\$"  # escaped: two bare dollar signs in one text would begin mathematics
UNITS = {"share": ("%", 100.0), "months of frontier progress": ("months", 1.0), "count": ("", 1.0)}
SIZES = ((1e9, "billion"), (1e6, "million"), (1e3, "thousand"))


@dataclass(frozen=True)
class Quantity:
    """A name, the unit in which it is shown, and how many of these units one unit of the model is."""

    name: str
    unit: str
    factor: float

    @property
    def label(self) -> str:
        """Name and unit, for an axis."""
        return f"{self.name} ({self.unit})" if self.unit else self.name

    def said(self, value: float, *, signed: bool = False) -> str:
        """A value of the model as text, with its unit."""
        number = numeral(value * self.factor, signed=signed)
        if self.unit.startswith(DOLLARS):
            size = self.unit.removeprefix(DOLLARS)
            return f"{number[0]}{DOLLARS} {number[1:]}{size}" if number[0] in "+−" else f"{DOLLARS} {number}{size}"
        return f"{number} {self.unit}".rstrip()


def outcome_quantity(outcome: str, values: Array) -> Quantity:
    """How to show these values of an outcome."""
    known = OUTCOMES[outcome]
    return quantity(known.long, known.unit, values)


def quantity(name: str, unit: str, values: Array) -> Quantity:
    r"""How to show values in this unit of the model: shares as percentages, US$ in thousands, millions or billions.

    >>> quantity("harm", "US$", np.array([2.5e6])).label
    'harm (US\\$ million)'
    """
    if unit != "US$":
        return Quantity(name, *UNITS.get(unit, (unit, 1.0)))
    finite = np.abs(values[np.isfinite(values)])
    largest = float(finite.max()) if finite.size else 0.0
    for size, word in SIZES:
        if largest >= size:
            return Quantity(name, f"{DOLLARS} {word}", 1.0 / size)
    return Quantity(name, DOLLARS, 1.0)


def numeral(value: float, *, signed: bool = False) -> str:
    """A number in three digits, with a true minus.

    >>> numeral(-1234.5), numeral(0.12345, signed=True), numeral(0.0, signed=True)
    ('−1,234', '+0.123', '0')
    """
    if not isfinite(value):
        return "–"
    text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}" if abs(value) >= 1e-3 else "0"
    return ("+" if signed and value > 0 and text != "0" else "") + text.replace("-", "−")


def ticked(value: float, place: object = None) -> str:
    """A tick's label."""
    return f"{value:,.10g}".replace("-", "−")


def decades(values: Sequence[float] | Array) -> float:
    """The distance from 0 from which a symmetric logarithmic axis is logarithmic: below it lie few of the values.

    >>> decades([0.0, 3.0, 40.0, 500.0])
    1.0
    """
    sizes = np.abs(np.asarray(values, float))
    sizes = sizes[np.isfinite(sizes) & (sizes > 0.0)]
    if not sizes.size:
        return 1.0
    return float(10.0 ** np.floor(np.log10(max(np.quantile(sizes, 0.02), sizes.max() * 1e-5))))
