"""The public API, `import lockgate`: documented, typed, forgiving about what it takes, and in any folder."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import lockgate
from tests.checkout import installed, linked, said_by
from tests.plants import found, plant

STUDY = """
summary = "Small."
policies = ["open-release", "withhold"]
draws = 2
horizon_days = 20
outcomes = ["release_delay_days"]

[uncertainties]
organisations = 5
bad_actors = 10
"""
ASK = "import lockgate; print(lockgate.compare(['open-release', 'withhold'], draws=2, horizon_days=5).outcome('incidents').shape)"
USE = """
import lockgate
results = lockgate.compare(["open-release", "withhold"], draws=2, horizon_days=5)
results.summary(), results.to_pandas(), results.differences("incidents"), results.plot.tradeoff()
lockgate.evaluate({"preview_days": [0, 14]}, None, 1, horizon_days=5)
lockgate.ReleaseModel("withhold", horizon_days=2, organisations=5, bad_actors=5).run()
lockgate.load_study(lockgate.list_studies()[0])
"""
# All of the API, as a user's program may have it.
SCRIPT = """
from pathlib import Path

import numpy as np

import lockgate
from lockgate import InputError, Policy, ReleaseModel, Results, Study, World, compare, evaluate, open_study, read_provenance, sweep

policy: Policy = lockgate.load_policy("staged-preview")
world: World = lockgate.load_world(Path("mine.toml"))
study: Study = lockgate.load_study("preview-length")
names: tuple[str, ...] = lockgate.list_policies() + lockgate.list_worlds() + lockgate.list_studies()
results: Results = compare(["open-release", Path("mine.toml"), policy], world, draws=10, progress=True)
delay: float = float(np.mean(results.outcome("release_delay_days")[:, 0]))
means: dict[str, object] = results.summary()
draws: int = sweep("preview-length", "folder", draws=5).draws
sweep(study, Path("folder"), workers=2)
kept: Results = open_study("folder", verify=False)
rows = evaluate({"preview_days": [0, 14]}, None, 1, policy=policy, world="race")
model: ReleaseModel = ReleaseModel("staged-preview", world, horizon_days=30)
model.step()
made: dict[str, object] = read_provenance("chart.png")
mine = Policy("mine", {"preview_days": 30}, [(45, {"preview_days": 7})])
try:
    compare([mine], "no-such-world")
except InputError as error:
    print(str(error))
"""


def test_every_public_name_is_there_and_documented() -> None:
    assert set(dir(lockgate)) >= set(lockgate.__all__)
    for name in lockgate.__all__:
        public = getattr(lockgate, name)
        assert inspect.getdoc(public), name
        for member, value in vars(public).items() if inspect.isclass(public) else ():
            if inspect.isfunction(value) or isinstance(value, property):
                assert member.startswith("_") or inspect.getdoc(value), f"{name}.{member}"
    with pytest.raises(AttributeError, match="module 'lockgate' has no attribute 'comprae'"):
        lockgate.comprae  # type: ignore[attr-defined]  # noqa: B018


def test_a_study_is_swept_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    file.write_text(STUDY)
    done = lockgate.sweep(str(file), str(tmp_path / "out"))
    assert (done.draws, done.runs) == (2, 4)
    assert lockgate.open_study(str(tmp_path / "out")).outcome("release_delay_days")[0].tolist() == [0.0, 20.0]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: lockgate.sweep(3, "out"), "study = 3 must be a name or a path"),
        (lambda: lockgate.sweep("preview-lenght", "out"), 'did you mean "preview-length"'),
        (lambda: lockgate.sweep("preview-length", 3), "folder = 3 must be a name or a path"),
        (lambda: lockgate.open_study(3), "folder = 3 must be a name or a path"),
        (lambda: lockgate.compare([3]), "policy = 3 must be a name or a path"),
        (lambda: lockgate.compare(["withhold"], 3), "world = 3 must be a name or a path"),
        (lambda: lockgate.evaluate(None, None, 1, policy=3), "policy = 3 must be a name or a path"),
        (lambda: lockgate.evaluate(None, None, 1, world=3), "world = 3 must be a name or a path"),
        (lambda: lockgate.ReleaseModel(3), "policy = 3 must be a Policy"),
        (lambda: lockgate.ReleaseModel("withhold", 3), "world = 3 must"),
        (lambda: lockgate.load_policy(3), "policy = 3 must be a name or a path"),
        (lambda: lockgate.load_world(3), "world = 3 must be a name or a path"),
        (lambda: lockgate.load_study(3), "study = 3 must be a name or a path"),
        (lambda: lockgate.read_provenance(3), "chart = 3 must be a name or a path"),
    ],
)
def test_what_is_neither_name_nor_object_is_refused_in_a_sentence(call, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(lockgate.InputError, match=said):
        call()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A user's folder with files that have the names of ours, and of Python's; if one is run, it leaves a trace and ends the program."""
    folder = tmp_path / "here"
    plant(folder)
    for name in ("sim", "scenarios", "lockgate"):
        (folder / name).mkdir()
        (folder / name / "results.txt").touch()
    return folder


def traces(folder: Path) -> list[str]:
    return found(folder.parent / f"{folder.name}-traces")


def told(package: Path, folder: Path, *command: str) -> str:
    """What Python says in the folder, with this package and the compiled rules of the other tests."""
    environment = {**os.environ, "PYTHONPATH": str(package)}
    done = subprocess.run([sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_api_beside_files_of_the_users_own(folder: Path, tmp_path: Path) -> None:
    assert told(linked(tmp_path / "place"), folder, "-c", ASK) == "(2, 2)\n"
    (folder / "script.py").write_text(ASK)
    assert told(tmp_path / "place", tmp_path, str(folder / "script.py")) == "(2, 2)\n"
    assert traces(folder) == []


def test_the_search_path_is_as_it_was(folder: Path, tmp_path: Path) -> None:
    code = "import sys; before = list(sys.path); import lockgate; lockgate.list_studies(); print(sys.path == before); import planted"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=os.environ | {"PYTHONPATH": str(linked(tmp_path / "place"))},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert (done.stdout, done.stderr) == ("True\n", "planted.py was run\n")


@pytest.mark.full
def test_no_name_of_the_standard_library_is_in_the_way(folder: Path, tmp_path: Path) -> None:
    """What Python has in memory as it starts is beyond any package; so are names that it tries and lacks on this system."""
    early = said_by(linked(tmp_path / "place"), "-P", "-c", "import importlib.machinery, sys; print(*sys.modules)").split()
    code = "import sys; from importlib.util import find_spec; print(*(name for name in sys.stdlib_module_names if find_spec(name)))"
    names = set(said_by(tmp_path / "place", "-P", "-c", code).split()) - {*early, *sys.builtin_module_names}
    assert {"queue", "typing", "calendar", "statistics", "token"} <= names
    for name in names:
        (folder / f"{name}.py").write_text(f"raise SystemExit('{name} was run')\n")
    told(tmp_path / "place", folder, "-c", USE)
    said_by(tmp_path / "place", "-c", f"import os; os.chdir({str(folder)!r})\n{ASK}")  # compiled anew


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("wheel"))


@pytest.mark.full
def test_the_installed_command_beside_files_of_the_users_own(package: Path, folder: Path) -> None:
    command = str(package / "bin" / "lockgate")
    assert "open-release" in told(package, folder, command, "compare", "--draws=2", "--horizon=5", "--quiet", "--out=compared")
    (folder / "study.toml").write_text(STUDY)
    assert '"went_wrong": 0' in told(package, folder, command, "sweep", "study.toml", "--out=swept", "--workers=2", "--quiet", "--json")
    assert "preview-length" in told(package, folder, command, "list")
    assert told(package, folder, "-c", ASK) == "(2, 2)\n"
    assert traces(folder) == []


@pytest.mark.full
def test_a_users_program_is_checked_against_the_installed_types(package: Path, tmp_path: Path) -> None:
    """By `mypy --strict`, with the package where other packages are, and what it needs beside it."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    (library,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    others = Path(pytest.__file__).parents[1]
    (library / "here.pth").write_text(f"{package}\n{others}\n")
    (tmp_path / "script.py").write_text(SCRIPT)
    mypy = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--python-executable={tmp_path / 'venv' / 'bin' / 'python'}"]
    for wrong, complaint in (("", None), ("\nlockgate.comprae\n", '"comprae"'), ("\nresults.outcome(3)\n", "arg-type")):
        (tmp_path / "script.py").write_text(SCRIPT + wrong)
        done = subprocess.run([*mypy, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, complaint is None or complaint in done.stdout) == (complaint is not None, True), done.stdout


def test_the_users_program_names_the_whole_api() -> None:
    assert [name for name in lockgate.__all__ if name not in SCRIPT] == []
