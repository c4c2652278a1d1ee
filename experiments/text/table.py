"""The table of a comparison, made from its summary: a column for each outcome, and a few lines for each policy."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.table import Table

from lockgate.experiments.text.numbers import decimals_apart, money, number, printable, scale
from lockgate.experiments.text.wording import (
    HARM,
    LEVEL,
    RATE,
    Statistics,
    Wording,
    bounded,
    bounded_difference,
    censored,
    finite,
    label_in,
    percent_span,
    preventable,
    said_percent,
    shares_cell,
    signed_percent,
    verdict_cell,
    verdict_of,
)
from lockgate.sim.model.outcomes import OUTCOMES, Outcome

LONGEST_NAME = 18  # that leaves room for the rest in 80 columns


@dataclass(frozen=True)
class Column:
    """One outcome in the table: its unit and scale, and the decimals of means and of differences."""

    outcome: Outcome
    unit: str
    size: float
    decimals: int
    fine: int

    @property
    def heading(self) -> str:
        """The outcome's short name, its last word on a second line, and the unit on a third."""
        first, _, last = self.outcome.short.rpartition(" ")
        return f"{first}\n{last}\n{self.unit}"

    def mean(self, statistics: Statistics) -> str:
        """A mean in the unit of the column."""
        return number(statistics["mean"] / self.size, self.decimals)

    def rate(self, statistics: Statistics | None) -> str:
        """The mean for 1,000 organisations and year, where it has one: in the unit of the column, or in its own if it is far smaller."""
        if statistics is None:
            return "-"
        text = self.mean(statistics)
        return money(statistics["mean"]) if text == number(0.0, self.decimals) and self.outcome.unit == "US$" else text

    def span(self, statistics: Statistics, words: "Wording") -> str:
        """The interval of a mean, where there is one; else how rarely it is not 0."""
        if not finite(statistics["low"]):
            return words.nonzero(statistics)
        low, high = (statistics[end] / self.size for end in ("low", "high"))
        return " to ".join(number(end, decimals_apart(low, high, self.decimals)) for end in (low, high))

    def difference(self, difference: Statistics, part: str = "mean") -> str:
        """A difference or an end of its interval, with its sign, so fine that an interval without 0 is told as one."""
        value = difference[part] / self.size
        low, high = (difference[end] / self.size if finite(difference[end]) else 0.0 for end in ("low", "high"))
        decimals = decimals_apart(low, high, self.fine)
        text = number(value, decimals)
        return f"+{text}" if value > 0 and text != number(0, decimals) else text

    def difference_span(self, difference: Statistics, words: "Wording") -> str:
        """The interval of a difference, where there is one; else how rarely it is not 0."""
        if not finite(difference["low"]):
            return words.nonzero(difference)
        return f"{self.difference(difference, 'low')} to {self.difference(difference, 'high')}"


def table_column(outcome: Outcome, found: Collection[Statistics]) -> Column:
    """The column of an outcome, given what was found of it under each policy.

    Money comes in a unit that gives its largest mean two to four digits, as fine as its differences need.
    """
    largest = max(abs(one["mean"]) for one in found)
    unit, size = scale("share" if outcome.type is bool else outcome.unit, largest / 10)
    if outcome.unit != "US$":
        decimals = int(largest < 100)
        return Column(outcome, f"{unit} of {outcome.whole}" if outcome.whole else unit, size, decimals, decimals)
    spreads = [(one["difference"]["high"] - one["difference"]["low"]) / size for one in found if finite(one["difference"]["low"])]
    narrowest = min((spread for spread in spreads if spread > 0), default=largest / size)
    return Column(outcome, unit, size, int(largest / size < 100), int(narrowest < 10))


def table_columns(policies: Collection[Mapping[str, Statistics]]) -> list[Column]:
    """The columns of the table."""
    return [table_column(known, [outcomes[name] for outcomes in policies]) for name, known in OUTCOMES.items() if known.tabled]


def policy_rows(name: str, summary: Mapping[str, Any], table: list[Column], words: Wording) -> Iterable[list[str]]:
    """The lines of one policy."""
    policies, reference = summary["policies"], summary["reference"]
    outcomes = policies[name]
    yield [printable(label_in(summary, name)), *(mean_cell(column, outcomes) for column in table)]
    yield [f"  {words.level}", *(interval_cell(column, outcomes, words) for column in table)]
    rates = summary.get("per_1000_organisations_and_year", {}).get(name, {})
    if rates:
        yield [f"  {RATE}", *(column.rate(rates.get(column.outcome.name)) for column in table)]
    if name != reference:
        yield from difference_rows(outcomes, policies[reference], preventable(summary, name), table, words)


def difference_rows(
    outcomes: Mapping[str, Statistics], base: Mapping[str, Statistics], share: Statistics, table: list[Column], words: Wording
) -> Iterable[list[str]]:
    """How a policy differs from the reference: relative to it and to what is preventable, in units, in how many draws; the verdict."""
    differences = [(column, outcomes[column.outcome.name]["difference"]) for column in table]
    bounded = {column for column in table if censored(column.outcome, outcomes) or censored(column.outcome, base)}
    found = [None if column in bounded else verdict_of(column.outcome, difference) for column, difference in differences]
    relatives = [difference.get("relative", {}) if column.outcome.unit == "US$" else {} for column, difference in differences]
    yield ["  relative", *map(signed_percent, relatives)]
    yield [f"  {words.level}", *map(percent_span, relatives)]
    if share:
        empty = ["-"] * (len(table) - 1)
        yield ["  preventable", said_percent(share["mean"]), *empty]
        yield [f"  {words.level}", percent_span(share), *empty]
    yield ["  difference", *(difference_cell(column, outcomes, base) for column in table)]
    yield [f"  {words.level}", *("-" if column in bounded else column.difference_span(each, words) for column, each in differences)]
    yield ["  less/same/more", *("-" if each is None else shares_cell(each) for each in found)]
    yield ["  verdict", *("-" if each is None else verdict_cell(each) for each in found)]


def mean_cell(column: Column, outcomes: Mapping[str, Statistics]) -> str:
    """A mean; where runs ended first, a lower bound of it."""
    return bounded(column.mean(outcomes[column.outcome.name]), censored(column.outcome, outcomes), column.outcome)


def difference_cell(column: Column, outcomes: Mapping[str, Statistics], base: Mapping[str, Statistics]) -> str:
    """A difference; where runs ended first, a bound of it, if any."""
    text = column.difference(outcomes[column.outcome.name]["difference"])
    return bounded_difference(text, censored(column.outcome, outcomes), censored(column.outcome, base))


def interval_cell(column: Column, outcomes: Mapping[str, Statistics], words: Wording) -> str:
    """The interval of a mean."""
    if censored(column.outcome, outcomes) == 1.0:
        return f"in {words.horizon_days} days"
    return column.span(outcomes[column.outcome.name], words)


def comparison_table(summary: Mapping[str, Any], words: Wording, width: int = 80) -> Any:
    """The table of a comparison. What is too long for a terminal so many columns wide is folded."""
    policies = summary["policies"]
    shown = table_columns(policies.values())
    rows = {name: list(policy_rows(name, summary, shown, words)) for name in policies}
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    heads = [["", *lines] for lines in zip(*(column.heading.split("\n") for column in shown), strict=True)]
    labels = label_width([*heads, *(row for each in rows.values() for row in each)], width)
    grid.add_column("\n\npolicy", overflow="fold", width=labels)
    for column in shown:
        grid.add_column(column.heading, justify="right", overflow="fold")
    for each in rows.values():
        for place, row in enumerate(each):
            grid.add_row(*row, style="bold" if place == 0 else None)
        grid.add_section()
    return grid


def label_width(rows: Sequence[Sequence[str]], width: int) -> int:
    """The width of the labels of rows in a table so wide: as long as they are, if the other columns leave room for that.

    >>> label_width([["a" * 30, "12"]], 80), label_width([["a" * 30, "1" * 60]], 80), label_width([["a" * 30, "1" * 60]], 24)
    (30, 18, 8)
    """
    others = sum(2 + max(map(len, cells)) for cells in zip(*(row[1:] for row in rows if len(row) > 1), strict=True))
    longest = max(len(row[0]) for row in rows)
    return min(longest, max(width - others - 2, min(LONGEST_NAME, width // 3)))


SPLIT_COLUMNS = ("draws", "difference", LEVEL, "less / same / more", "verdict")


def split_rows(parts: Mapping[str, Any], names: Collection[str], words: Wording, labels: Mapping[str, str]) -> tuple[str, list[list[str]]]:
    """What a table of differences in harm by values of a structure says, and its rows: a policy, and its values with `SPLIT_COLUMNS`."""
    harm = OUTCOMES[HARM]
    reference, *others = names
    column = table_column(harm, [policy[harm.name] for part in parts.values() for policy in part["policies"].values()])
    rows: list[list[str]] = []
    for name in others or [reference]:
        rows.append([printable(labels.get(name, name))])
        for label, part in parts.items():
            level = part["policies"][name][harm.name]
            alone = [column.mean(level), column.span(level, words), "-", "-"]
            cells = difference_cells(column, level["difference"], words) if others else alone
            rows.append([f"  {label}", str(part["draws"]), *cells])
    less = f", less that under {labels.get(reference, reference)} in the same {words.noun}" if others else ""
    return f"{harm.long.capitalize()} ({column.unit}){less}, in the {words.noun}s with each value:", rows


def difference_cells(column: Column, difference: Statistics, words: Wording) -> list[str]:
    """A difference, its interval, in how many draws there is less, as much and more, and the verdict."""
    found = verdict_of(column.outcome, difference)
    return [column.difference(difference), column.difference_span(difference, words), shares_cell(found), verdict_cell(found)]
