"""`lockgate verify`: closed forms beside the simulation."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from lockgate.experiments.command.option import Json, Quiet, assigned
from lockgate.experiments.command.screen import print_json, print_table, progress, results
from lockgate.sim.errors import InputError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from lockgate.experiments.evidence.reductions import Check, Reduction

DISAGREES = 3  # exit code
EXAMPLES = """\
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
Names = Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Reductions, R1 to R8. [default: all]")]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Run one row of your own of the reduction named; may be repeated.")
]


def verify(names: Names = None, settings: Settings = None, quiet: Quiet = False, as_json: Json = False) -> None:
    """Check the simulation against closed forms.

    R1 timing threshold, R2 approval queue, R3 patch curve, R4 incidents, R5 race, R6 leaks, R7 release delay, R8 substitutes. Each
    is run through the same interface as any study, with parameters that make its formula apply.
    """
    from lockgate.experiments.command.compare import announce_compiling

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
