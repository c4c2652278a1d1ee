"""The floor: what the default world's operations and idle days would cost if a run did nothing else, with its own unit costs.

An operation needs, whatever channel it takes: the keyed draws of its gap, target and luck; a logarithm for the gap; the target's
exposure; and its chances of success with a system and without. An agent that does nothing on a day needs one comparison of its alarm
with the day. It is the floor of a run by itself: policies that share a draw share the first half of that.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numba import njit

from lockgate.experiments.benchmark.machine import Act
from lockgate.sim.model.chance import Purpose, draw, exponential, grow, stem
from lockgate.sim.model.formulas.attack import attack_success, whole

OPERATIONS = 1_000_000
SKIPPED_DAYS = 10_000
ACTORS = 1_000  # as in the default world: what its own alarms take is in the processor's nearest cache
HAZARD, UPLIFT = 0.02, 3.0

Array = np.ndarray[Any, np.dtype[Any]]


@njit(cache=True, nogil=True)
def operations(key: int, count: int, exposed: Array) -> tuple[float, int, int]:
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
def skips(wakes_at: Array, days: int) -> int:
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


def alarms(actors: int = ACTORS) -> Array:
    """Alarms that ring one after another over the days that are skipped."""
    return np.linspace(0.0, 2.0 * SKIPPED_DAYS, actors)


def acts(times: int) -> dict[str, Act]:
    """Both kernels, compiled before they are timed."""
    both: dict[str, Callable[[], object]] = {
        "operation": partial(operations, stem(1, 2), OPERATIONS, exposures()),
        "skip": partial(skips, alarms(), SKIPPED_DAYS),
    }
    for act in both.values():
        act()
    return {name: Act(act, times) for name, act in both.items()}


def nanoseconds(took: dict[str, list[float]]) -> dict[str, list[float]]:
    """What one operation costs at least, and one skip."""
    counts = {"operation": OPERATIONS, "skip": SKIPPED_DAYS * ACTORS}
    return {name: [1e9 * each / count for each in took[name]] for name, count in counts.items()}


def floor_seconds(operations_per_run: float, agent_days: int, operation: float, skip: float) -> float:
    """Of a run, from what one operation and one skip cost in nanoseconds.

    >>> round(1e9 * floor_seconds(10.0, 110, operation=50.0, skip=1.0), 6)
    600.0
    """
    return 1e-9 * (operations_per_run * operation + (agent_days - operations_per_run) * skip)
