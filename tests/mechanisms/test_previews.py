"""A preview that does not go smoothly takes longer: after a bypass, a leak that is noticed, or enough attributed incidents in it."""

import itertools
from collections.abc import Mapping
from typing import Any

import pytest

from lockgate.sim.engine.run import simulate
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import Cause, EventKind, Feedback, Regime, Stage
from tests.mutation.worlds import log_of, put, world_of

SMOOTH: dict[str, Any] = {"case_by_case": True, "lab_programme": True, "sign_offs": 0, "preview_days": 10, "extension_days": 7,
                          "trigger_incidents": 2, "agencies": 0, "launch_partners": 2}  # fmt: skip


def previewed(levers: dict[str, Any] | None = None, regime: Regime = Regime.GOVERNMENT, **params: Any) -> Any:
    """A world with a system of the second lab that partners have had since day 1, and that system."""
    world = world_of({**SMOOTH, **(levers or {})}, **{"bypass_hazard": 0.0, **params})
    put(world.labs[1], systems=2, next_trained_day=10**6)
    given = {"stage": int(Stage.PARTNERS), "regime": int(regime), "offered_day": 1, "ready_day": 1, "capability": 1.0}
    system = put(world.systems[4], **given)
    put(world.today, restricted_system=4, asks=True)
    return world, system


def attribute(world: Any, day: int, incidents: int) -> None:
    """Incidents attributed to the system on a day."""
    world.attributed[4 * 30 + day % 30] += incidents
    world.systems[4].attributed_recently += incidents
    world.score.attributed += incidents


def live(world: Any, system: Any, incidents: Mapping[int, int] | None = None) -> int:
    """Days of lab, government and bad actors until the system is open to all; the day on which it is, or -1."""
    for day in range(2, 60):
        world.labs[1].step(world, day)
        world.governments[0].step(world, day)
        if system.stage == Stage.PUBLIC:
            return day
        attribute(world, day, (incidents or {}).get(day, 0))
    return -1


def test_incidents_lengthen_every_preview() -> None:
    for regime, (incidents, opens) in itertools.product((Regime.GOVERNMENT, Regime.OWN_PROGRAMME), ((0, 11), (1, 11), (2, 18), (3, 18))):
        world, system = previewed(regime=regime)
        log_of(world)
        assert live(world, system, {4: incidents}) == opens, incidents
        told = [line for line in log_of(world) if line[0] == EventKind.EXTENDED]
        assert told == ([(EventKind.EXTENDED, 5, 1, -1, 4, float(Cause.INCIDENTS))] if opens > 11 else [])
        assert world.score.extensions == len(told)


def test_incidents_add_up_until_they_are_answered() -> None:
    world, system = previewed()
    assert live(world, system, dict.fromkeys((3, 5, 7, 9), 1)) == 11 + 2 * 7


def test_a_lower_trigger_makes_previews_longer() -> None:
    for trigger, opens in ((1, 11 + 2 * 7), (2, 18), (3, 11)):
        world, system = previewed({"trigger_incidents": trigger})
        assert live(world, system, {4: 1, 6: 1}) == opens, trigger


def test_a_leak_counts_when_it_is_noticed() -> None:
    for noticed, opens in ((8, 18), (30, 11)):
        world, system = previewed()
        world.score.leaks = 1
        put(world.partners[1], leaks=1, leak_until=noticed)
        assert live(world, system) == opens


def test_partners_can_find_the_flaw() -> None:
    for share, opens in ((0.0, 11), (1.0, 18)):
        world, system = previewed(preview_bypass_share=share, fix_days=2)
        system.flaw, system.bypass_hazard = True, 99.0  # certain
        assert live(world, system) == opens
        assert world.score.bypasses == int(share)
        assert world.score.extensions == int(share)


def test_nothing_is_added_where_nothing_may_be() -> None:
    for levers, feedback in (({"extension_days": 0}, Feedback.FULL), ({}, Feedback.NONE)):
        world, system = previewed(levers, regime=Regime.OWN_PROGRAMME, feedback=feedback)
        assert live(world, system, {4: 5}) == 11
        assert (system.extended_days, world.score.extensions) == (0, 0)


def test_without_a_public_date_there_is_nothing_to_lengthen() -> None:
    world, system = previewed({"public_release": False})
    assert live(world, system, {4: 5}) == -1
    assert world.score.extensions == 0


@pytest.mark.parametrize("own", [True, False])
def test_a_bypass_that_partners_find_shows_in_the_outcomes(own: bool) -> None:
    levers = {"lab_programme": own, "case_by_case": not own, "agencies": 0, "sign_offs": 0, "launch_partners": 3, "preview_days": 30}
    policies = [Policy("smooth", levers), Policy("watched", {**levers, "extension_days": 20})]
    asked = {"cooperation": 1.0, "goodwill_cost": 0.0, "overrun_cost": 0.0, "preview_error_months": 0.0}  # every lab complies
    flawed = {"bypass_hazard": 0.2, "preview_bypass_share": [0.0, 1.0], "flaw_chance": 1.0, "bypass_effort": 1.0}
    worlds = parameter_table(2, **asked, **flawed, bad_actors=0, organisations=9)
    results = simulate(worlds, policies, [2, 2], 200).outcomes
    assert results["extensions"][:, 0].tolist() == [0, 0]
    assert results["extensions"][0, 1] == 0
    assert results["extensions"][1, 1] > 0
    assert results["mean_release_delay_days"][1, 1] > results["mean_release_delay_days"][1, 0] + 5


def test_the_opening_list_has_access_at_once_and_the_queue_is_for_the_rest() -> None:
    levers = {"case_by_case": True, "approvals": True, "agencies": 0, "public_release": False, "reviewers": 3}
    policies = [Policy("list", {**levers, "launch_partners": 20, "partners_max": 10}), Policy("queue", {**levers, "partners_max": 10})]
    worlds = parameter_table(1, cooperation=1.0, interest_share=1.0, bad_actors=0, preview_error_months=0.0, approval_refusal_chance=0.0)
    first = simulate(worlds, policies, [3], 1).outcomes["partners_approved"][0]
    later = simulate(worlds, policies, [3], 300).outcomes["partners_approved"][0]
    assert (first.tolist(), later.tolist()) == ([20, 0], [30, 10])
