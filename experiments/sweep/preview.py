"""What a sweep will cost, measured on a few of its runs, without writing anything."""

import time
from dataclasses import dataclass
from pathlib import Path

from lockgate.experiments.benchmark.machine import peak_mb
from lockgate.experiments.study.factor import Value
from lockgate.experiments.sweep.folder import StudyFolder
from lockgate.experiments.sweep.layout import part_of, runs_table
from lockgate.experiments.sweep.plan import Piece, SweepPlan
from lockgate.experiments.sweep.runner import Runner
from lockgate.experiments.sweep.sweep import covered
from lockgate.sim.engine.runs import why_not_compiled

SAMPLE_SECONDS = 0.5
SHOWN_ROWS = 6
PROCESS_MB = 200.0  # of a worker: the program and its libraries


@dataclass(frozen=True)
class Preview:
    """Runs in all and left to do; seconds, megabytes on disk and of memory that they are likely to take; and the first rows."""

    runs: int
    left: int
    parts: int
    chunk: int
    seconds: float
    disk_mb: float
    memory_mb: float
    rows: list[dict[str, Value | str]]


def preview(plan: SweepPlan, folder: Path, draws: int, threads: int, workers: int) -> Preview:
    """Time some of the first runs, and reckon from them. `threads` is the number that run at the same time."""
    why_not_compiled(plan.classes, check=plan.study.check)  # compiles
    runner = Runner(plan)
    one = part_of(runner, runner.rows(Piece(0, 1)))  # also loads the compiled rules, so that this is not timed
    sample, seconds = timed(runner, plan, draws)
    rows = runner.rows(sample)
    sampled = sample.last - sample.first
    bytes_of_part = sum(map(len, one.files.values()))
    bytes_of_run = (sum(map(len, part_of(runner, rows).files.values())) - bytes_of_part) / max(1, sampled - 1)
    held = (rows.outcomes.nbytes + rows.weeks.nbytes + rows.displacement.nbytes) / sampled * plan.chunk
    whole = StudyFolder(folder, plan=plan).whole_parts() if folder.is_dir() else {}
    runs = plan.runs(draws)
    parts = -(-runs // plan.chunk)
    left = runs - covered(whole, plan, draws)
    columns = ["run", "draw", "world", "point", "policy", *(factor.column for factor in plan.study.factors)]
    first = Piece(0, min(SHOWN_ROWS, runs))
    return Preview(
        runs=runs,
        left=left,
        parts=parts,
        chunk=plan.chunk,
        seconds=seconds * left / threads,
        disk_mb=(bytes_of_run * runs + bytes_of_part * parts) / 1e6,
        memory_mb=max(PROCESS_MB, peak_mb()) + 3 * threads * held / 1e6 + workers * PROCESS_MB,
        rows=runs_table(runner, runner.rows(first)).select(columns).to_pylist(),
    )


def timed(runner: Runner, plan: SweepPlan, draws: int) -> tuple[Piece, float]:
    """The first runs, more and more until that takes long enough; and the seconds that one of them took."""
    last = 1
    while True:
        piece = Piece(0, min(last, plan.runs(draws), plan.chunk))
        began = time.perf_counter()
        runner.rows(piece)
        seconds = time.perf_counter() - began
        if seconds >= SAMPLE_SECONDS or piece.last < last:
            return piece, seconds / piece.last
        last *= 4
