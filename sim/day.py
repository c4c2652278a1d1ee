"""The day as one compiled rule, built from `DAY`: every kind acts in the order of its rows, as far as it has anything to do."""

from collections.abc import Callable
from typing import Any

from sim.agenda import keep_agenda
from sim.agents import DAY, KINDS, Partner
from sim.memory import table_of
from sim.row import NOTHING
from sim.rule import one_after_another, rule
from sim.start.room import COMPILED_WORLD
from sim.vocabulary import Approval

seek = Partner.step


@rule
def any_has_access_or_asks(world: Any) -> bool:
    """Whether an application is open, or a search with a restricted system is to end."""
    found = 0
    for row in range(len(world.partners)):  # no branch: eight at a time
        partner = world.partners[row]
        found += (partner.approval != Approval.NONE) * (partner.approval < Approval.APPROVED) + partner.searches_early
    return found > 0


@rule
def let_seekers_act(world: Any, day: int) -> None:
    """The step of an organisation that does not want access does nothing: only those that do are visited, if any is to do something."""
    if world.today.restricted_capability <= NOTHING and not any_has_access_or_asks(world):
        return
    for place in range(world.constants.seekers):
        seek(world.partners[world.seekers[place]], world, day)


def acts_of(name: str, step: Callable[..., None]) -> Callable[..., None]:
    """The rule that lets every agent of a table act."""
    table_of_world = table_of(COMPILED_WORLD, name)

    @rule
    def act(world: Any, day: int) -> None:
        table = table_of_world(world)
        for row in range(len(table)):
            step(table[row], world, day)

    return act


# Kinds of which few have anything to do on a day: what leads the driver to these.
LED = {"partners": let_seekers_act, "bad_actors": keep_agenda}

pass_day = one_after_another([LED.get(name) or acts_of(name, act.step) if name in KINDS else act for name, act in DAY.items()])
