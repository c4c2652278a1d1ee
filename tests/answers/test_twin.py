"""Commands that make a run again work as they are printed, and set it beside the reference's run in the same draw."""

import ast
import json
import shlex

import numpy as np
import pytest
from typer.testing import CliRunner

from lockgate.experiments.answers.divergence.divergence import divergence
from lockgate.experiments.answers.divergence.twin import twin
from lockgate.experiments.cli import app
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.results import results_in_memory
from lockgate.experiments.results.stored import open_study
from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.study import Study
from lockgate.experiments.sweep.folder import StudyFolder, plan_of
from lockgate.experiments.sweep.sweep import sweep
from lockgate.scenarios import load_policy, load_world, with_parameters
from lockgate.sim.errors import InputError

SMALL = {"organisations": 20, "bad_actors": 50}
HARM = "model_enabled_harm"
NAMES = ("open-release", "staged-preview", "withhold")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    study = Study(
        name="small",
        summary="Small.",
        policies=tuple(load_policy(name) for name in NAMES),
        worlds=tuple(with_parameters(load_world(name), SMALL) for name in ("baseline", "race")),
        draws=2,
        outcomes=(HARM, "incidents"),
        horizon_days=60,
        factors=(Factor("lever", "preview_days", levels=(5, 30)),),
        points={"preview_days": (5, 30)},
    )
    out = tmp_path_factory.mktemp("a place") / "out"
    sweep(study, out)
    return out


def call(command):
    program, *arguments = shlex.split(command)
    assert program == "lockgate"
    return CliRunner().invoke(app, arguments, prog_name=program)


def test_the_command_that_is_printed_works_and_gives_the_same_harm(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    results = open_study(folder)
    run = 1 * 12 + 1 * 6 + 1 * 3 + 2  # draw 1, the second world, point 1, the third policy
    command = results.replay_command(run)
    assert command == f"lockgate replay {shlex.quote(str(folder))} --run {run} --twin"
    done = call(f"{command} --out again --quiet")
    assert done.exit_code == 0, done.output
    told = json.loads((tmp_path / "again" / "twin.json").read_text())
    assert told["outcomes"][HARM] == results.outcome(HARM)[1, 1, 1, [0, 2]].tolist()
    assert (told["run"], told["reference_run"]) == (run, run - 2)
    said = " ".join(done.stdout.split())
    assert f"Beside run {run - 2}, of open-release in the same draw" in said
    assert "In draw 1 of world race at point 1 the first event that differs" in said
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert (tmp_path / "again" / "divergence.png").stat().st_size > 1000


def test_both_runs_are_those_of_their_rows(folder):
    kept = StudyFolder(folder)
    rows = open_study(folder).to_pandas()
    for run in (1, 5, 23):
        found = twin(plan_of(kept), kept, run)
        assert found.divergence.outcomes[HARM] == (rows[HARM][found.reference_run], rows[HARM][run])
        names = [row[0] for row in found.rows()]
        assert (found.divergence.total[0] != found.divergence.total[1]) == ("model enabled harm (US$)" in names)
        assert found.sentences() == found.divergence.sentences()


def test_a_run_of_the_reference_has_no_twin(folder):
    kept = StudyFolder(folder)
    with pytest.raises(InputError, match=r"--run 3 --twin: it is a run of open-release, which is the reference itself; .* --run 4"):
        twin(plan_of(kept), kept, 3)
    assert open_study(folder).replay_command(3).endswith("--run 3")


def called(command):
    """What a printed call names, and what it hands over in place and by name."""
    tree = ast.parse(command, mode="eval").body
    return (
        ast.unparse(tree.func),
        [ast.unparse(each) for each in tree.args],
        {each.arg: ast.literal_eval(each.value) for each in tree.keywords},
    )


def test_a_comparison_in_memory_has_a_call(folder):
    results = compare(NAMES, with_parameters(load_world("baseline"), SMALL), 3, horizon_days=60)
    name, given, named = called(results.replay_command(3 * 2 + 1))
    assert (name, given, named) == ("divergence", ["results"], {"policy": "staged-preview", "draw": 2})
    assert divergence(results, **named).total == tuple(results.outcome(HARM)[2, :2])
    name, given, named = called(results.replay_command(3))
    assert (name, named) == ("results.where(draw=1).plot.timeline", {"policy": "open-release", "draw": 0})
    assert results.where(draw=1).plot.timeline(**named).title
    with pytest.raises(InputError, match=r"run = 9 must be 0 to 8"):
        results.replay_command(9)


def test_a_study_in_memory_names_its_world_and_point(folder):
    from lockgate.experiments.results.ensemble import draw_worlds
    from lockgate.experiments.sweep.plan import Piece, SweepPlan
    from lockgate.experiments.sweep.runner import Runner

    study = open_study(folder).study
    drawn = [draw_worlds(world, 2, study.seed) for world in study.worlds]
    results = results_in_memory(study, Runner(SweepPlan(study, 24), drawn=drawn).rows(Piece(0, 24)), drawn)
    run = 23
    name, given, named = called(results.replay_command(run))
    assert (name, given) == ("divergence", ["results.where(world='race', point=1)"])
    assert divergence(results.where(world="race", point=1), **named).total == tuple(results.outcome(HARM)[1, 1, 1, [0, 2]])
    assert np.array_equal(results.outcome(HARM), open_study(folder).outcome(HARM))


def test_two_runs_of_a_folder_are_told_as_those_in_memory_are(folder):
    results = open_study(folder)
    one = divergence(results.where(world="race", point=1), "withhold", draw=1)
    kept = StudyFolder(folder)
    assert one == twin(plan_of(kept), kept, 23).divergence
    chosen = divergence(results)
    assert " of world " in chosen.where
    assert " at point " in chosen.where
    assert "median difference" in chosen.example
    with pytest.raises(InputError, match="there are 2 worlds; choose one"):
        divergence(results, draw=1)
    with pytest.raises(InputError, match="there are 2 points; choose one"):
        divergence(results.where(world="race"), draw=1)
