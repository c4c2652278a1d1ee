"""The day as one compiled rule, built from `DAY`: every kind acts in the order of its rows, as far as it has anything to do."""

from collections.abc import Callable, Mapping
from typing import Any

from sim.agenda import Agenda
from sim.agent import Agent, acts_by_alarms
from sim.agents import DAY
from sim.rule import attribute, one_after_another, rule


def day_of(kinds: Mapping[str, type[Agent]], agenda: Agenda) -> Callable[[Any, int], None]:
    """The rule of a day with these kinds of agents."""

    def act(name: str) -> Callable[[Any, int], None]:
        if name not in kinds:
            return DAY[name]  # type: ignore[no-any-return]
        return agenda.acts(name) if acts_by_alarms(kinds[name]) else steps_of(name, kinds[name])

    return one_after_another([act(name) for name in DAY])


def steps_of(name: str, kind: type[Agent]) -> Callable[[Any, int], None]:
    """The rule that lets every agent of a kind take its step, or all for which a field is true."""
    table_of, step = attribute(name), kind.step
    if not kind.acts_if:

        @rule
        def act(world: Any, day: int) -> None:
            table = table_of(world)
            for row in range(len(table)):
                step(table[row], world, day)

        return act

    acts = attribute(kind.acts_if)

    @rule
    def act_if(world: Any, day: int) -> None:
        table = table_of(world)
        for row in range(len(table)):
            if acts(table[row]):
                step(table[row], world, day)

    return act_if
