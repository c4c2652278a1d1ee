"""An organisation: it applies, hears, leaks, searches and patches."""

import math
from typing import Any

from sim.agents.partner import Partner, admit, hear_decision, seek_access, watch_access, withdraw
from sim.chance import Purpose, draw, exponential, key, stem, uniform
from sim.row import NOTHING, fields
from sim.vocabulary import Approval, EventKind
from tests.mutation.worlds import changed, log_of, near, put, state, world_of

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
    seek_access(partner, world, True, 5)
    delay = exponential(draw(key(0, 2, 2), Purpose.APPLICATION))
    assert near(partner.applied_at, 5 + 6.0 * delay)
    assert partner.applied_at > 6
    assert (partner.approval, counts(home)) == (Approval.PLANNED, {})
    day = 5
    while partner.approval == Approval.PLANNED:
        day += 1
        seek_access(partner, world, True, day)
    assert day == math.floor(partner.applied_at)
    assert counts(home) == {"applied": 1, "waiting": 1}
    assert log_of(world) == [(EventKind.APPLIED, day, 2, 0, 4, partner.applied_at)]
    at_once, partner, home = seeking(params={"application_days": 0.0})
    seek_access(partner, at_once, True, 5)
    assert (partner.approval, partner.applied_at) == (Approval.WAITING, 5.0)
    put(partner, approval=int(Approval.PLANNED), applied_at=8.0)
    seek_access(partner, at_once, True, 7)
    assert partner.approval == Approval.PLANNED
    seek_access(partner, at_once, True, 8)
    assert partner.approval == Approval.WAITING
    seek_access(partner, at_once, True, 9)
    assert home.applied == 2, "who waits does not apply again"


def test_a_place_in_the_programme_needs_no_review() -> None:
    for rank, places, admitted in ((3, 3, False), (3, 4, True), (3, 5, True)):
        world, partner, home = seeking(Approval.NONE, places=places, rank=rank, params={"application_days": 300.0})
        seek_access(partner, world, True, 5)
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
    for beyond, approval in ((0.0, Approval.APPROVED), (1e-15, Approval.REFUSED)):
        world, partner, home = seeking(Approval.IN_REVIEW)
        world.params.approval_refusal_chance = draw(key(0, 2, 0), Purpose.REFUSED) + beyond
        hear_decision(partner, world, home, 9)
        assert partner.approval == approval, "refused below the chance, not at it"


def test_who_is_in_review_waits_for_its_end() -> None:
    for finish, offered, heard in ((9.0, True, True), (8.2, True, True), (9.1, True, False), (9.0, False, True), (9.5, False, False)):
        world, partner, home = seeking(
            Approval.IN_REVIEW, offered=offered, places=9, review_finish=finish, params={"approval_refusal_chance": 0.0}
        )
        seek_access(partner, world, offered, 9)
        assert (partner.approval == Approval.APPROVED) == heard, (finish, offered)
        assert counts(home) == ({"approved": 1} if heard else {"in_review": 1})


def test_an_application_is_taken_back_when_nothing_is_offered() -> None:
    for approval, withdrawn in ((Approval.PLANNED, False), (Approval.WAITING, True)):
        world, partner, home = seeking(approval, offered=False, places=9, applied_at=2.5)
        seek_access(partner, world, False, 9)
        assert (partner.approval, partner.applications) == (Approval.NONE, 1)
        assert counts(home) == ({"withdrawn": 1} if withdrawn else {})
        assert log_of(world) == ([(EventKind.WITHDRAWN, 9, 2, 0, -1, 6.5)] if withdrawn else [])
    world, partner, home = seeking(Approval.WAITING, applied_at=9.5)
    withdraw(partner, world, home, 9)
    assert log_of(world)[0][-1] == 0.0


def test_access_leaks_by_chance_until_it_is_noticed() -> None:
    leaked = set()
    for day in range(5, 20):
        world = world_of(leak_days=4)
        partner = put(world.partners[2], leak_chance=0.55)
        put(world.today, restricted_system=4)
        leaks = uniform(0, Purpose.LEAK, 2, day) < 0.55
        leaked.add(leaks)
        watch_access(partner, world, day)
        assert (partner.leak_until, partner.leaks, world.score.leaks) == ((day + 4, 1, 1) if leaks else (0, 0, 0))
        assert log_of(world) == ([(EventKind.LEAK, day, 2, -1, 4, 4.0)] if leaks else [])
        assert (world.today.leaks, world.leaking[0]) == ((1, 2) if leaks else (0, 0))
    assert leaked == {False, True}
    world = world_of(leaks_on=False)
    world.today.leaks = 1
    watch_access(put(world.partners[2], leak_until=9, leak_chance=1.0), world, 8)
    assert (world.score.leaks, world.today.leaks, world.leaking[:2]) == (0, 2, [0, 2]), "an old leak goes on"
    watch_access(world.partners[2], world, 9)
    assert world.today.leaks == 2, "noticed"


def test_a_day_of_an_organisation() -> None:
    for approval, offered, params, sought, early in (
        (Approval.NONE, True, {}, True, False),
        (Approval.NONE, False, {}, False, False),
        (Approval.REFUSED, True, {}, False, False),
        (Approval.REFUSED, False, {}, False, False),
        (Approval.APPROVED, True, {}, False, True),
        (Approval.APPROVED, False, {}, False, False),
        (Approval.APPROVED, True, {"head_start_on": False}, False, False),
        (Approval.PLANNED, False, {}, True, False),
        (Approval.WAITING, False, {}, True, False),
        (Approval.IN_REVIEW, False, {"approval_refusal_chance": 1.0}, True, False),
    ):
        world, partner, home = seeking(approval, offered=offered, searches_early=not early, params=params)
        before, counted = state(partner), counts(home)
        partner.leak_until = 99
        partner.step(world, 9)
        assert (partner.approval != approval) == sought, (approval, offered)
        assert partner.searches_early == early
        if not sought:
            assert set(changed(partner, before)) == {"searches_early", "leak_until"}, "neither asked nor withdrawn"
            assert counts(home) == counted
        holds = approval == Approval.APPROVED and offered
        assert world.today.leaks == int(holds), "who holds nothing leaks nothing"
    world, partner, _ = seeking(Approval.NONE, places=9)
    partner.step(world, 9)
    assert partner.searches_early, "admitted in the morning, it searches the same day"


def test_who_is_settled_is_not_admitted_again() -> None:
    for approval in (Approval.APPROVED, Approval.REFUSED):
        world, partner, home = seeking(approval, places=9)
        partner.step(world, 9)
        assert (partner.approval, counts(home), log_of(world)) == (approval, {}, [])


def test_who_wants_no_access_does_nothing() -> None:
    for approval, offered, places in ((Approval.NONE, True, 9), (Approval.PLANNED, False, 0), (Approval.APPROVED, True, 0)):
        world, partner, home = seeking(approval, offered=offered, places=places, interested=False, leak_until=99)
        before = state(partner)
        partner.step(world, 9)
        assert (changed(partner, before), counts(home), world.today.leaks) == ({}, {}, 0)


def test_its_draws_are_those_of_its_stem() -> None:
    world, partner, home = seeking(Approval.IN_REVIEW, applications=1, params={"approval_refusal_chance": 0.5})
    answers = set()
    for who in range(12):
        put(partner, stem=stem(5, who), approval=int(Approval.NONE), leak_chance=0.5)
        seek_access(partner, world, True, 5)
        assert near(partner.applied_at, 5 + world.params.application_days * exponential(draw(key(5, who, 1), Purpose.APPLICATION)))
        hear_decision(partner, world, home, 9)
        refused = draw(key(5, who, 1), Purpose.REFUSED) < 0.5
        assert (partner.approval == Approval.REFUSED) == refused
        leaks, world.today.leaks = partner.leaks, 0
        watch_access(partner, world, 9)
        assert partner.leaks - leaks == int(uniform(5, Purpose.LEAK, who, 9) < 0.5)
        answers.add((refused, partner.leaks - leaks))
    assert len(answers) == 4


def test_its_code_is_unsearched_at_first() -> None:
    values = {field.name: field.default for field in fields(Partner)}
    ones = {"patch_kept", "patch_mean", "latent", "exposed", "latent_kept", "latent_exposed", "attack_surface"}
    assert {name: value for name, value in values.items() if value != 0} == {**dict.fromkeys(ones, 1.0), "paced_at": -1.0}
