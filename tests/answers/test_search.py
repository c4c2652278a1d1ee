"""Search: the core finds a planted optimum, what is found is judged in other draws, and what cannot be searched is refused."""

import json
import subprocess
import sys

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from lockgate.experiments.charts.search import search_chart
from lockgate.experiments.cli import app
from lockgate.experiments.command.search import spans_from
from lockgate.experiments.folder import plain
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.verdict import verdict
from lockgate.experiments.search.optimise import optimise, spread, undominated
from lockgate.experiments.search.search import search
from lockgate.experiments.search.space import SPANS, Span, default_span, space_of
from lockgate.scenarios import load_policy, load_world, with_levers, with_parameters
from lockgate.sim.bounds import is_within
from lockgate.sim.errors import InputError
from lockgate.sim.model.policy import LEVERS, Policy

WORLD = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 50})
SPACE = (Span("preview_days", 0, 100), Span("guard", 0.0, 1.0), Span("approvals", levels=(False, True)))
NAMED = ("open-release", "partner-programme", "withhold")
HARM, BENEFIT = "model_enabled_harm", "benefit_forgone"
TINY = {"world": WORLD, "trials": 12, "draws": 4, "fresh": 12, "horizon_days": 60, "named": NAMED}


@pytest.fixture(scope="module")
def found():
    return search(**TINY)


def bowl(points):
    """Both objectives are least at 70 days; a guard trades one for the other; approvals make both worse."""
    days, guard, approvals = (np.array([point[lever] for point in points], float) for lever in ("preview_days", "guard", "approvals"))
    far = ((days - 70.0) / 100.0) ** 2 + 0.5 * approvals
    return np.column_stack([far + guard, far + 1.0 - guard])


# The core


def test_a_planted_optimum_is_found():
    tried = optimise(bowl, SPACE, 300, seed=1)
    best = tried.points[int(np.argmin(tried.values.sum(axis=1)))]
    assert abs(best["preview_days"] - 70) <= 5
    assert best["approvals"] is False
    assert tried.values.sum(axis=1).min() < 1.01
    guards = [tried.points[place]["guard"] for place in tried.front]
    assert min(guards) < 0.15
    assert max(guards) > 0.85
    np.testing.assert_allclose(tried.values, bowl(tried.points))


def test_it_beats_blind_search_and_is_the_same_each_time():
    one, other = optimise(bowl, SPACE, 100, seed=3), optimise(bowl, SPACE, 100, seed=3)
    assert one.points == other.points
    first, last = one.values.sum(axis=1)[:20].mean(), one.values.sum(axis=1)[-20:].mean()
    assert last < first
    assert optimise(bowl, SPACE, 20, seed=4).points != one.points[:20]


def test_given_points_come_first_and_none_twice():
    given = {"preview_days": 3, "guard": 0.25, "approvals": True}
    asked = []

    def noted(points):
        asked.extend(tuple(point.values()) for point in points)
        return bowl(points)

    counted = []
    tried = optimise(noted, SPACE, 40, 1, first=[given], progress=counted.append)
    assert tried.points[0] == given
    assert len(set(asked)) == len(asked) == len(tried.points)
    assert sum(counted) == 40
    assert all(float(f"{point['guard']:.3g}") == point["guard"] for point in tried.points)


def test_undominated_is_brute_force():
    values = np.array([[np.cos(7.0 * n) + 1.0, np.sin(3.0 * n) + 1.0, np.cos(n)] for n in range(60)])
    by_hand = [
        n for n, row in enumerate(values) if not any((other <= row).all() and (other < row).any() for other in values)
    ]  # no two rows are equal
    assert undominated(values) == by_hand
    chosen = spread(values[by_hand], 5)
    assert len(chosen) == min(5, len(by_hand))
    assert set(np.argmin(values[by_hand], axis=0)) <= set(chosen)


# The space


def test_default_spans_are_within_bounds_and_no_orders():
    for name in SPANS:
        span = default_span(name, 2000)
        assert is_within(LEVERS[name], LEVERS[name].type(span.low))
        assert is_within(LEVERS[name], LEVERS[name].type(span.high))
    assert all(not LEVERS[name].once for name in SPANS)
    assert next(span.lever for span in space_of(None, organisations=20, restricted=False)) == "lab_programme"
    assert max(span.high for span in space_of(["launch_partners"], organisations=20, restricted=True)) == 20


@pytest.mark.parametrize(
    ("levers", "said"),
    [
        (["preview_dayz"], 'no lever has this name.*did you mean "preview_days"'),
        (["directive"], "an order of one day"),
        ({"preview_days": (0, 9999)}, r"lever preview_days = 9999 must be 0 to 3650"),
        ({"preview_days": (0, 2.5)}, "a whole number"),
        ({"preview_days": (60, 60)}, "must go from a lower to a higher value"),
        ({"preview_days": [7]}, "a list of two levels or more"),
        ({"preview_days": [7, 7]}, "must have each level once"),
        ({"approvals": ("yes", "no")}, "true or false"),
        ({"guard": (0, 2)}, "must be 0 to 1"),
        ({}, "at least one lever"),
    ],
)
def test_what_cannot_be_searched_is_refused(levers, said):
    with pytest.raises(InputError, match=said):
        space_of(levers, organisations=2000, restricted=True)


@pytest.mark.parametrize("text", ["preview_days=", "preview_days=a:b", "preview_days=0:60=3", "x=0:1"])
def test_wrong_options_are_refused(text):
    with pytest.raises(InputError):
        space_of(spans_from([text]), organisations=2000, restricted=True)
    with pytest.raises(InputError, match="given twice"):
        spans_from(["guard", "guard"])


# The whole


def test_found_policies_are_judged_in_draws_that_the_search_did_not_use(found):
    # Draws 4 to 15 of a comparison are the fresh ones, and 0 to 3 those of the search.
    policies = [*found.policies[found.first_found :]]
    assert policies
    compared = compare([*map(load_policy, NAMED), *policies], WORLD, 16, horizon_days=60, ceiling=False)
    for outcome in (HARM, BENEFIT):
        np.testing.assert_array_equal(found.fresh[outcome], compared.outcome(outcome)[4:])
    searched = compared.outcome(HARM)[:4].mean(axis=0)
    points = [found.trials.index(point) for point in found.found]
    np.testing.assert_allclose(found.values[points, 0], searched[3:])
    np.testing.assert_allclose(found.reference_values[0], searched[0])
    fresh = compared.outcome(HARM)[4:].mean(axis=0)
    np.testing.assert_allclose(found.optimism[:, 0], (searched[3:] - searched[0]) - (fresh[3:] - fresh[0]))


def test_what_is_said_of_them_is_the_paired_verdict(found):
    place = found.first_found
    by_hand = verdict(HARM, found.fresh[HARM][:, place], found.fresh[HARM][:, 0])
    assert found.against(HARM, place, 0) == by_hand
    for beaten, by in found.beaten.items():
        assert by in found.frontier.dominated_by[beaten]
        assert all(each >= found.first_found for each in found.frontier.dominated_by[beaten])
    content = plain(found.content())
    assert json.loads(json.dumps(content)) == content
    assert found.sentences()[0].startswith(f"Of {len(found.trials)} policies that nobody wrote")
    assert len(found.frame()) == len(found.policies)
    assert len(found.trials_frame()) == len(found.trials)


def test_the_same_search_is_the_same(found):
    again = search(**TINY)
    assert plain(again.content()) == plain(found.content())
    assert search(**TINY | {"seed": 2}).trials != found.trials


def test_a_policy_that_beats_a_named_one_is_said_to():
    # Releasing guarded at once costs nothing that this named policy does not cost; it waits for years.
    slow = Policy("slow", {"lab_programme": True, "public_release": True, "preview_days": 3650})
    beaten = search(slow, {"preview_days": [0, 3650]}, WORLD, trials=4, draws=4, fresh=60, horizon_days=60, named=["withhold", slow])
    (new,) = beaten.found
    assert new == {"preview_days": 0}
    assert beaten.against(BENEFIT, 2, 1).is_clear
    objectives = search(
        slow, {"preview_days": [0, 3650]}, WORLD, trials=4, draws=4, fresh=60, horizon_days=60, named=[slow],
        objectives=("usable_lead_months", BENEFIT),
    )  # fmt: skip
    assert objectives.beaten == {0: 1}
    assert "found-1, which nobody wrote, dominates slow: " in objectives.sentences()[1]


def test_search_refuses_what_it_cannot_use():
    with pytest.raises(InputError, match='objective "incident" is no outcome'):
        search(objectives=("incident", HARM), world=WORLD)
    with pytest.raises(InputError, match="its mean rests on few draws"):
        search(objectives=("realised_loss", HARM), world=WORLD)
    with pytest.raises(InputError, match="two or more different outcomes"):
        search(objectives=(HARM,), world=WORLD)
    with pytest.raises(InputError, match=r"trials = 0 must be"):
        search(trials=0, world=WORLD)
    with pytest.raises(InputError, match=r"budget = 50 must be 100 or more"):
        search(budget=50, world=WORLD)
    with pytest.raises(InputError, match="must have different names"):
        search(named=["withhold", "withhold"], world=WORLD)


def test_without_the_library_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(InputError, match=r"install it with pip install 'lockgate\[search\]'"):
        search(world=WORLD)


def test_the_chart_has_a_mark_for_each_policy(found):
    figure = search_chart(found)
    (axes,) = figure.axes
    marks = {str(line.get_gid()): line for line in axes.get_lines() if str(line.get_gid()).startswith("policy ")}
    shown = [place for place in range(len(found.names)) if place < found.first_found or not found.is_copy(place)]
    assert set(marks) == {f"policy {place}" for place in shown}
    for place in shown:
        hollow = marks[f"policy {place}"].get_markerfacecolor() == "white"
        assert hollow == bool(found.frontier.dominated_by[place])
    assert "named ones" in figure.get_suptitle()


# The command


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="lockgate", env={"COLUMNS": "80"})


SMALL = ["--set", "organisations=20", "--set", "bad_actors=50", "--horizon", "60"]
QUICK = ["--trials", "8", "--draws", "4", "--fresh", "12", "--policy", "open-release", "--policy", "withhold", *SMALL]


def test_the_command_writes_policies_that_compare_takes(tmp_path):
    out = tmp_path / "searched"
    levers = ["--lever", "preview_days=0:60", "--lever", "guard=0,0.5,0.9", "--lever", "approvals"]
    done = call("search", "staged-preview", *levers, *QUICK, "--out", out)
    assert done.exit_code == 0, done.output
    assert max(len(line) for line in done.stdout.splitlines() if not line.startswith("Results: ")) <= 80
    content = json.loads((out / "search.json").read_text())
    assert content["levers"] == ["preview_days=0:60", "guard=0.0,0.5,0.9", "approvals=false,true"]
    files = sorted((out / "policies").glob("*.toml"))
    assert files
    for file in files:
        assert call("validate", file).exit_code == 0
        point = content["found"][file.stem]["levers"]
        loaded, meant = load_policy(file), with_levers(load_policy("staged-preview"), point)
        assert (loaded.phases() == meant.phases()).all()
    assert pq.read_table(out / "trials.parquet").num_rows == content["trials"]
    assert (out / "charts" / "search.png").stat().st_size > 1000
    assert json.loads((out / "manifest.json").read_text())["study"]["kind"] == "search"
    refused = call("search", "staged-preview", *levers, *QUICK, "--seed", "2", "--out", out)
    assert refused.exit_code == 2
    assert "holds another study (it differs in seed)" in refused.stderr
    compared = call("compare", "open-release", files[0], "--draws", "2", *SMALL, "--quiet", "--out", tmp_path / "compared")
    assert compared.exit_code == 0, compared.output


def test_a_timeline_stays_in_the_files(tmp_path):
    out = tmp_path / "searched"
    done = call("search", "directive-revocation", "--lever", "dark_days=7:90", *QUICK, "--out", out, "--json", "--quiet")
    assert done.exit_code == 0, done.output
    content = json.loads(done.stdout)
    assert content == json.loads((out / "search.json").read_text())
    for file in (out / "policies").glob("*.toml"):
        meant = with_levers(load_policy("directive-revocation"), content["found"][file.stem]["levers"])
        assert (load_policy(file).phases() == meant.phases()).all()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--lever", "preview_dayz"], "no lever has this name"),
        (["--lever", "preview_days=9:3"], "from a lower to a higher"),
        (["--objective", "harm"], "is no outcome"),
        (["none", "--set", "preview_days=3"], "has no policy to set it in"),
        (["--trials", "1"], "trials = 1 must be"),
    ],
)
def test_the_command_refuses_in_a_sentence(arguments, said, tmp_path):
    done = call("search", *arguments, *SMALL, "--out", tmp_path / "x")
    assert done.exit_code == 2
    assert said in done.stderr
    assert not (tmp_path / "x").exists()


def test_help_loads_no_search():
    program = "import sys; from lockgate.experiments.cli import app; app(['search', '--help'], standalone_mode=False); print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert "--lever" in said
    assert not {"optuna", "numba", "matplotlib", "pandas", "numpy"} & set(said.split())
