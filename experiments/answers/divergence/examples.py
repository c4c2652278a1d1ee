"""Examples: one draw to look at, chosen by a rule and not by eye, with how typical it is.

A run told as a story is one of many. The typical draw is the one whose difference in harm is nearest the median; the backfiring draw is the
one nearest the median of those in which the policy does more harm than the reference.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from lockgate.experiments.answers.cases import HARM, Array, outcome_of
from lockgate.experiments.results.results import Results
from lockgate.experiments.text.numbers import count, money, percent
from lockgate.sim.errors import InputError, nearest

Kind = Literal["typical", "backfiring"]
ASKED, COMPLIED = "asked", "complied"


@dataclass(frozen=True)
class Requests:
    """What labs did when the government asked them to limit systems: in this draw, and over all cases.

    `asked` and `complied` count systems in this draw. `asked_cases` of the `cases` have any request, and in `refused_cases` of those no lab
    complied with any; `complied_share` is that of all requests, of all cases together (NaN where there are none).
    """

    asked: int
    complied: int
    cases: int
    asked_cases: int
    refused_cases: int
    complied_share: float


@dataclass(frozen=True)
class Example:
    """One draw, in a world and at a point, and where it stands among all `cases` whose runs went well.

    They are ranked by the difference in model-enabled harm (US$) from `reference`; by the harm itself where `reference` is None, as there
    is nothing to compare with. `rank` is 1 for the least. `smaller` is the share of cases with a smaller value; `less`, `same` and `more`
    are shares of cases by the sign of the difference (NaN without a reference). `place` is that of the draw among those selected.
    """

    kind: Kind
    policy: str
    reference: str | None
    draw: int
    place: int
    world: str
    point: int
    harm: float
    reference_harm: float
    rank: int
    cases: int
    draws: int
    smaller: float
    less: float
    same: float
    more: float
    several: bool
    requests: Requests | None

    @property
    def difference(self) -> float:
        """Harm under the policy less that under the reference (US$)."""
        return self.harm - self.reference_harm

    @property
    def where(self) -> str:
        """The draw by its number; with its world and point where a study has several."""
        return f"draw {self.draw}" + (f" of world {self.world} at point {self.point}" if self.several else "")

    @property
    def note(self) -> str:
        """How typical it is, for a caption."""
        what = "worlds" if not self.several else "cases"
        if self.reference is None:
            return f"{self.where} of {self.draws}, nearest the median harm: {percent(self.smaller)} of {what} have less"
        if self.kind == "typical":
            return f"{self.where} of {self.draws}, nearest the median difference: {percent(self.smaller)} of {what} have a smaller one"
        return (
            f"{self.where} of {self.draws}, in which {self.policy} does more harm than {self.reference}: "
            f"this happens in {percent(self.more)} of {what}"
        )

    def sentences(self) -> list[str]:
        """Which draw it is, its difference, how many are on its side, and what labs did when asked."""
        return [f"{self.note[:1].upper()}{self.note[1:]}.", self.said_difference, *self.said_side, *self.said_requests]

    @property
    def said_difference(self) -> str:
        """Its harm, and by how much that differs."""
        rank = f"Its rank is {self.rank:,} of {self.cases:,}, from the least."
        if self.reference is None:
            return f"Model-enabled harm is {money(self.harm)} in it. {rank}"
        if not self.difference:
            return f"Model-enabled harm is the same in it under both policies: {money(self.harm)}. {rank}"
        side = "less" if self.difference < 0.0 else "more"
        size = money(abs(self.difference))
        by = f"{by_share(abs(self.difference) / self.reference_harm)} {side} ({size})" if self.reference_harm > 0.0 else f"{size} {side}"
        return f"In it {self.policy} has {by} harm than {self.reference}. {rank}"

    @property
    def said_side(self) -> list[str]:
        """In how many worlds the difference is on each side."""
        if self.reference is None:
            return []
        return [f"Harm is less in {percent(self.less)} of worlds, the same in {percent(self.same)}, and more in {percent(self.more)}."]

    @property
    def said_requests(self) -> list[str]:
        """What labs did when asked; nothing where the study does not tell, or nobody was asked."""
        told = self.requests
        if told is None or not told.asked_cases:
            return []
        here = f"labs complied with {told.complied} of {count(told.asked, 'request')}" if told.asked else "no lab was asked"
        refused = percent(told.refused_cases / told.asked_cases)
        return [
            f"In it {here}; labs were asked in {percent(told.asked_cases / told.cases)} of worlds, where they complied with "
            f"{percent(told.complied_share)} of requests, and with none in {refused} of these worlds."
        ]

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        return {**asdict(self), "difference": self.difference}


def by_share(share: float) -> str:
    """A share of a whole, with as many decimals as tell it from none.

    >>> by_share(0.19), by_share(0.004), by_share(0.0001)
    ('19 %', '0.4 %', 'under 0.1 %')
    """
    return "under 0.1 %" if share < 0.001 else percent(share, 0 if share >= 0.095 else 1)


def nearest_median(values: Array) -> int:
    """The place of the value, (M,), that is nearest their median; of equally near ones the first. NaN is left out.

    >>> nearest_median(np.array([9.0, np.nan, 1.0, 4.0]))
    3
    """
    return int(np.nanargmin(np.abs(values - np.nanmedian(values))))


def typical(results: Results, policy: str | None = None) -> Example:
    """The case whose difference in harm from the reference is nearest the median of all cases, under a policy (default: the second).

    Under the reference itself, or where there is one policy, it is the case whose harm is nearest the median. Raises `InputError` where
    there is no such policy, harm is not kept, or no run went well.
    """
    chosen = Ranked.of(results, policy)
    return chosen.example("typical", nearest_median(chosen.values))


def backfired(results: Results, policy: str | None = None) -> Example | None:
    """Of the cases in which the policy does more harm than the reference, the one whose difference is nearest their median.

    None where there are no such cases, or there is nothing to compare with.
    """
    chosen = Ranked.of(results, policy)
    worse = chosen.values > 0.0
    if not chosen.place or not worse.any():
        return None
    return chosen.example("backfiring", nearest_median(np.where(worse, chosen.values, np.nan)))


@dataclass(frozen=True, eq=False)
class Ranked:
    """Cases by their harm, (M,) each, under the policy at this place among those selected: the first, at 0, is the reference."""

    results: Results
    place: int
    harm: Array
    reference_harm: Array

    @classmethod
    def of(cls, results: Results, policy: str | None) -> "Ranked":
        """The cases of some results under a policy."""
        names = results.names
        name = names[min(1, len(names) - 1)] if policy is None else policy
        if name not in names:
            raise InputError(f"policy = {name!r} must be one of those compared: {', '.join(names)}{nearest(str(name), names)}")
        harm = outcome_of(results, HARM)
        ranked = cls(results, names.index(name), harm[:, names.index(name)], harm[:, 0])
        if not np.isfinite(ranked.values).any():
            raise InputError(f"{name}: no draw has harm under it and under {names[0]}; see results.failed for what went wrong")
        return ranked

    @property
    def values(self) -> Array:
        """What cases are ranked by: differences from the reference, or levels where there is none."""
        return self.harm - self.reference_harm if self.place else self.harm

    def example(self, kind: Kind, case: int) -> Example:
        """The case of this number."""
        values, labels, selection = self.values, self.results.labels, self.results.selection
        draws, worlds, points, _ = selection.shape
        draw, world, point = np.unravel_index(case, (draws, worlds, points))
        good = values[np.isfinite(values)]
        smaller = int(np.sum(good < values[case]))
        shares = (float(np.mean(good < 0.0)), float(np.mean(good == 0.0)), float(np.mean(good > 0.0)))
        return Example(
            kind=kind,
            policy=labels[self.place],
            reference=labels[0] if self.place else None,
            draw=int(selection.draws[draw]),
            place=int(draw),
            world=self.results.worlds[world].name,
            point=int(selection.points[point]),
            harm=float(self.harm[case]),
            reference_harm=float(self.reference_harm[case]),
            rank=smaller + 1,
            cases=len(good),
            draws=draws,
            smaller=smaller / len(good),
            **dict(zip(("less", "same", "more"), shares if self.place else (float("nan"),) * 3, strict=True)),
            several=worlds * points > 1,
            requests=self.requests(case),
        )

    def requests(self, case: int) -> Requests | None:
        """What labs did when asked, in this case and in all; None where the study does not keep it."""
        if not {ASKED, COMPLIED} <= set(self.results.study.outcomes):
            return None
        asked, complied = (outcome_of(self.results, name)[:, self.place] for name in (ASKED, COMPLIED))
        good = np.isfinite(self.values)
        some = good & (asked > 0)
        share = float(complied[some].sum() / asked[some].sum()) if some.any() else float("nan")
        counts = int(good.sum()), int(some.sum()), int(np.sum(some & (complied == 0)))
        return Requests(int(asked[case]), int(complied[case]), *counts, share)
