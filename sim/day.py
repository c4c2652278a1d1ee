"""The day as one compiled rule, built from `DAY`: every kind acts in the order of its rows."""

from collections.abc import Callable
from typing import Any

from sim.agents import DAY, KINDS
from sim.memory import table_of
from sim.rule import one_after_another, rule
from sim.start.room import COMPILED_WORLD

SLEEPERS = ("bad_actors",)  # kinds that keep their next day in `world.wakes_at`


def acts_of(name: str, step: Callable[..., None]) -> Callable[..., None]:
    """The rule that lets every agent of a table act."""
    table_of_world = table_of(COMPILED_WORLD, name)

    @rule
    def act(world: Any, day: int) -> None:
        table = table_of_world(world)
        for row in range(len(table)):
            step(table[row], world, day)

    @rule
    def act_if_awake(world: Any, day: int) -> None:
        # A sleeper's step does nothing before its day: its alarm, in a dense list, spares the walk over all rows.
        table = table_of_world(world)
        for row in range(len(table)):
            if world.wakes_at[row] < day + 1:
                step(table[row], world, day)

    return act_if_awake if name in SLEEPERS else act


pass_day = one_after_another([acts_of(name, act.step) if name in KINDS else act for name, act in DAY.items()])
