"""`lockgate bench`: what the program costs on this machine."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

from lockgate.experiments import benchmark
from lockgate.experiments.command.compare import announce_compiling
from lockgate.experiments.command.option import Json, Quiet
from lockgate.experiments.command.screen import paragraph, print_json, print_table, progress, results

BENCH_EXAMPLES = """\
\b
Examples:
  lockgate bench                       the short form, half a minute
  lockgate bench --full --json > speed.json

\b
A target that is missed is no error: the exit code says only whether it ran.
"""
Full = Annotated[bool, typer.Option("--full", help="Every size and a cold start too; takes some minutes and 1 GB of memory.")]


def bench(full: Full = False, quiet: Quiet = False, as_json: Json = False) -> None:
    """Measure what the program costs on this machine.

    Rates of both drivers and of mesa.batch_run, the floor, growth with agents, days and runs, memory, and start-up, in one run.
    """
    announce_compiling(check=False, quiet=quiet)

    from lockgate.experiments.benchmark import report

    wanted = benchmark.FULL if full else benchmark.SHORT
    with progress(report.steps_of(wanted), "measurements", quiet=quiet) as advance:
        content = report.measure(wanted, advance)
    if as_json:
        print_json(content)
    else:
        print_content(content)


def print_content(content: dict[str, Any]) -> None:
    """The figures, the series, and sentences about the machine."""
    from lockgate.experiments.benchmark.figures import HEADINGS, SERIES_HEADINGS, rows, sentences, series

    console = results()
    print_grid(HEADINGS, rows(content), left={"measured", "unit", "wanted", "met"})
    console.print()
    print_grid(SERIES_HEADINGS, series(content), left={"grows"})
    for sentence in sentences(content):
        console.print()
        console.print(paragraph(sentence, console.width))


def print_grid(headings: Sequence[str], body: Iterable[Sequence[str]], left: set[str]) -> None:
    """One table; columns stand right but for those that are named."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    for heading in headings:
        table.add_column(heading, justify="left" if heading in left else "right", no_wrap=True)
    for row in body:
        table.add_row(*row)
    print_table(table)
