"""Which mechanisms make a policy's effect: its paired difference, shared among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lockgate.experiments.answers.cases import HARM, compared
from lockgate.experiments.answers.mechanisms.mechanism_game import MechanismGame
from lockgate.experiments.answers.mechanisms.shapley import active_players, among, everyone_but, exact_shares, orders, sampled_shares
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.source import InMemory
from lockgate.experiments.results.verdict import ENOUGH, Direction, Verdict, leaders, verdicts
from lockgate.experiments.text.mechanisms import sentences_of
from lockgate.sim.engine.kinds import Kinds, checked_kinds, own_kinds
from lockgate.sim.errors import InputError
from lockgate.sim.limits import LARGEST_SEED
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.parameters import MECHANISMS, without
from lockgate.sim.settings import whole

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, np.dtype[Any]]
MOST_EXACT = 5  # mechanisms whose 2^n coalitions are all run
LIKE = 1e-9  # how nearly, relative to its size, a difference that is run again must be what the results have


@dataclass(frozen=True, eq=False)
class Mechanisms:
    """The share of each mechanism in a policy's paired difference from the reference, in D draws, in the outcome's unit.

    `shares`, (D, n), are Shapley values of the n mechanisms `names`: in every draw they add up to `full` less `none`, (D,), the
    differences with all of them as they are and with none. `first` is the effect of each alone, all others out; `last` its effect beside
    all others. `idle` are mechanisms that were asked of and change nothing. `base`, (D,), is the outcome under the reference as it is.
    `exact` says whether all coalitions were run, `partial` whether only some mechanisms were asked of.
    """

    policy: str
    reference: str
    world: str
    outcome: str
    draws: Array
    names: tuple[str, ...]
    idle: tuple[str, ...]
    shares: Array
    first: Array
    last: Array
    none: Array
    full: Array
    base: Array
    exact: bool
    partial: bool
    runs: int

    def verdicts(self, values: Array) -> list[Verdict]:
        """What may be said of the means of columns, (D, C), in the outcome's unit."""
        return verdicts(self.outcome, values, np.zeros_like(values))

    @property
    def of_shares(self) -> list[Verdict]:
        """What may be said of each share, (n,)."""
        return self.verdicts(self.shares)

    @property
    def ends(self) -> tuple[Verdict, Verdict]:
        """What may be said of the difference with none of the mechanisms, and with all of them as they are."""
        none, full = self.verdicts(np.column_stack([self.none, self.full]))
        return none, full

    @property
    def is_percent(self) -> bool:
        """Whether amounts are told in percent of the reference's mean, as money is."""
        return OUTCOMES[self.outcome].unit == "US$" and bool(self.base.mean() > 0.0)

    @property
    def together(self) -> Verdict:
        """What may be said of all shares together."""
        return self.verdicts((self.full - self.none)[:, None])[0]

    def foremost(self, side: Direction) -> list[str]:
        """The mechanisms of which one may have the largest share towards less (or more); none where no share clearly goes there."""
        if not any(found.is_clear and found.direction == side for found in self.of_shares):
            return []
        return [self.names[place] for place in leaders(self.outcome, self.shares, side)]

    def sentences(self) -> list[str]:
        """What it says, the answer first."""
        return sentences_of(self)

    def content(self) -> dict[str, Any]:
        """The same as plain content: amounts in the outcome's unit, with `percent` of the reference's mean where it is money."""
        none, full = self.ends
        columns = {"share": self.of_shares, "alone": self.verdicts(self.first), "beside_all_others": self.verdicts(self.last)}
        told = {name: {key: self.told(found[place]) for key, found in columns.items()} for place, name in enumerate(self.names)}
        return {
            "policy": self.policy,
            "reference": self.reference,
            "world": self.world,
            "outcome": self.outcome,
            "unit": OUTCOMES[self.outcome].unit,
            "reference_mean": float(self.base.mean()),
            "method": "all coalitions" if self.exact else "an order of each draw and its reverse",
            "runs": self.runs,
            "as_it_is": self.told(full),
            "none": self.told(none),
            "together": self.told(self.together),
            "mechanisms": told,
            "without_effect": list(self.idle),
        }

    def told(self, found: Verdict) -> dict[str, Any]:
        """One verdict as plain content."""
        return found.content() | ({"percent": 100.0 * found.mean / float(self.base.mean())} if self.is_percent else {})

    def frame(self) -> "pd.DataFrame":
        """One row a mechanism, by size of the share; those without effect last."""
        import pandas as pd

        effects = {"share": self.of_shares, "alone": self.verdicts(self.first), "beside_all_others": self.verdicts(self.last)}
        columns: dict[str, Any] = {"mechanism": [*self.names, *self.idle]}
        for name, found in effects.items():
            columns |= {
                f"{name}_{part}": [getattr(each, part) for each in found] + [0.0] * len(self.idle) for part in ("mean", "low", "high")
            }
        columns["verdict"] = [each.word for each in self.of_shares] + ["same"] * len(self.idle)
        frame = pd.DataFrame(columns)
        return frame.loc[frame["share_mean"].abs().sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def mechanisms(  # one for each thing that can be asked
    results: Results,
    policy: str | None = None,
    outcome: str = HARM,
    names: Sequence[str] | None = None,
    draws: int | None = None,
    seed: int = 0,
    *,
    kinds: Kinds = None,
    threads: int | None = None,
) -> Mechanisms:
    """Share a policy's paired difference (default: that of the second policy) among mechanisms (default: all), by running draws again.

    The first `draws` draws of the results (default: 50, or as many as there are) run with some of the mechanisms at their neutral values:
    one that changes nothing when it alone is taken out of the rest is left as it is and has no share. Up to five others are shared over
    all coalitions; more along an order of each draw and its reverse, which follow from `seed`. With n others of N that makes at most
    2 (N + 3 n) runs a draw, some 8,000 by default. `kinds` are those that the results were made with, for a folder, which does not hold
    them. Raises `InputError` where there are several worlds or points, and where the runs do not come out as the results have them.
    """
    place, base = compared(results, policy)
    (outcome,) = results.outcome_names(outcome)
    refuse_without_interval(outcome)
    refuse_several(results)
    seed = whole("seed", seed, 0, LARGEST_SEED, "number that the orders of mechanisms follow from")
    asked, levels = asked_names(names), results.outcome(outcome)
    chosen = chosen_draws(levels[:, [base, place]], draws)
    ensemble = results.where(draw=results.selection.draws[chosen].tolist()).ensemble
    game = MechanismGame(
        ensemble.worlds,
        ensemble.seeds,
        (results.policies[base], results.policies[place]),
        results.horizon_days,
        outcome,
        asked,
        classes_of(results, kinds),
        threads,
    )
    number, players = len(chosen), len(asked)
    none, full = game(np.stack([np.zeros((number, players), bool), np.ones((number, players), bool)]))
    refuse_other_runs(full, levels[chosen, place] - levels[chosen, base], results.selection.draws[chosen])
    active = active_players(game, players, full, none)
    called, part = [asked[each] for each in active], among(game, players, active)
    exact = len(active) <= MOST_EXACT
    order = orders(() if exact else called, results.selection.draws[chosen].tolist(), seed)
    return Mechanisms(
        policy=results.names[place],
        reference=results.names[base],
        world=results.world.name,
        outcome=outcome,
        draws=results.selection.draws[chosen],
        names=tuple(called),
        idle=tuple(name for name in asked if name not in called),
        shares=exact_shares(part, len(active), number) if exact else sampled_shares(part, order),
        first=(part(~everyone_but(len(active), number)) - none).T,
        last=(full - part(everyone_but(len(active), number))).T,
        none=none,
        full=full,
        base=levels[chosen, base],
        exact=exact,
        partial=names is not None,
        runs=game.runs,
    )


def asked_names(names: Sequence[str] | None) -> tuple[str, ...]:
    """The mechanisms that are asked of. An `InputError` names one that is unknown, or named twice."""
    if names is None:
        return tuple(MECHANISMS)
    asked = (names,) if isinstance(names, str) else tuple(names)
    without(asked)
    twice = next((name for name in asked if asked.count(name) > 1), None)
    if twice or not asked:
        said = f"lists {twice!r} twice" if twice else "is empty"
        raise InputError(f"names {said}; name one mechanism or more, each once, or leave it out for all {len(MECHANISMS)}")
    return asked


def chosen_draws(levels: Array, draws: int | None) -> Array:
    """The places of the first draws in which the runs of both policies, (D, 2), went well: as many as are asked, or 50 or fewer."""
    good = np.flatnonzero(np.isfinite(levels).all(axis=1))
    if not len(good):
        raise InputError("there is no draw in which both policies' runs went well; run more draws")
    wanted = min(ENOUGH, len(good)) if draws is None else whole("draws", draws, 1, len(good), "draws of these results that are run again")
    return good[:wanted]


def refuse_several(results: Results) -> None:
    """Raise `InputError` where there are several worlds or points, by the words of what has parameters for one only."""
    _ = results.where(draw=results.selection.draws[:1].tolist()).ensemble


def refuse_without_interval(outcome: str) -> None:
    """Refuse an outcome whose mean has no interval of its own."""
    known = OUTCOMES[outcome]
    if known.heavy_tail or known.type is bool:
        why = "rests on values that few draws hold" if known.heavy_tail else "is yes or no, of which there are no parts"
        raise InputError(f'outcome = "{outcome}" {why}; share an expected amount among mechanisms, such as model_enabled_harm')


def refuse_other_runs(again: Array, known: Array, draws: Array) -> None:
    """Refuse differences that come out otherwise than the results have them."""
    other = ~np.isclose(again, known, rtol=LIKE, atol=LIKE * float(np.abs(known).max()))
    if other.any():
        draw = int(draws[int(np.argmax(other))])
        said = f"run again, draw {draw} comes out otherwise than in these results, which another version of the model made"
        raise InputError(f"{said}; run the study again with this one")


def classes_of(results: Results, kinds: Kinds) -> Kinds:
    """The kinds of agents of one's own that the results were made with: handed in again, or as they are known in memory."""
    plan = results.source.plan if isinstance(results.source, InMemory) else results.plan
    if kinds is None:
        return plan.classes
    if own_kinds(kinds) != plan.kinds:
        made, given = (", ".join(f"{own.table}: {own}" for own in each) or "none" for each in (plan.kinds, own_kinds(kinds)))
        raise InputError(f"kinds must be those that the results were made with, {made}; given are {given}")
    return checked_kinds(kinds)
