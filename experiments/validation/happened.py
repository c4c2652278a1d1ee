"""What happened in five cases of 2026, dated and with sources: reported by the press, and verified by nobody here."""

from dataclasses import dataclass
from datetime import date, timedelta

from sim.errors import InputError, nearest


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
    ("The 20 partners had their approval when the system was announced. In the policy organisations apply from day 0 on, so it has none "
     "on day 1, and the preview is often over before 20 are approved.",),
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
     "about 200 were reported.",),
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
    ("The early return for select partners and the halved quotas are not in the policy.",),
)  # fmt: skip

VOLUNTARY_PROTOCOL = Case(
    "voluntary-protocol", "The order of 2 June 2026 lets the government test first", date(2026, 6, 2), "voluntary-protocol",
    "letsdatascience.com, primetechbuzz.com",
    (
        Happening(date(2026, 6, 2), "Executive order: voluntary, up to 30 days of government access before release; drafts had 14 to 90"),
        Happening(date(2026, 8, 1), "Classified benchmarking and the definition of a covered frontier model are due, 60 days later"),
    ),
    (
        Reported("release-day", "days of testing before release", "days", 30.0, "allowed: 30"),
        Reported("framework-day", "day on which the framework is in force", "days", 60.0, "due: 60"),
        Reported("complied", "share of systems limited as asked in 180 days", "share", None, NOT_FOUND),
        Reported("tests-found", "hidden flaws that tests find in 180 days", "flaws", None, NOT_FOUND),
    ),
    ("The policy asks case by case from day 0, so it works before its framework is in force; the order named no such bridge.",),
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
