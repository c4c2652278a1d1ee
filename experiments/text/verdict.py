"""A comparison in words: one table, and one sentence for each policy. Both are made from its summary."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.table import Table

from lockgate.experiments.text.numbers import count, days, decimals_of, money, number, percent, printable, scale, size_of
from lockgate.sim.model.outcomes import OUTCOMES, Outcome

Statistics = Mapping[str, Any]  # of one outcome: mean, low, high, and the same of its difference from the reference
Policies = Mapping[str, Mapping[str, Statistics]]
LEVEL = "95 % interval"
RATE = "yearly rate"
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
    outcomes, base = policies[name], policies[reference]
    yield [printable(name), *(mean_cell(column, outcomes) for column in table)]
    yield [f"  {LEVEL}", *(interval_cell(column, outcomes, words) for column in table)]
    rates = summary.get("per_1000_organisations_and_year", {}).get(name, {})
    if rates:
        yield [f"  {RATE}", *(column.rate(rates.get(column.outcome.name)) for column in table)]
    if name == reference:
        return
    differences = [(column, outcomes[column.outcome.name]["difference"]) for column in table]
    yield ["  difference", *(difference_cell(column, outcomes, base) for column in table)]
    bounded = {column for column in table if censored(column.outcome, outcomes) or censored(column.outcome, base)}
    yield [f"  {LEVEL}", *("-" if column in bounded else column.difference_span(found, words) for column, found in differences)]
    yield ["  better in", *(percent(found["better_share"]) if finite(found["better_share"]) else "-" for _, found in differences)]
    if share := preventable(summary, name):
        empty = ["-"] * (len(table) - 1)
        yield ["  preventable", said_percent(share["mean"]), *empty]
        yield [f"  {LEVEL}", percent_span(share), *empty]


def preventable(summary: Mapping[str, Any], name: str) -> Statistics:
    """The share that a policy removes of the harm that the ceiling removes; nothing where there is no ceiling."""
    ceiling = summary.get("ceiling") or {}
    share: Statistics = ceiling.get("preventable_share", {}).get(name, {})
    return share


def said_percent(share: float) -> str:
    """A share to a tenth of a percent, where there is one."""
    return percent(share, 1) if finite(share) else "-"


def percent_span(statistics: Statistics) -> str:
    """The interval of a share, where there is one."""
    if not finite(statistics["low"]):
        return "-"
    return f"{number(100.0 * statistics['low'], 1)} to {percent(statistics['high'], 1)}"


def censored(outcome: Outcome, outcomes: Mapping[str, Statistics]) -> float:
    """Share of draws in which the run ended first, so that an outcome is a lower bound: in the delay's case, of the release."""
    if not outcome.censored_by:
        return 0.0
    by = outcomes[outcome.censored_by]
    return float(by["nonzero"]["share"] if "nonzero" in by else by["mean"])  # of a flag the mean is the share


def mean_cell(column: Column, outcomes: Mapping[str, Statistics]) -> str:
    """A mean; where runs ended first, a lower bound of it."""
    text, share = column.mean(outcomes[column.outcome.name]), censored(column.outcome, outcomes)
    return text if not share else "not public" if share == 1.0 else f"{text} or more"


def difference_cell(column: Column, outcomes: Mapping[str, Statistics], base: Mapping[str, Statistics]) -> str:
    """A difference; where runs ended first, a bound of it, if any."""
    text = column.difference(outcomes[column.outcome.name]["difference"]["mean"])
    here, there = censored(column.outcome, outcomes), censored(column.outcome, base)
    if not (here or there):
        return text
    return "not known" if here and there else f"{text} or {'more' if here else 'less'}"


def interval_cell(column: Column, outcomes: Mapping[str, Statistics], words: Wording) -> str:
    """The interval of a mean."""
    if censored(column.outcome, outcomes) == 1.0:
        return f"in {words.horizon_days} days"
    return column.span(outcomes[column.outcome.name], words)


def heading(world: str, words: Wording, seed: int) -> str:
    """The world, and how it was drawn."""
    drawn = f"{count(words.draws, words.noun)}{' at central values' if words.fixed else ' drawn from its priors'}"
    return f"World {world}: {drawn}, {words.horizon_days} days each, seed {seed}."


def comparison_table(summary: Mapping[str, Any], words: Wording) -> Any:
    """The table of a comparison, at most 80 columns wide where names are short."""
    policies = summary["policies"]
    shown = table_columns(policies.values())
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    longest = max(len(printable(name)) for name in policies)
    grid.add_column("\n\npolicy", overflow="fold", min_width=min(LONGEST_NAME, longest))
    for column in shown:
        grid.add_column(column.heading, justify="right", overflow="fold")
    for name in policies:
        for place, row in enumerate(policy_rows(name, summary, shown, words)):
            grid.add_row(*row, style="bold" if place == 0 else None)
        grid.add_section()
    return grid


def verdicts(summary: Mapping[str, Any], words: Wording) -> list[str]:
    """One sentence for each policy, the reference first."""
    policies, reference = summary["policies"], summary["reference"]
    base = policies[reference]
    others = [
        f"{name}: {against(outcomes, base, reference, words)}{said_share(preventable(summary, name))}"
        f"{said_price(summary.get('break_even', {}).get(name, {}))}."
        for name, outcomes in policies.items()
        if name != reference
    ]
    return [f"{reference} (the reference): {alone(base, words)}.", *others]


def alone(outcomes: Mapping[str, Statistics], words: Wording) -> str:
    """What happens under the reference."""
    harm, lead = outcomes["model_enabled_harm"], outcomes["usable_lead_months"]["mean"]
    lost = outcomes["customers_lost_share"]["mean"]
    moved = f"{percent(abs(lost), 1)} of customers {'lost' if lost >= 0 else 'gained'}"
    spread = f" on average ({money_span(harm)})" if finite(harm["low"]) else ""
    enabled = f"models enable harm of {money(harm['mean'], like=widest(harm) if spread else None)}{spread}"
    ahead = f"{number(abs(lead), 1)} months {'ahead of' if lead >= 0 else 'behind'} open weights"
    return f"{enabled}; {said_release(outcomes, words)}; what is offered to all is {ahead}; {moved}"


def said_release(outcomes: Mapping[str, Statistics], words: Wording) -> str:
    """When the system of day 0 goes to everyone."""
    delay, unknown = outcomes["release_delay_days"]["mean"], censored(OUTCOMES["release_delay_days"], outcomes)
    if unknown == 1.0:
        return f"not public within {words.horizon_days} days"
    if unknown > 0:
        late = f"not public within {words.horizon_days} days in {words.share(unknown)}"
        return f"release delay {days(delay)} or more ({late})"
    return f"release delay {days(delay)}" if delay >= 0.05 else "no release delay"


def against(outcomes: Mapping[str, Statistics], base: Mapping[str, Statistics], reference: str, words: Wording) -> str:
    """What differs from the reference."""
    delay = said_release(outcomes, words)
    if delay != said_release(base, words):
        delay += f" ({reference}: {said_release(base, words).removeprefix('release delay ')})"
    lead = said_change(outcomes, "usable_lead_months", ("longer", "shorter"), 1.0, "months")
    lost = said_change(outcomes, "customers_lost_share", ("more", "fewer"), 100.0, "percentage points")
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


def said_share(share: Statistics) -> str:
    """How much that is of what can be prevented at all."""
    if not share or not finite(share["mean"]):
        return ""
    spread = f" ({LEVEL} {percent_span(share)})" if finite(share["low"]) else ""
    return f"; preventable share of harm: {said_percent(share['mean'])}{spread}"


def said_price(price: Statistics) -> str:
    """What a day of access may be worth to an organisation for a policy to be worth its benefit forgone."""
    if not price or not finite(price["mean"]) or not finite(price["low"]):
        return ""
    if price["low"] <= 0.0 <= price["high"]:
        return "; at no clear value of access does it break even"
    avoids, costs = price["harm_avoided"] > 0.0, price["access_forgone"] > 0.0
    if avoids != costs:
        return f"; {'better' if avoids else 'worse'} at any value of access"
    span = f"{money(price['mean'], like=widest(price))} ({money_span(price)})"
    return f"; it pays where a day of access is worth {'less' if costs else 'more'} than {span} to an organisation"


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


def said_change(outcomes: Mapping[str, Statistics], name: str, words: tuple[str, str], factor: float, unit: str) -> str:
    """How an outcome differs from the reference: by how much in which direction, or not clearly."""
    noun, difference = OUTCOMES[name].short, outcomes[name]["difference"]
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


def split_rows(parts: Mapping[str, Any], names: Collection[str], words: Wording) -> tuple[str, list[list[str]]]:
    """What a table of differences in harm says, by value of a structure, and its rows: policy, value, draws, mean, interval, better in."""
    harm = OUTCOMES["model_enabled_harm"]
    reference, *others = names
    column = table_column(harm, [policy[harm.name] for part in parts.values() for policy in part["policies"].values()])
    rows = []
    for name in others or [reference]:
        for label, part in parts.items():
            found = part["policies"][name][harm.name]
            found = found["difference"] if others else found
            shown = column.difference(found["mean"]) if others else column.mean(found)
            span = column.difference_span(found, words) if others else column.span(found, words)
            better = percent(found["better_share"]) if others and finite(found["better_share"]) else "-"
            rows.append([printable(name), label, str(part["draws"]), shown, span, better])
    less = f", less that under {reference} in the same {words.noun}" if others else ""
    return f"{harm.long.capitalize()} ({column.unit}){less}, in the {words.noun}s with each value:", rows


def notes(summary: Mapping[str, Any], words: Wording) -> list[str]:
    """What the differences of the table are, and what pairing did. One policy alone has none."""
    rates = [f"{RATE.capitalize()}: for 1,000 organisations, as of a whole year."] if "per_1000_organisations_and_year" in summary else []
    if not summary["pairing"]:
        return rates
    note = f"Differences are from {summary['reference']} in the same {words.noun}. Better in: share of {words.noun}s"
    return [f"{note}, of which those without a difference count half.", *rates, *said_ceiling(summary), *paired(summary)]


def said_ceiling(summary: Mapping[str, Any]) -> list[str]:
    """What can be prevented at all; nothing where there is no ceiling."""
    ceiling = summary.get("ceiling")
    if not ceiling:
        return []
    removed, share = ceiling["removed"]["mean"], ceiling["removed_share"]
    spread = f" ({LEVEL} {percent_span(share)})" if finite(share["low"]) else ""
    part = f", {said_percent(share['mean'])} of the harm under {summary['reference']}{spread}" if finite(share["mean"]) else ""
    what = "harm removed, of what would be removed if nobody anywhere ever released a covered system"
    return [f"Preventable: {what}: {money(removed)}{part}."]


def paired(summary: Mapping[str, Any]) -> list[str]:
    """One sentence for each policy other than the reference."""
    reference = summary["reference"]
    return [
        f"{name}, paired: {gains(summary['policies'][name])}{first_days(health, reference)}." for name, health in summary["pairing"].items()
    ]


def gains(outcomes: Mapping[str, Mapping[str, Any]]) -> str:
    """How many times as many unpaired draws would be as precise; outcomes whose differences are all equal are left out."""
    found = {known.word: outcomes[name]["difference"]["pairing_gain"] for name, known in OUTCOMES.items() if known.tabled}
    said = ", ".join(f"{number(gain, 0 if gain >= 10 else 1)} ({word})" for word, gain in found.items() if finite(gain))
    return f"as precise as {said} times as many unpaired draws; " if said else ""


def first_days(health: Mapping[str, Any], reference: str) -> str:
    """From which day on the runs differ from the reference's, and in what."""
    if health["broken"]:
        return f"BROKEN, as runs differ from those of {reference} before any policy acts, or cannot be repeated: do not use the differences"
    if health["by"] is None:
        return f"its runs never differ from those of {reference} in the first {health['draws']} draws"
    earliest, middle = health["first_day_earliest"], health["first_day_median"]
    day = f"day {earliest}" if earliest == middle else f"day {earliest} at the earliest, {middle} in the median,"
    never = f", and never in {percent(health['never_share'])} of them" if health["never_share"] else ""
    return f"its runs differ from those of {reference} from {day} on ({health['by']}){never}"
