"""One market: early access, copies of published weights, withholding and darkness move customers and revenue by one logit."""

import math

import numpy as np
import pytest

from lockgate.scenarios import load_policy
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.access import settle_access
from lockgate.sim.model.market import clear_market
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.vocabulary import RaceRule, Stage
from tests.drivers import disagreements
from tests.mutation.worlds import near, put, world_of

RUNS = 40
MARKET = {"one_market_on": True, "choice_elasticity": 1.3, "horizon_doubling_months": 5.0, "brand_hold": 0.4}


def pull(brand, months):
    """What an offer draws, by hand."""
    return math.exp(brand) * 2.0 ** (1.3 * months / 5.0)


def market(approved=0, **fields):
    """A world with one covered lab, a rival and an open-weight lab, with these fields of the covered lab; and the pulls of the others."""
    world = world_of(**MARKET)
    put(world.governments[0], approved=approved)
    lab = put(world.labs[0], **fields)
    others = [pull(other.brand, other.offer) for other in (world.labs[1], world.open_weight_labs[0])]
    clear_market(world, 0)
    return lab, sum(others)


def test_nobody_keeps_customers_of_copies_but_for_its_brand():
    lab, others = market(served=-2.0, published=1.0, offer=1.0, best=1.0)
    kept = max(0.4 * pull(lab.brand, 1.0), pull(lab.brand, -2.0))
    copies = 0.6 * pull(lab.brand, 1.0)
    assert near(lab.aim, kept / (kept + copies + others))
    assert near(lab.copied_aim, copies / (kept + copies + others))


def test_copies_go_on_competing_with_a_better_service_of_the_lab():
    lab, others = market(served=3.0, published=1.0, offer=3.0, best=3.0)
    own, copies = pull(lab.brand, 3.0), 0.6 * pull(lab.brand, 1.0)
    assert near(lab.aim, own / (own + copies + others))


def test_partners_choose_by_what_they_are_offered_and_others_by_what_everyone_is():
    lab, others = market(approved=1, served=-2.0, offer=-2.0, best=1.5)  # one of four organisations
    public, early = pull(lab.brand, -2.0), pull(lab.brand, 1.5)
    assert near(lab.aim, 0.75 * public / (public + others) + 0.25 * early / (early + others))


@pytest.mark.parametrize("stage", [Stage.DARK, Stage.HELD])
def test_a_dark_or_withheld_system_leaves_a_lab_with_its_older_offer(stage):
    world = world_of(**MARKET)
    lab = world.labs[0]
    put(world.systems[lab.first_system + 3], stage=int(Stage.PUBLIC), capability=0.0)
    settle_access(world, 0)
    assert lab.offer == 0.0
    put(world.systems[lab.first_system + 3], stage=int(stage))
    settle_access(world, 0)
    older = world.systems[lab.first_system].capability
    assert lab.offer == older
    others = sum(pull(other.brand, other.offer) for other in (world.labs[1], world.open_weight_labs[0]))
    clear_market(world, 0)
    assert near(lab.aim, pull(lab.brand, older) / (pull(lab.brand, older) + others))
    assert near(lab.revenue, lab.customers * 2.0 ** (0.5 * older / 5.0)), "a customer pays at once for less, though it moves slowly"


def test_customers_stay_where_nobody_offers_anything():
    world = world_of(**MARKET)
    for lab in (*world.labs, *world.open_weight_labs):
        lab.offer = lab.best = -1e9
    before = [lab.customers for lab in world.labs]
    clear_market(world, 0)
    assert all(near(lab.customers, was) for lab, was in zip(world.labs, before, strict=True))


def outcomes(policy, **params):
    """Outcomes of a policy in worlds at the central values, with one market."""
    return simulate(parameter_table(RUNS, **{"one_market_on": True, **params}), [load_policy(policy)], range(RUNS)).outcomes[:, 0]


def surely_lower(first, second):
    """In pairs; by luck alone, once in 30,000 times."""
    difference = second - first
    return difference.mean() > 4.0 * difference.std() / math.sqrt(len(difference))


def test_publishing_weights_costs_the_lab_customers_and_revenue():
    published, opened = outcomes("open-weights-release"), outcomes("open-release")
    assert surely_lower(opened["customers_lost_share"], published["customers_lost_share"])
    assert surely_lower(published["covered_revenue"], opened["covered_revenue"])
    before = outcomes("open-weights-release", one_market_on=False), outcomes("open-release", one_market_on=False)
    assert np.array_equal(before[0]["customers_lost_share"], before[1]["customers_lost_share"]), "without it, publishing costs nothing"


def test_a_brand_that_holds_everybody_leaves_nothing_to_copies():
    held, opened = outcomes("open-weights-release", brand_hold=1.0), outcomes("open-release")
    assert np.array_equal(held["customers_lost_share"], opened["customers_lost_share"])


def test_withholding_costs_more_revenue_than_a_programme_and_that_more_than_release():
    withheld, programme, opened = (outcomes(name)["covered_revenue"] for name in ("withhold", "partner-programme", "open-release"))
    assert surely_lower(withheld, programme)
    assert surely_lower(programme, opened)
    assert surely_lower(outcomes("open-release")["rivals_revenue"], outcomes("partner-programme")["rivals_revenue"])


def test_starved_testers_cost_revenue():
    assert surely_lower(outcomes("mandatory-licence", staffing=0.2)["covered_revenue"], outcomes("mandatory-licence")["covered_revenue"])


def test_revenue_is_one_where_nothing_changes():
    still = {"pace": 0.0, "open_own_pace": 0.0, "distillation_on": False, "rival_gap_max_months": 0.5, "open_weight_lag_months": 0.5,
             "open_spread_months": 0.0}  # fmt: skip
    found = outcomes("open-release", **still)
    assert np.allclose([found["covered_revenue"], found["rivals_revenue"]], 1.0)


@pytest.mark.parametrize("policy", ["open-weights-release", "staged-preview", "directive-revocation", "mandatory-licence"])
@pytest.mark.parametrize("rule", [RaceRule.PRESSURE, RaceRule.NONE])
def test_both_drivers_agree_and_no_invariant_breaks_with_culture_goodwill_and_market(policy, rule):
    on = {"one_market_on": True, "goodwill_cost": 0.5, "overrun_cost": 0.05, "race_rule": int(rule)}
    sizes = {"organisations": 12, "bad_actors": 20, "open_weight_labs": 2}
    assert disagreements(load_policy(policy), {**on, **sizes}, 5, 250, check=True) == []
