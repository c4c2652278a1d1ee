"""Influence on a sign, by a rule, is omega squared of groups as NumPy finds them."""

import numpy as np
import pytest

from lockgate.experiments.results.influence import MOST_LEVELS, PARTS, influence_of
from lockgate.sim.model.chance import Purpose, uniform


def luck(seed, draws):
    return np.array([uniform(seed, Purpose.LUCK, draw, 0) for draw in range(draws)])


def found(values, differences, labelled=0):
    before = values.copy(), differences.copy()
    share = influence_of(values, differences, labelled, np.full(len(values), 7.0), np.full(2 * len(values) + 2, 7.0))
    assert np.array_equal(before, (values, differences), equal_nan=True)  # the input is left alone
    return share


def expected(values, differences, labelled=0):
    """By fifths of the values, or by each of them where they are few or labels. Source: Hays (1963)."""
    known = np.isfinite(differences)
    values, sign = values[known], np.sign(differences[known])
    levels, part = np.unique(values, return_inverse=True)
    if not len(values):
        return 0.0
    if not labelled and len(levels) > MOST_LEVELS:
        part = np.searchsorted(np.quantile(values, np.arange(1, PARTS) / PARTS), values)
    counts = np.bincount(part)
    groups, cases = int(np.sum(counts > 0)), len(part)
    if groups < 2 or groups == cases or np.all(sign == sign[0]):
        return 0.0
    total = float(np.sum((sign - sign.mean()) ** 2))
    means = np.bincount(part, sign)[counts > 0] / counts[counts > 0]
    between = float(np.sum(counts[counts > 0] * (means - sign.mean()) ** 2))
    within = (total - between) / (cases - groups)
    return (between - (groups - 1) * within) / (total + within)


VALUES = {
    "continuous": lambda u: -np.log(u),
    "ties": lambda u: np.round(40.0 * u),
    "levels": lambda u: np.round(3.0 * u),
    "mostly one": lambda u: np.where(u < 0.9, 0.0, u),
    "constant": lambda u: np.full(len(u), 0.1),
}
DIFFERENCES = {
    "luck": lambda u, v: v - 0.5,
    "follows": lambda u, v: u + 0.2 * v - 0.6,
    "turns twice": lambda u, v: np.abs(u - 0.5) - 0.25,
    "often the same": lambda u, v: np.where(v < 0.7, 0.0, u - 0.5),
    "always less": lambda u, v: -1.0 - v,
    "missing": lambda u, v: np.where(v < 0.2, np.nan, u - 0.5),
    "all missing": lambda u, v: np.full(len(u), np.nan),
}


@pytest.mark.parametrize("draws", [1, 2, 3, 9, 50, 201, 1000])
@pytest.mark.parametrize("difference", DIFFERENCES)
@pytest.mark.parametrize("value", VALUES)
def test_it_is_omega_squared(value, difference, draws):
    u, v = luck(3, draws), luck(4, draws)
    values, differences = VALUES[value](u), DIFFERENCES[difference](u, v)
    for labelled in (0, 1):
        share = found(values, differences, labelled)
        assert share == pytest.approx(expected(values, differences, labelled), rel=1e-9, abs=1e-12)


def test_what_decides_the_sign_explains_all_of_it_and_luck_nothing():
    u, v = luck(5, 4000), luck(6, 4000)
    assert found(u, np.where(u <= np.quantile(u, 0.4), -1.0, 1.0)) == pytest.approx(1.0)
    assert abs(found(v, u - 0.5)) < 0.005
