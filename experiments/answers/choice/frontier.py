"""The frontier: which policies no other one clearly beats in harm, benefit forgone and delay at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lockgate.experiments.answers.cases import HARM, Array
from lockgate.experiments.results.verdict import Verdict, pairwise
from lockgate.experiments.text.numbers import days, percent
from lockgate.sim.model.outcomes import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

BENEFIT, DELAY = "benefit_forgone", "release_delay_days"
CENSORED = OUTCOMES[DELAY].censored_by
AXES = (HARM, BENEFIT, DELAY)
Pairs = list[list[Verdict]]


@dataclass(frozen=True, eq=False)
class Frontier:
    """P policies, the first of which is the reference, by A axes: outcomes that are better low.

    `values` maps each axis to (D, P): its mean in each draw. A delay that the end of the run cut off counts as long as the run, which is
    how far draws can be compared; `never` is the share of draws in which each system was not public by then, (P,). `pairs` maps each axis
    to the verdict on each policy (row) against each other one (column), and `dominated_by` has the policies that dominate each.
    """

    names: tuple[str, ...]
    values: Mapping[str, Array]
    never: Array
    horizon_days: int
    pairs: Mapping[str, Pairs]
    dominated_by: tuple[tuple[int, ...], ...]

    @property
    def kept(self) -> tuple[int, ...]:
        """The policies that none dominates."""
        return tuple(place for place, by in enumerate(self.dominated_by) if not by)

    def delay(self, place: int) -> str:
        """The release delay of a policy; one that was cut off is a lower bound, or none."""
        return said_delay(float(np.nanmean(self.values[DELAY][:, place])), float(self.never[place]), self.horizon_days)

    def frame(self) -> "pd.DataFrame":
        """One row a policy: its means, differences from the reference with 95 % intervals, and what dominates it.

        The delay is NaN where the system never was public; `not_public` is the share of draws in which it was not.
        """
        import pandas as pd

        table: dict[str, Any] = {"policy": self.names}
        for axis, values in self.values.items():
            table[axis] = np.nanmean(values, axis=0)
            against = [row[0] for row in self.pairs[axis]]
            table |= {f"{axis}_{end}": [getattr(found, end) for found in against] for end in ("mean", "low", "high")}
            table[f"{axis}_verdict"] = [found.name for found in against]
        if DELAY in table:
            table["not_public"] = self.never
            for column in (DELAY, *(f"{DELAY}_{end}" for end in ("mean", "low", "high"))):
                table[column] = np.where(self.never == 1.0, np.nan, table[column])
        table["dominated_by"] = [", ".join(self.names[by] for by in each) for each in self.dominated_by]
        return pd.DataFrame(table)

    def sentences(self) -> list[str]:
        """Which policies are left, and what dominates the others and by what."""
        names = ", ".join(self.names[place] for place in self.kept)
        struck = len(self.names) - len(self.kept)
        meaning = f"clearly worse than another one in at least one of {self.axes}, and clearly better in none"
        said = [f"{struck} of {len(self.names)} policies are dominated ({meaning}); those that are not: {names}."]
        for place, by in enumerate(self.dominated_by):
            if by:
                said.append(f"{self.names[place]} is dominated by {'; '.join(self.because(place, each) for each in by)}.")
        return said

    @property
    def axes(self) -> str:
        """What policies are compared by, in words."""
        *first, last = (OUTCOMES[axis].short for axis in self.values)
        return f"{', '.join(first)} and {last}"

    def because(self, place: int, by: int) -> str:
        """A policy that dominates another one, and what the verdicts are."""
        found = [(OUTCOMES[axis].short, self.pairs[axis][place][by]) for axis in self.values]
        worse = " and ".join(f"clearly more {name}" for name, verdict in found if is_worse(verdict))
        rest = ", ".join(f"{name} {verdict.name}" for name, verdict in found if not is_worse(verdict))
        return f"{self.names[by]} ({worse}{f'; {rest}' if rest else ''})"

    def content(self) -> dict[str, Any]:
        """Each policy's place as plain content."""
        return {
            "frontier": [self.names[place] for place in self.kept],
            "policies": {
                name: {
                    **{axis: self.pairs[axis][place][0].content() for axis in self.values},
                    "release_delay": self.delay(place) if DELAY in self.values else None,
                    "dominated_by": [self.names[by] for by in self.dominated_by[place]],
                }
                for place, name in enumerate(self.names)
            },
        }


def said_delay(mean: float, never: float, horizon_days: int) -> str:
    """A mean release delay, of which a share of runs ended first.

    >>> said_delay(540.0, 1.0, 540), said_delay(63.0, 0.0, 540)
    ('not public within 540 days', '63 days')
    """
    if never == 1.0:
        return f"not public within {horizon_days} days"
    return f"{days(mean)} or more (not public in {percent(never)} of draws)" if never else days(mean)


def frontier(names: Sequence[str], values: Mapping[str, Array], never: Array, horizon_days: int) -> Frontier:
    """The frontier of P policies by axes, (D, P) each, the first of them the reference."""
    pairs = {axis: pairwise(axis, columns) for axis, columns in values.items()}
    found = tuple(map(tuple, dominators(list(pairs.values()))))
    return Frontier(tuple(names), values, never, horizon_days, pairs, found)


def dominators(pairs: Sequence[Pairs]) -> list[list[int]]:
    """Which policies dominate each: it is clearly worse than they are on one axis, and clearly better on none.

    "Not clearly different" does not carry over from pair to pair, so policies can dominate one another in a circle. Such pairs are left
    out: no policy is struck by one that it, through others, strikes itself.
    """
    from scipy.sparse.csgraph import connected_components

    each = range(len(pairs[0]))
    strikes = np.array([[is_dominated([table[place][by] for table in pairs]) for place in each] for by in each])
    _, circle = connected_components(strikes, connection="strong")
    return [[by for by in each if strikes[by, place] and circle[by] != circle[place]] for place in each]


def is_dominated(found: Sequence[Verdict]) -> bool:
    """Whether the verdicts on one policy against another one are clearly worse on one axis, and clearly better on none."""
    return any(map(is_worse, found)) and not any(map(is_better, found))


def is_worse(found: Verdict) -> bool:
    """Whether a policy is clearly worse."""
    return found.is_clear and found.is_better is False


def is_better(found: Verdict) -> bool:
    """Whether a policy is clearly better."""
    return found.is_clear and found.is_better is True
