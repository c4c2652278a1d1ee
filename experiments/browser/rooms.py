"""How much room the lists of a run get at first, as the engine works it out, written so that it is compiled too."""

import math
from collections.abc import Callable
from typing import Any

from lockgate.sim.engine.agenda import MOST_PLANS, Agenda
from lockgate.sim.model.bad_actor import operations_per_day
from lockgate.sim.rules.rule import rule


@rule
def room_of(mean: float) -> int:
    """Room for a list of a random (Poisson) length of this mean: `sim.engine.agenda.room_for` of one number."""
    return int(mean + 8.0 * math.sqrt(mean)) + 64


@rule
def none_per_day(world: Any) -> float:
    """No kind acts by alarms."""
    return 0.0


def sum_of(first: Callable[[Any], float], second: Callable[[Any], float]) -> Callable[[Any], float]:
    """The rule that adds what two rules expect of a day."""

    @rule
    def per_day(world: Any) -> float:
        return first(world) + second(world)

    return per_day


def first_rooms(agenda: Agenda) -> Callable[[int, Any, Any], None]:
    """The function that writes how much room a run of so many days in a world (a table of one row) gets at first.

    That is: for how many days an agenda of these kinds is laid at once, room for its plans, and room for the run's operations.
    """
    plans_per_day: Callable[[Any], float] = none_per_day
    for kind in agenda.kinds.values():
        for alarm in kind.alarms.values():
            plans_per_day = sum_of(plans_per_day, alarm.per_day)

    @rule
    def rooms(horizon: int, world: Any, out: Any) -> None:
        daily = plans_per_day(world[0])
        most = max(MOST_PLANS, world[0].bad_actors // 2)
        out[0] = min(horizon, max(1, int(most / max(daily, 1.0))))
        out[1] = room_of(out[0] * daily)
        out[2] = room_of(horizon * operations_per_day(world[0]))

    return rooms
