"""Which levers a policy reads: what is said to do nothing does nothing in the model."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.scenarios import list_policies, load_policy, load_world, with_levers, with_parameters
from lockgate.scenarios.reads import NEEDS, needed, reads
from lockgate.sim.engine.run import simulate
from lockgate.sim.errors import InputError
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import LEVERS, Policy
from tests import sizes
from tests.generated import policies, worlds

WORLD = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 50})
DAYS = 240
DRAWS = sizes.size(3, 30)


def others(policy, lever):
    """The policy with extreme values of a lever on day 0; of a whole number, one in between as well."""
    low, high = lever.bounds[0], min(lever.bounds[1], 400)
    values = (False, True) if lever.type is bool else map(lever.type, (low, high, low + (high - low) / 7))
    for value in values:
        with suppress(InputError):  # such as a restoration before anything was taken away
            changed = with_levers(policy, {lever.name: value})
            changed.phases()
            yield changed


def changed_outcomes(policy, draws, levers):
    """Levers of which some value changes an outcome."""
    variants = [(lever.name, changed) for lever in levers for changed in others(policy, lever)]
    outcomes = simulate(draws.worlds, [policy, *(changed for _, changed in variants)], draws.seeds, DAYS).outcomes
    return {name for place, (name, _) in enumerate(variants, 1) if (outcomes[:, place] != outcomes[:, 0]).any()}


@pytest.mark.parametrize("name", list_policies())
def test_what_a_policy_does_not_read_changes_nothing(name):
    policy = load_policy(name)
    unread = [lever for lever in LEVERS.values() if not reads(policy, lever.name, horizon_days=DAYS)]
    assert changed_outcomes(policy, draw_worlds(WORLD, DRAWS, 5), unread) == set()
    assert unread or name in {"guarded-release", "request-then-standard"}


def test_the_check_can_fail():
    """What is read does change something."""
    policy = load_policy("staged-preview")
    acting = [LEVERS[lever] for lever in ("preview_days", "launch_partners")]
    assert changed_outcomes(policy, draw_worlds(WORLD, DRAWS, 5), acting) == {"preview_days", "launch_partners"}
    assert all(reads(policy, lever.name) for lever in acting)


@pytest.mark.full
def test_every_lever_that_a_built_in_policy_sets_itself_is_read():
    for name in list_policies():
        policy = load_policy(name)
        for day, step in ((0, policy.levers), *policy.timeline):
            assert [lever for lever in step if not reads(policy, lever, day)] == []


@given(policies(), worlds(), st.integers(0, 1000))
def test_generated_policies_with_timelines_do_not_act_by_what_they_do_not_read(policy, world, seed):
    unread = [lever for lever in LEVERS.values() if not reads(policy, lever.name, horizon_days=120)]
    variants = [(lever.name, changed) for lever in unread for changed in others(policy, lever)]
    outcomes = simulate(parameter_table(1, **world), [policy, *(changed for _, changed in variants)], [seed], 120).outcomes
    assert [name for place, (name, _) in enumerate(variants, 1) if (outcomes[:, place] != outcomes[:, 0]).any()] == []


def test_a_value_that_is_set_anew_before_it_counts_is_not_read():
    policy = Policy("late", {"hold_days": 30}, [(50, {"coordinated_hold": True, "hold_days": 90})])
    assert not reads(policy, "hold_days")
    assert reads(policy, "hold_days", day=50)
    assert not reads(policy, "hold_days", day=50, horizon_days=50)


def test_needs_are_of_levers_and_said():
    assert set(NEEDS) <= set(LEVERS)
    assert all(needed(lever) for lever in NEEDS)
    assert needed("prohibited") == ""
