"""The morning of day 0: what follows from the parameters alone, then each kind of agents, then what they can use."""

from collections.abc import Callable, Mapping
from typing import Any

from lockgate.sim.model.access import settle_access
from lockgate.sim.model.agent import Agent
from lockgate.sim.model.formulas.attack import expected_loss
from lockgate.sim.model.formulas.time import YEAR_DAYS
from lockgate.sim.model.market import share_customers
from lockgate.sim.model.vocabulary import Feedback
from lockgate.sim.rules.rule import rule


@rule
def begin_world(world):
    """What follows from the parameters alone, and whose each system will be."""
    constants, params = world.constants, world.params
    constants.expected_loss = expected_loss(params.severity_mu, params.severity_sigma, params.severity_cap)
    constants.discount_per_day = params.discount_per_year / YEAR_DAYS
    constants.feedback = params.feedback == Feedback.FULL
    constants.owners = len(world.labs) + len(world.open_weight_labs)
    if len(world.agencies) > 0:
        constants.tests_per_agency = len(world.tests) // len(world.agencies)
        constants.testers_per_agency = len(world.testers) // len(world.agencies)
    for row in range(len(world.systems)):
        world.systems[row].index = row
        owner = row % constants.owners
        world.systems[row].open_lab = owner >= len(world.labs)
        world.systems[row].owner = owner - len(world.labs) if owner >= len(world.labs) else owner
        world.systems[row].number = row // constants.owners


@rule
def end_beginning(world):
    """What agents can use, and whose customers they are."""
    settle_access(world, 0)
    share_customers(world)


def beginning(kinds: Mapping[str, type[Agent]]) -> Callable[[Any], None]:
    """The rule that fills the tables of a run with these kinds of agents, kind by kind in the order of a day."""
    begin = begin_world
    for kind in kinds.values():
        begin = then(begin, kind.begin)
    return then(begin, end_beginning)


def then(first: Callable[[Any], None], second: Callable[[Any], None]) -> Callable[[Any], None]:
    """A rule of two."""

    @rule
    def begin(world: Any) -> None:
        first(world)
        second(world)

    return begin
