"""The health of pairing: on which day two runs of one world and seed first differ, and in what.

A policy may make its run differ from the day on which it acts. Runs that differ before day 0 have another world or seed, and their
difference is not the policy's.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median_low
from typing import Any, NamedTuple

import numpy as np

from lockgate.experiments.results.ensemble import Ensemble
from lockgate.experiments.results.intervals import METHODS, change, level
from lockgate.experiments.results.ratios import relative
from lockgate.experiments.results.verdict import verdicts
from lockgate.sim.engine.driver import driver
from lockgate.sim.engine.kinds import Kinds
from lockgate.sim.engine.plan import Memory, run_once
from lockgate.sim.engine.run import trace
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.tables import ROWS
from lockgate.sim.rules.row import first_row

Array = np.ndarray[Any, np.dtype[Any]]
Tables = dict[str, Array]

# What a run is made of, causes before their effects. Left out are what follows from the levers and parameters at once (the phase, what
# agents look up, desks and how many there are) and what sums up the rest.
STATE = ("systems", "tests", "agencies", "governments", "labs", "open_weight_labs", "partners", "pool", "bad_actors", "channels", "kinds",
         "score")  # fmt: skip
# Levers written down, and the length of the log.
ECHOES = frozenset({"agencies.testers", "governments.reviewers", "governments.coordinating", "score.events"})
BEFORE = -1  # the morning of day 0, before anybody acts


class Run(NamedTuple):
    """What makes a run, and what came of it: a table of one world, a policy, a seed, and its outcomes by name."""

    world: Array
    policy: Policy
    seed: int
    outcomes: Mapping[str, float] | None


class Difference(NamedTuple):
    """The first day at whose end two runs differ (-1: before day 0), and the fields of tables that do."""

    day: int
    what: tuple[str, ...]


def state(run: Run, days: int, memory: Memory) -> Tables:
    """The tables of a run after so many days, in place in this memory; after none, as it begins."""
    if days:
        run_once(memory, run.seed, days, run.world, run.policy.phases(), check=False, name=run.policy.name)
    else:
        memory.begin(run.seed, 1, run.world, run.policy.phases())
    return {name: memory.table(name) for name in STATE}


def unlike(one: Tables, other: Tables) -> tuple[str, ...]:
    """The fields, as `table.field`, in which two states differ. Rows that one of them lacks count as untouched."""
    found = []
    for table in STATE:
        rows = max(len(one[table]), len(other[table]))
        mine, theirs = (padded(tables[table], table, rows) for tables in (one, other))
        names = [f"{table}.{field}" for field in mine.dtype.names or () if not np.array_equal(mine[field], theirs[field], equal_nan=True)]
        found += [name for name in names if name not in ECHOES]
    return tuple(found)


def padded(rows: Array, table: str, length: int) -> Array:
    """A table with untouched rows added up to a length."""
    return rows if len(rows) == length else np.concatenate([rows, np.repeat(first_row(ROWS[table]), length - len(rows))])


def first_difference(one: Run, other: Run, horizon_days: int, kinds: Kinds = None) -> Difference | None:
    """When and in what two runs first differ; None where they never do. Exact, as a longer run begins like a shorter one.

    `kinds` puts other kinds of agents in place of the model's own.

    >>> from lockgate.sim.model.parameters import parameter_table
    >>> world = parameter_table(1, organisations=5, bad_actors=10)
    >>> base, early = Run(world, Policy("a"), 1, None), Run(world, Policy("b", {}, [(3, {"directive": True})]), 1, None)
    >>> first_difference(base, early, 30)[0]
    3
    >>> first_difference(base, base, 30)
    """
    memories = Memory(driver(kinds)), Memory(driver(kinds))

    def after(days: int) -> tuple[str, ...]:
        return unlike(*(state(run, days, memory) for run, memory in zip((one, other), memories, strict=True)))

    same, differ, what = -1, 0, after(0)
    while not what:
        if differ == horizon_days:
            return None
        same, differ = differ, min(horizon_days, max(1, 2 * differ))
        what = after(differ)
    while differ - same > 1:
        middle = (same + differ) // 2
        if earlier := after(middle):
            differ, what = middle, earlier
        else:
            same = middle
    return Difference(differ - 1, what)


def health(pairs: Sequence[tuple[Run, Run]], horizon_days: int) -> dict[str, Any]:
    """When, and in what, pairs of runs differ.

    `first_day_median` and `first_day_earliest` are of those that do (None: never), `by` is the field that differs then in most of them, and
    `never_share` the share of the others. The pairing is `broken` where runs differ before day 0, or outcomes are not those of the run.
    """
    found = [first_difference(one, other, horizon_days) for one, other in pairs]
    differing = [one for one in found if one]
    days = [one.day for one in differing]
    most_often = Counter(one.what[0] for one in differing).most_common(1)
    return {
        "draws": len(pairs),
        "first_day_median": median_low(days) if days else None,
        "first_day_earliest": min(days, default=None),
        "by": most_often[0][0] if most_often else None,
        "never_share": 1.0 - len(differing) / len(pairs),
        "broken": BEFORE in days or not all(is_repeated(run, horizon_days) for run in pairs[0]),
    }


def is_repeated(run: Run, horizon_days: int) -> bool:
    """Whether a run's outcomes are those that its world, policy and seed give."""
    again = trace(run.world, run.policy, run.seed, horizon_days)["outcomes"][0]
    return all(float(again[name]) == value for name, value in (run.outcomes or {}).items())


EXACT = 20  # draws in which the first day of a difference is found


def summary(
    policies: Sequence[Policy], world: str, ensemble: Ensemble, outcomes: Mapping[str, Array], paired: Mapping[str, Any]
) -> dict[str, Any]:
    """What `Results.summary` says. Outcomes are (D, P) each."""
    names = [policy.name for policy in policies]
    return {
        "reference": names[0],
        "world": world,
        "draws": len(ensemble.seeds),
        "interval": METHODS,
        "policies": estimates_of(names, outcomes),
        "pairing": dict(paired),
    }


def estimates_of(names: Sequence[str], outcomes: Mapping[str, Array]) -> dict[str, dict[str, Any]]:
    """`POLICY -> OUTCOME -> {mean, low, high, nonzero, difference}`, of outcomes (D, P) each; the first policy is the reference.

    A difference has what `Verdict.content` says of it, and is told relative to the reference's mean where no draw is below 0.
    """
    estimates: dict[str, dict[str, Any]] = {name: {} for name in names}
    for name, values in outcomes.items():
        outcome, base = OUTCOMES[name], np.repeat(values[:, :1], len(names), axis=1)
        parts, found = relative(values, base).values(), verdicts(name, values, base)
        for place, policy in enumerate(names):
            share = dict(zip(("mean", "low", "high"), (float(part[place]) for part in parts), strict=True))
            difference = change(outcome, values[:, place], values[:, 0]) | found[place].content() | {"relative": share}
            estimates[policy][name] = {**level(outcome, values[:, place]), "difference": difference}
    return estimates


def pairing(
    policies: Sequence[Policy], ensemble: Ensemble, outcomes: Mapping[str, Array], weekly: Mapping[str, Array], horizon_days: int
) -> dict[str, dict[str, Any]]:
    """How the runs of each policy differ from those of the first: exactly in the first draws; in all draws, whether any result differs.

    Outcomes are (D, P) each, the weekly series (D, P, T).
    """
    draws = len(ensemble.seeds)

    def run(draw: int, place: int) -> Run:
        values = {name: column[draw, place] for name, column in outcomes.items()}
        return Run(ensemble.worlds[draw : draw + 1], policies[place], int(ensemble.seeds[draw]), values)

    differing: dict[str, dict[str, Any]] = {}
    for place, policy in enumerate(policies[1:], 1):
        pairs = [(run(draw, 0), run(draw, place)) for draw in range(min(EXACT, draws))]
        same = np.ones(draws, bool)
        for values in outcomes.values():
            same &= values[:, place] == values[:, 0]
        for values in weekly.values():
            same &= (values[:, place] == values[:, 0]).all(axis=1)
        differing[policy.name] = {**health(pairs, horizon_days), "identical_share": float(np.mean(same))}
    return differing
