"""The order of a day: what each kind does is met by those who come after it on the same day, and by the others on the next."""

from typing import Any

from lockgate.sim.engine.mesa import ReleaseModel
from lockgate.sim.model.formulas.attack import attack_success
from lockgate.sim.model.parameters import without
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import Approval, Channel, RaceRule, Regime, Stage
from lockgate.sim.rules.row import NEVER
from tests.mutation.worlds import NEUTRAL, put

SIZES = {"labs": 2, "open_weight_labs": 1, "organisations": 4, "bad_actors": 40, "own_testing_days": 0, "bypass_hazard": 0.0}


EVERYBODY_AT_ONCE = without(["adoption", "remediation capacity"])  # at full intensity, and without a limit


def model(levers: dict[str, Any] | None = None, timeline: Any = (), **world: Any) -> ReleaseModel:
    """A small run."""
    return ReleaseModel(Policy("made", levers or {}, timeline), {**NEUTRAL, **SIZES, **world}, horizon_days=30)


def test_a_phase_binds_labs_on_its_first_day() -> None:
    run = model({}, [(2, {"publish_weights": True})])
    put(run.world.systems[3], ready_day=2)
    for _ in range(3):
        run.step()
    assert run.world.systems[3].stage == Stage.OPEN_WEIGHTS


def test_a_lab_hands_in_a_system_that_is_tested_the_same_day() -> None:
    run = model({"case_by_case": True, "agencies": 1, "testers": 1, "sign_offs": 0, "preview_days": 0}, cooperation=1.0, flaw_chance=0.0)
    run.step()
    assert run.world.score.tests == 1
    assert run.world.systems[3].public_day == 0


def test_a_hold_meets_the_system_of_the_same_day() -> None:
    run = model({"coordinated_hold": True, "hold_days": 9, "threshold_months": -60.0}, heed_hold=1.0)
    run.world.open_weight_labs[0].next_trained_day = 0
    run.step()
    assert run.world.systems[5].stage == Stage.HELD


def test_what_is_published_is_used_the_same_day() -> None:
    run = model(
        open_shock_day=0, open_shock_capability=7.0, stripping_on=False, open_safeguard=0.0, crew_gap_days=0.5, open_customer_share=0.1
    )
    put(run.world.open_weight_labs[0], next_trained_day=NEVER)
    customers = run.world.open_weight_labs[0].customers
    run.step()
    assert run.world.today.open_capability == 7.0
    assert run.world.channels[1].operations > 0
    assert run.world.channels[0].operations == run.world.channels[2].operations == 0
    assert run.world.open_weight_labs[0].customers > customers, "the market clears on today's offers"
    assert run.world.score.lead_over_open == run.world.labs[0].offer - 7.0
    assert run.world.score.parity_day == 0


def test_a_leak_is_used_the_same_day() -> None:
    run = model(
        {"lab_programme": True, "launch_partners": 12},
        leak_hazard=1.0,
        care_spread=0.0,
        **without(["leak groups"]),  # so that everybody hears of it
        leak_reach=1.0,
        leak_days=1,
        organisations=12,
        interest_share=1.0,
        crew_gap_days=0.5,
        safeguard_most=0.0,
        safeguard_least=0.0,
    )
    run.step()
    assert run.world.score.leaks > 0
    assert run.world.channels[3].operations > 0
    run.step()
    assert run.world.today.leaks == sum(run.day - 1 < partner.leak_until for partner in run.world.partners)


def test_organisations_search_with_what_was_opened_today_and_are_attacked_in_today_s_code() -> None:
    run = model(
        search_days=1.0,
        never_patch_share=0.0,
        patch_shape=1.0,
        patch_tau_days=0.5,
        pool_share=1.0,
        common_share=0.0,
        base_hazard=1e-3,
        crew_gap_days=0.5,
    )
    run.step()
    hazard = run.world.today.search
    assert run.world.today.public_system == 3
    assert all(0.0 < partner.latent < 1.0 for partner in run.world.partners)
    assert abs(run.world.partners[0].latent - 2.718281828459045**-hazard) < 1e-9 + run.world.partners[0].patched
    attacked = run.world.score.operations
    assert attacked > 0
    assert [partner.attack_surface for partner in run.world.partners] == [partner.exposed for partner in run.world.partners]
    expected = run.world.params.base_hazard * max(actor.skill for actor in run.world.bad_actors) * run.world.uplifts[Channel.PUBLIC_SERVICE]
    assert sum(tally.enabled for tally in run.world.channels) / 2**32 < attacked * expected * run.world.partners[0].exposed


def test_an_attack_meets_the_code_of_the_same_day() -> None:
    alike = {"spy_share": 0.0, "insider_share": 0.0, "crew_skill": 1.0, "skill_spread": 0.0, "crew_gap_days": 0.5, "base_hazard": 0.5}
    fast = {"search_days": 1.0, "never_patch_share": 0.0, "patch_shape": 1.0, "patch_tau_days": 0.5, "common_share": 0.25}
    run = model(**EVERYBODY_AT_ONCE, **alike, **fast, organisations=1, safeguard_least=0.0, safeguard_most=0.0)
    run.step()
    world, tally = run.world, run.world.channels[Channel.PUBLIC_SERVICE]
    surface = 0.75 * world.partners[0].exposed + 0.25 * world.pool.exposed
    assert surface < 0.9
    helped = attack_success(0.5, world.uplifts[Channel.PUBLIC_SERVICE], surface)
    expected = world.today.discount * (helped - attack_success(0.5, 1.0, surface))
    assert tally.operations == world.score.operations > 5
    assert abs(tally.enabled / 2**32 / tally.operations - expected) < 1e-8


def test_who_is_admitted_today_searches_early_today() -> None:
    run = model({"lab_programme": True, "launch_partners": 2}, interest_share=1.0, search_days=9.0, new_code_per_day=0.0)
    run.step()
    today = run.world.today
    assert today.partner_search > today.search > 0.0
    admitted = [partner.approval == Approval.APPROVED for partner in run.world.partners]
    assert sum(admitted) == 2
    for partner, early in zip(run.world.partners, admitted, strict=True):
        assert abs(partner.latent - 2.718281828459045 ** -(today.partner_search if early else today.search)) < 1e-9


def test_the_pool_is_searched_at_yesterday_s_speed() -> None:
    run = model(**EVERYBODY_AT_ONCE, pool_share=1.0, search_days=1.0)
    search = run.world.today.search
    assert run.world.today.public_system != 3
    run.step()
    assert abs(run.world.pool.latent - 2.718281828459045**-search) < 1e-6 + run.world.pool.patched
    assert run.world.today.search > search, "the system of day 0 counts from the next morning on"


def test_customers_lost_are_those_of_the_evening() -> None:
    run = model(customer_inertia_days=1)
    run.step()
    lab = run.world.labs[0]
    assert run.world.score.customers_lost == 1.0 - lab.customers / lab.customers_at_start != 0.0


def test_new_partners_count_for_the_market_the_same_day() -> None:
    run = model({"lab_programme": True, "launch_partners": 4}, interest_share=1.0, customer_inertia_days=1)
    run.step()
    assert run.world.governments[0].approved == 4
    assert run.world.labs[0].customers > run.world.labs[0].customers_at_start, "all of them may use the new system"


def test_who_applies_today_is_reviewed_tomorrow() -> None:
    run = model(
        {"case_by_case": True, "approvals": True, "reviewers": 9, "sign_offs": 0, "agencies": 0},
        interest_share=1.0,
        application_days=0.0,
        cooperation=1.0,
        background_applications_per_day=0.0,
    )
    run.step()
    assert [partner.approval for partner in run.world.partners] == [Approval.WAITING] * 4
    assert run.world.weeks[0].day == 0
    run.step()
    assert [partner.approval for partner in run.world.partners] == [Approval.IN_REVIEW] * 4
    assert run.world.systems[3].regime == Regime.GOVERNMENT


def test_an_evening_s_queue_is_that_of_the_day() -> None:
    run = model({"case_by_case": True, "approvals": True, "reviewers": 0}, interest_share=1.0, application_days=0.0, cooperation=1.0)
    run.step()
    assert run.world.score.longest_queue == 4


def test_effort_counts_of_the_lab_that_leads_this_morning() -> None:
    run = model(enmity=1.0, race_scale_months=1.0, race_rule=int(RaceRule.WINNER))
    put(run.world.labs[1], capability=9.0)
    run.step()
    assert run.world.today.frontier_lab == 1
    assert run.world.labs[1].effort == 1.0
    assert run.world.labs[0].effort == 0.0
    assert run.world.score.race_risk == 0.0
