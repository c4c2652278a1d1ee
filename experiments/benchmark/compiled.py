"""The compiled driver: the runs that are timed, and what they hold."""

import os
from collections.abc import Callable
from typing import Any

from lockgate.experiments.benchmark.size import POLICIES, Size
from lockgate.scenarios import load_policy
from lockgate.sim.engine.plan import Records
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.parameters import parameter_table

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
