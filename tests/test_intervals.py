"""Intervals hold: formulas against published examples and SciPy, and coverage, which wrong intervals must fail."""

import math
from functools import cache

import numpy as np
import pytest
from scipy import special, stats

from lockgate.experiments.folder import plain
from lockgate.experiments.results.intervals import (
    LEVEL,
    POISSON,
    UPPER,
    Z,
    better_interval,
    change,
    level,
    mean_interval,
    median_interval,
    paired_share_interval,
    share_interval,
    unskewed,
)
from lockgate.sim.model.chance import Purpose, uniform
from lockgate.sim.model.outcomes import HEADLINES, OUTCOMES
from tests.full.interval_coverage import Case, called_different, cases, coverage, draw, policies

DRAWS, STUDIES = 50, 4000
ERROR = 1e-6  # chance that a right interval fails a test of coverage


@cache
def uniforms(seed):
    """Studies of uniform numbers, one after another."""
    return np.array([uniform(seed, Purpose.LUCK, study, number) for study in range(STUDIES) for number in range(DRAWS)])


def holds(covered, number, lowest=0.935, highest=0.965):
    """Whether a share of studies is in keeping with a coverage within the band."""
    count = round(covered * number)
    return stats.binom.cdf(count, number, lowest) >= ERROR and stats.binom.sf(count - 1, number, highest) >= ERROR


def covered(method, values, truth):
    return coverage(Case("", "", "", values, method), DRAWS, truth).covered


# Formulas


def test_constants_are_those_of_scipy():
    assert pytest.approx(special.ndtri(UPPER), rel=1e-15) == Z
    assert pytest.approx(0.5 * special.chdtri([2.0, 4.0, 6.0], LEVEL), rel=1e-15) == POISSON[1:]


@pytest.mark.parametrize(("count", "draws", "low", "high"), [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611)])
def test_share_by_published_examples(count, draws, low, high):
    """Newcombe (1998), "Two-sided confidence intervals for the single proportion", Table I, method 3."""
    assert share_interval(count, draws) == pytest.approx((count / draws, low, high), abs=5e-5)


def test_share_is_wilson_s_but_for_the_fewest():
    for count in (0, 3, 25, 50):
        wilson = stats.binomtest(count, 50).proportion_ci(method="wilson")
        assert share_interval(count, 50)[1:] == pytest.approx((wilson.low, wilson.high))
    # one and two successes: the count's own Poisson distribution leaves 5 % above it
    for count in (1, 2):
        assert stats.poisson.sf(count - 1, 50 * share_interval(count, 50)[1]) == pytest.approx(0.05)
        assert share_interval(50 - count, 50)[2] == pytest.approx(1 - share_interval(count, 50)[1])


def test_mean_of_symmetric_draws_is_student_s():
    values = np.arange(30.0)
    expected = stats.t.interval(0.95, 29, loc=values.mean(), scale=stats.sem(values))
    assert mean_interval(values)[1:] == pytest.approx(expected)


@pytest.mark.parametrize("skewness", [-3.0, 0.5, 4.0])
def test_unskewed_inverts_hall_s_transformation(skewness):
    error = unskewed(0.3, np.array(skewness), 50)
    assert error + skewness / 3 * error**2 + skewness**2 / 27 * error**3 + skewness / 300 == pytest.approx(0.3)


def test_mean_reaches_further_on_the_long_side():
    values = -np.log(uniforms(1)[:DRAWS])
    mean, low, high = mean_interval(values)
    student = stats.t.interval(0.95, DRAWS - 1, loc=mean, scale=stats.sem(values))
    assert low == pytest.approx(student[0])
    assert high > student[1]


def test_paired_shares_by_their_formula():
    """7 of 21 have it after only, 1 before only: 8 and 2 of 23 with one added to each."""
    difference, low, high = paired_share_interval(1, 7, 21)
    half = 1.959964 * math.sqrt((10 / 23 - (6 / 23) ** 2) / 23)
    assert (difference, low, high) == pytest.approx((-6 / 21, -6 / 23 - half, -6 / 23 + half))


@pytest.mark.parametrize("draws", [6, 20, 51, 400])
def test_median_lies_between_the_order_statistics_round_95_percent(draws):
    values = uniforms(2)[:draws]
    median, low, high = median_interval(values)
    wide = stats.quantile_test(values, q=np.median(values), p=0.5).confidence_interval(0.95)
    assert wide.low <= low < median < high <= wide.high
    ordered = np.sort(values)
    assert low <= ordered[np.searchsorted(ordered, wide.low) + 1]  # but not further in than the next


# Coverage


LAWS = {"normal": (stats.norm.ppf, 0.0), "exponential": (lambda u: -np.log(u), 1.0), "uniform": (lambda u: u, 0.5)}


@pytest.mark.parametrize("law", LAWS)
def test_means_are_covered(law):
    quantile, truth = LAWS[law]
    assert holds(covered(mean_interval, quantile(uniforms(3)), truth), STUDIES)


def narrow(values):
    mean, low, high = mean_interval(values)
    return mean, mean + 0.8 * (low - mean), mean + 0.8 * (high - mean)


def student(values):
    mean, half = values.mean(axis=0), stats.t.ppf(0.975, len(values) - 1) * stats.sem(values, axis=0)
    return mean, mean - half, mean + half


def test_an_interval_a_fifth_too_narrow_is_caught():
    assert not holds(covered(narrow, LAWS["normal"][0](uniforms(3)), 0.0), STUDIES)


def test_student_s_interval_of_skewed_draws_is_caught():
    values = np.exp(1.5 * stats.norm.ppf(uniforms(4)))
    assert not holds(covered(student, values, math.exp(1.125)), STUDIES)
    assert covered(mean_interval, values, math.exp(1.125)) > covered(student, values, math.exp(1.125)) + 0.05


def test_paired_differences_are_covered_and_an_unpaired_interval_of_them_is_caught():
    base = 3.0 * stats.norm.ppf(uniforms(5))
    mine = base + stats.norm.ppf(uniforms(6))
    assert holds(covered(mean_interval, mine - base, 0.0), STUDIES)
    one, other = (studies.reshape(-1, DRAWS) for studies in (mine, base))
    half = 1.98 * np.hypot(stats.sem(one, axis=1), stats.sem(other, axis=1))
    inside = float(np.mean(abs((one - other).mean(axis=1)) <= half))
    assert not holds(inside, STUDIES)


def test_medians_of_the_heaviest_tails_are_covered():
    assert holds(covered(median_interval, np.exp(3.07 * stats.norm.ppf(uniforms(7))), 1.0), STUDIES)


def exact_coverage(interval, draws, share):
    """Coverage of a share, summed over every count."""
    counts = np.arange(draws + 1)
    _, low, high = interval(counts, draws)
    return float(stats.binom.pmf(counts, draws, share)[(low <= share) & (share <= high)].sum())


def wald(count, draws):
    share = count / draws
    half = stats.t.ppf(0.975, draws - 1) * np.sqrt(share * (1 - share) / (draws - 1))
    return share, share - half, share + half


@pytest.mark.parametrize("draws", [20, 50, 200])
def test_shares_are_covered_however_rare(draws):
    """Discrete counts let the coverage rise and fall with the share: what is asked is no deep fall, and 95 % in the mean."""
    shares = np.linspace(0.0005, 0.9995, 1000)
    found = np.array([exact_coverage(share_interval, draws, share) for share in shares])
    assert found.min() > 0.916
    assert 0.945 < found.mean() < 0.965
    assert exact_coverage(wald, draws, 0.4 / draws) < 0.5  # the t interval of a rare share


def test_better_shares_are_covered_with_and_without_ties():
    for ties in (0.0, 0.3, 0.9):
        u = uniforms(8)
        gain = np.where(u < ties, 0.0, np.where(u < ties + 0.7 * (1 - ties), 1.0, -1.0))
        truth = ties / 2 + 0.7 * (1 - ties)
        found = covered(lambda values: better_interval(values, "high"), gain, truth)
        assert holds(found, STUDIES, 0.925, 0.98), ties


@pytest.fixture(scope="module")
def small():
    return draw(0, 1500, policies())


def test_statistics_of_the_model_are_covered(small):
    """Few studies: what is caught here is a wrong method, not a percent. The long run is `python -m tests.full.intervals`."""
    names = tuple(policy.name for policy in policies())
    found = {
        case[:3]: coverage(case, 30).covered for case in cases(small, names) if case.outcome in {*HEADLINES, "thefts", "realised_loss"}
    }
    assert len(found) > 40
    assert {key: cover for key, cover in found.items() if not holds(cover, 50, 0.90, 1.0)} == {}


def test_the_same_policy_under_independent_seeds_is_seldom_called_different(small):
    again = draw(0, 1500, policies()[:1], other_seeds=True)
    one, other = small["model_enabled_harm"][:, 0], again["model_enabled_harm"][:, 0]
    assert np.mean(one != other) > 0.9
    assert stats.binom.sf(round(50 * called_different(one, other, 30)) - 1, 50, 0.06) >= ERROR
    assert stats.binom.sf(round(50 * called_different(one + 0.5 * one.std(), other, 30)) - 1, 50, 0.06) < ERROR  # a difference is seen


# Which statistic has which


@pytest.mark.parametrize("name", OUTCOMES)
def test_every_outcome_has_an_estimate_that_json_can_hold(name):
    for values in (np.zeros(30), np.full(30, 2.0), (uniforms(9)[:30] < 0.1).astype(float), np.array([1.0])):
        found = {
            **level(OUTCOMES[name], np.minimum(values, 1.0)),
            "difference": change(OUTCOMES[name], values, np.zeros(len(values))),
        }
        assert "nan" not in str(plain(found)).lower()


def test_nothing_seen_in_thirty_draws_may_still_happen():
    flag, count = (level(OUTCOMES[name], np.zeros(30)) for name in ("billion_incident", "thefts"))
    assert (flag["mean"], flag["low"]) == (0.0, 0.0)
    assert 0.1 < flag["high"] < 0.12
    assert (count["mean"], math.isnan(count["low"])) == (0.0, True)
    assert count["nonzero"] == {"share": 0.0, "low": 0.0, "high": flag["high"]}


def test_a_loss_has_a_median_and_its_mean_no_interval():
    found = level(OUTCOMES["realised_loss"], np.exp(3.07 * stats.norm.ppf(uniforms(7)[:50])))
    assert math.isnan(found["low"])
    assert found["median_low"] < found["median"] < found["median_high"]


def test_a_change_of_a_flag_is_a_difference_of_shares():
    mine, base = np.repeat([1.0, 0.0, 1.0], [5, 20, 5]), np.repeat([0.0, 0.0, 1.0], [5, 20, 5])
    found = change(OUTCOMES["billion_incident"], mine, base)
    assert [found[part] for part in ("mean", "low", "high")] == [float(end) for end in paired_share_interval(5, 0, 30)]
    assert found["better_share"] == pytest.approx(25 / 60)


def test_pairing_gains_what_the_draws_share():
    base = 3.0 * stats.norm.ppf(uniforms(5))
    found = change(OUTCOMES["model_enabled_harm"], base + stats.norm.ppf(uniforms(6)), base)
    assert found["pairing_gain"] == pytest.approx(19.0, rel=0.02)  # (9 + 10) / 1
    apart = change(OUTCOMES["model_enabled_harm"], 3.0 * stats.norm.ppf(uniforms(6)), base)
    assert apart["pairing_gain"] == pytest.approx(1.0, rel=0.02)


def test_one_column_is_the_case_of_one_to_the_last_bit():
    values, base = uniforms(3)[:DRAWS] ** 5, uniforms(4)[:DRAWS]
    values[::4] = 0.0
    own, paired = level(OUTCOMES["incidents"], values), change(OUTCOMES["incidents"], values, base)
    assert (own["mean"], own["low"], own["high"]) == mean_interval(values)
    assert tuple(own["nonzero"].values()) == share_interval(np.sum(values != 0), DRAWS)
    assert (paired["mean"], paired["low"], paired["high"]) == mean_interval(values - base)
    heavy = level(OUTCOMES["realised_loss"], values)
    assert (heavy["median"], heavy["median_low"], heavy["median_high"]) == median_interval(values)
    assert math.isnan(heavy["low"])
    assert paired["pairing_gain"] == (np.var(values) + np.var(base)) / np.var(values - base)
