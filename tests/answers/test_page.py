"""The page of all answers: what the runs allow is there, what they do not is said, and the command writes what it prints."""

import json

import pytest
from typer.testing import CliRunner

from lockgate.experiments.answers.folder import save_answer
from lockgate.experiments.answers.parts import PARTS, Asked, page
from lockgate.experiments.cli import app
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.stored import open_study
from lockgate.experiments.store import save_comparison
from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.study import Study
from lockgate.experiments.sweep.sweep import sweep
from lockgate.scenarios import load_policy, load_world, with_levers, with_parameters
from lockgate.sim.errors import InputError
from tests.planted import WORLD
from tests.sizes import in_full

NAMES = ("open-release", "partner-programme", "staged-preview")
LEAKY = with_parameters(load_world("leaky-partners"), {"organisations": 20, "bad_actors": 50})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("answers") / "compared"
    save_comparison(compare(NAMES, WORLD, 100, horizon_days=60), place, ["lockgate"], charts=False)
    return place


@pytest.fixture(scope="module")
def design(tmp_path_factory):
    days = (0, 30)
    study = Study(
        name="design",
        summary="two worlds, two points",
        policies=tuple(load_policy(name) for name in NAMES[:2]),
        worlds=(WORLD, LEAKY),
        draws=4,
        outcomes=("model_enabled_harm", "release_delay_days"),
        horizon_days=30,
        factors=(Factor("lever", "preview_days", days),),
        points={"preview_days": days},
    )
    place = tmp_path_factory.mktemp("answers") / "design"
    sweep(study, place)
    return place


def call(*arguments):
    return CliRunner().invoke(app, ["answer", *map(str, arguments)])


def test_every_part_answers_a_comparison(folder):
    found = page(open_study(folder), parts=[name for name in PARTS if name != "mechanisms"])
    assert set(found.sections) | set(found.missing) == set(PARTS) - {"mechanisms"}
    assert set(found.missing) <= {"four-lines"}  # where no input has an influence beyond chance
    for name, section in found.sections.items():
        assert section.title, name
        assert all(said.strip() for said in section.sentences), name
        assert section.sentences, name
    json.dumps(found.content(), default=str)


def test_what_the_runs_do_not_allow_is_said(design):
    found = page(open_study(design), parts=["verdict", "effect", "choice", "precision"])
    assert set(found.missing) == {"effect", "choice"}
    assert "series" in found.missing["effect"]
    assert "benefit_forgone" in found.missing["choice"]
    assert "## What these runs cannot tell" in found.text()
    verdict = found.sections["verdict"].sentences
    assert verdict[0].startswith("in baseline, partner-programme: ")
    assert verdict[1].startswith("in leaky-partners, partner-programme: ")
    assert verdict[-1] == "Each is the mean over 2 points of the design in the same draw."


def test_a_study_without_harm_is_refused_before_it_is_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = "study {} does not keep model_enabled_harm, which all answers are about; add it to its outcomes, and run it again"
    study = Study("no-harm", "s", (load_policy("withhold"), load_policy("open-release")), (WORLD,), 2, ("incidents",), horizon_days=10)
    sweep(study, tmp_path / "out")
    with pytest.raises(InputError) as refused:
        page(open_study(tmp_path / "out"))
    assert str(refused.value) == said.format("no-harm")
    (tmp_path / "small.toml").write_text(
        'summary = "x"\npolicies = ["open-release", "withhold"]\ndraws = 2\nhorizon_days = 9\noutcomes = ["incidents"]\n'
    )
    done = call("small.toml", "--out", "answered")
    assert (done.exit_code, done.stderr) == (2, f"lockgate: {said.format('small')}\n")
    assert [path.name for path in tmp_path.iterdir() if path.name not in {"out", "small.toml"}] == []


def test_a_cell_of_a_study_is_named_by_its_world_and_levels(tmp_path):
    points = {"preview_days": (0, 30), "feedback": (0.0, 1.0), "open_weight_lag_months": (2.0, 6.0)}
    roles = {"preview_days": "lever", "feedback": "parameter", "open_weight_lag_months": "parameter"}
    study = Study(
        name="levels",
        summary="a lever, a choice and a number",
        policies=tuple(load_policy(name) for name in NAMES[:2]),
        worlds=(WORLD,),
        draws=2,
        outcomes=("model_enabled_harm",),
        horizon_days=10,
        factors=tuple(Factor(roles[name], name, levels) for name, levels in points.items()),
        points=points,
    )
    sweep(study, tmp_path / "out")
    asked = Asked(open_study(tmp_path / "out"), NAMES[1])
    assert asked.where == f"In the world {WORLD.name}, at preview_days 0, feedback none, open_weight_lag_months 2: "


def test_another_policy_can_be_asked_about(folder):
    results = open_study(folder)
    asked = page(results, "staged-preview", ["verdict", "worst"])
    assert asked.title == "staged-preview against open-release (and 1 other policy)"
    assert asked.sections["verdict"].sentences[0].startswith("staged-preview: ")
    with pytest.raises(InputError, match="must be one of those compared with open-release"):
        page(results, "withhold")


def test_a_policy_with_another_lever_is_found_by_its_name_and_told_by_its_label():
    changed = with_levers(load_policy("staged-preview"), {"preview_days": 30})
    found = page(compare(["open-release", changed], WORLD, 60, horizon_days=30), parts=["verdict", "effect", "structures"])
    assert not found.missing
    for name in ("verdict", "effect"):
        assert "staged-preview (preview_days 30)" in found.sections[name].sentences[0], name


def test_the_command_writes_what_it_prints(folder, tmp_path):
    done = call(folder, "verdict", "effect", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.stderr
    text = (tmp_path / "out" / "answer.md").read_text()
    content = json.loads((tmp_path / "out" / "answer.json").read_text())
    printed = " ".join(done.stdout.split())
    for part in ("verdict", "effect"):
        for said in content["answers"][part]["says"]:
            assert f"- {said}" in text
            assert " ".join(said.split()) in printed
    assert "![For how long does it help?](charts/effect.png)" in text
    assert {path.name for path in (tmp_path / "out" / "charts").iterdir()} == {"effect.png", "effect.svg"}


@pytest.mark.parametrize("draws", [60, *in_full(1, 2)])
def test_every_chart_of_a_page_can_be_drawn(draws, tmp_path):
    """Also where no input has an influence, or nothing can be told."""
    results = compare(["open-release", "coordinated-hold"], WORLD, draws, horizon_days=3)
    found = page(results, parts=[name for name in PARTS if name != "mechanisms"])
    assert "drivers" not in found.charts
    save_answer(found, results, tmp_path / "out", ["lockgate"], None, None, charts=True)
    drawn = {path.stem for path in (tmp_path / "out" / "charts").glob("*.png")}
    assert drawn == set(found.charts) > {"effect", "worst"}


def test_no_charts_and_json(folder, tmp_path):
    done = call(folder, "verdict", "effect", "--out", tmp_path / "out", "--no-charts", "--json", "-q")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["answers"].keys() == {"verdict", "effect"}
    assert not (tmp_path / "out" / "charts").exists()
    assert "![" not in (tmp_path / "out" / "answer.md").read_text()


def test_a_study_is_run_first(tmp_path):
    (tmp_path / "mine.toml").write_text(
        'summary = "s"\npolicies = ["open-release", "withhold"]\ndraws = 2\nhorizon_days = 10\noutcomes = ["model_enabled_harm"]\n'
    )
    done = call(tmp_path / "mine.toml", "verdict", "--runs", tmp_path / "runs", "--out", tmp_path / "out", "-q")
    assert done.exit_code == 0, done.stderr
    assert open_study(tmp_path / "runs").draws == 2
    assert "preliminary" in done.stdout.lower()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "'nowhere' is no folder and no study"),
        (["preview-lenght"], 'did you mean "preview-length"?'),
        (["{folder}", "effects"], "part 'effects': the parts of an answer are verdict, effect"),
        (["{folder}", "--runs", "x"], "--runs x: {folder} is a folder of runs already"),
        (["{folder}", "verdict", "--policy", "withhold"], "policy = 'withhold' must be one of those compared"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(folder, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    done = call(*(str(each).format(folder=folder) for each in arguments))
    assert done.exit_code == 2
    assert said.format(folder=folder) in " ".join(done.stderr.split())
    assert not list(tmp_path.iterdir())
