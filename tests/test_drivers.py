"""Every rule is written once: the Mesa driver and the compiled driver agree in every field of every table."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import load_policy, policy_names
from sim.agents import BadActor, Government, Lab, OpenWeightLab, Partner
from sim.engine import simulate, trace
from sim.model import ReleaseModel
from sim.parameters import parameter_table
from sim.policy import Policy
from tests.drivers import disagreements
from tests.generated import policies, worlds
from tests.sizes import size

SMALL = {"organisations": 25, "bad_actors": 60, "cadence_days": 25, "leak_hazard": 0.01, "theft_chance_sl3": 0.1, "base_hazard": 0.1}


@settings(max_examples=size(60, 200))
@given(policies(), worlds(), st.integers(0, 2**40), st.integers(1, 70))
def test_drivers_agree_and_invariants_hold(policy: Policy, world: dict[str, Any], seed: int, days: int) -> None:
    assert disagreements(policy, world, seed, days, check=True) == []


@pytest.mark.parametrize("name", policy_names())
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


def test_threads_and_company_change_no_byte() -> None:
    many = [load_policy(name) for name in ("open-release", "staged-preview", "withhold")]
    table = parameter_table(9, **{**SMALL, "pace": [0.5 + 0.1 * n for n in range(9)]})
    seeds = range(100, 109)
    together = simulate(table, many, seeds, 60, threads=2)
    alone = simulate(table, many, seeds, 60, threads=1)
    backwards = simulate(table, many[::-1], seeds, 60)
    assert (together.outcomes == alone.outcomes).all()
    assert (together.weeks == alone.weeks).all()
    assert (together.displacement == alone.displacement).all()
    assert (together.outcomes == backwards.outcomes[:, ::-1]).all()
    for draw in (0, 4, 8):
        one = simulate(table[draw : draw + 1], [many[1]], [seeds[draw]], 60)
        assert one.outcomes[0, 0] == together.outcomes[draw, 1]


def test_a_run_is_traced_as_it_is_swept() -> None:
    swept = simulate(parameter_table(1, **SMALL), [load_policy("partner-programme")], [5], 100)
    assert trace(parameter_table(1, **SMALL), load_policy("partner-programme"), 5, 100)["outcomes"][0] == swept.outcomes[0, 0]


def test_a_longer_run_begins_like_a_shorter_one() -> None:
    short = ReleaseModel(load_policy("staged-preview"), SMALL, seed=3, horizon_days=40).run()
    long = ReleaseModel(load_policy("staged-preview"), SMALL, seed=3, horizon_days=80)
    for _ in range(40):
        long.step()
    assert [repr(event) for event in short.events] == [repr(event) for event in long.events]
    assert [repr(agent) for agent in short.world.partners] == [repr(agent) for agent in long.world.partners]


def test_order_of_visits_within_a_kind_changes_nothing() -> None:
    forward = ReleaseModel(load_policy("staged-preview"), SMALL, seed=3, horizon_days=60).run()
    backward = ReleaseModel(load_policy("staged-preview"), SMALL, seed=3, horizon_days=60)
    for kind in (Lab, Partner, BadActor, OpenWeightLab):
        agents = backward.agents_by_type[kind]
        agents.sort("index", ascending=False, inplace=True)
        assert agents[0].index == len(agents) - 1
    backward.run()
    assert forward.outcomes == backward.outcomes
    assert [repr(agent) for agent in forward.world.partners] == [repr(agent) for agent in backward.world.partners]
