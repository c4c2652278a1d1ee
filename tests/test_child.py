"""Child processes, and Numba's settings, in a folder that came from elsewhere: nothing that lies there is run."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from numba.core import config

from lockgate.sim import child
from lockgate.sim.engine.run import compile_rules
from lockgate.sim.errors import InputError
from lockgate.sim.search_path import InstalledFirst, unsafe_folders
from tests.full.faults.bench import write_study
from tests.plants import found, plant

LOCKGATE = [sys.executable, "-P", "-c", "from lockgate.experiments.cli import main; main()"]  # as installed: without the current folder
PIPES = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}


@pytest.fixture
def traces(tmp_path, monkeypatch):
    """The current folder is full of plants; this is where they leave their traces."""
    folder = tmp_path / "here"
    traces = plant(folder)
    monkeypatch.chdir(folder)
    return traces


def python(code):
    return subprocess.run([sys.executable, "-P", "-c", code], **PIPES, check=False)


def test_the_search_path_is_whole_in_threads_and_as_it_was_afterwards(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    before = [str(tmp_path), *sys.path, "elsewhere"]
    monkeypatch.setattr(sys, "path", list(before))

    def enter(_):
        with InstalledFirst(), InstalledFirst():
            path = list(sys.path)
        return path

    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(enter, range(2_000)))
    assert sys.path == before
    for path in paths:
        assert sorted(path) == sorted(before)
        assert {str(tmp_path), "elsewhere"} <= set(path[-4:])


def test_the_plants_are_live(traces):
    environment = {**os.environ, "PYTHONPATH": ""}
    for module in ("experiments", "planted", "numpy"):
        subprocess.run([sys.executable, "-m", module], env=environment, capture_output=True, check=False)
    assert set(found(traces)) == {"experiments-__init__.py", "planted.py", "numpy.py"}


@pytest.mark.parametrize("path", ["", ".:", "HERE", "LINK"])
def test_a_child_takes_nothing_from_the_current_folder(traces, monkeypatch, path):
    (traces.parent / "link").symlink_to("here")
    path = {"HERE": str(traces.parent / "here"), "LINK": str(traces.parent / "link")}.get(path, path)
    monkeypatch.setenv("PYTHONPATH", path)
    for entry in path.split(os.pathsep):
        monkeypatch.setattr(sys, "path", [entry, os.path.abspath(entry), *sys.path])
    with child.start("lockgate.experiments.cli:main", "show", "staged-preview", **PIPES) as process:
        said, complaint = process.communicate()
    assert (process.returncode, complaint) == (0, "")
    assert "staged-preview" in said
    assert found(traces) == []


def test_a_child_finds_what_its_parent_finds(monkeypatch, tmp_path):
    libraries = tmp_path / "libraries"  # as on clusters, where PYTHONPATH names them
    libraries.mkdir()
    (libraries / "elsewhere.py").write_text("import sys, lockgate\n\n\ndef tell():\n    print([sys.argv, lockgate.__file__])\n")
    monkeypatch.setenv("PYTHONPATH", str(libraries))
    monkeypatch.syspath_prepend(str(libraries))
    monkeypatch.chdir(tmp_path)
    with child.start("elsewhere:tell", "one", "two words", env={"MORE": "yes"}, **PIPES) as process:
        said, complaint = process.communicate()
    assert complaint == ""
    assert said == f"{[['lockgate', 'one', 'two words'], str(Path(child.__file__).parents[1] / '__init__.py')]}\n"


def test_what_is_installed_is_found_where_it_is_the_current_folder(monkeypatch):
    monkeypatch.chdir(os.path.dirname(os.path.dirname(pytest.__file__)))
    with child.start("pytest:console_main", "--version", **PIPES) as process:
        said, complaint = process.communicate()
    assert process.returncode == 0, complaint
    assert pytest.__version__ in said + complaint


def test_the_folder_of_a_script_is_not_for_its_children(monkeypatch, tmp_path):
    monkeypatch.setattr(sys.modules["__main__"], "__file__", str(tmp_path / "script.py"), raising=False)
    assert os.path.realpath(tmp_path) in unsafe_folders()


def test_a_current_folder_that_is_gone_is_no_reason_to_stop(monkeypatch, tmp_path):
    monkeypatch.setattr(sys.modules["__main__"], "__file__", "/program/script.py", raising=False)
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.chdir(tmp_path)
    tmp_path.rmdir()
    assert unsafe_folders() == {os.path.realpath("/program")}


@pytest.mark.full
def test_a_sweep_in_a_folder_from_elsewhere(traces):
    study = write_study(traces.parent / "study.toml", draws=1, points=1, series=False, limit=60)
    command = [*LOCKGATE, "sweep", str(study), "--out", "out", "--workers", "1", "--quiet", "--json"]
    done = subprocess.run(command, **PIPES, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["went_wrong"] == 0
    assert found(traces) == []


# Numba's settings


@pytest.mark.parametrize("settings", ["disable_jit: 1\nopt: 0\n", "disable_jit: [1"])
def test_numba_reads_no_settings_from_the_current_folder(traces, settings):
    (traces.parent / "here" / ".numba_config.yaml").write_text(settings)
    code = "from numba.core import config; config.reload_config(); print(config.DISABLE_JIT, config.OPT)"
    done = python(f"import lockgate.sim.model.chance; {code}")
    assert (done.stdout, done.stderr) == ("0 _OptLevel(3)\n", "")


def test_numba_that_was_there_before_reads_none_later(traces):
    code = "import os, numba, lockgate.sim; os.chdir({!r}); numba.core.config.reload_config(); print(numba.config.DISABLE_JIT)"
    command = [sys.executable, "-P", "-c", code.format(str(traces.parent / "here"))]
    done = subprocess.run(command, cwd=traces, **PIPES, check=False)
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_a_compiler_that_is_turned_off_is_a_sentence(monkeypatch):
    monkeypatch.setattr(config, "DISABLE_JIT", 1)
    with pytest.raises(InputError, match="NUMBA_DISABLE_JIT"):
        compile_rules()


def test_variables_of_the_environment_still_count(traces, monkeypatch):
    monkeypatch.setenv("NUMBA_OPT", "1")
    assert python("import lockgate.sim.model.chance; from numba.core import config; print(config.OPT)").stdout == "_OptLevel(1)\n"
