"""Kinds of agents of one's own reach every question: compiled where they are rules, else by Mesa, and named by all that is kept."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest
from typer.testing import CliRunner

from lockgate import compare, evaluate, open_study, read_provenance, sweep
from lockgate.experiments.cli import app
from lockgate.experiments.command.kinds import chosen_kinds
from lockgate.experiments.store import save_comparison
from lockgate.experiments.study.study import Study
from lockgate.experiments.sweep.folder import OtherPlan, StudyFolder, plan_of
from lockgate.experiments.sweep.merge import merge
from lockgate.experiments.sweep.replay import replayed
from lockgate.experiments.sweep.runner import Runner
from lockgate.scenarios import load_policy, load_world, with_parameters
from lockgate.sim.engine import runs as engine_runs
from lockgate.sim.engine.driver import driver
from lockgate.sim.engine.kinds import own_kinds
from lockgate.sim.engine.run import simulate
from lockgate.sim.engine.runs import SlowRuns, why_not_compiled
from lockgate.sim.errors import InputError
from lockgate.sim.model.day import BadActor, Partner
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy
from lockgate.sim.rules.row import Day
from lockgate.sim.rules.rule import rule

SMALL = {"organisations": 10, "bad_actors": 30, "base_hazard": 0.3, "crew_gap_days": 5.0}
POLICIES = ("open-release", "partner-programme")
DAYS = 30
WORLD = with_parameters(load_world("baseline"), SMALL)
ASK = {"world": WORLD, "draws": 2, "horizon_days": DAYS}
act_as_before = BadActor.step


class Careful(BadActor):
    """Lies low for a week after an incident of its own."""

    low_until: Annotated[Day, "before which it does nothing"] = 0

    @rule
    def step(self, world: Any, day: int) -> None:
        if day >= self.low_until:
            before = self.incidents
            act_as_before(self, world, day)
            if self.incidents > before:
                self.low_until = day + 8


class Plain(BadActor):
    """The same, in plain Python."""

    low_until = 0

    def step(self, world: Any, day: int) -> None:
        before = self.incidents
        if day >= self.low_until:
            super().step(world, day)
            self.low_until = day + 8 if self.incidents > before else self.low_until


class Fussy(BadActor):
    """A constructor of its own, which compiled rows would never call."""

    def __init__(self) -> None:
        super().__init__()
        self.skill = 0.0


CAREFUL, PLAIN = {"bad_actors": Careful}, {"bad_actors": Plain}
MINE = """\
from lockgate.sim import BadActor


class Plain(BadActor):
    def step(self, world, day):
        if day % 2:
            super().step(world, day)


class Other:
    pass
"""


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is compiled here does not fill the user's cache."""
    monkeypatch.setattr("lockgate.sim.rules.cache.cache_root", lambda: tmp_path / "cache")


@pytest.fixture
def by_mesa(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kind is run by Mesa."""
    monkeypatch.setattr(engine_runs, "reason_of", lambda kinds, check: "asked for")


def slowly(call: Any, *given: Any, **more: Any) -> Any:
    """What a call gives that warns of slow runs."""
    with pytest.warns(SlowRuns, match=r"is run by Mesa and not compiled, .* times slower: \d+ runs? takes? about .*; "):
        return call(*given, **more)


def study(**changes: Any) -> Study:
    """Two policies in a small world."""
    policies = tuple(load_policy(name) for name in POLICIES)
    asked = Study("small", "Small.", policies, (WORLD,), 2, ("incidents", "model_enabled_harm"), horizon_days=DAYS, series=("harm",))
    return replace(asked, **changes)


def lockgate(*arguments: Any) -> Any:
    """A command, in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="lockgate")


@pytest.mark.full
@pytest.mark.usefixtures("own_cache")
def test_compiled_and_by_mesa_the_same_class_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not why_not_compiled(CAREFUL)
    compiled = compare(POLICIES, **ASK, kinds=CAREFUL)
    rows = evaluate({"preview_days": [0, 9]}, SMALL, 3, horizon_days=DAYS, kinds=CAREFUL)
    with monkeypatch.context() as patch:
        patch.setattr(engine_runs, "reason_of", lambda kinds, check: "asked for")
        made = slowly(compare, POLICIES, **ASK, kinds=CAREFUL)
        by_mesa = slowly(evaluate, {"preview_days": [0, 9]}, SMALL, 3, horizon_days=DAYS, kinds=CAREFUL)
    assert np.array_equal(rows, by_mesa)
    for name in ("outcomes", "weeks", "displacement"):
        assert np.array_equal(getattr(compiled.rows, name), getattr(made.rows, name)), name
    assert compiled.kinds == made.kinds
    usual = compare(POLICIES, **ASK)
    assert 0 < compiled.outcome("operations").sum() < usual.outcome("operations").sum()


@pytest.mark.usefixtures("own_cache")
def test_the_same_class_in_another_module_has_compiled_code_of_its_own(tmp_path: Path) -> None:
    """Compiled code that is kept names the modules of its rules, and cannot be loaded where these are not."""
    source = "from lockgate.sim import BadActor\nact = BadActor.step\nclass Own(BadActor):\n    def step(self, w, day): act(self, w, day)\n"
    folders: dict[str, list[Any]] = {}
    for name in ("one", "two", "one"):
        (tmp_path / f"{name}.py").write_text(source)
        own = chosen_kinds([f"{tmp_path / name}.py:Own"])
        folders.setdefault(name, []).append((driver(own).folder, own_kinds(own)[0].digest))
    assert folders["one"][0] == folders["one"][1]
    assert folders["one"][0][0] != folders["two"][0][0]
    assert folders["one"][0][1] == folders["two"][0][1]


@pytest.mark.full
@pytest.mark.usefixtures("own_cache")
def test_a_swept_kind_that_compiles_gives_the_rows_of_a_comparison(tmp_path: Path) -> None:
    compared = compare(POLICIES, **ASK, kinds=CAREFUL)
    sweep(study(), tmp_path / "out", kinds=CAREFUL)
    assert np.array_equal(open_study(tmp_path / "out").outcome("incidents"), compared.outcome("incidents"))


@pytest.mark.full
@pytest.mark.usefixtures("own_cache")
def test_operations_that_the_reference_lacks_have_no_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    class Absent(BadActor):
        @rule
        def step(self, world: Any, day: int) -> None:
            if world.phases[0].lab_programme:
                act_as_before(self, world, day)

    policies = [Policy("open-release"), Policy("programme", {"lab_programme": True})]
    worlds, kinds = parameter_table(2, **SMALL), {"bad_actors": Absent}
    for check in (False, True):
        made = simulate(worlds, policies, [1, 2], DAYS, kinds=kinds, check=check)
        assert made.outcomes["operations"][:, 0].tolist() == [0, 0]
        assert made.outcomes["operations"][:, 1].min() > 0
        assert made.displacement.sum() == 0


def test_plain_python_is_run_by_mesa_and_says_why() -> None:
    asked = {**ASK, "draws": 1}
    with pytest.warns(SlowRuns) as warned:
        made = compare(POLICIES, **asked, kinds=PLAIN)
    (said,) = [str(warning.message) for warning in warned if warning.category is SlowRuns]
    assert said.startswith("bad_actors: Plain is run by Mesa and not compiled, ")
    assert "3 runs take about" in said  # the ceiling is one of them
    assert "Plain.step (" in said
    assert said.endswith("write act_as_before = BadActor.step above the class, and call act_as_before(self, world, day)")
    usual = compare(POLICIES, **asked)
    assert made.outcome("operations").sum() < usual.outcome("operations").sum()  # some are put off beyond the end
    assert made.days.tolist() == usual.days.tolist()
    assert made.displacement.sum((2, 3)).max() <= made.outcome("operations").max()
    assert made.displacement[0, 0].sum() == made.outcome("operations")[0, 0]
    assert repr(made).endswith(f" With bad_actors: {own_kinds(PLAIN)[0]}.")
    assert "digest" not in repr(usual)


def test_the_model_itself_by_mesa_is_what_it_is_compiled(by_mesa: None) -> None:
    """A subclass that changes nothing: outcomes, weeks and displacement are those of the compiled model."""

    class Same(Partner):
        pass

    seen: list[int] = []
    made = slowly(compare, POLICIES, **ASK, kinds={"partners": Same}, progress=seen.append)
    usual = compare(POLICIES, **ASK)
    for name in ("outcomes", "weeks", "displacement"):
        assert np.array_equal(getattr(made.rows, name), getattr(usual.rows, name)), name
    assert sum(seen) == ASK["draws"]
    rows = slowly(evaluate, None, SMALL, [3, 4], horizon_days=DAYS, kinds={"partners": Same})
    assert np.array_equal(rows, evaluate(None, SMALL, [3, 4], horizon_days=DAYS))


def test_a_constructor_is_no_rule() -> None:
    assert "Fussy.__init__ (" in why_not_compiled({"bad_actors": Fussy})


def test_a_digest_changes_with_what_a_kind_does() -> None:
    def digest(kind: type) -> str:
        return own_kinds({"bad_actors": kind})[0].digest

    class Longer(Careful):
        low_until: Annotated[Day, "before which it does nothing"] = 3

    class Calls(Careful):
        def helper(self) -> int:
            return 1

    class CallsOther(Careful):
        def helper(self) -> int:
            return 2

    kinds = (BadActor, Careful, Longer, Calls, CallsOther, Plain)
    assert len({digest(kind) for kind in kinds}) == len(kinds)
    assert digest(Careful) == digest(Careful)
    assert str(own_kinds(CAREFUL)[0]) == f"Careful (test_own_kinds.py), digest {digest(Careful)}"


@pytest.mark.full
def test_what_is_kept_names_the_kinds(tmp_path: Path) -> None:
    kept = slowly(compare, POLICIES, **ASK, kinds=PLAIN)
    save_comparison(kept, tmp_path / "out", ["lockgate", "compare"])
    told = {"bad_actors": str(own_kinds(PLAIN)[0])}
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["kinds"] == manifest["study"]["kinds"] == told
    assert (tmp_path / "out" / "credibility.md").read_text().count("- **Behaviour**: changed. With bad_actors: Plain (") == 1
    assert read_provenance(next((tmp_path / "out").rglob("*.svg")))["study"]["kinds"] == told
    opened = open_study(tmp_path / "out")
    assert opened.kinds == kept.kinds == told
    assert opened.to_xarray().attrs["kinds"] == f"With bad_actors: {told['bad_actors']}."
    with pytest.raises(InputError, match=r"holds another study \(it differs in kinds\)"):
        save_comparison(compare(POLICIES, **ASK), tmp_path / "out", ["lockgate", "compare"])


def test_a_sweep_goes_on_with_the_same_kinds_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    slowly(sweep, study(), out, kinds=PLAIN)
    sweep(study(), out, kinds=PLAIN)  # all is there: nothing is made, and nothing warned of
    for other in (None, CAREFUL):
        with pytest.raises(OtherPlan, match=r"kinds: bad_actors = Plain, digest .* there, .* here"):
            sweep(study(), out, kinds=other)
    with pytest.raises(OtherPlan, match=r"kinds: none there, bad_actors = Plain, digest .* here"):
        sweep(study(), usual_folder(tmp_path), kinds=PLAIN)
    opened = open_study(out)
    assert opened.kinds == {"bad_actors": str(own_kinds(PLAIN)[0])}
    assert np.array_equal(opened.outcome("incidents"), slowly(compare, POLICIES, **ASK, kinds=PLAIN).outcome("incidents"))
    plan = plan_of(StudyFolder(out))
    assert plan.kinds[0].kind is None
    with pytest.raises(InputError, match=r"hand in the same kinds again, with --kinds FILE.py:Plain or kinds=\.\.\."):
        Runner(plan).memory  # noqa: B018  # what it asks for is refused
    with pytest.raises(InputError, match=r"were made with bad_actors: Plain, digest .*hand in the same again, with --kinds FILE.py:Plain"):
        replayed(plan, StudyFolder(out), 1)
    assert replayed(plan, StudyFolder(out), 1, PLAIN).said.endswith("The same again in every column, to the last bit.")
    assert merge(tmp_path / "merged", [out]).runs == 4
    assert open_study(tmp_path / "merged").kinds == {"bad_actors": f"Plain, digest {own_kinds(PLAIN)[0].digest}"}


def usual_folder(tmp_path: Path) -> Path:
    """The folder of the same study with the model's own kinds."""
    sweep(study(), tmp_path / "usual")
    return tmp_path / "usual"


@pytest.mark.parametrize(
    ("changes", "more", "sentence"),
    [
        ({}, {"workers": 2}, "--workers 2: bad_actors = Plain is known to this process alone; leave that out"),
        ({}, {"cluster": "tcp://nowhere:1"}, "--cluster tcp://nowhere:1: bad_actors = Plain is known to this process alone"),
        ({"time_limit_seconds": 5.0}, {}, "time_limit_seconds = 5 needs processes"),
        ({}, {"kinds": {"bad_actors": Partner}}, "must be a subclass of BadActor"),
        ({}, {"kinds": {"actors": Plain}}, "unknown kind 'actors'"),
    ],
)
def test_what_a_sweep_cannot_do_with_them(tmp_path: Path, changes: Any, more: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        sweep(study(**changes), tmp_path / "out", **{"kinds": PLAIN, **more})
    assert not (tmp_path / "out").exists()


# The command line


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, which is the current one, with a file of classes."""
    (tmp_path / "mine.py").write_text(MINE)
    (tmp_path / "small.toml").write_text(
        'summary = "Small."\npolicies = ["open-release"]\ndraws = 2\nhorizon_days = 20\noutcomes = ["incidents"]\n'
        "[uncertainties]\norganisations = [10]\nbad_actors = [20]\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


SIZE = ("--horizon", 20, "--set", "organisations=10", "--set", "bad_actors=20", "--kinds", "mine.py:Plain")


def test_compare_and_run_take_kinds_from_a_file(mine: Path) -> None:
    done = lockgate("compare", "open-release", "--draws", 2, "--out", "out", *SIZE)
    assert done.exit_code == 0, done.output
    assert "lockgate: bad_actors: Plain is run by Mesa and not compiled" in done.stderr
    assert "With bad_actors: Plain (mine.py), digest" in " ".join(done.stdout.split())
    (told,) = open_study("out").kinds.values()
    assert told.startswith("Plain (mine.py), digest ")
    done = lockgate("run", "open-release", "--out", "one", *SIZE)
    assert done.exit_code == 0, done.output
    assert json.loads((mine / "one" / "manifest.json").read_text())["study"]["kinds"] == {"bad_actors": told}
    assert not (mine / "__pycache__").exists()


def test_a_swept_folder_runs_no_code_and_is_replayed_with_it(mine: Path) -> None:
    swept = lockgate("sweep", "small.toml", "--out", "out", "--kinds", "mine.py:Plain", "--quiet")
    assert swept.exit_code == 0, swept.output
    assert "run by Mesa" in swept.stderr
    assert lockgate("replay", "out", "--run", 1, "--out", "again", "--kinds", "mine.py:Plain").exit_code == 0
    refused = lockgate("replay", "out", "--run", 1)
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert "--kinds FILE.py:Plain" in refused.stderr
    (mine / "mine.py").write_text(MINE.replace("day % 2", "day % 3"))
    changed = lockgate("sweep", "small.toml", "--out", "out", "--kinds", "mine.py:Plain")
    assert changed.exit_code == 4
    assert "kinds: bad_actors = Plain" in changed.stderr
    (mine / "mine.py").write_text("raise SystemExit('this was run')\n")
    assert open_study("out").kinds["bad_actors"].startswith("Plain (mine.py), digest ")
    shutil.rmtree("out")


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ("mine.py", "--kinds mine.py must be FILE.py:CLASS, such as --kinds mine.py:CautiousActor"),
        ("none.py:Plain", "--kinds none.py:Plain: none.py no such file, check the path"),
        ("folder.py:Plain", "--kinds folder.py:Plain: folder.py is a folder, name a file in it"),
        ("mine.py:Plane", 'mine.py has no class Plane; did you mean "Plain"?; name one that it has'),
        ("mine.py:Other", "class Other extends no kind of agents; it must extend one of Lab, Government, "),
        ("broken.py:Plain", "broken.py cannot be run, line 2: ZeroDivisionError: division by zero; mend it"),
        ("wrong.py:Plain", "wrong.py cannot be run: SyntaxError: "),
    ],
)
def test_what_cannot_be_a_kind_is_one_sentence(mine: Path, named: str, sentence: str) -> None:
    (mine / "broken.py").write_text("x = 1\n1 / 0\n")
    (mine / "wrong.py").write_text("class\n")
    (mine / "folder.py").mkdir()
    done = lockgate("compare", "--draws", 2, "--out", "out", "--kinds", named)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert sentence in done.stderr
    assert not (mine / "out").exists()


def test_one_class_for_each_kind(mine: Path) -> None:
    done = lockgate("run", "open-release", "--kinds", "mine.py:Plain", "--kinds", "mine.py:Plain")
    assert done.exit_code == 2
    assert "Plain stands in for bad_actors already; name one class for each kind" in done.stderr


def test_a_study_names_no_code(mine: Path) -> None:
    (mine / "small.toml").write_text((mine / "small.toml").read_text() + '[kinds]\nbad_actors = "mine.py:Plain"\n')
    done = lockgate("sweep", "small.toml", "--out", "out")
    assert done.exit_code == 2
    assert "kinds" in done.stderr
