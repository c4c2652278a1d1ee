"""Worlds are sampled by compiled rules, and to the last bit as `World.sample` has them."""

import math
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockgate.experiments.results.ensemble import draw_worlds, sampled_values, seeds_of
from lockgate.experiments.results.normal import normal_quantile
from lockgate.experiments.results.sampling import (
    AT_ODDS,
    PRIOR_DTYPE,
    is_known,
    prior_rows,
    prior_table,
    sample_column,
    sample_world,
    value_of,
    word_of,
)
from lockgate.scenarios import list_worlds, load_world
from lockgate.scenarios.world import NARROWEST, World
from lockgate.sim.errors import InputError
from lockgate.sim.model.chance import Purpose, uniform
from lockgate.sim.model.parameters import (
    PAIRS,
    PARAMETERS,
    PARAMETERS_DTYPE,
    Choice,
    LogNormal,
    Parameter,
    Quantiles,
    Triangular,
    Uniform,
)
from lockgate.sim.rules.compiler import kernel, make_known
from lockgate.sim.rules.reach import Reach

BASELINE = load_world("baseline")
EXTREMES = (0.0, 5e-324, NARROWEST / 2, NARROWEST, 1e-13, 1e-12, 0.05, 0.5, 0.95, 1.0 - 1e-12, 1.0 - NARROWEST, 1.0)


@pytest.fixture(scope="module")
def valued(tmp_path_factory):
    """The rule of one value, compiled."""
    make_known(Reach([value_of]).functions)
    return kernel(value_at, tmp_path_factory.mktemp("compiled"))


def value_at(priors, values, u):
    return value_of(priors[0], values, u)


numbers = st.floats(-1e6, 1e6, allow_subnormal=False)
positive = st.floats(1e-9, 1e9, allow_subnormal=False)


def sorted_of(kind, elements):
    return st.lists(elements, min_size=3, max_size=3).map(sorted).map(lambda ends: kind(*ends))


weights = st.floats(0.0, 1e3, allow_subnormal=False)
choices = st.lists(st.tuples(numbers, weights), min_size=2, max_size=6, unique_by=lambda pair: pair[0]).map(
    lambda pairs: Choice(tuple(sorted(value for value, _ in pairs)), tuple(weight for _, weight in pairs))
)
priors = st.one_of(
    st.lists(numbers, min_size=2, max_size=2).map(sorted).map(lambda ends: Uniform(*ends)),
    sorted_of(Triangular, numbers),
    sorted_of(lambda low, median, high: LogNormal(median, low, high), positive),
    st.lists(numbers, min_size=2, max_size=40).map(sorted).map(tuple).map(Quantiles),
    choices,
)
shares = st.one_of(st.sampled_from(EXTREMES), st.floats(0.0, 1.0))


def world_with(parameter):
    return World("w", "", {**BASELINE.parameters, parameter.name: parameter})


@given(prior=priors, u=shares, kind=st.sampled_from([float, int, bool]), bounded=st.booleans())
def test_rule_is_world_sample_to_the_bit(valued, prior, u, kind, bounded):
    known = next(parameter for parameter in PARAMETERS.values() if parameter.type is kind and not parameter.choices)
    bounds = (-1.0, 5.0) if bounded else (-1e15, 1e15)
    parameter = Parameter(known.name, known.type(1), "", bounds, "E", "", "", prior)
    expected = world_with(parameter).sample(known.name, u)
    found = valued(*prior_rows([parameter]), u)
    assert (found, math.copysign(1, found)) == (expected, math.copysign(1, expected)) or found == expected == 0.0
    assert kind(found) == expected


@given(u=shares)
def test_rule_is_world_sample_of_every_parameter(valued, u):
    for world in (BASELINE, load_world("race")):
        for name, parameter in world.parameters.items():
            assert valued(*prior_rows([parameter]), u) == world.sample(name, u), name


def test_whole_numbers_are_rounded_to_even(valued):
    parameter = replace(PARAMETERS["ban_days"], prior=Uniform(0.0, 8.0))
    halves = [(place + 0.5) / 8.0 for place in range(8)]
    assert [valued(*prior_rows([parameter]), u) for u in halves] == [0.0, 2.0, 2.0, 4.0, 4.0, 6.0, 6.0, 8.0]


@given(p=st.floats(5e-324, 1.0, exclude_max=True))
def test_normal_quantile_is_that_of_python(p):
    assert normal_quantile(p) == NormalDist().inv_cdf(p)


@pytest.mark.parametrize("name", list_worlds())
def test_sampled_worlds_are_those_of_world_sample(name):
    world, draws = load_world(name), 12
    found = draw_worlds(world, draws, 3, first=100)
    for parameter in PARAMETERS:
        word = word_of(parameter)
        expected = [world.sample(parameter, uniform(3, Purpose.PRIOR, draw, word)) for draw in range(100, 100 + draws)]
        assert found.worlds[parameter].tolist() == expected, parameter


@pytest.mark.parametrize("name", ["baseline", "race", "calibrated"])
def test_a_row_written_by_the_rule_is_a_row_of_the_table(name):
    world = load_world(name)
    found, tables = draw_worlds(world, 20, 2**52 + 1), prior_table(world)
    for draw in range(20):
        row = np.zeros(1, PARAMETERS_DTYPE)
        seed = sample_world(*tables, 2**52 + 1, draw, row.view(np.int64))
        assert row.tobytes() == found.worlds[draw : draw + 1].tobytes()
        assert seed == found.seeds[draw] == seeds_of(2**52 + 1, [draw])[0]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.names[0])
def test_parameters_at_odds_have_no_seed(pair):
    priors, values = prior_table(BASELINE)
    row, names = np.zeros(1, PARAMETERS_DTYPE), list(PARAMETERS)
    assert sample_world(priors, values, 1, 0, row.view(np.int64)) >= 0
    assert all(PARAMETERS[name].type is float for name in pair.names)  # as the rule reads them
    for name, end in zip(pair.names, pair.worst, strict=True):
        fixed = priors[names.index(name) :][:1]
        fixed["kind"], fixed["default"] = 0, PARAMETERS[name].bounds[end == "high"]
    assert sample_world(priors, values, 1, 0, row.view(np.int64)) == AT_ODDS
    assert not pair.holds(*(row[name][0] for name in pair.names))


@dataclass(frozen=True)
class Own:
    """A prior of somebody's own."""

    def quantile(self, u):
        return 1.0 + u


def test_a_prior_of_ones_own_is_sampled_by_itself():
    own = world_with(replace(PARAMETERS["uplift"], prior=Own()))
    word = word_of("uplift")
    assert draw_worlds(own, 3, 1).worlds["uplift"].tolist() == [1.0 + uniform(1, Purpose.PRIOR, draw, word) for draw in range(3)]
    with pytest.raises(InputError, match=r'world "w": the prior .* of uplift is none of those'):
        prior_table(own)
    for odd in (Quantiles((1.0,)), Choice((1.0, 2.0), (1.0,))):
        assert not is_known(replace(PARAMETERS["uplift"], prior=odd))


def test_values_of_some_draws_have_their_type():
    world = replace(
        BASELINE, parameters={**BASELINE.parameters, "services": replace(PARAMETERS["services"], prior=Choice((0.0, 1.0), (1.0, 1.0)))}
    )
    found = sampled_values(world, "services", [5, 3, 5], 1)
    assert found == [int(draw_worlds(world, 6, 1).worlds["services"][draw]) for draw in (5, 3, 5)]
    assert {type(value) for value in found} == {int}
    assert sampled_values(world, "uplift", [], 1) == []


def test_a_column_depends_on_seed_and_draw():
    tables, draws = prior_rows([BASELINE.parameters["uplift"]]), np.arange(50)
    one, other = np.zeros(50), np.zeros(50)
    sample_column(*tables, 1, draws, one)
    sample_column(*tables, 2, draws, other)
    assert len(set(one) | set(other)) > 90
    assert {PRIOR_DTYPE[name].itemsize for name in PRIOR_DTYPE.names} == {8}
