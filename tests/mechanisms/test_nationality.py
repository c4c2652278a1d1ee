"""Nationality: who is eligible for early access, whom a directive leaves a system to, and who waits how long."""

import itertools
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lockgate.scenarios import load_policy
from lockgate.sim.engine.mesa import ReleaseModel
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.nationality import (
    count_approval,
    has_access,
    is_eligible,
    keeps_access,
    last_rank,
    nationality_of,
    organisations_with_access,
)
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import Approval, EventKind, Nationality
from lockgate.sim.model.waits import (
    count_ineligible,
    count_undecided,
    days_waited,
    wait_by_criticality,
    wait_by_nationality,
    wait_by_size,
)
from lockgate.sim.rules.row import NOTHING
from tests.mutation.worlds import put, world_of

MIXED = {"organisations": 60, "bad_actors": 50, "interest_share": 1.0, "domestic_share": 0.5, "allied_share": 0.6}
PROGRAMME = {"lab_programme": True, "public_release": False, "launch_partners": 20}
QUEUE = {"lab_programme": True, "public_release": False, "approvals": True, "partners_max": 60, "reviewers": 3}


def model(levers: dict[str, Any], days: int, timeline: Any = (), seed: int = 4, **world: Any) -> ReleaseModel:
    return ReleaseModel(Policy("by nationality", levers, timeline), MIXED | world, seed=seed, horizon_days=days, check=True)


def nations(world: Any, rows: Any = None) -> list[int]:
    """How many organisations are domestic, allied and other, of those in these rows."""
    chosen = world.partners if rows is None else [world.partners[row] for row in rows]
    return np.bincount([partner.nationality for partner in chosen], minlength=len(Nationality)).tolist()


def holders(world: Any) -> set[int]:
    return {partner.index for partner in world.partners if partner.searches_early}


def test_shares_are_those_stated():
    world = model({}, 1, organisations=4000).world
    for found, share in zip(nations(world), (0.5, 0.3, 0.2), strict=True):
        # A deviation of 4 standard errors comes up once in 16,000 times.
        assert abs(found - 4000 * share) < 4 * np.sqrt(4000 * share * (1 - share))


def test_by_default_of_the_policies_nationality_changes_nothing_but_counts():
    policies = [load_policy(name) for name in ("open-release", "staged-preview", "partner-programme", "directive-revocation")]
    tables = (parameter_table(5, domestic_share=share, allied_share=0.5) for share in (1.0, 0.4))
    domestic, mixed = (simulate(table, policies, range(5)).outcomes for table in tables)
    told = {"approved_allied", "approved_others", "wait_domestic_days", "wait_allied_days", "wait_others_days"}
    assert {name for name in domestic.dtype.names if domestic[name].tobytes() != mixed[name].tobytes()} == told


@pytest.mark.parametrize(("allied", "others"), [(True, False), (False, True), (False, False)])
@pytest.mark.parametrize("levers", [PROGRAMME, QUEUE], ids=["programme", "queue"])
def test_the_ineligible_are_never_approved_and_places_go_to_others(levers: dict[str, Any], allied: bool, others: bool):
    world = model(levers | {"allied_eligible": allied, "others_eligible": others}, 250).run().world
    _, allies, rest = nations(world, [partner.index for partner in world.partners if partner.approval == Approval.APPROVED])
    assert (allies > 0, rest > 0) == (allied, others)
    assert (world.outcomes.approved_allied, world.outcomes.approved_others) == (allies, rest)
    assert world.outcomes.organisations_ineligible == nations(world)[1] * (not allied) + nations(world)[2] * (not others)
    if levers is PROGRAMME:
        eligible = [p for p in world.partners if (True, allied, others)[p.nationality]]
        best = sorted(eligible, key=lambda partner: partner.rank)[:20]
        assert {p.index for p in best} == {p.index for p in world.partners if p.approval == Approval.APPROVED}


def test_places_beyond_the_eligible_stay_empty():
    world = model(PROGRAMME | {"launch_partners": 60, "allied_eligible": False, "others_eligible": False}, 3).run().world
    assert world.outcomes.partners_approved == nations(world)[0] < 60
    assert last_rank(world, 0) == 0


def test_who_is_no_longer_eligible_loses_access_and_its_place_and_has_the_access_back():
    timeline = [(10, {"others_eligible": False}), (20, {"others_eligible": True})]
    running = model(PROGRAMME, 30, timeline)
    counts = []
    while not running.is_over:
        running.step()
        counts.append(nations(running.world, holders(running.world)))
    assert counts[9][2] == counts[20][2] > 0
    assert all(counts[day][2] == 0 for day in range(10, 20))
    assert all(sum(count) == 20 for count in counts[1:20])
    assert counts[20] == [counts[19][0], counts[19][1], counts[9][2]]


def days_with_access(levers: dict[str, Any], days: int = 40) -> tuple[list[list[int]], Any]:
    """Who has what not everyone has on each day; a directive comes on day 10."""
    running = model(levers, days, [(10, {"directive": True})], application_days=0.0)
    counts = []
    while not running.is_over:
        running.step()
        counts.append(nations(running.world, holders(running.world)))
    return counts, running.world


def test_a_directive_that_spares_domestic_organisations_leaves_a_public_system_to_all_of_them():
    counts, world = days_with_access({"directive_spares_domestic": True, "dark_days": 12})
    assert counts[9] == counts[22] == [0, 0, 0]  # everyone has it
    assert all(count == [nations(world)[0], 0, 0] for count in counts[10:22])
    assert world.outcomes.applications == world.outcomes.partners_approved == 0
    assert world.outcomes.directives == 1
    assert world.outcomes.dark_days == 12


def test_of_a_restricted_system_it_leaves_to_domestic_partners_what_they_have():
    counts, _ = days_with_access(PROGRAMME | {"directive_spares_domestic": True, "dark_days": 12})
    domestic, allied, others = counts[9]
    assert min(domestic, allied, others) > 0
    assert all(count == [domestic, 0, 0] for count in counts[10:22])
    assert counts[22] == counts[9]


def test_a_restoration_in_part_comes_first_to_domestic_organisations():
    counts, world = days_with_access({"dark_days": 19, "partial_restoration_days": 14})
    assert all(count == [0, 0, 0] for count in counts[10:24] + counts[29:])
    assert all(count == [nations(world)[0], 0, 0] for count in counts[24:29])
    told = [(event.day, event.value) for event in world.events.rows if event.kind == EventKind.PARTLY_RESTORED]
    assert told == [(24, 14.0)]


def test_customers_of_a_system_that_is_dark_for_foreigners_alone_are_lost_less():
    levers = ({"dark_days": 200, "directive_spares_domestic": spares} for spares in (True, False))
    policies = [Policy("dark", chosen, [(3, {"directive": True})]) for chosen in levers]
    lost = simulate(parameter_table(10, **MIXED), policies, range(10)).outcomes["customers_lost_share"].T
    assert (lost[0] < lost[1]).all()  # luck alone: once in a thousand times


def test_waits_are_those_of_the_event_log():
    """Every applicant's days from its application to the decision, or to the end, by group: worked out again from what was noted."""
    for others in (False, True):
        check_waits(model(QUEUE | {"others_eligible": others}, 90).run().world, others)


def check_waits(world, others):
    waits: dict[int, float] = {}
    open_since: dict[int, float] = {}
    for event in world.events.rows:
        if event.kind == EventKind.APPLIED:
            open_since[event.who] = event.value
        elif event.kind in (EventKind.APPROVED, EventKind.REFUSED_ACCESS, EventKind.WITHDRAWN):
            open_since.pop(event.who)
            waits[event.who] = waits.get(event.who, 0.0) + event.value
    waits |= {who: waits.get(who, 0.0) + 90 - since for who, since in open_since.items()}
    out = world.outcomes
    assert out.applicants_undecided == len(open_since) > 0
    critical = set(world.by_rank[: len(world.by_rank) // 10])
    groups = {
        "wait_critical_days": [who for who in waits if who in critical],
        "wait_less_critical_days": [who for who in waits if who not in critical],
        "wait_large_days": [who for who in waits if world.partners[who].size > 1 / 60],
        "wait_small_days": [who for who in waits if world.partners[who].size <= 1 / 60],
        "wait_domestic_days": [who for who in waits if world.partners[who].nationality == Nationality.DOMESTIC],
        "wait_allied_days": [who for who in waits if world.partners[who].nationality == Nationality.ALLIED],
        "wait_others_days": [who for who in waits if world.partners[who].nationality == Nationality.OTHER],
    }
    for name, group in groups.items():
        assert getattr(out, name) == pytest.approx(np.mean([waits[who] for who in group]) if group else 0.0), name
    assert groups["wait_allied_days"]
    assert bool(groups["wait_others_days"]) == others


def test_by_criticality_the_critical_wait_less():
    table = parameter_table(30, organisations=200)
    first_come, critical = (
        simulate(table, [Policy("queue", QUEUE | {"by_criticality": first})], range(30)).outcomes[:, 0] for first in (False, True)
    )
    shorter = critical["wait_critical_days"] < first_come["wait_critical_days"]
    longer = critical["wait_less_critical_days"] > first_come["wait_less_critical_days"]
    # Sign tests over 30 paired runs: 25 or more of 30 by luck once in 6,000 times.
    assert shorter.sum() >= 25
    assert longer.sum() >= 25


def test_nationality_at_each_draw():
    params = SimpleNamespace(domestic_share=0.5, allied_share=0.6)
    for u, nationality in ((0.01, 0), (0.49, 0), (0.5, 1), (0.79, 1), (0.81, 2), (0.99, 2)):
        assert nationality_of(params, u) == nationality


def test_who_is_eligible_and_who_keeps_access_while_a_directive_spares_domestic_organisations():
    for allied, others, domestic_only in itertools.product((False, True), repeat=3):
        world = world_of({"allied_eligible": allied, "others_eligible": others})
        world.today.domestic_only = domestic_only
        assert [bool(is_eligible(world, nation)) for nation in range(3)] == [True, allied, others]
        spared = not domestic_only
        assert [bool(keeps_access(world, nation)) for nation in range(3)] == [True, allied and spared, others and spared]


def test_who_has_the_restricted_system():
    for approval, nationality, restricted, keep, has in (
        (Approval.APPROVED, 0, 1.0, False, True),
        (Approval.APPROVED, 1, 1.0, False, True),
        (Approval.APPROVED, 2, 1.0, False, False),
        (Approval.WAITING, 0, 1.0, False, False),
        (Approval.NONE, 0, 1.0, True, True),
        (Approval.NONE, 1, 1.0, True, False),
        (Approval.APPROVED, 0, NOTHING, False, False),
        (Approval.NONE, 0, NOTHING, True, False),
    ):
        world = world_of({"allied_eligible": True, "others_eligible": False})
        put(world.today, restricted_capability=restricted, domestic_keep=keep)
        assert has_access(world, put(world.partners[1], approval=int(approval), nationality=nationality)) == has


def test_approvals_are_counted_by_nationality_and_those_that_lost_access_are_left_out():
    world = world_of({"allied_eligible": True, "others_eligible": False})
    home = world.governments[0]
    for partner, nationality in zip([*world.partners, *world.partners], (0, 1, 1, 2, 2, 2, 0, 1), strict=True):
        count_approval(home, put(partner, nationality=nationality))
    assert (home.approved, home.approved_allied, home.approved_others) == (8, 3, 3)
    put(world.constants, domestic=9)
    for domestic_only, keep, organisations in ((False, False, 5), (True, False, 2), (True, True, 9)):
        put(world.today, domestic_only=domestic_only, domestic_keep=keep)
        assert organisations_with_access(world) == organisations


def test_places_go_to_the_most_critical_who_are_eligible_and_want_one():
    for levers, wants, places, limit in (
        ({"allied_eligible": True, "others_eligible": True}, (0, 1, 2, 3), 2, 2),
        ({"others_eligible": False}, (0, 1, 2, 3), 1, 1),
        ({"others_eligible": False}, (0, 1, 2, 3), 2, 3),  # the second of them may not
        ({"others_eligible": False}, (0, 1, 2, 3), 9, 4),
        ({"others_eligible": False}, (0, 1, 3), 2, 4),  # and the third has no use for it
        ({"others_eligible": False}, (0, 1, 2, 3), 0, 0),
    ):
        world = world_of({"allied_eligible": True, **levers})
        for rank, row in enumerate(world.by_rank):
            put(world.partners[row], nationality=2 if rank == 1 else 1, interested=rank in wants, rank=rank if rank in wants else 4 + rank)
        assert last_rank(world, places) == limit


def test_waits_are_means_over_the_applicants_of_each_group():
    world = world_of({"others_eligible": False}, days=120)
    given = (  # by criticality; who has not applied counts nowhere
        (Approval.APPROVED, 1, True, True, 6.0, 0.0, 0.4),
        (Approval.WAITING, 2, True, True, 5.0, 100.0, 0.1),
        (Approval.IN_REVIEW, 0, True, True, 1.0, 119.0, 0.25),
        (Approval.PLANNED, 2, False, True, 77.0, 50.0, 0.25),
    )
    for row, (approval, nationality, applicant, interested, waited, applied_at, size) in zip(world.by_rank, given, strict=True):
        partner = put(world.partners[row], approval=int(approval), nationality=nationality, applicant=applicant, interested=interested)
        put(partner, waited=waited, applied_at=applied_at, size=size)
    waits = [6.0, 25.0, 2.0]
    assert [wait_by_nationality(world, nation) for nation in range(3)] == [2.0, 6.0, 25.0]
    assert (wait_by_criticality(world, True), wait_by_criticality(world, False)) == (6.0, 27.0 / 2)
    assert (wait_by_size(world, True), wait_by_size(world, False)) == (6.0, 27.0 / 2)
    put(world.partners[world.by_rank[0]], applicant=False)
    assert (wait_by_criticality(world, True), wait_by_size(world, True), wait_by_nationality(world, 1)) == (0.0, 0.0, 0.0)
    assert [days_waited(world, world.partners[row]) for row in world.by_rank[:3]] == waits
    assert count_undecided(world) == 2
    assert count_ineligible(world) == 2
    put(world.partners[world.by_rank[3]], interested=False)
    assert count_ineligible(world) == 1
