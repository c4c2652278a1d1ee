"""What an expert expects of the model, line by line: what is measured, in which range it should lie, and what either edition gives."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from lockgate.experiments.evidence.sampled_runs import (
    ALONE,
    Array,
    Estimate,
    SampledRuns,
    Tables,
    better_share,
    combined,
    each,
    mean,
    proportion,
    relative_change,
    relative_parts,
)
from lockgate.experiments.evidence.simulated import SIMULATED
from lockgate.sim.model.vocabulary import EventKind, RaceRule

DAYS, YEAR_DAYS = 540, 365
HARM = "model_enabled_harm"
FOR_ALL_LABS = {"programme_all": True}  # a law that binds every lab to what the policy does
NOBODY = {"launch_partners": 0, "wave_partners": 0, "approvals": False}
INFINITE = float("inf")
AS_EXPECTED, NOT_AS_EXPECTED, OPEN = "as expected", "not as expected", "cannot be told"


@dataclass(frozen=True)
class Expectation:
    """One line: what is measured (in a unit), the range in which an expert expects it, and why."""

    name: str
    measured: str
    unit: str
    low: float
    high: float
    why: str
    measure: Callable[[SampledRuns], Estimate]

    def verdict(self, found: Estimate, width: float = 1.0) -> str:
        """What the estimate says of the expectation; `width` widens its interval, so that fewer verdicts come by chance."""
        low, high = found.value - width * (found.value - found.low), found.value + width * (found.high - found.value)
        if self.low <= low and high <= self.high:
            return AS_EXPECTED
        return NOT_AS_EXPECTED if high < self.low or low > self.high else OPEN


# How to measure


def outcome(sampled: SampledRuns, policy: str, name: str, **settings: Any) -> Array:
    """One outcome in each draw, (D,)."""
    return sampled.outcomes(policy, DAYS, **settings)[name].astype(float)


def parts(sampled: SampledRuns, policy: str, levers: dict[str, Any] | None = None, **parameters: Any) -> Array:
    """Each draw's part of the change in harm against open release, in %, (D,)."""
    base = outcome(sampled, "open-release", HARM, **parameters)
    return relative_parts(outcome(sampled, policy, HARM, **(levers or {}), **parameters), base)


def change(sampled: SampledRuns, policy: str, levers: dict[str, Any] | None = None, **parameters: Any) -> Estimate:
    """Change in harm against open release, in %."""
    return combined(parts(sampled, policy, levers, **parameters))


def shortfall(sampled: SampledRuns, one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]]) -> Estimate:
    """Change in harm under one policy less that under another, in points."""
    return combined(parts(sampled, *one) - parts(sampled, *other))


def acts(sampled: SampledRuns, policy: str, one: dict[str, Any], other: dict[str, Any]) -> Estimate:
    """Share of draws in which a setting changes harm or the mean release delay."""
    differ = np.zeros(sampled.draws, bool)
    for name in (HARM, "mean_release_delay_days"):
        differ |= outcome(sampled, policy, name, **one) != outcome(sampled, policy, name, **other)
    return proportion(int(differ.sum()), sampled.draws)


# The lines


def idle_rivals(sampled: SampledRuns) -> Estimate:
    """Share of rivals' systems built with no safety effort at all, over all draws, by the edition's central rule of the race."""
    rule = RaceRule(int(sampled.edition.world("baseline").parameters["race_rule"].default)).label
    runs = [tables["events"] for tables in sampled.runs("open-release", YEAR_DAYS, **ALONE, race_rule=rule)]
    efforts = np.concatenate([events["value"][(events["kind"] == EventKind.TRAINED) & (events["who"] > 0)] for events in runs])
    return proportion(int((efforts == 0.0).sum()), len(efforts))


def leaked_share(sampled: SampledRuns) -> Estimate:
    """Share of operations through leaked access, insiders' own apart."""
    names, own = ("operations_leaked_access", "operations"), {"insider_access_on": False}
    leaked, made = (outcome(sampled, "partner-programme", name, **own) for name in names)
    return mean(100.0 * leaked / made)


def exposure_lowered(sampled: SampledRuns) -> Estimate:
    """Share of draws in which withholding everywhere lowers the exposed share of code."""
    return better_share(*(outcome(sampled, policy, "exposed_share") for policy in ("withhold", "open-release")))


def nobody_better(sampled: SampledRuns) -> Estimate:
    """Share of draws in which a preview that approves nobody does less harm than one that approves about twenty."""
    return better_share(outcome(sampled, "staged-preview", HARM, **NOBODY), outcome(sampled, "staged-preview", HARM))


def preview_delay(sampled: SampledRuns) -> Estimate:
    """Days by which a preview of 14 days delays more than one of none."""
    none, two_weeks = (outcome(sampled, "staged-preview", "release_delay_days", preview_days=days) for days in (0, 14))
    return combined(two_weeks - none)


def stolen_share(sampled: SampledRuns) -> Estimate:
    """Share of harm through stolen weights where all is withheld and theft is as easy as the source allows, in %."""
    settings = {"theft_chance_sl3": 0.008}
    stolen, harm = (outcome(sampled, "withhold", name, **settings) for name in ("harm_stolen_weights", HARM))
    return combined(relative_parts(harm + stolen, harm))


def insiders_added(sampled: SampledRuns) -> Estimate:
    """What its own access adds to harm by insiders where no access leaks, in %, whatever partners' search takes away."""
    own = outcome(sampled, "partner-programme", "harm_insiders", leaks_on=False)
    return relative_change(own, outcome(sampled, "partner-programme", "harm_insiders", leaks_on=False, insider_access_on=False))


def distance_helps(sampled: SampledRuns) -> Estimate:
    """Change in harm by a partner programme with open weights 12 months behind less that with 2 months, in points."""
    far, near = (parts(sampled, "partner-programme", open_weight_lag_months=months) for months in (12.0, 2.0))
    return combined(far - near)


def customers_of_publisher(sampled: SampledRuns) -> Estimate:
    """Customers that the covered lab loses by publishing its weights, in points."""
    published, served = (outcome(sampled, policy, "customers_lost_share") for policy in ("open-weights-release", "open-release"))
    return combined(100.0 * (published - served))


def heeded(sampled: SampledRuns, policy: str) -> Array:
    """Share of the covered open-weight systems that their government holds back, in each draw."""

    def measure(tables: Tables) -> float:
        systems = tables["systems"]
        covered = (systems["open_lab"] & (systems["capability"] >= 0.0)).sum()
        return float((tables["events"]["kind"] == EventKind.HOLD).sum() / covered) if covered else float("nan")

    return each(sampled.runs(policy, DAYS, coordinated_hold=True, **ALONE), measure)


def reciprocity(sampled: SampledRuns) -> Estimate:
    """Holds heeded where the frontier is withheld at home less those where all is released, in points."""
    difference = 100.0 * (heeded(sampled, "withhold") - heeded(sampled, "open-release"))
    return combined(difference[np.isfinite(difference)])


def approved_by(sampled: SampledRuns, day: int) -> Estimate:
    """Partners approved by a day of the preview, mean."""

    def measure(tables: Tables) -> float:
        events = tables["events"]
        return float((events["day"][events["kind"] == EventKind.APPROVED] <= day).sum())

    return combined(each(sampled.runs("staged-preview", 21, bad_actors=0), measure))


def directives(sampled: SampledRuns) -> Estimate:
    """Systems taken away in a run, mean."""
    return combined(outcome(sampled, "directive-revocation", "directives"))


UNILATERAL: tuple[str, dict[str, Any]] = ("partner-programme", {})
INDUSTRY = ("partner-programme", FOR_ALL_LABS)
CEILING = {"coordinated_hold": True, "hold_days": 3650}
LINES = (
    Expectation("rivals-without-care", "rivals' systems built with no safety effort at all", "share", 0.0, 0.01,
                "a lab that loses a race still guards what it sells", idle_rivals),
    Expectation("leader-withdraws", "change in harm where the leading lab alone withholds", "%", -5.0, 2.0,
                "attackers go to the next service, which is nearly as good", partial(change, policy="partner-programme", levers=NOBODY)),
    Expectation("leaks", "leaks in 1,000 organisation-days of access", "leaks", 0.0029, 0.64,
                "one leak was reported in 8,700", SIMULATED["leak-rate"]),
    Expectation("reach-of-leaks", "operations through leaked access under a partner programme", "%", 0.0, 1.0,
                "a leak was reported to have reached one group", leaked_share),
    Expectation("head-start", "flaws that partners find in a month to those without the system", "times", 2.0, INFINITE,
                "several partners reported a tenfold rise, and they had most to tell", SIMULATED["found-ratio"]),
    Expectation("exposure", "draws in which withholding everywhere lowers exposure", "share", 0.05, 0.95,
                "defenders lose a tool, and partners' head start weighs against it: neither side is sure", exposure_lowered),
    Expectation("nobody-approved", "draws in which a preview that approves nobody beats one that approves twenty", "share", 0.0, 0.5,
                "a preview exists for those who are approved", nobody_better),
    Expectation("length-of-preview", "days by which a preview of two weeks delays more than none", "days", 1.0, 14.0,
                "the lever that names the preview should set it", preview_delay),
    Expectation("political-delay", "draws in which political delay changes the voluntary protocol", "share", 0.5, 1.0,
                "a framework that comes later binds later",
                partial(acts, policy="voluntary-protocol", one={"political_delay_days": 0}, other={"political_delay_days": 120})),
    Expectation("smooth-or-not", "draws in which the incident trigger changes a staged preview", "share", 0.02, 1.0,
                "it was to be widened if it went smoothly",
                partial(acts, policy="staged-preview", one={}, other={"trigger_incidents": 1_000_000})),
    Expectation("attribution", "draws in which attribution changes a staged preview", "share", 0.02, 1.0,
                "what nobody attributes cannot stop a preview",
                partial(acts, policy="staged-preview", one={"attribution_chance": 0.0}, other={"attribution_chance": 0.5})),
    Expectation("directives", "systems taken away in a run of 540 days", "systems", 1.0, 4.0, "one directive was reported", directives),
    Expectation("theft", "harm through stolen weights, all withheld, theft as easy as its source allows", "%", 0.5, 50.0,
                "what is withheld from all others is worth stealing", stolen_share),
    Expectation("insiders", "what partners add to harm by insiders, without leaks", "%", 0.1, INFINITE,
                "an insider of a partner is a user", insiders_added),
    Expectation("distance", "a programme's change in harm, open weights 12 months behind less 2 months", "points", -INFINITE, 0.0,
                "the farther behind others are, the more a restriction is worth", distance_helps),
    Expectation("published-weights", "customers that the covered lab loses by publishing its weights", "points", 0.5, 100.0,
                "anybody can sell what is published", customers_of_publisher),
    Expectation("reciprocity", "holds heeded abroad, withheld at home less released at home", "points", 1.0, 100.0,
                "nobody holds back what others sell", reciprocity),
    Expectation("opening-list", "partners approved by day 14 of a staged preview", "partners", 15.0, 25.0,
                "about 20 were reported on the first day", partial(approved_by, day=14)),
    Expectation("ceiling", "change in harm where all is withheld and held abroad for good", "%", -100.0, -5.0,
                "what cannot be prevented at all is no failure of a policy", partial(change, policy="withhold", levers=CEILING)),
)  # fmt: skip
SIGNS = (
    Expectation("open-weights", "change in harm where the covered lab publishes its weights", "%", 0.0, INFINITE,
                "no safeguard is left", partial(change, policy="open-weights-release")),
    Expectation("unilateral", "change in harm by a partner programme of one lab", "%", -5.0, 2.0,
                "rivals serve whom it turns away", partial(change, policy="partner-programme")),
    Expectation("industry", "change in harm by a partner programme of all labs", "%", -INFINITE, 0.0,
                "attackers lose the frontier, defenders gain time", partial(change, policy="partner-programme", levers=FOR_ALL_LABS)),
    Expectation("industry-or-one", "that for all labs less that for one", "points", -INFINITE, 0.0,
                "a substitute at hand undoes a restriction", partial(shortfall, one=INDUSTRY, other=UNILATERAL)),
    Expectation("staged", "change in harm by a staged preview", "%", -INFINITE, 0.0,
                "a short head start helps a little", partial(change, policy="staged-preview")),
    Expectation("industry-or-staged", "that of a programme of all labs less that of a staged preview", "points", -INFINITE, 0.0,
                "two weeks are less than no date at all", partial(shortfall, one=INDUSTRY, other=("staged-preview", {}))),
    Expectation("withhold", "change in harm where all labs withhold", "%", -INFINITE, 0.0,
                "open weights lag, and only they are left", partial(change, policy="withhold")),
)  # fmt: skip
EXPECTATIONS = {line.name: line for line in (*LINES, *SIGNS)}
