"""Bypasses: a system's flaw is found with the chance of the closed form, and later where its lab took more care."""

import math

import numpy as np
import pytest

from lockgate.scenarios import load_policy
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.formulas.safeguards import bypass_hazard
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.vocabulary import RaceRule
from tests.drivers import disagreements
from tests.sizes import size

HAZARD, FACTOR, DAYS = 0.05, 40.0, 91
RUNS = size(500, 4000)
# One lab with one flawed system that is public from day 0 and that nobody tests; `enmity` decides how careful the lab is.
ALONE = {
    "labs": 1, "open_weight_labs": 0, "organisations": 1, "bad_actors": 0, "cadence_days": 730, "flaw_chance": 1.0,
    "own_testing_days": 0, "bypass_hazard": HAZARD, "fix_days": 365, "race_rule": RaceRule.WINNER,
}  # fmt: skip


def bypassed(effort, factor):
    """Share of runs whose system was bypassed within `DAYS` days. A lab that is alone and knows nothing takes 1 / enmity of full care."""
    worlds = parameter_table(RUNS, **ALONE, race_information=0, enmity=1.0 / effort, bypass_effort=factor)
    outcomes = simulate(worlds, [load_policy("open-release")], np.arange(RUNS), DAYS).outcomes
    assert set(outcomes["bypasses"].ravel().tolist()) <= {0, 1}
    return outcomes["bypasses"].mean()


@pytest.mark.parametrize("effort", [1.0, 0.5, 0.1])
def test_time_to_a_bypass_is_the_closed_form(effort):
    """The public looks from the day after the release on. By luck it fails once in 100,000."""
    chance = 1.0 - math.exp(-(DAYS - 1) * HAZARD / FACTOR**effort)
    assert bypassed(effort, FACTOR) == pytest.approx(chance, abs=4.42 * math.sqrt(chance * (1.0 - chance) / RUNS))


def test_more_care_hides_a_flaw_for_longer():
    """More care, another luck in no run: fewer runs are bypassed, and none is that was not."""
    assert bypassed(1.0, FACTOR) < bypassed(0.5, FACTOR) < bypassed(0.1, FACTOR)


def test_with_a_factor_of_one_care_changes_nothing():
    assert bypassed(1.0, 1.0) == bypassed(0.1, 1.0)
    assert bypass_hazard(HAZARD, 1.0, 0.7) == HAZARD


def test_both_drivers_agree():
    for seed in range(4):
        values = {**ALONE, "race_information": 0, "enmity": 2.0, "bypass_effort": 4.0}
        assert disagreements(load_policy("open-release"), values, seed, DAYS) == []
