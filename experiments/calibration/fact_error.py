"""How far a simulated value may be from a fact: the error of what was observed, and the model's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lockgate.experiments.evidence.facts import Fact

Array = np.ndarray[Any, np.dtype[Any]]
CENTRAL_95 = 2 * 1.959963984540054  # standard deviations between the ends of the middle 95 % of a normal law
# What the model leaves out, as a standard deviation: relative, of shares absolute and half as much. By judgement: the weaker the evidence,
# the less what was counted is what is simulated.
DISCREPANCY = {"A": 0.1, "B": 0.15, "C": 0.2, "D": 0.3, "E": 0.5, "S": 0.1}
IMPLAUSIBLE = (
    3.0  # standard deviations: at least 95 % of any law with one peak is nearer. Source: Pukelsheim (1994), "The three sigma rule"
)
LEAST = 0.05  # of a fact: what is nearer to 0 counts as so much on a logarithmic scale


@dataclass(frozen=True)
class FactError:
    """A fact as a normal law: its centre and two standard deviations, on a logarithmic scale but for shares and what can be 0.

    The observed range is the middle 95 % of `observed_sd`; `model_sd` is the model's discrepancy.
    """

    name: str
    logarithmic: bool
    centre: float
    observed_sd: float
    model_sd: float

    @property
    def sd(self) -> float:
        """Both together."""
        return float(np.hypot(self.observed_sd, self.model_sd))

    def scaled(self, values: Array) -> Array:
        """Values on the scale of the fact."""
        return np.log(np.maximum(values, LEAST * np.exp(self.centre))) if self.logarithmic else np.asarray(values, float)

    def unscaled(self, value: float) -> float:
        """A value on the scale of the fact in the fact's own unit."""
        return float(np.exp(value)) if self.logarithmic else float(value)

    def implausibility(self, values: Array) -> Array:
        """How many standard deviations values are from the fact; NaN for what has no value."""
        return np.asarray((self.scaled(values) - self.centre) / self.sd)


def has_figure(fact: Fact) -> bool:
    """Whether a figure was observed."""
    return fact.low is not None and fact.high is not None


def fact_error(fact: Fact, discrepancy: float = 1.0) -> FactError:
    """The error of a fact with a figure; `discrepancy` multiplies the model's own.

    >>> fact_error(Fact("lag", "", "months", 4.0, 4.0, 4.0, "B", "")).sd
    0.15
    """
    if fact.low is None or fact.high is None:
        raise ValueError(f"{fact.name} has no figure")
    share = fact.unit == "share"
    logarithmic = not share and fact.low > 0.0
    low, high = (np.log((fact.low, fact.high)) if logarithmic else (fact.low, fact.high)).__iter__()
    model = discrepancy * DISCREPANCY[fact.grade]
    if share:
        model /= 2.0
    elif not logarithmic:
        model *= max(abs(fact.low), abs(fact.high))
    return FactError(fact.name, logarithmic, float(low + high) / 2.0, float(high - low) / CENTRAL_95, model)


def implausibilities(errors: Sequence[FactError], values: Array) -> Array:
    """Of values (N, F), a column for each fact, likewise."""
    return np.column_stack([error.implausibility(values[:, place]) for place, error in enumerate(errors)])
