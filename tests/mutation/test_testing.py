"""The agencies' tests: in order, in continuous time, with so many testers, and a found flaw is fixed before it counts."""

from typing import Any

from sim.chance import Purpose, draw, key
from sim.formulas.attack import UNIT
from sim.formulas.defence import service_days
from sim.formulas.safeguards import detection_chance
from sim.row import NEVER
from sim.testing import begin_test, run_tests, settle_test
from sim.vocabulary import EventKind, ServiceTimes
from tests.mutation.worlds import log_of, near, put, world_of


def queued(levers: dict[str, Any] | None = None, *arrivals: float, **params: Any) -> Any:
    """A world with two agencies and two testers each, and a test at agency 1 for each arrival."""
    world = world_of({"agencies": 2, "testers": 2, **(levers or {})}, **params)
    for place, arrival in enumerate(arrivals):
        put(world.tests[world.constants.tests_per_agency + place], system=4 + 3 * place, arrival=arrival)
        world.agencies[1].submitted += 1
    return world


def work_of(world: Any, row: int, agency: int) -> float:
    """Days of work of an agency's test, from the draws that belong to the system and the agency."""
    system, params = world.systems[row], world.params
    chances = key(world.seed, system.owner, system.number * 8 + agency)
    u, angle = draw(chances, Purpose.TEST_TIME), draw(chances, Purpose.TEST_TIME_ANGLE)
    return service_days(params.service_times, params.test_days, params.test_days_cv, u, angle)


def test_a_test_begins_when_a_tester_is_free() -> None:
    found = set()
    for seed in range(10):
        world = queued(None, 3.0, seed=seed, staffing=0.5, test_days=8.0, detection_half_life_days=6.0)
        test, desk = world.tests[world.constants.tests_per_agency], world.constants.testers_per_agency
        world.testers[desk].free_at, world.testers[desk + 1].free_at = 6.5, 5.25
        assert not begin_test(world, test, 1, desk, 2, 5)
        assert (test.start, world.score.tests, log_of(world)) == (float(NEVER), 0, [])
        assert begin_test(world, test, 1, desk, 2, 6)
        work = work_of(world, 4, 1)
        assert (test.start, test.finish) == (5.25, 5.25 + work / 0.5)
        detected = draw(key(seed, 1, 9), Purpose.TEST_FINDS) < detection_chance(work, 6.0)
        found.add(detected)
        assert (test.found, test.passed) == (detected, False)
        assert [tester.free_at for tester in world.testers] == [0.0, 0.0, 6.5, test.finish]
        assert (world.score.tests, world.score.test_wait) == (1, int(2.25 * UNIT))
        assert log_of(world) == [(EventKind.TEST_BEGUN, 6, 1, 1, 4, 2.25)]
    assert found == {False, True}


def test_service_times_are_those_of_the_world() -> None:
    for distribution in ServiceTimes:
        world = queued(None, 3.0, service_times=distribution, test_days=7.0, test_days_cv=0.9)
        test = world.tests[world.constants.tests_per_agency]
        assert begin_test(world, test, 1, 2, 2, 3)
        assert test.start == 3.0
        assert near(test.finish, 3.0 + work_of(world, 4, 1))


def test_without_queues_nobody_waits_and_without_staff_nobody_works() -> None:
    world = queued(None, 3.0, queues_on=False)
    test = world.tests[world.constants.tests_per_agency]
    for desk in world.testers:
        desk.free_at = 900.0
    assert not begin_test(world, test, 1, 2, 2, 2)
    assert begin_test(world, test, 1, 2, 2, 3)
    assert test.start == 3.0
    assert world.testers[2].free_at == 900.0, "a tester is not free sooner for it"
    for staffing, testers, begun in ((0.0, 2, False), (1.0, 0, False), (0.5, 1, True), (1.5, 1, True)):
        world = queued(None, 3.0, staffing=staffing)
        assert begin_test(world, world.tests[world.constants.tests_per_agency], 1, 2, testers, 9) == begun


def test_a_finished_test_signs_off_or_sets_off_a_fix() -> None:
    for found, flaw, fix_day, passes, new_fix, flaws in (
        (False, False, NEVER, True, NEVER, 0),
        (False, True, NEVER, True, NEVER, 0),
        (True, False, NEVER, True, NEVER, 0),
        (True, True, NEVER, False, 14, 1),
        (True, True, 12, False, 12, 0),
    ):
        world = queued(None, 3.0, fix_days=5)
        test = put(world.tests[world.constants.tests_per_agency], found=found, start=4.0, finish=8.5)
        system = put(world.systems[4], flaw=flaw, fix_day=fix_day, sign_offs=1)
        settle_test(world, test, 1, 9)
        assert (test.passed, system.sign_offs, system.fix_day, world.score.flaws_found) == (passes, 1 + passes, new_fix, flaws)
        kinds = [(EventKind.TEST_PASSED, 9, 1, 1, 4, 4.5)] if passes else [(EventKind.FLAW_FOUND, 9, 1, 1, 4, 4.5)] if flaws else []
        assert log_of(world) == kinds


def test_first_come_first_served_by_each_agency() -> None:
    world = queued({"testers": 1}, 0.0, 1.0, 2.0, test_days=3.0, test_days_cv=0.0)
    first = world.constants.tests_per_agency
    put(world.tests[0], system=4, arrival=0.0)
    world.agencies[0].submitted = 1
    seen = []
    for day in range(12):
        run_tests(world, day)
        agency = world.agencies[1]
        seen.append((agency.started, agency.settled))
    assert [(test.start, test.finish, test.passed) for test in world.tests[first : first + 3]] == [(0, 3, True), (3, 6, True), (6, 9, True)]
    assert seen == [(1, 0)] * 3 + [(2, 1)] * 3 + [(3, 2)] * 3 + [(3, 3)] * 3
    assert (world.agencies[0].started, world.agencies[0].settled, world.tests[0].finish) == (1, 1, 3.0)
    assert [world.systems[row].sign_offs for row in (4, 7, 10)] == [2, 1, 1]
    assert [agency.testers for agency in world.agencies] == [1, 1]


def test_an_unsettled_test_does_not_stop_younger_ones() -> None:
    world = queued({"testers": 2}, 0.0, 0.0, test_days=3.0, test_days_cv=0.0)
    first = world.constants.tests_per_agency
    run_tests(world, 0)
    world.tests[first].found, world.systems[4].flaw = True, True
    world.tests[first + 1].found = False
    for day in range(1, 8):
        run_tests(world, day)
    assert (world.agencies[1].settled, world.tests[first].passed, world.tests[first + 1].passed) == (0, False, True)
    assert (world.systems[4].fix_day, world.systems[7].sign_offs) == (10, 1)
    world.systems[4].flaw = False
    run_tests(world, 8)
    assert (world.agencies[1].settled, world.systems[4].sign_offs) == (2, 1)
    run_tests(world, 9)
    assert world.systems[4].sign_offs == 1, "signed off once"


def test_testers_hired_later_work_from_then_on() -> None:
    world = queued({"testers": 1}, 0.0, 0.0, timeline=[(5, {"testers": 2})], test_days=20.0, test_days_cv=0.0)
    for day in range(7):
        world.today.phase = int(day >= 5)
        run_tests(world, day)
    first = world.constants.tests_per_agency
    assert [test.start for test in world.tests[first : first + 2]] == [0.0, 5.0]
    assert [agency.testers for agency in world.agencies] == [2, 2]


def test_each_agency_has_testers_of_its_own() -> None:
    world = queued({"testers": 2}, 0.0, 0.0, test_days=9.0)
    for place in range(2):
        put(world.tests[place], system=4 + 3 * place, arrival=0.0)
    world.agencies[0].submitted = 2
    run_tests(world, 0)
    assert [agency.started for agency in world.agencies] == [2, 2]
    assert all(desk.free_at > 0.0 for desk in world.testers)
