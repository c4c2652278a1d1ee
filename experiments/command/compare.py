"""`lockgate compare`: release policies against one another, world by world."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.command.option import (
    LARGEST_SEED,
    LONGEST_DAYS,
    MOST_DRAWS,
    Check,
    Horizon,
    Json,
    Quiet,
    Seed,
    Settings,
    WorldOption,
    check_writable,
    chosen,
    within,
)
from experiments.command.screen import paragraph, print_json, progress, results, say

POLICIES = ["open-release", "staged-preview", "partner-programme"]
MOST_THREADS = 1024
CHARTS = (".png", ".svg")


def compare(
    policies: Annotated[
        list[str] | None,
        typer.Argument(metavar="[POLICY]...", help=f"Names, or paths to TOML files; the first is the reference. Default: {' '.join(POLICIES)}."),
    ] = None,
    world: WorldOption = "baseline",
    draws: Annotated[int, typer.Option("--draws", metavar="N", help="Sampled worlds; every policy runs in each.")] = 500,
    seed: Seed = 1,
    horizon: Horizon = 540,
    fixed: Annotated[bool, typer.Option("--fixed", help="Hold all parameters at their central values: draws differ in luck only.")] = False,
    settings: Settings = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the results.")] = Path("lockgate-results/compare"),
    check: Check = False,
    threads: Annotated[int | None, typer.Option("--threads", metavar="N", help="Threads; results do not depend on them. Default: one a core.")] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Compare release policies in the same sampled worlds.

    Prints means, 95 % intervals and differences from the first policy, paired world by world, and writes tables and charts to a folder.

    \b
    Examples:
      lockgate compare open-release withhold --draws 100
      lockgate compare --world race --set preview_days=30 --set open_weight_lag_months=6
    """
    within("--draws", draws, 1, MOST_DRAWS, "sampled worlds")
    within("--seed", seed, 0, LARGEST_SEED, "any whole number: the same seed gives the same results")
    within("--horizon", horizon, 1, LONGEST_DAYS, "days that are simulated")
    within("--threads", threads or 1, 1, MOST_THREADS, "threads")
    loaded, place = chosen(policies or POLICIES, world, settings)

    from experiments.comparison import compare as compare_policies
    from experiments.store import check_folder, plan_of, save_comparison

    check_folder(out, plan_of(loaded, place, draws, seed, horizon, fixed))
    check_writable(out)
    announce(quiet=quiet)
    with progress(draws, "runs of each policy" if fixed else "worlds", quiet=quiet) as advance:
        comparison = compare_policies(
            loaded, place, draws, seed, horizon_days=horizon, fixed=fixed, threads=threads, check=check, progress=advance
        )
    say("drawing the charts ...", quiet=quiet)
    folder = save_comparison(comparison, out, ["lockgate", *sys.argv[1:]])
    if as_json:
        print_json(comparison.summary())
    else:
        print_comparison(comparison)
        if not quiet:
            print_places(folder)


def announce(*, quiet: bool) -> None:
    """Say why the first run of all begins late."""
    from sim.engine import is_compiled

    if not is_compiled():
        say("compiling the model's rules (once, about 20 s) ...", quiet=quiet)


def print_comparison(comparison: Any) -> None:
    """The table, and a sentence for each policy."""
    from experiments.command.verdict import Wording, table, verdicts

    console, summary = results(), comparison.summary()
    words = Wording(comparison.horizon_days, comparison.draws, comparison.fixed)
    drawn = f"{comparison.draws} runs of the central" if comparison.fixed else f"{comparison.draws} sampled worlds of the"
    console.print(paragraph(f"{drawn} world {comparison.world.name}, {comparison.horizon_days} days each, seed {comparison.seed}.", console.width))
    console.print()
    console.print(table(summary, words))
    note = f"Differences are from {comparison.names[0]} in the same {words.noun}; one in which nothing differs counts as half better."
    console.print(paragraph(note, console.width))
    for sentence in verdicts(summary, words):
        console.print()
        console.print(paragraph(sentence, console.width))


def print_places(folder: Path) -> None:
    """Where the results lie."""
    charts = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in CHARTS)
    console = results()
    console.print()
    console.print(f"Results: {folder}", soft_wrap=True)
    if charts:
        console.print(paragraph(f"Charts in it: {', '.join(charts)}", console.width))
