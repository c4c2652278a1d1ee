"""A comparison in sentences, one for each policy, made from its summary.

What is claimed of a difference is what its verdict says (`experiments.results.verdict`).
"""

import math
from collections.abc import Mapping
from typing import Any

from lockgate.experiments.results.ratios import PAYS_ABOVE, PAYS_BELOW, PRICES, priced
from lockgate.experiments.results.verdict import Verdict
from lockgate.experiments.text.numbers import days, decimals_apart, decimals_of, listed, money, number, percent, share_number, size_of
from lockgate.experiments.text.wording import (
    HARM,
    LEVEL,
    Statistics,
    Wording,
    censored,
    finite,
    label_in,
    percent_span,
    preventable,
    said_percent,
    share_decimals,
    signed_percent,
    verdict_of,
)
from lockgate.sim.model.outcomes import OUTCOMES


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
