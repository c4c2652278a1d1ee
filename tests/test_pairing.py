"""The health of pairing: the exact day on which paired runs first differ, and pairs that are none."""

import math
from dataclasses import replace

import pytest

from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.ensemble import Ensemble
from lockgate.experiments.results.pairing import BEFORE, Run, first_difference, state, unlike
from lockgate.experiments.results.source import InMemory
from lockgate.experiments.text.notes import paired
from lockgate.scenarios import load_policy, load_world, with_levers, with_parameters
from lockgate.sim.engine.plan import Memory
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy

DAYS = 60
WORLD = parameter_table(1, organisations=20, bad_actors=60, base_hazard=0.1, leak_hazard=0.01)
SMALL = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 60})
BASE = with_levers(load_policy("staged-preview"), {"extension_days": 0, "trigger_incidents": 1000})  # smooth, whatever happens


def run(policy, seed=4, world=WORLD):
    return Run(world, policy, seed, None)


@pytest.mark.parametrize(
    ("other", "day", "what"),
    [
        (Policy("open"), 0, "systems.stage"),
        (Policy("later", BASE.levers, [(17, {"directive": True})]), 17, "systems.stage"),
        (Policy("last day", BASE.levers, [(DAYS - 1, {"directive": True})]), DAYS - 1, "systems.stage"),
        (with_levers(BASE, {"preview_days": 20}), 15, "labs.goodwill_spent"),  # a preview of 14 days that goes on is minded
    ],
)
def test_first_day_is_the_first_of_all_days(other, day, what):
    found = first_difference(run(BASE), run(other), DAYS)
    assert found is not None
    assert (found.day, found.what[0]) == (day, what)
    memories = Memory(), Memory()
    for days in range(found.day + 2):
        differing = unlike(state(run(BASE), days, memories[0]), state(run(other), days, memories[1]))
        assert bool(differing) == (days > found.day), days


def test_a_policy_never_differs_from_itself_nor_by_what_comes_after_the_end():
    assert first_difference(run(BASE), run(replace(BASE, name="again")), DAYS) is None
    assert first_difference(run(BASE), run(Policy("too late", BASE.levers, [(DAYS, {"directive": True})])), DAYS) is None


def test_levers_that_nobody_feels_are_no_difference():
    more = with_levers(Policy("open"), {"testers": 5, "agencies": 5})
    assert first_difference(run(Policy("open")), run(more), DAYS) is None


def test_other_seeds_and_other_worlds_differ_before_any_policy_acts():
    found = first_difference(run(BASE, seed=4), run(BASE, seed=5), DAYS)
    assert found is not None
    assert found.day == BEFORE
    assert "bad_actors.skill" in found.what
    elsewhere = parameter_table(1, organisations=20, bad_actors=60, base_hazard=0.1, leak_hazard=0.01, crew_skill=0.9)
    found = first_difference(run(BASE), run(BASE, world=elsewhere), DAYS)
    assert found is not None
    assert found.day == BEFORE


@pytest.fixture(scope="module")
def small():
    again = replace(load_policy("open-release"), name="again")
    return compare(["open-release", "partner-programme", again], SMALL, draws=6, horizon_days=40)


def test_summary_names_the_day_and_the_field(small):
    health = small.summary()["pairing"]
    assert list(health) == ["partner-programme", "again"]
    assert (health["partner-programme"]["first_day_earliest"], health["partner-programme"]["by"]) == (0, "systems.stage")
    never = {"draws": 6, "first_day_median": None, "first_day_earliest": None, "by": None, "never_share": 1.0}
    assert health["again"] == {**never, "broken": False, "identical_share": 1.0}
    assert not health["partner-programme"]["broken"]


def test_the_same_policy_differs_by_exactly_nothing(small):
    assert not any(small.difference(name)[:, 2].any() for name in OUTCOMES)
    difference = small.summary()["policies"]["again"]["model_enabled_harm"]["difference"]
    assert (difference["mean"], difference["nonzero"]["share"], difference["better_share"]) == (0.0, 0.0, 0.5)
    assert math.isnan(difference["low"])  # six draws without a difference do not say that there are none
    assert math.isnan(difference["pairing_gain"])


def test_operations_are_the_same_under_every_policy(small):
    operations = small.outcome("operations")
    assert (operations == operations[:, :1]).all()
    assert (small.displacement.sum(axis=(2, 3)) == operations).all()


def test_draws_do_not_depend_on_how_many_there_are_or_what_else_is_sampled(small):
    fewer = compare(["open-release"], SMALL, draws=3, horizon_days=40)
    assert all((fewer.outcome(name)[:, 0] == small.outcome(name)[:3, 0]).all() for name in OUTCOMES)
    fixed = compare(["open-release"], with_parameters(SMALL, {"pace": 1.0}), draws=3, horizon_days=40)
    assert (fixed.ensemble.worlds["uplift"] == small.ensemble.worlds["uplift"][:3]).all()


def test_results_of_other_seeds_are_a_broken_pairing(small):
    ensemble = Ensemble(small.ensemble.worlds, small.ensemble.seeds + 1)
    broken = replace(small, source=InMemory(small.plan, small.rows, [ensemble]))
    assert broken.pairing["partner-programme"]["broken"]
    assert "BROKEN" in paired(broken.summary())[0]


def test_it_is_said_in_a_sentence_a_policy(small):
    first, second = paired(small.summary())
    assert first.startswith("partner-programme, paired: as precise as ")
    assert first.endswith("its runs differ from those of open-release from day 0 on (systems.stage).")
    assert second == "again, paired: its runs never differ from those of open-release in the first 6 draws."
