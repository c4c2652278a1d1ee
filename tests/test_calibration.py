"""`lockgate calibrate`: the errors of facts, values of single draws, what is used and what is named, and the world that is written."""

import json
import tomllib
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr
from typer.testing import CliRunner

from lockgate.experiments.calibration import calibrate as calibration
from lockgate.experiments.calibration.calibrate import POOLED, SILENT, UNMET, USED, facts_with_figures, fit
from lockgate.experiments.calibration.emulator import emulator
from lockgate.experiments.calibration.fact_error import FactError, fact_error
from lockgate.experiments.calibration.per_draw import OneDraw, PlannedRuns, fact_values, of_one_draw
from lockgate.experiments.calibration.report import setting_text
from lockgate.experiments.calibration.waves import standard_normal
from lockgate.experiments.calibration.weights import smoothed
from lockgate.experiments.cli import app
from lockgate.experiments.evidence.facts import CALIBRATION, FACTS, HELD_OUT, Fact
from lockgate.experiments.evidence.simulated import SIMULATED
from lockgate.scenarios import load_world, with_parameters
from lockgate.sim.errors import InputError
from lockgate.sim.model.parameters import PARAMETERS

CHEAP = ("cadence-all", "own-tests", "flaws-found", "pool-patched", "agency-tests", "loss-p99")
WORLD = with_parameters(load_world("baseline"), {"race_information": {"none": 1, "private": 1, "public": 2}})
NAMES = ("pace", "uplift", "race_information")
SAMPLED = ("cadence_days", "own_testing_days", "search_days", "flaws_per_organisation", "covered_search_step", "pool_capacity", "test_days")


@pytest.fixture
def few_facts(monkeypatch):
    """Calibrations on facts that cost little, of fewer draws, and one fact that no draw can meet."""
    never = replace(FACTS["agency-tests"], name="never", low=1e6, high=2e6)
    monkeypatch.setitem(FACTS, "never", never)
    monkeypatch.setitem(SIMULATED, "never", SIMULATED["agency-tests"])
    kept = [*CHEAP, "never", "licence-starved"]
    monkeypatch.setattr(calibration, "EMULATED", (1000, 3))
    monkeypatch.setattr(
        calibration, "facts_with_figures", lambda use: [name for name in kept if FACTS[name].use == use and name in SIMULATED]
    )


# Facts and their errors


def test_a_range_is_the_middle_95_percent_and_the_discrepancy_adds_to_it():
    error = fact_error(Fact("days", "", "days", None, 10.0, 40.0, "B", ""))
    assert (error.logarithmic, error.unscaled(error.centre)) == (True, pytest.approx(20.0))
    assert error.observed_sd == pytest.approx(np.log(4) / 2 / 1.959964, rel=1e-5)
    assert error.implausibility(np.array([20.0]))[0] == pytest.approx(0.0, abs=1e-12)
    alone = replace(error, model_sd=0.0)
    assert alone.implausibility(np.array([10.0, 40.0])) == pytest.approx([-1.959964, 1.959964], rel=1e-5)
    assert error.sd == pytest.approx(np.hypot(error.observed_sd, 0.15))
    share = fact_error(Fact("share", "", "share", None, 0.2, 0.4, "A", ""), discrepancy=2.0)
    assert (share.logarithmic, share.model_sd) == (False, pytest.approx(0.1))
    assert np.isnan(error.implausibility(np.array([np.nan]))).all()


def test_held_out_facts_are_not_used():
    used, held = facts_with_figures(CALIBRATION), facts_with_figures(HELD_OUT)
    assert not set(used) & set(held)
    assert set(used) | set(held) == {name for name, fact in FACTS.items() if fact.low is not None}


# One draw at a time


def test_a_fact_of_all_draws_is_the_median_of_those_of_single_draws():
    points = standard_normal(WORLD.sampled, range(6), 1)
    shares = {name: ndtr(points[:, place]) for place, name in enumerate(WORLD.sampled)}
    values = fact_values(WORLD, CHEAP, shares, seed=1)
    planned = PlannedRuns(draws=6, seed=1, base=WORLD, shares=shares)
    for place, name in enumerate(CHEAP[:-1]):
        assert SIMULATED[name](planned).value == pytest.approx(np.median(values[:, place]))
    drawn = planned.ensemble("baseline").worlds["pace"]
    assert drawn.tolist() == [WORLD.sample("pace", share) for share in shares["pace"]]
    assert OneDraw(draws=1, of=planned, draw=3).ensemble("baseline").worlds["pace"][0] == drawn[3]
    batched = fact_values(WORLD, CHEAP[:1], {name: each[4:] for name, each in shares.items()}, seed=1, first=4)
    assert batched[:, 0].tolist() == values[4:, 0].tolist()


def test_what_is_of_all_draws_together_is_known():
    assert of_one_draw(WORLD, ["agency-tests", "loss-p99", "leak-14"], seed=1) == ["agency-tests", "leak-14"]


# Emulators, weights, and what becomes of facts


def test_an_emulator_finds_what_acts_and_predicts_the_rest():
    points = standard_normal(("a", "b", "c", "d"), range(400), 1)
    values = 2.0 + points[:, 0] - 0.5 * points[:, 2] + 0.3 * points[:, 0] * points[:, 2]
    found = emulator(points[:300], values[:300])
    assert found.acting.tolist() == [0, 2]
    assert found.explained > 0.9999
    assert found.mean(points[300:]) == pytest.approx(values[300:], abs=0.5)  # a few points lie beyond where the polynomial is held
    assert np.median(np.abs(found.mean(points[300:]) - values[300:])) < 0.01
    assert emulator(points, np.full(400, 7.0)).acting.size == 0


def test_a_heavy_tail_is_said():
    """Weights that are Pareto with shape k = 1 / 0.7 are refused, those of a normal law are not."""
    uniform = (np.arange(2000) + 0.5) / 2000
    assert smoothed(np.log(uniform ** (-1 / 0.7))).k_hat > 1.0
    assert not smoothed(np.log(uniform ** (-1 / 0.7))).reliable
    assert smoothed(0.3 * standard_normal(("x",), range(2000), 1)[:, 0]).reliable


def test_facts_that_cannot_be_met_or_say_nothing_are_named():
    errors = [FactError(name, False, centre, 0.1, 0.1) for name, centre in (("met", 1.0), ("far", 50.0), ("still", 0.0), ("noise", 0.0))]

    def simulate(points, first):
        noise = standard_normal(("noise",), range(10**6 + first, 10**6 + first + len(points)), 1)[:, 0]
        return np.column_stack([points[:, 0], points[:, 0], np.zeros(len(points)), noise])

    found = fit(WORLD, NAMES, errors, simulate, draws=120, waves=2, seed=1, emulated=(500, 3))
    assert [each.use for each in found.facts] == [USED, UNMET, SILENT, SILENT]
    assert [each.name for each in found.posterior.moved] == ["pace"]
    assert found.agreeing["weighted"] > found.agreeing["prior"]


def test_structures_move_with_the_facts():
    """The chance of a value is that of Bayes' rule: here nothing but the fact and the prior decides."""
    error = FactError("race", False, 1.0, 0.1, 0.1)

    def race(points, first):
        return (ndtr(points[:, 2:]) < 0.25) * 1.0

    found = fit(WORLD, NAMES, [error], race, draws=120, waves=2, seed=1, emulated=(500, 3))
    assert found.posterior.setting("race_information") == "none"
    vague = replace(error, observed_sd=0.5)
    found = fit(WORLD, NAMES, [vague], race, draws=120, waves=2, seed=1, emulated=(500, 3))
    expected = 0.25 / (0.25 + 0.75 * np.exp(-0.5 / vague.sd**2))
    assert found.posterior.setting("race_information")["none"] == pytest.approx(expected, abs=0.05)
    world = found.posterior.world
    assert world.central()["race_information"] == 0
    assert world.name == "calibrated"


# The world


@pytest.mark.parametrize(
    "setting",
    [2.5, {"low": 0.5, "high": 2}, {"low": 0.5, "mode": 1, "high": 2}, {"quantiles": [0.5, 1, 2]}],
)
def test_what_is_written_is_read_again(setting, tmp_path):
    changed = {"pace": setting, "feedback": "none", "theft_on": False, "race_information": {"none": 1, "public": 3}}
    world = with_parameters(load_world("baseline"), changed)
    lines = [f"{name} = {setting_text(world.parameters[name])}" for name in changed]
    (tmp_path / "again.toml").write_text('summary = "x"\n[parameters]\n' + "\n".join(lines))
    again = load_world(tmp_path / "again.toml")
    assert dict(again.parameters) == dict(world.parameters)


def made_of(folder):
    """The lines of a calibrated world but for the command."""
    return [line for line in (folder / "calibrated.toml").read_text().splitlines() if not line.startswith("Made by: ")]


def call(*arguments):
    done = CliRunner().invoke(app, list(arguments), prog_name="lockgate")
    return done.exit_code, done.stdout, done.stderr


def few_priors(folder):
    """The file of a world that samples no more than 100 draws tell apart."""
    fixed = load_world("baseline").central() | in_words()
    world = with_parameters(load_world("baseline"), {name: value for name, value in fixed.items() if name not in SAMPLED})
    lines = [f"{name} = {setting_text(parameter)}" for name, parameter in world.parameters.items() if name not in SAMPLED]
    (folder / "few.toml").write_text('summary = "Few priors."\n[parameters]\n' + "\n".join(lines))
    return str(folder / "few.toml")


@pytest.mark.full
def test_the_command_writes_a_world_that_can_be_used(few_facts, tmp_path):
    out = tmp_path / "out"
    asked = ["calibrate", "--world", few_priors(tmp_path), "--draws", "100", "--waves", "1", "--out", str(out)]
    code, printed, said = call(*asked)
    assert code == 0, said
    found = json.loads((out / "calibration.json").read_text())
    uses = {each["name"]: each["use"] for each in found["facts"]}
    assert (uses["flaws-found"], uses["never"]) == (USED, UNMET)
    assert found["facts_of_all_draws_together"] == ["loss-p99"]
    assert found["met"]["after"][HELD_OUT]["facts"] == 1
    for name in ("never", "loss-p99", "licence-starved"):
        assert name in (out / "calibrated.toml").read_text()
    assert "Cannot be met" in printed
    assert "never" in printed
    assert POOLED in (out / "calibrated.toml").read_text()
    world = load_world(out / "calibrated.toml")
    assert "search_days" in [name for name, parameter in world.parameters.items() if parameter != PARAMETERS[name]]
    assert world.sample("search_days", 0.5) < PARAMETERS["search_days"].sample(0.5)
    story = tomllib.loads((out / "calibrated.toml").read_text())["story"]
    assert story.startswith("Made by: ")
    assert str(tmp_path) not in story
    before = made_of(out)
    assert call(*asked, "--quiet")[0] == 0
    assert made_of(out) == before
    small = ("--set", "organisations=3", "--set", "bad_actors=5", "--draws", "2", "--horizon", "14", "--out", str(tmp_path / "compared"))
    assert call("compare", "--world", str(out / "calibrated.toml"), *small)[0] == 0


@pytest.mark.parametrize(
    ("option", "part"),
    [
        (("--draws", "5"), "--draws = 5 must be"),
        (("--waves", "0"), "--waves = 0 must be"),
        (("--discrepancy", "0"), "--discrepancy 0 must be above 0 and at most 100"),
        (("--world", "nowhere"), "nowhere"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(option, part):
    code, _, said = call("calibrate", *option)
    assert code == 2
    assert part in said
    assert len(said.strip().splitlines()) == 1


def test_a_world_that_samples_nothing_is_refused():
    fixed = with_parameters(load_world("baseline"), load_world("baseline").central() | in_words())
    with pytest.raises(InputError, match="samples nothing"):
        calibration.calibrate(fixed, draws=100, waves=1)


def in_words():
    return {
        name: next(label for label, value in parameter.labels.items() if value == parameter.default)
        for name, parameter in PARAMETERS.items()
        if parameter.choices
    }
