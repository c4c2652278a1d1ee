"""Sweeps that are asked to stop: in seconds, with a sentence, and with nothing left behind."""

import re
import signal
import statistics
import time

from tests.full.faults.bench import Bench, Figures, chance
from tests.full.faults.kills import wait_for_work
from tests.full.faults.running import until
from tests.full.faults.runs import chosen

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
KEPT = r"[\d,]+ of [\d,]+ runs are kept in .*, and the same command goes on from there"
SAYS = re.compile(rf"stopped; (nothing was lost, the same command goes on|{KEPT})")
MOST_SECONDS = 5.0
HOW = ((), ("--workers", "2"))


def at_random(bench: Bench, times: int, most_seconds: float = MOST_SECONDS) -> Figures:
    """Ctrl-C and SIGTERM, to the sweep alone and to all of its group as a terminal sends it, with threads and with workers."""
    took: list[float] = []
    late = number = 0
    while len(took) < times:
        assert late <= times, "signals are not heard"
        options, signals, group = HOW[number % 2], (signal.SIGINT, signal.SIGTERM)[number // 2 % 2], number // 4 % 2 == 0
        out = bench.new()
        sweep = bench.begin(out, *options, faults={"slow": 0.03})
        wait_for_work(sweep, out)
        time.sleep(chance(0.0, 1.5 if options else 0.8, 11, number))
        number += 1
        alive, began = sweep.running(), time.monotonic()
        if alive:
            sweep.send(signals, group=group)
        ended = sweep.ended()
        seconds = time.monotonic() - began
        if ended.code == 0:
            late += 1
        else:
            assert ended.code == CODES[signals], ended
            assert SAYS.fullmatch(ended.sentence), ended
            assert seconds < most_seconds, ended
            took.append(seconds)
        sweep.seconds_until_gone(2.0)
        bench.finish(out)
        bench.done(out)
    return {
        "stops": times,
        "that came too late": late,
        "seconds until it ended, median": round(statistics.median(took), 2),
        "at most": round(max(took), 2),
    }


def at_once(bench: Bench, times: int) -> Figures:
    """Signals while the program is still loading, when it may have nothing to say: it ends, and leaves what goes on."""
    said: dict[str, int] = {}
    for number in range(times):
        out, signals = bench.new(), (signal.SIGINT, signal.SIGTERM)[number % 2]
        sweep = bench.begin(out)
        time.sleep(chance(0.0, 1.0, 12, number))
        sweep.send(signals)
        ended = sweep.ended()
        first = "traceback" if "Traceback" in ended.err else "sentence" if ended.err else "silent"
        key = f"{signals.name}, code {ended.code}, {first}"
        said[key] = said.get(key, 0) + 1
        bench.finish(out)
        bench.done(out)
    return dict(sorted(said.items()))


def in_endless_runs(bench: Bench, times: int, how: tuple[int, ...] = (signal.SIGTERM, signal.SIGKILL)) -> Figures:
    """The sweep stops, or is killed, while its workers are in runs that do not end: none is left."""
    took = []
    for number in range(times):
        bad = chosen(bench, ("endless",), 0.5)
        for signals in how:
            out = bench.new()
            sweep = bench.begin(out, "--workers", "2", faults={"runs": bad})
            until(lambda sweep=sweep: len(sweep.workers()) == 2)
            time.sleep(chance(0.0, 2.0, 13, number))
            began = time.monotonic()
            sweep.send(signals)
            ended = sweep.ended()
            assert ended.code in (143, -9), ended
            sweep.seconds_until_gone()
            took.append(time.monotonic() - began)
    return {"stops in endless runs": len(took), "seconds until all had gone, at most": round(max(took), 1)}
