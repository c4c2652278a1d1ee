"""`lockgate bench`: what it measures, prints and refuses. How fast anything is, no test says."""

import json
import math
from dataclasses import asdict, replace

import numpy as np
import pytest
from typer.testing import CliRunner

from lockgate.experiments import benchmark
from lockgate.experiments.benchmark import figures, growth, machine, report, workload
from lockgate.experiments.benchmark.figures import Target, figures_of, short
from lockgate.experiments.cli import app
from lockgate.scenarios import load_policy
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.chance import Purpose, exponential, stem, uniform
from lockgate.sim.model.formulas.attack import attack_success, whole
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.parameters import parameter_table
from tests.checkout import ROOT

KEYS = {"compiled_runs_per_second", "mesa_runs_per_second", "batch_run_runs_per_second", "floor_share", "peak_mb", "exponents"}
SMALL = {"organisations": 5, "bad_actors": 20}
TINY = replace(
    benchmark.SHORT, rounds=2, mesa_times=1, batch_times=0, agents=(10, 2000), days=(3, 6), runs=(1, 1000, 2000), point_times=1,
    command_times=0, rate_draws=2, slider_draws=2, first_draws=1, horizon_days=10, world=SMALL,
)  # fmt: skip


def call(*arguments):
    return CliRunner().invoke(app, ["bench", *arguments], prog_name="lockgate")


@pytest.fixture(scope="module")
def done():
    """The command as users run it, in a tiny world and in one process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(benchmark, "SHORT", TINY)
        patch.setattr(growth, "weigh_alone", growth.weigh)
        return call("--json")


@pytest.fixture
def content(done):
    return json.loads(done.stdout)


# What is printed


def test_json_has_every_figure_and_nothing_else_is_printed(done, content):
    assert done.exit_code == 0, done.output
    assert set(content) >= KEYS
    assert {"1", "2"} <= set(content["compiled_runs_per_second"])
    assert set(content["exponents"]) == {"agents", "days", "runs"}
    assert all(figure.place.split(".")[0] in content for figure in figures_of(content))
    assert content["provenance"]["libraries"]["mesa"]
    assert content["provenance"]["command"] == "lockgate bench --json"


def test_what_was_not_measured_is_null(done, content):
    assert "NaN" not in done.stdout
    for name in ("batch_run_runs_per_second", "help_seconds", "cold_start_seconds", "million_agents_seconds"):
        assert content[name] is None
    assert content["exponents"]["agents"] is None  # one point alone is beyond the sizes at which fixed costs show
    assert content["exponents"]["runs"] is not None


def test_progress_counts_every_measurement(done):
    steps = report.steps_of(TINY)
    assert done.stderr.splitlines()[-1] == f"{steps} of {steps} measurements"


def test_ranges_hold_the_medians(content):
    for threads, (low, high) in content["ranges"]["compiled_runs_per_second"].items():
        assert low <= content["compiled_runs_per_second"][threads] <= high
    assert content["ranges"]["mesa_runs_per_second"] is None  # one repeat has no range


def test_table_fits_and_a_missed_target_is_no_error(content, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(report, "measure", lambda *_given: wide(content))
    said = call("--quiet")
    assert said.exit_code == 0, said.output
    assert said.stderr == ""
    lines = said.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert "…" not in said.stdout
    assert next(line for line in lines if line.startswith("compiled / batch_run")).split()[-1] == "NO"
    assert next(line for line in lines if line.startswith("compare, warm start")).split()[-1] == "yes"
    assert any(line.startswith("bad actors  ") for line in lines)
    assert "Noise: the fastest single-thread repeat was " in said.stdout


def wide(content):
    """The same with numbers as long as they come."""
    rates = dict.fromkeys(content["compiled_runs_per_second"], 12345.6)
    ends = {threads: [12345.6, 12345.6] for threads in rates}
    start = {"warm_start_seconds": 0.5, "batch_run_start_seconds": 3600.0, "floor_skip_nanoseconds": 0.0685}
    spread = {"floor_skip_nanoseconds": [0.06852, 0.06853], "compiled_runs_per_second": ends}
    ranges = content["ranges"] | spread
    return content | start | {"compiled_runs_per_second": rates, "compiled_over_batch_run": 499.9, "ranges": ranges}


@pytest.mark.parametrize("arguments", [["--ful"], ["everything"]])
def test_wrong_usage_has_exit_code_2(arguments):
    said = call(*arguments)
    assert said.exit_code == 2
    assert "Usage: lockgate bench" in said.stderr


def test_help_fits():
    said = CliRunner().invoke(app, ["bench", "--help"], prog_name="lockgate", env={"COLUMNS": "80"}).stdout
    assert "lockgate bench --full --json" in said
    assert max(map(len, said.splitlines())) <= 80


@pytest.mark.parametrize(
    ("target", "said", "met", "missed"),
    [(Target(low=1000), "at least 1,000", 1000.0, 999.9), (Target(high=0.5), "at most 0.5", 0.5, 0.51),
     (Target(0.95, 1.05), "0.95 to 1.05", 1.0, 1.06)],
)  # fmt: skip
def test_target(target, said, met, missed):
    assert str(target) == said
    assert target.met(met)
    assert not target.met(missed)


def test_a_number_that_is_none_is_a_dash():
    assert short(math.nan) == "-"


# The page


def test_page_has_one_place_for_what_was_measured():
    text = (ROOT / "docs" / figures.PAGE.name).read_text(encoding="utf-8")  # an installed program has no documentation beside it
    assert (text.count(figures.BEGIN), text.count(figures.END)) == (1, 1)


def test_the_block_is_put_between_its_markers(content):
    text = f"above\n{figures.BEGIN}outdated\n{figures.END}below\n"
    new = figures.filled(text, content)
    assert new.startswith(f"above\n{figures.BEGIN}`lockgate bench --json` printed this.\n\n| measured | median |")
    assert new.endswith(f".\n{figures.END}below\n")
    assert "outdated" not in new
    assert "| batch_run, 2 processes | - | runs/s |" in new
    assert figures.filled(new, content) == new


# How it is measured


def test_acts_take_turns_and_the_rarer_ones_are_spread():
    order, told = [], []
    acts = {"a": machine.Act(lambda: order.append("a"), 4), "b": machine.Act(lambda: order.append("b"), 2)}
    took = machine.interleaved(acts, told.append)
    assert "".join(order) == "aabaab"
    assert {name: len(each) for name, each in took.items()} == {"a": 4, "b": 2}
    assert sum(told) == 6


def test_rates_and_ratios_follow_from_the_seconds():
    counts = [str(threads) for threads in workload.thread_counts()]
    took = {threads: [1.0, 2.0] for threads in counts} | {"1": [4.0, 4.0], "2": [1.0, 2.0], "slider": [1.0], "first": [1.0], "mesa": [0.5],
            "batch": [9.0, 1.0], "batch_start": [1.0, 2.0], "operation": [0.04, 0.04], "skip": [0.001, 0.001]}  # fmt: skip
    found = report.rates_of(replace(TINY, batch_runs=4), took)
    assert found["compiled_runs_per_second"]["1"] == [2.0, 2.0]
    assert found["two_threads_over_one"] == [4.0, 2.0]
    assert found["batch_run_runs_per_second"] == [0.5]  # a start longer than the runs gives no rate
    assert found["compiled_over_mesa"] == [1.0]
    assert found["compiled_over_batch_run"] == [12.0]
    assert found["floor_operation_nanoseconds"] == pytest.approx([40.0, 40.0])
    assert found["floor_skip_nanoseconds"] == pytest.approx([0.1, 0.1])
    operations, days = found["operations_per_run"][0], found["agent_days_per_run"][0]
    assert days == (5 + 4 + 5 + 20 + 2) * 10
    assert found["floor_share"] == pytest.approx([2e-9 * (40.0 * operations + 0.1 * (days - operations))] * 2)


def test_agent_days_count_every_agent():
    model = workload.ReleaseModel(**workload.mesa_settings(TINY))
    assert workload.agent_days(TINY) == len(model.agents) * TINY.horizon_days


@pytest.mark.parametrize("power", [0.5, 1.0, 1.17])
def test_a_planted_power_law_is_recovered(power):
    sizes = [10, 1000, 20_000, 10**6]
    assert growth.exponent(sizes, [3e-6 * each**power for each in sizes]) == pytest.approx(power, abs=1e-12)


def test_exponents_leave_out_sizes_at_which_fixed_costs_show():
    rows = [{"size": each, "seconds": 1.0 + each} for each in (1, 1000, 10_000)]
    assert growth.exponents({"runs": rows})["runs"] == pytest.approx(math.log10(10_001 / 1001))


def test_bytes_of_one_more_run():
    rows = [{"size": 10, "peak_mb": 100.0, "held_bytes": 1000}, {"size": 110, "peak_mb": 100.3, "held_bytes": 201_000}]
    assert growth.bytes_per_run(rows) == {"sweep_bytes_per_run": pytest.approx(3000), "sweep_held_bytes_per_run": 2000}
    assert math.isnan(growth.bytes_per_run(rows[:1])["sweep_bytes_per_run"])


def test_the_million_is_found_where_it_was_measured():
    rows = [{"size": 1000, "seconds": 1.0, "peak_mb": 9.0}, {"size": 1_000_000, "seconds": 7.0, "peak_mb": 400.0}]
    assert growth.largest(rows) == {"million_agents_seconds": 7.0, "million_agents_peak_mb": 400.0}


def test_points_grow_in_one_thing_alone():
    points = growth.series_of(benchmark.FULL)
    assert all(each.bad_actors == at and each.organisations == at // 5 and each.days == 540 for at, each in points["agents"])
    assert {(each.organisations, each.bad_actors) for _, each in points["days"]} == {(200, 1000)}
    assert [each.draws for _, each in points["runs"]] == list(benchmark.FULL.runs)
    assert {each.threads for series in points.values() for _, each in series} == {1}


# Memory


@pytest.mark.full
def test_a_point_is_weighed_without_the_process_that_asks():
    wanted = growth.Point(5, 20, 10, draws=3, times=2, policies=("open-release", "withhold"))
    assert growth.point_of(json.dumps(asdict(wanted))) == wanted
    ballast = b"x" * 400_000_000
    found = growth.weigh_alone(wanted)
    assert len(found.seconds) == 2
    assert found.held_bytes == growth.weigh(wanted).held_bytes > 0
    assert math.isnan(found.peak_mb) or 20 < found.peak_mb < machine.peak_mb()
    assert len(ballast) == 400_000_000


def test_memory_that_the_system_does_not_tell_is_not_measured(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "STATUS", tmp_path / "none")
    monkeypatch.setitem(__import__("sys").modules, "resource", None)
    assert math.isnan(machine.peak_mb())


# Start-up


def test_answer_of_a_command_and_none_of_one_that_fails(tmp_path):
    assert report.answer_seconds(("--help",), tmp_path) > 0
    assert math.isnan(report.answer_seconds(("show", "nothing-of-this-name"), tmp_path))


def test_the_end_of_a_command_comes_after_its_answer(tmp_path):
    assert report.end_seconds(("--version",), tmp_path) > 0
    assert math.isnan(report.end_seconds(("show", "nothing-of-this-name"), tmp_path))


# The floor


def test_floor_of_an_operation_is_what_it_says():
    exposed = workload.exposures(7)
    next_at, successes, harm = 0.0, 0, 0
    for number in range(2000):
        next_at += exponential(uniform(3, Purpose.GAP, 4, number))
        target = exposed[int(uniform(3, Purpose.TARGET, 4, number) * 7)]
        success = attack_success(workload.HAZARD, workload.UPLIFT, target)
        harm += whole(success - attack_success(workload.HAZARD, 1.0, target))
        successes += uniform(3, Purpose.LUCK, 4, number) < success
    assert workload.floor_operations(stem(3, 4), 2000, exposed) == (next_at, successes, harm)
    assert workload.floor_operations.py_func(stem(3, 4), 2000, exposed) == (next_at, successes, harm)
    assert successes > 0


def test_floor_of_a_skip_is_what_it_says():
    alarms = np.array([0.5, 2.0, 3.5, 100.0])
    assert workload.floor_skips(alarms, 5) == workload.floor_skips.py_func(alarms, 5) == 5 + 3 + 2


# Mesa


@pytest.mark.full
def test_batch_run_gives_the_outcomes_of_the_compiled_driver():
    seeds = [7, 5, 11]
    rows = workload.mesa_batch({**SMALL, "base_hazard": 0.1, "horizon_days": 60}, seeds)
    table = parameter_table(3, **SMALL, base_hazard=0.1)
    compiled_outcomes = simulate(table, [load_policy(benchmark.POLICY)], sorted(seeds), 60).outcomes[:, 0]
    assert [row["seed"] for row in rows] == sorted(seeds)
    assert [tuple(row[name] for name in OUTCOMES) for row in rows] == compiled_outcomes.tolist()
    assert compiled_outcomes["incidents"].sum() > 0
