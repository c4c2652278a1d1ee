"""Every rule is written once: the Mesa driver and the compiled driver agree in every field of every table."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockgate.scenarios import list_policies, load_policy
from lockgate.sim.model.day import BadActor, Government, Lab, OpenWeightLab, Partner
from lockgate.sim.model.policy import Policy
from tests.drivers import disagreements
from tests.generated import policies, worlds
from tests.sizes import size

SMALL = {"organisations": 25, "bad_actors": 60, "cadence_days": 25, "leak_hazard": 0.01, "theft_chance_sl3": 0.1, "base_hazard": 0.1}


@settings(max_examples=size(60, 200))
@given(policies(), worlds(), st.integers(0, 2**40), st.integers(1, 70))
def test_drivers_agree_and_invariants_hold(policy: Policy, world: dict[str, Any], seed: int, days: int) -> None:
    assert disagreements(policy, world, seed, days, check=True) == []


@pytest.mark.parametrize("name", list_policies())
def test_drivers_agree_on_the_library(name: str) -> None:
    assert disagreements(load_policy(name), SMALL, 7, 200) == []


def tired_partner(self: Partner, world: Any, day: int) -> None:
    Partner.step(self, world, day)
    self.latent *= 1.0 + 1e-15


def lucky_actor(self: BadActor, world: Any, day: int) -> None:
    BadActor.step(self, world, day + (day == 20))


def slow_lab(self: Lab, world: Any, day: int) -> None:
    if day != 3:
        Lab.step(self, world, day)


def blind_government(self: Government, world: Any, day: int) -> None:
    Government.step(self, world, max(0, day - 1))


def keen_follower(self: OpenWeightLab, world: Any, day: int) -> None:
    OpenWeightLab.step(self, world, day)
    self.capability += 1e-12


@pytest.mark.parametrize(
    ("table", "kind", "step"),
    [
        ("partners", Partner, tired_partner),
        ("bad_actors", BadActor, lucky_actor),
        ("labs", Lab, slow_lab),
        ("governments", Government, blind_government),
        ("open_weight_labs", OpenWeightLab, keen_follower),
    ],
)
def test_a_changed_rule_is_noticed(table: str, kind: type, step: Any) -> None:
    changed = type("Changed", (kind,), {"step": step})
    assert disagreements(load_policy("staged-preview"), SMALL, 7, 60, kinds={table: changed}) != []
