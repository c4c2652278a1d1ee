"""How many draws are enough: forecasts from the draws that there are, with the uncertainty of these forecasts."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lockgate.experiments.answers.precision.rules import Rule, rule_of
from lockgate.experiments.results.intervals import FEWEST, LEVEL, mean_interval, normal_quantile, reaches
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.verdict import ENOUGH, Verdict, verdict
from lockgate.experiments.text.numbers import count, number, percent
from lockgate.sim.errors import InputError

Array = np.ndarray[Any, np.dtype[Any]]
CHANCE = 0.8  # with which a verdict is to be clear
NORMAL_CHANCE = 0.8416212335729143  # the standard normal quantile of CHANCE, as scipy.special.ndtri gives it
MOST = 10**9  # draws, beyond which a forecast says never
WIDTH_RULE = "width(diff.harm) < 5%"


@dataclass(frozen=True)
class Forecast:
    """So many draws are enough, as far as the pilot tells; by its 95 % interval `low` to `high`. None: more than anybody could run."""

    draws: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True)
class Needed:
    """What one policy needs. `width` is that of its 95 % interval now, in the outcome's unit; forecasts are None where nothing is told."""

    policy: str
    verdict: Verdict
    width: float
    for_width: Forecast | None
    for_clear: Forecast | None


@dataclass(frozen=True)
class Precision:
    """How many draws each policy needs for an interval of its mean difference so narrow, and for a clear verdict: `draws` are there."""

    rule: Rule
    reference: str
    reference_mean: float
    draws: int
    needed: tuple[Needed, ...]

    def sentences(self) -> list[str]:
        """The most that any policy needs, and what each needs."""
        early = [f"Preliminary: a forecast from fewer than {ENOUGH} draws is rough."] if self.draws < ENOUGH else []
        return [*early, *(f"{each.policy}: {self.said(each)}." for each in self.needed)]

    def said(self, each: Needed) -> str:
        """What a policy needs, in words."""
        if each.verdict.word == "same":
            return f"no draw differs from {self.reference}, so more draws are not needed"
        if each.for_clear is None and each.verdict.is_clear:
            return f"its verdict is clear ({each.verdict.direction}), and draws differ too little from one another for a forecast"
        if each.for_clear is None:
            return f"fewer than {FEWEST} draws differ from the others, which tells nothing of how many are needed; run more"
        parts = [self.said_width(each, each.for_width)] if each.for_width else []
        return "; ".join([*parts, self.said_clear(each.verdict, each.for_clear)])

    def said_width(self, each: Needed, forecast: Forecast) -> str:
        """How many draws the width needs."""
        now = f"{each.width:,.4g}"
        if self.rule.relative:
            now = f"{number(100.0 * each.width / abs(self.reference_mean), 1)} %"
        if self.rule.is_met(each.verdict, self.reference_mean):
            return f"{self.rule} is met with a width of {now}, and {said_forecast(forecast)} would be enough"
        return f"{said_forecast(forecast)} would meet {self.rule} (you have {self.draws:,}, and a width of {now})"

    def said_clear(self, found: Verdict, forecast: Forecast) -> str:
        """How many draws a clear verdict needs."""
        if found.is_clear:
            return f"its verdict is clear ({found.direction})"
        chance = f"with a chance of {percent(CHANCE)}, were the true mean that of now"
        return f"{said_forecast(forecast)} would make its verdict clear {chance} (you have {self.draws:,})"

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        return {
            "rule": str(self.rule),
            "reference": self.reference,
            "reference_mean": self.reference_mean,
            "draws": self.draws,
            "needed": [
                {
                    "policy": each.policy,
                    "width": each.width,
                    "for_width": each.for_width and vars(each.for_width),
                    "for_clear": each.for_clear and vars(each.for_clear),
                    **each.verdict.content(),
                }
                for each in self.needed
            ],
        }


def precision(results: Results, rule: str | Rule = WIDTH_RULE) -> Precision:
    """How many draws are needed until a rule is met by a single look at that many, under each policy and in one world at one point.

    Raises `InputError` where there are several worlds or points, or one policy alone.
    """
    wanted = rule if isinstance(rule, Rule) else rule_of(rule)
    if not results.is_comparison or len(results.names) < 2:
        first = f"where(world={results.worlds[0].name!r}, point={int(results.selection.points[0])})"
        raise InputError(f"draws are forecast for two policies or more in one world at one point; choose these, such as {first}")
    values = results.outcome(wanted.outcome)
    base, mean = values[:, 0], float(np.nanmean(values[:, 0]))
    needed = (need(name, wanted, values[:, place], base, mean) for place, name in enumerate(results.labels[1:], 1))
    return Precision(wanted, results.labels[0], mean, results.draws, tuple(needed))


def need(policy: str, rule: Rule, values: Array, base: Array, reference_mean: float) -> Needed:
    """What one policy needs, from an outcome under it and under the reference, (D,) each."""
    found, difference = verdict(rule.outcome, values, base), values - base
    difference = difference[np.isfinite(difference)]
    if not math.isfinite(found.low) or found.draws < FEWEST:
        return Needed(policy, found, math.nan, None, None)
    width = rule.wanted(reference_mean)
    for_width = draws_for_width(difference, width) if width else None
    return Needed(policy, found, found.high - found.low, for_width, draws_for_clear(difference))


def draws_for_width(values: Array, width: float) -> Forecast:
    """How many draws like these, (D,), a 95 % interval of their mean needs to be narrower than a width.

    It is looked for by the method of the intervals itself, with spread and skewness of these draws; its interval has the ends of that of
    the spread.

    >>> draws_for_width(np.arange(-50.0, 51.0), 10.0).draws
    135
    """
    spread, skewness = float(np.std(values, ddof=1)), skewness_of(values)

    def enough(size: float) -> int | None:
        def narrow(draws: int) -> bool:
            below, above = reaches(np.array(skewness), draws, LEVEL)
            return bool(size * float(below - above) < width)

        return fewest(narrow)

    low, high = spread_interval(values)
    return Forecast(enough(spread), enough(low), enough(high))


def draws_for_clear(values: Array) -> Forecast:
    """How many draws like these, (D,), make a mean clearly differ from 0 with a chance of 80 %, were theirs the true mean and spread.

    The interval has the ends of that of the mean: where that holds 0, no number of draws may be enough.

    >>> draws_for_clear(np.tile([-1.0, 2.0], 30))
    Forecast(draws=74, low=25, high=1507)
    """
    spread = float(np.std(values, ddof=1))
    mean, low, high = (float(end) for end in mean_interval(values))

    def enough(size: float) -> int | None:
        def clear(draws: int) -> bool:
            _, above = reaches(np.array(0.0), draws, LEVEL)
            return abs(size) / spread >= -float(above) + NORMAL_CHANCE / math.sqrt(draws)

        return fewest(clear)

    least = 0.0 if low <= 0.0 <= high else min(abs(low), abs(high))
    return Forecast(enough(mean), enough(max(abs(low), abs(high))), enough(least))


def fewest(is_enough: Callable[[int], bool]) -> int | None:
    """The fewest draws, 10 at least, that are enough, where more of them always are too; None where no number up to `MOST` is.

    >>> fewest(lambda draws: draws >= 412), fewest(lambda draws: True), fewest(lambda draws: False)
    (412, 10, None)
    """
    high = FEWEST
    while not is_enough(high):
        if high >= MOST:
            return None
        high *= 2
    low = max(high // 2, FEWEST - 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def skewness_of(values: Array) -> float:
    """The skewness by which intervals of the mean are corrected."""
    draws = len(values)
    standardised = (values - values.mean()) / np.std(values, ddof=1)
    return float(draws / ((draws - 1) * (draws - 2)) * np.sum(standardised**3))


def spread_interval(values: Array) -> tuple[float, float]:
    """The 95 % interval of a standard deviation, for draws that need not be normal: the heavier their tails, the wider.

    Source: Bonett (2006), "Approximate confidence interval for standard deviation of nonnormal distributions".
    """
    from scipy.stats import trim_mean

    draws, z = len(values), normal_quantile(LEVEL)
    middle = trim_mean(values, 1.0 / (2.0 * math.sqrt(draws - 4.0)))
    squares = float(np.sum((values - values.mean()) ** 2))
    kurtosis = draws * float(np.sum((values - middle) ** 4)) / squares**2
    correction = draws / (draws - z)
    error = correction * math.sqrt(max(kurtosis - (draws - 3.0) / draws, 0.0) / (draws - 1.0))
    variance = correction * squares / (draws - 1.0)
    return math.sqrt(variance * math.exp(-z * error)), math.sqrt(variance * math.exp(z * error))


def said_forecast(forecast: Forecast) -> str:
    """So many draws, and how sure that is."""
    if forecast.draws is None:
        return f"no number of draws up to {MOST:,}"
    low = f"{forecast.low:,}" if forecast.low is not None else "no number"
    high = f"{forecast.high:,}" if forecast.high is not None else "no end"
    return f"{count(forecast.draws, 'draw')} [{low} to {high}]"
