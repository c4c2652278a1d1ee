"""Runs that go wrong: only they are lost, and each says why and how to make it again."""

import subprocess
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.full.faults.bench import Bench, Figures, leftovers
from tests.full.faults.kills import wait_for_part, wait_for_work
from tests.full.faults.running import LOCKGATE, environment, interrupt, until

STATUS = {"raise": "failed", "endless": "timed-out", "nan": "not-finite", "exit": "died", "kill": "died"}
REASON = {
    "raise": "ArithmeticError: a defect put in on purpose",
    "endless": "took longer than 2 s",
    "nan": "model_enabled_harm is nan",
    "exit": "its process ended with exit code 7, 3 times",
    "kill": "its process ended with signal SIGKILL, 3 times",
}
OUTCOMES = ("model_enabled_harm", "incidents", "release_delay_days")
Bad = dict[str, list[list[Any]]]  # kind: seed and policy of each run
IN_THREADS = ("raise", "nan")  # what a thread survives


def table_of(folder: Path, name: str = "runs") -> pa.Table:
    """All rows of a study, in order."""
    return pa.concat_tables([pq.read_table(path) for path in sorted((folder / name).glob("*.parquet"))])


def chosen(bench: Bench, kinds: tuple[str, ...], share: float) -> Bad:
    """Runs for each kind of fault, so that together they are this share of all: of one policy in some draws, spread evenly."""
    rows = table_of(bench.reference).select(["seed", "policy"]).to_pylist()
    runs = [[row["seed"], row["policy"]] for row in rows]
    each = max(1, round(share * len(runs)))
    places = [place * len(runs) // (each * len(kinds)) for place in range(each * len(kinds))]
    return {kind: [runs[place] for place in places[number :: len(kinds)]] for number, kind in enumerate(kinds)}


def swept(bench: Bench, kinds: tuple[str, ...], share: float, *options: str) -> tuple[Bench, Path, Bad]:
    """A sweep in which a share of the runs go wrong in each of these ways. The study must have one row for each seed and policy."""
    bad, out = chosen(bench, kinds, share), bench.new()
    sweep = bench.begin(out, *options, faults={"runs": bad})
    ended = sweep.ended(1200)
    count = sum(map(len, bad.values()))
    assert ended.code == 3, ended
    assert ended.err.splitlines()[-1].startswith(f"lockgate: {count} runs of {table_of(out).num_rows:,} went wrong"), ended
    assert "Traceback" not in ended.err, ended
    sweep.seconds_until_gone()
    return bench, out, bad


def that_go_wrong(bench: Bench, kinds: tuple[str, ...], share: float, *options: str) -> Figures:
    """The same, and its rows looked at; asked to go on, it tries nothing again that is done."""
    began = time.monotonic()
    _, out, bad = swept(bench, kinds, share, *options)
    seconds = time.monotonic() - began
    check_rows(bench, out, bad)
    again = bench.run(out, *options)
    assert again.code == 3, again
    check_rows(bench, out, bad)
    return {
        "runs": table_of(out).num_rows,
        **{f"that {kind}": len(runs) for kind, runs in bad.items()},
        "good runs lost": 0,
        "seconds": round(seconds),
    }


def check_rows(bench: Bench, out: Path, bad: Bad) -> None:
    """Good rows are the undisturbed ones; bad ones say what is wrong."""
    kinds = {(seed, policy): kind for kind, runs in bad.items() for seed, policy in runs}
    rows, wanted = table_of(out).to_pylist(), table_of(bench.reference).to_pylist()
    assert len(rows) == len(wanted)
    for row, undisturbed in zip(rows, wanted, strict=True):
        kind = kinds.get((row["seed"], row["policy"]))
        said = {"status": STATUS[kind], "reason": REASON[kind], "replay": f"lockgate replay . --run {row['run']}"} if kind else {}
        assert row == undisturbed | (dict.fromkeys(OUTCOMES) if kind else {}) | said
    lost = {row["run"] for row in rows if row["status"] != "ok"}
    weeks, all_weeks = table_of(out, "series").to_pylist(), table_of(bench.reference, "series").to_pylist()
    assert weeks == [row for row in all_weeks if row["run"] not in lost]
    assert leftovers(out) == []


def replay(out: Path, run: int) -> subprocess.CompletedProcess[str]:
    """Make a run again, with the command that its row tells."""
    told = table_of(out)["replay"][run].as_py().split()
    assert told[0] == "lockgate"
    command = [*LOCKGATE, *told[1:], "--out", str(out.parent / f"replay-{run}"), "--quiet"]
    return subprocess.run(command, cwd=out, capture_output=True, text=True, check=False, env=environment(None))


def workers_killed_at_work(bench: Bench, times: int) -> Figures:
    """How soon a worker that was killed is noticed and replaced: all results are the undisturbed ones."""
    seconds: list[float] = []
    while len(seconds) < times:
        out = bench.new()
        sweep = bench.begin(out, "--workers", "2", faults={"slow": 0.03})
        wait_for_work(sweep, out)
        until(lambda sweep=sweep: len(sweep.workers()) == 2 or not sweep.running())
        while sweep.running() and len(seconds) < times:
            wait_for_part(sweep, out)
            before = sweep.workers()
            if len(before) < 2 or not sweep.running():
                continue
            interrupt(before[0])  # the one that has been there for longest, and is at work
            began, known = time.monotonic(), {process.pid for process in before}
            until(lambda sweep=sweep, known=known: not sweep.running() or {p.pid for p in sweep.workers()} - known)
            if sweep.running():
                seconds.append(time.monotonic() - began)
        ended = sweep.ended()
        assert (ended.code, ended.err) == (0, ""), ended
        bench.done(out)
    middle = sorted(seconds)[times // 2]
    return {"workers killed": times, "seconds until replaced, median": round(middle, 2), "at most": round(max(seconds), 2)}
