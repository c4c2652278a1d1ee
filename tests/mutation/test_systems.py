"""What happens to a system, and only that."""

from typing import Any

from sim.log import note
from sim.row import NEVER
from sim.systems import (
    close_to_partners,
    fix_safeguard,
    open_to_all,
    publish_weights,
    restore,
    row_of,
    rows_of,
    strip_weights,
    submit_to_agencies,
    take_away,
)
from sim.vocabulary import EventKind, Regime, Stage
from tests.mutation.worlds import changed, log_of, near, put, state, world_of


def test_owners_take_turns() -> None:
    world = world_of(labs=2, open_weight_labs=1)
    lab = put(world.labs[1], systems=3)
    assert [row_of(lab, world, number) for number in range(3)] == [1, 4, 7]
    assert list(rows_of(lab, world)) == [1, 4, 7]
    assert list(rows_of(world.open_weight_labs[0], world)) == [2]


def after(act: Any, *extra: Any, levers: dict[str, Any] | None = None, day: int = 9, **given: Any) -> tuple[Any, Any, dict[str, Any]]:
    """The world, the system of row 4 (second system of lab 1), and what an act changed of it."""
    params = {name: given.pop(name) for name in ("fix_gain", "strip_days", "residual_refusal", "stripping_on") if name in given}
    world = world_of(levers, **params)
    system = put(world.systems[4], **{"stage": int(Stage.HELD), "ready_day": 5, "capability": 1.5, **given})
    assert (system.owner, system.number) == (1, 1)
    before = state(system)
    act(world, system, day, *extra)
    return world, system, changed(system, before)


def test_open_to_all() -> None:
    world, _, new = after(open_to_all)
    assert new == {"stage": Stage.PUBLIC, "public_day": 9}
    assert log_of(world) == [(EventKind.PUBLIC, 9, 1, -1, 4, 4.0)]
    assert after(open_to_all, public_day=7)[2] == {"stage": Stage.PUBLIC}, "only the first day counts"


def test_close_to_partners() -> None:
    for levers, stage in (
        ({"approvals": True}, Stage.PARTNERS),
        ({"launch_partners": 1}, Stage.PARTNERS),
        ({"approvals": True, "launch_partners": 1}, Stage.PARTNERS),
        ({"partners_max": 5}, Stage.HELD),
    ):
        world, _, new = after(close_to_partners, int(Regime.GOVERNMENT), levers=levers, stage=int(Stage.TESTING))
        assert new == {"stage": stage, "regime": Regime.GOVERNMENT, "offered_day": 9}, levers
        assert world.governments[0].programme_day == (9 if stage == Stage.PARTNERS else NEVER)
        assert log_of(world) == []
    world = world_of({"approvals": True})
    world.governments[0].programme_day = 3
    close_to_partners(world, world.systems[4], 9, int(Regime.OWN_PROGRAMME))
    assert world.governments[0].programme_day == 3, "partners were first offered a system on day 3"
    assert world.governments[1].programme_day == NEVER


def test_submit_to_agencies() -> None:
    world = world_of({"agencies": 2})
    per_agency = world.constants.tests_per_agency
    submit_to_agencies(world, world.systems[4], 6)
    submit_to_agencies(world, world.systems[3], 8)
    assert [agency.submitted for agency in world.agencies] == [2, 2]
    tests = [(place, test.system, test.arrival) for place, test in enumerate(world.tests) if test.system >= 0]
    assert tests == [(0, 4, 6.0), (1, 3, 8.0), (per_agency, 4, 6.0), (per_agency + 1, 3, 8.0)]


def test_take_away_and_restore() -> None:
    world, system, new = after(take_away, levers={"dark_days": 11}, stage=int(Stage.PARTNERS))
    assert new == {"stage": Stage.DARK, "resume_stage": Stage.PARTNERS, "dark_day": 9, "dark_until": 20}
    assert world.score.directives == 1
    assert log_of(world) == [(EventKind.DIRECTIVE, 9, 0, 1, 4, 11.0)]
    restore(world, system, 16)
    assert (system.stage, system.dark_until) == (Stage.PARTNERS, NEVER)
    assert log_of(world) == [(EventKind.RESTORED, 16, 0, 1, 4, 7.0)]
    for given in ({"flaw": True}, {"bypassed": True}, {"flaw": True, "bypassed": True}):
        world, system, _ = after(restore, stage=int(Stage.DARK), resume_stage=int(Stage.PUBLIC), dark_day=2, dark_until=9, **given)
        assert (system.stage, system.flaw, system.bypassed) == (Stage.PUBLIC, False, False), "fixed in the meantime"
        assert [line[0] for line in log_of(world)] == [EventKind.FIXED, EventKind.RESTORED]


def test_fix_safeguard() -> None:
    world, system, _ = after(fix_safeguard, fix_gain=0.25, built=0.6, safeguard=0.1, flaw=True, bypassed=True, fix_day=9)
    assert near(system.built, 0.7)
    assert (system.safeguard, system.flaw, system.bypassed, system.fix_day) == (system.built, False, False, NEVER)
    assert log_of(world) == [(EventKind.FIXED, 9, 1, -1, 4, system.safeguard)]


def test_publish_weights() -> None:
    world, _, new = after(publish_weights)
    assert new == {"stage": Stage.OPEN_WEIGHTS, "weights_day": 9, "public_day": 9}
    assert log_of(world) == [(EventKind.WEIGHTS, 9, 1, -1, 4, 1.5)]
    assert after(publish_weights, public_day=6)[2] == {"stage": Stage.OPEN_WEIGHTS, "weights_day": 9}


def test_strip_weights() -> None:
    given = {"weights_day": 9, "safeguard": 0.4, "residual_refusal": 0.1, "strip_days": 3}
    assert after(strip_weights, day=11, **given)[2] == {}
    world, _, new = after(strip_weights, day=12, **given)
    assert new == {"stripped": True, "safeguard": 0.1}
    assert log_of(world) == [(EventKind.STRIPPED, 12, 1, -1, 4, 0.1)]
    assert after(strip_weights, day=13, **{**given, "safeguard": 0.05})[2] == {"stripped": True}, "never better than before"
    assert after(strip_weights, day=12, stripping_on=False, **given)[2] == {}


def test_note_counts_what_finds_no_room() -> None:
    world = world_of()
    room = [world.events.new()]
    world.events, world.score.events = room, 0
    note(world, 3, EventKind.LEAK, 4, 5, 6, 7.5)
    note(world, 9, EventKind.BAN, 9, 9, 9, 9.5)
    line = room[0]
    assert (line.day, line.kind, line.who, line.whom, line.system, line.value) == (3, EventKind.LEAK, 4, 5, 6, 7.5)
    assert type(line.kind) is int
    assert world.score.events == 2
