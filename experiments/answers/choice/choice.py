"""The choice of a policy: what no other one beats, what costs least at which price of a day, and what is regretted least."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lockgate.experiments.answers.cases import HARM, Array, Cases, cases_of, outcome_of
from lockgate.experiments.answers.choice.frontier import AXES, BENEFIT, CENSORED, Frontier, frontier
from lockgate.experiments.answers.choice.prices import Prices, price_of_a_day
from lockgate.experiments.answers.choice.regret import Regret, Satisficing, regret, satisficing
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.verdict import ENOUGH
from lockgate.sim.bounds import shown
from lockgate.sim.errors import InputError, nearest

ACCESS = "access_forgone"
MOST_STATES = 24  # that a column may have, and still tell states apart


@dataclass(frozen=True, eq=False)
class Choice:
    """What speaks for which of P policies, over D draws of W worlds at N points, which all weigh the same."""

    draws: int
    worlds: tuple[str, ...]
    points: int
    price: float
    frontier: Frontier
    prices: Prices
    regret: Regret
    satisficing: Satisficing

    @property
    def names(self) -> tuple[str, ...]:
        """The policies, the reference first."""
        return self.frontier.names

    def sentences(self) -> list[str]:
        """The frontier, the prices, the regrets, and how often harm stays low."""
        over = f"Over {self.draws} draws" if self.draws >= ENOUGH else f"Preliminary, with {self.draws} draws alone"
        many = len(self.worlds) * self.points
        weighed = f", with equal weight on {len(self.worlds)} worlds and {self.points} points" if many > 1 else ""
        first, *rest = self.frontier.sentences()
        first = f"{over}{weighed}: {first}"
        costs = f"Regret is that in cost, at {self.price:g} US$ a day of access." if self.price else "Regret is that in harm."
        return [first, *rest, *self.prices.sentences(), costs, *self.regret.sentences(), *self.satisficing.sentences()]

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        return {
            "draws": self.draws,
            "worlds": list(self.worlds),
            "points": self.points,
            "frontier": self.frontier.content(),
            "price_of_a_day": self.prices.content(),
            "regret_at_price": self.price,
            "regret": self.regret.content(),
            "satisficing": self.satisficing.content(),
        }


def choice(
    results: Results,
    *,
    by: str | Sequence[str] | None = None,
    price: float = 0.0,
    below: float | None = None,
    prices: Sequence[float] | None = None,
    seed: int = 1,
) -> Choice:
    """What speaks for which of the policies compared; the first is the reference.

    `by` says which states regret is over: `"world"`, `"point"`, a sampled structure, or a factor of the design (default: worlds where there
    are several, else all sampled structures, else points). Regret is in harm and `price` (US$) for each organisation-day of access forgone.
    `below` makes the threshold of harm a share below the reference in the same draw, in the place of the reference's median. `prices` (US$)
    are those that costs are looked at. Resamples follow from `seed`.

    A draw counts as one, whatever worlds and points it has: their mean is taken first. Draws in which a run is missing are left out. Raises
    `InputError` where there is one policy alone, an outcome is not kept, or `by` tells no states apart.
    """
    refuse_what_has_no_choice(results, price, below)
    names, cases = results.labels, cases_of(results)
    kept = {name: outcome_of(results, name) for name in (*AXES, CENSORED, ACCESS)}
    whole = np.all([np.isfinite(values).all(axis=1) for values in kept.values()], axis=0)
    blocks = {name: in_draws(np.where(whole[:, None], values, np.nan), results) for name, values in kept.items()}
    there = np.isfinite(blocks[HARM]).all(axis=(1, 2))
    if not there.any():
        raise InputError(f"study {results.study.name}: no draw has all of its runs; sweep it to the end, and look at what failed")
    means = {name: values[there].mean(axis=1) for name, values in blocks.items()}
    cost = blocks[HARM] + price * blocks[ACCESS]
    return Choice(
        draws=int(there.sum()),
        worlds=tuple(world.name for world in results.worlds),
        points=len(results.selection.points),
        price=price,
        frontier=frontier(names, {axis: means[axis] for axis in AXES}, means[CENSORED].mean(axis=0), results.horizon_days),
        prices=price_of_a_day(names, means[HARM], means[ACCESS], own=own_price(means), prices=prices, seed=seed),
        regret=regret(names, {state: within(cost[there], mask[there]) for state, mask in states_of(results, cases, by).items()}),
        satisficing=satisficing(names, blocks[HARM][there], below),
    )


def refuse_what_has_no_choice(results: Results, price: float, below: float | None) -> None:
    """Raise `InputError` where there is nothing to choose from, or by."""
    if len(results.names) < 2:
        raise InputError(f"policies {results.names[0]!r} must be two or more for a choice; run another one in the same draws")
    if missing := [name for name in (*AXES, CENSORED, ACCESS) if name not in results.study.outcomes]:
        raise InputError(f"a choice needs the outcomes {', '.join(missing)}, which this study does not keep; add them to its outcomes")
    if not 0.0 <= price < np.inf:
        raise InputError(f"price = {shown(price)} must be a number of 0 or more (US$ a day of access of an organisation of mean size)")
    if below is not None and not 0.0 <= below < 1.0:
        raise InputError(f"below = {shown(below)} must be a share from 0 to less than 1 of the reference's harm")


def in_draws(values: Array, results: Results) -> Array:
    """Values of cases, (M, P), by draw: (D, C, P) for C cases of each draw."""
    draws, worlds, points, policies = results.selection.shape
    return values.reshape(draws, worlds * points, policies)


def own_price(means: dict[str, Array]) -> Array:
    """The value of a day of access in each draw in which access is forgone at all, (D,), US$."""
    access, benefit = means[ACCESS].sum(axis=1), means[BENEFIT].sum(axis=1)
    return np.asarray(benefit[access > 0.0] / access[access > 0.0])


def within(cost: Array, mask: Array) -> Array:
    """The mean over those cases of each draw that are in a state, (D, P); NaN where none is."""
    total = np.sum(np.where(mask[:, :, None], cost, 0.0), axis=1)
    count = mask.sum(axis=1)[:, None]
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def states_of(results: Results, cases: Cases, by: str | Sequence[str] | None) -> dict[str, Array]:
    """Which cases of each draw, (D, C), are in each state."""
    asked = [by] if isinstance(by, str) else list(by) if by is not None else default_states(cases)
    found = {state: mask for column in asked for state, mask in states_by(results, cases, column).items()}
    draws = results.selection.shape[0]
    return {state: mask.reshape(draws, -1) for state, mask in found.items()}


def default_states(cases: Cases) -> list[str]:
    """By what states are told apart where nobody says it."""
    if np.ptp(cases.worlds):
        return ["world"]
    structures = [name for name in cases.inputs if cases.labels(name)]
    return structures or ["point"]


def states_by(results: Results, cases: Cases, column: str) -> dict[str, Array]:
    """The cases, (M,), in each state that a column tells apart."""
    if column == "world":
        return {results.study.worlds[place].name: cases.worlds == place for place in dict.fromkeys(cases.worlds.tolist())}
    if column == "point":
        points = dict.fromkeys(cases.points.tolist())
        return {point_text(results, point): cases.points == point for point in points}
    if column not in cases.inputs:
        known = ["world", "point", *cases.inputs]
        raise InputError(f"by = {column!r} must be one of {', '.join(known)}: what differs between cases{nearest(column, known)}")
    values, labels = cases.inputs[column], cases.labels(column)
    levels = np.unique(values)
    if len(levels) > MOST_STATES:
        raise InputError(
            f"by = {column!r} has {len(levels)} values, and at most {MOST_STATES} tell states apart; name a structure, or a factor"
        )
    return {f"{column} = {labels.get(float(level), f'{level:g}')}": values == level for level in levels}


def point_text(results: Results, point: int) -> str:
    """A point by the levels of its factors."""
    factors = results.study.factors
    if not factors:
        return "all draws"
    return ", ".join(f"{factor.column} = {factor.label(results.study.points[factor.column][point])}" for factor in factors)
