"""A pattern: an observed fact beside what the model gives for it, and whether the two agree by a stated rule."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import betaincinv

from lockgate.experiments.results.intervals import LEVEL, mean_interval

Array = np.ndarray[Any, np.dtype[Any]]

MEETS, MISSES, NO_FIGURE = "meets", "misses", "no figure"
CALIBRATION, HELD_OUT = "calibration", "held out"
WIDE = 10.0  # ends that differ by more than this factor
RULE = (
    "A fact is met where its observed range and the simulated 95 % interval overlap; otherwise the miss is stated between their nearest "
    "ends, as a factor, for shares in percentage points."
)


@dataclass(frozen=True)
class Fact:
    """What was observed: a value or a range, from where, and which parameters or levers were set by it.

    `grade` is that of the parameters' table. Without `low` and `high` no figure is known, and nothing is compared.
    """

    name: str
    meaning: str
    unit: str
    observed: float | None
    low: float | None
    high: float | None
    grade: str
    source: str
    parameters: tuple[str, ...] = ()
    note: str = ""

    @property
    def use(self) -> str:
        """Whether it helped to set the model, even partly, or was held out."""
        return CALIBRATION if self.parameters else HELD_OUT


@dataclass(frozen=True)
class Estimate:
    """What the model gives: a value, and a 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Pattern:
    """A fact and its simulation."""

    fact: Fact
    simulated: Estimate

    @property
    def verdict(self) -> str:
        """`meets` or `misses` by the rule; `no figure` where none was observed.

        >>> fact = Fact("share", "", "share", None, 0.1, 0.2, "B", "")
        >>> Pattern(fact, Estimate(0.3, 0.2, 0.4)).verdict, Pattern(fact, Estimate(0.3, 0.25, 0.4)).verdict
        ('meets', 'misses')
        """
        low, high = self.fact.low, self.fact.high
        if low is None or high is None:
            return NO_FIGURE
        return MEETS if self.simulated.low <= high and low <= self.simulated.high else MISSES

    @property
    def weak(self) -> bool:
        """Whether it was met by a range so wide, observed or simulated, that this says little."""
        low, high = self.fact.low, self.fact.high
        if self.verdict != MEETS or low is None or high is None:
            return False
        return high > WIDE * low or self.simulated.high > WIDE * self.simulated.low

    @property
    def miss(self) -> str:
        """How far off, between the nearest ends; empty where the fact is met.

        >>> Pattern(Fact("days", "", "days", 43, 32, 43, "B", ""), Estimate(12, 8, 16)).miss
        'too low by a factor of 2'
        """
        low, high = self.fact.low, self.fact.high
        if self.verdict != MISSES or low is None or high is None:
            return ""
        below = self.simulated.high < low
        near, far = (self.simulated.high, low) if below else (high, self.simulated.low)
        way = "too low" if below else "too high"
        if self.fact.unit == "share":
            return f"{way} by {100 * (far - near):.0f} points"
        factor = far / near if near > 0 else float("inf")
        return f"{way} by a factor of {factor:,.0f}" if factor >= 10 else f"{way} by a factor of {factor:.2g}"

    def content(self) -> dict[str, Any]:
        """All of it, as JSON has it."""
        fact, simulated = self.fact, self.simulated
        return {
            "name": fact.name,
            "meaning": fact.meaning,
            "observed": fact.observed,
            "observed_low": fact.low,
            "observed_high": fact.high,
            "simulated": simulated.value,
            "low": simulated.low,
            "high": simulated.high,
            "unit": fact.unit,
            "use": fact.use,
            "parameters": list(fact.parameters),
            "grade": fact.grade,
            "source": fact.source,
            "verdict": self.verdict,
            "miss": self.miss,
            "note": fact.note,
        }


def spread(values: Array) -> Estimate:
    """Median and the middle 95 % of draws. A draw that has no value (NaN) is left out.

    >>> [round(end, 6) for end in (spread(np.arange(801.0)).low, spread(np.arange(801.0)).high)]
    [20.0, 780.0]
    """
    tail = (1.0 - LEVEL) / 2.0
    median, low, high = (float(np.nanquantile(values, q)) for q in (0.5, tail, 1.0 - tail))
    return Estimate(median, low, high)


def proportion(happened: int, trials: int) -> Estimate:
    """Share of trials and its exact 95 % interval. Source: Clopper and Pearson (1934).

    >>> [round(x, 4) for x in (proportion(1, 1).low, proportion(2, 2).low, proportion(0, 10).high)]
    [0.025, 0.1581, 0.3085]
    """
    tail = (1.0 - LEVEL) / 2.0
    low = float(betaincinv(happened, trials - happened + 1, tail)) if happened else 0.0
    high = float(betaincinv(happened + 1, trials - happened, 1.0 - tail)) if happened < trials else 1.0
    return Estimate(happened / trials, low, high)


def quantile(values: Array, share: float) -> Estimate:
    """A quantile of independent values and its 95 % interval by their order (normal approximation of the binomial ranks).

    >>> quantile(np.arange(10_001.0), 0.5)
    Estimate(value=5000.0, low=4902.0, high=5099.0)
    """
    ordered, count = np.sort(values), len(values)
    half = 1.959964 * float(np.sqrt(count * share * (1.0 - share)))
    low, high = (ordered[int(np.clip(round(count * share + side * half), 0, count - 1))] for side in (-1, 1))
    return Estimate(float(np.quantile(values, share)), float(low), float(high))


def mean(values: Array) -> Estimate:
    """Mean of independent values and its 95 % interval by Student's t."""
    return Estimate(*mean_interval(values))










