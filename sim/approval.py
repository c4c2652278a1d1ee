"""Approval customer by customer: organisations' applications and other applicants share the reviewers, in continuous time."""

from sim.chance import Purpose, draw, exponential, key
from sim.desks import days_taken, freest, hire
from sim.formulas.attack import whole
from sim.formulas.defence import service_days
from sim.rule import rule
from sim.vocabulary import Approval


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
    government.full = levers.partners_max - government.approved - government.in_review <= 0


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
