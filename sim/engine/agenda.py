"""The agenda: what agents that act by alarms do on the days ahead, planned at once for the compiled driver.

What an alarm plans depends on the world and the seed alone. So the compiled driver plans many days in one go, files the plans by day
and kind, and visits only agents whose time has come, in the order in which their steps would have; and policies that share a draw share
its agenda. All of it follows from the kinds' `alarms`.
"""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import numpy as np

from lockgate.sim.model.agent import Agent, Alarm, acts_by_alarms, aimed, idle_of
from lockgate.sim.model.day import DAY
from lockgate.sim.model.world import Draft, Plan
from lockgate.sim.rules.memory import fetch
from lockgate.sim.rules.row import dtype
from lockgate.sim.rules.rule import attribute, one_after_another, rule

DRAFT_DTYPE, PLAN_DTYPE = dtype(Draft), dtype(Plan)
FETCHED_AHEAD = 6  # plans: by then the agent of a later one has come from main memory
MOST_PLANS = 1 << 17  # on one agenda, unless that is fewer than half of the bad actors have in all


def room_for(mean: Any) -> Any:
    """Room for a list of a random (Poisson) length of this mean, seldom too short."""
    return (mean + 8.0 * np.sqrt(mean)).astype(np.int64) + 64


class Agenda:
    """The agenda of these kinds of agents: how many plans to expect, and the rules that make and keep them."""

    def __init__(self, kinds: Mapping[str, type[Agent]]) -> None:
        self.kinds = {name: kind for name, kind in kinds.items() if acts_by_alarms(kind)}
        self.days_share = max(1, len(self.kinds))  # slots of a day
        self.renew = renewal(self.kinds, self.days_share)

    def plans_per_day(self, worlds: Any) -> Any:
        """Expected number of plans for a day, for each world of a table."""
        return sum((alarm.per_day(worlds) for kind in self.kinds.values() for alarm in kind.alarms.values()), np.zeros(len(worlds)))

    def days_ahead(self, horizon: int, worlds: Any) -> int:
        """For how many days an agenda of all these worlds is laid at once: all, where the plans are not too many."""
        if not len(worlds):
            return horizon
        busiest = max(float(self.plans_per_day(worlds).max()), 1.0)
        return min(horizon, max(1, int(max(MOST_PLANS, int(worlds["bad_actors"].max()) // 2) / busiest)))

    def plans_expected(self, days: int, worlds: Any) -> Any:
        """Room for the plans of so many days, for each world of a table."""
        return room_for(days * self.plans_per_day(worlds))

    def slots(self, days: int) -> int:
        """Length of the list that says where the plans of each slot begin."""
        return days * self.days_share + 2

    def acts(self, name: str) -> Callable[[Any, int], None]:
        """The rule that lets agents of this kind do what is on the agenda for a day."""
        return keeper(name, numbered(self.kinds)[name], list(self.kinds).index(name), self.days_share)


def numbered(kinds: Mapping[str, type[Agent]]) -> dict[str, dict[str, tuple[int, Alarm]]]:
    """The alarms of each kind by the name of their field, numbered through all kinds."""
    numbers = count()
    return {name: {field: (next(numbers), alarm) for field, alarm in kind.alarms.items()} for name, kind in kinds.items()}


@rule
def line_for(world, slot, number):
    """The line for a plan. Where there is no room, the last line is written over, for only the number counts then."""
    line = world.drafts[min(number, len(world.drafts) - 1)]
    line.slot = slot
    world.agenda_begins[slot + 2] += 1
    return line


def planner(name: str, alarm: Alarm, number_of_alarm: int, place: int, share: int) -> Callable[..., int]:
    """The rule that plans what one agent does by one alarm before day `last`, behind `number` other plans; it gives their number now."""
    due, plan = attribute(name), alarm.plan

    @rule
    def plan_ahead(agent: Any, world: Any, first: int, last: int, number: int) -> int:
        while due(agent) < last:
            line = line_for(world, (int(due(agent)) - first) * share + place, number)
            line.agent, line.alarm = agent.index, number_of_alarm
            plan(agent, world, line)
            number += 1
        return number

    return plan_ahead


def both(first: Callable[..., int], second: Callable[..., int]) -> Callable[..., int]:
    """Two planners of one agent, one after the other."""

    @rule
    def plan_ahead(agent: Any, world: Any, begin: int, last: int, number: int) -> int:
        return second(agent, world, begin, last, first(agent, world, begin, last, number))

    return plan_ahead


def planner_of_kind(name: str, alarms: Mapping[str, tuple[int, Alarm]], place: int, share: int) -> Callable[..., int]:
    """The rule that plans for all agents of a kind, agent by agent and alarm by alarm."""
    table_of = attribute(name)
    planners = [planner(field, alarm, number, place, share) for field, (number, alarm) in alarms.items()]
    for_one = planners[0]
    for further in planners[1:]:
        for_one = both(for_one, further)

    @rule
    def plan_ahead(world: Any, first: int, last: int, number: int) -> int:
        table = table_of(world)
        for row in range(len(table)):
            number = for_one(table[row], world, first, last, number)
        return number

    return plan_ahead


def after(first: Callable[..., int], second: Callable[..., int]) -> Callable[..., int]:
    """Two kinds' planners, one after the other."""

    @rule
    def plan_ahead(world: Any, begin: int, last: int, number: int) -> int:
        return second(world, begin, last, first(world, begin, last, number))

    return plan_ahead


@rule
def nothing(world, first, last, number):
    """No kind acts by alarms."""
    return number


@rule
def file_by_day(world, slots, number):
    """Sort plans by day and kind (counting sort: within a slot they stay in order)."""
    begins = world.agenda_begins
    for slot in range(slots):
        begins[slot + 2] += begins[slot + 1]
    for place in range(number):
        draft = world.drafts[place]
        line = world.agenda[begins[draft.slot + 1]]
        begins[draft.slot + 1] += 1
        line.chances, line.agent, line.alarm, line.target = draft.chances, draft.agent, draft.alarm, draft.target


def aimer(kinds: Mapping[str, type[Agent]]) -> Callable[[Any, int], None]:
    """The rule that writes the rest of all plans, one after another."""
    aim_one = aimed
    for alarms in numbered(kinds).values():
        for number, alarm in alarms.values():
            if alarm.aim:
                aim_one = aim_or(number, alarm.aim, aim_one)

    @rule
    def aim_all(world: Any, number: int) -> None:
        for line in range(number):
            aim_one(world, world.agenda[line])

    return aim_all


def aim_or(number: int, aim: Callable[..., None], others: Callable[..., None]) -> Callable[..., None]:
    """The rest of the plans of one alarm, or that of another's."""

    @rule
    def aim_one(world: Any, line: Any) -> None:
        if line.alarm == number:
            aim(world, line)
        else:
            others(world, line)

    return aim_one


def renewal(kinds: Mapping[str, type[Agent]], share: int) -> Callable[[Any, int], int]:
    """The rule that plans the next days once all that were planned are over; it gives how much that is, and 0 on other days.

    More than there is room for is left out: the run is then to be done again with more.
    """
    plan_all = nothing
    for place, (name, alarms) in enumerate(numbered(kinds).items()):
        plan_all = after(plan_all, planner_of_kind(name, alarms, place, share))
    aim_all = aimer(kinds)

    @rule
    def renew_agenda(world: Any, day: int) -> int:
        if day % world.days_ahead != 0:
            return 0
        last = min(world.horizon, day + world.days_ahead)
        slots = (last - day) * share
        for slot in range(slots + 2):
            world.agenda_begins[slot] = 0
        number = plan_all(world, day, last, 0)
        if number <= len(world.drafts):
            file_by_day(world, slots, number)
            aim_all(world, number)
        return number

    return renew_agenda


def keeper(name: str, alarms: Mapping[str, tuple[int, Alarm]], place: int, share: int) -> Callable[[Any, int], None]:
    """The rule that lets agents of a kind do what is on the agenda for a day."""
    table_of, act = attribute(name), act_of(list(alarms.values()))

    @rule
    def keep_agenda(world: Any, day: int) -> None:
        table = table_of(world)
        slot = day % world.days_ahead * share + place
        end = world.agenda_begins[slot + 1]
        for line in range(world.agenda_begins[slot], end):
            fetch(table[world.agenda[min(line + FETCHED_AHEAD, end - 1)].agent])
            plan = world.agenda[line]
            act(table[plan.agent], world, plan, day)

    return keep_agenda


def act_of(alarms: list[tuple[int, Alarm]]) -> Callable[[Any, Any, Any, int], None]:
    """The rule that does what a plan is for."""
    act = alarms[-1][1].act
    for number, alarm in reversed(alarms[:-1]):
        act = act_or(number, alarm.act, act)
    return act


def act_or(number: int, one: Callable[..., None], others: Callable[..., None]) -> Callable[..., None]:
    """The act of an alarm, or that of a later one."""

    @rule
    def act(agent: Any, world: Any, plan: Any, day: int) -> None:
        if plan.alarm == number:
            one(agent, world, plan, day)
        else:
            others(agent, world, plan, day)

    return act


def day_of(kinds: Mapping[str, type[Agent]], agenda: Agenda, *, idle: bool = True) -> Callable[[Any, int], None]:
    """The rule of a day with these kinds of agents. Unless they may be `idle`, they are visited when they say that they are."""

    def act(name: str) -> Callable[[Any, int], None]:
        if name not in kinds:
            return DAY[name]  # type: ignore[no-any-return]
        if acts_by_alarms(kinds[name]):
            return agenda.acts(name)
        steps = steps_of(name, kinds[name])
        rests = idle_of(kinds[name]) if idle else None
        return unless(rests, steps) if rests else steps

    return one_after_another([act(name) for name in DAY])


def unless(idle: Callable[[Any], bool], act: Callable[[Any, int], None]) -> Callable[[Any, int], None]:
    """The rule that does this on days on which the kind is not idle."""

    @rule
    def act_unless_idle(world: Any, day: int) -> None:
        if not idle(world):
            act(world, day)

    return act_unless_idle


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
