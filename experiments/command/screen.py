"""Where a command writes: results to stdout, everything else to stderr."""

import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

LINES = 5  # of progress, where there is no terminal


def results() -> Any:
    """The console for results. What users name is printed as it is: no markup, no highlighting."""
    from rich.console import Console

    return Console(markup=False, highlight=False, emoji=False)


def paragraph(text: str, width: int, first: str = "", others: str = "  ") -> str:
    """Text folded to a width, its first line and all others set in."""
    return textwrap.fill(text, width, initial_indent=first, subsequent_indent=others, break_long_words=False, break_on_hyphens=False)


def print_table(table: Any) -> None:
    """Print a table without the blanks that fill its lines."""
    console = results()
    with console.capture() as captured:
        console.print(table)
    print("\n".join(line.rstrip() for line in captured.get().splitlines()))


def print_json(content: Any) -> None:
    """Print content as JSON. NaN, which JSON has not, becomes null."""
    import json

    from experiments.folder import plain

    print(json.dumps(plain(content), indent=1))


def say(text: str, *, quiet: bool) -> None:
    """A line about what is going on."""
    if not quiet:
        print(text, file=sys.stderr, flush=True)


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
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (BarColumn(), MofNCompleteColumn(), TextColumn(noun), TimeRemainingColumn(compact=True))
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(noun, total=total)
            yield lambda more: bar.advance(task, more)
    else:
        yield Lines(total, noun)
