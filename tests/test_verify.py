"""`lockgate verify`: its table, its JSON, its exit codes, and the sentence for everything that it refuses."""

import json

import pytest
from typer.testing import CliRunner

from lockgate.experiments.cli import app
from lockgate.experiments.evidence.reductions import REDUCTIONS, release

KEYS = ["name", "parameters", "formula", "simulated", "standard_error", "tolerance", "holds"]


@pytest.fixture(autouse=True)
def narrow(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def call(*arguments):
    return CliRunner().invoke(app, ["verify", *arguments], prog_name="lockgate")


def plant_fault(monkeypatch):
    monkeypatch.setitem(release.INSTANT, "test_days", 20.0)


def test_table_fits_and_says_that_all_agree():
    done = call("R7", "r8", "--quiet")
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    assert "R7 release" in done.stdout
    assert "R8 difference" in done.stdout
    assert done.stdout.endswith("7 of 7 agree within tolerance. Error: standard error of the simulated value.\n")
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_help_names_every_setting():
    said = call("--help").stdout.splitlines()
    for name, reduction in REDUCTIONS.items():
        assert f"    {name}  {' '.join(setting.name for setting in reduction.settings)}" in said
    assert max(map(len, said)) <= 80


def test_longest_numbers_fit(monkeypatch):
    """Names, parameters and numbers as long as they come."""
    monkeypatch.setattr(release, "simulated_risk", lambda *row: (1.23456e-5, 1.23456e-5))
    done = call("R5", "--quiet", "--set", "mu=0.123456", "--set", "enmity=0.123456", "--set", "information=private")
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "1.2346e-05" in done.stdout
    assert "mu 0.12346" in done.stdout


def test_json_is_a_list_of_checks_and_nothing_else():
    done = call("R7", "--set", "preview_days=3", "--json")
    (check,) = json.loads(done.stdout)
    assert list(check) == KEYS
    assert (check["parameters"], check["formula"], check["simulated"]) == ({"preview_days": 3}, 3.0, 3.0)
    assert check["holds"] is True


def test_infinite_parameter_is_a_word_in_json():
    done = call("R1", "--set", "patch_days=inf", "--set", "horizon_days=60", "--json", "--quiet")
    checks = json.loads(done.stdout)
    assert done.exit_code == 0, done.stdout
    assert {check["parameters"]["patch_days"] for check in checks} == {"inf"}
    assert checks[0]["formula"] == pytest.approx(60 * (1 - 0.08 / 0.94))


def test_disagreement_is_an_exit_code(monkeypatch):
    plant_fault(monkeypatch)
    done = call("R7", "--set", "preview_days=1", "--quiet")
    assert done.exit_code == 3
    assert " NO\n" in done.stdout
    assert "0 of 1 agree" in done.stdout
    (check,) = json.loads(call("R7", "--set", "preview_days=1", "--quiet", "--json").stdout)
    assert check["holds"] is False


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["R9"], "unknown reduction 'R9'"),
        (["queue"], 'did you mean "R2" (approval queue)?; there are R1, R2'),
        (["R2", "--set", "reviewer=3"], 'R2 has no setting \'reviewer\'; did you mean "reviewers"?'),
        (["R2", "--set", "reviewers=0"], "reviewers = 0 must be a whole number from 1 to 200"),
        (["R2", "--set", "reviewers"], "must be NAME=VALUE"),
        (["R2", "--set", "cv=2", "--set", "reviewers=2"], "has no closed form"),
        (["R2", "R3", "--set", "cv=2"], "--set needs exactly one reduction"),
        (["--set", "cv=2"], "--set needs exactly one reduction"),
    ],
)
def test_refusals_are_one_sentence(arguments, said):
    done = call(*arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith("lockgate: ")
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr
