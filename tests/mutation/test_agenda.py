"""The agenda of the compiled driver: kept day by day it is what actors do step by step, whatever room it is given."""

import math
from typing import Any

from lockgate.sim.engine.agenda import MOST_PLANS, Agenda
from lockgate.sim.model.bad_actor import operations_per_day
from lockgate.sim.model.day import KINDS
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.vocabulary import EventKind
from lockgate.sim.model.world import Draft, Plan
from lockgate.sim.rules.row import NEVER
from tests.mutation.worlds import log_of, put, state, world_of

BUSY = {
    "bad_actors": 8, "spy_share": 0.3, "insider_share": 0.25, "spy_gap_days": 3.0, "insider_gap_days": 4.0, "crew_gap_days": 2.5,
    "theft_gap_days": 6.0, "base_hazard": 0.4, "theft_chance_sl3": 0.4, "ban_chance": 0.5, "days": 12, "seed": 4,
}  # fmt: skip


def keep_agenda(world: Any, day: int) -> None:
    """Let actors do what is on the agenda for a day."""
    Agenda(KINDS).acts("bad_actors")(world, day)


def planning(days_ahead: int, room: int = 150) -> Any:
    """A world in which several plans come on most days, with room for an agenda."""
    world = world_of(**BUSY)
    world.days_ahead = days_ahead
    world.drafts, world.agenda = [Draft() for _ in range(room)], [Plan() for _ in range(room)]
    world.agenda_begins = [99] * Agenda(KINDS).slots(days_ahead)
    return world


def test_a_run_by_agenda_is_the_run_by_steps() -> None:
    """Also at the edges of a day, with blocks of days that end with the run or do not, and with room for just what comes."""
    for days_ahead in (1, 5, 12, 20):
        needed = 0
        for room in (150, None):
            stepped, kept = world_of(**BUSY), planning(days_ahead, needed if room is None else room)
            for world in (stepped, kept):
                put(world.bad_actors[0], next_at=4.0, theft_at=math.nextafter(5.0, 0.0))
                put(world.bad_actors[2], next_at=5.0, theft_at=12.0)
                put(world.bad_actors[7], next_at=float(NEVER))
            for day in range(12):
                for actor in stepped.bad_actors:
                    actor.step(stepped, day)
                planned = Agenda(KINDS).renew(kept, day)
                needed = max(needed, planned)
                assert planned == 0 or day % days_ahead == 0, day
                keep_agenda(kept, day)
                assert log_of(kept) == log_of(stepped), (days_ahead, day)
                assert state(kept.score) == state(stepped.score)
            waiting = [actor.index for actor in kept.bad_actors if actor.next_at >= 12 and actor.theft_at >= 12]
            assert [state(kept.bad_actors[row]) for row in waiting] == [state(stepped.bad_actors[row]) for row in waiting]
            assert stepped.score.thefts > 0 < stepped.score.operations
            if room is None:
                assert len(kept.agenda) == needed


def test_too_little_room_gives_the_number_and_files_nothing() -> None:
    enough = planning(12)
    number = Agenda(KINDS).renew(enough, 0)
    for room in (number - 1, 1):
        world = planning(12, room)
        assert Agenda(KINDS).renew(world, 0) == number
        assert [state(line) for line in world.agenda] == [state(Plan())] * room
        assert [state(actor) for actor in world.bad_actors] == [state(actor) for actor in enough.bad_actors]


def test_a_block_without_plans_is_empty() -> None:
    world = planning(4)
    for actor in world.bad_actors:
        put(actor, next_at=float(NEVER), theft_at=float(NEVER))
    for day in range(12):
        assert Agenda(KINDS).renew(world, day) == 0
        keep_agenda(world, day)
    assert [line for line in log_of(world) if line[0] in (EventKind.INCIDENT, EventKind.THEFT)] == []
    assert world.score.operations == 0


def test_room_and_days_follow_from_how_much_is_expected() -> None:
    worlds = parameter_table(3, bad_actors=64, spy_gap_days=8.0, insider_gap_days=4.0, crew_gap_days=2.0, theft_gap_days=16.0)
    worlds["spy_share"], worlds["insider_share"] = [0.25, 0.0, 0.75], [0.5, 0.0, 0.5]  # in the last there are no crews
    assert operations_per_day(worlds).tolist() == [18.0, 32.0, 14.0]
    assert Agenda(KINDS).plans_per_day(worlds).tolist() == [19.0, 32.0, 17.0]
    expected = [int(10 * rate + 8.0 * math.sqrt(10 * rate)) + 64 for rate in (19.0, 32.0, 17.0)]
    assert Agenda(KINDS).plans_expected(10, worlds).tolist() == expected
    assert MOST_PLANS == 131072
    for horizon, actors, gap, days in (
        (540, [1024, 2048], 1.0, 64),  # the busiest world counts
        (60, [1024, 2048], 1.0, 60),
        (540, [1024], 1.0, 128),
        (540, [0], 1.0, 540),
        (540, [], 1.0, 540),
        (540, [1 << 20], 1.0, 1),  # a day is the least
        (540, [1 << 20], 16.0, 8),  # half of the actors where that is more than the usual
        (540, [(1 << 20) + 1], 16.0, 7),  # no half actors
        (540, [3 << 16], 16.0, 10),
        (200_000, [8], 1e6, MOST_PLANS),  # no fewer than one plan a day is reckoned with
    ):
        table = parameter_table(len(actors), spy_share=0.0, insider_share=0.0)
        table["bad_actors"], table["crew_gap_days"] = actors, gap
        assert Agenda(KINDS).days_ahead(horizon, table) == days, (horizon, actors, gap)
