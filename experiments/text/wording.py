"""What table, sentences and notes of a comparison share: how draws are spoken of, and how shares, intervals and bounds are told."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lockgate.experiments.results.verdict import ENOUGH, Verdict
from lockgate.experiments.text.numbers import decimals_apart, number, percent, share_number
from lockgate.sim.model.outcomes import Outcome

Statistics = Mapping[str, Any]  # of one outcome: mean, low, high, and the same of its difference from the reference
Policies = Mapping[str, Mapping[str, Statistics]]
HARM = "model_enabled_harm"
LEVEL = "95 % interval"
RATE = "yearly rate"


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


def finite(value: float | None) -> bool:
    """Whether there is a value: one draw has no interval."""
    return value is not None and math.isfinite(value)


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


NOT_PUBLIC = {"release_censored", "unguarded_censored"}  # say of one system that it was not released


def bounded(text: str, share: float, outcome: Outcome) -> str:
    """A mean of which this share of draws are lower bounds; a share that is not known may be any.

    >>> from lockgate.sim.model.outcomes import OUTCOMES
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
