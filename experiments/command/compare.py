"""`lockgate compare`: release policies against one another, world by world."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lockgate.experiments.command.kinds import KindsOption, chosen_kinds
from lockgate.experiments.command.option import By, Check, Horizon, Json, Out, Quiet, Seed, Settings, WorldOption, chosen, folder_for
from lockgate.experiments.command.screen import paragraph, print_json, print_table, progress, results, say, warnings_said
from lockgate.experiments.command.terminal import load_charts
from lockgate.experiments.text.numbers import printable
from lockgate.sim.limits import LARGEST_SEED, LONGEST_DAYS, MOST_DRAWS, MOST_THREADS

if TYPE_CHECKING:
    from lockgate.scenarios import World
    from lockgate.sim.engine.kinds import Kinds

POLICIES = ["open-release", "staged-preview", "partner-programme"]
EXAMPLES = """\
\b
Examples:
  lockgate compare open-release withhold --draws 100
  lockgate compare --world race --set preview_days=30 --set pace=1.2
"""

Policies = Annotated[
    list[str] | None,
    typer.Argument(metavar="POLICY", help=f"Names, or paths to TOML files; the first is the reference. [default: {' '.join(POLICIES)}]"),
]
Draws = Annotated[int, typer.Option("--draws", metavar="N", help="Sampled worlds; every policy runs in each.")]
Fixed = Annotated[bool, typer.Option("--fixed", help="Hold all parameters at their central values: draws differ in luck only.")]
Threads = Annotated[int | None, typer.Option("--threads", metavar="N", help="Threads; the results stay the same. [default: one a core]")]

NoCeiling = Annotated[bool, typer.Option("--no-ceiling", help="Leave out the run of each draw by which preventable shares are known.")]


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
    kinds: KindsOption = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Compare release policies in the same sampled worlds.

    Prints means, 95 % intervals and differences from the first policy, paired world by world, and writes tables and charts to a folder.
    """
    from lockgate.sim.settings import whole

    whole("--draws", draws, 1, MOST_DRAWS, "sampled worlds")
    whole("--seed", seed, 0, LARGEST_SEED, "any whole number: the same seed gives the same results")
    whole("--horizon", horizon, 1, LONGEST_DAYS, "days that are simulated")
    whole("--threads", 1 if threads is None else threads, 1, MOST_THREADS, "threads")
    loaded, place = chosen(policies or POLICIES, world, settings)
    own = chosen_kinds(kinds)

    from lockgate.experiments.provenance import comparison_asked
    from lockgate.experiments.results.compare import compare as compare_policies
    from lockgate.experiments.results.structure import split_summary
    from lockgate.sim.engine.kinds import own_kinds

    parts = split_by(by, place, fixed=fixed)
    told = {kind.table: str(kind) for kind in own_kinds(own)}
    asked = comparison_asked(loaded, place, draws, seed, horizon, fixed, told, len(loaded) > 1 and not no_ceiling)
    folder = folder_for(out, "compare", asked)
    announce_compiling(check=check, quiet=quiet, kinds=own)
    with warnings_said(), progress(draws, "runs of each policy" if fixed else "worlds", quiet=quiet) as advance:
        comparison = compare_policies(
            loaded, place, draws, seed, horizon_days=horizon, fixed=fixed, threads=threads, check=check, progress=advance, kinds=own,
            ceiling=not no_ceiling,
        )  # fmt: skip
    if as_json:
        splits = {name: split_summary(comparison, name) for name in parts}
        print_json({**comparison.summary(), **({"by": splits} if parts else {})})
    else:
        print_comparison(comparison)
        for name in parts:
            print_split(comparison, name)
    say("drawing the charts ...", quiet=quiet)
    load_charts()

    from lockgate.experiments.store import save_comparison

    save_comparison(comparison, folder, ["lockgate", *sys.argv[1:]], parts)
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
    from lockgate.experiments.text.verdict import Wording, split_rows

    console, found = results(), split_summary(comparison, structure)
    words = Wording(comparison.horizon_days, comparison.draws, comparison.fixed)
    heading, rows = split_rows(found, comparison.names, words)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    for place, name in enumerate(("policy", structure, "draws", "difference", "95 % interval", "better in")):
        table.add_column(name, justify="right" if place > 1 else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
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
    from lockgate.experiments.text.verdict import Wording, comparison_table, heading, notes, verdicts

    console, summary = results(), comparison.summary()
    words = Wording(comparison.horizon_days, comparison.draws, comparison.fixed)
    told = heading(comparison.world.name, words, comparison.seed) + with_kinds(comparison.kinds)
    console.print(paragraph(told, console.width))
    console.print()
    print_table(comparison_table(summary, words))
    for note in notes(summary, words):
        console.print(paragraph(note, console.width))
    for sentence in verdicts(summary, words):
        console.print()
        console.print(paragraph(sentence, console.width))


def print_places(folder: Path) -> None:
    """Where the results lie."""
    from lockgate.experiments.store import CARD

    charts = sorted(path for path in folder.rglob("*.png"))
    console = results()
    console.print()
    console.print(f"Results: {printable(str(folder))}", soft_wrap=True)
    if charts:
        console.print(f"Charts: {printable(str(charts[0].parent))} ({', '.join(path.stem for path in charts)})", soft_wrap=True)
    console.print(f"How far to trust them: {printable(str(folder / CARD))}", soft_wrap=True)
