"""Governments: watch, order, widen; the foreign one coordinates."""

from typing import Any

from sim.agents.government import Government, forget_incidents, give_orders, watch_incidents, widen
from sim.row import NEVER, fields
from sim.vocabulary import EventKind, Feedback, Regime, Stage
from tests.mutation.worlds import log_of, put, world_of

WINDOW = 30


def test_incidents_count_for_thirty_days() -> None:
    world = world_of()
    world.labs[1].systems = 2
    system = put(world.systems[4], attributed_recently=5)
    world.attributed[4 * WINDOW + 7], world.attributed[4 * WINDOW + 8] = 2, 3
    world.score.attributed = 5
    seen = []
    for day in range(36, 40):
        watch_incidents(world, day)
        seen.append(system.attributed_recently)
    assert seen == [5, 3, 0, 0], "those of day 7 are forgotten on day 37, before that day's own"
    assert sum(world.attributed) == 0
    world.attributed[4 * WINDOW + 1], system.attributed_recently, world.score.attributed = 1, 1, 1
    watch_incidents(world, 1)
    assert system.attributed_recently == 0
    world.attributed[4 * WINDOW + 1], system.attributed_recently, world.score.attributed = 4, 4, 0
    watch_incidents(world, 1)
    assert system.attributed_recently == 4, "nothing is looked through before the first attributed incident"


def test_a_clean_record_is_that_of_one_system() -> None:
    world = world_of()
    world.attributed[:] = [1] * len(world.attributed)
    system = put(world.systems[4], attributed_recently=9)
    forget_incidents(world, system)
    assert system.attributed_recently == 0
    assert [place for place, count in enumerate(world.attributed) if count == 0] == list(range(120, 150))


def ordered(levers: dict[str, Any], day: int = 9, row: int = 0, *, begins: bool = False, feedback: bool = True, **given: Any) -> Any:
    """A system after the orders of a day."""
    world = world_of({"trigger_incidents": 3, "dark_days": 5, **levers}, feedback=Feedback.FULL if feedback else Feedback.NONE)
    for lab in world.labs:
        put(lab, systems=1)
        put(world.systems[lab.index], stage=int(Stage.HELD))
    if given.get("stage") == int(Stage.DARK):
        world.score.directives = 1
    system = put(world.systems[row], **{"capability": 1.0, "stage": int(Stage.PUBLIC), **given})
    world.today.phase_begins = begins
    world.phases[0].directive, world.phases[0].restore = levers.get("directive", False), levers.get("restore", False)
    give_orders(world, day)
    return world, system


def test_what_takes_a_system_away() -> None:
    order = {"directive": True}
    watch = {"revocation": True}
    for levers, row, begins, given, dark in (
        (order, 0, True, {}, True),
        (order, 0, False, {}, False),
        (order, 1, True, {}, False),
        (order, 1, True, {"bypassed": True}, False),
        (order, 0, True, {"capability": -0.1}, False),
        (order, 0, True, {"capability": 0.0}, True),
        (order, 0, True, {"stage": int(Stage.PARTNERS)}, True),
        (order, 0, True, {"stage": int(Stage.HELD)}, False),
        (order, 0, True, {"stage": int(Stage.OPEN_WEIGHTS)}, False),
        (order, 0, True, {"stage": int(Stage.TESTING)}, False),
        ({}, 0, True, {"bypassed": True, "attributed_recently": 9}, False),
        (watch, 1, False, {}, False),
        (watch, 1, False, {"bypassed": True}, True),
        (watch, 1, False, {"attributed_recently": 2}, False),
        (watch, 1, False, {"attributed_recently": 3}, True),
        (watch, 1, False, {"attributed_recently": 4}, True),
        (watch, 1, False, {"attributed_recently": 4, "capability": -1.0}, False),
        ({**watch, **order}, 1, True, {}, False),
        ({**watch, **order}, 0, False, {}, False),
    ):
        world, system = ordered(levers, row=row, begins=begins, **given)
        assert (system.stage == Stage.DARK) == dark, (levers, row, begins, given)
        assert world.score.directives == int(dark)
    assert ordered(watch, feedback=False, bypassed=True)[1].stage == Stage.PUBLIC
    assert ordered(order, feedback=False, begins=True)[1].stage == Stage.DARK, "a date is no reaction"


def test_what_brings_it_back() -> None:
    dark = {"stage": int(Stage.DARK), "resume_stage": int(Stage.PARTNERS), "dark_day": 4, "dark_until": 9, "attributed_recently": 7}
    for levers, day, begins, back in (
        ({}, 8, False, False),
        ({}, 9, False, True),
        ({}, 10, False, True),
        ({"restore": True}, 6, True, True),
        ({"restore": True}, 6, False, False),
        ({}, 6, True, False),
    ):
        world, system = ordered(levers, day, begins=begins, **dark)
        assert (system.stage == Stage.PARTNERS) == back, (levers, day, begins)
        assert system.attributed_recently == (0 if back else 7)
        assert world.score.directives == 1


def test_only_trained_systems_are_looked_at() -> None:
    world, _ = ordered({"directive": True}, begins=True)
    assert world.systems[3].stage == Stage.TESTING
    assert log_of(world) == [(EventKind.DIRECTIVE, 9, 0, 0, 0, 5.0)]


def widened(levers: dict[str, Any], day: int = 20, *, feedback: bool = True, **given: Any) -> bool:
    """Whether a restricted system goes to everyone."""
    base = {"case_by_case": True, "preview_days": 10, "sign_offs": 2, "longest_wait_days": 100, "trigger_incidents": 3}
    world = world_of({**base, **levers}, feedback=Feedback.FULL if feedback else Feedback.NONE)
    world.labs[1].systems = 2
    restricted = {"regime": int(Regime.GOVERNMENT), "stage": int(Stage.PARTNERS), "offered_day": 10, "sign_offs": 2, "capability": 1.0}
    system = put(world.systems[4], **{**restricted, **given})
    stage = system.stage
    widen(world, day)
    assert system.stage in (stage, Stage.PUBLIC)
    return bool(stage != Stage.PUBLIC and system.stage == Stage.PUBLIC)


def test_what_opens_a_restricted_system_to_all() -> None:
    for levers, day, given, opens in (
        ({}, 20, {}, True),
        ({}, 21, {}, True),
        ({}, 19, {}, False),
        ({}, 20, {"stage": int(Stage.HELD)}, True),
        ({}, 20, {"stage": int(Stage.DARK)}, False),
        ({}, 20, {"stage": int(Stage.OPEN_WEIGHTS)}, False),
        ({}, 20, {"regime": int(Regime.OWN_PROGRAMME)}, False),
        ({}, 20, {"regime": int(Regime.FREE)}, False),
        ({}, 20, {"sign_offs": 1}, False),
        ({}, 20, {"sign_offs": 3}, True),
        ({}, 109, {"sign_offs": 1}, False),
        ({}, 110, {"sign_offs": 1}, True),
        ({}, 111, {"sign_offs": 0}, True),
        ({}, 20, {"attributed_recently": 2}, True),
        ({}, 20, {"attributed_recently": 3}, False),
        ({}, 20, {"attributed_recently": 4}, False),
        ({}, 20, {"fix_day": 25}, False),
        ({"public_release": False}, 300, {}, False),
        ({"case_by_case": False, "framework": True}, 12, {}, False),
        ({"case_by_case": False, "framework": True}, 20, {}, True),
        ({"framework": True}, 12, {}, False),
        ({"case_by_case": False}, 12, {}, True),
        ({"case_by_case": False, "public_release": False}, 12, {"fix_day": 25}, True),
    ):
        assert widened(levers, day, **given) == opens, (levers, day, given)
    assert widened({}, feedback=False, attributed_recently=9), "where nothing reacts, incidents stop nothing"


def test_a_day_of_each_government() -> None:
    world = world_of(
        {
            "coordinated_hold": True,
            "case_by_case": True,
            "preview_days": 0,
            "agencies": 1,
            "testers": 1,
            "sign_offs": 0,
            "approvals": True,
            "directive": True,
        },
        background_applications_per_day=50.0,
    )
    home, foreign = world.governments
    world.labs[1].systems = 2
    put(world.systems[4], regime=int(Regime.GOVERNMENT), stage=int(Stage.HELD), offered_day=0, capability=1.0)
    put(world.systems[3], stage=int(Stage.PUBLIC))
    world.attributed[0], world.systems[0].attributed_recently, world.score.attributed = 1, 1, 1
    world.agencies[0].submitted, world.tests[0].system = 1, 4
    world.today.phase_begins = True
    foreign.step(world, 0)
    assert foreign.coordinating
    assert (foreign.reviews, world.systems[4].stage, world.systems[3].stage) == (0, Stage.HELD, Stage.PUBLIC)
    home.step(world, 0)
    assert not home.coordinating
    assert (world.systems[0].attributed_recently, world.systems[3].stage, world.agencies[0].started) == (0, Stage.DARK, 1)
    home.step(world, 9)
    assert home.reviews > 0
    assert world.systems[4].stage == Stage.PUBLIC
    world.phases[0].coordinated_hold = False
    foreign.step(world, 1)
    assert not foreign.coordinating


def test_a_restored_system_is_not_taken_away_on_the_same_day_for_what_is_forgotten() -> None:
    world, system = ordered(
        {"revocation": True}, 9, stage=int(Stage.DARK), resume_stage=int(Stage.PUBLIC), dark_until=9, attributed_recently=9
    )
    give_orders(world, 9)
    assert (system.stage, system.dark_until) == (Stage.PUBLIC, NEVER)


def test_it_begins_with_empty_queues() -> None:
    values = {field.name: field.default for field in fields(Government)}
    late = {"framework_since", "programme_day", "background_at"}
    assert {name: value for name, value in values.items() if value != 0} == dict.fromkeys(late, NEVER)
