"""Total expected loss: of every operation, with a system or without, so that patching earns what it earns against ordinary attacks."""

import math

import pytest

from lockgate.scenarios import load_policy
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.formulas.attack import expected_loss
from lockgate.sim.model.parameters import PARAMETERS, parameter_table

OPEN = load_policy("open-release")
SEVERITY = expected_loss(*(PARAMETERS[name].default for name in ("severity_mu", "severity_sigma", "severity_cap")))
# Crews alone, all alike, whom no system helps.
ORDINARY = {
    "organisations": 20, "bad_actors": 40, "spy_share": 0.0, "insider_share": 0.0, "skill_spread": 0.0, "crew_skill": 0.5, "uplift": 1.0,
    "base_hazard": 0.02, "new_code_per_day": 0.0,
}  # fmt: skip


def outcomes(draws=1, **changes):
    return simulate(parameter_table(draws, **(ORDINARY | changes)), [OPEN], range(draws), 200).outcomes[:, 0]


def test_it_is_the_chance_of_each_operation_times_the_loss():
    found = outcomes(search_days=1e5, search_doubling_months=1e9, pool_patch_days=1e5)[0]  # nothing is found, so all stays exposed
    chance = -math.expm1(-0.02 * 0.5)
    # Defenders find up to 200 / 100,000 of the flaws, so that the loss may be that much lower.
    assert found["total_loss"] == pytest.approx(SEVERITY * found["operations"] * chance, rel=2.5e-3)
    assert found["total_loss"] <= SEVERITY * found["operations"] * chance * (1 + 1e-9)
    assert found["model_enabled_harm"] == 0.0


def test_patching_earns_against_ordinary_attacks():
    slow, fast = (outcomes(draws=8, search_days=days) for days in (1e5, 20.0))
    assert (fast["total_loss"] < 0.9 * slow["total_loss"]).all()
    assert not slow["model_enabled_harm"].any()
    assert not fast["model_enabled_harm"].any()


def test_it_holds_what_systems_enable_and_no_more_than_that_is_due_to_them():
    without, helped = outcomes(draws=8), outcomes(draws=8, uplift=3.0)
    ordinary = helped["total_loss"] - helped["model_enabled_harm"]
    assert (helped["model_enabled_harm"] > 0.0).all()
    assert ordinary == pytest.approx(without["total_loss"], rel=1e-6)


def test_it_is_discounted_like_harm():
    now, later = outcomes(draws=4), outcomes(draws=4, discount_per_year=1.0)
    assert (later["total_loss"] < now["total_loss"] * math.exp(-0.1)).all()
    assert (later["total_loss"] > now["total_loss"] * math.exp(-200 / 365.25)).all()
