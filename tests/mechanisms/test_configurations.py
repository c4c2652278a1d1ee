"""Two configurations of one system: guarded for everyone, full for vetted organisations."""

from typing import Any

import numpy as np
import pytest

from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.scenarios import load_policy, load_world, with_levers
from lockgate.scenarios.world import with_parameters
from lockgate.sim.engine.mesa import ReleaseModel
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.configurations import (
    approval_places,
    is_guarded,
    is_restricted,
    is_vetting,
    offer_guarded,
    served_capability,
    served_safeguard,
    serves_all,
)
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import EventKind, Stage
from lockgate.sim.model.world import System
from lockgate.sim.rules.row import NEVER, NOTHING
from tests.mutation.worlds import log_of, world_of

SMALL = {"organisations": 25, "bad_actors": 60, "labs": 1, "open_weight_labs": 1, "insider_access_on": False}
GUARDED = {"lab_programme": True, "public_release": False, "guarded_after_days": 0, "guard": 0.8}


def run_small(levers: dict[str, Any], days: int = 60, seed: int = 3, **world: Any) -> Any:
    return ReleaseModel(Policy("guarded", levers), SMALL | world, seed=seed, horizon_days=days, check=True).run().world


def outcomes(levers: dict[str, Any], runs: int, **world: Any) -> Any:
    return simulate(parameter_table(runs, **SMALL | world), [Policy("guarded", levers)], range(runs)).outcomes[:, 0]


def test_everyone_gets_less_capability_behind_a_stronger_safeguard():
    world = run_small(GUARDED, 1, guard_cost_months=1.5, flaw_chance=0.0)
    system = world.systems[world.today.public_system]
    assert (system.owner, system.number, system.stage) == (0, 1, Stage.HELD)
    assert world.labs[0].offer == world.today.public_capability == system.capability - 1.5
    assert world.today.public_safeguard == pytest.approx(system.safeguard + 0.8 * (1.0 - system.safeguard))
    assert world.outcomes.release_delay_days == 0.0
    assert (world.outcomes.unguarded_delay_days, world.outcomes.unguarded_censored) == (1.0, True)


def test_a_bypass_gets_through_the_guard_as_well():
    world = run_small(GUARDED, 40, flaw_chance=1.0, bypass_hazard=1.0, fix_days=365, bypassed_share=0.25, own_testing_days=0)
    system = world.systems[world.today.public_system]
    assert system.bypassed
    assert world.today.public_safeguard == pytest.approx(0.25 * (system.built + 0.8 * (1.0 - system.built)))


def test_a_guard_that_does_nothing_is_open_release():
    nothing = GUARDED | {"guard": 0.0}
    exact = {"guard_cost_months": 0.0, "preview_error_months": 0.0}  # nobody misjudges what, under one policy alone, somebody judges
    openly, guarded = (outcomes(levers, 10, labs=3, **exact) for levers in ({}, nothing))
    different = [name for name in openly.dtype.names if openly[name].tobytes() != guarded[name].tobytes()]
    assert different == ["unguarded_delay_days", "unguarded_censored"]


def test_without_its_date_the_guard_is_nothing():
    programme = {"lab_programme": True, "public_release": False, "launch_partners": 10}
    guarded = programme | {"guard": 0.9, "vetted_places": 5, "guarded_after_days": 3650}
    plain, never = (outcomes(levers, 10) for levers in (programme, guarded))
    assert plain.tobytes() == never.tobytes()


@pytest.mark.parametrize("after", [0, 1, 63])
def test_release_delay_is_counted_to_the_guarded_release(after: int):
    delays = outcomes(GUARDED | {"launch_partners": 5, "guarded_after_days": after}, 5)
    assert delays["release_delay_days"].tolist() == [after] * 5
    assert delays["unguarded_delay_days"].tolist() == [540] * 5
    assert delays["unguarded_censored"].all()


def test_full_release_ends_the_guard():
    levers = GUARDED | {"public_release": True, "preview_days": 20, "guarded_after_days": 5}
    world = run_small(levers, 30)
    first = world.systems[world.labs[0].first_system + world.constants.owners]
    assert (first.stage, first.guarded, first.public_day, first.unguarded_day) == (Stage.PUBLIC, False, 5, 20)
    assert world.outcomes.unguarded_delay_days == 20.0


def test_government_lets_the_guarded_system_out_only_when_it_is_signed_off():
    levers = {"framework": True, "case_by_case": True, "mandatory": 1.0, "public_release": False, "guarded_after_days": 3, "guard": 0.5}
    world = {"cooperation": 1.0, "political_delay_days": 0}
    unsigned = run_small(levers | {"sign_offs": 3, "agencies": 2}, 60, **world)
    signed = run_small(levers | {"sign_offs": 2, "agencies": 2}, 60, test_days=10.0, test_days_cv=0.0, flaw_chance=0.0, **world)
    assert unsigned.outcomes.release_censored
    assert signed.outcomes.release_delay_days == 10.0


def test_a_directive_takes_both_configurations_and_gives_both_back():
    levers = GUARDED | {"launch_partners": 5, "dark_days": 6}
    policy = Policy("guarded", levers, [(10, {"directive": True})])
    model = ReleaseModel(policy, SMALL, seed=1, horizon_days=30, check=True)
    capability = []
    while not model.is_over:
        model.step()
        capability.append((model.world.today.guarded, model.world.today.restricted_capability > -100))
    assert [day for day, kinds in enumerate(capability) if kinds == (False, False)] == list(range(10, 16))
    assert capability[9] == capability[16] == (True, True)


def test_vetted_places_bound_approvals_and_open_with_the_guarded_release():
    levers = GUARDED | {"vetted_places": 4, "guarded_after_days": 20, "reviewers": 50}
    world = run_small(levers, 120, approval_refusal_chance=0.0)
    approved = [event for event in world.events.rows if event.kind == EventKind.APPROVED]
    assert len(approved) == world.outcomes.partners_approved == 4
    assert min(world.partners[event.who].review_start for event in approved) >= 20


def test_vetting_refuses_the_share_that_it_is_told_to():
    levers = GUARDED | {"vetted_places": 1000, "vetting_refused": 0.3, "reviewers": 500}
    found = outcomes(levers, 40, approval_refusal_chance=0.2, organisations=100)
    decided = found["partners_approved"].sum() + found["partners_refused"].sum()
    refused = 1.0 - 0.8 * 0.7
    # Independent draws: a deviation of 4 standard errors comes up once in 16,000 times.
    assert abs(found["partners_refused"].sum() - refused * decided) < 4 * np.sqrt(decided * refused * (1 - refused))


def test_monitoring_ends_a_leak_at_the_first_misuse_that_it_sees():
    leaky = {"leak_hazard": 0.02, "leak_reach": 1.0, "leak_days": 30, "evasion": 1.0, "bad_actors": 300, "ban_chance": 0.0}
    leaky |= {"leak_group": 0.0, "insider_access_on": False}  # a leak reaches everyone, and nobody has access otherwise
    levers = {"lab_programme": True, "public_release": False, "launch_partners": 25}
    unseen, seen = (outcomes(levers | {"monitored": chance}, 10, **leaky) for chance in (0.0, 0.5))
    assert unseen["access_ended"].sum() == 0
    assert (seen["access_ended"] > 0).all()
    assert (seen["operations_leaked_access"] < unseen["operations_leaked_access"] / 2).all()


def test_monitoring_ends_nothing_where_nothing_reacts():
    levers = {"lab_programme": True, "public_release": False, "launch_partners": 25, "monitored": 1.0}
    found = outcomes(levers, 5, feedback=0, leak_hazard=0.02, leak_reach=1.0, insider_access_on=True)
    assert found["operations_leaked_access"].sum() > 0
    assert found["access_ended"].sum() == 0


def test_a_stronger_guard_leaves_less_harm_through_the_service():
    world = {"guard_cost_months": 0.0, "feedback": 0}  # where nothing reacts, more refusal is less harm run by run
    harm = [outcomes(GUARDED | {"guard": guard}, 10, **world)["harm_public_service"] for guard in (0.0, 0.5, 1.0)]
    assert (harm[0] >= harm[1]).all()
    assert (harm[1] >= harm[2]).all()
    assert harm[0].sum() > harm[1].sum() > harm[2].sum() > 0.0  # systems below the threshold have no guard


def test_followers_distil_what_the_guard_lets_through():
    world = {"distillation": 0.6, "open_own_pace": 0.0, "guard_cost_months": 1.0, "partner_exposure": 0.0}
    policies = GUARDED | {"guarded_after_days": 3650}, GUARDED, {}
    held, guarded, opened = (outcomes(levers, 5, **world)["open_parity_day"] for levers in policies)
    assert (opened <= guarded).all()
    assert (guarded <= held).all()
    assert opened.sum() < guarded.sum() < held.sum()


def test_trusted_access_lies_between_open_release_and_the_partner_programme():
    policies = [load_policy(name) for name in ("open-release", "trusted-access", "partner-programme")]
    # Of labs without a lasting culture; with one, what a programme adds in harm (-18 of 5,167 M US$, +-20) is within luck of nothing.
    world = with_parameters(load_world("baseline"), {"guard_cost_months": 1.0, "race_rule": "winner"})
    draws = draw_worlds(world, 150, 5)
    found = simulate(draws.worlds, policies, draws.seeds).outcomes
    delays = found["release_delay_days"].T  # to a guarded release, which comes at once
    assert (delays[0] == delays[1]).all()
    assert (delays[1] < delays[2]).all()
    for name in ("model_enabled_harm", "usable_lead_months", "customers_lost_share", "capability_months_withheld"):
        openly, trusted, partners = found[name].T
        first, second = trusted - openly, partners - trusted
        # Both steps go the same way. Each is more than 3 standard errors from 0, which luck alone does once in 370 times.
        assert np.sign(first.mean()) == np.sign(second.mean()), name
        for step in (first, second):
            assert abs(step.mean()) > 3 * step.std(ddof=1) / np.sqrt(len(step)), name


@pytest.mark.full
def test_the_guard_decides_where_trusted_access_lies_in_harm():
    """With a weak guard between open release and the partner programme; the more the guard stops, the less harm.

    Each step is more than 3 standard errors from 0, which luck alone does once in 370 times. With a guard of 0.8 there is no
    more harm than under the programme: whom the leader's guard stops goes to the same rivals, and no organisation lacks the system.
    """
    trusted = load_policy("trusted-access")
    guarded = [with_levers(trusted, {"guard": guard}) for guard in (0.3, 0.5, 0.8)]
    policies = [load_policy("open-release"), load_policy("partner-programme"), *guarded]
    draws = draw_worlds(with_parameters(load_world("baseline"), {"guard_cost_months": 1.0}), 150, 5)
    openly, partners, weak, middle, strict = simulate(draws.worlds, policies, draws.seeds).outcomes["model_enabled_harm"].T
    for step in (openly - weak, weak - partners, weak - middle, middle - strict):
        assert step.mean() > 3 * step.std(ddof=1) / np.sqrt(len(step))


def test_both_channels_are_used_under_trusted_access():
    levers = load_policy("trusted-access").levers
    found = outcomes({**levers, "monitored": 0.0}, 10, insider_access_on=True, bad_actors=300)
    assert (found["operations_public_service"] > 0).all()
    assert found["operations_leaked_access"].sum() > 0


def test_places_for_those_approved_one_by_one():
    for guarded, approvals, vetted, vetting, places in (
        (False, True, 0, False, 7),
        (False, False, 0, False, 7),
        (False, False, 1, False, 0),
        (False, True, 1, False, 7),
        (True, True, 0, False, 7),
        (True, False, 1, True, 1),
        (True, False, 4, True, 4),
        (True, True, 4, True, 11),
    ):
        world = world_of({"approvals": approvals, "vetted_places": vetted, "partners_max": 7})
        world.today.guarded = guarded
        assert (is_vetting(world), approval_places(world)) == (vetting, places), (guarded, approvals, vetted)


def test_what_everyone_gets_of_a_system_at_each_stage():
    world = world_of({"guard": 0.5}, guard_cost_months=1.5, bypassed_share=0.25)
    for stage, guarded, capability, safeguard in (
        (Stage.PUBLIC, False, 2.0, 0.3),
        (Stage.OPEN_WEIGHTS, False, 2.0, 0.3),
        (Stage.HELD, True, 0.5, 0.7),
        (Stage.PARTNERS, True, 0.5, 0.7),
        (Stage.HELD, False, NOTHING, 0.3),
        (Stage.DARK, True, NOTHING, 0.3),
    ):
        system = System(stage=int(stage), guarded=guarded, capability=2.0, safeguard=0.3, built=0.4)
        assert served_capability(world, system) == capability
        assert served_safeguard(world, system) == pytest.approx(safeguard)
        assert is_guarded(system) == (safeguard == 0.7)
        assert serves_all(system) == (is_guarded(system) or stage == Stage.PUBLIC)
        if guarded and stage != Stage.DARK:
            system.bypassed = True
            assert served_safeguard(world, system) == pytest.approx(0.25 * 0.7)


def test_the_guarded_configuration_comes_once_and_on_its_day():
    world = world_of({"guarded_after_days": 3})
    log_of(world)
    for public_day, first in ((NEVER, 8), (6, 6)):
        system = System(index=4, owner=1, stage=int(Stage.PARTNERS), offered_day=5, ready_day=2, public_day=public_day)
        offer_guarded(world, system, 7)
        assert not system.guarded
        offer_guarded(world, system, 8)
        assert (system.guarded, system.public_day, system.unguarded_day) == (True, first, NEVER)
        offer_guarded(world, system, 9)
        assert log_of(world) == [(EventKind.GUARDED, 8, 1, -1, 4, 6.0)]


def test_who_has_a_full_configuration_that_others_lack():
    for stage, spared, restricted in (
        (Stage.PARTNERS, False, True),
        (Stage.DARK, True, True),
        (Stage.DARK, False, False),
        (Stage.HELD, True, False),
    ):
        assert is_restricted(System(stage=int(stage), domestic_only=spared)) == restricted
