"""Flip maps: they find a line that was planted, claim nothing of noise, and draw the closed form of the reduced world."""

import json

import numpy as np
import pytest

from lockgate import compare, load_world, open_study, sweep
from lockgate.experiments.answers.flips.flip_map import flip_map, flip_map_of
from lockgate.experiments.charts.flip_map import flip_map as chart
from lockgate.experiments.evidence.reductions.release import threshold_lag
from lockgate.experiments.results.verdict import verdict
from lockgate.scenarios import with_parameters
from lockgate.sim.errors import InputError
from lockgate.sim.model.formulas.time import MONTH_DAYS
from tests.answers.planted import HARM, planted, planted_points
from tests.answers.reduced_world import HORIZON, SEARCH_DAYS, timing_study


def boundary(inputs):
    """0 on the line from (0, 0.25) to (1, 0.75), above 0 below it."""
    return inputs["x"] - 2.0 * inputs["y"] + 0.5


def off_line(found):
    """How far y of the drawn line is from the planted one."""
    (line,) = found.lines()
    return np.abs(line[:, 1] - (line[:, 0] + 0.5) / 2.0)


@pytest.mark.parametrize("cases", [planted(2000, boundary), planted_points(200, 30, boundary)], ids=["draws", "points"])
def test_a_planted_line_is_found(cases):
    found = flip_map_of(cases)
    assert {found.x.name, found.y.name} == {"x", "y"}, "the inputs on which the sign depends"
    found = flip_map_of(cases, "x", "y")
    sides, truth = found.field.sides, boundary({"x": found.x.centres[None, :], "y": found.y.centres[:, None]})
    assert found.flips
    assert off_line(found).max() < 0.1
    assert not (sides * np.sign(truth) < 0.0).any(), "no cell is claimed for the wrong side"
    assert np.mean(sides[np.abs(truth) > 0.5] != 0.0) > 0.9
    assert np.mean((found.field.low <= truth) & (truth <= found.field.high)) > 0.99
    assert "where x is high and y is low" in found.headline
    assert found.centre is not None
    assert not found.centre.is_clear, "the central values lie on the line"


def test_noise_gives_no_flip():
    claims = 0
    for seed in range(3):
        found = flip_map_of(planted(600, lambda inputs: 0.0 * inputs["x"], seed=7 * seed + 1), "x", "y")
        assert not found.flips
        claims += found.share("same") < 1.0
    assert claims <= 1, "one in twenty maps has a cell that is clear by chance"


def test_a_mean_that_nears_zero_and_does_not_cross_it_is_no_flip():
    found = flip_map_of(planted(1500, lambda inputs: -3.0 * inputs["x"] ** 2, noise=0.05), "x", "y")
    assert found.share("more") == 0.0
    assert found.share("less") > 0.6
    assert "nowhere clearly higher" in found.headline


def test_labels_have_a_turn_each():
    cases = planted(1500, lambda inputs: inputs["x"] - 0.3 - 0.4 * inputs["y"], noise=0.5, labels={"y": {0.0: "no", 1.0: "yes"}})
    found = flip_map_of(cases, "x", "y")
    assert [turn.value for turn in found.turns] == pytest.approx([0.3, 0.7], abs=0.1)
    assert found.lines() == []
    figure = chart(found)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["no", "yes"]


@pytest.fixture(scope="module")
def timing(tmp_path_factory):
    """The reduced world at four lags and two fix times."""
    folder = tmp_path_factory.mktemp("timing") / "timing"
    sweep(timing_study((60, 80, 105, 135), (14, 43), 10), folder)
    return open_study(folder)


def test_a_cell_of_levels_has_the_verdict_of_its_draws(timing):
    found = flip_map(timing, "open_weight_lag_months", "patch_tau_days")
    values = timing.outcome(HARM)
    for row, column in np.ndindex(2, 4):
        alone = verdict(HARM, *(values[:, 2 * column + row, policy] for policy in (1, 0)))
        cell = found.field.verdicts[row][column]
        assert (cell.mean, cell.less, cell.more, cell.draws) == pytest.approx((alone.mean, alone.less, alone.more, alone.draws))
        assert cell.low < alone.low < alone.high < cell.high, "it holds for all cells at once"


def test_the_map_of_the_reduced_world_is_the_closed_form(timing):
    check_closed_form(flip_map(timing, "open_weight_lag_months", "patch_tau_days"))


@pytest.mark.full
def test_the_large_map_of_the_reduced_world_is_the_closed_form(tmp_path):
    sweep(timing_study((40, 60, 75, 90, 105, 120, 140, 165), (7, 14, 20, 30, 43), 20, actors=2), tmp_path / "timing")
    found = flip_map(open_study(tmp_path / "timing"), "open_weight_lag_months", "patch_tau_days")
    check_closed_form(found)
    for x, y in found.lines()[0][::10]:
        assert x * MONTH_DAYS == pytest.approx(threshold_lag(1 / SEARCH_DAYS, 1 / y, HORIZON, 0.0), abs=3.0)


def check_closed_form(found):
    """In every row the mean turns from more to less at L*, within the interval, and the line passes there."""
    (line,) = found.lines()
    for row, turn in enumerate(found.turns):
        fix_days = float(found.y.centres[row])
        wanted = threshold_lag(1 / SEARCH_DAYS, 1 / fix_days, HORIZON, 0.0) / MONTH_DAYS
        assert turn.is_clear
        assert turn.above == "less"
        assert turn.low <= wanted <= turn.high
        assert turn.high - turn.low < 0.4, "months"
        drawn = line[np.argmin(np.abs(np.log(line[:, 1] / fix_days))), 0]
        assert drawn == pytest.approx(turn.value, abs=0.02)


def test_a_comparison_has_a_map_and_a_chart(tmp_path):
    world = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 50})
    results = compare(["open-release", "withhold"], world, draws=120, horizon_days=60)
    found = flip_map(results)
    assert found.chosen
    assert json.loads(json.dumps(found.content()))["headline"] == found.headline
    figure = chart(found, "World baseline.")
    figure.savefig(tmp_path / "map.png")
    assert figure.title == found.headline
    assert {found.x.name, found.y.name} <= {
        axis.get_label_text().split(":")[0].split(" ")[0] for axis in (figure.axes[0].xaxis, figure.axes[0].yaxis)
    }
    with pytest.raises(InputError, match="both 'uplift'"):
        flip_map(results, "uplift", "uplift")
    with pytest.raises(InputError, match="input 'agencies' does not differ"):
        flip_map(results, "agencies")
    fixed = compare(["open-release", "withhold"], world, draws=2, horizon_days=20, fixed=True)
    with pytest.raises(InputError, match="all cases of this study have the same inputs"):
        flip_map(fixed)
