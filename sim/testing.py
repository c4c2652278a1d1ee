"""The agencies' tests: queues in continuous time, first come, first served; what is found is fixed before it counts."""

from sim.chance import Purpose, draw, key
from sim.desks import days_taken, freest, hire
from sim.formulas.attack import whole
from sim.formulas.defence import service_days
from sim.formulas.safeguards import detection_chance
from sim.log import note
from sim.row import NEVER
from sim.rule import rule
from sim.vocabulary import EventKind


@rule
def run_tests(world, day):
    """Every agency: begin what its testers have time for, first come, first served; settle what is finished."""
    levers = world.phases[world.today.phase]
    for number in range(len(world.agencies)):
        agency = world.agencies[number]
        first_desk = number * world.constants.testers_per_agency
        hire(world.testers, first_desk + agency.testers, first_desk + levers.testers, day)
        agency.testers = levers.testers
        first = number * world.constants.tests_per_agency
        while agency.started < agency.submitted:
            test = world.tests[first + agency.started]
            if not begin_test(world, test, number, first_desk, levers.testers, day):
                break
            agency.started += 1
        for row in range(first + agency.settled, first + agency.started):
            test = world.tests[row]
            if not test.passed and test.finish <= day:
                settle_test(world, test, number, day)
        while agency.settled < agency.started and world.tests[first + agency.settled].passed:
            agency.settled += 1


@rule
def begin_test(world, test, number, first_desk, testers, day):
    """Begin a test, if work can have begun by this morning."""
    params = world.params
    if params.staffing <= 0.0 or testers == 0:
        return False
    start = test.arrival
    desk = freest(world.testers, first_desk, testers)
    if params.queues_on:
        start = max(start, world.testers[desk].free_at)
    if start > day:
        return False
    system = world.systems[test.system]
    chances = key(world.seed, system.owner, system.number * 8 + number)
    u, angle = draw(chances, Purpose.TEST_TIME), draw(chances, Purpose.TEST_TIME_ANGLE)
    work = service_days(params.service_times, params.test_days, params.test_days_cv, u, angle)
    test.start = start
    test.finish = start + days_taken(work, params.staffing)
    test.found = draw(chances, Purpose.TEST_FINDS) < detection_chance(work, params.detection_half_life_days)
    world.testers[desk].free_at = max(test.finish, world.testers[desk].free_at)
    world.score.tests += 1
    world.score.test_wait += whole(start - test.arrival)
    note(world, day, EventKind.TEST_BEGUN, number, system.owner, system.index, start - test.arrival)
    return True


@rule
def settle_test(world, test, number, day):
    """A finished test signs the system off; a flaw that it found is fixed first."""
    system = world.systems[test.system]
    if test.found and system.flaw:
        if system.fix_day == NEVER:
            system.fix_day = day + world.params.fix_days
            world.score.flaws_found += 1
            note(world, day, EventKind.FLAW_FOUND, number, system.owner, system.index, test.finish - test.start)
        return
    test.passed = True
    system.sign_offs += 1
    note(world, day, EventKind.TEST_PASSED, number, system.owner, system.index, test.finish - test.start)
