"""Safeguard culture: a lab's lasting care, tied to its rank as far as one says, pressed by rivals and never down to nothing."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from lockgate.sim.engine.run import simulate, trace
from lockgate.sim.model.chance import Purpose, normal, uniform
from lockgate.sim.model.culture import set_cultures
from lockgate.sim.model.lab import settle_effort
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import EventKind, Feedback, RaceRule
from tests.mutation.worlds import near, put, world_of

PRESSED = {"race_rule": int(RaceRule.PRESSURE)}
WORLDS = 4000
SIGMAS = 4.0  # by luck alone, once in 16,000 times


def cultures(seed, capabilities, **params):
    """What cultures labs of these capabilities get."""
    known = {"race_rule": RaceRule.PRESSURE, "culture_mean": 0.5, "culture_spread": 1.0, "culture_rank": 0.0} | params
    labs = [SimpleNamespace(capability=months, culture=1.0, rank_score=0.0) for months in capabilities]
    set_cultures(SimpleNamespace(seed=seed, params=SimpleNamespace(**known), labs=labs))
    return [lab.culture for lab in labs]


def months_of(seed, labs):
    """Capabilities in any order."""
    return [uniform(seed, Purpose.CAPABILITY_GAP, lab, 0) for lab in range(labs)]


@pytest.mark.parametrize("rank", [-0.7, 0.0, 0.5, 0.9])
def test_the_more_capable_of_two_labs_is_the_more_careful_as_often_as_the_copula_says(rank):
    found = np.array([cultures(seed, (0.0, -1.0), culture_rank=rank) for seed in range(WORLDS)])
    chance = 0.5 + math.asin(rank) / math.pi
    assert abs((found[:, 0] > found[:, 1]).mean() - chance) < SIGMAS * math.sqrt(chance * (1.0 - chance) / WORLDS)


@pytest.mark.parametrize("rank", [-1.0, 0.0, 0.6])
def test_cultures_lie_evenly_around_their_mean_whatever_ties_them_to_ranks(rank):
    found = [cultures(seed, months_of(seed, 3), culture_rank=rank, culture_mean=0.3, culture_spread=0.5)[0] for seed in range(WORLDS)]
    assert stats.kstest(found, stats.uniform(0.15, 0.3).cdf).pvalue > 1e-4  # by luck alone, once in 10,000 times


def test_with_a_perfect_tie_cultures_stand_in_the_order_of_capability():
    for seed in range(50):
        months = months_of(seed, 6)
        assert np.argsort(cultures(seed, months, culture_rank=1.0)).tolist() == np.argsort(months).tolist()
        assert np.argsort(cultures(seed, months, culture_rank=-1.0)).tolist() == np.argsort(np.negative(months)).tolist()


def test_rivals_offers_press_a_lab_and_never_below_the_least():
    world = world_of(race_pressure=0.5, least_effort=0.2, race_scale_months=4.0, **PRESSED)
    lab = put(world.labs[1], culture=0.8, offer=-1.0)
    for offer, effort in ((-3.0, 0.8), (-1.0, 0.8), (1.0, 0.6), (3.0, 0.4), (99.0, 0.4)):
        put(world.today, best_offer=offer, best_offer_lab=0, open_capability=-9.0)
        settle_effort(lab, world, 5)
        assert near(lab.effort, effort)
    world.params.race_pressure = 1.0
    settle_effort(lab, world, 5)
    assert lab.effort == 0.2
    world.params.race_rule = int(RaceRule.NONE)
    settle_effort(lab, world, 5)
    assert near(lab.effort, 0.8)


def test_where_nothing_reacts_culture_stands_alone():
    world = world_of(feedback=int(Feedback.NONE), race_pressure=1.0, **PRESSED)
    put(world.today, best_offer=50.0, best_offer_lab=0)
    settle_effort(put(world.labs[1], culture=0.7), world, 5)
    assert world.labs[1].effort == 0.7


def test_older_systems_follow_the_culture_of_their_lab():
    world = world_of(labs=5, safeguard_least=0.1, safeguard_most=0.9, **PRESSED)
    for lab in world.labs:
        assert near(world.systems[lab.first_system].built, 0.1 + 0.8 * lab.culture)
    assert len({world.systems[lab.first_system].built for lab in world.labs}) == 5


def efforts(**params):
    """Effort of each system that is trained, by lab, and the days until it is ready."""
    events = trace(parameter_table(**params), Policy("open"), 3, 400)["events"]
    trained = events[events["kind"] == EventKind.TRAINED]
    ready = {event["system"]: event["day"] for event in events[events["kind"] == EventKind.READY]}
    return [(event["who"], event["value"], ready[event["system"]] - event["day"]) for event in trained if event["system"] in ready]


def test_nobody_is_careless_under_pressure_where_all_losers_of_a_race_are():
    won, pressed = efforts(race_rule=RaceRule.WINNER, least_effort=0.0), efforts(**PRESSED)
    assert max(effort for lab, effort, _ in won if lab != 0) == 0.0
    assert min(effort for _, effort, _ in efforts(race_rule=RaceRule.WINNER)) == 0.05
    assert len(pressed) > 15
    assert min(effort for _, effort, _ in pressed) >= 0.05
    assert all(days == math.ceil(effort * 14) for _, effort, days in pressed), "own tests follow effort"


def test_enmity_costs_safety_where_the_winner_takes_all():
    policy, worlds = Policy("open"), [parameter_table(40, race_rule=RaceRule.WINNER, enmity=enmity) for enmity in (0.0, 0.5)]
    calm, hostile = (simulate(table, [policy], range(40)).outcomes["bypasses"][:, 0].astype(float) for table in worlds)
    more = hostile - calm
    assert more.mean() > SIGMAS * more.std() / math.sqrt(len(more))


def test_the_risk_of_the_race_is_its_equilibriums_whatever_drives_effort():
    worlds = [parameter_table(5, race_rule=rule, reinvestment=0.0) for rule in RaceRule]
    risks = [simulate(table, [Policy("open")], range(5)).outcomes["race_risk"] for table in worlds]
    assert (risks[0] > 0.0).any()
    assert all(np.array_equal(risks[0], other) for other in risks[1:])


def test_a_culture_is_worked_out_from_the_score_of_its_rank_and_luck():
    """The closed form, with a mean on either side of a half."""
    for mean, width in ((0.3, 0.15), (0.8, 0.1)):
        months = [-1.0, 0.0, -2.0, 0.0]
        ahead = [2, 0, 3, 1]
        scores, own = (
            [normal(uniform(6, purpose, lab, 0), uniform(6, angle, lab, 0)) for lab in range(4)]
            for purpose, angle in ((Purpose.CULTURE_RANK, Purpose.CULTURE_RANK_ANGLE), (Purpose.CULTURE, Purpose.CULTURE_ANGLE))
        )
        scores.sort(reverse=True)
        found = cultures(6, months, culture_mean=mean, culture_spread=0.5, culture_rank=0.6)
        for lab in range(4):
            place = stats.norm.cdf(0.6 * scores[ahead[lab]] + 0.8 * own[lab])
            assert found[lab] == pytest.approx(mean + width * (2.0 * place - 1.0))
