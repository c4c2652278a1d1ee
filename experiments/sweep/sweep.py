"""A sweep: all runs of a study, kept in a folder from which it can be resumed, whenever and however it ended."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from importlib import import_module
from os import PathLike
from pathlib import Path
from threading import Event
from time import perf_counter

import numpy as np
import pyarrow as pa

from lockgate.experiments.provenance import provenance
from lockgate.experiments.results.intervals import change
from lockgate.experiments.study.load import load_study
from lockgate.experiments.study.study import Stop, Study
from lockgate.experiments.sweep.folder import KeptPart, Part, StudyFolder
from lockgate.experiments.sweep.layout import parquet_file
from lockgate.experiments.sweep.metadata import write_datapackage
from lockgate.experiments.sweep.plan import OK, Piece, SweepPlan, chunk_of
from lockgate.experiments.sweep.safe import WHOLE, Shard, claimed
from lockgate.experiments.sweep.workers import ProcessWorker, Retry, ThreadWorker, Worker
from lockgate.scenarios.files import spelled
from lockgate.sim.engine.kinds import Kinds, OwnKind, own_kinds
from lockgate.sim.engine.pool import Pool
from lockgate.sim.errors import InputError
from lockgate.sim.limits import MOST_DRAWS_IN_ALL
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.search_path import installed_first


def is_precise(folder: StudyFolder, plan: SweepPlan, draws: int, whole: Mapping[Piece, KeptPart]) -> bool:
    """Whether, over the first `draws` draws, each difference that the stop rule names has a 95 % interval that is narrow enough.

    Where an interval cannot be given, it is not: too few draws differ from one another. Only parts that are whole are read.
    """
    rule = plan.study.stop
    if rule is None:
        return False
    paths = [part.paths(folder.folder)["runs"] for part in whole.values() if part.piece.first < plan.runs(draws)]
    columns = ["run", rule.outcome, "status"]
    table = pa.concat_tables([parquet_file(path).read(columns) for path in paths]).sort_by("run")
    values = np.full((draws, plan.runs_per_draw), np.nan)
    good = np.asarray(table["status"].to_numpy(zero_copy_only=False) == OK)
    run = table["run"].to_numpy()
    chosen = good & (run < plan.runs(draws))
    values.flat[run[chosen]] = table[rule.outcome].to_numpy(zero_copy_only=False)[chosen]
    cells = values.reshape(draws, -1, len(plan.study.policies))
    for cell in range(cells.shape[1]):
        base = cells[:, cell, 0]
        for policy in range(1, cells.shape[2]):
            mine = cells[:, cell, policy]
            both = np.isfinite(mine) & np.isfinite(base)
            if np.sum(both) < 2:
                return False
            difference = change(OUTCOMES[rule.outcome], mine[both], base[both])
            wanted = rule.half_width if rule.half_width is not None else (rule.half_width_share or 0.0) * abs(float(np.mean(base[both])))
            equal = not np.ptp(mine[both] - base[both])
            if not equal and not (difference["high"] - difference["low"]) / 2 <= wanted:
                return False
    return True


@dataclass
class Progress:
    """How far a sweep is: runs that were done when it began, that it is to make, and that it has made; and how many went wrong."""

    before: int
    total: int
    made: int = 0
    wrong: int = 0
    tally: dict[str, tuple[float, int]] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """Runs that are done in all."""
        return self.before + self.made

    def add(self, part: KeptPart, *, new: bool) -> None:
        """Count a part."""
        self.made += part.piece.last - part.piece.first if new else 0
        self.wrong += part.wrong
        for policy, (total, count) in part.tally.items():
            known, so_far = self.tally.get(policy, (0.0, 0))
            self.tally[policy] = known + total, so_far + count

    def means(self) -> dict[str, float]:
        """The mean of the study's first outcome so far, under each policy, over all worlds and points."""
        return {policy: total / count for policy, (total, count) in self.tally.items() if count}


Watch = Callable[[Progress], None]


@dataclass(frozen=True)
class Done:
    """What a sweep leaves: how many draws there are, whether the study is whole, and its runs in all and those that went wrong."""

    folder: Path
    draws: int
    runs: int
    wrong: int
    stopped_early: bool


@installed_first
def sweep(  # noqa: PLR0913  # one for each thing asked
    study: Study | str | PathLike[str],
    folder: str | PathLike[str],
    *,
    draws: int | None = None,
    add_draws: int = 0,
    workers: int = 0,
    threads: int | None = None,
    shard: Shard = WHOLE,
    cluster: str | None = None,
    chunk: int | None = None,
    command: Sequence[str] = (),
    watch: Watch | None = None,
    is_claimed: bool = False,
    kinds: Kinds = None,
) -> Done:
    """Make all runs of a study that its folder does not hold yet; what is damaged there is made again.

    `study` is a `Study`, the name of a built-in one, or a path of a TOML file. `folder` is made where there is none.

    `draws` asks for another number of draws than the study does, `add_draws` for so many more than a finished study has. `workers`
    processes run side by side, with `threads` (default 1) in each; without them all is done on threads (default: one a core) of this
    process; `cluster` is the address of a Dask scheduler. `shard=(i, n)` makes the i-th of n parts of the work. `chunk` is the number of
    runs in a part (default: what takes about a second). None of these changes a result. `watch` is called after each part.
    `is_claimed` says that the folder is locked already (`experiments.sweep.safe.claimed`). `kinds` puts other kinds of agents in place of
    the model's own, as in `compare`; whoever goes on with the folder hands in the same, and their runs stay in this process.

    Raises `InputError` where something asked for is not possible, `OtherPlan` where the folder holds another study, `FolderInUse` where
    another sweep writes to it, and `OSError` where it cannot be written. All that was made so far is kept then, and the same call goes on.
    """
    study, folder = study if isinstance(study, Study) else load_study(study), Path(spelled("folder", folder))
    check_asked(study, draws, add_draws, shard, chunk)
    own = own_kinds(kinds)
    refuse_processes(study, own, workers, cluster)
    with nullcontext() if is_claimed else claimed(folder, shard):
        plan = plan_for(study, folder, chunk, own)
        kept = StudyFolder(folder, shard)
        kept.begin(plan)
        kept.tidy(plan)
        target = wanted_draws(kept, plan, draws, add_draws)
        told = {kind.table: str(kind) for kind in own}
        kept.note_begin(plan, target, add_draws, provenance(command or [Path(sys.argv[0]).name, *sys.argv[1:]], told))
        write_datapackage(kept, plan)
        try:
            with workers_for(plan, workers, threads, cluster) as hired:
                rule, stopping = study.stop if draws is None and not add_draws else None, Event()
                pool = Pool([Retry(worker, study.time_limit_seconds, stopping) for worker in hired], kept.keep, stopping)
                return fill(kept, plan, pool, target, rule, watch)
        finally:
            write_datapackage(kept, plan)


def fill(
    kept: StudyFolder, plan: SweepPlan, pool: Pool[Piece, Part, KeptPart], target: int, rule: Stop | None, watch: Watch | None
) -> Done:
    """Make what is missing of so many draws, or of fewer where a rule ends it."""
    known, whole = list(kept.recorded_parts()), kept.whole_parts()
    progress = Progress(covered(whole, plan, target), plan.runs(target))
    warn_where_slow(plan, progress.total - progress.before)
    for part in whole.values():
        progress.add(part, new=False)
    reached = target
    for reached in [target] if rule is None else [*range(rule.every, target, rule.every), target]:
        pieces = plan.pieces(reached, list(whole), kept.shard, known)
        with closing(pool.run(pieces)) as parts:  # closed at once, also where Ctrl-C comes below
            for part in parts:
                whole[part.piece] = part
                progress.add(part, new=True)
                if watch:
                    watch(progress)
        if reached < target and is_precise(kept, plan, reached, whole):
            break
    kept.journal.append({"finished": reached})
    return Done(kept.folder, reached, covered(whole, plan, reached), progress.wrong, stopped_early=reached < target)


def warn_where_slow(plan: SweepPlan, runs: int) -> None:
    """Warn, before so many runs are made, where Mesa makes them: why, and how long that takes, as the first run shows."""
    if not plan.kinds or not runs or not (reason := slow(plan)):
        return
    from lockgate.experiments.sweep.runner import Runner
    from lockgate.sim.engine.runs import warn_of_slow_runs

    runner = Runner(plan)
    first = next(iter(runner.blocks(Piece(0, 1))))
    own = runner.engine_plan([first])
    import_module("lockgate.sim.engine.mesa")  # takes a second, which is not to count as the time of a run
    began = perf_counter()
    runner.rows(Piece(0, 1))
    warn_of_slow_runs(own, reason, perf_counter() - began, runs)


def check_asked(study: Study, draws: int | None, add_draws: int, shard: Shard, chunk: int | None) -> None:
    """Refuse what cannot be done, before anything is written."""
    number, shards = shard
    if not 1 <= number <= shards:
        raise InputError(f"shard {number}/{shards} must be I/N with I from 1 to N, such as 2/8")
    if study.stop is not None and shard != WHOLE:
        raise InputError(f"shard {number}/{shards}: a study with a stop rule cannot be cut into shards, drop [stop] and say how many draws")
    for name, value in (("draws", draws), ("added draws", add_draws or None), ("chunk", chunk)):
        if value is not None and not 1 <= value <= MOST_DRAWS_IN_ALL:
            raise InputError(f"{name} = {value} must be 1 to {MOST_DRAWS_IN_ALL:,}")


def refuse_processes(study: Study, kinds: Sequence[OwnKind], workers: int, cluster: str | None) -> None:
    """Refuse other processes where kinds of one's own are handed in: no process but this one has their code."""
    for own in kinds:
        if workers or cluster is not None:
            option = f"--workers {workers}" if workers else f"--cluster {cluster}"
            known = f"{own.table} = {own.name} is known to this process alone"
            raise InputError(f"{option}: {known}; leave that out, and runs go to its threads")
        if study.time_limit_seconds is not None:
            raise InputError(
                f"time_limit_seconds = {study.time_limit_seconds:g} needs processes, and {own.table} = {own.name} is known "
                f"to this one alone; leave it out of the study"
            )


def plan_for(study: Study, folder: Path, chunk: int | None = None, kinds: tuple[OwnKind, ...] = ()) -> SweepPlan:
    """The plan of a study in a folder: cut as is asked, or as the folder is cut already, or into what takes about a second."""
    plan = SweepPlan(study, chunk or known_chunk(folder) or chunk_of(study), kinds)
    if not kinds or chunk or known_chunk(folder) or not slow(plan):
        return plan
    from lockgate.sim.engine.runs import MESA_TIMES_SLOWER

    return replace(plan, chunk=max(1, plan.chunk // MESA_TIMES_SLOWER))


def slow(plan: SweepPlan) -> str:
    """Why the plan's kinds cannot be compiled, so that Mesa makes its runs; nothing where they can, and then they are."""
    from lockgate.sim.engine.runs import why_not_compiled

    return why_not_compiled(plan.classes, check=plan.study.check)


def target_of(plan: SweepPlan, folder: Path, draws: int | None, added: int) -> int:
    """How many draws a sweep into this folder would have in the end. Changes nothing."""
    return wanted_draws(StudyFolder(folder), plan, draws, added)


def known_chunk(folder: Path) -> int | None:
    """How many runs a chunk has in a folder that holds a study already."""
    with suppress(OSError):
        return next((int(record["chunk"]) for record in reversed(StudyFolder(folder).records()) if "chunk" in record), None)
    return None


def wanted_draws(folder: StudyFolder, plan: SweepPlan, draws: int | None, added: int) -> int:
    """How many draws there are to be in the end."""
    known = folder.draws()
    if added:
        own = folder.journal.records()
        finished = max((record["finished"] for record in own if "finished" in record), default=0)
        begun = [record for record in own if "draws" in record]
        if begun and begun[-1]["draws"] > finished and begun[-1]["added"] == added:
            return int(begun[-1]["draws"])  # the same command, resumed
        if not finished or any(record["draws"] > finished and record["added"] for record in begun):
            raise InputError(
                f"--draws +{added}: the study in {folder.folder} is not finished; finish it first, with the command that began it"
            )
        return finished + added
    if draws is not None and draws < known:
        raise InputError(f"--draws {draws}: {folder.folder} is to hold {known} draws already; ask for as many, or for more")
    return max(known, draws or plan.study.draws)


def covered(parts: dict[Piece, KeptPart], plan: SweepPlan, draws: int) -> int:
    """How many of the runs of these draws parts hold."""
    end = plan.runs(draws)
    return sum(max(0, min(piece.last, end) - piece.first) for piece in parts)


@contextmanager
def workers_for(plan: SweepPlan, workers: int, threads: int | None, cluster: str | None) -> Iterator[list[Worker[Part]]]:
    """The workers that are to run pieces. A time limit needs processes: nothing else can be stopped."""
    cores = os.cpu_count() or 1
    if cluster is not None:
        from lockgate.experiments.sweep.cluster import connected

        with connected(cluster, plan) as on_cluster:
            yield on_cluster
        return
    if plan.study.time_limit_seconds is not None and not workers:
        workers, threads = threads or cores, None
    if slow(plan):  # compiles, once, before any thread or worker asks for it
        threads = 1  # of Python, which runs one at a time
    hired: list[Worker[Part]] = []
    hired += [ProcessWorker(plan, threads or 1) for _ in range(workers)] or [ThreadWorker(plan) for _ in range(threads or cores)]
    try:
        yield hired
    finally:
        for worker in hired:
            worker.close()
