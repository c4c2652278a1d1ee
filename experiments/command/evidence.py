"""`lockgate verify`, `lockgate patterns` and `lockgate cases`: the model beside closed forms, what was observed, and real cases."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lockgate.experiments.command.compare import announce_compiling
from lockgate.experiments.command.option import Json, Quiet, WorldOption, assigned, check_writable
from lockgate.experiments.command.screen import paragraph, print_json, print_table, progress, results
from lockgate.experiments.command.terminal import load_charts
from lockgate.experiments.evidence.facts import CALIBRATION, HELD_OUT, Fact
from lockgate.experiments.text.numbers import brief, count, printable, scale
from lockgate.sim.errors import InputError, nearest

if TYPE_CHECKING:
    from lockgate.experiments.evidence.cases import Case, Replayed
    from lockgate.experiments.evidence.patterns import Pattern
    from lockgate.experiments.evidence.reductions import Check, Reduction
    from lockgate.experiments.evidence.sampled_runs import SampledRuns
    from lockgate.experiments.folder import Writer


# `lockgate verify`: closed forms beside the simulation.

DISAGREES = 3  # exit code
VERIFY_EXAMPLES = """\
\b
Examples:
  lockgate verify                      every reduction, every row
  lockgate verify R2 R6                the approval queue, and leaks
  lockgate verify R2 --set applications_per_day=1.7 --set reviewers=2
  lockgate verify R5 --set teams=3 --set information=private --json

\b
Settings of a row:
  R1  search_days patch_days horizon_days discount_per_year
  R2  applications_per_day service_days reviewers cv batch
  R3  never_share tau_days shape age_days
  R4  hazard gap_days actors days split
  R5  mu teams enmity information
  R6  hazard_per_day partners days
  R7  preview_days
  R8  actors days residual_refusal evasion

\b
Exit codes: 0 all agree, 2 an input that cannot be used, 3 one does not.
"""
Reductions = Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Reductions, R1 to R8. [default: all]")]
RowSettings = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Run one row of your own of the reduction named; may be repeated.")
]


def verify(names: Reductions = None, settings: RowSettings = None, quiet: Quiet = False, as_json: Json = False) -> None:
    """Check the simulation against closed forms.

    R1 timing threshold, R2 approval queue, R3 patch curve, R4 incidents, R5 race, R6 leaks, R7 release delay, R8 substitutes. Each
    is run through the same interface as any study, with parameters that make its formula apply.
    """
    jobs = jobs_of(names or [], settings or [])
    announce_compiling(check=False, quiet=quiet)
    checks: list[Check] = []
    with progress(len(jobs), "rows", quiet=quiet) as advance:
        for job in jobs:
            checks += job()
            advance(1)
    if as_json:
        print_json([check.content() for check in checks])
    else:
        print_checks(checks)
    if not all(check.holds for check in checks):
        raise typer.Exit(DISAGREES)


def jobs_of(names: list[str], assignments: list[str]) -> "list[Callable[[], list[Check]]]":
    """What to run: one job a row."""
    from lockgate.experiments.evidence.reductions import REDUCTIONS

    chosen = [reduction_of(name, REDUCTIONS) for name in names] or list(REDUCTIONS.values())
    if not assignments:
        return [job for reduction in chosen for job in reduction.jobs()]
    if len(chosen) != 1:
        raise InputError(f"--set needs exactly one reduction, such as `lockgate verify R2 --set reviewers=3`; {len(chosen)} are chosen")
    return [chosen[0].job(dict(assigned(assignments, "reviewers=3")))]


def reduction_of(name: str, known: "dict[str, Reduction]") -> "Reduction":
    """A reduction by name, in either case."""
    if name.upper() in known:
        return known[name.upper()]
    titles = {reduction.title: key for key, reduction in known.items()}
    hint = nearest(name.upper(), known) or nearest(name.lower().replace("_", " "), titles)
    for title, key in titles.items():
        hint = hint.replace(f'"{title}"', f'"{key}" ({title})')
    raise InputError(f"unknown reduction {name!r}{hint}; there are {', '.join(known)}")


def print_checks(checks: "list[Check]") -> None:
    """The table, 80 columns wide, and a sentence."""
    from rich import box
    from rich.table import Table

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    grid.add_column("name", overflow="fold", max_width=13)
    grid.add_column("parameters", overflow="fold", min_width=17, max_width=17)
    for heading in ("formula", "simulated", "error", "tolerance"):
        grid.add_column(heading, justify="right", no_wrap=True)
    grid.add_column("holds", no_wrap=True)
    for check in checks:
        row = ", ".join(f"{name} {rounded(value)}" for name, value in check.parameters.items())
        values = (rounded(check.formula), rounded(check.simulated), rounded(check.standard_error, 2), rounded(check.tolerance, 2))
        grid.add_row(check.name, row, *values, "yes" if check.holds else "NO")
    console = results()
    print_table(grid)
    agreeing = sum(check.holds for check in checks)
    console.print(f"\n{agreeing} of {len(checks)} agree within tolerance. Error: standard error of the simulated value.")


def rounded(value: Any, digits: int = 5) -> str:
    """A number to so many digits.

    >>> rounded(1.078689), rounded(0.0), rounded("public")
    ('1.0787', '0', 'public')
    """
    return value if isinstance(value, str) else f"{value:.{digits}g}"


# `lockgate patterns`: what was observed beside what the model gives for it.

PATTERNS_EXAMPLES = """\
\b
Examples:
  lockgate patterns lag-index flaws-found
  lockgate patterns --world calibrated
  lockgate patterns --json
"""

Patterns = Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Patterns by name. [default: all]")]


def patterns(names: Patterns = None, world: WorldOption = "baseline", quiet: Quiet = False, as_json: Json = False) -> None:
    """Compare the model with what was observed.

    Says for each fact whether it was used to set the model, in which case it is no evidence, and whether the model meets it.
    """
    from lockgate.experiments.calibration.per_draw import RunsIn
    from lockgate.experiments.evidence.patterns import checked
    from lockgate.experiments.evidence.patterns import patterns as compared
    from lockgate.scenarios import load_world

    wanted = checked(names or ())
    sampled = RunsIn(base=load_world(world))
    announce_compiling(check=False, quiet=quiet)
    with progress(len(wanted), "patterns", quiet=quiet) as advance:
        found = compared(wanted, sampled, advance)
    if as_json:
        print_json([pattern.content() for pattern in found])
        return
    print_patterns(found, sampled)


def print_patterns(found: list["Pattern"], sampled: "SampledRuns") -> None:
    """The facts held out, those used, what was missed and why, and the rule."""
    from lockgate.experiments.evidence.patterns import RULE, sentence, summary

    console = results()
    titles = {HELD_OUT: "Held out: no parameter was set by these", CALIBRATION: "Calibration: used to set a parameter, and no evidence"}
    for use, title in titles.items():
        chosen = [pattern for pattern in found if pattern.fact.use == use]
        if chosen:
            console.print(title, style="bold")
            print_pattern_rows(chosen)
            console.print()
    noted = [pattern for pattern in found if pattern.miss or pattern.fact.note]
    for pattern in noted:
        told = f"{pattern.fact.name}: {f'{pattern.miss}. ' if pattern.miss else ''}{pattern.fact.note}"
        console.print(paragraph(told, console.width))
    counts = summary(found)
    weak = ", ".join(counts["weak"])
    said = [
        f"Simulated: {sampled.draws} draws of the world's priors, seed {sampled.seed}; median and middle 95 % of draws, or the 95 % "
        f"interval of a share, or of a quantile or mean of all incidents. {RULE}",
        f"Met by a range, observed or simulated, whose ends differ by more than a factor of ten: {weak}. That says little." if weak else "",
        f"In all: {sentence(counts)}.",
    ]
    for text in said:
        if text:
            console.print()
            console.print(paragraph(text, console.width))


def print_pattern_rows(found: list["Pattern"]) -> None:
    """One line a pattern."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("pattern", no_wrap=True)
    for heading in ("observed", "simulated [95 %]"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("unit")
    table.add_column("verdict", no_wrap=True)
    for pattern in found:
        fact, simulated = pattern.fact, pattern.simulated
        low, high = brief(simulated.low, fact.unit), brief(simulated.high, fact.unit)
        row = (observed_range(fact), f"{brief(simulated.value, fact.unit)} [{low}, {high}]", scale(fact.unit, 0.0)[0])
        table.add_row(fact.name, *row, pattern.verdict)
    print_table(table)


def observed_range(fact: Fact) -> str:
    """The observed value, or range."""
    if fact.low is None or fact.high is None:
        return "-"
    if fact.low == fact.high:
        return brief(fact.low, fact.unit)
    return f"{brief(fact.low, fact.unit)} to {brief(fact.high, fact.unit)}"


# `lockgate cases`: what happened in 2026, beside what the model says could have happened.

CASES_EXAMPLES = """\
\b
Examples:
  lockgate cases staged-preview
  lockgate cases --out cases
"""

Cases = Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Cases by name. [default: all]")]
CasesOut = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for a chart of each case, and all numbers.")]


def cases(names: Cases = None, out: CasesOut = None, quiet: Quiet = False, as_json: Json = False) -> None:
    """Replay real cases of 2026.

    What was reported (and not verified) stands beside the distribution of what the model says could have happened.
    """
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
        print_json(cases_content(wanted, replayed, sampled))
        return
    for case in wanted:
        print_case(case, replayed[case.name])
    print_draws(sampled, out, quiet=quiet)


def cases_asked(wanted: list["Case"], sampled: "SampledRuns") -> dict[str, Any]:
    """What was asked."""
    return {"kind": "cases", "cases": [case.name for case in wanted], "draws": sampled.draws, "seed": sampled.seed}


def cases_content(wanted: list["Case"], replayed: dict[str, list["Replayed"]], sampled: "SampledRuns") -> dict[str, Any]:
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
    from lockgate.experiments.charts.case import case_chart
    from lockgate.experiments.folder import write_folder, write_json
    from lockgate.experiments.provenance import chart_provenance, provenance

    files: dict[str, Writer] = {"cases.json": partial(write_json, cases_content(wanted, replayed, sampled))}
    asked, command = cases_asked(wanted, sampled), ["lockgate", *sys.argv[1:]]
    made = chart_provenance(asked, command)
    for case in wanted:
        files |= chart_files(f"charts/{case.name}", case_chart(case, replayed[case.name], sampled), made)
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


def print_draws(sampled: "SampledRuns", out: Path | None, *, quiet: bool) -> None:
    """What the numbers rest on."""
    console = results()
    drawn = f"{count(sampled.draws, 'draw')} of the baseline world, seed {sampled.seed}"
    console.print(paragraph(f"Model: {drawn}; quantiles over draws. Draws below: share below what was reported, ties half.", console.width))
    if out is not None and not quiet:
        console.print(f"Charts: {printable(str(out))}", soft_wrap=True)
