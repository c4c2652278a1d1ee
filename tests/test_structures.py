"""Priors over switches and choices, and priors by quantiles: in worlds, studies, designs, plans, and words."""

import json
from collections import Counter

import numpy as np
import pytest

from lockgate.experiments.provenance import world_content
from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.experiments.study.design import points
from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.load import load_study
from lockgate.experiments.study.study import content_of, study_of
from lockgate.experiments.text.describe import describe
from lockgate.scenarios import load_world, with_parameters
from lockgate.sim.errors import InputError
from lockgate.sim.model.parameters import PARAMETERS, Choice, Quantiles

WEIGHTS = {"race_information": {"none": 1, "private": 1, "public": 2}, "theft_on": {"true": 3, "false": 1}}
FACTOR = Factor("parameter", "race_information", prior=Choice((0.0, 1.0, 2.0), (1.0, 1.0, 2.0)))
WORLD = """
summary = "Structures are not known."
[parameters]
race_information = { none = 1, private = 1, public = 2 }
theft_on = { true = 3, false = 1 }
feedback = "full"
pace = { quantiles = [0.8, 1.0, 1.3] }
"""


@pytest.fixture
def world(tmp_path):
    file = tmp_path / "unknown.toml"
    file.write_text(WORLD)
    return load_world(file)


def test_a_file_says_a_prior_by_weights_and_its_centre_is_the_heaviest(world):
    assert world.parameters["race_information"].prior == Choice((0.0, 1.0, 2.0), (1.0, 1.0, 2.0))
    assert world.parameters["theft_on"].prior == Choice((0.0, 1.0), (1.0, 3.0))
    assert {"race_information", "theft_on", "pace"} <= set(world.sampled)
    assert [world.central()[name] for name in ("race_information", "theft_on", "pace")] == [2, True, 1.0]
    assert [world.sample("theft_on", u) for u in (0.0, 0.24, 0.26, 1.0)] == [False, False, True, True]
    assert [world.sample("pace", u) for u in (0.0, 0.25, 0.5, 0.75)] == pytest.approx([0.8, 0.9, 1.0, 1.15])


def test_a_tie_goes_to_the_tables_own_value():
    tied = with_parameters(load_world("baseline"), {"race_information": {"none": 1, "private": 1, "public": 1}})
    assert tied.central()["race_information"] == PARAMETERS["race_information"].default


def test_draws_have_the_shares_of_the_weights_and_others_do_not_move(world):
    """With 4,000 draws a share is within 4 standard errors but in one of 16,000 seeds."""
    drawn, fixed = (draw_worlds(place, 4000, 3).worlds for place in (world, load_world("baseline")))
    for share, value in ((0.25, 0), (0.25, 1), (0.5, 2)):
        assert abs(np.mean(drawn["race_information"] == value) - share) < 4 * np.sqrt(share * (1 - share) / 4000)
    assert abs(drawn["theft_on"].mean() - 0.75) < 4 * np.sqrt(0.75 * 0.25 / 4000)
    still = [name for name in PARAMETERS if name not in (*WEIGHTS, "pace", "feedback")]
    assert all((drawn[name] == fixed[name]).all() for name in still)


@pytest.mark.parametrize(
    ("setting", "part"),
    [
        ({"feedback": {"full": 1}}, "feedback = { full = 1.0 } must have a weight above 0 for two values or more"),
        ({"feedback": {"full": 1, "none": 0}}, "must have a weight above 0 for two values or more, such as { none = 1, full = 1 }"),
        ({"feedback": {"ful": 1}}, 'feedback.ful = 1 is no known key here, allowed are none, full; did you mean "full"?'),
        ({"feedback": {"full": -1, "none": 1}}, "feedback.full = -1 must be a number, 0 or more (weight of this value among all)"),
        ({"theft_on": {"yes": 0.7}}, "theft_on.yes = 0.7 is no known key here, allowed are false, true"),
        ({"theft_on": 3}, "theft_on = 3 must be true or false (spies can steal weights), or weights such as { false = 1, true = 1 }"),
        ({"pace": {"quantiles": [2, 1]}}, "pace.quantiles = [2.0, 1.0] must not fall"),
        ({"pace": {"quantiles": [1]}}, "pace.quantiles = [1] must be a list of 2 to 1001 numbers, 0 to 4"),
        ({"pace": {"quantiles": [1, 9]}}, "pace.quantiles[1] = 9 must be 0 to 4"),
        ({"rival_gap_min_months": {"quantiles": [0, 1, 3]}}, "rival_gap_min_months (which varies, as far as 3) must not be above"),
    ],
)
def test_what_is_no_prior_is_one_sentence(setting, part):
    with pytest.raises(InputError) as error:
        with_parameters(load_world("baseline"), setting)
    assert part in str(error.value)
    assert "\n" not in str(error.value)


def test_words(world, tmp_path):
    (file,) = describe(str(tmp_path / "unknown.toml"))
    told = {row["parameter"]: row["value"] for row in file.facts["differs"]}
    assert "race_information" not in told  # its weights are the table's own
    assert describe("race_information")[0].facts["prior"] == "none 25 %, private 25 %, public 50 %"
    assert told["theft_on"] == "true (false 25 %, true 75 %)"
    assert told["pace"] == "1 (by quantiles, median 1, 90 % in 0.82 to 1.27)"
    assert world_content(world)["theft_on"] == {"central": True, "prior": "false 25 %, true 75 %"}


# Designs


@pytest.mark.parametrize("kind", ["lhs", "sobol"])
def test_designs_that_sample_give_each_value_its_share(kind):
    columns = points({"kind": kind, "points": 256}, [FACTOR], seed=1)
    assert Counter(columns["race_information"]) == {0: 64, 1: 64, 2: 128}
    assert {type(value) for value in columns["race_information"]} == {int}


def test_saltelli_reads_a_choice_by_quantile():
    design = {"kind": "saltelli", "points": 128, "second_order": False}
    columns = points(design, [FACTOR, Factor("lever", "reviewers", low=1, high=9)], seed=1)
    found = Counter(columns["race_information"])
    assert sum(found.values()) == 128 * 4
    assert found[2] / 512 == pytest.approx(0.5, abs=0.02)


def test_morris_steps_through_the_values_whatever_their_weights():
    rare = Factor("parameter", "theft_on", prior=Choice((0.0, 1.0), (1.0, 999.0)))
    columns = points({"kind": "morris", "points": 200, "levels": 4}, [rare, FACTOR], seed=1)
    assert set(columns["theft_on"]) == {False, True}
    assert 0.4 < np.mean(columns["theft_on"]) < 0.6
    assert set(columns["race_information"]) == {0, 1, 2}


def test_morris_refuses_fewer_levels_than_values():
    with pytest.raises(InputError, match=r"^race_information has 3 levels and design\.levels = 2, take at least 4 so that each"):
        points({"kind": "morris", "points": 4, "levels": 2}, [FACTOR], seed=1)


@pytest.mark.parametrize("kind", ["grid", "zip"])
def test_designs_that_list_levels_refuse_a_prior(kind):
    with pytest.raises(InputError, match=f'^race_information = "prior" has no levels for a {kind}, list some or choose one that samples'):
        points({"kind": kind}, [FACTOR], seed=1)


def study_with(tmp_path, text, worlds='["unknown.toml"]'):
    (tmp_path / "unknown.toml").write_text(WORLD)
    file = tmp_path / "mine.toml"
    file.write_text(f'summary = "x"\npolicies = ["open-release", "withhold"]\nworlds = {worlds}\ndraws = 4\n{text}')
    return load_study(file)


def test_a_study_varies_a_structure_by_its_prior(tmp_path):
    text = '[design]\nkind = "sobol"\npoints = 64\n[switches]\nrace_information = "prior"\ntheft_on = "prior"\n'
    text += '[uncertainties]\npace = "prior"'
    study = study_with(tmp_path, text)
    assert [str(factor) for factor in study.factors] == [
        "prior: by quantiles, median 1, 90 % in 0.82 to 1.27",
        "prior: none 25 %, private 25 %, public 50 %",
        "prior: false 25 %, true 75 %",
    ]
    assert np.mean(study.points["theft_on"]) == pytest.approx(0.75, abs=0.05)


def test_a_study_refuses_priors_that_differ_between_worlds(tmp_path):
    text = '[design]\nkind = "lhs"\npoints = 4\n[switches]\ntheft_on = "prior"'
    (tmp_path / "other.toml").write_text(WORLD.replace("true = 3", "true = 1"))
    with pytest.raises(InputError) as error:
        study_with(tmp_path, text, worlds='["unknown.toml", "other.toml"]')
    said = '(false 25 %, true 75 % in "unknown" and false 50 %, true 50 % in "other"), give a list or make it one study for each'
    assert said in str(error.value)


# The stored plan


def test_a_plan_keeps_every_prior(tmp_path):
    text = '[design]\nkind = "lhs"\npoints = 8\n[switches]\nrace_information = "prior"'
    study = study_with(tmp_path, text)
    content = json.loads(json.dumps(content_of(study)))
    again = study_of(content, "again")
    assert again.factors == study.factors
    assert dict(again.worlds[0].parameters) == dict(study.worlds[0].parameters)
    assert again.worlds[0].parameters["pace"].prior == Quantiles((0.8, 1.0, 1.3))
    assert json.dumps(content_of(again), sort_keys=True) == json.dumps(content, sort_keys=True)


@pytest.mark.parametrize(
    "prior",
    [
        {"kind": "Choice", "values": [0.0, 1.0]},
        {"kind": "Choice", "values": [0.0, 1.0], "weights": [1.0]},
        {"kind": "Choice", "values": [1.0, 0.0], "weights": [1.0, 1.0]},
        {"kind": "Choice", "values": [0.0, 0.0], "weights": [1.0, 1.0]},
        {"kind": "Choice", "values": [0.0, 0.5], "weights": [1.0, 1.0]},
        {"kind": "Choice", "values": [0.0, 3.0], "weights": [1.0, 1.0]},
        {"kind": "Choice", "values": [0.0, 1.0], "weights": [1.0, 0.0]},
        {"kind": "Choice", "values": [0.0, 1.0], "weights": [1.0, 1.0], "low": 0.0},
        {"kind": "Quantiles", "values": [0.0, 1.0]},
        {"kind": "Quantiles"},
    ],
)
def test_a_spoilt_prior_in_a_plan_is_one_sentence(tmp_path, prior):
    content = json.loads(json.dumps(content_of(study_with(tmp_path, ""))))
    content["worlds"][0]["parameters"]["race_information"]["prior"] = prior
    with pytest.raises(InputError) as error:
        study_of(content, "spoilt")
    assert "prior" in str(error.value)
    assert "\n" not in str(error.value)
