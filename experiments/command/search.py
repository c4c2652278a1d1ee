"""`lockgate search`: policies that nobody wrote, beside those that have a name."""

import sys
from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lockgate.experiments.command.compare import announce_compiling
from lockgate.experiments.command.option import Horizon, Json, Out, Quiet, Seed, Settings, WorldOption, chosen, folder_for, parsed
from lockgate.experiments.command.screen import paragraph, print_json, print_table, progress, results, say
from lockgate.experiments.command.terminal import load_charts
from lockgate.experiments.text.numbers import printable
from lockgate.sim.errors import InputError
from lockgate.sim.limits import LARGEST_SEED, LONGEST_DAYS, MOST_THREADS

if TYPE_CHECKING:
    from lockgate.experiments.search.found import Search

BASE = "partner-programme"
NONE = "none"
MARK = "* "
LONGEST_NAME = 21  # characters in a column
EXAMPLES = """\
\b
Examples:
  lockgate search
  lockgate search staged-preview --lever preview_days=0:120 --lever approvals
  lockgate search --objective model_enabled_harm --objective
      release_delay_days --trials 200 --out searched
  lockgate compare open-release searched/policies/found-1.toml
"""

Base = Annotated[str, typer.Argument(metavar="POLICY", help=f"Where levers start; {NONE} for every lever at its default.")]
Named = Annotated[
    list[str] | None,
    typer.Option("--policy", metavar="POLICY", help="A policy to be beaten, the reference first; may be repeated. [default: all built-in]"),
]
Levers = Annotated[
    list[str] | None,
    typer.Option("--lever", metavar="NAME=LOW:HIGH", help="A lever that is moved; or NAME=A,B,C, or NAME alone; may be repeated."),
]
Objectives = Annotated[
    list[str] | None,
    typer.Option("--objective", metavar="NAME", help="An outcome; may be repeated. [default: model_enabled_harm, benefit_forgone]"),
]
Trials = Annotated[int, typer.Option("--trials", metavar="N", help="Policies that are tried.")]
Draws = Annotated[int, typer.Option("--draws", metavar="N", help="Sampled worlds in which each of them runs.")]
Fresh = Annotated[int, typer.Option("--fresh", metavar="N", help="Other sampled worlds, in which what was found is judged.")]
Budget = Annotated[int | None, typer.Option("--budget", metavar="RUNS", help="Most runs of the trials: there are fewer then.")]
Threads = Annotated[int | None, typer.Option("--threads", metavar="N", help="Threads; the results stay the same. [default: one a core]")]


def search(  # noqa: PLR0913, PLR0917  # one for each option
    base: Base = BASE,
    named: Named = None,
    levers: Levers = None,
    objectives: Objectives = None,
    world: WorldOption = "baseline",
    trials: Trials = 60,
    draws: Draws = 50,
    fresh: Fresh = 100,
    seed: Seed = 1,
    horizon: Horizon = 540,
    settings: Settings = None,
    budget: Budget = None,
    threads: Threads = None,
    out: Out = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Search for policies that nobody wrote.

    Moves levers of a policy to have little harm and little benefit forgone, judges what it finds beside the named policies in fresh draws,
    and writes what none of them beats as policies.
    """
    from lockgate.sim.settings import whole

    whole("--seed", seed, 0, LARGEST_SEED, "any whole number: the same seed gives the same results")
    whole("--horizon", horizon, 1, LONGEST_DAYS, "days that are simulated")
    whole("--threads", 1 if threads is None else threads, 1, MOST_THREADS, "threads")
    spans = spans_from(levers) if levers else None

    from lockgate.experiments.search.optimise import needed_library
    from lockgate.experiments.search.report import asked_of, save_search
    from lockgate.experiments.search.search import OBJECTIVES, checked_objectives, named_policies
    from lockgate.experiments.search.search import search as searched
    from lockgate.experiments.search.space import space_of

    needed_library()
    judges = named_policies(named)
    (start, *judges_), place = chosen_policies(base, judges, world, settings)
    wanted = checked_objectives(objectives or OBJECTIVES)
    space = space_of(spans, organisations=int(place.central()["organisations"]), restricted=start is not None)
    asked = asked_of(
        start, place, [span.text for span in space], wanted, judges_,
        trials=trials, draws=draws, fresh=fresh, seed=seed, horizon_days=horizon, budget=budget,
    )  # fmt: skip
    folder = folder_for(out, "search", asked)
    announce_compiling(check=False, quiet=quiet)
    with progress(trials, "policies", quiet=quiet) as advance:
        found = searched(
            start, spans, place, trials=trials, draws=draws, fresh=fresh, seed=seed, horizon_days=horizon, objectives=wanted,
            named=judges_, budget=budget, threads=threads, progress=advance,
        )  # fmt: skip
    if as_json:
        print_json(found.content())
    else:
        print_search(found)
    say("drawing the chart ...", quiet=quiet)
    load_charts()
    save_search(found, folder, asked, ["lockgate", *sys.argv[1:]])
    if not as_json and not quiet:
        results().print(f"\nResults: {printable(str(folder))}", soft_wrap=True)


def chosen_policies(base: str, judges: Sequence[Any], world: str, settings: list[str] | None) -> tuple[list[Any], Any]:
    """The base policy (None for none) and those to be beaten, with the levers of `--set` in each, and the world with its parameters."""
    from lockgate.experiments.command.option import levers_and_parameters
    from lockgate.scenarios import load_policy, with_levers

    _, place = chosen([], world, settings)
    held, _ = levers_and_parameters(settings or [])
    loaded = [None if base == NONE else load_policy(base), *judges]
    if held and loaded[0] is None:
        raise InputError(f"--set {next(iter(held))}: a search from {NONE} has no policy to set it in; name one to start from")
    return [with_levers(policy, held) if held and policy else policy for policy in loaded], place


def spans_from(texts: Sequence[str]) -> dict[str, Any]:
    """What `--lever` gives, by lever: `NAME` over its default span, `NAME=LOW:HIGH`, or `NAME=A,B,C`.

    >>> spans_from(["guard", "preview_days=0:60", "approvals=true,false", "partners_max=0,20"])
    {'guard': None, 'preview_days': (0, 60), 'approvals': [True, False], 'partners_max': [0, 20]}
    """
    from lockgate.experiments.search.space import known_lever

    found: dict[str, Any] = {}
    for text in texts:
        name, equals, values = (part.strip() for part in text.partition("="))
        if name in found:
            raise InputError(f"--lever {name} is given twice; give it once")
        known_lever(name)
        if equals and not values:
            raise InputError(f"--lever {text!r} must be NAME, NAME=LOW:HIGH or NAME=A,B,C, such as --lever preview_days=0:60")
        ends = values.split(":")
        if not equals:
            found[name] = None
        elif len(ends) == 2:
            found[name] = tuple(number_of(text, end) for end in ends)
        else:
            found[name] = [number_of(text, level) for level in values.split(",")]
    return found


def number_of(text: str, word: str) -> float | bool:
    """A number, or true or false, in what `--lever` gives."""
    from lockgate.sim.bounds import is_number, shown

    value = parsed(word.strip())
    if not (is_number(value, float) or isinstance(value, bool)):
        raise InputError(f"--lever {text!r}: {shown(word.strip())} is no number; give LOW:HIGH or levels, such as 0:60 or 0,30,60")
    return value  # type: ignore[no-any-return]


def print_search(found: "Search") -> None:
    """The policies judged, the least of the first objective first, and the sentences."""
    from rich import box
    from rich.table import Table

    from lockgate.sim.model.outcomes import OUTCOMES

    console = results()
    fresh = len(found.fresh[found.objectives[0]])
    heading = f"World {found.world.name}: {len(found.trials)} policies tried in {found.draws} draws, judged in {fresh} fresh ones,"
    console.print(paragraph(f"{heading} {found.horizon_days} days each, seed {found.seed}. Less {found.names[0]}:", console.width))
    console.print()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    longest = max(len(printable(name)) for name in found.names) + len(MARK)
    table.add_column("policy", overflow="fold", min_width=min(LONGEST_NAME, longest))
    units = {outcome: column_unit(found, outcome) for outcome in found.objectives}
    for outcome, (unit, _) in units.items():
        table.add_column(f"{OUTCOMES[outcome].word}\n({unit})", justify="right", overflow="fold")
    table.add_column("delay", justify="right", overflow="fold")
    table.add_column("dominated\nby", justify="right")
    for place in by_first_objective(found):
        cells = [difference_cell(found, outcome, place, size) for outcome, (_, size) in units.items()]
        struck = len(found.frontier.dominated_by[place])
        name = f"{MARK if place >= found.first_found else ''}{printable(found.names[place])}"
        table.add_row(name, *cells, found.delay(place).removesuffix(f" within {found.horizon_days} days"), str(struck) if struck else "-")
    print_table(table)
    console.print(paragraph(f"{MARK}found by the search. Below each mean: its 95 % interval.", console.width))
    for sentence in found.sentences():
        console.print()
        console.print(paragraph(sentence, console.width))


def column_unit(found: "Search", outcome: str) -> tuple[str, float]:
    """The unit of a column of differences, which suits most of them, and its size."""
    from lockgate.experiments.search.found import unit_of

    sizes = sorted(abs(found.against(outcome, place, 0).mean) for place in range(1, len(found.names)))
    return unit_of(outcome, sizes[len(sizes) // 2] if sizes else 0.0, found.base_of(outcome))


def by_first_objective(found: "Search") -> list[int]:
    """The policies in the order of the means of the first objective."""
    means = found.fresh[found.objectives[0]].mean(axis=0)
    return sorted(range(len(found.names)), key=lambda place: float(means[place]))


def difference_cell(found: "Search", outcome: str, place: int, size: float) -> str:
    """A difference from the reference in the unit of its column, with its interval below."""
    from lockgate.experiments.answers.assumptions.four_lines import signed

    if place == 0:
        return "reference"
    difference = found.against(outcome, place, 0)
    mean, low, high = (signed(end / size) for end in (difference.mean, difference.low, difference.high))
    return f"{mean}\n{low} to {high}" if isfinite(difference.low) else mean
