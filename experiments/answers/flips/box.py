"""A box: limits on a few inputs, and how well they tell where a policy does harm."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lockgate.experiments.answers.flips.inputs import Input
from lockgate.experiments.text.numbers import percent

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Condition:
    """A limit on one input: from `low` to `high`, both within it; or, for labels, one of `values`.

    `quasi_p` is the chance that as many cases of interest would be in the box had this limit nothing to do with them (Bryant and Lempert
    2010); None where it was not worked out.
    """

    name: str
    low: float = -math.inf
    high: float = math.inf
    values: tuple[float, ...] = ()
    quasi_p: float | None = None

    def holds(self, values: Array) -> Array:
        """Whether each value is within."""
        return np.isin(values, self.values) if self.values else np.asarray((values >= self.low) & (values <= self.high))

    def share(self, known: Input) -> float | None:
        """The share of the input's prior that is within; None without a prior."""
        return known.of(self.values) if self.values else known.between(self.low, self.high)

    def short(self, known: Input) -> str:
        """The condition as a formula.

        >>> Condition("leak_hazard", low=0.000327).short(Input("leak_hazard"))
        'leak_hazard > 0.00033'
        """
        if self.values:
            return f"{self.name} is {' or '.join(map(known.rounded, self.values))}"
        if math.isinf(self.high):
            return f"{self.name} > {known.rounded(self.low)}"
        if math.isinf(self.low):
            return f"{self.name} < {known.rounded(self.high)}"
        return f"{known.rounded(self.low)} < {self.name} < {known.rounded(self.high)}"

    def said(self, known: Input) -> str:
        """The condition in words, with its evidence and the share of today's prior."""
        limits = f"{' or '.join(map(known.rounded, self.values))}" if self.values else self.limits(known)
        share = self.share(known)
        notes = [self.short(known), *([f"evidence {known.grade}"] if known.grade else [])]
        notes += [f"{percent(share)} of today's prior"] if share is not None else []
        return f"{known.words} {limits} ({'; '.join(notes)})"

    def limits(self, known: Input) -> str:
        """The limits with units."""
        if math.isinf(self.high):
            return f"above {known.said(self.low)}"
        return (
            f"below {known.said(self.high)}" if math.isinf(self.low) else f"between {known.rounded(self.low)} and {known.said(self.high)}"
        )

    def content(self, known: Input) -> dict[str, Any]:
        """The same as plain content; an end that is open is None."""
        ends = {name: end if math.isfinite(end) else None for name, end in (("low", self.low), ("high", self.high))}
        told = {"input": self.name, **ends, "values": list(self.values), "quasi_p": self.quasi_p}
        return {**told, "unit": known.unit, "evidence": known.grade, "prior_share": self.share(known)}


def holds(conditions: Sequence[Condition], inputs: Mapping[str, Array], size: int) -> Array:
    """Whether each of some cases is within all limits, (size,)."""
    inside = np.ones(size, bool)
    for condition in conditions:
        inside &= condition.holds(inputs[condition.name])
    return inside


@dataclass(frozen=True)
class Fit:
    """How well boxes hold the cases of interest.

    Of all `cases`, `support` are inside. `coverage` is the share of those of interest that are, `density` the share of interest of those
    inside.
    """

    coverage: float
    density: float
    support: int
    cases: int

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        return {"coverage": self.coverage, "density": self.density, "support": self.support, "cases": self.cases}


def fit(inside: Array, interest: Array) -> Fit:
    """The fit of what is inside to what is of interest, (N,) each.

    >>> fit(np.array([True, True, False, False]), np.array([True, False, True, False]))
    Fit(coverage=0.5, density=0.5, support=2, cases=4)
    """
    both, support, wanted = int(np.sum(inside & interest)), int(np.sum(inside)), int(np.sum(interest))
    return Fit(both / wanted if wanted else 0.0, both / support if support else 0.0, support, len(inside))
