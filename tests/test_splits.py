"""Every summary can be split by the switches and choices that a world samples: from Python, from a folder, on the command line."""

import json
import re

import numpy as np
import pytest
from typer.testing import CliRunner

from lockgate import compare, open_study, sweep
from lockgate.experiments.cli import app
from lockgate.experiments.results.structure import FEW
from lockgate.experiments.study.load import load_study
from lockgate.scenarios import load_world, with_parameters
from lockgate.sim.errors import InputError

SMALL = {"organisations": 5, "bad_actors": 20}
SAMPLED = {**SMALL, "feedback": {"none": 1, "full": 3}, "race_information": {"none": 1, "private": 1, "public": 2}}
POLICIES = ["open-release", "withhold"]
DAYS, DRAWS = 60, 80
WORLD = """
summary = "Structures are not known."
[parameters]
organisations = 5
bad_actors = 20
feedback = { none = 1, full = 3 }
"""
STUDY = """
summary = "x"
policies = ["open-release", "withhold"]
worlds = ["unknown.toml", "known.toml"]
draws = 24
horizon_days = 60
outcomes = ["model_enabled_harm", "incidents"]
[levers]
preview_days = [0, 14]
"""


@pytest.fixture(scope="module")
def results():
    return compare(POLICIES, with_parameters(load_world("baseline"), SAMPLED), draws=DRAWS, horizon_days=DAYS)


def test_a_split_has_the_draws_with_each_value(results):
    parts = results.split("race_information")
    values = results.ensemble.worlds["race_information"]
    assert list(parts) == ["none", "private", "public"]
    for code, part in enumerate(parts.values()):
        assert part.draws == np.sum(values == code) > 0
        assert (part.ensemble.worlds["race_information"] == code).all()
        assert (part.difference("model_enabled_harm") == results.difference("model_enabled_harm")[values == code]).all()
    assert sum(part.draws for part in parts.values()) == DRAWS
    assert set(parts["none"].summary()["policies"]) == set(POLICIES)


def test_differences_are_those_of_the_parts(results):
    found = results.differences("model_enabled_harm", by=["policy", "feedback"])
    assert list(found.columns[:3]) == ["outcome", "feedback", "policy"]
    for label, part in results.split("feedback").items():
        (row,) = found[found["feedback"] == label].to_dict("records")
        (alone,) = part.differences("model_enabled_harm").to_dict("records")
        for column in ("mean", "low", "high", "better_share", "draws"):
            assert row[column] == pytest.approx(alone[column])
    weights = found["draws"] / DRAWS
    (whole,) = results.differences("model_enabled_harm").to_dict("records")
    assert (weights * found["mean"]).sum() == pytest.approx(whole["mean"])
    assert (weights * found["better_share"]).sum() == pytest.approx(whole["better_share"])


def test_estimates_and_means_split_by_two_structures(results):
    by = ["policy", "feedback", "race_information"]
    assert results.estimates("incidents", by=by)["draws"].sum() == DRAWS * 2
    assert results.mean("incidents", by=by)["runs"].sum() == DRAWS * 2
    with pytest.raises(InputError, match=r"add policy to by"):
        results.estimates("incidents", by="feedback")


def test_where_takes_labels_and_truth_values(results):
    assert results.where(feedback="none").draws == results.split("feedback")["none"].draws
    unsure = with_parameters(load_world("baseline"), {**SMALL, "theft_on": {"true": 1, "false": 1}})
    theft = compare(POLICIES[:1], unsure, 40, horizon_days=7)
    assert theft.where(theft_on=True).draws + theft.where(theft_on="false").draws == 40
    with pytest.raises(InputError, match=r"feedback is one of "):
        results.where(feedback="ful")


def test_few_draws_are_said(results):
    few = results.differences("incidents", by=["policy", "feedback"]).attrs["few"]
    counts = {label: part.draws for label, part in results.split("feedback").items()}
    assert [said.split(":")[0] for said in few] == [f"feedback = {label}" for label, draws in counts.items() if draws < FEW]
    assert few


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("uplift", "by uplift: it is a number, and a split needs a switch or a choice; those sampled are feedback, race_information"),
        ("theft_on", "sample it in its world, such as theft_on = { false = 1, true = 1 }"),
        ("feedbak", 'did you mean "feedback"?'),
    ],
)
def test_what_cannot_be_split_by_is_one_sentence(results, name, part):
    with pytest.raises(InputError) as error:
        results.split(name)
    assert part in str(error.value)


@pytest.fixture
def study(tmp_path):
    (tmp_path / "unknown.toml").write_text(WORLD)
    (tmp_path / "known.toml").write_text(WORLD.replace("{ none = 1, full = 3 }", '"full"'))
    (tmp_path / "mine.toml").write_text(STUDY)
    return tmp_path / "mine.toml"


def test_a_folder_of_several_worlds_and_points_splits_each_by_its_own_values(study, tmp_path):
    sweep(load_study(study), tmp_path / "out")
    opened = open_study(tmp_path / "out")
    found = opened.differences("incidents", by=["world", "preview_days", "policy", "feedback"])
    counts = found.groupby(["world", "feedback"], observed=True)["draws"].unique()
    assert counts["known", "full"].tolist() == [24]
    assert ("known", "none") not in counts.index
    assert counts["unknown", "none"][0] + counts["unknown", "full"][0] == 24
    with pytest.raises(InputError, match=r"worlds differ in it in the same draw; choose one first, such as where\(world='unknown'\)"):
        opened.where(feedback="none")
    part = opened.where(world="unknown").split("feedback")["none"]
    assert part.draws == counts["unknown", "none"][0]


def call(*arguments):
    done = CliRunner().invoke(app, list(arguments), prog_name="lockgate")
    return done.exit_code, done.stdout, done.stderr


def test_the_command_line_splits(study, tmp_path):
    world, out = str(tmp_path / "unknown.toml"), tmp_path / "compared"
    asked = ["compare", *POLICIES, "--world", world, "--draws", "20", "--horizon", "30"]
    asked += ["--by", "feedback", "--no-charts", "--out", str(out)]
    code, printed, _ = call(*asked, "--json")
    found = json.loads(printed)["by"]["feedback"]
    assert (code, list(found)) == (0, ["none", "full"])
    assert sum(part["draws"] for part in found.values()) == 20
    assert found["none"]["few"].startswith("feedback = none: only ")
    assert "difference" in found["none"]["policies"]["withhold"]["model_enabled_harm"]
    assert (out / "by-feedback.parquet").exists()
    code, printed, _ = call(*asked)
    assert code == 0
    assert re.search(r"^feedback +draws", printed, re.MULTILINE)
    assert re.search(r"^  none +\d+ ", printed, re.MULTILINE)
    assert "too few to rest anything on" in printed
    code, printed, _ = call("sweep", str(study), "--out", str(tmp_path / "swept"), "--by", "feedback")
    assert code == 0
    assert "feedback" in printed
    assert call("compare", "--by", "uplift")[0] == call("sweep", str(study), "--out", str(tmp_path / "o"), "--by", "pace")[0] == 2
