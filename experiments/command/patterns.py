"""`lockgate patterns`: what was observed beside what the model gives for it."""

from typing import TYPE_CHECKING, Annotated

import typer

from lockgate.experiments.command.option import Json, Quiet
from lockgate.experiments.command.screen import paragraph, print_json, print_table, progress, results
from lockgate.experiments.text.numbers import brief, scale

if TYPE_CHECKING:
    from lockgate.experiments.evidence.facts import Fact
    from lockgate.experiments.evidence.patterns import Pattern
    from lockgate.experiments.evidence.sampled_runs import SampledRuns

EXAMPLES = """\
\b
Examples:
  lockgate patterns lag-index flaws-found
  lockgate patterns --json
"""

Names = Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Patterns by name. [default: all]")]


def patterns(names: Names = None, quiet: Quiet = False, as_json: Json = False) -> None:
    """Compare the model with what was observed.

    Says for each fact whether it was used to set the model, in which case it is no evidence, and whether the model meets it.
    """
    from lockgate.experiments.command.compare import announce_compiling
    from lockgate.experiments.evidence.patterns import checked
    from lockgate.experiments.evidence.patterns import patterns as compared
    from lockgate.experiments.evidence.sampled_runs import SampledRuns

    wanted = checked(names or ())
    announce_compiling(check=False, quiet=quiet)
    sampled = SampledRuns()
    with progress(len(wanted), "patterns", quiet=quiet) as advance:
        found = compared(wanted, sampled, advance)
    if as_json:
        print_json([pattern.content() for pattern in found])
        return
    print_patterns(found, sampled)


def print_patterns(found: list["Pattern"], sampled: "SampledRuns") -> None:
    """The facts held out, those used, what was missed and why, and the rule."""
    from lockgate.experiments.evidence.facts import CALIBRATION, HELD_OUT
    from lockgate.experiments.evidence.patterns import RULE, sentence, summary

    console = results()
    titles = {HELD_OUT: "Held out: no parameter was set by these", CALIBRATION: "Calibration: used to set a parameter, and no evidence"}
    for use, title in titles.items():
        chosen = [pattern for pattern in found if pattern.fact.use == use]
        if chosen:
            console.print(title, style="bold")
            print_rows(chosen)
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


def print_rows(found: list["Pattern"]) -> None:
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
        row = (observed(fact), f"{brief(simulated.value, fact.unit)} [{low}, {high}]", scale(fact.unit, 0.0)[0])
        table.add_row(fact.name, *row, pattern.verdict)
    print_table(table)


def observed(fact: "Fact") -> str:
    """The observed value, or range."""
    if fact.low is None or fact.high is None:
        return "-"
    if fact.low == fact.high:
        return brief(fact.low, fact.unit)
    return f"{brief(fact.low, fact.unit)} to {brief(fact.high, fact.unit)}"
