"""Worst worlds: how bad harm gets, how a policy changes that, what the worst draws have in common, and a card for each of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from lockgate.experiments.answers.cases import HARM, Array, cases_of, outcome_of
from lockgate.experiments.answers.divergence.examples import Ranked, by_share
from lockgate.experiments.answers.worst.enrichment import Trait, factor_shares, traits
from lockgate.experiments.answers.worst.tails import TAIL, exceedance, expected_shortfall, shortfall_verdict, value_at_risk
from lockgate.experiments.answers.worst.worst_card import Card, cards_of
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.verdict import Verdict
from lockgate.experiments.text.numbers import count, money, percent
from lockgate.sim.errors import InputError
from lockgate.sim.settings import whole

if TYPE_CHECKING:
    import pandas as pd

By = Literal["harm", "difference"]
MOST_CARDS = 1000
AMOUNTS = 120  # at which the share of worlds that exceed them is told
MOST_TRAITS = 5  # that a sentence names


@dataclass(frozen=True)
class Tail:
    """The worst 5 % of cases under a policy, in US$ of model-enabled harm.

    `shortfall` is its mean over them, with the ends of its 95 % interval (NaN where fewer than 10 draws are among them), `value_at_risk`
    the harm that they exceed, `mean` that over all cases. `verdict` is on the shortfall against the reference's; None for the reference.
    `exceeded` has for each of the amounts the share of cases with more, and the ends of its pointwise 95 % interval.
    """

    policy: str
    shortfall: float
    low: float
    high: float
    value_at_risk: float
    mean: float
    exceeded: tuple[tuple[float, float, float], ...]
    verdict: Verdict | None

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        return {**asdict(self), "verdict": self.verdict.content() if self.verdict else None}


@dataclass(frozen=True)
class WorstWorlds:
    """The worst of M cases under a policy: a draw each, in a world and at a point.

    `tails` has an entry for each policy, the reference first, over the `draws` draws of which all runs went well; `amounts` (US$) are
    those of their `exceeded`. `worst` is how many cases are in the group that `traits` speak of, and `factors` maps what the design varies
    to the share of that group, and of all cases, at each level. `cards` are the worst cases one by one.
    """

    policy: str
    reference: str | None
    by: By
    cases: int
    draws: int
    worst: int
    several: bool
    amounts: tuple[float, ...]
    tails: tuple[Tail, ...]
    traits: tuple[Trait, ...]
    factors: dict[str, dict[str, tuple[float, float]]]
    cards: tuple[Card, ...]

    @property
    def tail(self) -> Tail:
        """That of the policy."""
        return next(tail for tail in self.tails if tail.policy == self.policy)

    @property
    def what(self) -> str:
        """What a case is called."""
        return "cases" if self.several else "worlds"

    def sentences(self) -> list[str]:
        """How bad it gets, against the reference, what the worst have in common, and each of them."""
        return [self.said_level, *self.said_verdict, self.said_traits, *self.said_factors, *(card.said for card in self.cards)]

    @property
    def said_level(self) -> str:
        """The mean of the worst 5 %."""
        tail = self.tail
        known = f"95 % interval {money(tail.low, tail.shortfall)} to {money(tail.high, tail.shortfall)}"
        few = f"no interval, as fewer than 10 of {count(self.draws, 'draw')} are among them"
        ratio = f", {tail.shortfall / tail.mean:.1f} times the mean of all" if tail.mean > 0.0 else ""
        return (
            f"In the worst {percent(TAIL)} of {self.what}, harm under {self.policy} is {money(tail.shortfall)} on average "
            f"({known if np.isfinite(tail.low) else few}){ratio}; {percent(TAIL)} exceed {money(tail.value_at_risk)}."
        )

    @property
    def said_verdict(self) -> list[str]:
        """What may be said of that mean against the reference's."""
        found, base = self.tail.verdict, self.tails[0]
        if found is None:
            return []
        if found.word == "same":
            return [f"The worst {percent(TAIL)} are the same under {base.policy}{' (preliminary)' if found.preliminary else ''}."]
        share = f"{by_share(abs(found.mean) / base.shortfall)} " if base.shortfall > 0.0 else ""
        low, high = (money(end, found.mean) for end in (found.low, found.high))
        ends = f"95 % interval {low} to {high}" if np.isfinite(found.low) else "no interval"
        known = f"(difference {money(found.mean)}, {ends}; {found.name})"
        if found.is_clear:
            return [f"That is {share}{found.direction} than under {base.policy} {known}."]
        leans = f"leans to {found.direction} than" if found.word == "leaning" else "cannot be told from that"
        return [f"It {leans} under {base.policy} {known}."]

    @property
    def said_traits(self) -> str:
        """What the worst have in common."""
        group = f"the {self.worst} worst {self.what}" if self.by == "harm" else f"the {self.worst} {self.what} with the most added harm"
        if not self.traits:
            return f"No sampled input is unusual among {group}, beyond what chance gives."
        told = "; ".join(said_trait(trait) for trait in self.traits[:MOST_TRAITS])
        more = f"; and {len(self.traits) - MOST_TRAITS} more" if len(self.traits) > MOST_TRAITS else ""
        return f"Unusual among {group}: {told}{more}."

    @property
    def said_factors(self) -> list[str]:
        """Where in the design the worst are, for each factor: the level that they have more often than all."""
        said = []
        for name, levels in self.factors.items():
            label, (share, usual) = max(levels.items(), key=lambda each: each[1][0] / each[1][1])
            if share > usual:
                said.append(f"Of the worst, {percent(share)} have {name} {label}, of all {self.what} {percent(usual)}.")
        return said

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        return {**asdict(self), "tails": [tail.content() for tail in self.tails]}

    def frame(self) -> "pd.DataFrame":
        """The cards as a table, one row each."""
        import pandas as pd

        return pd.DataFrame([card.row for card in self.cards])


def said_trait(trait: Trait) -> str:
    """A trait in a few words."""
    if trait.label:
        return f"{trait.name} is {trait.label} in {percent(trait.typical)} of them ({percent(trait.usual)} of all)"
    return f"{trait.side} {trait.name} (their median is at {percent(trait.typical)} of all draws)"


def worst_worlds(results: Results, policy: str | None = None, most: int = 10, by: By = "harm") -> WorstWorlds:
    """The worst cases under a policy (default: the second, or the only one): by harm, or by how much more harm than the reference it does.

    Raises `InputError` where there is no such policy, harm is not kept, or the reference is asked for by difference.
    """
    most = whole("most", most, 1, MOST_CARDS, "cards of worst cases")
    if by not in ("harm", "difference"):
        raise InputError(f"by = {by!r} must be 'harm' or 'difference'")
    chosen = Ranked.of(results, policy)
    if by == "difference" and not chosen.place:
        raise InputError(f"by = 'difference': {results.names[0]} is the reference itself, and differs in nothing; name another policy")
    values = chosen.harm if by == "harm" else chosen.values
    order = worst_first(values)
    group = np.zeros(len(values), bool)
    group[order[: max(most, int(np.ceil(TAIL * len(order))))]] = True
    cases, shape = cases_of(results), results.selection.shape[:3]
    found = traits(cases, shape, group) if group.sum() < len(order) else []
    amounts, tails = tails_of(results)
    return WorstWorlds(
        policy=results.labels[chosen.place],
        reference=results.labels[0] if chosen.place else None,
        by=by,
        cases=len(order),
        draws=len(complete(outcome_of(results, HARM), shape)),
        worst=int(group.sum()),
        several=shape[1] * shape[2] > 1,
        amounts=tuple(amounts.tolist()),
        tails=tails,
        traits=tuple(found),
        factors=factor_shares(cases, group, dict(zip(results.selection.worlds.tolist(), names_of(results), strict=True))),
        cards=cards_of(results, chosen, cases, order[:most].tolist(), found),
    )


def names_of(results: Results) -> Sequence[str]:
    """The names of the worlds."""
    return [world.name for world in results.worlds]


def worst_first(values: Array) -> Array:
    """The places of values, (M,), from the largest on; of equal ones the first. NaN is left out.

    >>> worst_first(np.array([1.0, np.nan, 3.0, 3.0])).tolist()
    [2, 3, 0]
    """
    order: Array = np.argsort(-values, kind="stable")
    return order[np.isfinite(values[order])]


def complete(harm: Array, shape: tuple[int, ...]) -> Array:
    """Harm in the draws of which all runs went well, (D, C, P), from that of cases, (M, P)."""
    by_draw = harm.reshape(shape[0], -1, harm.shape[1])
    return by_draw[np.isfinite(by_draw).all(axis=(1, 2))]


def tails_of(results: Results) -> tuple[Array, tuple[Tail, ...]]:
    """Amounts of harm, (A,), and the tail of each policy. Raises `InputError` where no draw is complete."""
    harm = complete(outcome_of(results, HARM), results.selection.shape)
    if not len(harm):
        raise InputError("no draw has all its runs; let the sweep go on until one has, or choose policies, worlds or points with where")
    chances = 1.0 - np.geomspace(1.0, 1.0 / harm.size, AMOUNTS)
    amounts = np.unique(np.append(np.quantile(harm, chances), harm.max(axis=(0, 1))))
    return amounts, tuple(tail_of(harm, place, label, amounts) for place, label in enumerate(results.labels))


def tail_of(harm: Array, place: int, label: str, amounts: Array) -> Tail:
    """The tail of one policy, from harm (D, C, P)."""
    values = harm[:, :, place]
    shortfall, low, high = map(float, expected_shortfall(values))
    exceeded = tuple(zip(*(end.tolist() for end in exceedance(values, amounts)), strict=True))
    found = shortfall_verdict(HARM, values, harm[:, :, 0]) if place else None
    return Tail(label, shortfall, low, high, value_at_risk(values), float(values.mean()), exceeded, found)
