"""What a sweep has found, as a table: differences to the reference, or levels of one policy alone."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lockgate.experiments.command.screen import paragraph, print_table, results
from lockgate.experiments.results.verdict import ENOUGH, Verdict
from lockgate.experiments.study.effects import mark
from lockgate.experiments.text.notes import preliminary
from lockgate.experiments.text.numbers import decimals_apart, decimals_of, number, percent, printable, scale
from lockgate.experiments.text.wording import bounded, bounded_difference, shares_cell, signed_percent, verdict_cell
from lockgate.sim.model.outcomes import OUTCOMES, Outcome

if TYPE_CHECKING:
    from lockgate.experiments.results.results import Results
    from lockgate.experiments.study.study import Study

MOST_ROWS = 14
MOST_COLUMNS = 3  # of factors
HARM = "model_enabled_harm"


def print_found(study: "Study", folder: Path, split: Sequence[str] = ()) -> None:
    """Differences to the reference, paired draw by draw, with their intervals and verdicts; levels where there is one policy alone.

    With structures to split by, there is a row for each of their values.
    """
    from rich import box
    from rich.table import Table

    from lockgate.experiments import open_study

    opened = open_study(folder, verify=False)
    found = found_in(opened, split)
    shown = Shown(study, opened, found, split)
    console = results()
    console.print()
    for line in shown.headings():
        console.print(paragraph(line, console.width, others=""))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in shown.keys:
        table.add_column(name.replace("_", " "), ratio=1 if name == "point" else None, overflow="fold")
    for name in shown.columns():
        table.add_column(name, justify="right", overflow="fold")
    for row in found.head(MOST_ROWS).to_dict("records"):
        table.add_row(*shown.key_cells(row), *shown.columns(row))
    print_table(table)
    for said in found.attrs.get("few", ()):
        console.print(paragraph(f"{said}.", console.width, others=""))
    if len(found) > MOST_ROWS:
        rest = f'... and {len(found) - MOST_ROWS:,} more rows: open_study("{folder}").{shown.asked}("{study.outcomes[0]}")'
        console.print(paragraph(rest, console.width, others=""), soft_wrap=True)


def found_in(opened: "Results", split: Sequence[str]) -> Any:
    """The frame that is shown: of the study's first outcome, with what is preventable in the same rows, where that is known."""
    study, outcome = opened.study, opened.study.outcomes[0]
    by = ["world", *study.points, "policy", *split] if split else None
    found = opened.differences(outcome, by=by) if len(study.policies) > 1 else opened.estimates(outcome, by=by)
    if len(study.policies) > 1 and study.ceiling and outcome == HARM and not split:
        found["preventable"] = opened.preventable_share()["share"]
    return found


@dataclass(frozen=True)
class Shown:
    """The frame of a study as it is shown."""

    study: "Study"
    opened: "Results"
    found: Any
    split: Sequence[str]

    @property
    def outcome(self) -> Outcome:
        """What is shown: the study's first outcome."""
        return OUTCOMES[self.study.outcomes[0]]

    @property
    def is_paired(self) -> bool:
        """Whether these are differences."""
        return len(self.study.policies) > 1

    @property
    def asked(self) -> str:
        """The function of results that gives the frame."""
        return "differences" if self.is_paired else "estimates"

    @property
    def scale(self) -> tuple[str, float, int]:
        """The unit, how many of the model's units it is, and decimals."""
        largest = float(self.found["mean"].abs().max())
        unit, size = scale(self.outcome.unit, largest)
        return unit, size, decimals_of(largest / size) if largest >= size else 4

    @property
    def labels(self) -> dict[str, str]:
        """What each policy is called."""
        return dict(zip(self.opened.names, self.opened.labels, strict=True))

    def headings(self) -> list[str]:
        """What stands above the table: whether it is preliminary, what was changed, and what the numbers are."""
        policies, unit = self.found["policy"].astype(str).unique(), self.scale[0]
        less = f" under {self.labels[policies[0]] if len(policies) == 1 else 'each policy'}"
        less += f" less that under {self.labels[self.study.policies[0].name]}, paired draw by draw" if self.is_paired else ""
        name = f"{self.outcome.name.replace('_', ' ').capitalize()}{f' ({unit})' if unit else ''}"
        return [
            *preliminary(self.opened.draws),
            *([f"Changed: {'; '.join(self.opened.changes)}."] if self.opened.changes else []),
            f"{name}{less}; intervals of 95 % are over draws:",
        ]

    @property
    def factors(self) -> list[str]:
        """Columns of factors that tell rows apart."""
        return [name for name in self.study.points if name in self.found and self.found[name].nunique() > 1]

    @property
    def keys(self) -> list[str]:
        """What tells rows apart. Many factors go into one column, or none could be read."""
        others = [name for name in ("world", "policy") if self.found[name].nunique() > 1]
        factors = self.factors if len(self.factors) <= MOST_COLUMNS else ["point"]
        return [*others[: "world" in others], *factors, *others["world" in others :], *self.split]

    def key_cells(self, row: Mapping[str, Any]) -> list[str]:
        """The cells that tell a row apart."""
        told = {"point": ", ".join(f"{name} {self.level(name, row)}" for name in self.factors), "policy": self.labels[str(row["policy"])]}
        return [printable(told[name]) if name in told else self.level(name, row) for name in self.keys]

    def level(self, column: str, row: Mapping[str, Any]) -> str:
        """A level of a factor, as its file says it, marked where it has no effect; or a name."""
        factor = next((factor for factor in self.study.factors if factor.column == column), None)
        if factor is None:
            return printable(str(row[column]))
        point = self.point(row)
        pair = [policy for policy in self.study.policies_at(point) if policy.name in (row["policy"], self.study.policies[0].name)]
        told = mark(self.study, point, pair, column) if not self.opened.kinds else ""
        return factor.label(row[column]) + told

    def point(self, row: Mapping[str, Any]) -> int:
        """A point at which the factors are as they are in a row."""
        same = np.ones(self.study.point_count, bool)
        for column, values in self.study.points.items():
            same &= np.asarray(values) == row[column]
        return int(np.argmax(same))

    def columns(self, row: Mapping[str, Any] | None = None) -> list[str]:
        """The cells of numbers of a row; the heads of their columns where there is none."""
        cells = {"mean": self.mean, "interval": self.interval}
        if self.is_paired:
            if self.outcome.unit == "US$" and np.isfinite(self.found["relative"]).any():
                cells = {"relative": self.relative, **cells}
            cells |= {"less / same / more": self.shares, "verdict": self.verdict}
        if "preventable" in self.found:
            cells["preventable"] = lambda row: percent(row["preventable"], 1) if math.isfinite(row["preventable"]) else "-"
        return list(cells) if row is None else [cell(row) for cell in cells.values()]

    def mean(self, row: Mapping[str, Any]) -> str:
        """A mean, or a bound of it."""
        _, size, decimals = self.scale
        text, here = number(row["mean"] / size, decimals), row.get("censored_share", 0.0)
        if self.is_paired:
            return bounded_difference(text, here, row.get("reference_censored_share", 0.0))
        return bounded(text, here, self.outcome)

    def is_bounded(self, row: Mapping[str, Any]) -> bool:
        """Whether a mean is a bound alone, or it is not known whether it is."""
        return any(row.get(name, 0.0) != 0.0 for name in ("censored_share", "reference_censored_share"))

    def interval(self, row: Mapping[str, Any]) -> str:
        """The interval of a mean, where it has one."""
        _, size, decimals = self.scale
        if self.is_bounded(row) or not math.isfinite(row["low"]):
            return "none"
        low, high = row["low"] / size, row["high"] / size
        fine = decimals_apart(low, high, decimals)
        return f"{number(low, fine)} to {number(high, fine)}"

    def relative(self, row: Mapping[str, Any]) -> str:
        """A mean difference in percent of the mean under the reference, where that is known."""
        return signed_percent({"mean": row["relative"], "low": row["relative_low"], "high": row["relative_high"]})

    def shares(self, row: Mapping[str, Any]) -> str:
        """In how many draws there is less, as much and more."""
        return "-" if self.is_bounded(row) else shares_cell(Verdict.of(self.outcome.name, row))

    def verdict(self, row: Mapping[str, Any]) -> str:
        """The verdict on a difference."""
        if self.is_bounded(row):
            return "-"
        told = verdict_cell(Verdict.of(self.outcome.name, row))
        return told.removeprefix("preliminary, ") if self.opened.draws < ENOUGH else told  # which stands above the table
