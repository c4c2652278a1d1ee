"""Worth of knowing against closed forms and nested Monte Carlo on a linear decision, and against plants in the model's own results."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm, uniform

from lockgate.experiments.answers.knowing.information import joint_information, partial_information, perfect_information
from lockgate.experiments.answers.knowing.knowing import independent_points, worth_of_knowing
from lockgate.experiments.answers.knowing.ledger import assumption_ledger
from lockgate.experiments.answers.knowing.preview_worth import preview_worth
from lockgate.experiments.charts.drivers import drivers_chart
from lockgate.experiments.charts.knowing import knowing_chart
from lockgate.experiments.results.compare import compare
from lockgate.scenarios import load_world, with_parameters
from lockgate.sim.errors import InputError
from tests.answers.test_drivers import NAMES, drivers, planted, study_of

OFFSET, SLOPES = 0.5, (1.5, 1.0)  # of the cost of the second option, less that of the first
CASES = 4000


def worth(spread):
    """The closed form of E max(0, -(a + s z)) - max(0, -a), with a normal z: what it is worth to know s z."""
    return spread * norm.pdf(OFFSET / spread) - OFFSET * norm.cdf(-OFFSET / spread)


@pytest.fixture(scope="module")
def linear():
    """Costs (cases, 2) of a linear decision, and what they hang on: two inputs of five, and luck."""
    known, luck = norm.rvs(size=(CASES, 5), random_state=1), norm.rvs(size=CASES, random_state=2)
    second = OFFSET + known[:, :2] @ np.array(SLOPES) + luck
    return np.column_stack([np.zeros(CASES), second]), known


def nested(slope, rest):
    """The worth of knowing one input by nested Monte Carlo: inner means over all else, the least of them, and their mean."""
    outer = OFFSET + slope * norm.rvs(size=2000, random_state=3)[:, None]
    inner = (outer + rest * norm.rvs(size=(1, 2000), random_state=4)).mean(axis=1)
    return -np.minimum(0.0, inner).mean() + min(0.0, inner.mean())


@pytest.mark.parametrize("place", [0, 1])
def test_one_input_is_worth_its_closed_form_and_nested_monte_carlo(linear, place):
    costs, known = linear
    found = partial_information(costs, known[:, place], tests=5)
    rest = np.hypot(SLOPES[1 - place], 1.0)
    assert found.value == pytest.approx(worth(SLOPES[place]), rel=0.1)
    assert found.value == pytest.approx(nested(SLOPES[place], rest), rel=0.15)
    assert found.low < worth(SLOPES[place]) < found.high
    assert found.changed == pytest.approx(norm.cdf(-OFFSET / SLOPES[place]), abs=0.06)


def test_all_and_everything_are_worth_their_closed_forms(linear):
    costs, known = linear
    assert perfect_information(costs[:, None]).value == pytest.approx(worth(np.sqrt(SLOPES[0] ** 2 + SLOPES[1] ** 2 + 1.0)), rel=0.1)
    assert joint_information(costs, known).value == pytest.approx(worth(np.hypot(*SLOPES)), rel=0.1)


def test_foresight_is_worth_most_and_nothing_less_than_nothing(linear):
    costs, known = linear
    everything, every = perfect_information(costs[:, None]).value, joint_information(costs, known).value
    alone = [partial_information(costs, column, tests=5).value for column in known.T]
    assert everything >= every >= max(alone) > min(alone) == 0.0


def test_what_cannot_change_the_decision_is_worth_exactly_nothing(linear):
    costs, known = linear
    assert [partial_information(costs, known[:, place], tests=5).value for place in (2, 3, 4)] == [0.0] * 3
    assert joint_information(costs, known[:, 2:]).value == 0.0
    moved = np.column_stack([costs[:, 0], 50.0 + known[:, 0]])  # large influence, and the first option is the better one always
    assert partial_information(moved, known[:, 0]).value == 0.0
    assert perfect_information(moved[:, None]).value == 0.0
    both = costs + 3.0 * known[:, [2]]  # the same on all options
    assert partial_information(both, known[:, 2]).value == 0.0


def test_noise_is_seldom_worth_anything():
    worth_something = 0
    for again in range(40):
        costs = norm.rvs(size=(150, 4), random_state=again)
        noise = uniform.rvs(size=(150, 5), random_state=100 + again)
        worth_something += any(partial_information(costs, column, tests=5).value for column in noise.T)
    assert worth_something <= 6  # 2 expected at most


def test_a_threshold_is_found_that_no_line_would_show():
    known = uniform.rvs(size=2000, random_state=1)
    costs = np.column_stack([np.zeros(2000), np.where(np.abs(known - 0.5) < 0.25, -1.0, 1.0)])
    assert partial_information(costs, known).value == pytest.approx(0.5, abs=0.05)


def test_a_point_of_a_study_is_known_by_its_parameters():
    study = study_of({"kind": "lhs", "points": 200})
    x = np.column_stack([study.points[name] for name in NAMES])
    luck = norm.rvs(size=(2, 3, 200), random_state=4) * 0.1
    results = planted(study, 10.0 * (x[:, 1] - 0.6) + luck[0], 50.0 + luck[1])
    found = worth_of_knowing(results)
    assert found.cost == "harm"
    assert found.best == ("staged-preview",)
    alone = {name: gain.value for name, _, gain in found.inputs}
    # Above 0.6 the reference is better: the mean of max(0, 10 (x - 0.6)) over 0 to 1.
    assert alone["evasion"] == pytest.approx(0.8, rel=0.15)
    assert alone["uplift"] == alone["leak_hazard"] == 0.0
    assert found.perfect.value >= found.every.value >= alone["evasion"]
    assert found.weak == found.every  # all three are of grade D or E
    text = " ".join(found.sentences())
    assert "As things are known, staged-preview clearly has the least expected harm" in text
    assert "Worth most to know alone: evasion (US$ " in text
    assert found.ledger.entries[0][0] == "staged-preview"
    assert found.ledger.frame()["concern"].is_monotonic_decreasing
    assert found.frame().iloc[0]["known"] == "(everything, luck included)"
    assert found.content()["inputs"][0]["input"] == "evasion"
    assert knowing_chart(found).title.startswith("staged-preview clearly has the least expected cost; 1 of 3 inputs is worth")
    assert drivers_chart(drivers(results)).title.startswith("What drives the difference in model-enabled harm from open-release")


def test_a_saltelli_design_is_learnt_from_at_its_independent_points():
    study = study_of({"kind": "saltelli", "points": 64, "second_order": False})
    x = np.asarray(study.points["evasion"])
    results = planted(study, np.tile(10.0 * (x - 0.6), (3, 1)), np.full((3, len(x)), 50.0))
    assert len(independent_points(results)) == 128
    found = worth_of_knowing(results)
    assert found.cases == 3 * 128
    assert found.inputs[0][0] == "evasion"


@pytest.fixture(scope="module")
def small():
    world = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 50})
    return compare(["open-release", "staged-preview", "industry-programme"], world, draws=60, horizon_days=90)


def test_a_comparison_says_what_knowing_and_a_preview_are_worth(small):
    found = worth_of_knowing(small)
    assert found.cost == "harm and benefit forgone"
    assert found.perfect.value >= found.every.value >= 0.0
    assert found.preview.policy == "staged-preview"
    assert found.preview.day == 14
    assert all(policy != "open-release" for policy, _ in found.ledger.entries)
    free, dear = (worth_of_knowing(small, price_of_a_day=price) for price in (0.0, 1e9))
    assert free.costs["open-release"] == pytest.approx(small.outcome("model_enabled_harm")[:, 0].mean())
    assert dear.best == ("open-release",)


def test_a_preview_that_shows_the_answer_is_worth_it(small):
    """The weekly harm of the preview is what decides: above its median the one policy costs 100 more, below it 100 less."""
    harm = small.weekly("harm")[:, 1, :2].sum(axis=1)
    costs = np.column_stack([np.zeros(60), np.where(harm > np.median(harm), 1e9, -1e9), np.full(60, 1e10)])
    found = preview_worth(small, costs, "staged-preview")
    assert found.gain.value > 0.3e9
    assert found.price == pytest.approx(max(0.0, found.gain.value - found.waited[0]) / 14)
    assert "To wait and see pays as long as a day of waiting costs less than US$ " in found.sentences()[-1]
    other = np.column_stack([np.zeros(60), np.full(60, 1.0), np.full(60, 2.0)])
    assert "to wait in order to see more does not pay" in preview_worth(small, other, "staged-preview").sentences()[0]


def test_what_cannot_be_known_is_refused(small):
    with pytest.raises(InputError, match="must be two or more"):
        worth_of_knowing(small, ["staged-preview"])
    with pytest.raises(InputError, match="30 draws are too few to learn a rule from; 50 are enough"):
        worth_of_knowing(small.where(draw=range(30)))
    with pytest.raises(InputError, match="preview = 'withhold' must be a policy of this study"):
        worth_of_knowing(small, preview="withhold")
    with pytest.raises(InputError, match="price_of_a_day = -1 must be 0 or more"):
        worth_of_knowing(small, price_of_a_day=-1)
    study = study_of({"kind": "lhs", "points": 200})
    one = planted(study, np.zeros((3, 200)), np.zeros((3, 200))).where(point=0)
    with pytest.raises(InputError, match="keeps no weekly series"):
        preview_worth(one, np.zeros((3, 3)), "staged-preview")
    morris = study_of({"kind": "morris", "points": 4, "levels": 4})
    with pytest.raises(InputError, match="points of a morris design are no sample"):
        worth_of_knowing(planted(morris, np.zeros((3, 16)), np.zeros((3, 16))))
    lever = replace(morris.factors[0], role="lever", name="preview_days", low=0, high=60)
    study = replace(morris, factors=(lever,), points={"preview_days": tuple(range(60))}, design={"kind": "lhs", "points": 60})
    with pytest.raises(
        InputError, match=r"preview_days is chosen and not known; choose one of its values, such as where\(preview_days=0\)"
    ):
        worth_of_knowing(planted(study, np.zeros((3, 60)), np.zeros((3, 60))))


def test_nothing_found_is_said():
    study = study_of({"kind": "lhs", "points": 60})
    found = assumption_ledger(planted(study, np.zeros((3, 60)), np.zeros((3, 60))))
    assert found.sentences() == ["No assumption has an influence on model-enabled harm against open-release that can be told from chance."]
