"""Approval customer by customer: whose turn it is, when work begins, and how long it takes."""

from typing import Any

from sim.approval import begin_review, next_application, review_applications
from sim.chance import Purpose, draw, exponential, key
from sim.formulas.attack import UNIT
from sim.formulas.defence import service_days
from sim.row import NEVER
from sim.vocabulary import Approval
from tests.mutation.worlds import near, put, world_of


def waiting(levers: dict[str, Any] | None = None, *applied: float, **params: Any) -> Any:
    """A world in which organisations 1, 2, ... have applied at these times, the later the more critical, and nobody else."""
    world = world_of({"approvals": True, "reviewers": 1, **(levers or {})}, **params)
    for row, time in enumerate(applied, 1):
        put(world.partners[row], approval=int(Approval.WAITING), applied_at=time, rank=10 - row)
    home = put(world.governments[0], waiting=len(applied), background_at=float(NEVER))
    return world, home, world.phases[0]


def test_whose_turn_it_is() -> None:
    for levers, applied, background, free, row in (
        ({}, (3.0, 2.0, 4.0), 9.0, 0.0, 2),
        ({}, (3.0, 2.0, 2.0), 9.0, 0.0, 2),
        ({}, (3.0, 2.0, 4.0), 2.0, 0.0, 2),
        ({}, (3.0, 2.0, 4.0), 1.9, 0.0, -1),
        ({}, (), 9.0, 0.0, -1),
        ({"approvals": False}, (3.0,), 9.0, 0.0, -1),
        ({"partners_max": 3}, (3.0, 2.0), 9.0, 0.0, -1),
        ({"partners_max": 4}, (3.0, 2.0), 9.0, 0.0, 2),
        ({"by_criticality": True}, (1.0, 2.0, 4.0), 9.0, 0.0, 1),
        ({"by_criticality": True}, (1.0, 2.0, 4.0), 9.0, 2.5, 2),
        ({"by_criticality": True}, (1.0, 2.0, 4.0), 9.0, 4.0, 3),
        ({"by_criticality": True}, (1.0, 2.0, 4.0), 0.5, 0.0, -1),
        ({"by_criticality": True}, (1.0, 2.0, 4.0), 0.5, 0.7, -1),
        ({"by_criticality": True}, (1.0, 2.0, 4.0), 0.5, 1.0, 1),
        ({"by_criticality": True}, (2.0, 1.0, 4.0), 9.0, 3.0, 2),
    ):
        world, home, rules = waiting(levers, *applied)
        put(home, background_at=background, approved=1, in_review=2)
        assert next_application(home, world, rules, free, 30) == row, (levers, applied, background, free)
    world, home, rules = waiting({"by_criticality": True}, 1.0, 2.0)
    put(world.partners[1], rank=3)
    assert next_application(home, world, rules, 5.0, 30) == 1
    put(world.partners[0], approval=int(Approval.IN_REVIEW), rank=0)
    assert next_application(home, world, rules, 5.0, 30) == 1, "only those who wait"
    put(world.partners[0], approval=int(Approval.WAITING), applied_at=1.0)
    assert next_application(home, world, rules, 5.0, 30) == 0


def test_a_review_takes_an_application_from_the_queue() -> None:
    for cv in (0.0, 0.8):
        world, home, _ = waiting(None, 3.0, approval_days=6.0, approval_days_cv=cv)
        partner = put(world.partners[1], applications=2)
        chances = key(world.seed, 1, 2)
        expected = service_days(0, 6.0, cv, draw(chances, Purpose.REVIEW_TIME), draw(chances, Purpose.REVIEW_TIME_ANGLE))
        assert begin_review(home, world, 1) == expected
        assert (partner.approval, home.waiting, home.in_review, home.background) == (Approval.IN_REVIEW, 0, 1, 0)


def test_other_applicants_come_as_a_poisson_process() -> None:
    for service in (0, 1):
        world, home, _ = waiting(approval_days=6.0, background_applications_per_day=0.25, service_times=service, seed=5)
        put(home, background=3, background_at=7.0, waiting=2)
        chances = key(5, 0, 3)
        u, angle = draw(chances, Purpose.BACKGROUND_TIME), draw(chances, Purpose.BACKGROUND_TIME_ANGLE)
        assert begin_review(home, world, -1) == service_days(service, 6.0, 1.0, u, angle)
        assert home.background == 4
        assert near(home.background_at, 7.0 + exponential(draw(key(5, 0, 4), Purpose.BACKGROUND_GAP)) / 0.25)
        assert (home.waiting, home.in_review) == (2, 0)


def test_reviews_in_continuous_time() -> None:
    world, home, _ = waiting(None, 0.5, 1.25, staffing=0.5, approval_days=2.0, approval_days_cv=0.0, background_applications_per_day=0.0)
    review_applications(home, world, 0)
    assert (home.reviews, home.reviewers) == (0, 1)
    review_applications(home, world, 1)
    first, second = world.partners[1], world.partners[2]
    assert (home.reviews, first.review_start, first.review_finish) == (1, 0.5, 4.5)
    review_applications(home, world, 4)
    assert home.reviews == 1
    review_applications(home, world, 5)
    assert (home.reviews, second.review_start, second.review_finish) == (2, 4.5, 8.5)
    assert home.review_wait == int(3.25 * UNIT)
    assert world.reviewers[0].free_at == 8.5


def test_a_review_that_the_cap_held_up_begins_once_a_place_is_free() -> None:
    free = {"approval_days": 1.0, "approval_days_cv": 0.0, "background_applications_per_day": 0.0}
    for row, held in ((0, 1), (1, 0)):
        world, home, _ = waiting({"partners_max": 1, "reviewers": 2}, **free)
        put(world.partners[row], approval=int(Approval.WAITING), applied_at=0.5)
        put(home, waiting=1, in_review=1)
        review_applications(home, world, 1)
        assert (home.reviews, home.full) == (0, True)
        put(home, in_review=0, refused=1)
        review_applications(home, world, 3)
        assert (world.partners[row].review_start, world.partners[row].review_finish) == (3.0, 4.0), held
        assert home.review_wait == int(2.5 * UNIT)
        assert home.full, "its own review takes the place"
    world, home, _ = waiting({"partners_max": 2, "reviewers": 2}, 0.5, **{**free, "background_applications_per_day": 1e-9})
    put(home, full=True, background_at=0.25, reviewers=2)
    review_applications(home, world, 2)
    assert (world.partners[1].review_start, home.background, home.full) == (2.0, 1, False)
    assert home.review_wait == int(1.5 * UNIT), "other applicants are under no cap"


def test_a_review_can_begin_this_morning() -> None:
    world, home, _ = waiting(None, 3.0, background_applications_per_day=0.0)
    review_applications(home, world, 3)
    assert (home.reviews, world.partners[1].review_start) == (1, 3.0)


def test_other_applicants_keep_reviewers_busy() -> None:
    world, home, _ = waiting(None, 2.0, approval_days=3.0, approval_days_cv=0.0, background_applications_per_day=1e-9)
    home.background_at = 1.0
    review_applications(home, world, 0)
    review_applications(home, world, 9)
    assert (home.reviews, home.background, world.partners[1].review_start) == (2, 1, 4.0)
    assert home.review_wait == int(2.0 * UNIT)


def test_without_queues_or_staff_or_reviewers() -> None:
    free = {"approval_days": 4.0, "approval_days_cv": 0.0, "background_applications_per_day": 0.0}
    world, home, _ = waiting(None, 1.0, 2.0, queues_on=False, **free)
    world.reviewers[0].free_at = 50.0
    review_applications(home, world, 2)
    assert [world.partners[row].review_start for row in (1, 2)] == [1.0, 2.0]
    assert (home.review_wait, world.reviewers[0].free_at) == (0, 50.0)
    for staffing, reviewers, begun in ((0.0, 1, 0), (0.5, 1, 1), (2.0, 1, 1), (1.0, 0, 0)):
        world, home, _ = waiting({"reviewers": reviewers}, 1.0, staffing=staffing, **free)
        review_applications(home, world, 9)
        assert (home.reviews, home.reviewers) == (begun, reviewers)


def test_reviewers_hired_later_work_from_then_on() -> None:
    free = {"approval_days": 40.0, "approval_days_cv": 0.0, "background_applications_per_day": 0.0}
    world, home, _ = waiting(None, 0.0, 0.0, 0.0, timeline=[(5, {"reviewers": 3})], **free)
    for day in (0, 1, 5, 6):
        world.today.phase = int(day >= 5)
        review_applications(home, world, day)
    assert [world.partners[row].review_start for row in (1, 2, 3)] == [0.0, 5.0, 5.0]
    assert [desk.free_at for desk in world.reviewers] == [40.0, 45.0, 45.0]
