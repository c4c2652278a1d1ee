"""Looking while it runs: false certainty stays below 5 % however often one looks, naive looking is caught, and stopping is told."""

import json
from functools import cache

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

from lockgate.experiments.answers.precision.looks import level_of, schedule, until
from lockgate.experiments.answers.precision.rules import rule_of
from lockgate.experiments.cli import app
from lockgate.experiments.results.compare import compare, growing
from lockgate.experiments.results.intervals import LEVEL, mean_interval
from lockgate.experiments.results.stored import open_study
from lockgate.experiments.results.verdict import ENOUGH, verdicts
from lockgate.scenarios import load_world, with_parameters
from tests.sizes import size

WORLD = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 50})
TINY = ("--set", "organisations=20", "--set", "bad_actors=50", "--horizon", "60")
PAIR = ("open-release", "withhold")
OPTIONS = {"horizon_days": 60, "threads": 1}
STUDIES, MOST = size(300, 2000), size(1600, 6400)
BATCH = 50  # studies at once
HARM = "model_enabled_harm"


def luck(kind, studies, seed):
    """Differences (D, S) whose true mean is 0, in units that mean nothing."""
    shape = (MOST, studies)
    if kind == "exchangeable lognormal pairs":
        return stats.lognorm.rvs(1.0, size=shape, random_state=seed) - stats.lognorm.rvs(1.0, size=shape, random_state=seed + 1)
    if kind == "skewed":
        return stats.lognorm.rvs(1.0, size=shape, random_state=seed) - np.exp(0.5)
    if kind == "mostly no difference":  # as where a policy acts in a third of the worlds only
        acts = stats.bernoulli.rvs(1 / 3, size=shape, random_state=seed + 1)
        return acts * (stats.lognorm.rvs(0.8, size=shape, random_state=seed) - np.exp(0.32))
    return stats.norm.rvs(size=shape, random_state=seed)


def first_clear(difference, level):
    """After how many draws each study (column) is first called clear, and 0 where it never is: by the rule, for all studies at once."""
    found = np.zeros(difference.shape[1], int)
    for look, draws in enumerate(schedule(len(difference)), 1):
        _, low, high = mean_interval(difference[:draws], level(look))
        enough = np.sum(difference[:draws] != 0.0, axis=0) >= ENOUGH
        found = np.where((found == 0) & enough & ((low > 0.0) | (high < 0.0)), draws, found)
    return found


@cache
def false_certainty(kind):
    """The numbers of studies that are called clear where the truth is 0: looked at as we do, and at 95 % each time."""
    ours = naive = 0
    for first in range(0, STUDIES, BATCH):
        difference = luck(kind, min(BATCH, STUDIES - first), 2 * first + 1)
        ours += np.count_nonzero(first_clear(difference, level_of))
        naive += np.count_nonzero(first_clear(difference, lambda look: LEVEL))
    return ours, naive


def test_levels_spend_5_percent_in_all():
    spent = [1.0 - level_of(look) for look in range(1, 200_001)]
    assert 0.04999 < sum(spent) < 0.05
    assert sorted(spent, reverse=True) == spent


def test_looks_are_geometric_and_end_with_the_most():
    assert schedule(6400) == [50, 100, 200, 400, 800, 1600, 3200, 6400]
    assert schedule(6399)[-2:] == [3200, 6399]
    assert (schedule(1), schedule(50), schedule(51)) == ([1], [50], [50, 51])


KINDS = ["normal", "exchangeable lognormal pairs", "skewed", "mostly no difference"]


@pytest.mark.parametrize("kind", KINDS[1:])
def test_false_certainty_stays_below_5_percent(kind):
    ours, _ = false_certainty(kind)
    assert ours <= 0.05 * STUDIES


def test_studies_at_once_are_what_the_rule_says():
    difference = luck("mostly no difference", 20, 5)[:400]
    rule, at_once = rule_of("verdict clear"), first_clear(difference, level_of)
    for column, clear in zip(difference.T, at_once, strict=True):
        found = 0
        for look, draws in enumerate(schedule(400), 1):
            (told,) = verdicts(HARM, column[:draws, None], np.zeros((draws, 1)), level_of(look))
            found = found or draws * rule.is_met(told, 1.0)
        assert found == clear


@pytest.mark.parametrize("kind", size(KINDS[1:3], KINDS))
def test_naive_looking_is_caught(kind):
    _, naive = false_certainty(kind)
    assert stats.binom.sf(naive - 1, STUDIES, 0.05) < 1e-6


def test_power_costs_some_draws_and_not_many():
    """Of a true mean of 0.2 spreads, a single look that is clear in 80 % needs 199 draws; we need 1.6 times as many on average."""
    studies, single = size(200, 1000), 199
    difference = 0.2 + stats.norm.rvs(size=(1600, studies), random_state=7)
    _, low, _ = mean_interval(difference[:single])
    assert abs(np.mean(low > 0.0) - 0.8) < 4 * np.sqrt(0.16 / studies)
    stopped = first_clear(difference, level_of)
    assert np.mean(stopped > 0) > 0.99
    assert np.mean((stopped > 0) & (stopped <= 400)) > 0.75
    assert stopped.mean() < 2.0 * single


# Stopping


@pytest.fixture(scope="module")
def fixed():
    return compare(PAIR, WORLD, draws=200, **OPTIONS)


def chosen(results, draws):
    return results.where(draw=list(range(draws)))


def test_a_comparison_that_grew_is_the_longer_one(fixed):
    run = growing(PAIR, WORLD, 1, **OPTIONS)
    assert [run(draws).draws for draws in (50, 50, 120)] == [50, 50, 120]
    grown = run(200)
    for name in ("outcomes", "weeks", "displacement", "ceiling"):
        assert np.array_equal(getattr(grown.rows, name), getattr(fixed.rows, name)), name
    assert np.array_equal(grown.ensemble.worlds, fixed.ensemble.worlds)
    assert np.array_equal(grown.seeds, fixed.seeds)
    assert grown.plan_content == fixed.plan_content
    assert grown.study == fixed.study
    assert run(60).draws == 60


def test_runs_that_went_wrong_keep_their_numbers(monkeypatch):
    from lockgate.experiments.results import compare as module

    monkeypatch.setattr(module, "not_finite", lambda outcomes, first, names, wrong: {first + 1: ("not-finite", "planted")})
    run = growing(PAIR, WORLD, 1, **OPTIONS)
    run(3)
    assert sorted(run(5).rows.wrong) == [1, 7]


def test_it_stops_at_the_first_look_that_meets_the_rule(fixed):
    rule = rule_of("verdict clear")
    stopped = until(lambda draws: chosen(fixed, draws), rule, 200)
    values = fixed.outcome(HARM)
    for look, draws in enumerate(stopped.looks, 1):
        (found,) = verdicts(HARM, values[:draws, 1:], values[:draws, :1], level_of(look))
        assert rule.is_met(found, 1.0) == (draws == stopped.looks[-1])
    assert stopped.verdicts == (found,)
    assert (stopped.reason, stopped.level) == ("rule", level_of(len(stopped.looks)))
    assert f"Stopped at {stopped.looks[-1]} draws: verdict(diff.harm) clear is met." in stopped.sentences()


def test_it_stops_at_the_most_draws(fixed):
    stopped = until(lambda draws: chosen(fixed, draws), rule_of("width(diff.harm) < 0.001%"), 170)
    assert (stopped.looks, stopped.reason) == ((50, 100, 170), "draws")
    assert "width(diff.harm) < 0.001% is not met, and no more draws were asked for" in stopped.sentences()[0]
    assert stopped.content()["met"] is False


def test_a_width_is_of_the_mean_under_the_reference(fixed):
    stopped = until(lambda draws: chosen(fixed, draws), rule_of("width(diff.harm) < 0.001%"), 150)
    (found,) = stopped.verdicts
    share = 100.0 * (found.high - found.low) / fixed.outcome(HARM)[:150, 0].mean()
    for times, reason in ((1.01, "rule"), (0.99, "draws")):
        again = until(lambda draws: chosen(fixed, draws), rule_of(f"width(diff.harm) < {times * share}%"), 150)
        assert (again.looks[-1], again.reason) == (150, reason)


def test_few_draws_that_differ_end_nothing():
    base = np.arange(100.0) % 7
    values = base - np.where(np.arange(100) < 49, 3.0 + base, 0.0)
    few, enough = (verdicts(HARM, changed[:, None], base[:, None])[0] for changed in (values, base - 3.0))
    assert (few.is_clear, rule_of("verdict clear").is_met(few, 1.0)) == (True, False)
    assert rule_of("verdict clear").is_met(enough, 1.0) is enough.is_clear


def test_policies_that_never_differ_need_no_more_draws(fixed):
    stopped = until(lambda draws: chosen(fixed, draws), rule_of("verdict(diff.operations) clear"), 200)
    assert stopped.verdicts[0].word == "same"
    assert (stopped.looks, stopped.reason) == ((50,), "rule")


class Clock:
    """Tells the time of a machine that takes a second for each draw."""

    def __init__(self):
        self.now = 0.0
        self.ran = 0

    def run(self, results):
        def run(draws):
            self.now += draws - self.ran
            self.ran = draws
            return chosen(results, draws)

        return run

    def __call__(self):
        return self.now


@pytest.mark.parametrize(
    ("budget", "looks"), [(10.0, (50,)), (59.0, (50,)), (70.0, (50, 70)), (130.0, (50, 100, 130)), (1e6, (50, 100, 200))]
)
def test_a_budget_ends_it_in_time(fixed, budget, looks):
    clock = Clock()
    stopped = until(clock.run(fixed), rule_of("width(diff.harm) < 0.001%"), 200, budget, clock)
    assert stopped.looks == looks
    assert stopped.reason == ("draws" if looks[-1] == 200 else "budget")
    assert clock.now <= max(budget, 50.0)


def test_a_budget_alone_looks_at_nothing(fixed):
    clock = Clock()
    stopped = until(clock.run(fixed), None, 200, 130.0, clock)
    assert (stopped.level, stopped.reason) == (LEVEL, "budget")
    assert stopped.sentences() == ["Stopped at 130 draws: the budget holds no more of 2 min."]


# The command


@pytest.fixture(autouse=True)
def no_charts(monkeypatch):
    """They take longer than all else, and do not depend on looks."""
    monkeypatch.setattr("lockgate.experiments.charts.draw_all", lambda comparison: {})


def call(*arguments):
    return CliRunner().invoke(app, ["compare", *map(str, arguments)])


def test_command_says_when_and_why_it_stopped(tmp_path):
    asked = (*PAIR, *TINY, "--draws", 150, "--until", "width(diff.harm) < 0.5%", "--out", tmp_path / "out")
    done = call(*asked)
    assert done.exit_code == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "Stopped at 150 draws: width(diff.harm) < 0.5% is not met, and no more draws were asked for." in said
    assert "What holds after looks at 50, 100, 150 draws, with intervals of 99.662 %" in said
    told = json.loads((tmp_path / "out" / "summary.json").read_text())["stopped"]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert (told["draws"], told["looks"], told["met"]) == (150, [50, 100, 150], False)
    assert manifest["stopped"] == told
    assert (manifest["study"]["draws"], manifest["study"]["until"]) == (150, "width(diff.harm) < 0.5%")


@pytest.mark.full
def test_the_same_command_again_replaces_its_folder_with_the_same(tmp_path):
    asked = (*PAIR, *TINY, "--draws", 400, "--until", "verdict clear", "--budget", "2h", "--json", "--quiet", "--out", tmp_path / "out")
    done = call(*asked)
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)["stopped"]
    assert told["reason"] == "the rule is met"
    assert told["draws"] < 400
    summary, rows = (tmp_path / "out" / "summary.json").read_bytes(), open_study(tmp_path / "out")
    assert (rows.draws, rows.complete) == (told["draws"], True)
    again = call(*asked)
    assert again.stdout == done.stdout
    assert (tmp_path / "out" / "summary.json").read_bytes() == summary
    other = call(*PAIR, *TINY, "--draws", told["draws"], "--quiet", "--out", tmp_path / "out")
    assert "holds another study (it differs in" in other.stderr
    assert "until" in other.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--until", "better"), "until = 'better' must be"),
        (("--budget", "ten"), "--budget 'ten' must be a time above 0"),
        (("--budget", "0s"), "--budget '0s' must be a time above 0"),
        (("--budget", "10m"), "such as 90s, 10min or 2h"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path, options, said):
    done = call(*PAIR, *TINY, *options, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert said in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_rule_needs_a_policy_to_compare(tmp_path):
    done = call("withhold", *TINY, "--until", "verdict clear", "--out", tmp_path / "out")
    assert "needs two policies or more" in done.stderr
