"""Patterns: observed facts beside what the model gives for them, whether the two agree by a stated rule, and how many do."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lockgate.experiments.evidence.facts import FACTS, HELD_OUT, Fact
from lockgate.experiments.evidence.sampled_runs import Estimate, SampledRuns
from lockgate.experiments.evidence.simulated import SIMULATED
from lockgate.sim.errors import InputError, nearest

MEETS, MISSES, NO_FIGURE = "meets", "misses", "no figure"
WIDE = 10.0  # ends that differ by more than this factor
RULE = (
    "A fact is met where its observed range and the simulated 95 % interval overlap; otherwise the miss is stated between their nearest "
    "ends, as a factor, for shares in percentage points."
)


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


# All patterns: facts with their simulations, and how many were met.


def checked(names: Sequence[str]) -> list[str]:
    """These names, or all, in the order of the facts. An InputError names the nearest known name."""
    for name in names:
        if name not in FACTS:
            raise InputError(f"unknown pattern {name!r}; known are {', '.join(FACTS)}{nearest(name, FACTS)}")
    return [name for name in FACTS if not names or name in names]


def patterns(
    names: Sequence[str] = (), sampled: SampledRuns | None = None, progress: Callable[[int], None] = lambda more: None
) -> list[Pattern]:
    """The patterns of these names, or all, in the order of the facts."""
    sampled = sampled or SampledRuns()
    found = []
    for name in checked(names):
        found.append(Pattern(FACTS[name], SIMULATED[name](sampled)))
        progress(1)
    return found


def summary(found: Iterable[Pattern]) -> dict[str, Any]:
    """How many facts were compared, held out, and missed; `weak` were met by a range so wide that it says little."""
    compared = [pattern for pattern in found if pattern.verdict != NO_FIGURE]
    held_out = [pattern for pattern in compared if pattern.fact.use == HELD_OUT]

    def names(of: list[Pattern], verdict: str) -> list[str]:
        return [pattern.fact.name for pattern in of if pattern.verdict == verdict]

    return {
        "compared": len(compared),
        "held_out": len(held_out),
        "missed": len(names(compared, MISSES)),
        "held_out_missed": len(names(held_out, MISSES)),
        "weak": [pattern.fact.name for pattern in compared if pattern.weak],
        "verdicts": {pattern.fact.name: pattern.verdict for pattern in found},
    }


def sentence(counts: Any) -> str:
    """The summary in words, of figures computed now or read from the record."""
    return (
        f"compared with {counts['compared']} patterns, {counts['held_out']} of them held out; "
        f"{counts['missed']} missed, {counts['held_out_missed']} of them held out; no prediction has been tested"
    )
