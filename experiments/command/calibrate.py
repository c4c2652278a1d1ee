"""`lockgate calibrate`: the priors that agree with what was observed, as a world."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lockgate.experiments.command.compare import announce_compiling
from lockgate.experiments.command.option import Json, Out, Quiet, Seed, Settings, WorldOption, chosen, folder_for
from lockgate.experiments.command.screen import paragraph, print_json, print_table, progress, results
from lockgate.experiments.text.numbers import count, number, percent, printable
from lockgate.sim.errors import InputError
from lockgate.sim.limits import LARGEST_SEED

if TYPE_CHECKING:
    from lockgate.experiments.calibration.calibrate import Calibration

FEWEST, MOST = 100, 100_000  # draws of a wave: fewer tell no parameter from another
MOST_WAVES = 50
EXAMPLES = """\
\b
Examples:
  lockgate calibrate --out calibrated
  lockgate compare --world calibrated/calibrated.toml
  lockgate calibrate --draws 500 --waves 6 --discrepancy 2
"""

Draws = Annotated[int, typer.Option("--draws", metavar="N", help="Draws that are simulated in each wave.")]
Waves = Annotated[int, typer.Option("--waves", metavar="N", help="Waves, each nearer to what agrees with the facts.")]
Discrepancy = Annotated[float, typer.Option("--discrepancy", metavar="X", help="Factor on the model's own error of every fact.")]


def calibrate(
    world: WorldOption = "baseline",
    draws: Draws = 300,
    waves: Waves = 4,
    seed: Seed = 1,
    discrepancy: Discrepancy = 1.0,
    settings: Settings = None,
    out: Out = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Find the priors that agree with what was observed.

    Simulates draws of a world, weights them by the facts that are not held out, and writes the world `calibrated`. Says which facts
    cannot be met, and how many of those held out are met before and after.
    """
    from lockgate.sim.settings import whole

    whole("--draws", draws, FEWEST, MOST, "draws of a wave")
    whole("--waves", waves, 1, MOST_WAVES, "waves")
    whole("--seed", seed, 0, LARGEST_SEED, "any whole number: the same seed gives the same results")
    if not 0.0 < discrepancy <= 100.0:
        raise InputError(f"--discrepancy {discrepancy:g} must be above 0 and at most 100 (factor on the model's own error)")
    _, place = chosen([], world, settings)

    from lockgate.experiments.calibration.calibrate import calibrate as calibrated
    from lockgate.experiments.calibration.report import asked_of, content, save_calibration
    from lockgate.experiments.calibration.weights import needed_library

    needed_library()
    folder = folder_for(out, "calibrate", asked_of(place, draws, waves, seed, discrepancy))
    announce_compiling(check=False, quiet=quiet)
    with progress(draws * waves, "draws", quiet=quiet) as advance:
        found = calibrated(place, draws=draws, waves=waves, seed=seed, discrepancy=discrepancy, progress=advance)
    save_calibration(found, folder, ["lockgate", *sys.argv[1:]])
    if as_json:
        print_json(content(found))
        return
    print_calibration(found)
    if not quiet:
        results().print(f"\nWorld: {printable(str(folder / 'calibrated.toml'))}", soft_wrap=True)


def print_calibration(found: "Calibration") -> None:
    """The facts, what cannot be met, how far to trust the weights, what has moved, and what is met."""
    print_facts(found)
    print_trust(found)
    print_moved(found)
    print_met(found)


def print_facts(found: "Calibration") -> None:
    """How far each fact is from the draws, before and after; and those that could not be used."""
    from lockgate.experiments.calibration.calibrate import SILENT, UNMET, USED
    from lockgate.experiments.calibration.fact_error import IMPLAUSIBLE
    from lockgate.experiments.evidence.facts import FACTS

    console = results()
    console.print("Facts used: standard deviations from what is simulated, before and after", style="bold")
    rows = [
        (each.error.name, number(each.before, 1), number(each.after, 1), percent(max(each.explained, 0.0)), FACTS[each.error.name].grade)
        for each in found.fitted.facts
        if each.use == USED
    ]
    print_rows(("fact", "before", "after", "explained", "grade"), rows)
    said = {
        UNMET: f"Cannot be met: no draw of the prior comes within {IMPLAUSIBLE:g} standard deviations",
        SILENT: "Say nothing of what is sampled, as far as so many draws show",
    }
    for use, text in said.items():
        named = [
            f"{each.error.name} ({number(each.nearest, 1)} at the nearest)" if use == UNMET else each.error.name
            for each in found.fitted.facts
            if each.use == use
        ]
        if named:
            console.print(paragraph(f"{text}: {', '.join(named)}.", console.width))
    if found.pooled:
        console.print(paragraph(f"Not used, as they are of the incidents of all draws together: {', '.join(found.pooled)}.", console.width))


def print_trust(found: "Calibration") -> None:
    """How many draws count, how heavy the tail of their weights is, and what a world's file loses."""
    console, posterior = results(), found.fitted.posterior
    smoothed, agreeing = posterior.smoothed, found.fitted.agreeing
    verdict = "reliable" if smoothed.reliable else "NOT RELIABLE: take more draws or waves, or a larger --discrepancy"
    console.print()
    weighted = f"{count(found.fitted.simulated, 'draw')} simulated; the weighted draws are worth {smoothed.effective:,.0f}"
    console.print(paragraph(f"{weighted}, the tail of their weights has k = {smoothed.k_hat:.2f}: {verdict}.", console.width))
    shares = ", ".join(f"{percent(share, 1)} {name}" for name, share in agreeing.items())
    strongest = ""
    if posterior.correlations:
        pair = posterior.correlations[0]
        strongest = f" The strongest of the correlations that a world's file leaves out: {pair.one} with {pair.other}, {pair.value:.2f}."
    console.print(paragraph(f"Draws within three standard deviations of all facts used: {shares}.{strongest}", console.width))


def print_moved(found: "Calibration") -> None:
    """The parameters that have moved."""
    console, posterior = results(), found.fitted.posterior
    console.print()
    console.print("Parameters that have moved, in points of probability", style="bold")
    rows = [
        (each.name, number(100 * each.distance, 0), middle_of(found.base, each.name), middle_of(found.world, each.name))
        for each in posterior.moved
    ]
    print_rows(("parameter", "moved", "prior", "calibrated"), rows)


def middle_of(world: Any, name: str) -> str:
    """The median of a parameter and its middle 90 %, or the chances of its values."""
    from lockgate.experiments.text.describe import plain_value

    if world.parameters[name].labels:
        return str(world.parameters[name].prior_text or plain_value(world.parameters[name]))
    low, median, high = (f"{world.sample(name, share):.3g}" for share in (0.05, 0.5, 0.95))
    return f"{median} [{low}, {high}]"


def print_met(found: "Calibration") -> None:
    """How many facts are met before and after, and which of them are not."""
    from lockgate.experiments.calibration.report import counted
    from lockgate.experiments.evidence.facts import CALIBRATION, HELD_OUT

    console = results()
    console.print()
    for use, title in ((HELD_OUT, "Held out"), (CALIBRATION, "Calibration")):
        before, after = counted(found.before, use), counted(found.after, use)
        console.print(f"{title}: {before['met']} of {before['facts']} met before, {after['met']} after", style="bold")
        for name in dict.fromkeys([*before["missed"], *after["missed"]]):
            here, there = (times["missed"].get(name, "met") for times in (before, after))
            console.print(paragraph(f"{name}: {here if here == there else f'{here}; after: {there}'}.", console.width, "  ", "    "))


def print_rows(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """A table whose first column is a name."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left", overflow="fold", no_wrap=place == 0)
    for row in rows:
        table.add_row(*row)
    print_table(table)
