"""Where mechanisms meet: a guard and the step of a class, rivals and distillation, vetting and opening lists, monitoring and previews."""

from typing import Any

import numpy as np
import pytest

from lockgate.sim.engine.mesa import ReleaseModel
from lockgate.sim.model.coverage import is_covered
from lockgate.sim.model.formulas.race import effective_lag
from lockgate.sim.model.open_weight_lab import held_at_home
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import Cause, Channel, EventKind, RaceRule, Services

SMALL = {"organisations": 25, "bad_actors": 60, "labs": 3, "open_weight_labs": 1}
GUARDED = {"lab_programme": True, "public_release": False, "guarded_after_days": 0, "guard": 0.8}
PROGRAMME = {"lab_programme": True, "public_release": False, "launch_partners": 10}


def run_small(levers: dict[str, Any], days: int, *timeline: Any, seed: int = 3, **world: Any) -> Any:
    return ReleaseModel(Policy("mine", levers, timeline), SMALL | world, seed=seed, horizon_days=days, check=True).run().world


def events(world: Any, kind: EventKind) -> list[Any]:
    return [event for event in (world.events[line] for line in range(world.score.events)) if event.kind == kind]


def test_a_guard_that_costs_next_to_nothing_changes_next_to_nothing() -> None:
    """A cost of months moves search and uplift without a jump, though it takes a system at the critical level below it."""
    steps = {"covered_search_step": 5.0, "covered_uplift_step": 2.0}
    free, cheap, dear = (run_small(GUARDED, 1, guard_cost_months=months, **steps) for months in (0.0, 1e-9, 1.0))
    assert cheap.today.public_capability < 0.0 == free.today.public_capability
    for found in (lambda world: world.today.search, lambda world: world.uplifts[int(Channel.PUBLIC_SERVICE)] - 1.0):
        assert found(cheap) == pytest.approx(found(free), rel=1e-6)
        assert 0.5 * found(free) < found(dear) < found(free)


def test_what_a_rival_serves_is_distilled_though_the_leader_withdraws() -> None:
    """Rivals are so far behind, and systems come so often, that the best system is always the leader's."""
    behind = {"rival_gap_min_months": 1.0, "rival_gap_max_months": 1.1, "cadence_days": 25, "own_testing_days": 0, "reinvestment": 0.0}
    open_labs = {"open_weight_lag_months": 4.0, "distillation": 0.5, "open_own_pace": 0.0}
    each, best = (run_small(PROGRAMME, 120, services=int(services), **behind, **open_labs) for services in (Services.EACH, Services.BEST))
    assert each.open_weight_labs[0].capability >= each.today.best_offer - effective_lag(4.0, 0.5, 1.0)
    assert best.open_weight_labs[0].capability < each.open_weight_labs[0].capability


def test_no_lab_goes_below_the_least_effort_under_any_rule_of_the_race() -> None:
    efforts = {least: trained(least) for least in (0.0, 0.07)}
    assert (efforts[0.0] == 0.0).any()
    assert (efforts[0.07] == np.maximum(0.07, efforts[0.0])).all()


def trained(least: float) -> Any:
    """Efforts of all systems, where labs' own tests take no time, so that effort changes no date."""
    world = run_small({}, 200, race_rule=int(RaceRule.WINNER), least_effort=least, own_testing_days=0)
    return np.array([event.value for event in events(world, EventKind.TRAINED)])


def test_places_of_the_opening_list_are_no_vetted_places() -> None:
    levers = GUARDED | {"launch_partners": 5, "vetted_places": 3, "reviewers": 25}
    home = run_small(levers, 200, interest_share=1.0, background_applications_per_day=0.0, approval_refusal_chance=0.0).governments[0]
    assert (home.admitted, home.approved) == (5, 8)


def test_a_prohibited_system_is_misjudged_once_though_the_prohibition_is_lifted() -> None:
    wide = {"preview_error_months": 6.0, "cadence_days": 30}
    for asks in (False, True):
        levers = {"prohibited": True, "case_by_case": asks}
        kept = run_small(levers, 120, **wide).outcomes
        lifted = run_small(levers, 120, (119, {"prohibited": False}), **wide).outcomes
        assert kept.covered_in_error + kept.covered_missed > 0
        assert (lifted.covered_in_error, lifted.covered_missed) == (kept.covered_in_error, kept.covered_missed)


def test_a_leak_that_monitoring_ends_is_noticed() -> None:
    """Leaks last longer than the run, so only monitoring ends one; the preview it belongs to is made longer the next morning."""
    levers = {"case_by_case": True, "launch_partners": 20, "preview_days": 60, "sign_offs": 0, "extension_days": 7}
    levers |= {"trigger_incidents": 10_000}
    leaky = {"leak_hazard": 0.05, "leak_days": 365, "leak_group": 1.0, "leaked_safeguard": 0.0, "flaw_chance": 0.0, "cooperation": 1.0}
    quiet = {"insider_access_on": False, "insider_share": 0.0, "crew_gap_days": 2.0}
    watched, unwatched = (run_small(levers | {"monitored": seen}, 60, **leaky, **quiet) for seen in (1.0, 0.0))
    ended = {event.day for event in events(watched, EventKind.ACCESS_ENDED)}
    noticed = {event.day for event in events(watched, EventKind.EXTENDED) if event.value == int(Cause.LEAK)}
    assert noticed
    assert noticed == {day + 1 for day in ended if day + 1 < 60}
    assert not events(unwatched, EventKind.EXTENDED)


def test_what_everyone_can_use_guarded_is_not_held_back_at_home() -> None:
    guarded, held = (run_small(GUARDED | {"guarded_after_days": days}, 1, labs=1, guard_cost_months=0.0) for days in (0, 3650))
    assert is_covered(guarded, guarded.systems[guarded.today.public_system])
    assert held_at_home(guarded, 0.0) == 0.0
    assert held_at_home(held, 0.0) == 1.0
