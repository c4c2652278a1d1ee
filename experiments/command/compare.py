"""`lockgate compare`: release policies against one another, world by world."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lockgate.experiments.command.kinds import KindsOption, chosen_kinds
from lockgate.experiments.command.option import (
    Budget,
    By,
    Check,
    Horizon,
    Json,
    Out,
    Quiet,
    Seed,
    Settings,
    Until,
    WorldOption,
    chosen,
    folder_for,
    seconds_of,
)
from lockgate.experiments.command.screen import paragraph, print_json, print_table, progress, results, say, warn_of, warnings_said
from lockgate.experiments.command.terminal import load_charts
from lockgate.experiments.text.numbers import printable
from lockgate.sim.limits import LARGEST_SEED, LONGEST_DAYS, MOST_DRAWS, MOST_THREADS

if TYPE_CHECKING:
    from lockgate.experiments.answers.precision.looks import Stopped
    from lockgate.scenarios import World
    from lockgate.sim.engine.kinds import Kinds

POLICIES = ["open-release", "staged-preview", "partner-programme"]
EXAMPLES = """\
\b
Examples:
  lockgate compare open-release withhold --draws 100
  lockgate compare --world race --set preview_days=30 --set pace=1.2
  lockgate compare --draws 6400 --until "verdict clear" --budget 10min
"""

Policies = Annotated[
    list[str] | None,
    typer.Argument(metavar="POLICY", help=f"Names, or paths to TOML files; the first is the reference. [default: {' '.join(POLICIES)}]"),
]
Draws = Annotated[int, typer.Option("--draws", metavar="N", help="Sampled worlds; every policy runs in each.")]
Fixed = Annotated[bool, typer.Option("--fixed", help="Hold all parameters at their central values: draws differ in luck only.")]
Threads = Annotated[int | None, typer.Option("--threads", metavar="N", help="Threads; the results stay the same. [default: one a core]")]

NoCeiling = Annotated[bool, typer.Option("--no-ceiling", help="Leave out the run of each draw by which preventable shares are known.")]
NoCharts = Annotated[bool, typer.Option("--no-charts", help="Write tables and no charts, which take longer than the tables.")]


def compare(  # noqa: PLR0913, PLR0917  # one for each option
    policies: Policies = None,
    world: WorldOption = "baseline",
    draws: Draws = 500,
    seed: Seed = 1,
    horizon: Horizon = 540,
    fixed: Fixed = False,
    settings: Settings = None,
    by: By = None,
    out: Out = None,
    check: Check = False,
    threads: Threads = None,
    no_ceiling: NoCeiling = False,
    no_charts: NoCharts = False,
    until: Until = None,
    budget: Budget = None,
    kinds: KindsOption = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Compare release policies in the same sampled worlds.

    Prints means, 95 % intervals and differences from the first policy, paired world by world, and writes tables, charts
    and a report to a folder.
    """
    from lockgate.sim.settings import whole

    whole("--draws", draws, 1, MOST_DRAWS, "sampled worlds")
    whole("--seed", seed, 0, LARGEST_SEED, "any whole number: the same seed gives the same results")
    whole("--horizon", horizon, 1, LONGEST_DAYS, "days that are simulated")
    whole("--threads", 1 if threads is None else threads, 1, MOST_THREADS, "threads")
    loaded, place = chosen(policies or POLICIES, world, settings)
    own = chosen_kinds(kinds)

    from lockgate.experiments.answers.precision.looks import asked_of, rule_for
    from lockgate.experiments.answers.precision.looks import until as run_until
    from lockgate.experiments.provenance import comparison_asked
    from lockgate.experiments.results.compare import growing
    from lockgate.experiments.results.structure import split_summary
    from lockgate.experiments.study.effects import without_effect
    from lockgate.sim.engine.kinds import own_kinds

    parts = split_by(by, place, fixed=fixed)
    told = {kind.table: str(kind) for kind in own_kinds(own)}
    asked = comparison_asked(loaded, place, draws, seed, horizon, fixed, told, len(loaded) > 1 and not no_ceiling)
    rule, seconds = rule_for(until, len(loaded)), None if budget is None else seconds_of(budget)
    folder = folder_for(out, "compare", {**asked, **asked_of(rule, seconds)})
    warn_of([] if own else without_effect(loaded, [place], horizon))
    announce_compiling(check=check, quiet=quiet, kinds=own)
    with warnings_said(), progress(draws, "runs of each policy" if fixed else "worlds", quiet=quiet) as advance:
        run = growing(
            loaded, place, seed, horizon_days=horizon, fixed=fixed, threads=threads, check=check, progress=advance, kinds=own,
            ceiling=not no_ceiling,
        )  # fmt: skip
        stopped = run_until(run, rule, draws, seconds) if rule or seconds else None
        comparison = stopped.results if stopped else run(draws)
    if as_json:
        splits = {name: split_summary(comparison, name) for name in parts}
        print_json({**comparison.summary(), **({"stopped": stopped.content()} if stopped else {}), **({"by": splits} if parts else {})})
    else:
        print_comparison(comparison)
        for name in parts:
            print_split(comparison, name)
        if stopped:
            print_stopped(stopped)
    if not no_charts:
        say("drawing the charts and writing the report ...", quiet=quiet)
        load_charts()

    from lockgate.experiments.store import save_comparison

    save_comparison(comparison, folder, ["lockgate", *sys.argv[1:]], parts, stopped, charts=not no_charts)
    if not as_json and not quiet:
        print_places(folder)


def split_by(by: list[str] | None, world: "World", *, fixed: bool) -> list[str]:
    """The structures to split by, each once, unless the world does not sample one of them."""
    from lockgate.experiments.results.structure import checked_structure, structures_in

    known = structures_in([world], fixed=fixed)
    return [checked_structure(name, known) for name in dict.fromkeys(by or ())]


def print_split(comparison: Any, structure: str) -> None:
    """Differences in harm from the first policy, in the draws with each value of a structure."""
    from rich import box
    from rich.table import Table

    from lockgate.experiments.results.structure import split_summary
    from lockgate.experiments.text.table import SPLIT_COLUMNS, label_width, split_rows
    from lockgate.experiments.text.wording import Wording

    console, found = results(), split_summary(comparison, structure)
    words = Wording(comparison.horizon_days, comparison.draws, comparison.fixed)
    heading, rows = split_rows(found, comparison.names, words, dict(zip(comparison.names, comparison.labels, strict=True)))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    labels = label_width([(structure, *SPLIT_COLUMNS), *rows], console.width)
    for place, name in enumerate((structure, *SPLIT_COLUMNS)):
        table.add_column(name, justify="right" if place else "left", overflow="fold", width=None if place else labels)
    for row in rows:
        table.add_row(*row, style="bold" if len(row) == 1 else None)
    console.print()
    console.print(paragraph(heading, console.width))
    print_table(table)
    for part in found.values():
        if part["few"]:
            console.print(paragraph(f"{part['few']}.", console.width))


def announce_compiling(*, check: bool, quiet: bool, kinds: "Kinds" = None) -> None:
    """Compile what the first run of all needs, before anything else is computed, and say so. What cannot be compiled is left as it is."""
    from lockgate.sim.engine.kinds import python_only
    from lockgate.sim.engine.run import is_compiled
    from lockgate.sim.engine.runs import why_not_compiled
    from lockgate.sim.errors import RuleError

    if any(python_only(*own) for own in (kinds or {}).items()):
        return
    with suppress(RuleError):  # of a rule that reads what no rule can
        if is_compiled(check=check, kinds=kinds):
            return
    say(
        "compiling the rules with your own kinds (once, about 30 s) ..." if kinds else "compiling the model's rules (once, about 10 s) ...",
        quiet=quiet,
    )
    why_not_compiled(kinds, check=check)


def print_comparison(comparison: Any) -> None:
    """The table, and a sentence for each policy."""
    from lockgate.experiments.results.results import with_kinds
    from lockgate.experiments.text.comparison import sentences
    from lockgate.experiments.text.notes import headings, notes
    from lockgate.experiments.text.table import comparison_table
    from lockgate.experiments.text.wording import Wording

    console, summary = results(), comparison.summary()
    words = Wording(comparison.horizon_days, comparison.draws, comparison.fixed)
    for line in headings(summary, words, comparison.seed):
        console.print(paragraph(line + (with_kinds(comparison.kinds) if line.startswith("World ") else ""), console.width))
    console.print()
    print_table(comparison_table(summary, words, console.width))
    for note in notes(summary, words):
        console.print(paragraph(note, console.width))
    for sentence in sentences(summary, words):
        console.print()
        console.print(paragraph(sentence, console.width))


def print_stopped(stopped: "Stopped") -> None:
    """At how many draws a comparison stopped, why, and what holds then."""
    console = results()
    console.print()
    for sentence in stopped.sentences():
        console.print(paragraph(sentence, console.width))


def print_places(folder: Path) -> None:
    """Where the results lie."""
    from lockgate.experiments.store import CARD, REPORT

    charts = sorted(path for path in folder.rglob("*.png"))
    console = results()
    console.print()
    console.print(f"Results: {printable(str(folder))}", soft_wrap=True)
    if charts:
        console.print(f"Charts: {printable(str(charts[0].parent))} ({', '.join(path.stem for path in charts)})", soft_wrap=True)
    console.print(f"How far to trust them: {printable(str(folder / CARD))}", soft_wrap=True)
    if (folder / REPORT).exists():
        console.print(f"Report, which answers: {printable(str(folder / REPORT))}", soft_wrap=True)
