"""Search: policies that nobody wrote, found in some draws and judged in others, beside the policies that have a name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from os import PathLike
from typing import Any

import numpy as np

from lockgate.experiments.answers.cases import HARM, Array
from lockgate.experiments.answers.choice.frontier import BENEFIT, CENSORED, DELAY, frontier
from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.experiments.search.found import Search, levers_of
from lockgate.experiments.search.optimise import Point, Tried, needed_library, optimise, spread
from lockgate.experiments.search.space import space_of
from lockgate.experiments.search.trials import to_be_small, tried
from lockgate.scenarios import World, list_policies, load_policy, load_world, with_levers
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.limits import LARGEST_SEED, MOST_DRAWS
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.policy import Policy
from lockgate.sim.search_path import installed_first
from lockgate.sim.settings import checked_horizon, checked_threads, whole

Named = str | PathLike[str] | Policy
OBJECTIVES = (HARM, BENEFIT)
REFERENCE = "open-release"
FINALISTS = 12  # policies of the search that are judged in fresh draws
MOST_TRIALS = 10_000
FEWEST_DRAWS = 2
PLAIN = Policy("plain", summary="Every lever at its default: the lab releases to everyone at once.")


@installed_first
def search(  # noqa: PLR0913  # one for each thing that can be asked
    base: Named | None = "partner-programme",
    levers: Mapping[str, Any] | Sequence[str] | None = None,
    world: str | PathLike[str] | World = "baseline",
    *,
    trials: int = 60,
    draws: int = 50,
    fresh: int = 100,
    seed: int = 1,
    horizon_days: int = 540,
    objectives: Sequence[str] = OBJECTIVES,
    named: Sequence[Named] | None = None,
    budget: int | None = None,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Search:
    """Search over levers of a base policy for policies with little of all objectives, and judge them beside named ones in fresh draws.

    `base` is where levers start (None: every lever at its default), and `levers` which of them are moved: names, or a mapping of names to
    `(low, high)`, a list of levels, or None for the default span. Each of `trials` points is a policy that runs in the same `draws` of the
    world. Those of which no other one has as little of all objectives, twelve at most, then run in `fresh` other draws, with the policies
    `named` (default: all built-in ones), of which the first is the reference. A delay that the end of a run cuts off counts as long as the
    run. `budget` is the most runs that the trials may take. `progress` is called with each number of points that were tried.

    The same arguments give the same result. Raises `InputError` for an unknown name, what is out of bounds, or where Optuna is not there.
    """
    needed_library()
    place = world if isinstance(world, World) else load_world(world)
    start = PLAIN if base is None else base if isinstance(base, Policy) else load_policy(base)
    judges, objectives = named_policies(named), checked_objectives(objectives)
    trials = affordable(whole("trials", trials, 2, MOST_TRIALS, "policies that are tried"), checked_draws("draws", draws), budget)
    whole("seed", seed, 0, LARGEST_SEED, "number that all random draws follow from")
    space = space_of(levers, organisations=int(place.central()["organisations"]), restricted=base is not None)
    own = {span.lever: levers_of(start)[span.lever] for span in space}
    first = draw_worlds(place, draws, seed)
    second = draw_worlds(place, checked_draws("fresh", fresh), seed, first=draws)
    run = partial(tried, horizon_days=checked_horizon(horizon_days), threads=checked_threads(threads))

    def objective(points: list[Point]) -> Array:
        return to_be_small(run([with_levers(start, point) for point in points], first, outcomes=objectives), objectives)

    begins = [own] if all(span.holds(own[span.lever]) for span in space) else []
    made = optimise(objective, space, trials, seed, len(objectives), begins, progress or (lambda more: None))
    chosen = finalists(made, own)
    points = tuple(made.points[each] for each in chosen)
    policies = (*judges, *(replace(with_levers(start, point), name=f"found-{place}") for place, point in enumerate(points, start=1)))
    refuse_same_names(policies)
    outcomes = run(policies, second, outcomes=tuple(dict.fromkeys((*objectives, HARM, BENEFIT, DELAY, CENSORED))))
    reference = to_be_small(run(judges[:1], first, outcomes=objectives), objectives)
    signs = np.array([1.0 if OUTCOMES[name].better == "low" else -1.0 for name in objectives])
    again = to_be_small(outcomes, objectives)
    return Search(
        base=start,
        world=place,
        space=space,
        objectives=objectives,
        draws=draws,
        seed=seed,
        horizon_days=horizon_days,
        trials=made.points,
        values=made.values * signs,
        reference_values=(reference * signs)[0],
        policies=policies,
        found=points,
        optimism=((made.values[chosen] - reference) - (again[len(judges) :] - again[:1])) * signs,
        fresh=outcomes,
        frontier=frontier(
            [policy.name for policy in policies],
            {name: outcomes[name] for name in objectives},
            outcomes[CENSORED].mean(axis=0),
            horizon_days,
        ),
    )


def finalists(made: Tried, own: Point) -> list[int]:
    """The trials that are judged: of those of which no other one is as good in all, the most different; not the base policy itself."""
    front = [place for place in made.front if made.points[place] != own]
    chosen = [front[each] for each in spread(made.values[front], FINALISTS)] if front else []
    return sorted(chosen, key=lambda each: made.values[each].tolist())


def named_policies(named: Sequence[Named] | None) -> tuple[Policy, ...]:
    """The policies that have a name, the reference first."""
    asked = sorted(list_policies(), key=lambda name: name != REFERENCE) if named is None else named
    loaded = tuple(policy if isinstance(policy, Policy) else load_policy(policy) for policy in asked)
    if not loaded:
        raise InputError("named = [] must have at least one policy, the reference")
    refuse_same_names(loaded)
    return loaded


def refuse_same_names(policies: Sequence[Policy]) -> None:
    """Raise `InputError` where two policies have the same name."""
    names = [policy.name for policy in policies]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise InputError(f"policies {', '.join(twice)} must have different names, and none that of a policy that is found")


def checked_objectives(objectives: Sequence[str]) -> tuple[str, ...]:
    """The objectives, two or more, each an outcome of which less or more is better and whose mean is known well enough."""
    for name in objectives:
        if name not in OUTCOMES:
            raise InputError(f'objective "{name}" is no outcome, `lockgate list` names all{nearest(name, OUTCOMES)}')
        if OUTCOMES[name].better == "neither" or OUTCOMES[name].heavy_tail:
            why = "its mean rests on few draws" if OUTCOMES[name].heavy_tail else "neither less nor more of it is better"
            raise InputError(f'objective "{name}": {why}; choose another, such as {", ".join(OBJECTIVES)}')
    if len(set(objectives)) < 2 or len(set(objectives)) < len(objectives):
        raise InputError(f"objectives {', '.join(objectives)} must be two or more different outcomes, such as {', '.join(OBJECTIVES)}")
    return tuple(objectives)


def checked_draws(name: str, draws: int) -> int:
    """A number of draws, from which a mean can be had."""
    return whole(name, draws, FEWEST_DRAWS, MOST_DRAWS, "sampled worlds")


def affordable(trials: int, draws: int, budget: int | None) -> int:
    """As many trials as a budget of runs allows.

    >>> affordable(60, 50, None), affordable(60, 50, 1000)
    (60, 20)
    """
    if budget is None:
        return trials
    most = whole("budget", budget, 1, MOST_TRIALS * MOST_DRAWS, "runs") // draws
    if most < 2:
        raise InputError(f"budget = {budget} must be {2 * draws} or more (runs): two trials of {draws} draws each")
    return min(trials, most)
