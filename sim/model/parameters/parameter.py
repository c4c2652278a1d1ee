"""What a parameter is: a default, a prior, bounds, a unit, an evidence grade and a source."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Protocol

from lockgate.sim.bounds import is_number, shown, span
from lockgate.sim.errors import InputError
from lockgate.sim.model.vocabulary import Described

GRADES = {
    "A": "primary measurement",
    "B": "secondary report of a measurement",
    "C": "derived from A or B",
    "D": "expert judgement, or remembered",
    "E": "no evidence: swept",
    "S": "structure of the simulation, not a quantity of the world",
}


class Prior(Protocol):
    """The distribution that a study samples a parameter from."""

    def quantile(self, u: float) -> float:
        """The value below which a share u of the distribution lies."""


@dataclass(frozen=True)
class Uniform:
    """Every value between low and high is as likely.

    >>> Uniform(0, 4).quantile(0.25)
    1.0
    """

    low: float
    high: float

    def quantile(self, u: float) -> float:
        return self.low + u * (self.high - self.low)

    def __str__(self) -> str:
        return f"uniform {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Triangular:
    """Most likely at the mode, never outside low and high.

    >>> Triangular(0, 1, 2).quantile(0.5)
    1.0
    """

    low: float
    mode: float
    high: float

    def quantile(self, u: float) -> float:
        width, left = self.high - self.low, self.mode - self.low
        if width == 0:
            return self.low
        if u * width < left:
            return self.low + math.sqrt(u * width * left)
        return self.high - math.sqrt((1.0 - u) * width * (self.high - self.mode))

    def __str__(self) -> str:
        return f"triangular {self.low:g} to {self.high:g}, mode {self.mode:g}"


@dataclass(frozen=True)
class LogNormal:
    """Lognormal on each side of its median, with 5 % below low and 5 % above high; what lies beyond the bounds is cut to them.

    >>> round(LogNormal(2.0, 1.0, 7.0).quantile(0.95), 6), round(LogNormal(2.0, 1.0, 7.0).quantile(0.05), 6)
    (7.0, 1.0)
    """

    median: float
    low: float
    high: float

    def quantile(self, u: float) -> float:
        z = NormalDist().inv_cdf(min(max(u, 1e-12), 1.0 - 1e-12)) / NormalDist().inv_cdf(0.95)
        return float(self.median * ((self.high / self.median) ** z if z > 0 else (self.median / self.low) ** z))

    def __str__(self) -> str:
        return f"lognormal, median {self.median:g}, 90 % in {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Quantiles:
    """Given by its quantiles at equal steps of probability, the smallest value first and the largest last; straight in between.

    >>> Quantiles((0.0, 1.0, 4.0)).quantile(0.75)
    2.5
    """

    values: tuple[float, ...]

    def quantile(self, u: float) -> float:
        place = u * (len(self.values) - 1)
        step = min(int(place), len(self.values) - 2)
        low, high = self.values[step : step + 2]
        return low + (place - step) * (high - low)

    def __str__(self) -> str:
        low, median, high = (self.quantile(u) for u in (0.05, 0.5, 0.95))
        return f"by quantiles, median {median:g}, 90 % in {low:g} to {high:g}"


@dataclass(frozen=True)
class Choice:
    """One of several values, in ascending order, each as likely as its weight is of all weights.

    >>> [Choice((0.0, 1.0), (1.0, 3.0)).quantile(u) for u in (0.2, 0.3)]
    [0.0, 1.0]
    """

    values: tuple[float, ...]
    weights: tuple[float, ...]

    def quantile(self, u: float) -> float:
        rest = u * math.fsum(self.weights)
        for value, weight in zip(self.values, self.weights, strict=True):
            rest -= weight
            if rest < 0.0:
                return value
        return self.values[-1]

    @property
    def shares(self) -> tuple[float, ...]:
        """The chance of each value."""
        return tuple(weight / math.fsum(self.weights) for weight in self.weights)

    def __str__(self) -> str:
        return ", ".join(f"{value:g} {100 * share:.3g} %" for value, share in zip(self.values, self.shares, strict=True))


@dataclass(frozen=True)
class Parameter:
    """One quantity of the world. `prior=None` means that studies do not sample it."""

    name: str
    default: float | int | bool
    unit: str
    bounds: tuple[float, float]
    grade: str
    meaning: str
    source: str
    prior: Prior | None = None
    choices: type[Described] | None = None

    def __post_init__(self) -> None:
        low, high = self.bounds
        if not (is_number(self.default, self.type) and low <= self.default <= high):
            raise InputError(f"{self.name}: default {shown(self.default)} must be {span(low, high)} ({self.unit})")
        if self.grade not in GRADES:
            raise InputError(f"{self.name}: grade {self.grade!r} must be one of {', '.join(GRADES)}")

    @property
    def type(self) -> type:
        """float, int or bool."""
        return int if self.choices else type(self.default)

    def sample(self, u: float) -> float | int | bool:
        """The value at quantile u of the prior, within the bounds; the default where there is no prior."""
        if self.prior is None:
            return self.default
        low, high = self.bounds
        return self.cast(min(max(self.prior.quantile(u), low), high))

    @property
    def labels(self) -> dict[str, int | bool]:
        """The words for its values where they are few: choices, or true and false; nothing for a number."""
        if self.choices:
            return {choice.label: choice for choice in self.choices}
        return {"false": False, "true": True} if self.type is bool else {}

    @property
    def prior_text(self) -> str:
        """Its prior in words, or nothing."""
        if not isinstance(self.prior, Choice) or not self.labels:
            return str(self.prior or "")
        words = {value: label for label, value in self.labels.items()}
        return ", ".join(f"{words[int(value)]} {100 * share:.3g} %" for value, share in zip(self.prior.values, self.prior.shares, strict=True))

    def cast(self, value: float) -> float | int | bool:
        """A number in the parameter's own type; whole numbers are rounded."""
        return round(value) if self.type is int else self.type(value)


def switch(name: str, meaning: str) -> Parameter:
    """A mechanism that can be switched off."""
    return Parameter(name, True, "yes or no", (0, 1), "S", meaning, "switch")
