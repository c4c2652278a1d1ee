"""What is set or varied to no effect is said in one sentence, and marked in the table of a sweep."""

from dataclasses import replace

import pytest
from scipy.stats import lognorm
from typer.testing import CliRunner

from lockgate.experiments.cli import app
from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.experiments.study.effects import EARLY, days_of_tests, mark, outlasted, without_effect, without_effect_in
from lockgate.experiments.study.load import list_studies, load_study
from lockgate.scenarios import list_policies, load_policy, load_world, with_levers, with_parameters
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import ServiceTimes

BASELINE = load_world("baseline")
CENTRAL = {"test_days": 14.0, "test_days_cv": 0.5, "staffing": 1.0, "service_times": ServiceTimes.LOGNORMAL}
STUDY = """
summary = "x"
policies = ["open-release", "mandatory-licence"]
draws = 4
horizon_days = 60
outcomes = ["release_delay_days", "incidents"]
[levers]
{}
[uncertainties]
organisations = 5
bad_actors = 20
"""


def changed(name, **levers):
    return with_levers(load_policy(name), levers)


def call(*arguments):
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="lockgate")
    assert done.exit_code == 0, done.output
    return done


def test_nothing_built_in_is_to_no_effect():
    assert without_effect([load_policy(name) for name in list_policies()], [BASELINE], 540) == []
    assert {name: without_effect_in(load_study(name)) for name in list_studies()} == {name: [] for name in list_studies()}


def test_a_lever_counts_where_one_of_the_policies_that_have_it_reads_it():
    both = [changed(name, preview_days=30) for name in ("open-release", "staged-preview")]
    assert without_effect(both, [BASELINE], 540) == []
    assert without_effect(both[:1], [BASELINE], 540) == [
        "preview_days has no effect: this policy does not read it (it needs public_release, and lab_programme, case_by_case or framework)"
    ]
    mine = replace(changed("open-release", hold_days=5), name="mine")
    said = "hold_days has no effect: mine does not read it (it needs coordinated_hold)"
    assert without_effect([mine, load_policy("coordinated-hold")], [BASELINE], 540) == [said]


def test_a_step_after_the_end_never_happens():
    late = Policy("late", {}, [(600, {"directive": True}), (30, {"coordinated_hold": True, "hold_days": 9})])
    assert without_effect([late], [BASELINE], 540) == ["directive on day 600 never happens: the run ends on day 540"]
    assert without_effect([late], [BASELINE], 700) == []


def test_days_of_tests_are_an_order_statistic():
    levers = {"sign_offs": 1, "agencies": 1, "longest_wait_days": 3650}
    spread = 0.4723807270  # sqrt(log(1 + 0.25))
    one = lognorm(spread, scale=14.0 / 1.25**0.5)
    assert days_of_tests(levers, CENTRAL, 0.3) == pytest.approx(one.ppf(0.3))
    assert days_of_tests({**levers, "sign_offs": 3, "agencies": 3}, CENTRAL, 0.3) == pytest.approx(one.ppf(0.3 ** (1 / 3)))
    assert days_of_tests({**levers, "agencies": 3}, CENTRAL, 0.3) == pytest.approx(one.ppf(1 - 0.7 ** (1 / 3)))
    assert days_of_tests(levers, CENTRAL | {"staffing": 0.5}, 0.3) == pytest.approx(2 * one.ppf(0.3))
    assert days_of_tests({**levers, "sign_offs": 2}, CENTRAL, 0.3) == 3650.0  # more than there are
    assert days_of_tests({**levers, "longest_wait_days": 4}, CENTRAL, 0.3) == 4.0
    assert days_of_tests({**levers, "sign_offs": 0}, CENTRAL, 0.3) == 0.0


def test_a_preview_that_tests_outlast_changes_nothing_in_the_model():
    short = changed("mandatory-licence", preview_days=3)
    assert list(outlasted([short], [BASELINE])) == [
        "preview_days 3 is shorter than the tests take (about 18 days): under mandatory-licence it changes no release"
    ]
    for policy in (
        changed("mandatory-licence", preview_days=30),
        changed("staged-preview", preview_days=3),
        load_policy("mandatory-licence"),
    ):
        assert list(outlasted([policy], [BASELINE])) == []
    small = draw_worlds(with_parameters(BASELINE, {"organisations": 20, "bad_actors": 50}), 20, 3)
    none, same, longer = (changed("mandatory-licence", preview_days=days) for days in (0, 3, 30))
    delays = simulate(small.worlds, [none, same, longer], small.seeds, 300).outcomes["mean_release_delay_days"]
    assert (delays[:, 0] == delays[:, 1]).mean() >= 0.9
    assert (delays[:, 0] == delays[:, 2]).mean() < 0.5
    assert EARLY < 0.01


@pytest.mark.parametrize(
    ("levers", "marks", "said"),
    [
        ("preview_days = [3, 30]", [" (no effect)", ""], "preview_days 3 is shorter than the tests take"),
        ("hold_days = [3, 30]", [" (no effect)"] * 2, "hold_days has no effect: no policy of this study reads it"),
    ],
)
def test_studies_say_and_mark_it(tmp_path, monkeypatch, levers, marks, said):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    path = tmp_path / "mine.toml"
    path.write_text(STUDY.format(levers))
    study = load_study(path)
    assert [mark(study, point, study.policies_at(point), study.factors[0].column) for point in range(2)] == marks
    for command in (["validate", path], ["sweep", path, "--out", "out", "--dry-run"], ["sweep", path, "--out", "out"]):
        assert f"lockgate: {said}" in call(*command).stderr
    assert "(no effect" in call("sweep", path, "--out", "out").stdout


def test_a_date_after_the_end_is_said(tmp_path, monkeypatch):
    path = tmp_path / "mine.toml"
    path.write_text(
        STUDY.format("").replace("mandatory-licence", "directive-revocation").replace("[levers]", "[dates]\ndirective = [3, 600]")
    )
    assert call("validate", path).stderr == "lockgate: directive on day 600 never happens: the run ends on day 60\n"
    study = load_study(path)
    assert [mark(study, point, study.policies_at(point), "directive_day") for point in range(2)] == ["", " (never)"]


def test_compare_and_validate_say_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mine.toml"
    path.write_text('summary = "x"\n[levers]\nhold_days = 5\n')
    done = call("validate", path)
    assert done.stderr == "lockgate: hold_days has no effect: this policy does not read it (it needs coordinated_hold)\n"
    assert "is valid" in done.stdout
    tiny = ["--no-charts", "--draws", 1, "--horizon", 20, "--set", "organisations=5", "--set", "bad_actors=20", "--json"]
    assert "hold_days has no effect" in call("compare", "open-release", "withhold", *tiny, "--set", "hold_days=3").stderr
