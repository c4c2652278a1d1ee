"""Looking while a comparison runs: more and more draws until a rule is met, with verdicts that stay right however often one looks."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from lockgate.experiments.answers.cases import HARM
from lockgate.experiments.answers.precision.rules import Rule, rule_of
from lockgate.experiments.results.intervals import LEVEL
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.verdict import Verdict, verdicts
from lockgate.experiments.text.numbers import decimals_apart, duration, money, number, of_draws, percent, scale
from lockgate.sim.bounds import shown
from lockgate.sim.errors import InputError
from lockgate.sim.model.outcomes import OUTCOMES

FIRST = 50  # draws at the first look: fewer say nothing firm
WORTH = 1.2  # times as many draws that the rest of a budget must hold for another look
REASONS = {"rule": "the rule is met", "draws": "no more draws were asked for", "budget": "the budget holds no more"}


@dataclass(frozen=True, eq=False)
class Stopped:
    """A comparison that was looked at while it ran: what it came to, after how many draws each look was, and why the last one was the last.

    `reason` is a key of `REASONS`. `verdicts` are on the policies other than the reference, at the level of the last look: chances of a
    wrong interval add up to at most 5 % over all looks, be there ever so many (`level_of`), so they hold although the comparison
    was stopped when it looked good. Without a rule nothing was looked at, and the level is the usual one.
    """

    results: Results
    rule: Rule | None
    looks: tuple[int, ...]
    reason: str
    verdicts: tuple[Verdict, ...]
    reference_mean: float
    most_draws: int
    budget_seconds: float | None

    @property
    def level(self) -> float:
        """The level of the intervals."""
        return LEVEL if self.rule is None else level_of(len(self.looks))

    @property
    def asked(self) -> dict[str, Any]:
        """What was asked, beside what a comparison of so many draws is."""
        return {"draws": self.most_draws, **asked_of(self.rule, self.budget_seconds)}

    def sentences(self) -> list[str]:
        """At how many draws it stopped and why, and what holds of each policy."""
        draws, met = self.looks[-1], self.reason == "rule"
        of = f" of {duration(self.budget_seconds)}" if self.reason == "budget" and self.budget_seconds else ""
        rule = "" if self.rule is None else f"{self.rule}{'' if met else ' is not met, and'}"
        why = f"{rule} is met" if met else f"{f'{rule} ' if rule else ''}{REASONS[self.reason]}{of}"
        said = [f"Stopped at {draws:,} draws: {why}."]
        if self.rule is None:
            return said
        looked = f"a look at {draws:,} draws" if len(self.looks) == 1 else f"looks at {', '.join(f'{look:,}' for look in self.looks)} draws"
        said.append(
            f"What holds after {looked}, with intervals of {level_text(self.level)}, so that all looks together are wrong in 5 % of "
            "comparisons at most; other intervals are those of a number of draws that was fixed before:"
        )
        return said + [f"{name}: {self.said(found)}." for name, found in zip(self.results.labels[1:], self.verdicts, strict=True)]

    def said(self, found: Verdict) -> str:
        """A verdict in words."""
        noun = OUTCOMES[found.outcome].short
        early = "preliminary: " if found.preliminary else ""
        if found.word == "same":
            return f"{early}{noun} is the same in all draws"
        if found.is_clear:
            return f"{early}clearly {found.direction} {noun}, by {self.amount(found)}"
        leaning = f", leaning {found.direction}" if found.word == "leaning" else ""
        shares = f"{of_draws(found.less)} of draws less, {of_draws(found.same)} same, {of_draws(found.more)} more"
        return f"{early}no clear difference in {noun}{leaning} ({shares}; mean difference {self.amount(found, signed=True)})"

    def amount(self, found: Verdict, *, signed: bool = False) -> str:
        """A mean difference with its interval: of money in percent of the reference's mean first."""
        parts = [part for part in (found.mean, found.low, found.high) if math.isfinite(part)]  # no interval where draws hardly differ
        if not signed and found.mean < 0.0:
            parts = [-part for part in (parts[0], *reversed(parts[1:]))]
        unit = OUTCOMES[found.outcome].unit
        if unit == "US$" and self.reference_mean:
            size, *ends = told_alike([100.0 * part / self.reference_mean for part in parts], 1)
            return f"{size} %{spread(ends)}, {money(parts[0], like=max(map(abs, parts)))}"
        told, whole = scale(unit, max(map(abs, parts)))
        size, *ends = told_alike([part / whole for part in parts], 2)
        return f"{size} {told}".rstrip() + spread(ends)

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        names = self.results.names[1:]
        return {
            "rule": self.rule and str(self.rule),
            "met": self.reason == "rule",
            "draws": self.looks[-1],
            "reason": REASONS[self.reason],
            "looks": list(self.looks),
            "level": self.level,
            "policies": {name: found.content() for name, found in zip(names, self.verdicts, strict=True)},
        }


def told_alike(parts: list[float], decimals: int) -> list[str]:
    """A mean and the ends of its interval, if it has one, with as many decimals as show an interval without 0 to be without it."""
    fine = decimals_apart(parts[min(1, len(parts) - 1)], parts[-1], decimals)
    return [number(part, fine) for part in parts]


def spread(ends: list[str]) -> str:
    """An interval in brackets, where there is one."""
    return f" [{', '.join(ends)}]" if ends else ""


def asked_of(rule: Rule | None, budget_seconds: float | None) -> dict[str, Any]:
    """What is asked by a rule and a budget, where there are any."""
    asked = {"until": rule and str(rule), "budget_seconds": budget_seconds}
    return {name: value for name, value in asked.items() if value is not None}


def rule_for(text: str | None, policies: int) -> Rule | None:
    """The rule of a text, if any, for so many policies."""
    if text is not None and policies < 2:
        raise InputError(f"until = {shown(text)} needs two policies or more: a rule is about differences from the first")
    return None if text is None else rule_of(text)


def schedule(most_draws: int) -> list[int]:
    """After how many draws to look: 50, 100, 200 and so on, and last after the most.

    >>> schedule(500), schedule(20)
    ([50, 100, 200, 400, 500], [20])
    """
    found = [FIRST]
    while found[-1] < most_draws:
        found.append(2 * found[-1])
    return [*found[:-1], most_draws]


def level_of(look: int) -> float:
    """The level of the intervals at the k-th look: their chances of being wrong, 6 / (pi k)^2 of 5 % each, add up to 5 % over all k.

    That needs no assumption on how looks depend on one another, nor on how many there will be, so a comparison may go on later. It holds
    as far as each interval holds its own level; `Rule.is_met` waits until it about does. Source:
    Boole's inequality; Howard et al. (2021), "Time-uniform, nonparametric, nonasymptotic confidence sequences", section 3.1, which spends
    an error over doubling numbers of draws likewise.

    >>> [round(level_of(look), 5) for look in (1, 2, 8)]
    [0.9696, 0.9924, 0.99953]
    """
    return 1.0 - (1.0 - LEVEL) * 6.0 / (math.pi * look) ** 2


def level_text(level: float) -> str:
    """A level in percent, with as many digits as tell it from 100.

    >>> level_text(0.9696), level_text(0.99953)
    ('97.0 %', '99.953 %')
    """
    return percent(level, max(1, 1 - math.floor(math.log10(100.0 * (1.0 - level)))) if level < 0.99 else 3)


def until(
    run: Callable[[int], Results],
    rule: Rule | None,
    most_draws: int,
    budget_seconds: float | None = None,
    clock: Callable[[], float] = perf_counter,
) -> Stopped:
    """Run a comparison with more and more draws until the rule is met, the most draws are there, or the budget holds no more.

    `run` gives the comparison of so many draws: the first draws of a longer one are those of a shorter one. A look that would end after
    the budget has as many draws as the budget holds by what the draws took so far; the first is made whatever it takes. `clock` tells
    seconds.
    """
    began, draws, looks = clock(), min(FIRST, most_draws), list[int]()
    while True:
        results = run(draws)
        looks.append(draws)
        found, mean = looked(results, rule, len(looks))
        if rule is not None and all(rule.is_met(each, mean) for each in found):
            reason = "rule"
            break
        if draws == most_draws:
            reason = "draws"
            break
        holds = most_draws if budget_seconds is None else int(draws * budget_seconds / max(clock() - began, 1e-9))
        if holds < WORTH * draws and holds < most_draws:
            reason = "budget"
            break
        draws = min(2 * draws, most_draws, holds)
    return Stopped(results, rule, tuple(looks), reason, found, mean, most_draws, budget_seconds)


def looked(results: Results, rule: Rule | None, look: int) -> tuple[tuple[Verdict, ...], float]:
    """The verdicts on all policies at a look, and the mean under the reference."""
    outcome, level = (HARM, LEVEL) if rule is None else (rule.outcome, level_of(look))
    values = results.outcome(outcome)
    base = values[:, :1]
    found = verdicts(outcome, values[:, 1:], np.repeat(base, values.shape[1] - 1, axis=1), level)
    return tuple(found), float(np.nanmean(base))
