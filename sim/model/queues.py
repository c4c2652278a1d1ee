"""Queues for people: testers of agencies, reviewers of the government, and the desks at which both work."""

from lockgate.sim.model.chance import Purpose, draw, exponential, key
from lockgate.sim.model.configurations import approval_places, is_vetting
from lockgate.sim.model.formulas.attack import whole
from lockgate.sim.model.formulas.defence import service_days
from lockgate.sim.model.formulas.safeguards import detection_chance
from lockgate.sim.model.vocabulary import Approval, EventKind
from lockgate.sim.model.world import note
from lockgate.sim.rules.row import NEVER
from lockgate.sim.rules.rule import rule


@rule
def hire(desks, before, now, day):
    """Desks that are new today are free from today on, not from the past."""
    for desk in range(before, now):
        desks[desk].free_at = max(desks[desk].free_at, float(day))


@rule
def freest(desks, first, count):
    """The desk that is free first."""
    best = first
    for desk in range(first + 1, first + count):
        if desks[desk].free_at < desks[best].free_at:
            best = desk
    return best


@rule
def days_taken(work: float, staffing: float) -> float:
    """Days that so many days of work take at a desk with this share of its working time; never more than a run can reach.

    >>> days_taken(10.0, 0.5), days_taken(10.0, 1e-308) == NEVER
    (20.0, True)
    """
    return min(work / staffing, float(NEVER))


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
            system.flaw_day = day
            world.score.flaws_found += 1
            note(world, day, EventKind.FLAW_FOUND, number, system.owner, system.index, test.finish - test.start)
        return
    test.passed = True
    system.tested_days += (test.finish - test.start) * world.params.staffing
    system.sign_offs += 1
    note(world, day, EventKind.TEST_PASSED, number, system.owner, system.index, test.finish - test.start)


@rule
def review_applications(government, world, day):
    """Begin every review that can have begun by this morning: own applications and other applicants share the reviewers."""
    levers = world.phases[world.today.phase]
    params = world.params
    hire(world.reviewers, government.reviewers, levers.reviewers, day)
    government.reviewers = levers.reviewers
    if params.staffing <= 0.0 or levers.reviewers == 0:
        return
    while True:
        desk = freest(world.reviewers, 0, levers.reviewers)
        free_at = world.reviewers[desk].free_at if params.queues_on else 0.0
        row = next_application(government, world, levers, free_at, day)
        arrival = world.partners[row].applied_at if row >= 0 else government.background_at
        start = max(arrival, free_at)
        if row >= 0 and government.full:
            start = max(start, float(day))  # until last night no place was left under the cap
        if start > day:
            break
        work = days_taken(begin_review(government, world, row), params.staffing)
        government.reviews += 1
        government.review_wait += whole(start - arrival)
        if row >= 0:
            world.partners[row].review_start = start
            world.partners[row].review_finish = start + work
        world.reviewers[desk].free_at = max(start + work, world.reviewers[desk].free_at)
    government.full = room_left(world, government) <= 0


@rule
def room_left(world, government):
    """Places left under the cap on approvals one by one; those of the opening list and of waves are no part of it."""
    return approval_places(world) - (government.approved - government.admitted) - government.in_review


@rule
def next_application(government, world, levers, free_at, day):
    """The row of the organisation whose turn it is, or -1 when it is another applicant's."""
    if government.waiting == 0 or room_left(world, government) <= 0 or not (levers.approvals or is_vetting(world)):
        return -1
    first = -1
    for row in range(len(world.partners)):
        partner = world.partners[row]
        if partner.approval == Approval.WAITING and (first < 0 or partner.applied_at < world.partners[first].applied_at):
            first = row
    if not levers.by_criticality:
        return first if world.partners[first].applied_at <= government.background_at else -1
    # At the moment at which a reviewer turns to it, the most critical of those who have applied by then goes first.
    begins = max(free_at, min(world.partners[first].applied_at, government.background_at))
    if government.full:
        begins = max(begins, float(day))  # nobody could be turned to before there was a place
    chosen = -1
    for row in range(len(world.partners)):
        partner = world.partners[row]
        if partner.approval == Approval.WAITING and partner.applied_at <= begins:
            if chosen < 0 or partner.rank < world.partners[chosen].rank:
                chosen = row
    return chosen


@rule
def begin_review(government, world, row):
    """Take an application from the queue; the days of work that it needs."""
    params = world.params
    if row >= 0:
        partner = world.partners[row]
        partner.approval = int(Approval.IN_REVIEW)
        government.waiting -= 1
        government.in_review += 1
        chances = key(world.seed, row, partner.applications)
        u, angle = draw(chances, Purpose.REVIEW_TIME), draw(chances, Purpose.REVIEW_TIME_ANGLE)
    else:
        chances = key(world.seed, 0, government.background)
        u, angle = draw(chances, Purpose.BACKGROUND_TIME), draw(chances, Purpose.BACKGROUND_TIME_ANGLE)
        government.background += 1
        gap = exponential(draw(key(world.seed, 0, government.background), Purpose.BACKGROUND_GAP))
        government.background_at += gap / params.background_applications_per_day
    return service_days(params.service_times, params.approval_days, params.approval_days_cv, u, angle)
