"""Governments: the labs' own asks, tests, approves, widens and revokes; the foreign one can hold open weights back."""

from typing import Annotated

from sim.agent import Agent
from sim.chance import Purpose, draw, exponential, key
from sim.formulas.attack import whole
from sim.formulas.defence import service_days
from sim.formulas.safeguards import detection_chance
from sim.log import note
from sim.row import NEVER, Count, Day, Flag, Index, Time, Whole
from sim.rule import rule
from sim.systems import open_to_all, restore, rows_of, take_away
from sim.vocabulary import Approval, EventKind, Regime, Stage
from sim.world import ATTRIBUTION_WINDOW_DAYS, HOME_GOVERNMENT


class Government(Agent):
    """A government: over the frontier labs (row 0), or over the open-weight labs (row 1)."""

    index: Annotated[Index, "its row"] = 0
    framework_since: Annotated[Day, "on which a framework was decided"] = NEVER
    in_force: Annotated[Flag, "the framework is in force"] = False
    coordinating: Annotated[Flag, "it holds back open weights"] = False
    programme_day: Annotated[Day, "on which partners were first offered a system"] = NEVER
    reviewers: Annotated[Count, "reviewers on the last day"] = 0
    waiting: Annotated[Count, "applications in the queue"] = 0
    in_review: Annotated[Count, "applications that a reviewer works on"] = 0
    approved: Annotated[Count, "applications approved"] = 0
    refused: Annotated[Count, "applications refused"] = 0
    withdrawn: Annotated[Count, "applications taken back"] = 0
    applied: Annotated[Count, "applications received"] = 0
    reviews: Annotated[Count, "reviews begun, other applicants' included"] = 0
    review_wait: Annotated[Whole, "days waited until they began, summed"] = 0
    background: Annotated[Count, "other applicants that have come"] = 0
    background_at: Annotated[Time, "when the oldest other applicant not yet in review came"] = float(NEVER)

    @rule
    def step(self, world, day):
        """Order, test, approve and widen; the foreign one coordinates or does not."""
        levers = world.phases[world.today.phase]
        if self.index == HOME_GOVERNMENT:
            watch_incidents(world, day)
            give_orders(world, day)
            run_tests(world, day)
            review_applications(self, world, day)
            widen(world, day)
        else:
            self.coordinating = levers.coordinated_hold


@rule
def watch_incidents(world, day):
    """Forget what lies further back than the window; today's attributed incidents come later today."""
    for lab in range(len(world.labs)):
        owner = world.labs[lab]
        for row in rows_of(owner, world):
            system = world.systems[row]
            slot = row * ATTRIBUTION_WINDOW_DAYS + day % ATTRIBUTION_WINDOW_DAYS
            if world.attributed[slot] > 0:
                system.attributed_recently -= world.attributed[slot]
                world.attributed[slot] = 0


@rule
def give_orders(world, day):
    """Directives and restorations: those on the policy's dates, and those that a bypass or incidents set off."""
    levers = world.phases[world.today.phase]
    ordered = levers.directive and world.today.phase_begins
    for number in range(len(world.labs)):
        lab = world.labs[number]
        for row in rows_of(lab, world):
            system = world.systems[row]
            if system.stage == Stage.DARK:
                if day >= system.dark_until or (levers.restore and world.today.phase_begins):
                    forget_incidents(world, system)
                    restore(world, system, day)
            elif (system.stage == Stage.PUBLIC or system.stage == Stage.PARTNERS) and system.capability >= levers.threshold_months:
                alarmed = system.bypassed or system.attributed_recently >= levers.trigger_incidents
                if (ordered and lab.covered) or (levers.revocation and world.constants.feedback and alarmed):
                    take_away(world, system, day)


@rule
def forget_incidents(world, system):
    """A restored system begins with a clean record."""
    system.attributed_recently = 0
    for slot in range(system.index * ATTRIBUTION_WINDOW_DAYS, (system.index + 1) * ATTRIBUTION_WINDOW_DAYS):
        world.attributed[slot] = 0


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
    test.finish = start + work / params.staffing
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
        if start > day:
            return
        work = begin_review(government, world, row) / params.staffing
        government.reviews += 1
        government.review_wait += whole(start - arrival)
        if row >= 0:
            world.partners[row].review_start = start
            world.partners[row].review_finish = start + work
        world.reviewers[desk].free_at = max(start + work, world.reviewers[desk].free_at)


@rule
def next_application(government, world, levers, free_at, day):
    """The row of the organisation whose turn it is, or -1 when it is another applicant's."""
    room = levers.partners_max - government.approved - government.in_review
    if government.waiting == 0 or room <= 0 or not levers.approvals:
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


@rule
def widen(world, day):
    """Open restricted systems to everyone: preview over, signed off, no flaw being fixed, no alarm; or the policy was lifted."""
    levers = world.phases[world.today.phase]
    for number in range(len(world.labs)):
        lab = world.labs[number]
        for row in rows_of(lab, world):
            system = world.systems[row]
            if system.regime != Regime.GOVERNMENT or (system.stage != Stage.HELD and system.stage != Stage.PARTNERS):
                continue
            waited = day - system.offered_day
            signed = system.sign_offs >= levers.sign_offs or waited >= levers.longest_wait_days
            quiet = system.attributed_recently < levers.trigger_incidents or not world.constants.feedback
            ready = levers.public_release and waited >= levers.preview_days and signed and quiet and system.fix_day == NEVER
            if ready or not (levers.case_by_case or levers.framework):
                open_to_all(world, system, day)
