"""Remediation capacity: finding can outrun fixing, of organisations and of the common pool, and the backlog is seen."""

import math
from types import SimpleNamespace
from typing import Any

import pytest

from lockgate.sim.engine.run import trace
from lockgate.sim.model.code_base import pass_code_day, set_pace
from lockgate.sim.model.formulas.time import mean_kept
from lockgate.sim.model.parameters import parameter_table
from tests.mechanisms.still import OPEN, STILL, lived

PATCHERS = {"patch_shape": 1.0, "patch_tau_days": 10.0, "never_patch_share": 0.0, "flaws_per_organisation": 100.0}


def code_of(latent: float, known: float, search: float, rate: float) -> Any:
    """A code base with these shares, at this pace."""
    code = SimpleNamespace(latent=latent, known=known, patched=1.0 - latent - known, exposed=1.0)
    set_pace(code, search, math.exp(-search), mean_kept(search), rate, math.exp(-rate), mean_kept(rate))
    return code


def pass_day(code: Any, rate: float, capacity: float) -> float:
    """One day without new code; gives the share that was fixed."""
    return pass_code_day(code, math.exp(-rate), mean_kept(rate), 0.0, capacity)[1]


def outflow_at_most(known: float, rate: float, capacity: float, days: float) -> float:
    """Share still known after so many days of an outflow of rate * known, at most `capacity`: a line, then an exponential."""
    line = max(0.0, (known - capacity / rate) / capacity)
    if days <= line:
        return known - capacity * days
    return min(known, capacity / rate) * math.exp(-rate * (days - line))


@pytest.mark.parametrize("rate", [0.01, 0.1, 1.0, 3.0, 30.0])
@pytest.mark.parametrize("capacity", [0.003, 0.02, 0.11, 2.0])
def test_a_backlog_goes_as_under_an_outflow_with_a_ceiling(rate, capacity):
    code, worst = code_of(0.0, 0.9, 0.0, rate), 0.0
    for day in range(1, 400):
        fixed = pass_day(code, rate, capacity)
        expected = outflow_at_most(0.9, rate, capacity, float(day))
        assert fixed <= capacity
        assert abs(code.latent + code.known + code.patched - 1.0) < 1e-12
        worst = max(worst, abs(code.known - expected))
        if expected > capacity / rate:  # a line so far
            assert code.known == pytest.approx(0.9 - capacity * day, abs=1e-12)
    # The day on which the backlog ends is the only one that differs, by a tenth of its capacity at most.
    assert worst <= 0.1 * capacity + 1e-12


def test_the_mean_over_a_day_lies_between_its_ends_and_follows_what_is_worked_on():
    code = code_of(0.0, 0.8, 0.0, 0.5)
    before, fixed = 0.8, pass_day(code, 0.5, 0.01)
    assert fixed == 0.01
    assert code.known == pytest.approx(0.79)
    assert code.exposed == pytest.approx(before - 0.01 * (1.0 - mean_kept(0.5)) / (1.0 - math.exp(-0.5)), rel=1e-12)
    assert code.known < code.exposed < before


@pytest.mark.parametrize(("search", "rate"), [(0.05, 0.2), (0.3, 0.3), (2.0, 0.01)])
def test_without_a_limit_it_is_the_exact_solution(search, rate):
    limited, free = code_of(0.7, 0.2, search, rate), code_of(0.7, 0.2, search, rate)
    fixed = [pass_day(limited, rate, 0.5), pass_day(free, rate, math.inf)]
    assert fixed[0] == fixed[1] < 0.5
    assert vars(limited) == vars(free)


def test_finding_outruns_fixing():
    slow, fast = (lived(OPEN, 60, **PATCHERS, fix_capacity=0.5, covered_search_step=step) for step in (1.0, 12.0))
    for before, after in zip(slow.partners, fast.partners, strict=True):
        assert after.found > 1.2 * before.found
        assert after.fixed <= 60 * 0.5 / 100 + 1e-12
        assert after.fixed < 1.05 * before.fixed
        assert after.known > 1.5 * before.known
    free = lived(OPEN, 60, **PATCHERS, covered_search_step=12.0)
    assert max(partner.known for partner in free.partners) < 0.1 < min(partner.known for partner in fast.partners)


def test_capacity_is_counted_in_flaws():
    one, other = (
        lived(OPEN, 20, **PATCHERS | {"flaws_per_organisation": flaws}, fix_capacity=flaws / 200, search_days=1.0)
        for flaws in (100.0, 1000.0)
    )
    assert [partner.fixed for partner in one.partners] == [partner.fixed for partner in other.partners]
    assert max(partner.fixed for partner in one.partners) == pytest.approx(20 / 200, rel=0.1)


def test_the_pool_is_fixed_no_faster_than_its_maintainers_can():
    world = lived(OPEN, 45, pool_share=0.5, pool_patch_days=14.0, pool_capacity=0.001, search_days=30.0)
    assert 0.04 < world.pool.patched <= 45 * 0.001 + 1e-12
    assert world.pool.known > 0.6
    assert world.pool.known + world.pool.latent + world.pool.patched == pytest.approx(1.0, abs=1e-12)


def test_the_backlog_is_a_weekly_series():
    world = parameter_table(1, **STILL | PATCHERS | {"fix_capacity": 0.2, "pool_capacity": 0.001, "pool_share": 0.5})
    tables = trace(world, OPEN, 3, 140, check=True)
    assert tables["weeks"]["backlog_share"][-1] == pytest.approx(tables["partners"]["known"].mean(), rel=1e-12)
    assert tables["weeks"]["pool_backlog_share"][-1] == tables["pool"]["known"][0]
    assert tables["weeks"]["backlog_share"].max() > 0.6
    assert tables["outcomes"]["backlog_share"][0] == pytest.approx(tables["weeks"]["backlog_share"].mean(), rel=1e-12)
