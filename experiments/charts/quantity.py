"""Quantities as charts show them: a plain name, a unit, and numbers of a readable size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.amount import numeral, scale
from sim.outcomes import OUTCOMES

Array = np.ndarray[Any, np.dtype[Any]]

DOLLARS = r"US\$"  # escaped: two bare dollar signs in one text would begin mathematics


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
    r"""How to show values in this unit of the model: shares as percentages, US$ in thousands, millions and so on.

    >>> quantity("harm", "US$", np.array([2.5e6])).label
    'harm (US\\$ million)'
    """
    finite = np.abs(values[np.isfinite(values)])
    told, size = scale(unit, float(finite.max()) if finite.size else 0.0)
    return Quantity(name, told.replace("US$", DOLLARS), 1.0 / size)


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
