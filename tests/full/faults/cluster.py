"""Sweeps on a Dask cluster whose workers and whose scheduler are killed."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from tests.full.faults.bench import Bench, Figures, chance, made
from tests.full.faults.kills import wait_for_work
from tests.full.faults.running import Faults, Running, environment, interrupt, program, until
from tests.full.faults.runs import chosen, that_go_wrong

NOWHERE = "tcp://127.0.0.1:9"  # nothing listens on the port of `discard`


class Cluster:
    """A scheduler and a worker with a nanny, of `processes` that the nanny starts again when they are killed."""

    def __init__(self, bench: Bench, processes: int = 2, faults: Faults | None = None) -> None:
        self.place = bench.place / f"cluster-{bench.new().name}"
        self.place.mkdir()
        self.environment = environment(faults, bench.hook if faults else None)
        self.address = ""
        self.scheduler = self.begin_scheduler(0)
        self.processes = processes
        self.begin_workers()

    def begin(self, name: str, *options: str) -> Running:
        """Begin one of Dask's programs."""
        return program([sys.executable, "-m", f"distributed.cli.{name}", *options], self.place, self.environment)

    def begin_workers(self) -> None:
        """Begin the worker: it ends with its scheduler."""
        options = ["--nworkers", str(self.processes), "--nthreads", "1", "--nanny", "--no-dashboard", "--local-directory", str(self.place)]
        self.worker = self.begin("dask_worker", self.address, *options)
        self.killed = 0
        until(self.all_there, complaint="no workers begin")

    def begin_scheduler(self, port: int) -> Running:
        """Begin a scheduler, on a port that is free where none is asked for."""
        file = self.place / "scheduler.json"
        file.unlink(missing_ok=True)
        where = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--scheduler-file", str(file)]
        begun = self.begin("dask_scheduler", *where)
        until(lambda: written(file) or not begun.running(), complaint="no scheduler begins")
        self.address = written(file)["address"]
        return begun

    def restart_scheduler(self, pause: float) -> None:
        """Kill the scheduler, and begin another on the same port, and workers."""
        self.scheduler.kill()
        time.sleep(pause)
        self.scheduler = self.begin_scheduler(int(self.address.rpartition(":")[2]))
        self.worker.ended()
        self.begin_workers()

    def workers(self) -> list[psutil.Process]:
        """The processes that make runs for the nanny."""
        return [child for child in self.worker.workers() if "spawn_main" in " ".join(child.cmdline())]

    def all_there(self) -> bool:
        """Whether all workers have begun: a nanny does not replace one that is killed before."""
        assert self.worker.running(), self.worker.files[1].read_text()
        return self.worker.files[1].read_text().count("Registered to:") >= self.processes + self.killed

    def kill_one(self) -> bool:
        """Kill a worker, where all are there."""
        with suppress(psutil.Error):
            if self.all_there() and (found := self.workers()):
                interrupt(found[int(chance(0, len(found), 8, self.killed))])
                self.killed += 1
                return True
        return False

    def close(self) -> None:
        """End all."""
        self.worker.send(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.worker.process.wait(10)
        for part in (self.worker, self.scheduler):
            part.kill()
            for process in part.processes():
                interrupt(process)


def written(file: Path) -> dict[str, Any]:
    """What a scheduler tells of itself, once it does."""
    try:
        told: dict[str, Any] = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return told


@contextmanager
def cluster(bench: Bench, processes: int = 2, faults: Faults | None = None) -> Iterator[Cluster]:
    """A cluster, for as long as it is needed."""
    found = Cluster(bench, processes, faults)
    try:
        yield found
    finally:
        found.close()


def with_workers_killed(bench: Bench, times: int, sweeps: int, processes: int = 2) -> Figures:
    """Kill workers of a cluster while it makes sweeps."""
    kills = again = parts = 0
    with cluster(bench, processes, {"slow": 0.03}) as dask:
        for number in range(sweeps):
            out = bench.new()
            sweep = bench.begin(out, "--cluster", dask.address)
            wait_for_work(sweep, out)
            while sweep.running() and kills < times * (number + 1) / sweeps:
                time.sleep(chance(0.1, 1.0, 7, kills))
                kills += dask.kill_one()
            ended = sweep.ended()
            assert (ended.code, ended.err) == (0, ""), ended
            times_made, parts_made = made(out)
            again, parts = again + times_made - parts_made, parts + parts_made
            bench.done(out)
    return {"sweeps": sweeps, "workers killed": kills, "parts": parts, "parts made twice": again}


def with_scheduler_restarted(bench: Bench, times: int) -> Figures:
    """Kill the scheduler in the middle of a sweep, and begin it again after some seconds."""
    went_on = ended_early = 0
    for number in range(times):
        with cluster(bench, faults={"slow": 0.05}) as dask:
            out = bench.new()
            sweep = bench.begin(out, "--cluster", dask.address)
            wait_for_work(sweep, out)
            time.sleep(chance(0.5, 2.0, 9, number))
            running = sweep.running()
            dask.restart_scheduler(chance(0.0, 4.0, 10, number))
            ended = sweep.ended()
            if ended.code == 0:
                assert ended.err == "", ended
                went_on += running
            else:
                assert ended.sentence, ended
                ended_early += 1
                bench.finish(out, "--cluster", dask.address)
            bench.done(out)
    return {"schedulers restarted": went_on + ended_early, "sweeps that went on": went_on, "that ended with a sentence": ended_early}


def without_workers(bench: Bench) -> Figures:
    """Kill all workers for good in the middle of a sweep: it ends with a sentence, and goes on elsewhere."""
    with cluster(bench, faults={"slow": 0.05}) as dask:
        out = bench.new()
        sweep = bench.begin(out, "--cluster", dask.address)
        until(lambda: any((out / "runs").glob("*")) or not sweep.running())
        for process in dask.worker.processes():
            interrupt(process)
        began = time.monotonic()
        ended = sweep.ended()
        assert ended.code == 2, ended
        assert "the scheduler has no workers" in ended.sentence, ended
        seconds = time.monotonic() - began
    bench.finish(out)
    bench.done(out)
    return {"seconds until it ended": round(seconds)}


def with_bad_runs(bench: Bench, kinds: tuple[str, ...], share: float) -> Figures:
    """Runs that go wrong on a cluster: see `tests.full.faults.runs`."""
    with cluster(bench, faults={"runs": chosen(bench, kinds, share)}) as dask:
        return that_go_wrong(bench, kinds, share, "--cluster", dask.address)


def nowhere(bench: Bench) -> Figures:
    """An address where nothing listens."""
    out = bench.new()
    ended = bench.begin(out, "--cluster", NOWHERE).ended()
    assert ended.code == 2, ended
    assert ended.sentence.startswith(f"--cluster {NOWHERE}: no Dask scheduler answers there"), ended
    return {"seconds until refused": round(ended.seconds, 1)}
