"""What a finished sweep found, in a table: the study's first outcome, at each point and under each policy."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.amount import decimals_of, number, percent, scale
from experiments.command.screen import paragraph, print_table, results
from experiments.text import printable

if TYPE_CHECKING:
    from experiments.study.study import Study

MOST_ROWS = 14
MOST_COLUMNS = 3  # of factors


def print_found(study: "Study", folder: Path) -> None:
    """Differences to the reference, paired draw by draw, with their intervals; levels where there is one policy alone."""
    from rich import box
    from rich.table import Table

    from experiments import open_study
    from sim.outcomes import OUTCOMES

    outcome, opened, paired = study.outcomes[0], open_study(folder, verify=False), len(study.policies) > 1
    found = opened.differences(outcome) if paired else opened.estimates(outcome)
    policies = found["policy"].astype(str).unique()
    largest = float(found["mean"].abs().max())
    unit, size = scale(OUTCOMES[outcome].unit, largest)
    decimals = decimals_of(largest / size) if largest >= size else 4
    less = f" under {policies[0] if len(policies) == 1 else 'each policy'}"
    less += f" less that under {study.policies[0].name}, paired draw by draw" if paired else ""
    console = results()
    console.print()
    title = f"{outcome.replace('_', ' ').capitalize()}{f' ({unit})' if unit else ''}{less}; intervals of 95 % are over draws:"
    console.print(paragraph(title, console.width, others=""))
    named = [name for name in ("world", *study.points, "policy") if name in found and found[name].nunique() > 1]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    factors = [name for name in named if name in study.points]
    if len(factors) > MOST_COLUMNS:  # all in one column, or none could be read
        named = [name for name in named if name not in factors]
        table.add_column("point", ratio=1)
    else:
        factors = []
    for name in named:
        table.add_column(name.replace("_", " "))
    for name in ("mean", "interval", *(("better in",) if paired else ())):
        table.add_column(name, justify="right")
    for row in found.head(MOST_ROWS).to_dict("records"):
        mean, low, high = (number(row[end] / size, decimals) for end in ("mean", "low", "high"))
        interval = f"{low} to {high}" if math.isfinite(row["low"]) else "none"
        point = [", ".join(f"{name} {level_text(study, name, row[name])}" for name in factors)] if factors else []
        better = [percent(row["better_share"]) if math.isfinite(row["better_share"]) else "-"] if paired else []
        table.add_row(*point, *(level_text(study, name, row[name]) for name in named), mean, interval, *better)
    print_table(table)
    if len(found) > MOST_ROWS:
        asked = "differences" if paired else "estimates"
        rest = f'... and {len(found) - MOST_ROWS:,} more rows: open_study("{folder}").{asked}("{outcome}")'
        console.print(paragraph(rest, console.width, others=""), soft_wrap=True)


def level_text(study: "Study", column: str, value: Any) -> str:
    """A level of a factor, as its file says it; or a name."""
    return next((factor.label(value) for factor in study.factors if factor.column == column), printable(str(value)))
