"""A sweep as one watches it: how far it is, how fast, how long it will still take, and what it has found so far."""

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from experiments.amount import duration, money, number
from experiments.command.screen import say
from experiments.text import printable

if TYPE_CHECKING:
    from experiments.study.study import Study
    from experiments.sweep.sweep import Progress

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

        from experiments.command.console import PlainConsole

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
        from sim.outcomes import OUTCOMES

        name = self.study.outcomes[0]
        means = list(progress.means().items())[:MOST_POLICIES]
        if not means:
            return ""
        largest = max((abs(mean) for _, mean in means), default=0.0)
        dollars = OUTCOMES[name].unit == "US$"
        told = ", ".join(f"{policy} {money(mean, largest) if dollars else f'{mean:.4g}'}" for policy, mean in means)
        return f"; {name.replace('_', ' ')} so far: {told}"
