"""`lockgate cases`: what happened in 2026, beside what the model says could have happened."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lockgate.experiments.command.option import Json, Quiet, check_writable
from lockgate.experiments.command.screen import paragraph, print_json, print_table, progress, results
from lockgate.experiments.command.terminal import load_charts
from lockgate.experiments.text.numbers import count, printable

if TYPE_CHECKING:
    from lockgate.experiments.evidence.cases import Case, Replayed
    from lockgate.experiments.evidence.sampled_runs import SampledRuns
    from lockgate.experiments.folder import Writer

EXAMPLES = """\
\b
Examples:
  lockgate cases staged-preview
  lockgate cases --out cases
"""

Names = Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Cases by name. [default: all]")]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for a chart of each case, and all numbers.")]


def cases(names: Names = None, out: Out = None, quiet: Quiet = False, as_json: Json = False) -> None:
    """Replay real cases of 2026.

    What was reported (and not verified) stands beside the distribution of what the model says could have happened.
    """
    from lockgate.experiments.command.compare import announce_compiling
    from lockgate.experiments.evidence.cases import chosen, replay
    from lockgate.experiments.evidence.sampled_runs import SampledRuns

    wanted = chosen(names or [])
    sampled = SampledRuns()
    if out is not None:
        from lockgate.experiments.folder import check_folder

        check_writable(out)
        check_folder(out, cases_asked(wanted, sampled))
    announce_compiling(check=False, quiet=quiet)
    replayed: dict[str, list[Replayed]] = {}
    with progress(len(wanted), "cases", quiet=quiet) as advance:
        for case in wanted:
            replayed[case.name] = replay(case, sampled)
            advance(1)
    if out is not None:
        save_cases(wanted, replayed, sampled, out)
    if as_json:
        print_json(content(wanted, replayed, sampled))
        return
    for case in wanted:
        print_case(case, replayed[case.name])
    print_ending(sampled, out, quiet=quiet)


def cases_asked(wanted: list["Case"], sampled: "SampledRuns") -> dict[str, Any]:
    """What was asked."""
    return {"kind": "cases", "cases": [case.name for case in wanted], "draws": sampled.draws, "seed": sampled.seed}


def content(wanted: list["Case"], replayed: dict[str, list["Replayed"]], sampled: "SampledRuns") -> dict[str, Any]:
    """All cases, as JSON has them."""
    return {
        "draws": sampled.draws,
        "seed": sampled.seed,
        "cases": {
            case.name: {
                "title": case.title,
                "day_0": case.day_0.isoformat(),
                "policy": case.policy,
                "status": "reported, not verified",
                "source": case.source,
                "happened": [{"on": happening.on.isoformat(), "told": happening.told} for happening in case.happenings],
                "measures": [each.content() for each in replayed[case.name]],
                "findings": list(case.findings),
            }
            for case in wanted
        },
    }


def save_cases(wanted: list["Case"], replayed: dict[str, list["Replayed"]], sampled: "SampledRuns", out: Path) -> None:
    """Write a chart of each case and all numbers to a folder, whole or not at all."""
    load_charts()

    from lockgate.experiments.charts import chart_files
    from lockgate.experiments.charts.replay import replay_chart
    from lockgate.experiments.folder import write_folder, write_json
    from lockgate.experiments.provenance import chart_provenance, provenance

    files: dict[str, Writer] = {"cases.json": partial(write_json, content(wanted, replayed, sampled))}
    asked, command = cases_asked(wanted, sampled), ["lockgate", *sys.argv[1:]]
    made = chart_provenance(asked, command)
    for case in wanted:
        files |= chart_files(f"charts/{case.name}", replay_chart(case, replayed[case.name], sampled), made)
    write_folder(out, files, {"study": asked, **provenance(command)})


def print_case(case: "Case", replayed: list["Replayed"]) -> None:
    """What happened, the table, and what of it the built-in policy leaves out."""
    from rich import box
    from rich.table import Table

    console = results()
    console.print(f"{case.name}: {case.title}", style="bold")
    for happening in case.happenings:
        day = (happening.on - case.day_0).days
        console.print(paragraph(f"{case.dated(day)} (day {day}): {happening.told}.", console.width, "  ", "    "))
    from lockgate.experiments.evidence.cases import HEADINGS, case_rows

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    for place, heading in enumerate(HEADINGS):
        table.add_column(heading, justify="right" if 2 <= place <= 4 or place == 6 else "left")
    for row in case_rows(replayed):
        table.add_row(*row)
    console.print()
    print_table(table)
    for finding in case.findings:
        console.print(paragraph(f"Note: {finding}", console.width))
    console.print(paragraph(f"Reported, not verified: {case.source}.", console.width))
    console.print()


def print_ending(sampled: "SampledRuns", out: Path | None, *, quiet: bool) -> None:
    """What the numbers rest on."""
    console = results()
    drawn = f"{count(sampled.draws, 'draw')} of the baseline world, seed {sampled.seed}"
    console.print(paragraph(f"Model: {drawn}; quantiles over draws. Draws below: share below what was reported, ties half.", console.width))
    if out is not None and not quiet:
        console.print(f"Charts: {printable(str(out))}", soft_wrap=True)
