"""How many draws are enough: forecasts hold in studies of that size, against closed forms and in draws of the model."""

import json
import math

import numpy as np
import pytest
from scipy import stats

from lockgate.experiments.answers.precision.precision import draws_for_clear, draws_for_width, need, precision, spread_interval
from lockgate.experiments.answers.precision.rules import Rule, rule_of
from lockgate.experiments.folder import plain
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.intervals import mean_interval
from lockgate.scenarios import load_world, with_parameters
from lockgate.sim.errors import InputError
from tests.sizes import size

WORLD = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 50})
STUDIES = size(400, 4000)
HARM = "model_enabled_harm"


def normal(*shape, mean=0.0, seed=1):
    return stats.norm.rvs(mean, size=shape, random_state=seed)


# Rules


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("width(diff.harm) < 5%", Rule(HARM, 0.05, relative=True)),
        ("  width ( diff.delay )<0.5 % ", Rule("release_delay_days", 0.005, relative=True)),
        ("width(diff.model_enabled_harm) < 2e6", Rule(HARM, 2e6)),
        ("width(diff.lead) < .25", Rule("usable_lead_months", 0.25)),
        ("verdict clear", Rule(HARM)),
        ("verdict(diff.lead) clear", Rule("usable_lead_months")),
        ("verdict(diff.incidents) clear", Rule("incidents")),
    ],
)
def test_rules_are_read_and_written_again(text, rule):
    assert rule_of(text) == rule
    assert rule_of(str(rule)) == rule


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("widht(diff.harm) < 5%", r"""until = 'widht\(diff.harm\) < 5%' must be "width\(diff.harm\) < 5%" """.strip()),
        ("width(harm) < 5%", "must be"),
        ("width(diff.harm) > 5%", "must be"),
        ("", "must be"),
        ("verdict unclear", "must be"),
        ("width(diff.hrm) < 5%", 'no outcome is called .hrm.; name one such as harm, delay or lead; did you mean "harm"?'),
        ("width(diff.harm) < 0", "the width '0' must be a number above 0"),
        ("width(diff.harm) < -1%", "the width '-1' must be a number above 0"),
        ("width(diff.harm) < nan", "the width 'nan' must be a number above 0"),
        ("width(diff.harm) < five%", "the width 'five' must be a number above 0"),
        ("verdict(diff.realised_loss) clear", "the mean of realised_loss rests on few draws and has no interval"),
    ],
)
def test_what_is_no_rule_is_refused(text, said):
    with pytest.raises(InputError, match=said.replace("?", r"\?")):
        rule_of(text)


# Forecasts


def test_the_width_of_normal_draws_is_that_of_the_closed_form():
    values = normal(4000)
    spread = np.std(values, ddof=1)
    forecast = draws_for_width(values, 0.1)
    assert forecast.draws == pytest.approx((2 * 1.959964 * spread / 0.1) ** 2, rel=0.01)
    assert forecast.low < forecast.draws < forecast.high


@pytest.mark.parametrize("shape", [0.5, 1.2])
def test_a_study_of_the_forecast_size_has_that_width(shape):
    """Skewed draws: the pilot itself, repeated up to the size that it asks for, has its spread and skewness."""
    values = stats.lognorm.rvs(shape, size=100, random_state=3)
    _, low, high = mean_interval(values)
    wanted = (high - low) / 4
    draws = draws_for_width(values, wanted).draws
    fits = np.tile(values, draws // 100 + 1)
    ends = [mean_interval(fits[:number]) for number in (100 * (draws // 100), 100 * (draws // 100 + 1))]
    widths = [float(high - low) for _, low, high in ends]
    assert widths[1] <= 1.03 * wanted <= 1.09 * widths[0]


def test_intervals_of_the_spread_hold_it():
    ends = [spread_interval(column) for column in normal(60, STUDIES).T]
    held = sum(low <= 1.0 <= high for low, high in ends)
    assert stats.binom.cdf(held, STUDIES, 0.93) > 1e-5
    heavy = stats.t.rvs(6, size=(200, STUDIES), random_state=2)
    held = sum(low <= math.sqrt(1.5) <= high for low, high in map(spread_interval, heavy.T))
    assert stats.binom.cdf(held, STUDIES, 0.91) > 1e-5


def test_spread_interval_of_many_normal_draws_is_that_of_chi_squared():
    values = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    exact = np.sqrt(19_999 * np.var(values, ddof=1) / stats.chi2.ppf([0.975, 0.025], 19_999))
    assert spread_interval(values) == pytest.approx(exact, rel=1e-3)


def test_four_of_five_studies_of_the_forecast_size_are_clear():
    values = normal(3000, mean=0.25)
    draws = draws_for_clear(values).draws
    shift, spread = values.mean(), np.std(values, ddof=1)
    clear = sum(mean_interval(column)[1] > 0.0 for column in shift + spread * normal(draws, STUDIES, seed=5).T)
    assert stats.binom.cdf(clear, STUDIES, 0.77) > 1e-5
    assert stats.binom.sf(clear, STUDIES, 0.83) > 1e-5


def test_a_mean_that_may_be_0_may_need_any_number():
    assert draws_for_clear(normal(100)).high is None
    assert draws_for_clear(np.tile([-1.0, 1.0], 30)).draws is None
    assert draws_for_clear(normal(100, mean=1.0)).high < 100


def test_too_few_differences_forecast_nothing():
    base = np.zeros(60)
    few = base.copy()
    few[:3] = 1.0
    found = need("rare", rule_of("verdict clear"), few, base, 1.0)
    assert (found.for_width, found.for_clear) == (None, None)


# Of comparisons


@pytest.fixture(scope="module")
def pilot():
    return compare(("open-release", "staged-preview", "withhold"), WORLD, draws=60, horizon_days=120)


def test_a_longer_comparison_has_the_forecast_width(pilot):
    """Half of the pilot's width, within what the forecast itself says of its spread."""
    (now,) = [each for each in precision(pilot).needed if each.policy == "withhold"]
    half = now.width / 2
    (told,) = [each for each in precision(pilot, f"width(diff.harm) < {half}").needed if each.policy == "withhold"]
    longer = compare(("open-release", "withhold"), WORLD, draws=told.for_width.draws, horizon_days=120)
    there = precision(longer).needed[0].width
    low, high = (math.sqrt(end / told.for_width.draws) for end in (told.for_width.low, told.for_width.high))
    assert low * half < there < high * half


def test_sentences_say_what_is_needed_and_what_is_there(pilot):
    said = precision(pilot, "width(diff.harm) < 2%").sentences()
    assert len(said) == 2
    assert "draws [" in said[1]
    assert "would meet width(diff.harm) < 2% (you have 60, and a width of " in said[1]
    early = precision(compare(("open-release", "trusted-access"), WORLD, draws=4, horizon_days=5))
    assert early.sentences()[0].startswith("Preliminary: a forecast from fewer than 50 draws")


def test_content_is_json(pilot):
    told = json.loads(json.dumps(plain(precision(pilot).content()), allow_nan=False))
    assert [each["policy"] for each in told["needed"]] == ["staged-preview", "withhold"]


def test_one_policy_is_refused(pilot):
    with pytest.raises(InputError, match="two policies or more in one world"):
        precision(pilot.where(policy="open-release"))
