"""The agenda: what comes on the days ahead, filed by day, is what actors would try one by one."""

import math
from typing import Any

import numpy as np

from sim.access import settle_access
from sim.agenda import (
    DRAFT_DTYPE,
    MOST_PLANS,
    OPERATION_DTYPE,
    THEFT,
    days_planned,
    draft_for,
    draft_plans,
    file_by_day,
    keep_agenda,
    operations_a_day,
    plan_ahead,
    plans_a_day,
    plans_expected,
    room_for,
)
from sim.agents.bad_actor import choose_target, draw_luck, plan_operation, plan_theft
from sim.chance import Purpose, draw, exponential, grow
from sim.parameters import parameter_table
from sim.row import NEVER, NOBODY, dtype
from sim.vocabulary import ActorKind, Channel, EventKind
from sim.world import Draft, Operation
from tests.mutation.worlds import log_of, near, put, state, world_of

BUSY = {
    "bad_actors": 8,
    "spy_share": 0.3,
    "insider_share": 0.25,
    "spy_gap_days": 3.0,
    "insider_gap_days": 4.0,
    "crew_gap_days": 2.5,
    "theft_gap_days": 6.0,
}


def planning(days_ahead: int, room: int = 400, **given: Any) -> Any:
    """A world in which several plans come on most days, with room for an agenda."""
    world = world_of(seed=given.pop("seed", 4), **{**BUSY, **given})
    world.days_ahead = days_ahead
    world.drafts = [Draft() for _ in range(room)]
    world.agenda = [Operation() for _ in range(room)]
    world.agenda_begins = [99] * (days_ahead + 2)
    return world


def idle(world: Any) -> Any:
    """The same with nobody who plans anything."""
    for actor in world.bad_actors:
        put(actor, next_at=float(NEVER), theft_at=float(NEVER))
    return world


def by_day(world: Any, days: int) -> list[list[dict[str, Any]]]:
    """What is filed for each day."""
    begins = world.agenda_begins
    return [[state(line) for line in world.agenda[begins[slot] : begins[slot + 1]]] for slot in range(days)]


def one_by_one(world: Any, first: int, last: int) -> list[list[dict[str, Any]]]:
    """The plans of these days as `BadActor.step` comes to them: day by day, actor by actor, thefts first."""
    days: list[list[dict[str, Any]]] = []
    for day in range(first, last):
        days.append([])
        for actor in world.bad_actors:
            while actor.theft_at < day + 1:
                operation = Operation(actor=actor.index, target=THEFT, chances=plan_theft(actor, world))
                draw_luck(operation)
                days[-1].append(state(operation))
            while actor.next_at < day + 1:
                operation = Operation()
                plan_operation(actor, world, operation)
                if operation.target == NOBODY:
                    choose_target(world, operation)
                draw_luck(operation)
                days[-1].append(state(operation))
    return days


def times_of(world: Any) -> list[tuple[float, float, int, int]]:
    """What planning has changed of the actors."""
    return [(actor.next_at, actor.theft_at, actor.operations, actor.thefts_tried) for actor in world.bad_actors]


def test_an_agenda_is_what_actors_would_try_one_by_one() -> None:
    for days in (1, 2, 50):
        world, other = planning(days, bad_actors=5), planning(days, bad_actors=5)
        number = plan_ahead(world, 0, days)
        expected = one_by_one(other, 0, days)
        assert number == sum(len(plans) for plans in expected)
        assert by_day(world, days) == expected
        assert times_of(world) == times_of(other)
        assert (world.agenda_begins[0], world.agenda_begins[days]) == (0, number)
    assert number > 60
    assert [] in expected, "also days without plans"
    kinds = {(line["target"] == THEFT, world.bad_actors[line["actor"]].kind) for plans in expected for line in plans}
    assert kinds == {(True, ActorKind.SPY), (False, ActorKind.SPY), (False, ActorKind.CREW), (False, ActorKind.INSIDER)}
    both = [
        [(line["actor"], line["target"] == THEFT) for line in plans]
        for plans in expected
        if {True, False} == {line["target"] == THEFT for line in plans if line["actor"] == 0}
    ]
    assert both, "a spy with a theft and an operation on one day"
    for plans in both:
        own = [theft for actor, theft in plans if actor == 0]
        assert own == sorted(own, reverse=True), "thefts come first"
        assert [actor for actor, _ in plans] == sorted(actor for actor, _ in plans), "rows keep their order"


def test_two_blocks_of_days_are_the_same_as_one() -> None:
    whole, halves = planning(20), planning(10)
    plan_ahead(whole, 0, 20)
    expected = by_day(whole, 20)
    numbers = [plan_ahead(halves, 0, 10)]
    found = by_day(halves, 10)
    numbers.append(plan_ahead(halves, 10, 20))
    found += by_day(halves, 10)
    assert found == expected
    assert sum(numbers) == whole.agenda_begins[20]
    assert times_of(halves) == times_of(whole)


def test_a_last_block_that_is_shorter_leaves_nothing_of_the_one_before() -> None:
    world, other = planning(10), planning(10)
    plan_ahead(world, 0, 10)
    assert world.agenda_begins[11] == world.agenda_begins[10]
    number = plan_ahead(world, 10, 13)
    one_by_one(other, 0, 10)
    expected = one_by_one(other, 10, 13)
    assert number == sum(len(plans) for plans in expected) > 0
    assert by_day(world, 3) == expected
    assert world.agenda_begins[3:5] == [number, number], "the last day ends where all do"


def test_a_time_on_the_border_of_a_day_belongs_to_the_day_that_begins() -> None:
    for kind in ("next_at", "theft_at"):
        for first in (0, 5):
            for time, slot in ((first, 0), (first + 0.999, 0), (first + 1.0, 1), (math.nextafter(first + 2.0, 0.0), 1), (first + 2.0, 2)):
                world = idle(planning(3, theft_gap_days=1e6))
                actor = put(world.bad_actors[3], gap_days=1e6, **{kind: float(time)})
                assert plan_ahead(world, first, first + 3) == 1
                assert [len(plans) for plans in by_day(world, 3)] == [int(day == slot) for day in range(3)], (kind, first, time)
                assert getattr(actor, kind) > first + 3
            for time in (first + 3.0, first + 3.5):
                world = idle(planning(3))
                put(world.bad_actors[3], **{kind: float(time)})
                assert plan_ahead(world, first, first + 3) == 0
                assert by_day(world, 3) == [[], [], []], "it comes later"
                assert getattr(world.bad_actors[3], kind) == time


def test_plans_of_one_actor() -> None:
    world = idle(planning(10))
    actor = put(world.bad_actors[2], kind=int(ActorKind.INSIDER), home=3, next_at=6.5, theft_at=8.25, operations=7, thefts_tried=2)
    put(actor, gap_days=1e6)
    world.params.theft_gap_days = 1e6
    world.agenda_begins[:] = [0] * 12
    assert draft_plans(actor, world, 5, 15, 4) == 6
    theft, operation = state(world.drafts[4]), state(world.drafts[5])
    assert theft == {"chances": grow(actor.stem, 2), "actor": 2, "target": THEFT, "slot": 3}
    assert operation == {"chances": grow(actor.stem, 7), "actor": 2, "target": 3, "slot": 1}
    assert world.agenda_begins == [0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0], "counted two places on, for the sums to come"
    assert near(actor.next_at, 6.5 + 1e6 * exponential(draw(grow(actor.stem, 7), Purpose.GAP)))
    assert near(actor.theft_at, 8.25 + 1e6 * exponential(draw(grow(actor.stem, 2), Purpose.THEFT_GAP)))
    assert [state(draft) for draft in world.drafts[:4] + world.drafts[6:]] == [state(Draft())] * 398


def test_where_there_is_no_room_the_last_line_is_written_over() -> None:
    world = planning(4, room=3)
    world.agenda_begins[:] = [0] * 6
    for number, line in ((0, 0), (1, 1), (2, 2), (3, 2), (50, 2)):
        assert draft_for(world, 12.75, 10, number) is world.drafts[line]
        assert world.drafts[line].slot == 2
    assert world.agenda_begins == [0, 0, 0, 0, 5, 0]


def test_too_little_room_gives_the_number_and_files_nothing() -> None:
    number = plan_ahead(planning(12), 0, 12)
    for room, filed in ((number, True), (number - 1, False), (2, False), (1, False)):
        world, other = planning(12, room=room), planning(12)
        assert plan_ahead(world, 0, 12) == number
        expected = one_by_one(other, 0, 12)
        assert times_of(world) == times_of(other), "planning goes on, so that the number is right"
        if filed:
            assert by_day(world, 12) == expected
        else:
            assert [state(line) for line in world.agenda] == [state(Operation())] * room


def test_filing_keeps_the_order_of_lines_within_a_day() -> None:
    world = planning(4, room=7)
    slots = [2, 0, 2, 3, 0, 2]
    world.agenda_begins[:] = [0, 0, 2, 0, 3, 1]
    for line, slot in enumerate(slots):
        put(world.drafts[line], chances=1000 + line, actor=10 + line, target=20 + line, slot=slot)
    put(world.drafts[6], chances=77, actor=77, target=77, slot=1)
    file_by_day(world, 4, 6)
    assert world.agenda_begins[:5] == [0, 2, 2, 5, 6]
    assert [line.actor for line in world.agenda] == [11, 14, 10, 12, 15, 13, 0], "what stands behind the last plan is left alone"
    for line in world.agenda[:6]:
        expected = put(Operation(), chances=line.actor + 990, actor=line.actor, target=line.actor + 10)
        draw_luck(expected)
        assert state(line) == state(expected)
    assert state(world.agenda[6]) == state(Operation())


def test_nothing_planned() -> None:
    world = idle(planning(5))
    assert plan_ahead(world, 10, 15) == 0
    assert world.agenda_begins[:6] == [0] * 6
    assert [state(line) for line in world.agenda] == [state(Operation())] * 400
    world.score.operations = 0
    for day in range(10, 15):
        keep_agenda(world, day)
    assert world.score.operations == world.score.thefts == 0


def test_today_s_part_of_the_agenda_is_kept_and_no_other() -> None:
    """Each line is tried once on its day, by its actor, in order, with its own luck and target."""
    world = planning(4, labs=2, base_hazard=10.0, theft_chance_sl3=1.0, severity_cap=10.0, evasion=0.0)
    for lab in world.labs:
        put(lab, trained=8.0, systems=1, security_level=3.0)
    settle_access(world, 0)
    for actor in world.bad_actors:
        put(actor, skill=1.0)
    # Days 8 to 11: nothing, an operation, a theft between operations, two operations.
    world.agenda_begins[:] = [0, 0, 1, 4, 6, 0]
    lines = [(5, 3), (1, 0), (2, THEFT), (2, 1), (7, 2), (3, 3)]
    for place, (actor, target) in enumerate(lines):
        put(world.agenda[place], chances=500 + place, actor=actor, target=target)
        draw_luck(world.agenda[place])
        put(world.agenda[place], luck=0.0)
    put(world.agenda[6], chances=9, actor=0, target=0)
    before = times_of(world)
    seen = {}
    for day in range(8, 12):
        keep_agenda(world, day)
        seen[day] = [(kind, who, whom) for kind, on, who, whom, _, _ in log_of(world) if kind in (EventKind.INCIDENT, EventKind.THEFT)]
    lab = int(draw(502, Purpose.THEFT_TARGET) * 2)
    assert seen == {
        8: [],
        9: [(EventKind.INCIDENT, 5, 3)],
        10: [(EventKind.INCIDENT, 1, 0), (EventKind.THEFT, 2, lab), (EventKind.INCIDENT, 2, 1)],
        11: [(EventKind.INCIDENT, 7, 2), (EventKind.INCIDENT, 3, 3)],
    }
    assert times_of(world) == before, "nothing is planned anew"
    assert (world.score.operations, world.score.thefts, world.channels[Channel.STOLEN_WEIGHTS].operations) == (5, 1, 1)


def test_the_day_counts_for_those_who_are_banned() -> None:
    for day, channel in ((9, Channel.NO_MODEL), (13, Channel.PUBLIC_SERVICE)):
        world = planning(4, room=1)
        world.agenda_begins[:] = [0, 0, 1, 1, 1, 0]
        put(world.agenda[0], actor=4, target=0, luck=1.0, luck_public=1.0)
        put(world.bad_actors[4], banned_until=13, stolen_system=NOBODY)
        put(world.today, offers=1)
        put(world.offers[0], channel=int(Channel.PUBLIC_SERVICE), capability=1.0, safeguard=0.0)
        keep_agenda(world, day)
        assert world.channels[channel].operations == 1


def test_a_run_by_agenda_is_the_run_by_steps() -> None:
    """Day by day the same world comes out, whether actors step or the agenda is kept."""
    levels = {"base_hazard": 0.4, "theft_chance_sl3": 0.4, "ban_chance": 0.5}
    for days_ahead in (1, 4, 12):
        stepped, kept = world_of(seed=4, **{**BUSY, **levels}), planning(days_ahead, **levels)
        for day in range(12):
            for actor in stepped.bad_actors:
                actor.step(stepped, day)
            if day % days_ahead == 0:
                plan_ahead(kept, day, min(12, day + days_ahead))
            keep_agenda(kept, day)
            assert log_of(kept) == log_of(stepped)
        assert state(kept.score) == state(stepped.score)
        assert [state(actor) for actor in kept.bad_actors if actor.next_at >= 12] == [state(actor) for actor in stepped.bad_actors]
    assert stepped.score.thefts > 0 < stepped.score.operations


def test_expected_plans() -> None:
    shares = {"spy_share": [0.25, 0.0, 0.75], "insider_share": [0.5, 0.0, 0.5]}
    gaps = {"spy_gap_days": 8.0, "insider_gap_days": 4.0, "crew_gap_days": 2.0, "theft_gap_days": 16.0}
    worlds = parameter_table(3, bad_actors=64, **gaps)
    for name, values in shares.items():
        worlds[name] = values
    operations = [64 * (0.25 / 8 + 0.5 / 4 + 0.25 / 2), 64 / 2, 64 * (0.75 / 8 + 0.5 / 4)]  # in the last there are no crews
    assert operations_a_day(worlds).tolist() == operations == [18.0, 32.0, 14.0]
    assert plans_a_day(worlds).tolist() == [18.0 + 1.0, 32.0, 14.0 + 3.0]
    assert plans_expected(10, worlds).tolist() == [int(10 * rate + 8.0 * math.sqrt(10 * rate)) + 64 for rate in (19.0, 32.0, 17.0)]
    assert room_for(np.array([0.0, 4.0, 100.0])).tolist() == [64, 84, 244]
    assert room_for(np.array([4.0])).dtype == np.int64


def test_days_ahead_are_as_many_as_there_is_room_for_plans() -> None:
    assert days_planned(540, parameter_table(0)) == 540
    quiet = {"spy_share": 0.0, "insider_share": 0.0}
    two = parameter_table(2, **quiet)
    two["bad_actors"], two["crew_gap_days"] = [1024, 2048], [1.0, 1.0]
    assert MOST_PLANS == 131072
    assert days_planned(540, two) == MOST_PLANS // 2048 == 64, "the busiest world counts"
    assert days_planned(60, two) == 60
    assert days_planned(64, two) == 64
    assert days_planned(540, two[:1]) == 128
    assert days_planned(540, parameter_table(1, bad_actors=0)) == 540
    huge = parameter_table(1, **quiet)
    huge["bad_actors"], huge["crew_gap_days"] = 1 << 20, 1.0
    assert days_planned(540, huge) == 1, "half of the actors are fewer than come on a day, yet a day is the least"
    huge["crew_gap_days"] = 16.0
    assert days_planned(540, huge) == 8, "half of the actors where that is more than the usual"
    huge["bad_actors"] = (1 << 20) + 1
    assert days_planned(540, huge) == 7, "no half actors"
    huge["bad_actors"] = 1 << 18
    assert days_planned(540, huge) == 8
    huge["bad_actors"] = 3 << 16
    assert days_planned(540, huge) == 10, "the usual where half of the actors are fewer"
    rare = parameter_table(1, **quiet)
    rare["bad_actors"], rare["crew_gap_days"] = 8, 1e6
    assert days_planned(200_000, rare) == MOST_PLANS, "no fewer than one plan a day is reckoned with"


def test_lines_are_records_of_their_kind() -> None:
    assert (dtype(Draft), dtype(Operation)) == (DRAFT_DTYPE, OPERATION_DTYPE)
    assert THEFT < NOBODY, "neither an organisation nor one yet to be chosen"
