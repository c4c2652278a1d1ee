"""Levers and dates that vary in some policies only: what a file may say, which policies change, and what folders hold."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from lockgate.experiments import open_study
from lockgate.experiments.cli import app
from lockgate.experiments.results.compare import compare
from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.load import load_study
from lockgate.experiments.study.schema import json_schema
from lockgate.experiments.study.study import Study, content_of, study_of
from lockgate.experiments.sweep.plan import SweepPlan
from lockgate.experiments.sweep.sweep import sweep
from lockgate.experiments.text.describe import describe
from lockgate.scenarios import load_policy, load_world, with_levers, with_parameters
from lockgate.sim.errors import InputError

HEAD = 'summary = "A test."\npolicies = ["open-release", "staged-preview", "directive-revocation"]\n'
HARM = "model_enabled_harm"


@pytest.fixture
def study(tmp_path):
    """The study that a text describes."""

    def load(text):
        file = tmp_path / "mine.toml"
        file.write_text(HEAD + text, encoding="utf-8")
        return load_study(file)

    return load


def previews(found):
    """The length of each policy's preview at each point; None where it has none of its own."""
    return [[policy.levers.get("preview_days") for policy in found.policies_at(point)] for point in range(found.point_count)]


# What a file says


def test_only_the_named_policy_changes(study):
    found = study('[levers]\npreview_days = { levels = [0, 30], policies = ["staged-preview"] }')
    assert found.factors == (Factor("lever", "preview_days", (0, 30), policies=("staged-preview",)),)
    assert found.points == {"preview_days": (0, 30)}
    assert previews(found) == [[None, 0, None], [None, 30, None]]
    first, last = found.policies[0], found.policies[2]
    assert all(found.policies_at(point)[0] == first and found.policies_at(point)[2] == last for point in range(2))


def test_ranges_switches_and_dates_can_be_those_of_some(study):
    found = study("""
        [levers]
        preview_days = { low = 0, high = 60, steps = 3, policies = ["staged-preview", "open-release"] }
        approvals = { levels = [true, false], policies = ["staged-preview"] }
        [dates]
        directive = { levels = [3, 40], policies = ["directive-revocation"] }
        """)
    # In the order of the study, whatever that of the file is.
    assert [factor.policies for factor in found.factors] == [
        ("open-release", "staged-preview"),
        ("staged-preview",),
        ("directive-revocation",),
    ]
    assert found.point_count == 3 * 2 * 2
    assert previews(found)[0] == [0, 0, None]
    assert previews(found)[-1] == [60, 60, None]
    ends = [found.policies_at(point)[2].timeline[0][0] for point in range(2)]
    assert ends == [3, 40]
    assert [policy.levers.get("approvals") for policy in found.policies_at(0)][1] is True
    assert found.policies_at(0)[0].levers.get("approvals") is None


def test_sampled_designs_read_the_range_of_some(study):
    found = study('[design]\nkind = "lhs"\npoints = 8\n[levers]\npreview_days = { low = 0, high = 80, policies = ["staged-preview"] }')
    values = found.points["preview_days"]
    assert sorted(value // 10 for value in values) == list(range(8))
    assert previews(found) == [[None, value, None] for value in values]


def test_all_policies_named_are_the_same_as_none_named(study):
    every = '["directive-revocation", "open-release", "staged-preview"]'
    named = study(f"[levers]\npreview_days = {{ levels = [0, 30], policies = {every} }}")
    assert named == study("[levers]\npreview_days = [0, 30]")


def test_a_date_of_some_leaves_policies_with_several_such_steps_alone(tmp_path, study):
    (tmp_path / "twice.toml").write_text('summary = "Twice."\n[[timeline]]\nday = 3\nreviewers = 9\n[[timeline]]\nday = 9\nreviewers = 1\n')
    (tmp_path / "once.toml").write_text('summary = "Once."\n[[timeline]]\nday = 3\nreviewers = 9\n')
    file = tmp_path / "dated.toml"
    said = 'summary = "x"\npolicies = ["once.toml", "twice.toml"]\n[dates]\nreviewers = '
    file.write_text(said + "[5, 6]")
    with pytest.raises(InputError, match=r"dates\.reviewers would move one of several steps"):
        load_study(file)
    file.write_text(said + '{ levels = [5, 6], policies = ["once"] }')
    found = load_study(file)
    assert [[day for day, _ in policy.timeline] for policy in found.policies_at(1)] == [[6], [3, 9]]


REFUSED = [
    ('{ levels = [0], policies = ["staged"] }',
     'preview_days.policies[0] = "staged" is no policy of this study, which has open-release, staged-preview, directive-revocation'),
    ('{ low = 0, high = 2, steps = 2, policies = ["open-release", "staged-previw"] }', 'did you mean "staged-preview"?'),
    ("{ levels = [0], policies = [] }", "preview_days.policies = [] must be a list of names of policies of this study"),
    ("{ low = 0, high = 2, steps = 2, policies = [] }", "preview_days.policies = [] must be a list of names of policies of this study"),
    ('{ levels = [0], policies = "staged-preview" }', 'preview_days.policies = "staged-preview" must be a list of names'),
    ("{ levels = [0], policies = [3] }", "preview_days.policies[0] = 3 must be a list of names"),
    ('{ levels = [0], policies = ["open-release", "open-release"] }', 'preview_days.policies[1] = "open-release" is listed twice'),
    ("{ levels = [0, 14] }", "preview_days.policies is missing, it must be a list of names of policies of this study"),
    ('{ policies = ["staged-preview"] }', "preview_days.levels is missing, it must be a list of levels, each a whole number, 0 to 3650"),
    ('{ levels = 3, policies = ["staged-preview"] }', "preview_days.levels = 3 must be a list of levels, each a whole number, 0 to 3650"),
    ('{ levels = [], policies = ["staged-preview"] }', "preview_days.levels = [] must have one level or more"),
    ('{ levels = [1, 1], policies = ["staged-preview"] }', "preview_days.levels[1] = 1 is listed twice, drop one of them"),
    ('{ levels = [1, -1], policies = ["staged-preview"] }', "preview_days.levels[1] = -1 must be 0 to 3650"),
    ('{ levels = [1.5], policies = ["staged-preview"] }', "preview_days.levels[0] = 1.5 must be a whole number, 0 to 3650"),
    ('{ levels = [1], low = 2, policies = ["staged-preview"] }', "preview_days.low = 2 is no known key here, allowed are levels, policies"),
    ('{ low = 1, policies = ["staged-preview"] }', "preview_days.high is missing"),
    ('{ low = 1, high = 2, steps = 2, polices = ["staged-preview"] }',
     'preview_days.polices = ["staged-preview"] is no known key here, allowed are low, high, steps, policies; did you mean "policies"?'),
    ('{ low = 1, high = 2, policies = ["staged-preview"] }', "preview_days is a range without levels for a grid, add steps = 5"),
]  # fmt: skip


@pytest.mark.parametrize(("setting", "part"), REFUSED, ids=[setting for setting, _ in REFUSED])
def test_refusal_says_what_is_allowed(study, setting, part):
    with pytest.raises(InputError) as caught:
        study(f"[levers]\npreview_days = {setting}")
    assert part in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('[dates]\ndirective = { levels = [3], policies = ["staged-preview"] }',
         'dates.directive.policies: "staged-preview" has no step of its timeline that sets directive, name others'),
        ('[dates]\ndirective = { levels = [-3], policies = ["directive-revocation"] }', "dates.directive.levels[0] = -3 must be 0 to 3650"),
        ('[dates]\ndirective = { levels = [3], policies = ["withhold"] }', 'dates.directive.policies[0] = "withhold" is no policy'),
        ('[uncertainties]\npace = { low = 1, high = 2, steps = 2, policies = ["staged-preview"] }',
         "pace.policies = [\"staged-preview\"] is no known key here, allowed are low, high, steps"),
        ('[switches]\ntheft_on = { levels = [true], policies = ["staged-preview"] }', "must be true or false (spies can steal weights)"),
        ('[levers]\nrestore = { levels = [false, true], policies = ["staged-preview"] }',
         'policy "staged-preview" where restore = true: restore = true on day 0 has nothing to bring back'),
        ('[design]\nkind = "table"\ntable = "points.csv"\n[levers]\npreview_days = { levels = [3], policies = ["staged-preview"] }',
         "preview_days in [levers] must be one value beside a table of points"),
    ],
)  # fmt: skip
def test_refusal_beside_other_settings(tmp_path, study, text, part):
    (tmp_path / "points.csv").write_text("pace\n1\n")
    with pytest.raises(InputError) as caught:
        study(text)
    assert part in str(caught.value)


def test_schema_has_the_form_for_levers_and_dates_alone():
    schema = json_schema()
    sections = {name: schema["$defs"][schema["properties"][name]["$ref"].rsplit("/", 1)[1]]["properties"] for name in
                ("levers", "dates", "uncertainties", "switches")}  # fmt: skip

    def keys(section, name):
        found = [schema["$defs"][way["$ref"].rsplit("/", 1)[1]] for way in sections[section][name]["oneOf"] if "$ref" in way]
        return sorted((sorted(way["properties"]), sorted(way["required"])) for way in found)

    some = (["levels", "policies"], ["levels", "policies"])
    assert (
        keys("levers", "preview_days") == keys("dates", "preview_days") == [(["high", "low", "policies", "steps"], ["high", "low"]), some]
    )
    assert keys("levers", "approvals") == [some]
    assert keys("uncertainties", "pace") == [(["high", "low", "steps"], ["high", "low"])]
    assert keys("switches", "theft_on") == []


def test_it_is_said_where_a_factor_is_described(tmp_path, monkeypatch, study):
    study('[levers]\npreview_days = { levels = [0, 30], policies = ["staged-preview"] }')
    (row,) = describe(str(tmp_path / "mine.toml"))[0].facts["varied"]
    assert row["over"] == "0, 30 in staged-preview only"
    assert "In staged-preview only." in row["meaning"]
    monkeypatch.chdir(tmp_path)
    said = " ".join(CliRunner().invoke(app, ["show", "mine.toml"], prog_name="lockgate").stdout.split())
    assert "in staged-preview only" in said


# Folders


@pytest.fixture(scope="module")
def asked():
    world = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 60})
    policies = tuple(load_policy(name) for name in ("open-release", "staged-preview", "coordinated-hold"))
    factor = Factor("lever", "preview_days", (0, 60), policies=("staged-preview",))
    return Study(
        "some", "One policy varies", policies, (world,), 4, (HARM,), horizon_days=120, factors=(factor,), points={"preview_days": (0, 60)}
    )


def test_folder_holds_the_policies_as_they_are_when_compared(tmp_path, asked):
    sweep(asked, tmp_path / "some")
    opened = open_study(tmp_path / "some")
    assert opened.study.factors == asked.factors
    harm = opened.outcome(HARM)  # (draws, points, policies)
    assert (harm[:, 0, [0, 2]] == harm[:, 1, [0, 2]]).all()
    assert (harm[:, 0, 1] != harm[:, 1, 1]).any()
    for point, days in enumerate((0, 60)):
        varied = [asked.policies[0], with_levers(asked.policies[1], {"preview_days": days}), asked.policies[2]]
        same = compare(varied, asked.worlds[0], draws=4, horizon_days=120, ceiling=False)
        assert (same.outcome(HARM) == harm[:, point]).all()
    column = next(column for column in opened.columns["runs"] if column["name"] == "preview_days")
    assert column["meaning"].endswith("In staged-preview only.")
    assert np.unique(opened.runs["preview_days"]).tolist() == [0, 60]
    assert opened.where(preview_days=60).policies[1].levers["preview_days"] == 60
    assert opened.where(preview_days=60).policies[2].levers == asked.policies[2].levers


def test_content_makes_the_same_study_again(asked):
    content = json.loads(json.dumps(content_of(asked)))
    assert content["factors"] == [{"role": "lever", "name": "preview_days", "levels": [0, 60], "policies": ["staged-preview"]}]
    again = study_of(content, "some")
    assert again.factors == asked.factors
    for point in range(2):
        assert [policy.levers for policy in again.policies_at(point)] == [policy.levers for policy in asked.policies_at(point)]
    assert content_of(again) == content


def test_content_without_policies_is_that_of_older_versions(asked):
    every = Study(**{**vars(asked), "factors": (Factor("lever", "preview_days", (0, 60)),)})
    content = content_of(every)
    assert content["factors"] == [{"role": "lever", "name": "preview_days", "levels": [0, 60]}]
    assert study_of(json.loads(json.dumps(content)), "every").factors == every.factors
    hashes = [SweepPlan(each, 16).content["hashes"]["study"] for each in (asked, every)]
    assert hashes[0] != hashes[1]
