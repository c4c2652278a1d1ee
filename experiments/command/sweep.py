"""`lockgate sweep`: all runs of a study, into a folder from which it can be resumed."""

import math
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lockgate.experiments.command.kinds import KindsOption, chosen_kinds
from lockgate.experiments.command.option import By, Json, Quiet, check_writable, whole_number
from lockgate.experiments.command.screen import paragraph, print_json, results, say, warn_of, warnings_said
from lockgate.experiments.text.numbers import count, duration, money, number, printable, storage
from lockgate.sim.errors import InputError
from lockgate.sim.limits import MOST_CHUNK, MOST_DRAWS_IN_ALL, MOST_SHARDS, MOST_THREADS

if TYPE_CHECKING:
    from lockgate.experiments.study.study import Study
    from lockgate.experiments.sweep.preview import Preview
    from lockgate.experiments.sweep.sweep import Done, Progress

EXAMPLES = """\
\b
Examples:
  lockgate sweep preview-length --out preview --dry-run
  lockgate sweep preview-length --out preview
  lockgate sweep preview-length --out preview --draws +200
  lockgate sweep mine.toml --out mine --shard 3/16

\b
Exit codes beside the usual: 3 some runs went wrong, or another sweep uses
the folder, 4 the folder holds another study, 130 and 143 stopped.
"""

StudyName = Annotated[str, typer.Argument(metavar="STUDY", help="A study by name, or a path to its TOML file.")]
Folder = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the study. What it holds already is not made again.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what it would cost, and write nothing.")]
Draws = Annotated[
    str | None, typer.Option("--draws", metavar="N", help="Another number of draws than the study's; +N adds so many to a finished study.")
]
Workers = Annotated[
    int, typer.Option("--workers", metavar="N", help="Processes that run side by side. [default: none, but threads of this one]")
]
Threads = Annotated[
    int | None, typer.Option("--threads", metavar="N", help="Threads of each process. [default: one a core; 1 with --workers]")
]
ShardOption = Annotated[str, typer.Option("--shard", metavar="I/N", help="Make the I-th of N parts of the work, as in a job array.")]
ClusterOption = Annotated[str | None, typer.Option("--cluster", metavar="ADDRESS", help="Run on a Dask scheduler that is there already.")]
Chunk = Annotated[int | None, typer.Option("--chunk", metavar="RUNS", help="Runs in one part. [default: what takes about a second]")]


class SweepStopped(Exception):  # noqa: N818  # what happened
    """A sweep was stopped by a signal."""

    def __init__(self, said: str, exit_status: int) -> None:
        super().__init__(said)
        self.exit_status = exit_status


class Terminated(BaseException):
    """SIGTERM came."""


class WentWrong(Exception):  # noqa: N818  # what happened
    """All is done, but some runs went wrong."""

    exit_status = 3


def sweep(  # noqa: PLR0913, PLR0917  # one for each option
    study: StudyName,
    out: Folder,
    dry_run: DryRun = False,
    draws: Draws = None,
    workers: Workers = 0,
    threads: Threads = None,
    shard: ShardOption = "1/1",
    cluster: ClusterOption = None,
    chunk: Chunk = None,
    kinds: KindsOption = None,
    by: By = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Run a study: every policy in every world, at every point of its design, in the same draws.

    Results are kept as they come. A sweep that was stopped, or killed, goes on where it was when the same command is given again.
    """
    from lockgate.sim.settings import whole

    whole("--workers", workers, 0, MOST_THREADS, "processes")
    whole("--threads", 1 if threads is None else threads, 1, MOST_THREADS, "threads")
    whole("--chunk", 1 if chunk is None else chunk, 1, MOST_CHUNK, "runs in a part")
    if cluster is not None and (workers or threads is not None):
        raise InputError(f"--cluster {cluster} has workers of its own; leave out --workers and --threads")
    part = shard_of(shard)
    absolute, added = draws_of(draws)
    check_writable(out)
    own = chosen_kinds(kinds)

    if dry_run:
        show_preview(study, out, absolute, added, workers=workers, threads=threads, chunk=chunk, as_json=as_json, kinds=own)
        return

    from lockgate.experiments.sweep.safe import claimed

    screen = SweepScreen()
    with stoppable(screen, out), claimed(out, part):
        from lockgate.experiments.study.effects import without_effect_in  # loads much, and is not needed where the folder is in use
        from lockgate.experiments.study.load import load_study
        from lockgate.experiments.sweep.sweep import sweep as run_sweep

        loaded = load_study(study)
        split = structures_by(by, loaded)
        warn_of([] if own else without_effect_in(loaded))
        with screen.shown(loaded, quiet=quiet), warnings_said():
            done = run_sweep(
                loaded,
                out,
                draws=absolute,
                add_draws=added,
                workers=workers,
                threads=threads,
                shard=part,
                cluster=cluster,
                chunk=chunk,
                command=["lockgate", *sys.argv[1:]],
                watch=screen,
                is_claimed=True,
                kinds=own,
            )
    finish(done, loaded, part, split, quiet=quiet, as_json=as_json)


def structures_by(by: list[str] | None, study: "Study") -> list[str]:
    """The structures to split what was found by, each once, unless the study does not sample one of them."""
    from lockgate.experiments.results.structure import checked_structure, structures_of

    known = structures_of(study)
    return [checked_structure(name, known) for name in dict.fromkeys(by or ())]


def draws_of(text: str | None) -> tuple[int | None, int]:
    """A number of draws, or how many to add.

    >>> draws_of("+200"), draws_of("50"), draws_of(None)
    ((None, 200), (50, 0), (None, 0))
    """
    if text is None:
        return None, 0
    wanted = whole_number(text.removeprefix("+"))
    if not 1 <= wanted <= MOST_DRAWS_IN_ALL:
        raise InputError(f"--draws {text} must be a whole number from 1 to {MOST_DRAWS_IN_ALL} (draws), or +N to add N to a finished study")
    return (None, wanted) if text.startswith("+") else (wanted, 0)


def shard_of(text: str) -> tuple[int, int]:
    """Which shard, of how many.

    >>> shard_of("2/8")
    (2, 8)
    """
    own, _, shards = text.partition("/")
    if not 1 <= whole_number(own) <= whole_number(shards) <= MOST_SHARDS:
        raise InputError(f"--shard {text} must be I/N with I from 1 to N, such as 2/8")
    return whole_number(own), whole_number(shards)


@contextmanager
def stoppable(screen: "SweepScreen", out: Path) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end what is within in the same way: with a sentence on what is kept."""

    def end(*_: Any) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except KeyboardInterrupt:
        raise SweepStopped(screen.kept(out), 130) from None
    except Terminated:
        raise SweepStopped(screen.kept(out), 143) from None
    finally:
        signal.signal(signal.SIGTERM, before)


class SweepScreen:
    """What is shown while a sweep runs."""

    def __init__(self) -> None:
        self.progress: Progress | None = None

    @contextmanager
    def shown(self, study: "Study", *, quiet: bool) -> Iterator[None]:
        """Show it."""
        from lockgate.experiments.command.sweep import watcher

        with watcher(study, quiet=quiet) as self.show:
            yield

    def __call__(self, progress: "Progress") -> None:
        """A part is done."""
        self.progress = progress
        self.show(progress)

    def kept(self, out: Path) -> str:
        """What a stopped sweep leaves."""
        if self.progress is None:
            return "stopped; nothing was lost, the same command goes on"
        done, total = f"{self.progress.done:,}", f"{self.progress.total:,}"
        return f"stopped; {done} of {total} runs are kept in {out}, and the same command goes on from there"


def finish(done: "Done", study: "Study", shard: tuple[int, int], split: list[str], *, quiet: bool, as_json: bool) -> None:
    """Say what there is, and raise `WentWrong` where some runs have no outcomes."""
    if as_json:
        print_json(
            {
                "folder": str(done.folder),
                "draws": done.draws,
                "runs": done.runs,
                "went_wrong": done.wrong,
                "stopped_early": done.stopped_early,
            }
        )
    else:
        from lockgate.experiments.command.found import print_found
        from lockgate.experiments.command.indices import print_indices

        console = results()
        of = "" if shard == (1, 1) else f"; this was shard {shard[0]} of {shard[1]}"
        early = ", where the stop rule was met" if done.stopped_early else ""
        console.print(f"{printable(study.name)}: {count(done.runs, 'run')} in {count(done.draws, 'draw')}{early}{of}.", soft_wrap=True)
        if shard == (1, 1):
            print_found(study, done.folder, split)
            print_indices(study, done.folder)
        if not quiet:
            console.print(f"\nResults: {printable(str(done.folder))}", soft_wrap=True)
    if done.wrong:
        raise WentWrong(
            f"{count(done.wrong, 'run')} of {done.runs:,} went wrong and have no outcomes; the columns status and reason say what, "
            f"and `lockgate replay {done.folder} --run N` makes one again"
        )


def show_preview(
    name: str,
    out: Path,
    draws: int | None,
    added: int,
    *,
    workers: int,
    threads: int | None,
    chunk: int | None,
    as_json: bool,
    kinds: Any = None,
) -> None:
    """Say what a sweep would cost."""
    import os

    from lockgate.experiments.study.effects import without_effect_in
    from lockgate.experiments.study.load import load_study
    from lockgate.experiments.sweep.preview import preview
    from lockgate.experiments.sweep.sweep import plan_for, slow, target_of
    from lockgate.sim.engine.kinds import own_kinds

    study = load_study(name)
    warn_of([] if kinds else without_effect_in(study))
    plan = plan_for(study, out, chunk, own_kinds(kinds))
    threads = 1 if slow(plan) else threads
    together = workers * (threads or 1) if workers else threads or os.cpu_count() or 1
    found = preview(plan, out, target_of(plan, out, draws, added), together, workers)
    if as_json:
        from dataclasses import asdict

        print_json(asdict(found))
        return
    print_preview(study, found)


def print_preview(study: "Study", found: "Preview") -> None:
    """Numbers, and the first rows."""
    from lockgate.experiments.command.library import grid_of
    from lockgate.experiments.command.screen import print_table

    console = results()
    console.print(paragraph(f"{study.name}: {study.summary}", console.width))
    console.print()
    left = "" if found.left == found.runs else f", of which {found.left:,} are left to do"
    console.print(f"  runs    {found.runs:,}{left}")
    console.print(f"  parts   {found.parts:,} of {found.chunk:,} runs at most")
    console.print(f"  time    about {duration(found.seconds)}")
    console.print(f"  disk    about {storage(found.disk_mb)}")
    console.print(f"  memory  about {storage(found.memory_mb)}")
    console.print()
    print_table(grid_of(found.rows))
    if found.runs > len(found.rows):
        console.print(f"  ... and {found.runs - len(found.rows):,} more")


SECONDS_BETWEEN_LINES = 10.0  # where there is no terminal
MOST_POLICIES = 4  # whose means are shown


@contextmanager
def watcher(study: "Study", *, quiet: bool) -> Iterator[Callable[["Progress"], None]]:
    """A function that shows how far a sweep is: a bar on a terminal, now and then a line elsewhere."""
    if quiet:
        yield lambda progress: None
    elif sys.stderr.isatty():
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        from lockgate.experiments.command.terminal import PlainConsole

        columns = (BarColumn(bar_width=20), TextColumn("{task.description}", markup=False))
        with Bar(*columns, console=PlainConsole(stderr=True), transient=True) as bar:
            task = bar.add_task("starting ...", total=None)
            report = Report(study)

            def show(progress: "Progress") -> None:
                bar.update(task, total=progress.total, completed=progress.done, description=report.line(progress))

            yield show
    else:
        report, shown = Report(study), [monotonic()]

        def tell(progress: "Progress") -> None:
            last = progress.done >= progress.total and progress.made
            if last or monotonic() - shown[0] >= SECONDS_BETWEEN_LINES:
                shown[0] = monotonic()
                say(report.line(progress), quiet=False)

        yield tell


class Report:
    """Says how far a sweep is."""

    def __init__(self, study: "Study") -> None:
        self.study, self.began = study, monotonic()

    def line(self, progress: "Progress") -> str:
        """In one line."""
        seconds = max(monotonic() - self.began, 1e-6)
        rate = progress.made / seconds
        left = (progress.total - progress.done) / rate if rate else math.inf
        told = [f"{progress.done:,} of {progress.total:,} runs", f"{number(rate, 0 if rate >= 10 else 1)} a second"]
        if progress.done < progress.total and math.isfinite(left):
            told.append(f"{duration(left)} left")
        if progress.wrong:
            told.append(f"{progress.wrong:,} went wrong")
        return printable(", ".join(told) + self.means(progress))

    def means(self, progress: "Progress") -> str:
        """What it has found so far."""
        from lockgate.sim.model.outcomes import OUTCOMES

        name = self.study.outcomes[0]
        means = list(progress.means().items())[:MOST_POLICIES]
        if not means:
            return ""
        largest = max((abs(mean) for _, mean in means), default=0.0)
        dollars = OUTCOMES[name].unit == "US$"
        told = ", ".join(f"{policy} {money(mean, largest) if dollars else f'{mean:.4g}'}" for policy, mean in means)
        return f"; {name.replace('_', ' ')} so far: {told}"
