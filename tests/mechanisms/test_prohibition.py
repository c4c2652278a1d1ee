"""A prohibition: nobody releases what is ready while it holds, whoever would not cooperate; and once it is lifted, things go on."""

import pytest

from lockgate.scenarios import load_policy
from lockgate.sim.engine.run import simulate, trace
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import EventKind, Regime, Stage
from tests.drivers import disagreements

NOBODY = Policy("nobody", {"prohibited": True})
# Capability is measured without error, so that no covered system is missed.
DEFIANT = {
    "organisations": 20, "bad_actors": 40, "heed_hold": 0.0, "cooperation": 0.0, "open_weight_lag_months": 1.0,
    "preview_error_months": 0.0,
}  # fmt: skip
DAYS = 300


def systems(policy, **changes):
    table = trace(parameter_table(1, **(DEFIANT | changes)), policy, 4, DAYS)["systems"]
    return table[(table["capability"] >= 0.0) & (table["stage"] > Stage.TESTING)]


ALSO = [{}, {"publish_weights": True}, {"lab_programme": True, "launch_partners": 20}, {"coordinated_hold": True}]


@pytest.mark.parametrize("also", ALSO)
def test_all_obey(also):
    held = systems(Policy("nobody", {"prohibited": True, **also}))
    assert set(held["open_lab"].tolist()) == {False, True}
    assert (held["stage"] == Stage.HELD).all()
    assert (held["regime"] == Regime.PROHIBITED).all()


def test_nothing_is_enabled_by_covered_systems():
    """With no uplift below the critical level, only a theft could help attackers."""
    world = DEFIANT | {"uplift_doubling_months": 0.0001, "theft_on": False}
    found = simulate(parameter_table(4, **world), [load_policy("open-release"), NOBODY], range(4), DAYS).outcomes["model_enabled_harm"]
    assert (found[:, 0] > 0.0).all()
    assert not found[:, 1].any()


def test_once_lifted_systems_go_out_on_that_day():
    lifted = Policy("lifted", {"prohibited": True}, [(60, {"prohibited": False})])
    out = systems(lifted)
    early = out[out["ready_day"] < 60]
    assert len(early) > 1
    assert (early["public_day"] == 60).all()
    later = out[out["ready_day"] > 60]
    assert (later["public_day"] == later["ready_day"]).all()


def test_a_hold_goes_on_when_the_prohibition_ends():
    held = Policy("held", {"prohibited": True, "coordinated_hold": True, "hold_days": 150}, [(100, {"prohibited": False})])
    table = systems(held, heed_hold=1.0)
    early = table[(table["ready_day"] < 100) & table["open_lab"]]
    assert len(early)
    assert (early["public_day"] == early["ready_day"] + 150).all()


def test_a_shock_is_a_fact_of_the_world():
    table = systems(NOBODY, open_shock_day=20, open_shock_capability=2.0)
    out = table[table["stage"] != Stage.HELD]
    assert (out["ready_day"].tolist(), out["public_day"].tolist(), out["capability"].tolist()) == ([20], [20], [2.0])


def test_the_log_says_that_weights_are_held():
    events = trace(parameter_table(1, **DEFIANT), NOBODY, 4, DAYS)["events"]
    assert (events["kind"] == EventKind.HOLD).sum() == systems(NOBODY)["open_lab"].sum()


def test_both_drivers_agree():
    steps = [(30, {"prohibited": False}), (70, {"prohibited": True})]
    assert disagreements(Policy("on and off", {"prohibited": True}, steps), DEFIANT, 4, 120) == []
