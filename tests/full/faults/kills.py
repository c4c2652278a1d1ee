"""Sweeps that are killed at any moment, and then asked to go on."""

import time
from collections import Counter
from itertools import count
from pathlib import Path

from tests.full.faults.bench import Bench, Figures, chance, kept, made, undamaged
from tests.full.faults.running import Running, interrupt, until

SLOW = {"slow": 0.03}  # seconds for each batch of runs, so that there is something to kill


def calls_of(bench: Bench) -> list[str]:
    """The calls on files that an undisturbed sweep makes, in order."""
    out, log = bench.new(), bench.place / "calls.txt"
    ended = bench.run(out, faults={"calls": {"folder": str(out), "log": str(log)}})
    assert ended.code == 0, ended
    bench.done(out)
    names = log.read_text().split()
    log.unlink()
    return names


def at_every_call(bench: Bench, *, step: int = 1, careless: str = "") -> Figures:
    """Kill a sweep before each of its calls, and within each write; what is after one call is before the next.

    At each `step`-th call also let the power fail, so that what was not flushed is lost: no part that the journal tells of may be.
    """
    names = calls_of(bench)
    again, done = 0, Counter[str]()
    for do in ("kill", "half", "power"):
        for number, name in enumerate(names, 1):
            wanted = {"kill": not careless, "half": name == "write" and not careless, "power": number % step == 0}
            if wanted[do]:
                out = bench.new()
                calls = {"folder": str(out), "at": number, "do": do, "careless": careless}
                ended = bench.run(out, faults={"calls": calls})
                assert ended.code == -9, (number, name, do, ended)
                undamaged(out)
                done[do] += 1
                bench.finish(out)
                times, parts = made(out)
                again += times - parts
                bench.done(out)
    kinds = {f"killed before {name}": count for name, count in sorted(Counter(names).items())}
    return {**kinds, "killed within write": done["half"], "power failures": done["power"], "parts made twice": again, "parts lost": 0}


def of_sweep(bench: Bench, times: int, *options: str) -> Figures:
    """Kill a sweep again and again, most often while it works, until it is done nevertheless."""
    kills = finished = early = again = parts = 0
    gone, before = 0.0, {}
    out = bench.new()
    for number in count():
        if kills == times:
            break
        sweep = bench.begin(out, *options, faults=SLOW)
        kind = chance(0, 1, 1, number)
        if kind < 0.2:
            early += 1
        elif kind < 0.5:
            wait_for_work(sweep, out)
        else:
            wait_for_part(sweep, out)
        time.sleep(chance(0, 0.6, 2, number))
        alive = sweep.running()
        sweep.kill()
        kills += alive
        there = kept(out)
        assert before.items() <= there.items(), "parts that were whole were made again"
        before = there
        gone = max(gone, sweep.seconds_until_gone())
        if not alive or kills == times:
            bench.finish(out)
            finished += 1
            times_made, parts_made = made(out)
            again, parts = again + times_made - parts_made, parts + parts_made
            bench.done(out)
            out, before = bench.new(), {}
    figures = {"kills": kills, "of these while loading": early, "sweeps": finished, "parts": parts, "parts made twice": again}
    return figures | {"parts lost": 0, "seconds until workers were gone, at most": round(gone, 1)}


def wait_for_work(sweep: Running, out: Path) -> None:
    """Wait until a sweep has begun to write."""
    journal = out / "journal.jsonl"
    size = journal.stat().st_size if journal.exists() else 0
    until(lambda: not sweep.running() or (journal.exists() and journal.stat().st_size > size))


def wait_for_part(sweep: Running, out: Path) -> None:
    """Wait until a sweep has made another part."""
    there = len(list(out.glob("runs/*")))
    until(lambda: not sweep.running() or len(list(out.glob("runs/*"))) > there)


def of_workers(bench: Bench, times: int, workers: int = 2) -> Figures:
    """Kill workers of sweeps, now one and now another, while the sweeps go on."""
    kills = finished = again = parts = 0
    numbers = count()
    while kills < times:
        out = bench.new()
        sweep = bench.begin(out, "--workers", str(workers), faults=SLOW)
        wait_for_work(sweep, out)
        while sweep.running() and kills < times:
            number = next(numbers)
            if number % 4:  # mostly one at work, now and then one that begins
                wait_for_part(sweep, out)
            time.sleep(chance(0.0, 0.4, 4, number))
            found = sweep.workers()
            if found:
                interrupt(found[int(chance(0, len(found), 5, number))])
                kills += 1
        ended = sweep.ended()
        assert (ended.code, ended.err) == (0, ""), ended
        times_made, parts_made = made(out)
        again, parts, finished = again + times_made - parts_made, parts + parts_made, finished + 1
        bench.done(out)
    return {"kills": kills, "sweeps": finished, "parts": parts, "parts made twice": again, "runs that went wrong": 0}
