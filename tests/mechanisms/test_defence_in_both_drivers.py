"""Capability steps, adoption, capacity and n-day exploitation together: both drivers give the same bytes."""

import pytest

from lockgate.scenarios import load_policy
from tests.drivers import disagreements

ALL = {
    "covered_search_step": 3.0, "covered_uplift_step": 1.5, "adoption_on": True, "adoption_start": 0.1, "adoption_days": 50.0,
    "idle_intensity": 0.05, "programme_intensity": 0.7, "fix_capacity": 2.0, "pool_capacity": 0.002, "install_on": True,
    "nday_factor": 3.0, "nday_days": 20.0,
}  # fmt: skip


@pytest.mark.parametrize("policy", ["open-release", "partner-programme", "staged-preview"])
def test_drivers_agree(policy):
    world = ALL | {"organisations": 30, "bad_actors": 60, "theft_chance_sl3": 0.2}
    assert disagreements(load_policy(policy), world, 5, 120, check=True) == []
