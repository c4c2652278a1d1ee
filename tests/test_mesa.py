"""Mesa's own tools give what the command line gives, whichever Mesa is installed: names, `batch_run`, and the viewer."""

import inspect
import io
import runpy
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mesa
import pytest

from lockgate.experiments.mesa import ReleaseModel
from lockgate.scenarios import list_policies, list_worlds, load_policy, load_world
from lockgate.sim import Policy
from lockgate.sim.engine.mesa import REPORTERS, WEEKLY, batch_iteration
from lockgate.sim.engine.mesa import ReleaseModel as Model
from lockgate.sim.engine.run import simulate
from lockgate.sim.errors import InputError
from lockgate.sim.model.measures import Week
from lockgate.sim.model.outcomes import Outcomes
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.rules.row import fields

VIEWER = Path(__file__).parents[1] / "docs" / "examples" / "viewer.py"
POLICIES = ["open-release", "staged-preview"]
LIVELY = {"organisations": 8, "bad_actors": 60, "base_hazard": 0.3}
DAYS = 45  # no whole number of weeks
ASKED = {"policy": POLICIES, "world": ["race"], "horizon_days": DAYS, **LIVELY}
NAMES = [field.name for field in fields(Outcomes)]


def batch_run(asked: dict[str, Any], model: type = ReleaseModel, **settings: Any) -> list[dict[str, Any]]:
    """Rows of Mesa's `batch_run`, of which some releases warn that `iterations` has a new name."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The `iterations` keyword argument is deprecated", DeprecationWarning)
        return list(mesa.batch_run(model, asked, display_progress=False, **settings))


def compiled(seeds: list[int]) -> Any:
    """Outcomes and weeks of the compiled driver, `[seed, policy]`, for what `ASKED` asks."""
    world = {**load_world("race").central(), **LIVELY}
    return simulate(parameter_table(len(seeds), **world), [load_policy(name) for name in POLICIES], seeds, DAYS)


def outcomes_of(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in NAMES)


def test_rows_have_the_outcomes_of_the_compiled_driver_and_each_iteration_its_seed() -> None:
    rows = batch_run(ASKED, iterations=3)
    assert [(row["iteration"], row["policy"], row["seed"]) for row in rows] == [(n, name, n) for n in range(3) for name in POLICIES]
    assert {(row["day"], row["world"]) for row in rows} == {(DAYS, "race")}
    expected = compiled([0, 1, 2])
    assert [outcomes_of(row) for row in rows] == [run.tolist() for run in expected.outcomes.ravel()]
    assert len({row["model_enabled_harm"] for row in rows if row["policy"] == "open-release"}) == 3
    assert rows[0]["week_harm"] == expected.weeks["harm"][0, 0, -1]
    assert batch_run(ASKED, iterations=3) == rows


@pytest.mark.full
def test_other_processes_know_the_iteration_too() -> None:
    rows = batch_run(ASKED, iterations=2, number_processes=2)
    assert sorted(rows, key=lambda row: row["RunId"]) == batch_run(ASKED, iterations=2)


def test_outcomes_come_on_the_last_day_and_weeks_before() -> None:
    rows = batch_run({**ASKED, "policy": "staged-preview", "seed": 5}, data_collection_period=1)
    assert [row["day"] for row in rows] == list(range(1, DAYS + 1))
    expected = compiled([5])
    assert [outcomes_of(row) for row in rows] == [(None,) * len(NAMES)] * (DAYS - 1) + [expected.outcomes[0, 1].item()]
    weeks = expected.weeks[0, 1]
    for name in WEEKLY:
        daily = [None] * 6 + [weeks[name].item(day // 7 - 1) for day in range(7, DAYS)] + [weeks[name].item(-1)]
        assert [row[f"week_{name}"] for row in rows] == daily


def test_given_seeds_are_honoured() -> None:
    expected = [run.tolist() for run in compiled([4, 9]).outcomes[:, 0]]
    one = {**ASKED, "policy": ["open-release"]}
    assert [outcomes_of(row) for row in batch_run({**one, "seed": [4, 9]})] == expected
    assert [row["seed"] for row in batch_run({**one, "seed": 4}, iterations=2)] == [4, 4]
    takes_rng = "rng" in inspect.signature(mesa.batch_run).parameters  # where it does not, rng is a setting like any other
    rows = batch_run(one, rng=[4, 9]) if takes_rng else batch_run({**one, "rng": [4, 9]})
    assert [outcomes_of(row) for row in rows] == expected
    assert [row["seed"] for row in rows] == [4, 9]


def test_objects_show_themselves_by_name() -> None:
    asked = {**ASKED, "horizon_days": 1, "policy": load_policy("withhold"), "world": load_world("race")}
    (row,) = batch_run(asked, data_collection_period=1)
    assert (row["policy"], repr(row["world"])) == ("withhold", "World(name='race')")
    (row,) = batch_run({**LIVELY, "horizon_days": 1, "policy": [Policy("mine", {"preview_days": 3})]}, Model)
    assert (row["policy"], repr(Policy("mine", {"preview_days": 3}))) == ("mine", "Policy(name='mine')")


def test_outside_a_batch_the_seed_is_0() -> None:
    assert [ReleaseModel(**LIVELY).seed for _ in range(2)] == [0, 0]


def test_a_mesa_that_hides_its_iterations_is_refused() -> None:
    hidden = {"__name__": mesa.batch_run.__module__, "make": batch_iteration}
    exec("def run(iteration): return make()\ndef hide(): return make()", hidden)
    assert hidden["run"](3) == 3
    with pytest.raises(InputError, match="give each its seed"):
        hidden["hide"]()


def test_no_column_has_the_name_of_another() -> None:
    assert len(REPORTERS) == 3 + len(WEEKLY) + len(NAMES)
    assert set(WEEKLY) <= {field.name for field in fields(Week)}


# Names


def test_policy_and_world_go_by_name(tmp_path: Path) -> None:
    model = ReleaseModel("staged-preview", world="race", horizon_days=DAYS, seed=2, **LIVELY).run()
    assert tuple(model.outcomes.values()) == compiled([2]).outcomes[0, 1].item()
    (tmp_path / "mine.toml").write_text('summary = "Mine."\nextends = "staged-preview"\n[levers]\npreview_days = 3\n')
    assert ReleaseModel(tmp_path / "mine.toml", **LIVELY).policy.levers["preview_days"] == 3
    assert ReleaseModel(world={"pace": 2.0}, **LIVELY).world.params.pace == 2.0


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"policy": "staged-previw"}, '; did you mean "staged-preview"?'),
        ({"world": "rase"}, '; did you mean "race"?'),
        ({"policy": 3}, "policy = 3 must be a Policy"),
        ({"world": 3}, "world = 3 must map names to values"),
        ({"preview_dais": 3}, '; did you mean "preview_days"?'),
    ],
)
def test_typos_get_one_sentence(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as error:
        ReleaseModel(**settings)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


# The viewer


@pytest.fixture
def viewer(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the viewer's file defines where Solara, which is not required, is not installed."""
    monkeypatch.setitem(sys.modules, "solara", None)
    defined = runpy.run_path(str(VIEWER))
    assert "page" not in defined
    return defined


def test_mesa_finds_what_it_looks_for_in_the_signature() -> None:
    """SolaraViz of Mesa 3.3 refuses settings, unless what takes them is called kwargs; `batch_run` of 3.5 overwrites a seed there."""
    for model in (ReleaseModel, Model):
        parameters = inspect.signature(model).parameters
        assert parameters["kwargs"].kind == inspect.Parameter.VAR_KEYWORD
        assert all(each.default is not inspect.Parameter.empty for name, each in parameters.items() if name != "kwargs")
        assert "rng" in parameters
        assert "seed" not in parameters
        assert model(scenario=[("rng", None)], **LIVELY).seed == 0  # which the reset of 3.5 hands in


def test_the_viewer_offers_what_the_model_takes(viewer: dict[str, Any]) -> None:
    offered = viewer["MODEL_PARAMS"]
    assert (offered["policy"]["values"], offered["world"]["values"]) == (list(list_policies()), list(list_worlds()))
    for name, given in offered.items():
        for value in given.get("values") or (given["min"], given["max"]):
            assert getattr(viewer["Watched"](**{name: value}, **LIVELY), "running", False)
    assert {given["type"] for given in offered.values()} == {"Select", "SliderInt"}


def test_the_viewer_draws_from_the_first_day_to_after_the_last(viewer: dict[str, Any]) -> None:
    model = viewer["Watched"]("staged-preview", horizon_days=21, **LIVELY)
    drawn = []
    for days in (0, 7, 13, 1, 5):
        for _ in range(days):
            model.step()
        figure = viewer["charts"](model)
        figure.savefig(io.BytesIO(), format="png")
        drawn.append([len(axes.lines[0].get_xdata()) for axes in figure.axes])
    assert drawn == [[0] * 3, [1] * 3, [2] * 3, [3] * 3, [3] * 3]
    assert f"US$ {model.outcomes['model_enabled_harm']:,.0f}" in viewer["summary"](model)
    assert "day 0 of 540" in viewer["summary"](viewer["start"]())


def test_the_page_hands_its_parts_to_solara(viewer: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """With stand-ins for Solara."""
    monkeypatch.setitem(sys.modules, "solara", SimpleNamespace(FigureMatplotlib=lambda figure: figure, Markdown=lambda text: text))
    monkeypatch.setitem(sys.modules, "mesa.visualization", SimpleNamespace(SolaraViz=lambda model, **given: {"model": model, **given}))
    page = viewer["viewer"]()
    text, figure = (part(page["model"]) for part in page["components"])
    assert text.startswith("staged-preview, day 0 of 540")
    assert len(figure.axes) == 3
    assert page["model_params"] == viewer["MODEL_PARAMS"]
