"""What rules find of a column is what `verdict` and NumPy find of it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lockgate.experiments.browser.columns import ESTIMATE_DTYPE, RATIO_DTYPE, compare_column, kind_of, quantiles_of, ratio_of, reach_table
from lockgate.experiments.results.intervals import LEVEL, mean_interval
from lockgate.experiments.results.ratios import PRICES, priced, ratios
from lockgate.experiments.results.verdict import DIRECTIONS, WORDS, verdict
from lockgate.sim.model.chance import Purpose, uniform
from lockgate.sim.model.outcomes import OUTCOMES

REACHES = reach_table(1000)
MONEY, LOSS, FLAG = "model_enabled_harm", "realised_loss", "billion_incident"
SHARES = np.array([0.0, 0.05, 0.25, 1.0 / 3.0, 0.5, 0.75, 0.95, 1.0])


def compared(name, values, base):
    out, before = np.zeros(1, ESTIMATE_DTYPE), (values.copy(), base.copy())
    compare_column(values, base, np.full(len(values), 7.0), kind_of(OUTCOMES[name]), REACHES, out)
    assert np.array_equal(before, (values, base), equal_nan=True)  # the input is left alone
    return {field: out[0][field].item() for field in ESTIMATE_DTYPE.names}


def assert_same(name, values, base):
    """Words, directions and counts are equal; numbers within 1e-12 of the largest of what they are made of."""
    found, expected = compared(name, values, base), verdict(name, values, base)
    assert (WORDS[found["word"]], DIRECTIONS[found["direction"]]) == (expected.word, expected.direction)
    assert found["draws"] == expected.draws
    if expected.draws:
        assert (found["less"] / found["draws"], found["more"] / found["draws"]) == (expected.less, expected.more)
    good = np.isfinite(values) & np.isfinite(base)
    size = np.abs(values - base)[good].max(initial=0.0)
    for part in ("mean", "low", "high"):
        assert found[part] == pytest.approx(getattr(expected, part), rel=1e-12, abs=1e-12 * size, nan_ok=True), part


def luck(seed, draws):
    return np.array([uniform(seed, Purpose.LUCK, draw, 0) for draw in range(draws)])


SHAPES = {
    "level": lambda u: u - 0.3,
    "even": lambda u: u - 0.5,
    "skewed": lambda u: -np.log(u),
    "heavy": lambda u: np.exp(3.0 * np.tan(3.0 * (u - 0.5))),
    "ties": lambda u: np.round(3.0 * u),
    "mostly nothing": lambda u: np.where(u < 0.9, 0.0, u),
    "hardly anything": lambda u: np.where(u < 0.99, 0.0, u),
    "constant": lambda u: np.full(len(u), 0.1),
    "nothing": lambda u: np.zeros(len(u)),
    "one outlier": lambda u: np.where(u == u.max(initial=0.0), 1e12, u),
    "far from 0": lambda u: 1e9 + u,
    "missing": lambda u: np.where(u < 0.3, np.nan, u - 0.5),
    "all missing": lambda u: np.full(len(u), np.nan),
    "flags": lambda u: (u < 0.4).astype(float),
    "both signs alike": lambda u: np.where(u < 0.5, -1.0, 1.0),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("draws", [0, 1, 2, 3, 9, 10, 11, 49, 50, 333, 1000])
def test_columns_of_every_shape(shape, draws):
    values, base = SHAPES[shape](luck(1, draws)), SHAPES["level"](luck(2, draws))
    for name in (MONEY, LOSS, "incidents"):
        assert_same(name, values, np.zeros(draws))
        assert_same(name, values, base)
    assert_same(FLAG, np.where(np.isnan(values), np.nan, values > 0.2), (base > 0.2).astype(float))


def test_all_later_by_as_much_is_clear():
    assert_same("release_delay_days", np.full(40, 63.0), np.zeros(40))
    assert WORDS[compared("release_delay_days", np.full(40, 63.0), np.zeros(40))["word"]] == "clear"


def test_one_side_leans():
    values = np.where(np.arange(100) < 70, -1.0, 3.0)
    assert_same(MONEY, values, np.zeros(100))
    found = compared(MONEY, values, np.zeros(100))
    assert (WORDS[found["word"]], found["direction"], found["less"], found["more"]) == ("leaning", -1, 70, 30)


elements = st.one_of(st.sampled_from([0.0, 1.0, -1.0, math.nan]), st.integers(-3, 3).map(float), st.floats(-1e9, 1e9, width=32))
pairs = st.integers(0, 80).flatmap(
    lambda draws: st.tuples(arrays(float, draws, elements=elements), arrays(float, draws, elements=elements))
)


@given(pairs, st.sampled_from([MONEY, LOSS]))
def test_any_columns(pair, name):
    assert_same(name, *pair)


@given(pairs)
def test_any_flags(pair):
    assert_same(FLAG, *(np.where(np.isnan(column), np.nan, (column > 0.0).astype(float)) for column in pair))


@given(arrays(float, st.integers(1, 60), elements=elements))
def test_any_quantiles(values):
    out, before = np.zeros(len(SHARES)), values.copy()
    quantiles_of(values, np.zeros(len(values)), SHARES, out)
    assert np.array_equal(before, values, equal_nan=True)
    good = values[np.isfinite(values)]
    expected = np.quantile(good, SHARES) if len(good) else np.full(len(SHARES), np.nan)
    np.testing.assert_allclose(out, expected, rtol=1e-12, atol=1e-12 * np.abs(good).max(initial=0.0))


def test_more_draws_than_the_table_have_an_interval_that_is_hardly_wider():
    values = luck(3, 1500)
    mean, low, high = mean_interval(values)
    found = compared(MONEY, values, np.zeros(1500))
    assert found["mean"] == pytest.approx(mean, rel=1e-12)
    assert low - 0.25 * (high - low) < found["low"] <= low < high <= found["high"] < high + 0.25 * (high - low)


def test_the_table_of_reaches_is_student_s():
    from scipy import stats

    for draws in (2, 10, 1000):
        assert REACHES[draws] * math.sqrt(draws) == pytest.approx(stats.t.ppf(0.5 + LEVEL / 2, draws - 1), rel=1e-12)
    assert np.isnan(REACHES[:2]).all()
    assert len(REACHES) == 1001


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("draws", [0, 1, 2, 9, 50, 333])
@pytest.mark.parametrize("clear", [False, True])
def test_ratios_are_the_programs(shape, draws, clear):
    for top, bottom in ((SHAPES[shape](luck(1, draws)), SHAPES["skewed"](luck(2, draws))), (luck(3, draws), SHAPES[shape](luck(1, draws)))):
        out, before = np.zeros(1, RATIO_DTYPE), (top.copy(), bottom.copy())
        ratio_of(top, bottom, np.full(draws, 7.0), int(clear), REACHES, out)
        assert np.array_equal(before, (top, bottom), equal_nan=True)
        expected = {name: float(column[0]) for name, column in ratios(top[:, None], bottom[:, None]).items()}
        size = max([1.0, *(abs(expected[name]) for name in ("low", "high") if math.isfinite(expected[name]))])
        for name, theirs in (("mean", "ratio"), ("low", "low"), ("high", "high"), ("top", "top"), ("bottom", "bottom")):
            assert out[0][name] == pytest.approx(expected[theirs], rel=1e-10, abs=1e-10 * size, nan_ok=True), name
        said = priced(expected["low"], expected["high"], expected["top"], expected["bottom"], clear)
        assert PRICES[out[0]["word"]] == PRICES[said]


@pytest.mark.parametrize(
    ("ends", "avoided", "forgone", "clear", "said"),
    [
        ((math.nan, math.nan), 1.0, 1.0, True, "unknown"),
        ((-1.0, 2.0), 1.0, 1.0, True, "unclear"),
        ((1.0, 2.0), 1.0, 1.0, False, "unclear"),
        ((-2.0, -1.0), 1.0, -1.0, True, "better"),
        ((-2.0, -1.0), -1.0, 1.0, True, "worse"),
        ((1.0, 2.0), 1.0, 1.0, True, "less"),
        ((1.0, 2.0), -1.0, -1.0, True, "more"),
    ],
)
def test_what_a_price_may_be_said_to_be(ends, avoided, forgone, clear, said):
    assert PRICES[priced(*ends, avoided, forgone, clear)] == said
