"""Rules are compiled once for all processes: they share a cache, wait for one another, and survive one that was killed."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import distributed
import pytest
from numba.core import event

from lockgate.scenarios import load_policy
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.rules.cache import one_at_a_time
from tests.checkout import ROOT
from tests.plants import found, plant

WORKER = [sys.executable, "-P", "-c", "import lockgate.sim; from tests.test_processes import work; print(*work())"]


def outcomes(seed):
    table = parameter_table(2, organisations=5, bad_actors=10)
    return simulate(table, [load_policy("staged-preview")], [seed, seed + 1], 20).outcomes.tolist()


def work():
    """How many rules this process had to compile, and what two of its threads found that began at once."""
    with event.install_recorder("numba:compile") as compiled, ThreadPoolExecutor(2) as threads:
        found = list(threads.map(outcomes, (1, 11)))
    return len(compiled.buffer), found


def answer(process):
    said, complaint = process.communicate()
    assert process.returncode == 0, complaint
    compiled, found = said.split(maxsplit=1)
    return int(compiled), found.strip()


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Of two processes that begin at once, where a third was killed while it compiled; and the cache that they leave.

    The current folder came from elsewhere: what lies there is run by neither, nor by the processes that help them to compile.
    """
    cache, folder = tmp_path_factory.mktemp("cache"), tmp_path_factory.mktemp("from-elsewhere")
    traces = plant(folder)
    environment = os.environ | {"LOCKGATE_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT)}
    settings = {"env": environment, "cwd": folder, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    killed = subprocess.Popen(WORKER, **settings, start_new_session=True)
    while not list(cache.rglob("*.nbi")):
        assert killed.poll() is None, killed.stderr.read()
        time.sleep(0.05)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert not list(cache.rglob("compiled"))
    processes = [subprocess.Popen(WORKER, **settings) for _ in range(2)]
    answers = [answer(process) for process in processes]
    assert list(cache.rglob("compiled"))
    assert found(traces) == []
    return answers, cache


@pytest.mark.full
def test_of_two_processes_one_compiles(answers):
    (one, other), _ = answers
    assert min(one[0], other[0]) == 0 < max(one[0], other[0])
    assert one[1] == other[1] == str([outcomes(1), outcomes(11)])


@pytest.mark.full
def test_workers_compile_nothing(answers, monkeypatch):
    (one, _), cache = answers
    monkeypatch.setenv("LOCKGATE_CACHE_DIR", str(cache))
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        compiled, found = pool.submit(work).result()
    assert compiled == 0
    assert str(found) == one[1]


@pytest.mark.full
def test_workers_of_dask_compile_nothing(answers, monkeypatch):
    (one, _), cache = answers
    monkeypatch.setenv("LOCKGATE_CACHE_DIR", str(cache))
    with distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=":0") as cluster, distributed.Client(cluster) as client:
        for compiled, found in client.run(work).values():
            assert compiled == 0
            assert str(found) == one[1]


def test_a_file_system_without_locks_is_no_reason_to_stop(tmp_path, monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def refuse(*_):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with one_at_a_time(tmp_path):
        assert (tmp_path / "compiling.lock").exists()


