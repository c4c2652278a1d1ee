"""A framework is in force after the political delay and the quarrels over it; until then the government may ask case by case."""

import math

import pytest

from lockgate.sim.engine.run import simulate
from lockgate.sim.model.dawn import dawn
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import EventKind
from tests.mutation.worlds import world_of

RUNS = 600
FRAMEWORK = {"framework": True, "sign_offs": 0}


def days_until_force(seed: int, levers: dict[str, object] | None = None, **params: float) -> int:
    """The day from which a framework that was decided on day 0 is in force."""
    world = world_of({**FRAMEWORK, **(levers or {})}, seed=seed, organisations=1, bad_actors=0, political_delay_days=30, **params)
    dawn(world, 0)
    return int(world.governments[0].framework_day)


def test_without_quarrels_only_the_political_delay_passes() -> None:
    assert {days_until_force(seed, infighting_days=0.0) for seed in range(5)} == {30}


def test_quarrels_are_exponential() -> None:
    """Days are rounded up; five standard errors, so a false alarm once in 1.7 million times."""
    mean = 30.0
    expected = 1.0 / -math.expm1(-1.0 / mean)  # mean of an exponential time rounded up
    found = [days_until_force(seed, infighting_days=mean) - 30 for seed in range(RUNS)]
    assert abs(sum(found) / RUNS - expected) < 5 * mean / math.sqrt(RUNS)
    assert len(set(found)) > 30


def test_quarrels_are_the_same_under_every_policy() -> None:
    one, other = ([days_until_force(seed, levers, infighting_days=30.0) for seed in range(5)] for levers in ({}, {"mandatory": 1.0}))
    assert one == other


@pytest.mark.parametrize(("case_by_case", "asks"), [(True, [True, True, True]), (False, [False, False, True])])
def test_who_asks_before_the_framework(case_by_case: bool, asks: list[bool]) -> None:
    world = world_of({"case_by_case": case_by_case, **FRAMEWORK, "mandatory": 0.7}, political_delay_days=3, infighting_days=0.0)
    found, force = [], []
    for day in range(4):
        dawn(world, day)
        found.append(world.today.asks)
        force.append(world.today.mandatory)
    assert [found[0], found[2], found[3]] == asks
    assert force == [0.0, 0.0, 0.0, 0.7], "it has no force before"
    assert [line.kind for line in world.events.rows].count(int(EventKind.FRAMEWORK)) == 1


def test_a_delay_of_the_framework_leaves_more_systems_unasked() -> None:
    worlds = parameter_table(3, political_delay_days=[0, 60, 60], infighting_days=[0.0, 0.0, 90.0], bad_actors=0, organisations=5)
    asked = simulate(worlds, [Policy("framework", FRAMEWORK)], [4, 4, 4], 300).outcomes["asked"][:, 0]
    assert asked[0] > asked[1] > asked[2]
