"""Replays of real cases: what the model says could have happened, and where in that distribution the reported value lies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from experiments.validation.defence import MONTH, found_by_partners, pool_patched
from experiments.validation.happened import Case, Reported
from experiments.validation.study import Array, Study, Tables, each
from sim.vocabulary import Approval, EventKind

QUANTILES = (0.05, 0.5, 0.95)
TWO_MONTHS, LONG, LONGEST = 61, 180, 400


@dataclass(frozen=True)
class Measure:
    """One number of a run of so many days; under another policy than the case's, or less than under another, where one is named."""

    days: int
    of: Callable[[Tables], float]
    policy: str = ""
    less_than: str = ""


@dataclass(frozen=True)
class Replayed:
    """A reported quantity beside the values that the draws give for it. A day not reached within `days` stands as `days`."""

    reported: Reported
    values: Array
    days: int

    @property
    def quantiles(self) -> tuple[float, float, float]:
        """5, 50 and 95 % of draws."""
        low, middle, high = np.quantile(self.values, QUANTILES, method="inverted_cdf")
        return float(low), float(middle), float(high)

    @property
    def inside(self) -> bool:
        """Whether the reported value lies within 90 % of draws."""
        low, _, high = self.quantiles
        return self.reported.value is not None and low <= self.reported.value <= high

    @property
    def below(self) -> float:
        """Share of draws below the reported value, half of those equal to it included; NaN where none is reported."""
        value = self.reported.value
        if value is None:
            return float("nan")
        return float((self.values < value).mean() + 0.5 * (self.values == value).mean())

    def content(self) -> dict[str, Any]:
        """All of it, as JSON has it."""
        return {
            "measure": self.reported.measure,
            "words": self.reported.words,
            "unit": self.reported.unit,
            "reported": self.reported.value,
            "said": self.reported.said,
            **dict(zip(("low", "median", "high"), self.quantiles, strict=True)),
            "share_below": self.below,
            "days": self.days,
        }


def first_day(tables: Tables, kind: EventKind, who: int | None = None) -> float:
    """Day of the first event of a kind, by anyone or by one; the length of the run where there is none."""
    events = tables["events"]
    chosen = (events["kind"] == kind) & (True if who is None else events["who"] == who)
    return float(events["day"][chosen].min(initial=horizon(tables)))


def horizon(tables: Tables) -> int:
    """Days of the run."""
    return int(tables["weeks"]["day"][-1]) + 1


def outcome(tables: Tables, name: str) -> float:
    """One outcome."""
    return float(tables["outcomes"][name][0])


def partners_by(tables: Tables, day: int) -> float:
    """Organisations approved or admitted by the end of a day."""
    events = tables["events"]
    return float(((events["kind"] == EventKind.APPROVED) & (events["day"] <= day)).sum())


def noticed(tables: Tables) -> float:
    """Day on which the first leak is noticed."""
    events = tables["events"]
    leaks = events[events["kind"] == EventKind.LEAK]
    return min(float(leaks["day"][0] + leaks["value"][0]), float(horizon(tables))) if len(leaks) else float(horizon(tables))


def fixed_by_partners(tables: Tables) -> float:
    """Severe flaws that partners fixed in their own code."""
    partners = tables["partners"]
    return float(partners["fixed"][partners["approval"] == Approval.APPROVED].sum() * tables["params"]["flaws_per_organisation"][0])


def dark_days(tables: Tables) -> float:
    """Days for which the first directive against the covered lab lasts."""
    events = tables["events"]
    return float(events["value"][(events["kind"] == EventKind.RESTORED) & (events["whom"] == 0)][0])


def directives(tables: Tables) -> float:
    """Directives against the covered lab."""
    events = tables["events"]
    return float(((events["kind"] == EventKind.DIRECTIVE) & (events["whom"] == 0)).sum())


def customers(tables: Tables) -> float:
    """The covered lab's customers at the end of the run, relative to the start."""
    return float(tables["weeks"]["customers_share"][-1] / tables["params"]["covered_customer_share"][0])


def complied(tables: Tables) -> float:
    """Share of the systems asked for that were limited."""
    return outcome(tables, "complied") / max(1.0, outcome(tables, "asked"))


MEASURES = {
    "release-day": Measure(LONG, partial(outcome, name="release_delay_days")),
    **{f"partners-{day}": Measure(TWO_MONTHS, partial(partners_by, day=day)) for day in (0, 1, 14, 30, 60)},
    "first-leak": Measure(TWO_MONTHS, partial(first_day, kind=EventKind.LEAK)),
    "leak-noticed": Measure(TWO_MONTHS, noticed),
    "flaws-found": Measure(MONTH, found_by_partners),
    "flaws-fixed": Measure(MONTH, fixed_by_partners),
    "pool-patched": Measure(MONTH, pool_patched),
    "bypass-day": Measure(LONG, partial(first_day, kind=EventKind.BYPASS, who=0), "open-release"),
    "dark-days": Measure(LONG, dark_days),
    "customers-lost": Measure(22, customers, less_than="open-release"),
    "directives-180": Measure(LONG, directives),
    "framework-day": Measure(LONG, partial(first_day, kind=EventKind.FRAMEWORK)),
    "complied": Measure(LONG, complied),
    "tests-found": Measure(LONG, partial(outcome, name="flaws_found_by_tests")),
    "open-4": Measure(5, lambda tables: float(tables["weeks"]["open_months"][-1])),
    "open-67": Measure(68, lambda tables: float(tables["weeks"]["open_months"][-1]), "partner-programme"),
    "parity-day": Measure(LONGEST, partial(outcome, name="open_parity_day")),
}


def found_inside(replayed: Sequence[Replayed]) -> str:
    """How many of the reported values lie within 90 % of draws, in words."""
    compared = [each for each in replayed if each.reported.value is not None]
    return f"{sum(each.inside for each in compared)} of {len(compared)} reported values lie within 90 % of the model's draws"


def unit_of(reported: Reported) -> str:
    """The unit as it is shown.

    >>> unit_of(Reported("open-4", "", "months", 0.0, "")), unit_of(Reported("complied", "", "share", None, ""))
    ('months beyond the critical level', '%')
    """
    return {"share": "%", "months": "months beyond the critical level"}.get(reported.unit, reported.unit)


def replay(case: Case, study: Study) -> list[Replayed]:
    """Every reported quantity of a case with its distribution over the study's draws of the baseline world."""
    found = []
    for reported in case.reported:
        measure = MEASURES[reported.measure]
        values = each(study.runs(measure.policy or case.policy, measure.days), measure.of)
        if measure.less_than:
            values = each(study.runs(measure.less_than, measure.days), measure.of) - values
        found.append(Replayed(reported, values, measure.days))
    return found
