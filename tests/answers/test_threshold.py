"""Thresholds: where a mean difference changes sign, its interval, and nothing where it does not."""

import numpy as np
import pytest

from lockgate.experiments.answers.flips.threshold import threshold_of, turn, turns
from lockgate.sim.errors import InputError
from tests.answers.planted import paired, planted, unit

LEVELS = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])


def leveled(draws, mean, noise, seed=1):
    """All levels of x in each draw; the luck of a draw is the same at all of them."""
    x = np.tile(LEVELS, draws)
    draw = np.repeat(np.arange(draws), len(LEVELS))
    return paired({"x": x}, mean(x) + noise * (unit(draws, 1, seed)[draw, 0] - 0.5) * np.sqrt(12.0), draw, np.tile(np.arange(6), draws), {})


def test_luck_that_levels_share_moves_the_threshold_as_the_formula_says():
    found = threshold_of(leveled(200, lambda x: 2.0 * (x - 0.5), 1.0), "x")
    assert found.value == pytest.approx(0.5, abs=0.1)
    assert found.above == "more"
    assert found.is_clear
    error = 1.0 / np.sqrt(200) / 2.0  # of the mean, over the slope
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.25)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    hits = 0
    for seed in range(40):
        found = threshold_of(leveled(60, lambda x: 0.55 - x, 1.0, seed), "x")
        hits += (found.low is None or found.low <= 0.55) and (found.high is None or found.high >= 0.55)
    assert hits >= 35, "38 are expected"


def test_a_range_has_a_threshold_by_regression():
    found = threshold_of(planted(1500, lambda inputs: 0.4 - inputs["x"], inputs=3), "x")
    assert found.low <= 0.4 <= found.high
    assert found.high - found.low < 0.3
    (said,) = found.sentences()
    assert "clearly more below and clearly less above" in said
    assert f"{100 * found.beyond:.0f} % of today's prior lies above" in said


@pytest.mark.parametrize("shift", [2.0, -2.0])
def test_no_turn_within_the_range(shift):
    found = threshold_of(planted(400, lambda inputs: inputs["x"] + shift, inputs=2), "x")
    assert (found.value, found.low, found.high, found.is_clear) == (None, None, None, False)
    assert "does not change sign" in found.sentences()[0]


def test_noise_claims_no_turn():
    for seed in range(5):
        found = threshold_of(planted(400, lambda inputs: 0.0 * inputs["x"], inputs=2, seed=10 * seed), "x")
        assert not found.is_clear
        assert "clearly less below" not in found.sentences()[0]


def test_the_turn_that_parts_most_is_taken():
    at = np.arange(6.0)
    curve = np.array([-0.1, 0.1, -3.0, -3.0, 3.0, 3.0])
    assert turns(at, curve)[0]
    assert turn(at, curve[None], True)[0] == pytest.approx(3.5)
    assert turn(at, -curve[None], False)[0] == pytest.approx(3.5)


def test_labels_have_no_threshold():
    cases = planted(200, lambda inputs: inputs["x"], labels={"y": {0.0: "no", 1.0: "yes"}})
    with pytest.raises(InputError, match=r"has labels \(no, yes\) and no order"):
        threshold_of(cases, "y")
    with pytest.raises(InputError, match="input 'w' does not differ"):
        threshold_of(cases, "w")
