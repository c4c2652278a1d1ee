"""The long checks of faults: `python -m tests.full.faults [NAME ...] [--share S]`. Each prints its figures, and fails where one is wrong.

`--share` is the share of the full size. `strace` and `mount` are needed for two of them, which are named where they cannot be done.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.full.faults import cluster, damage, errors, identity, kills, races, runs, stops, traced
from tests.full.faults.bench import Bench, Figures, serving
from tests.full.faults.fork import Server

Found = Iterator[tuple[str, Figures]]
Check = Callable[[Path, Server, float], Found]


def times(full: int, share: float) -> int:
    """How often, at this share of the full size."""
    return max(1, round(full * share))


def check_kills(place: Path, server: Server, share: float) -> Found:
    """SIGKILL, and power that fails."""
    yield "killed at every call", kills.at_every_call(Bench(place / "small", server=server))
    long = Bench(place / "long", 7, server, forked=False, draws=40)
    yield "killed at random", kills.of_sweep(long, times(200, share))
    yield "killed at random, with two workers", kills.of_sweep(long, times(50, share), "--workers", "2")
    yield "workers killed", kills.of_workers(long, times(200, share))
    if shutil.which("strace"):
        yield "killed by strace", traced.kills(Bench(place / "traced"))


def check_errors(place: Path, server: Server, share: float) -> Found:
    """Full and failing disks."""
    bench = Bench(place / "small", server=server)
    yield "errors at every call", errors.at_every_call(bench, max(1, round(1 / share)))
    if shutil.which("strace"):
        yield "errors by strace", traced.errors(Bench(place / "traced"))
    if os.geteuid() == 0 and sys.platform == "linux":
        yield "full disks", errors.on_full_disks(bench, step=max(4, round(4 / share)))
        yield "read-only disks", errors.on_read_only_disks(bench)


def check_runs(place: Path, server: Server, share: float) -> Found:
    """Runs that go wrong."""
    bench = Bench(place / "runs", 50, server, forked=False, draws=times(500, share), points=1, limit=2)
    yield "with workers", runs.that_go_wrong(bench, tuple(runs.STATUS), 0.01, "--workers", "2")
    bench = Bench(place / "threads", 50, server, forked=False, draws=times(500, share), points=1)
    yield "with threads", runs.that_go_wrong(bench, runs.IN_THREADS, 0.01, "--threads", "2")
    bench = Bench(place / "busy", 7, server, forked=False, draws=60)
    yield "workers killed at work", runs.workers_killed_at_work(bench, times(50, share))


def check_damage(place: Path, server: Server, share: float) -> Found:
    """Flipped bits and cut files."""
    bench = Bench(place / "small", server=server)
    yield "damage", damage.of_all_files(bench, times(10_000, share), times(1_000, share), times(110, share))


def check_races(place: Path, server: Server, share: float) -> Found:
    """Several sweeps, one folder."""
    bench = Bench(place / "small", server=server, forked=False)
    yield "races", races.of_sweeps(bench, times(100, share))
    yield "refused alone", races.refused_alone(bench, times(20, share))
    yield "shards", races.of_shards(bench)


def check_cluster(place: Path, server: Server, share: float) -> Found:
    """Dask."""
    bench = Bench(place / "small", 5, server, forked=False, draws=60)
    yield "workers killed", cluster.with_workers_killed(bench, times(20, share), times(5, share))
    yield "scheduler restarted", cluster.with_scheduler_restarted(bench, times(6, share))
    yield "scheduler without workers", cluster.without_workers(bench)
    yield "nowhere", cluster.nowhere(bench)
    bench = Bench(place / "runs", 20, server, forked=False, draws=60, points=1, limit=2)
    yield "runs that go wrong", cluster.with_bad_runs(bench, tuple(runs.STATUS), 0.01)


def check_identity(place: Path, server: Server, share: float) -> Found:
    """Threads, workers, chunks and shards."""
    yield "ways", identity.of_ways(place, identity.EVERY[:: max(1, round(1 / share))], server)


def check_stops(place: Path, server: Server, share: float) -> Found:
    """SIGINT and SIGTERM."""
    bench = Bench(place / "small", 5, server, forked=False, draws=20)
    yield "at random", stops.at_random(bench, times(50, share))
    yield "while loading", stops.at_once(bench, times(50, share))
    yield "in endless runs", stops.in_endless_runs(bench, times(10, share))


CHECKS: dict[str, Check] = {name.removeprefix("check_"): check for name, check in list(globals().items()) if name.startswith("check_")}


def main() -> None:
    """Do the checks that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(CHECKS)}")
    parser.add_argument("--share", type=float, default=1.0, help="share of the full size")
    options = parser.parse_args()
    for name in options.names or CHECKS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="faults-") as place, serving(Path(place)) as server:
            for what, figures in CHECKS[name](Path(place), server, options.share):
                print(f"{name}: {what}")
                for figure, value in figures.items():
                    print(f"  {figure:45} {value:>10,}", flush=True)
        print(f"{name}: {time.monotonic() - began:.0f} s in all\n", flush=True)


if __name__ == "__main__":
    main()
