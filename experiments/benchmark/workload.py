"""The workload: the runs that are timed, by the compiled driver and by Mesa, and the floor below which no run can cost."""

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import mesa
import numpy as np
from numba import njit

from lockgate.experiments.benchmark import POLICIES, POLICY, Size
from lockgate.experiments.benchmark.machine import Act
from lockgate.scenarios import load_policy
from lockgate.sim.engine.mesa import ReleaseModel
from lockgate.sim.engine.plan import Records
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.chance import Purpose, draw, exponential, grow, stem
from lockgate.sim.model.formulas.attack import attack_success, whole
from lockgate.sim.model.parameters import parameter_table

# The compiled driver: the runs that are timed, and what they hold.

GOVERNMENTS = 2


def thread_counts() -> list[int]:
    """One, two, and all cores where there are more."""
    return sorted({1, 2, max(2, os.cpu_count() or 1)})


def runs_of(size: Size, draws: int, threads: int | None = None) -> Callable[[], Records]:
    """What makes so many draws of the world, under each of the policies."""
    policies, worlds = [load_policy(name) for name in POLICIES], parameter_table(draws, **size.world)
    return lambda: simulate(worlds, policies, range(draws), size.horizon_days, threads=threads)


def runs_in(draws: int) -> int:
    """How many runs that is."""
    return draws * len(POLICIES)


def agent_days(size: Size) -> int:
    """Days of all agents in one run: labs of both kinds, organisations, bad actors, and the governments."""
    world: Any = parameter_table(1, **size.world)[0]
    agents = sum(int(world[name]) for name in ("labs", "open_weight_labs", "organisations", "bad_actors")) + GOVERNMENTS
    return agents * size.horizon_days


def operations_per_run(size: Size) -> float:
    """Operations of bad actors in a run, which are the same under every policy, mean over draws."""
    return float(runs_of(size, size.first_draws)().outcomes["operations"].mean())


# The Mesa driver: one run, and many by `mesa.batch_run`.

PROCESSES = 2
NO_AGENTS = {"organisations": 1, "bad_actors": 0, "horizon_days": 1}  # a run that costs nothing


def mesa_settings(size: Size) -> dict[str, Any]:
    """The world as settings of the Mesa driver."""
    return {**size.world, "horizon_days": size.horizon_days}


def mesa_run(size: Size) -> dict[str, Any]:
    """One run of the world."""
    return ReleaseModel(load_policy(POLICY), **mesa_settings(size)).run().outcomes


def mesa_batch(settings: dict[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """A run with each seed, in two processes: what `batch_run` gives of them, in the order of seeds."""
    rows = mesa.batch_run(
        ReleaseModel,
        {"policy": [load_policy(POLICY)], **settings, "seed": list(seeds)},
        number_processes=PROCESSES,
        max_steps=settings["horizon_days"],
        display_progress=False,
    )
    return sorted(rows, key=lambda row: int(row["seed"]))


# The floor: what the default world's operations and idle days would cost if a run did nothing else, with its own unit costs.
#
# An operation needs, whatever channel it takes: the keyed draws of its gap, target and luck; a logarithm for the gap; the target's
# exposure; and its chances of success with a system and without. An agent that does nothing on a day needs one comparison of its alarm
# with the day. It is the floor of a run by itself: policies that share a draw share the first half of that.

OPERATIONS = 1_000_000
SKIPPED_DAYS = 10_000
FLOOR_ACTORS = 1_000  # as in the default world: what its own alarms take is in the processor's nearest cache
HAZARD, UPLIFT = 0.02, 3.0

Array = np.ndarray[Any, np.dtype[Any]]


@njit(cache=True, nogil=True)
def floor_operations(key: int, count: int, exposed: Array) -> tuple[float, int, int]:
    """So many operations of one actor: the time of the next, the successes, and the harm in whole units."""
    next_at, successes, harm = 0.0, 0, 0
    for number in range(count):
        chances = grow(key, number)
        next_at += exponential(draw(chances, Purpose.GAP))
        target = exposed[int(draw(chances, Purpose.TARGET) * len(exposed))]
        success = attack_success(HAZARD, UPLIFT, target)
        harm += whole(success - attack_success(HAZARD, 1.0, target))
        if draw(chances, Purpose.LUCK) < success:
            successes += 1
    return next_at, successes, harm


@njit(cache=True, nogil=True)
def floor_skips(wakes_at: Array, days: int) -> int:
    """On each day, look at every alarm: how often one has rung."""
    awake = 0
    for day in range(days):
        for row in range(len(wakes_at)):
            if wakes_at[row] < day + 1:
                awake += 1
    return awake


def exposures(organisations: int = 200) -> Array:
    """What organisations are exposed to, from all to little."""
    return np.linspace(1.0, 0.1, organisations)


def alarms(actors: int = FLOOR_ACTORS) -> Array:
    """Alarms that ring one after another over the days that are skipped."""
    return np.linspace(0.0, 2.0 * SKIPPED_DAYS, actors)


def floor_acts(times: int) -> dict[str, Act]:
    """Both kernels, compiled before they are timed."""
    both: dict[str, Callable[[], object]] = {
        "operation": partial(floor_operations, stem(1, 2), OPERATIONS, exposures()),
        "skip": partial(floor_skips, alarms(), SKIPPED_DAYS),
    }
    for act in both.values():
        act()
    return {name: Act(act, times) for name, act in both.items()}


def floor_nanoseconds(took: dict[str, list[float]]) -> dict[str, list[float]]:
    """What one operation costs at least, and one skip."""
    counts = {"operation": OPERATIONS, "skip": SKIPPED_DAYS * FLOOR_ACTORS}
    return {name: [1e9 * each / count for each in took[name]] for name, count in counts.items()}


def floor_seconds(operations_per_run: float, agent_days: int, operation: float, skip: float) -> float:
    """Of a run, from what one operation and one skip cost in nanoseconds.

    >>> round(1e9 * floor_seconds(10.0, 110, operation=50.0, skip=1.0), 6)
    600.0
    """
    return 1e-9 * (operations_per_run * operation + (agent_days - operations_per_run) * skip)
