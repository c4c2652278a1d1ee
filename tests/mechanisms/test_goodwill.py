"""Goodwill: whoever is limited without warning is less willing the next time, and forgets in time."""

import math

import numpy as np

from lockgate.scenarios import load_policy
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.goodwill import announced_days, mind_overrun, regain_goodwill, spend_goodwill
from lockgate.sim.model.lab import complies
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.systems import take_away
from lockgate.sim.model.vocabulary import Cause, EventKind, Feedback, Regime, Stage
from tests.mutation.worlds import log_of, near, put, world_of

RUNS = 60
ASKED = {"case_by_case": True, "preview_days": 10}


def test_goodwill_that_is_spent_comes_back_with_its_time_constant():
    world = world_of(goodwill_cost=2.0, goodwill_days=50.0)
    lab = world.labs[0]
    spend_goodwill(lab, world, world.systems[0], 0)
    assert lab.goodwill_spent == 2.0
    for _ in range(75):
        regain_goodwill(lab, world)
    assert near(lab.goodwill_spent, 2.0 * math.exp(-1.5))


def test_a_framework_announces_what_it_asks_for():
    for in_force, spent in ((False, 0.7), (True, 0.0)):
        world = world_of(ASKED, goodwill_cost=0.7, cooperation=1.0)
        world.governments[0].in_force = in_force
        log_of(world)
        assert complies(world.labs[1], world, world.systems[1], 4)
        assert world.labs[1].goodwill_spent == spent
        told = [line for line in log_of(world) if line[0] == EventKind.GOODWILL]
        assert told == ([(EventKind.GOODWILL, 4, 1, -1, 1, 0.7)] if spent else [])


def test_what_a_lab_declines_costs_no_goodwill():
    world = world_of(ASKED, goodwill_cost=0.7, cooperation=0.0)
    assert not complies(world.labs[1], world, world.systems[1], 4)
    assert world.labs[1].goodwill_spent == 0.0


def test_a_directive_costs_goodwill_of_the_lab_that_it_hits():
    world = world_of(goodwill_cost=0.7)
    take_away(world, world.systems[world.labs[1].first_system], 4, Cause.ORDER)
    assert [lab.goodwill_spent for lab in world.labs] == [0.0, 0.7]


def test_the_announced_time_is_the_preview_and_of_a_framework_its_longest_wait():
    for levers, in_force, days in (
        ({}, False, 10),
        ({"longest_wait_days": 30}, False, 10),
        ({"longest_wait_days": 30}, True, 30),
        ({"longest_wait_days": 3}, True, 10),
        ({"public_release": False}, False, 120),
    ):
        world = world_of(ASKED | levers)
        world.governments[0].in_force = in_force
        assert announced_days(world) == days


def test_each_day_of_overrun_costs_and_none_before_it():
    world = world_of(ASKED, overrun_cost=0.25)
    lab = world.labs[0]
    system = put(world.systems[lab.first_system], stage=int(Stage.PARTNERS), regime=int(Regime.GOVERNMENT), offered_day=3)
    for day in range(3, 14):
        mind_overrun(lab, world, system, day)
    assert lab.goodwill_spent == 0.0
    for day in (14, 15):
        mind_overrun(lab, world, system, day)
    assert lab.goodwill_spent == 0.5
    mind_overrun(lab, world, put(system, stage=int(Stage.PUBLIC)), 16)
    mind_overrun(lab, world, put(system, stage=int(Stage.HELD), regime=int(Regime.OWN_PROGRAMME)), 17)
    assert lab.goodwill_spent == 0.5


def test_where_nothing_reacts_no_goodwill_is_spent():
    world = world_of(ASKED, goodwill_cost=1.0, overrun_cost=1.0, feedback=int(Feedback.NONE))
    lab = world.labs[0]
    spend_goodwill(lab, world, world.systems[0], 0)
    mind_overrun(lab, world, put(world.systems[0], stage=int(Stage.HELD), regime=int(Regime.GOVERNMENT), offered_day=0), 99)
    assert lab.goodwill_spent == 0.0


def shares(policy, cadence, cost, **more):
    """Share of asks that labs comply with in each run, and how many asks there were."""
    worlds = parameter_table(RUNS, cadence_days=cadence, goodwill_cost=cost, race_weight=0.0, cooperation=0.8, **more)
    out = simulate(worlds, [load_policy(policy)], range(RUNS)).outcomes[:, 0]
    return out["complied"] / out["asked"], out["asked"]


def test_asking_often_lowers_later_compliance():
    lost, asks = {}, {}
    for cadence in (44, 88):
        free, _ = shares("staged-preview", cadence, 0.0)
        costly, asks[cadence] = shares("staged-preview", cadence, 0.6)
        lost[cadence] = free - costly
        assert lost[cadence].mean() > 4.0 * lost[cadence].std() / math.sqrt(RUNS), "by luck alone, once in 30,000 times"
    assert asks[44].mean() > 1.5 * asks[88].mean()
    more = lost[44] - lost[88]
    assert more.mean() > 3.0 * more.std() / math.sqrt(RUNS), "the oftener, the more; by luck alone, once in 700 times"


def test_a_standing_framework_keeps_compliance():
    early = {"political_delay_days": 0}
    free, _ = shares("voluntary-protocol", 44, 0.0, **early)
    costly, _ = shares("voluntary-protocol", 44, 0.6, **early)
    assert np.array_equal(free, costly)
