"""The rule that lays out phases gives what `Policy.phases` gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockgate.experiments.browser.phases import (
    LEVER_DTYPE,
    NO_ROOM,
    SETTING_DTYPE,
    lay_phases,
    lever_table,
    phases_of,
    settings_of,
)
from lockgate.scenarios import list_policies, load_policy
from lockgate.sim.limits import LONGEST_DAYS
from lockgate.sim.model.policy import CEILING, LEVERS, PHASE_DTYPE, Policy


def value_of(lever):
    low, high = lever.bounds
    if lever.type is bool:
        return st.booleans()
    return st.integers(low, high) if lever.type is int else st.floats(low, high)


ONCE = [name for name, lever in LEVERS.items() if lever.once]
names = st.one_of(st.sampled_from(list(LEVERS)), st.sampled_from(ONCE))
steps = st.lists(names, max_size=5, unique=True).flatmap(
    lambda chosen: st.fixed_dictionaries({name: value_of(LEVERS[name]) for name in chosen})
)
days = st.one_of(st.integers(0, 4), st.integers(0, LONGEST_DAYS))
policies = st.builds(Policy, st.just("any"), steps, st.lists(st.tuples(days, steps), max_size=8))


def assert_same(policy):
    found, expected = phases_of(settings_of(policy)), policy.phases()
    assert found.dtype == expected.dtype == PHASE_DTYPE
    assert found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("name", list_policies())
def test_built_in_policies(name):
    assert_same(load_policy(name))


@given(policies)
def test_any_policy(policy):
    assert_same(policy)


def test_many_steps_on_unsorted_days_the_last_of_which_holds():
    policy = Policy("p", {"preview_days": 30}, [
        (45, {"directive": True, "preview_days": 7}), (10, {}), (300, {"restore": True}), (45, {"preview_days": 8}),
        (0, {"preview_days": 9}),
    ])  # fmt: skip
    assert_same(policy)
    found = phases_of(settings_of(policy))
    assert found["from_day"].tolist() == [0, 10, 45, 300]
    assert found["preview_days"].tolist() == [9, 9, 8, 8]
    assert found["directive"].tolist() == [False, False, True, False]


def test_what_no_policy_sets_is_the_default():
    assert_same(Policy("none"))
    assert_same(CEILING)


def test_too_little_room_is_said_and_nothing_is_written():
    settings = settings_of(Policy("two", {}, [(45, {"preview_days": 7}), (46, {"preview_days": 8})]))
    out = np.zeros(2, PHASE_DTYPE)
    assert lay_phases(lever_table(), settings, np.zeros(len(settings) + 1, np.int64), out.view(np.int64)) == NO_ROOM
    assert not out["from_day"].any()


def test_tables_are_of_whole_words():
    for dtype in (LEVER_DTYPE, SETTING_DTYPE):
        assert {dtype[name].itemsize for name in dtype.names} == {8}
    assert len(lever_table()) == len(LEVERS)
