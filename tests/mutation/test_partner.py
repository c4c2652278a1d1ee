"""An organisation: it applies, hears, leaks, searches and patches."""

import math
from typing import Any

from sim.agents.partner import Partner, admit, hear_decision, search_and_patch, seek_access, watch_access, withdraw
from sim.chance import Purpose, draw, exponential, key, uniform
from sim.code_base import pass_code_day
from sim.row import NOTHING, fields
from sim.vocabulary import Approval, EventKind
from sim.world import Pool
from tests.mutation.worlds import log_of, near, put, world_of

COUNTS = ("applied", "waiting", "in_review", "approved", "refused", "withdrawn")


def counts(home: Any) -> dict[str, int]:
    """The government's counts that are not 0."""
    return {name: getattr(home, name) for name in COUNTS if getattr(home, name) != 0}


def seeking(approval: Approval = Approval.NONE, *, offered: bool = True, places: int = 0, **given: Any) -> Any:
    """A world, organisation 2 in it, and its government; `params` may be given."""
    world = world_of(given.pop("levers", None), **given.pop("params", {}))
    partner = put(world.partners[2], **{"approval": int(approval), "rank": 3, "interested": True, **given})
    put(world.today, restricted_capability=1.0 if offered else NOTHING, restricted_system=4 if offered else -1, places=places)
    home = world.governments[0]
    if approval == Approval.WAITING:
        home.waiting = 1
    if approval == Approval.IN_REVIEW:
        home.in_review = 1
    return world, partner, home


def test_an_organisation_applies_on_a_day_of_its_own() -> None:
    world, partner, home = seeking(applications=2, params={"application_days": 6.0})
    seek_access(partner, world, 5)
    delay = exponential(draw(key(0, 2, 2), Purpose.APPLICATION))
    assert near(partner.applied_at, 5 + 6.0 * delay)
    assert partner.applied_at > 6
    assert (partner.approval, counts(home)) == (Approval.PLANNED, {})
    day = 5
    while partner.approval == Approval.PLANNED:
        day += 1
        seek_access(partner, world, day)
    assert day == math.floor(partner.applied_at)
    assert counts(home) == {"applied": 1, "waiting": 1}
    assert log_of(world) == [(EventKind.APPLIED, day, 2, 0, 4, partner.applied_at)]
    at_once, partner, home = seeking(params={"application_days": 0.0})
    seek_access(partner, at_once, 5)
    assert (partner.approval, partner.applied_at) == (Approval.WAITING, 5.0)
    put(partner, approval=int(Approval.PLANNED), applied_at=8.0)
    seek_access(partner, at_once, 7)
    assert partner.approval == Approval.PLANNED
    seek_access(partner, at_once, 8)
    assert partner.approval == Approval.WAITING
    seek_access(partner, at_once, 9)
    assert home.applied == 2, "who waits does not apply again"


def test_a_place_in_the_programme_needs_no_review() -> None:
    for rank, places, admitted in ((3, 3, False), (3, 4, True), (3, 5, True)):
        world, partner, home = seeking(Approval.NONE, places=places, rank=rank, params={"application_days": 300.0})
        seek_access(partner, world, 5)
        assert (partner.approval == Approval.APPROVED) == admitted
        assert counts(home) == ({"applied": 1, "approved": 1} if admitted else {})
    world, partner, home = seeking(Approval.WAITING, applied_at=2.5)
    admit(partner, world, home, 6)
    assert counts(home) == {"approved": 1}
    assert log_of(world) == [(EventKind.APPROVED, 6, 2, 0, 4, 3.5)]
    world, partner, home = seeking(Approval.WAITING, applied_at=6.5)
    admit(partner, world, home, 6)
    assert log_of(world)[0][-1] == 0.0
    world, partner, home = seeking(Approval.PLANNED, applied_at=2.5)
    admit(partner, world, home, 6)
    assert counts(home) == {"applied": 1, "approved": 1}
    assert log_of(world)[0][-1] == 0.0


def test_a_review_ends_in_approval_or_refusal() -> None:
    answers = set()
    for seed in range(12):
        world, partner, home = seeking(
            Approval.IN_REVIEW, applied_at=2.5, applications=1, params={"approval_refusal_chance": 0.5, "seed": seed}
        )
        refused = draw(key(seed, 2, 1), Purpose.REFUSED) < 0.5
        answers.add(refused)
        hear_decision(partner, world, home, 9)
        assert partner.approval == (Approval.REFUSED if refused else Approval.APPROVED)
        assert counts(home) == ({"refused": 1} if refused else {"approved": 1})
        line = (EventKind.REFUSED_ACCESS, 9, 2, 0, -1, 6.5) if refused else (EventKind.APPROVED, 9, 2, 0, 4, 6.5)
        assert log_of(world) == [line]
    assert answers == {False, True}


def test_who_is_in_review_waits_for_its_end() -> None:
    for finish, offered, heard in ((9.0, True, True), (8.2, True, True), (9.1, True, False), (9.0, False, True), (9.5, False, False)):
        world, partner, home = seeking(
            Approval.IN_REVIEW, offered=offered, places=9, review_finish=finish, params={"approval_refusal_chance": 0.0}
        )
        seek_access(partner, world, 9)
        assert (partner.approval == Approval.APPROVED) == heard, (finish, offered)
        assert counts(home) == ({"approved": 1} if heard else {"in_review": 1})


def test_an_application_is_taken_back_when_nothing_is_offered() -> None:
    for approval, withdrawn in ((Approval.NONE, False), (Approval.PLANNED, False), (Approval.WAITING, True)):
        world, partner, home = seeking(approval, offered=False, places=9, applied_at=2.5)
        seek_access(partner, world, 9)
        assert (partner.approval, partner.applications) == (Approval.NONE, int(approval != Approval.NONE))
        assert counts(home) == ({"withdrawn": 1} if withdrawn else {})
        assert log_of(world) == ([(EventKind.WITHDRAWN, 9, 2, 0, -1, 6.5)] if withdrawn else [])
    world, partner, home = seeking(Approval.WAITING, applied_at=9.5)
    withdraw(partner, world, home, 9)
    assert log_of(world)[0][-1] == 0.0


def test_access_leaks_by_chance_until_it_is_noticed() -> None:
    leaked = set()
    for day in range(5, 20):
        world = world_of(leak_hazard=0.1, leak_days=4)
        partner = put(world.partners[2], carelessness=8.0)
        put(world.today, restricted_system=4)
        leaks = uniform(0, Purpose.LEAK, 2, day) < 1.0 - math.exp(-0.1 * 8.0)
        leaked.add(leaks)
        watch_access(partner, world, day)
        assert (partner.leak_until, partner.leaks, world.score.leaks) == ((day + 4, 1, 1) if leaks else (0, 0, 0))
        assert log_of(world) == ([(EventKind.LEAK, day, 2, -1, 4, 4.0)] if leaks else [])
        assert (world.today.leaks, world.leaking[0]) == ((1, 2) if leaks else (0, 0))
    assert leaked == {False, True}
    world = world_of(leak_hazard=1.0, leaks_on=False)
    world.today.leaks = 1
    watch_access(put(world.partners[2], leak_until=9, carelessness=99.0), world, 8)
    assert (world.score.leaks, world.today.leaks, world.leaking[:2]) == (0, 2, [0, 2]), "an old leak goes on"
    watch_access(world.partners[2], world, 9)
    assert world.today.leaks == 2, "noticed"


def test_a_day_of_code_with_the_system_within_reach() -> None:
    for early in (False, True):
        world = world_of(new_code_per_day=0.1)
        partner = put(
            world.partners[2], searches_early=early, patch_rate=0.5, patch_kept=0.6, patch_mean=0.8, latent=0.7, known=0.2, patched=0.1
        )
        put(partner, found=0.25, fixed=0.125)
        put(
            world.today,
            search=0.1,
            search_kept=0.9,
            search_mean=0.95,
            partner_search=0.3,
            partner_search_kept=0.7,
            partner_search_mean=0.85,
        )
        code = Pool(latent=0.7, known=0.2, patched=0.1)
        speed = (0.3, 0.7, 0.85) if early else (0.1, 0.9, 0.95)
        found, fixed = pass_code_day(code, *speed, 0.5, 0.6, 0.8, world.constants.new_code_chance)
        search_and_patch(partner, world)
        assert (partner.latent, partner.known, partner.patched, partner.exposed) == (code.latent, code.known, code.patched, code.exposed)
        assert (partner.found, partner.fixed) == (0.25 + found, 0.125 + fixed)


def test_a_day_of_an_organisation() -> None:
    for approval, interested, offered, params, sought, early in (
        (Approval.NONE, True, True, {}, True, False),
        (Approval.NONE, False, True, {}, False, False),
        (Approval.REFUSED, True, True, {}, False, False),
        (Approval.APPROVED, True, True, {}, False, True),
        (Approval.APPROVED, True, False, {}, False, False),
        (Approval.APPROVED, True, True, {"head_start_on": False}, False, False),
        (Approval.PLANNED, True, False, {}, True, False),
    ):
        world, partner, _ = seeking(approval, offered=offered, interested=interested, searches_early=not early, params=params)
        put(world.today, search=0.5, search_kept=0.5, partner_search=0.7, partner_search_kept=0.25)
        partner.leak_until = 99
        partner.step(world, 9)
        assert (partner.approval != approval) == sought, (approval, interested, offered)
        assert partner.searches_early == early
        assert partner.latent == (0.25 if early else 0.5)
        holds = approval == Approval.APPROVED and offered
        assert world.today.leaks == int(holds), "who holds nothing leaks nothing"
    world, partner, _ = seeking(Approval.NONE, places=9)
    partner.step(world, 9)
    assert partner.searches_early, "admitted in the morning, it searches the same day"


def test_its_code_is_unsearched_at_first() -> None:
    values = {field.name: field.default for field in fields(Partner)}
    ones = {"carelessness", "patch_kept", "patch_mean", "latent", "exposed"}
    assert {name: value for name, value in values.items() if value != 0} == dict.fromkeys(ones, 1.0)
