"""Several sweeps that want the same folder at the same moment: one proceeds, the others say so at once."""

import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.full.faults.bench import Bench, Figures
from tests.full.faults.running import Running, environment, until

IN_USE = "is in use by another sweep; wait until it ends, stop it, or name another folder with --out"


def of_sweeps(bench: Bench, times: int, most: int = 4) -> Figures:
    """Two to `most` sweeps at once, of a folder that is new or half done; the first goes on when all others have ended."""
    half = bench.new()
    # Early: where two threads write, a later call may find all parts written, and then no run is left to hold the first sweep at.
    assert bench.run(half, faults={"calls": {"folder": str(half), "at": 30}}).code == -9
    took: list[float] = []
    for number in range(times):
        out, hold = bench.new(), bench.place / f"go-{number}"
        if number % 2:
            shutil.copytree(half, out)
        sweeps = [bench.begin(out, faults={"hold": str(hold)}) for _ in range(2 + number % (most - 1))]
        ends = {}
        while len(ends) < len(sweeps) - 1:
            ends |= {place: time.monotonic() for place, sweep in enumerate(sweeps) if place not in ends and not sweep.running()}
            assert time.monotonic() < sweeps[0].began + 120, "more than one sweep proceeds"
            time.sleep(0.002)
        losers = [sweeps[place].ended() for place in ends]
        assert [ended.code for ended in losers] == [3] * len(losers), losers
        assert [ended.sentence for ended in losers] == [f"{out} {IN_USE}"] * len(losers)
        took += [end - sweeps[place].began for place, end in ends.items()]
        (winner,) = (sweep for place, sweep in enumerate(sweeps) if place not in ends)
        hold.touch()
        ended = winner.ended()
        assert (ended.code, ended.err) == (0, ""), ended
        bench.done(out)
    bench.finish(half)
    figures = {"races": times, "sweeps refused": len(took), "more than one proceeded": 0, "none proceeded": 0}
    return figures | {"seconds until refused, median": round(statistics.median(took), 2), "at most": round(max(took), 2)}


def refused_alone(bench: Bench, times: int) -> Figures:
    """How long it takes to be refused while nothing else is under way, and how much of that is Python's start and what it loads."""
    out, hold = bench.new(), bench.place / "go-alone"
    winner = bench.begin(out, faults={"hold": str(hold)})
    until((out / "journal.jsonl").exists)
    time.sleep(1.0)
    took = [bench.begin(out).ended() for _ in range(times)]
    assert {ended.code for ended in took} == {3}, took
    hold.touch()
    assert winner.ended().code == 0
    bench.done(out)
    start, load = (median_of([sys.executable, "-c", program], times) for program in ("pass", "import lockgate.experiments.cli"))
    return {
        "seconds until refused alone, median": round(statistics.median(ended.seconds for ended in took), 2),
        "at most": round(max(ended.seconds for ended in took), 2),
        "of these Python": round(start, 2),
        "of these loading the command line": round(load - start, 2),
    }


def median_of(command: list[str], times: int) -> float:
    """Median time of a program."""
    seconds = []
    for _ in range(times):
        began = time.monotonic()
        subprocess.run(command, env=environment(None), check=True)
        seconds.append(time.monotonic() - began)
    return statistics.median(seconds)


def of_shards(bench: Bench) -> Figures:
    """Shards share a folder; the same shard twice, and a shard beside the whole, do not."""
    out, hold = bench.new(), bench.place / "go-shards"
    faults = {"hold": str(hold)}
    first, second = (bench.begin(out, "--shard", f"{number}/3", faults=faults) for number in (1, 2))
    until(lambda: all(began(out, sweep, f"journal-{number}-of-3") for number, sweep in ((1, first), (2, second))))
    for options in (("--shard", "1/3"), ("--shard", "2/3"), ()):
        assert bench.begin(out, *options).ended().sentence == f"{out} {IN_USE}", options
    hold.touch()
    assert [sweep.ended().code for sweep in (first, second)] == [0, 0]
    hold.unlink()
    whole = bench.begin(out, faults=faults)
    until(lambda: began(out, whole, "journal"))
    assert bench.begin(out, "--shard", "3/3").ended().sentence == f"{out} {IN_USE}"
    hold.touch()
    assert whole.ended().code == 0
    bench.done(out)
    return {"shards at once": 2, "refused beside them": 4}


def began(out: Path, sweep: Running, journal: str) -> bool:
    """Whether a sweep holds the folder."""
    assert sweep.running(), sweep.ended()
    return (out / f"{journal}.jsonl").exists()
