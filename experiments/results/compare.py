"""A paired comparison of release policies in one world: the same draws under every policy, differences draw by draw."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from typing import Any

import numpy as np

from lockgate.experiments.notebook import advancing
from lockgate.experiments.results.ensemble import Ensemble, draw_worlds
from lockgate.experiments.results.results import Results, results_in_memory
from lockgate.experiments.study.study import Study
from lockgate.experiments.sweep.plan import Piece
from lockgate.experiments.sweep.runner import HARM, Rows, not_finite
from lockgate.scenarios import World, load_policy, load_world
from lockgate.sim.bounds import shown
from lockgate.sim.engine.kinds import Kinds, own_kinds
from lockgate.sim.engine.plan import Plan, Records, refuse_too_many_results
from lockgate.sim.engine.runs import make_runs
from lockgate.sim.errors import InputError
from lockgate.sim.limits import LARGEST_SEED, MOST_DRAWS
from lockgate.sim.model.measures import WEEKLY
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.policy import CEILING, Policy
from lockgate.sim.search_path import installed_first
from lockgate.sim.settings import checked_horizon, checked_threads, whole


@installed_first
def compare(  # noqa: PLR0913  # one for each thing that can be asked
    policies: Sequence[str | PathLike[str] | Policy],
    world: str | PathLike[str] | World = "baseline",
    draws: int = 500,
    seed: int = 1,
    *,
    horizon_days: int = 540,
    fixed: bool = False,
    threads: int | None = None,
    check: bool = False,
    progress: bool | Callable[[int], None] | None = None,
    kinds: Kinds = None,
    ceiling: bool = True,
) -> Results:
    """Run every policy in `draws` draws of a world, over `horizon_days` days; the first policy is the reference.

    Policies and the world are named, or paths to TOML files, or objects. `Results` has an array (draws,) of each outcome under each policy.

    `fixed` holds all parameters at their central values, so that draws differ in their seeds only. `progress=True` shows a bar in a
    notebook or on a terminal while it runs; a function is called with each number of draws that are done. `threads` (default: one a core)
    changes no result; `check=True` tests the model's invariants each day. `kinds` puts other kinds of agents in place of the model's own,
    `{"bad_actors": MyActor}`: compiled, or by Mesa, with a warning, where that is not possible. Where there are differences, `ceiling`
    adds a run to each draw, in which nobody releases a covered system: `preventable_share` needs it. Raises `InputError`, before any run,
    for what is unknown or out of bounds.

    >>> small = compare(["open-release", "withhold"], draws=2, horizon_days=30, fixed=True)
    >>> small.outcome("release_delay_days")[0].tolist()
    [0.0, 30.0]
    """
    threads, own = checked_threads(threads), own_kinds(kinds)
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
        ceiling=bool(ceiling) and len(loaded) > 1,
    )
    refuse_too_many_results(study.draws * (len(loaded) + study.ceiling), study.horizon_days)
    ensemble = draw_worlds(place, study.draws, study.seed, fixed=study.fixed)
    return results_in_memory(study, made(study, ensemble, kinds, threads, progress), [ensemble], own)


def made(study: Study, ensemble: Ensemble, kinds: Kinds, threads: int, progress: bool | Callable[[int], None] | None) -> Rows:
    """The runs of a study in these draws."""
    tried = (*study.policies, CEILING) if study.ceiling else study.policies
    plan = Plan(ensemble.worlds, tried, ensemble.seeds, study.horizon_days, kinds=kinds)
    with advancing(progress, study.draws, "draws") as advance:
        make_runs(plan, threads=threads, check=study.check, progress=advance)
    return rows_of(plan.results, study)


def growing(
    policies: Sequence[str | PathLike[str] | Policy], world: str | PathLike[str] | World, seed: int, **options: Any
) -> Callable[[int], Results]:
    """A comparison that can be asked for more and more draws: those that it has stay, and only new ones run. `options` are of `compare`.

    >>> run = growing(["open-release", "withhold"], "baseline", 1, horizon_days=30)
    >>> run(2).draws, run(3).draws
    (2, 3)
    """
    so_far: list[Results] = []

    def run(draws: int) -> Results:
        if not so_far or draws < so_far[-1].draws:
            so_far[:] = [compare(policies, world, draws, seed, **options)]
        elif draws > so_far[-1].draws:
            so_far[:] = [grown(so_far[-1], draws, options)]
        return so_far[-1]

    return run


def grown(results: Results, draws: int, options: Mapping[str, Any]) -> Results:
    """A comparison in memory with more draws, up to so many; what it has is not run again."""
    study, there = replace(results.study, draws=draws), results.draws
    refuse_too_many_results(draws * (len(study.policies) + study.ceiling), study.horizon_days)
    kinds = options.get("kinds")
    new = draw_worlds(results.world, draws - there, study.seed, fixed=study.fixed, first=there)
    more = made(replace(study, draws=draws - there), new, kinds, checked_threads(options.get("threads")), options.get("progress"))
    both = Ensemble(*(np.concatenate(pair) for pair in zip(vars(results.ensemble).values(), vars(new).values(), strict=True)))
    return results_in_memory(study, joined(results.rows, more), [both], own_kinds(kinds))


def joined(rows: Rows, more: Rows) -> Rows:
    """Rows, and those of the draws that follow, of which the numbers begin at 0."""
    first = rows.piece.last
    outcomes, weeks, displacement = (
        np.concatenate([getattr(rows, name), getattr(more, name)]) for name in ("outcomes", "weeks", "displacement")
    )
    ceiling = None if rows.ceiling is None or more.ceiling is None else np.concatenate([rows.ceiling, more.ceiling])
    wrong = {**rows.wrong, **{run + first: said for run, said in more.wrong.items()}}
    return Rows(Piece(0, first + more.piece.last), outcomes, weeks, displacement, wrong, ceiling)


def rows_of(made: Records, study: Study) -> Rows:
    """What came of the policies of a study, and of the ceiling where that ran behind them in each draw."""
    policies, piece, ceiling = len(study.policies), Piece(0, study.run_count), None
    if study.ceiling:
        each = made.reshape(study.draws, policies + 1)
        ceiling = np.repeat(each.outcomes[HARM][:, -1], policies)
        made = Records(*(array[:, :-1].reshape(-1, *array.shape[2:]) for array in vars(each).values()))
    return Rows(piece, made.outcomes, made.weeks, made.displacement, not_finite(made.outcomes, 0, study.outcomes, {}), ceiling)


def loaded_policies(policies: Sequence[str | PathLike[str] | Policy]) -> tuple[Policy, ...]:
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
