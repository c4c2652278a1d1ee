"""A comparison in words: one table, and one sentence for each policy. Both are made from its summary."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from experiments.command.amount import count, days, decimals_of, money, number, percent, size_of
from experiments.text import printable

Statistics = Mapping[str, Any]  # of one outcome: mean, low, high, and the same of its difference from the reference
Policies = Mapping[str, Mapping[str, Statistics]]
LEVEL = "95 % interval"
LONGEST_NAME = 20  # that leaves room for the rest in 80 columns


@dataclass(frozen=True)
class Wording:
    """How the draws of a comparison are spoken of."""

    horizon_days: int
    draws: int
    fixed: bool

    @property
    def noun(self) -> str:
        """One draw."""
        return "run" if self.fixed else "world"

    def share(self, share: float) -> str:
        """A share of the draws."""
        return f"every {self.noun}" if share == 1.0 else f"{percent(share, 0 if share >= 0.1 else 1)} of {self.noun}s"

    def nonzero(self, statistics: Statistics) -> str:
        """Of what has no interval, as it is the same in all draws or in nearly all: the share of draws in which it is not 0."""
        share = statistics["nonzero"]["share"] if self.draws > 1 else None
        if share is None:
            return "-"
        return f"in all {self.noun}s" if share in {0.0, 1.0} else f"in {self.share(share)}"


@dataclass(frozen=True)
class Column:
    """One outcome in the table: its heading, unit and scale, and the decimals of means and of differences."""

    outcome: str
    heading: str
    unit: str
    size: float
    decimals: int
    fine: int

    def mean(self, statistics: Statistics) -> str:
        """A mean in the unit of the column."""
        return number(statistics["mean"] / self.size, self.decimals)

    def span(self, statistics: Statistics, words: "Wording") -> str:
        """The interval of a mean, where there is one; else how rarely it is not 0."""
        low, high = (number(statistics[end] / self.size, self.decimals) for end in ("low", "high"))
        return f"{low} to {high}" if finite(statistics["low"]) else words.nonzero(statistics)

    def difference(self, value: float) -> str:
        """A difference, with its sign."""
        text = number(value / self.size, self.fine)
        return f"+{text}" if value > 0 and text != number(0, self.fine) else text

    def difference_span(self, difference: Statistics, words: "Wording") -> str:
        """The interval of a difference, where there is one; else how rarely it is not 0."""
        if not finite(difference["low"]):
            return words.nonzero(difference)
        return f"{self.difference(difference['low'])} to {self.difference(difference['high'])}"


def finite(value: float | None) -> bool:
    """Whether there is a value: one draw has no interval."""
    return value is not None and math.isfinite(value)


def columns(policies: Collection[Mapping[str, Statistics]]) -> list[Column]:
    """The columns of the table. Harm comes in a unit that gives its largest mean two to four digits, as fine as its differences need."""
    harm = [outcomes["model_enabled_harm"] for outcomes in policies]
    size, word = size_of(max(abs(statistics["mean"]) for statistics in harm) / 10)
    largest = max(abs(one["mean"]) for one in harm) / size
    spreads = [(one["difference"]["high"] - one["difference"]["low"]) / size for one in harm if finite(one["difference"]["low"])]
    narrowest = min((spread for spread in spreads if spread > 0), default=largest)
    slowest = max(outcomes["release_delay_days"]["mean"] for outcomes in policies)
    daily = int(slowest < 100)
    return [
        Column("model_enabled_harm", "model-enabled\nharm", f"US$ {word}".rstrip(), size, int(largest < 100), int(narrowest < 10)),
        Column("release_delay_days", "release\ndelay", "days", 1.0, daily, daily),
        Column("usable_lead_months", "usable\nlead", "months", 1.0, 1, 1),
        Column("customers_lost_share", "customers\nlost", "% of its own", 0.01, 1, 1),
    ]


def rows(name: str, policies: Policies, reference: str, table: list[Column], words: Wording) -> Iterable[list[str]]:
    """The lines of one policy."""
    outcomes, base = policies[name], policies[reference]
    yield [printable(name), *(mean_cell(column, outcomes) for column in table)]
    yield [f"  {LEVEL}", *(interval_cell(column, outcomes, words) for column in table)]
    if name == reference:
        return
    differences = {column.outcome: outcomes[column.outcome]["difference"] for column in table}
    yield ["  difference", *(difference_cell(column, outcomes, base) for column in table)]
    bounded = "release_delay_days" if censored(outcomes) or censored(base) else ""
    yield [f"  {LEVEL}", *("-" if c.outcome == bounded else c.difference_span(differences[c.outcome], words) for c in table)]
    yield ["  better in", *(percent(differences[column.outcome]["better_share"]) for column in table)]


def censored(outcomes: Mapping[str, Statistics]) -> float:
    """Share of draws in which the system of day 0 is not public when the run ends."""
    return float(outcomes["release_censored"]["mean"])


def mean_cell(column: Column, outcomes: Mapping[str, Statistics]) -> str:
    """A mean; where runs ended before the release, a lower bound of it."""
    text = column.mean(outcomes[column.outcome])
    if column.outcome != "release_delay_days" or not censored(outcomes):
        return text
    return "not public" if censored(outcomes) == 1.0 else f"{text} or more"


def difference_cell(column: Column, outcomes: Mapping[str, Statistics], base: Mapping[str, Statistics]) -> str:
    """A difference; where runs ended before the release, a bound of it, if any."""
    text = column.difference(outcomes[column.outcome]["difference"]["mean"])
    if column.outcome != "release_delay_days" or not (censored(outcomes) or censored(base)):
        return text
    return "not known" if censored(outcomes) and censored(base) else f"{text} or {'more' if censored(outcomes) else 'less'}"


def interval_cell(column: Column, outcomes: Mapping[str, Statistics], words: Wording) -> str:
    """The interval of a mean."""
    if column.outcome == "release_delay_days" and censored(outcomes) == 1.0:
        return f"in {words.horizon_days} days"
    return column.span(outcomes[column.outcome], words)


def heading(world: str, words: Wording, seed: int) -> str:
    """The world, and how it was drawn."""
    drawn = f"{count(words.draws, words.noun)}{' at central values' if words.fixed else ' drawn from its priors'}"
    return f"World {world}: {drawn}, {words.horizon_days} days each, seed {seed}."


def table(summary: Mapping[str, Any], words: Wording) -> Any:
    """The table of a comparison, at most 80 columns wide where names are short."""
    from rich import box
    from rich.table import Table

    policies, reference = summary["policies"], summary["reference"]
    shown = columns(policies.values())
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    longest = max(len(printable(name)) for name in policies)
    grid.add_column("\n\npolicy", overflow="fold", min_width=min(LONGEST_NAME, longest))
    for column in shown:
        grid.add_column(f"{column.heading}\n{column.unit}", justify="right", overflow="fold")
    for name in policies:
        for place, row in enumerate(rows(name, policies, reference, shown, words)):
            grid.add_row(*row, style="bold" if place == 0 else None)
        grid.add_section()
    return grid


def verdicts(summary: Mapping[str, Any], words: Wording) -> list[str]:
    """One sentence for each policy, the reference first."""
    policies, reference = summary["policies"], summary["reference"]
    base = policies[reference]
    others = [f"{name}: {against(outcomes, base, reference, words)}." for name, outcomes in policies.items() if name != reference]
    return [f"{reference} (the reference): {alone(base, words)}.", *others]


def alone(outcomes: Mapping[str, Statistics], words: Wording) -> str:
    """What happens under the reference."""
    harm, lead = outcomes["model_enabled_harm"], outcomes["usable_lead_months"]["mean"]
    lost = outcomes["customers_lost_share"]["mean"]
    moved = f"{percent(abs(lost), 1)} of customers {'lost' if lost >= 0 else 'gained'}"
    spread = f" on average ({money_span(harm)})" if finite(harm["low"]) else ""
    enabled = f"models enable harm of {money(harm['mean'], like=widest(harm) if spread else None)}{spread}"
    ahead = f"{number(abs(lead), 1)} months {'ahead of' if lead >= 0 else 'behind'} open weights"
    return f"{enabled}; {released(outcomes, words)}; what is offered to all is {ahead}; {moved}"


def released(outcomes: Mapping[str, Statistics], words: Wording) -> str:
    """When the system of day 0 goes to everyone."""
    delay = outcomes["release_delay_days"]["mean"]
    if censored(outcomes) == 1.0:
        return f"not public within {words.horizon_days} days"
    if censored(outcomes) > 0:
        late = f"not public within {words.horizon_days} days in {words.share(censored(outcomes))}"
        return f"release delay {days(delay)} or more ({late})"
    return f"release delay {days(delay)}" if delay >= 0.05 else "no release delay"


def against(outcomes: Mapping[str, Statistics], base: Mapping[str, Statistics], reference: str, words: Wording) -> str:
    """What differs from the reference."""
    delay = released(outcomes, words)
    if delay != released(base, words):
        delay += f" ({reference}: {released(base, words).removeprefix('release delay ')})"
    lead = change(outcomes["usable_lead_months"], "usable lead", ("longer", "shorter"), 1.0, "months")
    lost = change(outcomes["customers_lost_share"], "customers lost", ("more", "fewer"), 100.0, "percentage points")
    return f"{harm_sentence(outcomes['model_enabled_harm'], reference, words)}; {delay}; {lead}; {lost}"


def harm_sentence(harm: Statistics, reference: str, words: Wording) -> str:
    """Whether models enable less harm than under the reference, how often, and by how much."""
    difference = harm["difference"]
    mean, better = difference["mean"], difference["better_share"]
    more_or_less, often = ("less", better) if mean < 0 else ("more", 1.0 - better)
    if mean == difference["low"] == difference["high"] == 0.0 or (mean == 0.0 and not finite(difference["low"])):
        return f"as much model-enabled harm as {reference}"
    if not finite(difference["low"]):
        where = f"in the one {words.noun} drawn" if words.draws == 1 else f"on average, a difference {words.nonzero(difference)}"
        return f"{money(abs(mean))} {more_or_less} model-enabled harm than {reference} {where}"
    if difference["low"] <= 0.0 <= difference["high"]:
        span = money_span(difference, signed=True)
        average = money(abs(mean), like=widest(difference))
        return f"no clear difference in model-enabled harm from {reference} ({average} {more_or_less} on average, {span})"
    amount, spread = money(abs(mean), like=widest(difference)), money_span(difference if mean > 0 else turned(difference))
    if often < 0.5:
        rare = f"though in {words.share(often)} only"
        return f"{more_or_less} model-enabled harm than {reference} on average, by {amount} ({spread}), {rare}"
    return f"in {words.share(often)} {more_or_less} model-enabled harm than {reference}, by {amount} on average ({spread})"


def turned(difference: Statistics) -> Statistics:
    """The same difference, seen from the other side."""
    return {"mean": -difference["mean"], "low": -difference["high"], "high": -difference["low"]}


def widest(statistics: Statistics) -> float:
    """The largest of a mean and the ends of its interval."""
    return max(abs(float(statistics[part])) for part in ("mean", "low", "high"))


def money_span(statistics: Statistics, *, signed: bool = False) -> str:
    """The interval of a sum of money, in the unit that `money` gives its widest part."""
    size, _ = size_of(widest(statistics))
    decimals = decimals_of(widest(statistics) / size)
    low, high = (number(statistics[end] / size, decimals) for end in ("low", "high"))
    return f"{LEVEL} {low} to {'+' if signed and statistics['high'] > 0 else ''}{high}"


def change(statistics: Statistics, noun: str, words: tuple[str, str], factor: float, unit: str) -> str:
    """How an outcome differs from the reference: by how much in which direction, or not clearly."""
    difference = statistics["difference"]
    mean, low, high = (factor * difference[part] for part in ("mean", "low", "high"))
    if mean == 0.0 and (low == high or not finite(low)):
        return f"{noun} as there"
    word = words[0] if mean > 0 else words[1]
    if not finite(low):
        return f"{noun}: {number(abs(mean), 1)} {unit} {word}"
    if low <= 0.0 <= high:
        return f"no clear difference in {noun}"
    near, far = sorted((abs(low), abs(high)))
    decimals = 1 if number(near, 1) != number(far, 1) else 2
    return f"{noun}: {number(abs(mean), decimals)} {unit} {word} ({number(near, decimals)} to {number(far, decimals)})"
