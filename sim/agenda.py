"""The agenda: what bad actors try on the days ahead, worked out at once for the compiled driver.

When an operation comes, whom it attacks and its luck depend on the world and the seed alone. So the compiled driver plans them in
one go, files them by day, and visits only actors that are due, in the order in which `BadActor.step` would have come to them; and
policies that share a draw share its agenda.
"""

from typing import Any

import numpy as np

from sim.agents.bad_actor import choose_target, draw_luck, operate, plan_operation, plan_theft, try_theft
from sim.memory import fetch
from sim.row import NOBODY, dtype
from sim.rule import rule
from sim.world import Draft, Operation

DRAFT_DTYPE, OPERATION_DTYPE = dtype(Draft), dtype(Operation)
THEFT = -2  # an attempt at weights, where an operation has a target
FETCHED_AHEAD = 6  # operations: by then the actor of a later one has come from main memory
MOST_PLANS = 1 << 17  # on one agenda, unless that is fewer than half of the actors have in all


def plans_a_day(worlds: Any) -> Any:
    """Expected number of operations and thefts on a day, for each world of a table."""
    spies = worlds["spy_share"] * worlds["bad_actors"]
    return operations_a_day(worlds) + spies / worlds["theft_gap_days"]


def operations_a_day(worlds: Any) -> Any:
    """Expected number of operations on a day, for each world of a table."""
    spies, insiders = worlds["spy_share"], worlds["insider_share"]
    crews = np.maximum(0.0, 1.0 - spies - insiders)
    rate = spies / worlds["spy_gap_days"] + insiders / worlds["insider_gap_days"] + crews / worlds["crew_gap_days"]
    return worlds["bad_actors"] * rate


def days_planned(horizon: int, worlds: Any) -> int:
    """For how many days an agenda of all these worlds is laid at once: all, where the plans are not too many."""
    if not len(worlds):
        return horizon
    busiest = max(float(plans_a_day(worlds).max()), 1.0)
    return min(horizon, max(1, int(max(MOST_PLANS, int(worlds["bad_actors"].max()) // 2) / busiest)))


def room_for(mean: Any) -> Any:
    """Room for a list of a random (Poisson) length of this mean, seldom too short."""
    return (mean + 8.0 * np.sqrt(mean)).astype(np.int64) + 64


def plans_expected(days: int, worlds: Any) -> Any:
    """Room for the plans of so many days, for each world of a table."""
    return room_for(days * plans_a_day(worlds))


@rule
def renew_agenda(world, day):
    """Plan the next days once all that were planned are over. Gives how much was planned: 0 on other days."""
    if day % world.days_ahead != 0:
        return 0
    return plan_ahead(world, day, min(world.horizon, day + world.days_ahead))


@rule
def plan_ahead(world, first, last):
    """Put what comes on days `first` to `last` - 1 on the agenda, and give how much that is: more than there is room for is left out."""
    for slot in range(last - first + 2):
        world.agenda_begins[slot] = 0
    number = 0
    for row in range(len(world.bad_actors)):
        number = draft_plans(world.bad_actors[row], world, first, last, number)
    if number <= len(world.drafts):
        file_by_day(world, last - first, number)
    return number


@rule
def draft_plans(actor, world, first, last, number):
    """Write down what one actor tries before day `last`, thefts first, behind `number` plans of others; gives their number now."""
    while actor.theft_at < last:
        draft = draft_for(world, actor.theft_at, first, number)
        draft.actor, draft.target = actor.index, THEFT
        draft.chances = plan_theft(actor, world)
        number += 1
    while actor.next_at < last:
        plan_operation(actor, world, draft_for(world, actor.next_at, first, number))
        number += 1
    return number


@rule
def draft_for(world, time, first, number):
    """The line for the plan of a time. Where there is no room, the last line is written over, for only the number counts then."""
    draft = world.drafts[min(number, len(world.drafts) - 1)]
    draft.slot = int(time) - first
    world.agenda_begins[draft.slot + 2] += 1
    return draft


@rule
def file_by_day(world, days, number):
    """Sort plans by day (counting sort: within a day they stay in order), and draw the luck of each."""
    begins = world.agenda_begins
    for line in range(number):
        if world.drafts[line].target == NOBODY:
            choose_target(world, world.drafts[line])
    for slot in range(days):
        begins[slot + 2] += begins[slot + 1]
    for line in range(number):
        draft = world.drafts[line]
        operation = world.agenda[begins[draft.slot + 1]]
        begins[draft.slot + 1] += 1
        operation.chances, operation.actor, operation.target = draft.chances, draft.actor, draft.target
    for place in range(number):
        draw_luck(world.agenda[place])


@rule
def keep_agenda(world, day):
    """What is on the agenda today."""
    slot = day % world.days_ahead
    end = world.agenda_begins[slot + 1]
    for place in range(world.agenda_begins[slot], end):
        fetch(world.bad_actors[world.agenda[min(place + FETCHED_AHEAD, end - 1)].actor])
        operation = world.agenda[place]
        actor = world.bad_actors[operation.actor]
        if operation.target == THEFT:
            try_theft(actor, world, operation.chances, day)
        else:
            operate(actor, world, operation, day)
