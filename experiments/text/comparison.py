"""A comparison in words: one table, and one sentence for each policy. Both are made from its summary.

What is claimed of a difference is what its verdict says (`experiments.results.verdict`).
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.table import Table

from lockgate.experiments.results.ratios import PAYS_ABOVE, PAYS_BELOW, PRICES, priced
from lockgate.experiments.results.verdict import ENOUGH, LEANING, Verdict
from lockgate.experiments.text.numbers import (
    count,
    days,
    decimals_apart,
    decimals_of,
    listed,
    money,
    number,
    percent,
    printable,
    scale,
    share_number,
    size_of,
)
from lockgate.sim.model.outcomes import OUTCOMES, Outcome

Statistics = Mapping[str, Any]  # of one outcome: mean, low, high, and the same of its difference from the reference
Policies = Mapping[str, Mapping[str, Statistics]]
HARM, DELAY = "model_enabled_harm", "release_delay_days"
LEVEL = "95 % interval"
RATE = "yearly rate"
LONGEST_NAME = 18  # that leaves room for the rest in 80 columns


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

    @property
    def preliminary(self) -> bool:
        """Whether there are too few draws to rest anything on."""
        return self.draws < ENOUGH

    @property
    def level(self) -> str:
        """What the rows of intervals are called."""
        return "preliminary 95 %" if self.preliminary else LEVEL

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


def label_in(summary: Mapping[str, Any], name: str) -> str:
    """What a policy is called: its name, with what was changed of the built-in policy of that name."""
    label: str = summary.get("labels", {}).get(name, name)
    return label


def verdict_of(outcome: Outcome, difference: Statistics) -> Verdict:
    """The verdict that a summary has of a difference."""
    return Verdict.of(outcome.name, difference)


def shares_cell(found: Verdict) -> str:
    """In how many draws there is less, as much and more."""
    return f"{' / '.join(map(share_number, (found.less, found.same, found.more)))} %" if found.draws else "-"


def verdict_cell(found: Verdict) -> str:
    """The verdict, and its direction where it has one."""
    return f"{found.name}: {found.direction}" if found.word in {"clear", "leaning"} else found.name


def preventable(summary: Mapping[str, Any], name: str) -> Statistics:
    """The share that a policy removes of the harm that the ceiling removes; nothing where there is no ceiling."""
    ceiling = summary.get("ceiling") or {}
    share: Statistics = ceiling.get("preventable_share", {}).get(name, {})
    return share


def said_percent(share: float) -> str:
    """A share to a tenth of a percent, where there is one."""
    return percent(share, 1) if finite(share) else "-"


def percent_span(statistics: Statistics) -> str:
    """The interval of a share in percent, where there is one."""
    if not finite(statistics.get("low")):
        return "-"
    decimals = share_decimals(statistics)
    return f"{number(100.0 * statistics['low'], decimals)} to {number(100.0 * statistics['high'], decimals)}"


def share_decimals(statistics: Statistics) -> int:
    """Decimals of a share in percent and of its interval: one, or as many as an interval without 0 needs to be told as one."""
    has_interval = finite(statistics.get("low"))
    return decimals_apart(100.0 * statistics["low"], 100.0 * statistics["high"], 1) if has_interval else 1


def signed_percent(statistics: Statistics, part: str = "mean") -> str:
    """A relative difference, or an end of its interval, with its sign, where there is one."""
    if not finite(statistics.get(part)):
        return "-"
    decimals = share_decimals(statistics)
    text = percent(statistics[part], decimals)
    return f"+{text}" if statistics[part] > 0.0 and text != percent(0.0, decimals) else text


def censored(outcome: Outcome, outcomes: Mapping[str, Statistics]) -> float:
    """Share of draws in which the run ended first, so that an outcome is a lower bound: in the delay's case, of the release."""
    if not outcome.censored_by:
        return 0.0
    by = outcomes[outcome.censored_by]
    return float(by["nonzero"]["share"] if "nonzero" in by else by["mean"])  # of a flag the mean is the share


def mean_cell(column: Column, outcomes: Mapping[str, Statistics]) -> str:
    """A mean; where runs ended first, a lower bound of it."""
    return bounded(column.mean(outcomes[column.outcome.name]), censored(column.outcome, outcomes), column.outcome)


NOT_PUBLIC = {"release_censored", "unguarded_censored"}  # say of one system that it was not released


def bounded(text: str, share: float, outcome: Outcome) -> str:
    """A mean of which this share of draws are lower bounds; a share that is not known may be any.

    >>> bounded("60", 0.0, OUTCOMES["release_delay_days"]), bounded("60", 0.5, OUTCOMES["release_delay_days"])
    ('60', '60 or more')
    >>> bounded("540", 1.0, OUTCOMES["release_delay_days"]), bounded("9", 1.0, OUTCOMES["wait_large_days"])
    ('not public', '9 or more')
    """
    if share == 1.0 and outcome.censored_by in NOT_PUBLIC:
        return "not public"
    return text if share == 0.0 else f"{text} or more"


def bounded_difference(text: str, here: float, there: float) -> str:
    """A difference, where these shares of draws are lower bounds under the policy and under the reference; a bound of it, if any.

    >>> bounded_difference("+3", 0.0, 0.0), bounded_difference("+3", 0.2, 0.0), bounded_difference("+3", 0.2, 0.1)
    ('+3', '+3 or more', 'not known')
    """
    if here != 0.0 and there != 0.0:
        return "not known"
    return f"{text} or more" if here != 0.0 else f"{text} or less" if there != 0.0 else text


def difference_cell(column: Column, outcomes: Mapping[str, Statistics], base: Mapping[str, Statistics]) -> str:
    """A difference; where runs ended first, a bound of it, if any."""
    text = column.difference(outcomes[column.outcome.name]["difference"])
    return bounded_difference(text, censored(column.outcome, outcomes), censored(column.outcome, base))


def interval_cell(column: Column, outcomes: Mapping[str, Statistics], words: Wording) -> str:
    """The interval of a mean."""
    if censored(column.outcome, outcomes) == 1.0:
        return f"in {words.horizon_days} days"
    return column.span(outcomes[column.outcome.name], words)


def heading(world: str, words: Wording, seed: int) -> str:
    """The world, and how it was drawn."""
    drawn = f"{count(words.draws, words.noun)}{' at central values' if words.fixed else ' drawn from its priors'}"
    return f"World {world}: {drawn}, {words.horizon_days} days each, seed {seed}."


def preliminary(draws: int) -> list[str]:
    """That there are too few draws to rest anything on; nothing where they are enough.

    >>> preliminary(20), preliminary(50)
    (['Preliminary: 20 draws; a verdict needs 50.'], [])
    """
    return [f"Preliminary: {count(draws, 'draw')}; a verdict needs {ENOUGH}."] if draws < ENOUGH else []


def headings(summary: Mapping[str, Any], words: Wording, seed: int) -> list[str]:
    """What stands above the table: whether it is preliminary, the world, and what was changed."""
    changed = [f"Changed: {'; '.join(summary['changes'])}."] if summary.get("changes") else []
    return [*preliminary(words.draws), heading(summary["world"], words, seed), *changed]


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


def sentences(summary: Mapping[str, Any], words: Wording) -> list[str]:
    """One sentence for each policy, the reference first; then who has the least harm."""
    policies, reference = summary["policies"], summary["reference"]
    others = [f"{label_in(summary, name)}: {against(summary, name, words)}." for name in policies if name != reference]
    return [f"{label_in(summary, reference)} (the reference): {alone(policies[reference], words)}.", *others, *said_least(summary, words)]


def said_least(summary: Mapping[str, Any], words: Wording) -> list[str]:
    """Which policy has the least harm, or which cannot be told apart; nothing where there is nothing to compare."""
    least = [label_in(summary, name) for name in summary.get("least_harm", ())]
    if not least:
        return []
    which = least[0] if len(least) == 1 else f"which of {listed(least)} has it cannot be told"  # some of them may differ clearly
    return [f"Least harm{' (preliminary)' if words.preliminary else ''}: {which}."]


def alone(outcomes: Mapping[str, Statistics], words: Wording) -> str:
    """What happens under the reference."""
    harm, lead = outcomes["model_enabled_harm"], outcomes["usable_lead_months"]["mean"]
    lost = outcomes["customers_lost_share"]["mean"]
    moved = f"{percent(abs(lost), 1)} of customers {'lost' if lost >= 0 else 'gained'}"
    few = "preliminary, " if words.preliminary else ""
    spread = f" on average ({few}{money_span(harm)})" if finite(harm["low"]) else " (preliminary)" if few else ""
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


def against(summary: Mapping[str, Any], name: str, words: Wording) -> str:
    """What differs from the reference."""
    outcomes, base, reference = summary["policies"][name], summary["policies"][summary["reference"]], summary["reference"]
    delay = said_release(outcomes, words)
    if delay != said_release(base, words):
        delay += f" ({label_in(summary, reference)}: {said_release(base, words).removeprefix('release delay ')})"
    harm, price = outcomes[HARM], summary.get("break_even", {}).get(name, {})
    return "; ".join((
        harm_sentence(harm, label_in(summary, reference), words, preventable(summary, name)),
        delay,
        *(said_change(outcomes, outcome) for outcome in CHANGES),
    )) + said_price(price, verdict_of(OUTCOMES[HARM], harm["difference"]))  # fmt: skip


def harm_sentence(harm: Statistics, reference: str, words: Wording, share: Statistics | None = None) -> str:
    """How much less or more harm models enable than under the reference, as far as that may be said, and in how many draws."""
    difference = harm["difference"]
    found = verdict_of(OUTCOMES[HARM], difference)
    few = ", preliminary" if found.preliminary else ""
    if found.word == "same":
        return f"as much model-enabled harm as {reference}{few}"
    if found.is_clear:
        said = clear_difference(difference, found, reference, share or {})
    elif found.word == "leaning":
        lean = f"but {found.direction} in {percent(found.side)} of the {words.noun}s that differ"
        average = said_average(difference, words)
        said = f"leaning to {found.direction} model-enabled harm than {reference}: no clear difference on average ({average}{few}), {lean}"
    else:
        said = f"no clear difference in model-enabled harm from {reference} ({said_average(difference, words)}{few})"
    return f"{said}; {said_shares(found, words)}" if found.draws > 1 else said


def clear_difference(difference: Statistics, found: Verdict, reference: str, share: Statistics) -> str:
    """A clear difference: in percent of the reference, where that has a mean above 0, in percent of what can be prevented, in dollars."""
    seen, relative = (each if found.direction == "more" else turned(each) for each in (difference, relative_in(difference)))
    what, dollars = f"{found.direction} model-enabled harm than {reference}", money(abs(found.mean), like=widest(difference))
    if not finite(seen["low"]):
        size, also = (known_percent(relative["mean"]), f", {dollars}") if finite(relative["mean"]) else (dollars, "")
        return f"{size} {what} ({found.name}, in every draw){said_share(share)}{also}"
    if finite(relative["low"]):
        size = percent(relative["mean"], share_decimals(relative))
        return f"{size} {what} ({LEVEL} {percent_span(relative)}; {found.name}){said_share(share)}, {dollars} ({span_of_money(seen)})"
    return f"{dollars} {what} ({money_span(seen)}; {found.name}){said_share(share)}"


def known_percent(share: float) -> str:
    """A share in percent that is not 0, and is not told as 0.

    >>> known_percent(0.125), known_percent(0.0002)
    ('12.5 %', '0.02 %')
    """
    return percent(share, decimals_apart(100.0 * share, 100.0 * share, 1))


def relative_in(difference: Statistics) -> Statistics:
    """A difference as a share of the reference's mean, where a summary has it."""
    return difference.get("relative") or dict.fromkeys(("mean", "low", "high"), math.nan)


def said_average(difference: Statistics, words: Wording) -> str:
    """A mean difference that is not clear, with its sign and its interval, where it has one; else in how many draws there is any."""
    if not finite(difference["low"]):
        amount = f"{'+' if difference['mean'] > 0 else ''}{money(difference['mean'])}"
        where = f"in the one {words.noun} drawn" if words.draws == 1 else f"on average, a difference {words.nonzero(difference)}"
        return f"{amount} {where}"
    relative = relative_in(difference)
    dollars = money(difference["mean"], like=widest(difference))
    dollars = f"{'+' if difference['mean'] > 0 and any(digit in dollars for digit in '123456789') else ''}{dollars}"
    if not finite(relative["low"]):
        return f"{dollars} on average, {money_span(difference, signed=True)}"
    low, high = (signed_percent(relative, end) for end in ("low", "high"))
    average = f"{signed_percent(relative)} on average, {LEVEL} {low.removesuffix(' %')} to {high}"
    return f"{average}; {dollars}, {span_of_money(difference, signed=True)}"


def said_shares(found: Verdict, words: Wording) -> str:
    """In how many draws there is less, as much and more."""
    less, same, more = map(share_number, (found.less, found.same, found.more))
    return f"less in {less} % of {words.noun}s, the same in {same} %, more in {more} %"


def said_share(share: Statistics) -> str:
    """How much that is of what can be prevented at all."""
    if not share or not finite(share["mean"]):
        return ""
    spread = f" ({percent_span(share)})" if finite(share["low"]) else ""
    return f", {said_percent(share['mean'])} of what is preventable{spread}"


def said_price(price: Statistics, harm: Verdict) -> str:
    """What a day of access may be worth to an organisation for a policy to be worth its benefit forgone."""
    if not price or not finite(price["low"]):
        return ""
    found = priced(price["low"], price["high"], price["harm_avoided"], price["access_forgone"], harm.is_clear)
    span = f"{money(price['mean'], like=widest(price))} ({money_span(price)})" if found in {PAYS_BELOW, PAYS_ABOVE} else ""
    return f"; {SAID_PRICES[PRICES[found]].format(price=span)}"


SAID_PRICES = {
    "unknown": "",
    "unclear": "at no clear value of access does it break even",
    "better": "better at any value of access",
    "worse": "worse at any value of access",
    "less": "it pays where a day of access is worth less than {price} to an organisation",
    "more": "it pays where a day of access is worth more than {price} to an organisation",
}


def turned(difference: Statistics) -> Statistics:
    """The same difference, seen from the other side. What is not known stays so."""
    mean, low, high = (-difference[part] if finite(difference[part]) else math.nan for part in ("mean", "low", "high"))
    return {"mean": mean, "low": high, "high": low}


def widest(statistics: Statistics) -> float:
    """The largest of a mean and the ends of its interval, where it has one."""
    return max(abs(float(statistics[part])) for part in ("mean", "low", "high") if finite(statistics[part]))


def money_span(statistics: Statistics, *, signed: bool = False) -> str:
    """The interval of a sum of money, and that it is one."""
    return f"{LEVEL} {span_of_money(statistics, signed=signed)}"


def span_of_money(statistics: Statistics, *, signed: bool = False) -> str:
    """The interval of a sum of money, in the unit that `money` gives its widest part."""
    size, _ = size_of(widest(statistics))
    decimals = decimals_of(widest(statistics) / size)
    decimals = decimals_apart(statistics["low"] / size, statistics["high"] / size, decimals)
    low, high = (number(statistics[end] / size, decimals) for end in ("low", "high"))
    return f"{low} to {'+' if signed and statistics['high'] > 0 else ''}{high}"


# What is told of a policy beside harm and delay: the words for more and for less, and the unit.
CHANGES: dict[str, tuple[tuple[str, str], float, str]] = {
    "usable_lead_months": (("longer", "shorter"), 1.0, "months"),
    "customers_lost_share": (("more", "fewer"), 100.0, "percentage points"),
}
DELAYED = (("longer", "shorter"), 1.0, "days")  # likewise of a delay that is known


def said_change(outcomes: Mapping[str, Statistics], name: str) -> str:
    """How an outcome differs from the reference, as far as its verdict goes: by how much in which direction, or not clearly."""
    words, factor, unit = CHANGES.get(name, DELAYED)
    noun, difference = OUTCOMES[name].short, outcomes[name]["difference"]
    found = verdict_of(OUTCOMES[name], difference)
    if found.word == "same":
        return f"{noun} as there"
    word = words[0] if found.direction == "more" else words[1]
    if found.word == "leaning":
        return f"{noun} leaning to {word}, in {percent(found.side)} of those that differ"
    if not found.is_clear:
        return f"no clear difference in {noun}"
    mean = factor * abs(difference["mean"])
    if not finite(difference["low"]):
        return f"{noun}: {number(mean, decimals_apart(mean, mean, 1))} {unit} {word}"
    near, far = sorted(factor * abs(difference[end]) for end in ("low", "high"))
    decimals = decimals_apart(near, far, 1)
    return f"{noun}: {number(mean, decimals)} {unit} {word} ({number(near, decimals)} to {number(far, decimals)})"


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


def notes(summary: Mapping[str, Any], words: Wording) -> list[str]:
    """What the differences of the table are, what came of requests, and what pairing did. One policy alone has no differences."""
    rates = [f"{RATE.capitalize()}: for 1,000 organisations, as of a whole year."] if "per_1000_organisations_and_year" in summary else []
    asked = said_compliance(summary, words)
    if not summary["pairing"]:
        return [*rates, *asked]
    reference = label_in(summary, summary["reference"])
    note = f"Differences are from {reference} in the same {words.noun}; relative: in percent of the mean there"
    shares = f"Less / same / more: share of {words.noun}s in which there is less, as much and more than there"
    clear, lean = (
        "clear where the 95 % interval of the mean difference excludes 0",
        f"leaning where {percent(LEANING)} of the {words.noun}s",
    )
    differences = f"{note}. {shares}. Verdict: {clear}, {lean} that differ are on one side."
    return [differences, *rates, *said_ceiling(summary), *asked, *paired(summary)]


def said_compliance(summary: Mapping[str, Any], words: Wording) -> list[str]:
    """One sentence for each policy under which labs were asked: in how many draws, and what they did."""
    told = []
    for name, found in summary.get("compliance", {}).items():
        if found["share"]:
            where = f"in {words.share(found['share'])} labs were asked to limit {number(found['requests'], 1)} systems on average"
            did = f"they complied with {percent(found['complied'])} of requests"
            each = f"with all of them in {percent(found['all'])} of these {words.noun}s, with none in {percent(found['none'])}"
            told.append(f"{label_in(summary, name)}, compliance: {where}; {did}, {each}.")
    return told


def said_ceiling(summary: Mapping[str, Any]) -> list[str]:
    """What can be prevented at all; nothing where there is no ceiling."""
    ceiling = summary.get("ceiling")
    if not ceiling:
        return []
    removed, share = ceiling["removed"]["mean"], ceiling["removed_share"]
    spread = f" ({LEVEL} {percent_span(share)} %)" if finite(share["low"]) else ""
    reference = label_in(summary, summary["reference"])
    part = f", {said_percent(share['mean'])} of the harm under {reference}{spread}" if finite(share["mean"]) else ""
    what = "harm removed, of what would be removed if nobody anywhere ever released a covered system"
    return [f"Preventable: {what}: {money(removed)}{part}."]


def paired(summary: Mapping[str, Any]) -> list[str]:
    """One sentence for each policy other than the reference."""
    reference = label_in(summary, summary["reference"])
    return [
        f"{label_in(summary, name)}, paired: {gains(summary['policies'][name])}{first_days(health, reference)}."
        for name, health in summary["pairing"].items()
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
