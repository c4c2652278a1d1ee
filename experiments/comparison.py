"""A paired comparison of release policies in one world: the same draws under every policy, differences draw by draw."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.ensemble import Ensemble, draw_worlds
from experiments.intervals import METHODS, change, level
from experiments.notebook import advancing, page, sentence
from experiments.pairing import Run, health
from experiments.study.study import Study
from experiments.sweep.plan import Piece, SweepPlan, chunk_of
from experiments.sweep.runner import Rows, not_finite
from scenarios import World, load_policy, load_world
from sim.bounds import shown
from sim.engine import run_plan
from sim.errors import InputError
from sim.limits import LARGEST_SEED, MOST_DRAWS
from sim.measures import WEEKLY
from sim.outcomes import OUTCOMES
from sim.plan import Plan, Results, refuse_too_many_results
from sim.policy import Policy
from sim.settings import checked_horizon, checked_threads, whole

if TYPE_CHECKING:
    from experiments.charts.plots import Plots

Array = np.ndarray[Any, np.dtype[Any]]
EXACT = 20  # draws in which the first day of a difference is found


@dataclass(frozen=True)
class Comparison:
    """D draws under P policies, of which the first is the reference: a study of one world at one point, all of it in memory."""

    study: Study
    ensemble: Ensemble
    rows: Rows

    def __repr__(self) -> str:
        return sentence(self)

    def _repr_html_(self) -> str:
        return page(self)

    @property
    def plot(self) -> "Plots":
        """Its charts: `plot.tradeoff()`, `plot.weekly()` and so on."""
        from experiments.charts.plots import Plots

        return Plots(self)

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The policies."""
        return self.study.policies

    @property
    def world(self) -> World:
        """The world."""
        return self.study.worlds[0]

    @property
    def draws(self) -> int:
        """D, the number of draws."""
        return self.study.draws

    @property
    def seed(self) -> int:
        """The number that all draws follow from."""
        return self.study.seed

    @property
    def horizon_days(self) -> int:
        """Days of a run."""
        return self.study.horizon_days

    @property
    def fixed(self) -> bool:
        """Whether draws differ in luck only."""
        return self.study.fixed

    @cached_property
    def plan(self) -> SweepPlan:
        """The plan of its runs, as in the folder of a study."""
        return SweepPlan(self.study, chunk_of(self.study))

    @cached_property
    def results(self) -> Results:
        """Outcomes (D, P), weeks (D, P, W) and displacement (D, P, 5, 5)."""
        return Results(self.rows.outcomes, self.rows.weeks, self.rows.displacement).reshape(self.draws, len(self.policies))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the policies, the reference first."""
        return tuple(policy.name for policy in self.policies)

    def outcome(self, name: str) -> Array:
        """One outcome as floats, (D, P)."""
        return self.results.outcomes[name].astype(float)

    def difference(self, name: str) -> Array:
        """One outcome less that of the reference in the same draw, (D, P)."""
        values = self.outcome(name)
        return values - values[:, :1]

    def weekly(self, name: str) -> Array:
        """One column of the weekly series, (D, P, W)."""
        return self.results.weeks[name].astype(float)

    @cached_property
    def pairing(self) -> dict[str, dict[str, Any]]:
        """`NAME ->` on which day the runs of each policy first differ from the reference's, and in what (`experiments.pairing`)."""
        return {policy.name: self.health_of(place) for place, policy in enumerate(self.policies) if place}

    def health_of(self, place: int) -> dict[str, Any]:
        """The same of one policy: exactly in the first draws; in all draws, whether any result differs."""
        ensemble, results = self.ensemble, self.results

        def run(draw: int, policy: int) -> Run:
            return Run(ensemble.worlds[draw : draw + 1], self.policies[policy], int(ensemble.seeds[draw]), results.outcomes[draw, policy])

        pairs = [(run(draw, 0), run(draw, place)) for draw in range(min(EXACT, self.draws))]
        same = (results.outcomes[:, place] == results.outcomes[:, 0]) & (results.weeks[:, place] == results.weeks[:, 0]).all(axis=1)
        return {**health(pairs, self.horizon_days), "identical_share": float(np.mean(same))}

    def summary(self) -> dict[str, Any]:
        """`policies -> NAME -> OUTCOME -> {mean, low, high, nonzero, difference: {mean, low, high, better_share, pairing_gain}}`.

        95 % intervals by the methods that `interval` names. `pairing -> NAME` says on which day paired runs first differ, and in what.
        """
        policies: dict[str, dict[str, Any]] = {name: {} for name in self.names}
        for name, outcome in OUTCOMES.items():
            values = self.outcome(name)
            for place, policy in enumerate(self.names):
                mine, base = values[:, place], values[:, 0]
                difference = change(outcome, mine, base)
                policies[policy][name] = {**level(outcome, mine), "difference": difference}
        return {
            "reference": self.names[0],
            "world": self.world.name,
            "draws": self.draws,
            "interval": METHODS,
            "policies": policies,
            "pairing": self.pairing,
        }


def compare(
    policies: Sequence[str | Policy],
    world: str | World = "baseline",
    draws: int = 500,
    seed: int = 1,
    *,
    horizon_days: int = 540,
    fixed: bool = False,
    threads: int | None = None,
    check: bool = False,
    progress: bool | Callable[[int], None] | None = None,
) -> Comparison:
    """Run every policy (a name, a path to a TOML file, or a `Policy`) in `draws` draws of a world; the first is the reference.

    `fixed` holds all parameters at their central values, so that draws differ in their seeds only. `progress=True` shows a bar in a
    notebook or on a terminal while it runs; a function is called with each number of draws that are done.

    >>> small = compare(["open-release", "withhold"], draws=2, horizon_days=30, fixed=True)
    >>> small.outcome("release_delay_days")[0].tolist()
    [0.0, 30.0]
    """
    threads = checked_threads(threads)
    loaded, place = loaded_policies(policies), world if isinstance(world, World) else load_world(world)
    study = Study(
        name="compare",
        summary=f"{', '.join(policy.name for policy in loaded)} in {place.name}",
        policies=loaded,
        worlds=(place,),
        draws=whole("draws", draws, 1, MOST_DRAWS, "sampled worlds"),
        outcomes=tuple(OUTCOMES),
        seed=whole("seed", seed, 0, LARGEST_SEED, "number that all random draws follow from"),
        horizon_days=checked_horizon(horizon_days),
        fixed=fixed,
        series=tuple(WEEKLY),
        check=check,
    )
    refuse_too_many_results(study.run_count, study.horizon_days)
    ensemble = draw_worlds(place, study.draws, study.seed, fixed=fixed)
    plan = Plan(ensemble.worlds, loaded, ensemble.seeds, study.horizon_days)
    with advancing(progress, study.draws, "draws") as advance:
        run_plan(plan, threads=threads, check=check, progress=advance)
    made = plan.results
    wrong = not_finite(made.outcomes, 0, study.outcomes, {})
    return Comparison(study, ensemble, Rows(Piece(0, study.run_count), made.outcomes, made.weeks, made.displacement, wrong))


def loaded_policies(policies: Sequence[str | Policy]) -> tuple[Policy, ...]:
    """The policies of these names, paths or objects, each of a name of its own."""
    if isinstance(policies, str | PathLike | Policy) or not isinstance(policies, Iterable):
        raise InputError(f'policies = {shown(policies)} must be a list, such as ["open-release", "withhold"]')
    loaded = tuple(policy if isinstance(policy, Policy) else load_policy(policy) for policy in policies)
    if not loaded:
        raise InputError("policies = [] must name at least one policy; `lockgate list` names all")
    names = [policy.name for policy in loaded]
    if len(set(names)) < len(names):
        raise InputError(f"policies {', '.join(names)} must have different names: each is compared once")
    for policy in loaded:
        policy.phases()  # refuses what it cannot be
    return loaded
