"""Relations 47 and 50: a finer step changes little and less and less, and dates that all move together move what happens."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockgate.scenarios import load_policy
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.parameters import PARAMETERS, parameter_table
from lockgate.sim.model.policy import LEVERS, Policy
from lockgate.sim.model.vocabulary import Feedback, ServiceTimes
from tests.relations.luck import BASE, ERRORS, seeds, surprising_mean
from tests.relations.runs import run, still_worlds
from tests.relations.steps import finer_policy, finer_world, rescaled
from tests.relations.test_scale import STATIONARY, outcomes

# A quick world without what is drawn anew on every day (bypasses, leaks), so that runs in different steps are paired.
BRISK = {
    "feedback": Feedback.NONE, "organisations": 10, "bad_actors": 40, "crew_gap_days": 1.0, "spy_gap_days": 2.0, "insider_gap_days": 1.0,
    "base_hazard": 0.05, "leaks_on": False, "bypass_hazard": 0.0, "flaw_chance": 0.0, "theft_on": False, "search_days": 10.0,
    "patch_tau_days": 5.0, "patch_shape": 0.8, "new_code_per_day": 0.02, "cadence_days": 20, "open_cadence_days": 15, "own_testing_days": 4,
    "open_weight_lag_months": 0.5, "rival_gap_min_months": 0.2, "rival_gap_max_months": 0.8, "cooperation": 1.0, "test_days": 3.0,
    "political_delay_days": 5, "fix_capacity": 100.0,
}  # fmt: skip
STEP_ERRORS = {  # largest change of a mean from a step of a day to one of half a day, relative to the mean
    "model_enabled_harm": 0.01, "incidents": 0.02, "exposed_share_end": 0.01, "usable_lead_months": 0.03, "mean_release_delay_days": 0.02,
}  # fmt: skip
IN_DAYS = {"mean_release_delay_days"}
FIRST_ORDER = ("exposed_share_end", "usable_lead_months")  # far above noise
RUNS, SPAN = 100, 60


@cache
def in_steps(policy: str, parts: int, forgotten: str = "") -> Mapping[str, Any]:
    """Outcomes in steps of 1/parts of a day. A forgotten parameter keeps its value for a day."""
    base = load_policy(policy)
    brisk = Policy(policy, {**base.levers, "preview_days": 5, "threshold_months": -12.0}, base.timeline)
    world = finer_world(BRISK, parts)
    if forgotten:
        world[forgotten] = BRISK[forgotten]
    found = simulate(parameter_table(RUNS, **world), [finer_policy(brisk, parts)], seeds(RUNS, 70), SPAN * parts).outcomes[:, 0]
    return {name: found[name] / (parts if name in IN_DAYS else 1.0) for name in STEP_ERRORS}


def step_faults(policy: str, forgotten: str = "") -> list[str]:
    """Outcomes that change by more than the step error, or whose change does not shrink at least as fast as the step."""
    day, half, quarter = (in_steps(policy, parts, forgotten) for parts in (1, 2, 4))
    faults = []
    for name, allowed in STEP_ERRORS.items():
        fault = surprising_mean(day[name] - half[name], 0.0, allowed * abs(float(np.mean(day[name]))))
        faults += [f"{name}: {fault}"] if fault else []
    for name in FIRST_ORDER:
        first, second = day[name] - half[name], half[name] - quarter[name]
        excess = np.abs(np.mean(second)) - 0.7 * np.abs(np.mean(first))
        if excess > ERRORS * np.std(second - 0.5 * first, ddof=1) / np.sqrt(RUNS):
            faults.append(f"{name}: {np.mean(first):.3g}, then {np.mean(second):.3g} (seed base {BASE})")
    return faults


@pytest.mark.parametrize("policy", ["open-release", "staged-preview", "mandatory-licence"])
def test_47_finer_steps(policy: str) -> None:
    """S: steps of half and of a quarter day, with every parameter and lever rescaled by its own unit: means change by no more than the
    stated step error, and from the half to the quarter by about half as much again (order 1)."""
    assert not step_faults(policy)


@pytest.mark.parametrize("forgotten", ["new_code_per_day", "patch_tau_days", "search_days", "cadence_days", "crew_gap_days"])
def test_47_catches_a_parameter_that_keeps_its_step(forgotten: str) -> None:
    assert step_faults("staged-preview", forgotten)


def test_47_every_unit_has_a_dimension() -> None:
    """E: no parameter or lever has a unit of which it is not known how it depends on the step."""
    for known in (*PARAMETERS.values(), *LEVERS.values()):
        assert rescaled(1.0, known.unit, 1) == 1.0
    with pytest.raises(ValueError, match="furlongs"):
        rescaled(1.0, "furlongs", 2)


# 50: dates

DATED = {"lab_programme": False, "case_by_case": True, "threshold_months": -60.0}


def shifted_faults(world: Mapping[str, Any], levers: Mapping[str, Any], seed: int, day: int, shift: int) -> list[str]:
    """Tests whose times are not those of a policy that begins `shift` days sooner, shifted."""
    runs = []
    for begins in (day, day + shift):
        tests = run(world, Policy("dated", {**levers, "threshold_months": 120.0}, [(begins, DATED)]), seed, begins + 30)["tests"]
        tests = tests[tests["system"] >= 0]
        times = np.stack([tests[name] for name in ("arrival", "start", "finish")]) - begins
        runs.append(np.where(times > 1e6, np.inf, times))
    if runs[0].shape != runs[1].shape:
        return ["not the same number of tests"]
    return [f"test {row}" for row in np.flatnonzero(~np.isclose(*runs, rtol=0.0, atol=1e-6).all(axis=0))]


DAILY = {  # a system of every lab on every day, all alike, and no luck in how long a test takes
    "cadence_days": 1, "own_testing_days": 0, "pace": 0.0, "test_days_cv": 0.0, "service_times": int(ServiceTimes.LOGNORMAL),
    "cooperation": 1.0, "flaw_chance": 0.0,
}  # fmt: skip


@given(
    still_worlds(**DAILY, labs=st.integers(1, 3)),
    st.fixed_dictionaries({"agencies": st.integers(1, 3), "testers": st.integers(0, 4)}),
    st.integers(0, 2**53 - 1),
    st.integers(2, 10),
    st.integers(1, 20),
)
def test_50_tests_move_with_the_date(world: dict[str, Any], levers: dict[str, Any], seed: int, day: int, shift: int) -> None:
    """E: queues that are empty when the policy begins, in a world that does not change (no pace, a like system of each lab every day, tests
    without luck): all arrivals, starts and ends of tests move with the policy's date by exactly as many days."""
    assert not shifted_faults(world, levers, seed, day, shift)


def test_50_catches_luck_that_depends_on_the_date() -> None:
    world = {**STATIONARY, **DAILY, "test_days_cv": 0.5}
    assert shifted_faults(world, {"agencies": 2, "testers": 2}, 1, 5, 7)


def dated_faults(shift: int, world: Mapping[str, Any]) -> str:
    """Names a difference in mean harm between a directive on day 10 and one `shift` days later."""
    policies = [Policy("directive", {"threshold_months": -60.0, "dark_days": 20}, [(day, {"directive": True})]) for day in (10, 10 + shift)]
    harms = [outcomes({**DARKENED, **world}, policy, seeds(400, 80), 60)["model_enabled_harm"] for policy in policies]
    return surprising_mean((harms[1] - harms[0]) / np.mean(harms[0]), 0.0)


DARKENED = {**STATIONARY, "bad_actors": 50, "uplift": 3.0, "base_hazard": 0.05}


def test_50_harm_does_not_depend_on_the_date() -> None:
    """S: in a world that does not change, mean harm is the same whether 20 dark days begin on day 10 or on day 35."""
    assert not dated_faults(25, {})


def test_50_catches_code_that_is_patched_meanwhile() -> None:
    assert dated_faults(25, {"search_days": 10.0})
