"""The mean of the worst worlds and the share beyond an amount are those of known distributions, and their intervals cover them."""

import numpy as np
import pytest
from scipy.stats import expon, norm, qmc

from lockgate.experiments.answers.worst.tails import (
    exceedance,
    expected_shortfall,
    shortfall_terms,
    shortfall_verdict,
    value_at_risk,
    worst_cases,
)
from lockgate.experiments.results.intervals import share_interval
from lockgate.sim.model.chance import Purpose, uniform
from tests.sizes import size

HARM = "model_enabled_harm"
EXPONENTIAL = np.log(20.0) + 1.0  # E[x | x beyond its 95 % quantile]: memoryless
SPREAD = 1.2
LOGNORMAL = np.exp(SPREAD**2 / 2) * norm.cdf(SPREAD - norm.ppf(0.95)) / 0.05


def uniforms(draws, replicates, seed):
    """Independent points of a unit interval, (replicates, draws): each row is a sample of its own."""
    return np.array([[uniform(seed, Purpose.PRIOR, row, draw) for draw in range(draws)] for row in range(replicates)])


def worst_mean(values, share=0.05):
    """The mean of the worst share, by hand: a case that is partly among them counts in part."""
    ordered, left, total = sorted(values, reverse=True), share * len(values), 0.0
    for value in ordered:
        weight = min(1.0, left)
        total, left = total + weight * value, left - weight
        if left <= 1e-12:
            break
    return total / (share * len(values))


@pytest.mark.parametrize("draws", [1, 7, 20, 37, 100, 101, 400])
def test_the_estimate_is_the_mean_of_the_worst_by_hand(draws):
    values = expon.ppf(uniforms(draws, 1, draws)[0])
    assert shortfall_terms(values[:, None]).mean() == pytest.approx(worst_mean(values))
    assert value_at_risk(values) == sorted(values)[draws - 1 - int(0.05 * draws + 1e-9)]
    assert worst_cases(values).sum() == np.ceil(0.05 * draws - 1e-9)
    assert np.mean(values > value_at_risk(values)) <= 0.05


def test_cases_of_one_draw_are_pooled():
    values = expon.ppf(uniforms(120, 1, 5)).reshape(40, 3)
    assert shortfall_terms(values).shape == (40,)
    assert shortfall_terms(values).mean() == pytest.approx(worst_mean(values.ravel()))


def test_it_comes_to_the_known_value():
    points = qmc.Sobol(1, seed=1).random(2**14)[:, 0]
    assert expected_shortfall(expon.ppf(points)[:, None])[0] == pytest.approx(EXPONENTIAL, rel=0.01)
    assert expected_shortfall(np.exp(SPREAD * norm.ppf(points))[:, None])[0] == pytest.approx(LOGNORMAL, rel=0.02)


def test_few_draws_have_no_interval():
    values = np.arange(1000.0)[:, None]
    assert np.isfinite(expected_shortfall(values[:200])[1:]).all()
    assert np.isnan(expected_shortfall(values[:199])[1:]).all()


def covered(quantile, known, draws, replicates, seed):
    ends = [expected_shortfall(quantile(row)[:, None]) for row in uniforms(draws, replicates, seed)]
    return np.mean([low <= known <= high for _, low, high in ends])


def test_the_interval_covers_the_mean_of_the_worst_of_an_exponential():
    assert covered(expon.ppf, EXPONENTIAL, 300, 60, 3) >= 0.9


@pytest.mark.full
@pytest.mark.parametrize(("draws", "least"), [(200, 0.94), (500, 0.94), (1000, 0.94)])
def test_the_interval_covers_the_mean_of_the_worst_as_often_as_it_says(draws, least):
    assert covered(expon.ppf, EXPONENTIAL, draws, 1000, 7) >= least
    assert covered(lambda row: np.exp(SPREAD * norm.ppf(row)), LOGNORMAL, draws, 1000, 8) >= least - 0.02


def test_a_paired_difference_is_told_where_there_is_one_and_not_elsewhere():
    base = expon.ppf(uniforms(400, 1, 11)[0])[:, None]
    found = shortfall_verdict(HARM, 0.8 * base, base)
    assert (found.word, found.direction) == ("clear", "less")
    assert found.mean == pytest.approx(-0.2 * worst_mean(base.ravel()))
    assert found.less == pytest.approx(0.05)
    same = shortfall_verdict(HARM, base, base)
    assert (same.word, same.mean) == ("same", 0.0)
    other = expon.ppf(uniforms(400, 1, 12)[0])[:, None]
    assert shortfall_verdict(HARM, other, base).low < 0.0 < shortfall_verdict(HARM, other, base).high


@pytest.mark.full
def test_no_difference_is_rarely_called_clear():
    rows = uniforms(300, 1200, 13)
    pairs = [(expon.ppf(rows[place])[:, None], expon.ppf(rows[place + 1])[:, None]) for place in range(0, size(200, 1200), 2)]
    assert np.mean([shortfall_verdict(HARM, *pair).is_clear for pair in pairs]) <= 0.07


def test_a_policy_that_helps_the_mean_and_not_the_worst_is_not_told_to_help_them():
    base = expon.ppf(uniforms(400, 1, 14)[0])[:, None]
    less = np.where(worst_cases(base), base, 0.5 * base)
    assert shortfall_verdict(HARM, less, base).word == "same"
    assert less.mean() < base.mean()


def test_shares_beyond_an_amount_are_counted_with_their_intervals():
    values = np.array([0.0, 1.0, 1.0, 2.0, 5.0])[:, None]
    share, low, high = exceedance(values, np.array([-1.0, 0.0, 1.0, 4.9, 5.0]))
    assert share.tolist() == [1.0, 0.8, 0.4, 0.2, 0.0]
    for place, count in enumerate((5, 4, 2, 1, 0)):
        assert (low[place], high[place]) == tuple(map(float, share_interval(count, 5)[1:]))


def test_draws_with_several_cases_are_not_taken_for_more_draws():
    values = np.arange(20.0)
    alone, alike = exceedance(values[:, None], np.array([13.0])), exceedance(np.repeat(values[:, None], 6, axis=1), np.array([13.0]))
    assert [float(end[0]) for end in alone] == [float(end[0]) for end in alike]
    mixed = exceedance(np.arange(60.0).reshape(20, 3), np.array([54.0]))  # 5 of 60 cases, or 1.67 of 20 draws
    assert mixed[1] == share_interval(1, 20)[1]
    assert mixed[2] == share_interval(2, 20)[2]
