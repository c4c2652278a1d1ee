"""What happened in five cases of 2026, dated and with sources: reported by the press, and verified by nobody here."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np

from lockgate.experiments.evidence.sampled_runs import Array, SampledRuns, Tables, each
from lockgate.experiments.evidence.simulated import MONTH, found_by_partners, pool_patched
from lockgate.experiments.text.numbers import brief, percent, scale
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.model.vocabulary import Approval, EventKind


@dataclass(frozen=True)
class Happening:
    """One dated event of a case."""

    on: date
    told: str


@dataclass(frozen=True)
class Reported:
    """A quantity of a case: its name among the replay's measures, in words, its unit, and what is known of it.

    `value` is compared where there is one; `said` is the text beside it. A value that was hoped for, allowed or due says so.
    """

    measure: str
    words: str
    unit: str
    value: float | None
    said: str


@dataclass(frozen=True)
class Case:
    """A case, and the policy that is named after it. Day 0 is the day on which the system was ready, or was taken to be."""

    name: str
    title: str
    day_0: date
    policy: str
    source: str
    happenings: tuple[Happening, ...]
    reported: tuple[Reported, ...]
    findings: tuple[str, ...] = ()

    def dated(self, day: float) -> str:
        """The date of a day of the run.

        >>> CASES["directive-revocation"].dated(22)
        '1 July'
        """
        on = self.day_0 + timedelta(days=round(day))
        return f"{on.day} {on:%B}"


NOT_FOUND = "not found"
CONTESTED = "at par by press claims, contested"

STAGED_PREVIEW = Case(
    "staged-preview", "GPT-5.6 goes to about 20 approved partners first", date(2026, 6, 25), "staged-preview",
    "tek54.com, new-horizon.tech",
    (
        Happening(date(2026, 6, 25), "GPT-5.6 announced for about 20 partners, each approved by the cyber director and the science office"),
        Happening(date(2026, 6, 26), "The approvals, with Commerce, become known; no criteria, no approval times, no appeals published"),
        Happening(date(2026, 7, 9), "A couple of weeks later: the time for which general release was hoped. The actual day was not found"),
    ),
    (
        Reported("release-day", "days to general release", "days", 14.0, "hoped: 14"),
        Reported("partners-1", "partners approved by day 1", "partners", 20.0, "about 20"),
        Reported("partners-14", "partners approved by day 14", "partners", 20.0, "about 20"),
        Reported("partners-30", "partners approved by day 30", "partners", None, NOT_FOUND),
        Reported("partners-60", "partners approved by day 60", "partners", None, NOT_FOUND),
        Reported("first-leak", "day of the first leak of access", "days", None, "none reported"),
    ),
    ("The opening list of 20 is a lever of the policy: that it is repeated is no evidence. Where the lab declines there are no partners, "
     "and where none is wanting more than 20 are approved, as the queue admits others beside the list.",),
)  # fmt: skip

PARTNER_PROGRAMME = Case(
    "partner-programme", "Mythos Preview goes to the partners of Project Glasswing", date(2026, 4, 7), "partner-programme",
    "labs.cloudsecurityalliance.org, learnaivisually.com, devcowboy.com, srmed.ai",
    (
        Happening(date(2026, 4, 7), "12 launch partners and more than 40 further organisations get access; outsiders use it the same day"),
        Happening(date(2026, 4, 21), "The leak, by contractor credentials and a guessed address, is reported after 14 days"),
        Happening(date(2026, 5, 7), "In about a month over 10,000 severe flaws are found; of 530 disclosed in open source 75 are patched"),
        Happening(date(2026, 6, 2), "In early June about 150 organisations more, in over 15 countries: about 200"),
    ),
    (
        Reported("partners-0", "partners on day 0", "partners", 52.0, "more than 52"),
        Reported("partners-60", "partners on day 60", "partners", 200.0, "about 200"),
        Reported("first-leak", "day of the first leak of access", "days", 0.0, "same day"),
        Reported("leak-noticed", "day on which it is noticed", "days", 14.0, "14"),
        Reported("flaws-found", "severe flaws that partners find in 30 days", "flaws", 10_000.0, "over 10,000"),
        Reported("flaws-fixed", "of these, fixed in 30 days", "flaws", None, NOT_FOUND),
        Reported("pool-patched", "open-source flaws found in 30 days and fixed", "share", 75 / 530, "75 of 530"),
    ),
    ("Only organisations that want access (by default 70 % of 200, from 40 to 100 %) can become partners: the model has about 140 where "
     "about 200 were reported.",
     "The hazard of a leak is the one leak in 8,700 organisation-days, so that a leak on the first day is a rare stroke of luck. If access "
     "leaks most easily when it is new, the model does not know it."),
)  # fmt: skip

DIRECTIVE_REVOCATION = Case(
    "directive-revocation", "Fable 5 and Mythos 5 are taken away three days after launch", date(2026, 6, 9), "directive-revocation",
    "juheapi.com, airoweb.com, aitrendblend.com",
    (
        Happening(date(2026, 6, 9), "Fable 5 and Mythos 5 are launched"),
        Happening(date(2026, 6, 12), "A Commerce directive about foreign nationals, after a bypass by a third party; all access is off"),
        Happening(date(2026, 6, 30), "The controls are lifted; Mythos 5 had been restored earlier for select partners"),
        Happening(date(2026, 7, 1), "The service is back, until 7 July at half of every quota"),
    ),
    (
        Reported("bypass-day", "day of the first public bypass, under open release", "days", 3.0, "by day 3"),
        Reported("dark-days", "days dark", "days", 19.0, "19"),
        Reported("customers-lost", "customers lost by the last dark day, relative to open release", "share", None, NOT_FOUND),
        Reported("directives-180", "directives against this lab in 180 days", "directives", 1.0, "1"),
    ),
    ("The early return for select partners is a lever (partial_restoration_days) that the policy does not set; halved quotas are not in "
     "the model.",
     "A bypass or incidents seldom set off a directive of their own (revocation_chance): the one of day 3 is the policy's date."),
)  # fmt: skip

VOLUNTARY_PROTOCOL = Case(
    "voluntary-protocol", "The order of 2 June 2026 lets the government test first", date(2026, 6, 2), "voluntary-protocol",
    "letsdatascience.com, primetechbuzz.com",
    (
        Happening(date(2026, 6, 2), "Executive order: voluntary, up to 30 days of government access before release; drafts had 14 to 90"),
        Happening(date(2026, 8, 1), "Classified benchmarking and the definition of a covered frontier model are due, 60 days later"),
    ),
    (
        Reported("limited-days", "days from ready to release, first system limited as asked", "days", 30.0, "allowed: 30"),
        Reported("framework-day", "day on which the framework is in force", "days", 60.0, "due: 60"),
        Reported("complied", "share of systems limited as asked in 180 days", "share", None, NOT_FOUND),
        Reported("tests-found", "hidden flaws that tests find in 180 days", "flaws", None, NOT_FOUND),
    ),
    ("Nobody is asked before the framework is in force, so that the systems of the first weeks go out untested. What is limited may wait "
     "for a flaw that tests found to be fixed, beyond the 30 days; over 180 stands for draws in which nothing was limited by then.",),
)  # fmt: skip

OPEN_WEIGHT_SHOCK = Case(
    "open-weight-shock", "GLM-5.2 is published one day after two systems were taken away", date(2026, 6, 9), "directive-revocation",
    "rauscher.xyz, shaam.blog",
    (
        Happening(date(2026, 6, 9), "Fable 5 and Mythos 5 are launched"),
        Happening(date(2026, 6, 12), "A directive takes both away"),
        Happening(date(2026, 6, 13), "GLM-5.2 is published as open weights; that it finds flaws as well is claimed by press and contested"),
    ),
    (
        Reported("open-4", "best open weights on 13 June, without the shock", "months", 0.0, CONTESTED),
        Reported("open-67", "the same, 67 days after Mythos Preview was withheld", "months", 0.0, CONTESTED),
        Reported("parity-day", "day on which open weights are at the critical level", "days", 4.0, "4, contested"),
    ),
    ("The world open-weight-shock publishes on day 1, one day after a restriction on day 0. With the policy directive-revocation, whose "
     "directive comes on day 3, the reported day would be 4.",
     "These runs are without that world's dated shock: they say how likely the model thinks it."),
)  # fmt: skip

CASES = {case.name: case for case in (STAGED_PREVIEW, PARTNER_PROGRAMME, DIRECTIVE_REVOCATION, VOLUNTARY_PROTOCOL, OPEN_WEIGHT_SHOCK)}


def chosen(names: "tuple[str, ...] | list[str]") -> list[Case]:
    """The cases of these names, or all. An InputError names the nearest known name."""
    for name in names:
        if name not in CASES:
            raise InputError(f"unknown case {name!r}; known are {', '.join(CASES)}{nearest(name, CASES)}")
    return [case for name, case in CASES.items() if not names or name in names]


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


def first_limited(tables: Tables) -> float:
    """Days from ready to release of the first system that a lab limited as asked; the length of the run where there is none."""
    events = tables["events"]
    limited = events["system"][events["kind"] == EventKind.COMPLIED][:1]
    released = events["value"][(events["kind"] == EventKind.PUBLIC) & np.isin(events["system"], limited)]
    return float(released[0]) if len(released) else float(horizon(tables))


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
    "limited-days": Measure(LONG, first_limited),
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


def replay(case: Case, sampled: SampledRuns) -> list[Replayed]:
    """Every reported quantity of a case with its distribution over sampled draws of the baseline world."""
    found = []
    for reported in case.reported:
        measure = MEASURES[reported.measure]
        values = each(sampled.runs(measure.policy or case.policy, measure.days), measure.of)
        if measure.less_than:
            values = each(sampled.runs(measure.less_than, measure.days), measure.of) - values
        found.append(Replayed(reported, values, measure.days))
    return found


SHOWN = ("partner-programme", "directive-revocation")  # with a chart
HEADINGS = ("", "reported", "5 %", "median", "95 %", "unit", "draws below")
HEAD = """# Cases

Five things that happened in 2026, beside what the model says could have happened under the policy that is named after each. They were
reported by the press and are **not verified**. The model knows none of them as a date: it knows the levers of the policy and the priors
of the baseline world. Where a lever was set to the reported size the model repeats it, and that is no evidence; where it was not, the
last column says which share of the draws lies below what was reported: close to 0 or 100 % means that the model hardly allows it.

`lockgate cases` prints these tables, and `lockgate cases --out DIR` draws the charts. This page is written by
`python -m tests.full.cases`, and a test fails when it is stale.
"""


def case_rows(replayed: list[Replayed]) -> list[tuple[str, ...]]:
    """The table of a case, in the order of the headings."""
    return [
        (
            each.reported.words,
            each.reported.said,
            *(within(value, each) for value in each.quantiles),
            scale(each.reported.unit, 0.0)[0],
            "-" if math.isnan(each.below) else percent(each.below),
        )
        for each in replayed
    ]


def within(value: float, each: Replayed) -> str:
    """A value, or that it lies beyond the run."""
    if each.reported.unit == "days" and value >= each.days:
        return f"over {each.days}"
    return brief(value, each.reported.unit)


def page(sampled: SampledRuns) -> str:
    """The whole page."""
    sections = [section(case, replay(case, sampled)) for case in CASES.values()]
    drawn = f"{sampled.draws} draws of the baseline world, seed {sampled.seed}"
    foot = f"Model: {drawn}; quantiles over draws. Equal values count half as below.\n"
    return "\n".join([HEAD, *sections, foot])


def section(case: Case, replayed: list[Replayed]) -> str:
    """One case: what happened, the table, and what the policy leaves out."""
    dated = [f"- {case.dated((each.on - case.day_0).days)} (day {(each.on - case.day_0).days}): {each.told}." for each in case.happenings]
    lines = [" | ".join(row) for row in case_rows(replayed)]
    table = [f"| {' | '.join(HEADINGS)} |", f"|{'---|' * 2}{'--:|' * 3}---|--:|", *(f"| {line} |" for line in lines)]
    chart = [f"![{case.title}: what was reported beside the model's draws](cases-{case.name}.png)", ""] if case.name in SHOWN else []
    notes = [f"- {finding}" for finding in case.findings]
    return "\n".join([
        f"## {case.name}: {case.title}", "", *dated, "", f"Sources: {case.source}. In short: {found_inside(replayed)}.", "",
        *table, "", *notes, "", *chart,
    ])  # fmt: skip
