"""The shares of mechanisms in words."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lockgate.experiments.results.verdict import Verdict
from lockgate.experiments.text.numbers import count, decimals_of, money, number, percent, scale
from lockgate.sim.model.outcomes import OUTCOMES

if TYPE_CHECKING:
    from lockgate.experiments.answers.mechanisms.mechanisms import Mechanisms

WORDS = ("clear", "leaning", "unclear")
MOST_NAMED = 4  # among which it is said that the largest share lies


def sentences_of(answer: "Mechanisms") -> list[str]:
    """The whole difference; what is left of it without mechanisms; the shares by verdict; and what they rest on."""
    none, full = answer.ends
    amounts = amounts_of(answer)
    noun = OUTCOMES[answer.outcome].short
    money_too = f", {money(abs(full.mean))}" if answer.is_percent and full.is_clear else ""
    where = f"in {answer.world}, in {count(len(answer.base), 'draw')}"
    whole = f"{answer.policy} against {answer.reference} {where}, {noun}: {said(full, amounts)}{money_too}"
    out = f"With {out_of(answer)} taken out: {said(none, amounts)}"
    together = f"What they make together: {said(answer.together, amounts)}"
    return [
        f"{whole}.",
        f"{out}.",
        f"{together}.",
        *said_foremost(answer),
        *said_shares(answer, amounts),
        *said_idle(answer),
        f"{said_method(answer)}.",
    ]


@dataclass(frozen=True)
class Amounts:
    """How amounts of an outcome are told, all alike: a unit, how many of the outcome's units it is, and decimals."""

    unit: str
    size: float
    decimals: int

    def bare(self, value: float) -> str:
        """An amount with its sign, without its unit.

        >>> Amounts("%", 100.0, 1).bare(250.0), Amounts("%", 100.0, 1).bare(-2.0)
        ('+2.5', '0.0')
        """
        text = number(value / self.size, self.decimals)
        return f"+{text}" if value > 0.0 and text != self.nothing else text

    def span(self, found: Verdict, between: str = ", ") -> str:
        """The ends of an interval."""
        return f"{self.bare(found.low)}{between}{self.bare(found.high)}"

    def told(self, value: float) -> str:
        """An amount with its sign and unit."""
        return f"{self.bare(value)} {self.unit}".rstrip()

    @property
    def nothing(self) -> str:
        """What is too small to show."""
        return number(0.0, self.decimals)

    @property
    def least(self) -> str:
        """The amount below which nothing is shown."""
        return f"{0.5 * 10.0**-self.decimals:.{self.decimals + 1}f} {self.unit}".rstrip()


def amounts_of(answer: "Mechanisms") -> Amounts:
    """In percent of the reference's mean where that is money, else in the unit that suits the largest."""
    largest = float(np.abs(np.concatenate([answer.shares.mean(axis=0), [answer.none.mean(), answer.full.mean()]])).max())
    if answer.is_percent:
        size = float(answer.base.mean()) / 100.0
        return Amounts("%", size, 1 if largest >= size else 2)
    unit, size = scale(OUTCOMES[answer.outcome].unit, largest)
    return Amounts(unit, size, decimals_of(largest / size))


def said(found: Verdict, amounts: Amounts) -> str:
    """One difference: its verdict, its mean, and its interval.

    >>> from lockgate.experiments.results.verdict import decided
    >>> said(decided("incidents", -2.0, -3.0, -1.0, 60, 50, 10), Amounts("", 1.0, 0))
    'clearly less, -2 (95 % interval -3 to -1)'
    """
    if found.word == "same":
        return "the same in every draw"
    side = {"clear": f"clearly {found.direction}", "unclear": "no clear difference"}.get(found.word, f"leaning to {found.direction}")
    if found.word == "leaning":
        side += f" (less in {percent(found.less)} of draws, the same in {percent(found.same)}, more in {percent(found.more)})"
    early = "preliminary: " if found.preliminary else ""
    known = np.isfinite(found.low)
    spread = f"95 % interval {amounts.span(found, ' to ')} {amounts.unit}".rstrip() if known else "no interval, too few draws differ"
    return f"{early}{side}, {amounts.told(found.mean)} ({spread})"


def out_of(answer: "Mechanisms") -> str:
    """The mechanisms that were asked of, in words."""
    asked = len(answer.names) + len(answer.idle)
    return f"the {count(asked, 'mechanism')} named" if answer.partial else f"all {asked} mechanisms"


def said_foremost(answer: "Mechanisms") -> list[str]:
    """Which share towards less, and which towards more, may be called the largest; nothing where that is open among many."""
    found = []
    for side in ("less", "more"):
        first = answer.foremost(side)
        if len(first) == 1:
            found.append(f"The largest share towards {side} is that of {first[0]}.")
        elif 1 < len(first) <= MOST_NAMED:
            found.append(f"Which share towards {side} is the largest cannot be told among {listed(first)}.")
    return found


def said_shares(answer: "Mechanisms", amounts: Amounts) -> list[str]:
    """The shares, those of one verdict and direction in a sentence, the largest first."""
    found: dict[str, list[tuple[str, Verdict]]] = {}
    for name, each in sorted(zip(answer.names, answer.of_shares, strict=True), key=lambda pair: -abs(pair[1].mean)):
        side = f" towards {each.direction}" if each.direction != "same" else ""
        found.setdefault(f"{each.word}{side}", []).append((name, each))
    order = [f"{word}{side}" for word in WORDS for side in (" towards less", " towards more", "")]
    return [f"{key.capitalize()}: {said_group(found[key], amounts)}." for key in order if key in found]


def said_group(group: list[tuple[str, Verdict]], amounts: Amounts) -> str:
    """Shares with their intervals; those that are too small to show by name alone."""
    small = [name for name, each in group if amounts.bare(each.mean) == amounts.nothing]
    shown = [(name, each) for name, each in group if name not in small]
    told = [f"{name} {amounts.told(each.mean)}" + (f" [{amounts.span(each)}]" if np.isfinite(each.low) else "") for name, each in shown]
    return "; ".join([*told, *([f"by less than {amounts.least}, {listed(small)}"] if small else [])])


def said_idle(answer: "Mechanisms") -> list[str]:
    """The mechanisms that change nothing."""
    same = [name for name, each in zip(answer.names, answer.of_shares, strict=True) if each.word == "same"]
    return [f"Without any effect on this difference: {listed([*same, *answer.idle])}."] if same or answer.idle else []


def said_method(answer: "Mechanisms") -> str:
    """What the shares are, and what they rest on."""
    how = "over all coalitions" if answer.exact else "along an order of each draw and its reverse"
    of = f", in % of the mean under {answer.reference}" if answer.is_percent else ""
    draws = count(len(answer.draws), "draw")
    return f"Shapley values {how}, which add up to the difference in every draw{of}; [95 % intervals] over {draws}, {answer.runs:,} runs"


def listed(names: list[str]) -> str:
    """Names as a sentence has them.

    >>> listed(["leaks"]), listed(["leaks", "theft", "culture"])
    ('leaks', 'leaks, theft and culture')
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
