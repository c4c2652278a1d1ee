"""Where a command writes: results to stdout, everything else to stderr. Nothing is printed but through this door."""

import json
import math
import sys
import textwrap
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from lockgate.experiments.command.terminal import PlainConsole
from lockgate.experiments.text.numbers import decimals_of, number, percent, printable, printable_lines, scale

if TYPE_CHECKING:
    from lockgate.experiments.study.study import Study

LINES = 5  # of progress, where there is no terminal


def results() -> Any:
    """The console for results."""
    return PlainConsole()


def paragraph(text: str, width: int, first: str = "", others: str = "  ") -> str:
    """Text folded to a width, its first line and all others set in. Its own line breaks become blanks."""
    text = printable_lines(text)
    return textwrap.fill(text, width, initial_indent=first, subsequent_indent=others, break_long_words=False, break_on_hyphens=False)


def print_table(table: Any) -> None:
    """Print a table without the blanks that fill its lines."""
    console = results()
    with console.capture() as captured:
        console.print(table)
    print_styled("\n".join(line.rstrip() for line in captured.get().split("\n")[:-1]) + "\n")


def print_styled(text: str) -> None:
    """Print what a console has made: text that is printable, and styles where stdout is a terminal."""
    sys.stdout.write(text)
    sys.stdout.flush()


def print_text(text: str) -> None:
    """Print lines of text."""
    print_styled(f"{printable_lines(text)}\n")


def print_json(content: Any) -> None:
    """Print content as JSON. NaN, which JSON has not, becomes null."""
    from lockgate.experiments.folder import plain

    print_text(json.dumps(plain(content), indent=1))


def say(text: str, *, quiet: bool) -> None:
    """A line about what is going on, or what went wrong."""
    if not quiet:
        sys.stderr.write(f"{printable(text)}\n")
        sys.stderr.flush()


@contextmanager
def warnings_said() -> Iterator[None]:
    """Say in one sentence each what warns that runs are slow; other warnings stay as they are."""
    from lockgate.sim.engine.runs import SlowRuns

    with warnings.catch_warnings():
        warnings.simplefilter("always", SlowRuns)
        usual = warnings.showwarning

        def show(message: Any, category: type[Warning], *more: Any, **others: Any) -> None:
            if issubclass(category, SlowRuns):
                say(f"lockgate: {message}", quiet=False)
            else:
                usual(message, category, *more, **others)

        warnings.showwarning = show
        yield


class Lines:
    """Progress as a few plain lines."""

    def __init__(self, total: int, noun: str) -> None:
        self.total, self.noun, self.done, self.lock = total, noun, 0, Lock()

    def __call__(self, more: int) -> None:
        """Count what is done, from any thread."""
        with self.lock:
            before, self.done = self.done, self.done + more
            if self.done * LINES // self.total > before * LINES // self.total:
                say(f"{self.done} of {self.total} {self.noun}", quiet=False)


@contextmanager
def progress(total: int, noun: str, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A function to call with each number of things that are done: it draws a bar on a terminal, and writes lines elsewhere."""
    if quiet:
        yield lambda more: None
    elif sys.stderr.isatty():
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (BarColumn(), MofNCompleteColumn(), TextColumn(noun), TimeRemainingColumn(compact=True))
        with Progress(*columns, console=PlainConsole(stderr=True), transient=True) as bar:
            task = bar.add_task(noun, total=total)
            yield lambda more: bar.advance(task, more)
    else:
        yield Lines(total, noun)


MOST_ROWS = 14
MOST_COLUMNS = 3  # of factors


def print_found(study: "Study", folder: Path, split: Sequence[str] = ()) -> None:
    """Differences to the reference, paired draw by draw, with their intervals; levels where there is one policy alone.

    With structures to split by, there is a row for each of their values.
    """
    from rich import box
    from rich.table import Table

    from lockgate.experiments import open_study
    from lockgate.sim.model.outcomes import OUTCOMES

    outcome, opened, paired = study.outcomes[0], open_study(folder, verify=False), len(study.policies) > 1
    by = ["world", *study.points, "policy", *split] if split else None
    found = opened.differences(outcome, by=by) if paired else opened.estimates(outcome, by=by)
    shared = paired and study.ceiling and outcome == "model_enabled_harm" and not split
    if shared:  # a row for the same group
        found["preventable"] = opened.preventable_share()["share"]
    policies = found["policy"].astype(str).unique()
    largest = float(found["mean"].abs().max())
    unit, size = scale(OUTCOMES[outcome].unit, largest)
    decimals = decimals_of(largest / size) if largest >= size else 4
    less = f" under {policies[0] if len(policies) == 1 else 'each policy'}"
    less += f" less that under {study.policies[0].name}, paired draw by draw" if paired else ""
    console = results()
    console.print()
    title = f"{outcome.replace('_', ' ').capitalize()}{f' ({unit})' if unit else ''}{less}; intervals of 95 % are over draws:"
    console.print(paragraph(title, console.width, others=""))
    named = [name for name in ("world", *study.points, "policy") if name in found and found[name].nunique() > 1] + list(split)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    factors = [name for name in named if name in study.points]
    if len(factors) > MOST_COLUMNS:  # all in one column, or none could be read
        named = [name for name in named if name not in factors]
        table.add_column("point", ratio=1)
    else:
        factors = []
    for name in named:
        table.add_column(name.replace("_", " "))
    for name in ("mean", "interval", *(("better in",) if paired else ()), *(("preventable",) if shared else ())):
        table.add_column(name, justify="right")
    for row in found.head(MOST_ROWS).to_dict("records"):
        mean, low, high = (number(row[end] / size, decimals) for end in ("mean", "low", "high"))
        interval = f"{low} to {high}" if math.isfinite(row["low"]) else "none"
        point = [", ".join(f"{name} {level_text(study, name, row[name])}" for name in factors)] if factors else []
        better = [percent(row["better_share"]) if math.isfinite(row["better_share"]) else "-"] if paired else []
        share = [percent(row["preventable"], 1) if math.isfinite(row["preventable"]) else "-"] if shared else []
        table.add_row(*point, *(level_text(study, name, row[name]) for name in named), mean, interval, *better, *share)
    print_table(table)
    for said in found.attrs.get("few", ()):
        console.print(paragraph(f"{said}.", console.width, others=""))
    if len(found) > MOST_ROWS:
        asked = "differences" if paired else "estimates"
        rest = f'... and {len(found) - MOST_ROWS:,} more rows: open_study("{folder}").{asked}("{outcome}")'
        console.print(paragraph(rest, console.width, others=""), soft_wrap=True)


def level_text(study: "Study", column: str, value: Any) -> str:
    """A level of a factor, as its file says it; or a name."""
    return next((factor.label(value) for factor in study.factors if factor.column == column), printable(str(value)))
