"""Where a command writes: results to stdout, everything else to stderr. Nothing is printed but through this door."""

import json
import sys
import textwrap
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from lockgate.experiments.command.terminal import PlainConsole
from lockgate.experiments.text.numbers import printable, printable_lines

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


def warn_of(sentences: Iterable[str]) -> None:
    """Say each of what is no error, and yet not what was meant."""
    for sentence in sentences:
        say(f"lockgate: {sentence}", quiet=False)


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
