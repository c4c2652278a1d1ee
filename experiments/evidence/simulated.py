"""What the model gives for each fact, by theme: the frontier, defence, attack, and governance."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from lockgate.experiments.evidence.sampled_runs import (
    ALONE,
    Array,
    Estimate,
    SampledRuns,
    Tables,
    each,
    mean,
    proportion,
    quantile,
    rate,
    spread,
)
from lockgate.sim.model.formulas.attack import uplift
from lockgate.sim.model.parameters import without
from lockgate.sim.model.vocabulary import Approval, Channel, EventKind

# Patterns of the frontier: the lag of open weights, and how often systems come.

YEAR_DAYS = 365


def gap(weeks: Array) -> Array:
    """Months of progress by which the best system that is ready is ahead of the best open weights, week by week."""
    ready = np.maximum(weeks["covered_ready_months"], weeks["public_months"])
    return np.asarray(ready - weeks["open_months"])


def lag_months(sampled: SampledRuns) -> Estimate:
    """Calendar months behind while all is released, mean over a year."""
    pace = sampled.ensemble("baseline", **ALONE).worlds["pace"]
    return spread(gap(sampled.weeks("open-release", YEAR_DAYS, **ALONE)).mean(axis=1) / pace)


def lag_when_withheld(sampled: SampledRuns) -> Estimate:
    """Lag under withholding to that under open release, in the same draw, in the last quarter of a year."""
    withheld, served = (gap(sampled.weeks(policy, YEAR_DAYS, **ALONE))[:, -13:].mean(axis=1) for policy in ("withhold", "open-release"))
    return spread(withheld / served)


def horizon_share(sampled: SampledRuns) -> Estimate:
    """Task horizon of the best open weights to that of the frontier, mean over a year."""
    doubling = sampled.ensemble("baseline", **ALONE).worlds["horizon_doubling_months"]
    shares = 2.0 ** (-gap(sampled.weeks("open-release", YEAR_DAYS, **ALONE)) / doubling[:, None])
    return spread(shares.mean(axis=1))


def horizon_growth(sampled: SampledRuns) -> Estimate:
    """How many times the task horizon of the best public system grows in a year."""
    weeks = sampled.weeks("open-release", 2 * YEAR_DAYS, **ALONE)
    doubling = sampled.ensemble("baseline", **ALONE).worlds["horizon_doubling_months"]
    years = (weeks["day"][:, -1] - weeks["day"][:, 0]) / 365.25  # two years: the steps between systems weigh less
    return spread(2.0 ** ((weeks["public_months"][:, -1] - weeks["public_months"][:, 0]) / doubling / years))


def second_labs_gap(sampled: SampledRuns) -> Estimate:
    """Days between the first two critical systems of the rival that is first to have one."""

    def measure(tables: Tables) -> float:
        systems = tables["systems"]
        rivals = systems[~systems["open_lab"] & (systems["owner"] > 0) & (systems["capability"] >= 0.0)]
        second = rivals["owner"][np.argmin(rivals["ready_day"])]
        days = np.sort(rivals["ready_day"][rivals["owner"] == second])
        return float(days[1] - days[0]) if len(days) > 1 else float("nan")

    return spread(each(sampled.runs("open-release", YEAR_DAYS, **ALONE), measure))


def release_days(tables: Tables, lab: int) -> Array:
    """The days of the run on which a frontier lab's systems went to everyone, in order."""
    systems, last = tables["systems"], tables["weeks"]["day"][-1]
    days = systems["public_day"][~systems["open_lab"] & (systems["owner"] == lab)]
    return np.sort(days[(days >= 0) & (days <= last)])


def days_between(sampled: SampledRuns) -> Estimate:
    """Days between two systems of one lab, mean over labs and two years."""

    def measure(tables: Tables) -> float:
        gaps = [np.diff(release_days(tables, lab)) for lab in range(int(tables["params"]["labs"][0]))]
        return float(np.mean(np.concatenate(gaps)))

    return spread(each(sampled.runs("open-release", 2 * YEAR_DAYS, **ALONE), measure))


def days_between_all(sampled: SampledRuns) -> Estimate:
    """Days between systems of any of six labs, mean over a year."""
    runs = sampled.runs("open-release", YEAR_DAYS, labs=6, **ALONE)
    return spread(each(runs, lambda tables: YEAR_DAYS / sum(len(release_days(tables, lab)) for lab in range(6))))


def burst(sampled: SampledRuns) -> Estimate:
    """Systems of the busiest of six labs in 89 days."""

    def measure(tables: Tables) -> float:
        return float(max((release_days(tables, lab) < 89).sum() for lab in range(6)))

    return spread(each(sampled.runs("open-release", YEAR_DAYS, labs=6, **ALONE), measure))


def second_lab(sampled: SampledRuns) -> Estimate:
    """Days from the first critical system until a rival has one ready."""

    def measure(tables: Tables) -> float:
        systems = tables["systems"]
        rivals = ~systems["open_lab"] & (systems["owner"] > 0) & (systems["capability"] >= 0.0)
        return float(systems["ready_day"][rivals].min(initial=YEAR_DAYS))

    return spread(each(sampled.runs("open-release", YEAR_DAYS, **ALONE), measure))


def own_tests(sampled: SampledRuns) -> Estimate:
    """Days from trained to ready, mean over a year's systems of all labs."""

    def measure(tables: Tables) -> float:
        events = tables["events"]
        ready = {int(e["system"]): int(e["day"]) for e in events[events["kind"] == EventKind.READY]}
        trained = [(int(e["system"]), int(e["day"])) for e in events[events["kind"] == EventKind.TRAINED]]
        return float(np.mean([ready[system] - day for system, day in trained if system in ready]))

    return spread(each(sampled.runs("open-release", YEAR_DAYS, **ALONE), measure))


FRONTIER: dict[str, Callable[[SampledRuns], Estimate]] = {
    "lag-index": lag_months,
    "lag-cyber": lag_months,
    "lag-spread": lag_months,
    "lag-withheld": lag_when_withheld,
    "horizon-share": horizon_share,
    "horizon-growth": horizon_growth,
    "horizon-aisi": horizon_growth,
    "horizon-growth-long": horizon_growth,
    "horizon-year": horizon_growth,
    "cadence-lab": days_between,
    "cadence-all": days_between_all,
    "burst": burst,
    "cadence-rival": second_labs_gap,
    "second-lab": second_lab,
    "own-tests": own_tests,
}


# Patterns of defence: how fast flaws are fixed, what a partner programme finds, and when its access leaks.

ALL_KNOWN = {  # every flaw is known on day 0 but for a tenth of a day, nothing is shared or new, and no flaw waits for others' fixes
    **without(["adoption", "remediation capacity"]),
    "search_days": 0.1, "common_share": 0.0, "new_code_per_day": 0.0, "bad_actors": 0, "organisations": 200,
}  # fmt: skip
MONTH, LONGEST = 30, 1000


def open_share(sampled: SampledRuns, day: int, world: str = "baseline") -> Estimate:
    """Share of the flaws known on day 0 that are not fixed so many days later."""
    patched = sampled.outcomes("open-release", day, world, **ALL_KNOWN)["flaws_patched"]
    worlds = sampled.ensemble(world, **ALL_KNOWN).worlds
    return spread(1.0 - patched / (worlds["organisations"] * worlds["flaws_per_organisation"]))


def programme(sampled: SampledRuns) -> list[Tables]:
    """The first month of a partner programme."""
    return sampled.runs("partner-programme", MONTH, bad_actors=0)


def found_by_partners(tables: Tables) -> float:
    """Severe flaws that partners found in their own code."""
    partners = tables["partners"]
    found = partners["found"][partners["approval"] == Approval.APPROVED].sum()
    return float(found * tables["params"]["flaws_per_organisation"][0])


def most_found(tables: Tables) -> float:
    """Severe flaws that the partner with most found in its own code."""
    partners = tables["partners"]
    found = partners["found"][partners["approval"] == Approval.APPROVED].max(initial=0.0)
    return float(found * tables["params"]["flaws_per_organisation"][0])


def month_to_month(sampled: SampledRuns, column: str) -> Estimate:
    """What partners found or fixed in the first month of a programme, to the same organisations' month in the same draw without it."""
    without = sampled.runs("withhold", MONTH, bad_actors=0)

    def ratio(tables: Tables, other: Tables) -> float:
        rows = tables["partners"]["approval"] == Approval.APPROVED
        return float(tables["partners"][column][rows].sum() / other["partners"][column][rows].sum())

    return spread(np.array([ratio(tables, other) for tables, other in zip(programme(sampled), without, strict=True)]))


def pool_patched(tables: Tables) -> float:
    """Share of the flaws found in the common pool that are fixed."""
    pool = tables["pool"][0]
    return float(pool["patched"] / (pool["patched"] + pool["known"]))


def leaked_within(tables: Tables, days: int) -> bool:
    """Whether a partner's access leaked in the first days."""
    events = tables["events"]
    return bool((events["day"][events["kind"] == EventKind.LEAK] < days).any())


def leak_share(sampled: SampledRuns) -> Estimate:
    """Share of programmes of about 50 partners with a leak within 14 days."""
    return proportion(sum(leaked_within(tables, 14) for tables in programme(sampled)), sampled.draws)


def leak_rate(sampled: SampledRuns) -> Estimate:
    """Leaks in 1,000 days of an organisation's access, over the first months of all programmes."""
    leaks = sum(int((tables["events"]["kind"] == EventKind.LEAK).sum()) for tables in first_months(sampled))
    days = sum(7.0 * float(tables["weeks"]["partners"].sum()) for tables in first_months(sampled))
    return rate(leaks, days / 1000.0)


def first_months(sampled: SampledRuns) -> list[Tables]:
    """A partner programme from 7 April to 30 June."""
    return sampled.runs("partner-programme", 84, bad_actors=0)


def leak_noticed(sampled: SampledRuns) -> Estimate:
    """Days until a leak is noticed, mean over the leaks of a programme's first months."""
    return spread(each(first_months(sampled), lambda tables: mean_value(tables, EventKind.LEAK)))


def days_to_bypass(tables: Tables) -> float:
    """Days from the launch of a critical system to its bypass, the shortest; beyond the run where there is none."""
    systems, events = tables["systems"], tables["events"]
    bypasses = events[events["kind"] == EventKind.BYPASS]
    critical = bypasses[systems["capability"][bypasses["system"]] >= 0.0]
    return float((critical["day"] - systems["public_day"][critical["system"]]).min(initial=YEAR_DAYS))


def days_of_bypass(tables: Tables) -> float:
    """Days from a bypass until the safeguard is fixed, mean."""
    events = tables["events"]
    fixed = {int(e["system"]): int(e["day"]) for e in events[events["kind"] == EventKind.FIXED]}
    known = {int(e["system"]): int(e["day"]) for e in events[events["kind"] == EventKind.BYPASS]}
    lasted = [fixed[system] - day for system, day in known.items() if fixed.get(system, -1) >= day]
    return float(np.mean(lasted)) if lasted else float("nan")


def bypasses(sampled: SampledRuns, measure: Callable[[Tables], float]) -> Estimate:
    """The spread of one number of a year of open release over draws."""
    return spread(each(sampled.runs("open-release", YEAR_DAYS, **ALONE), measure))


DEFENCE: dict[str, Callable[[SampledRuns], Estimate]] = {
    "exploited-7": partial(open_share, day=7),
    "exploited-28": partial(open_share, day=28),
    "exploited-43": partial(open_share, day=43),
    "exploited-174": partial(open_share, day=174),
    "other-flaws-621": partial(open_share, day=621, world="slow-patchers"),
    "all-flaws-90": partial(open_share, day=90, world="slow-patchers"),
    "all-flaws-365": partial(open_share, day=365, world="slow-patchers"),
    "never-patched": partial(open_share, day=LONGEST),
    "flaws-found": lambda sampled: spread(each(programme(sampled), found_by_partners)),
    "found-one": lambda sampled: spread(each(programme(sampled), most_found)),
    "found-ratio": partial(month_to_month, column="found"),
    "fixed-ratio": partial(month_to_month, column="fixed"),
    "pool-patched": lambda sampled: spread(each(programme(sampled), pool_patched)),
    "leak-14": leak_share,
    "leak-rate": leak_rate,
    "leak-noticed": leak_noticed,
    "bypass-days": partial(bypasses, measure=days_to_bypass),
    "bypass-stopped": partial(bypasses, measure=days_of_bypass),
}


# Patterns of attack: how often, by whom, at what cost, and what safeguards stop.

LARGEST = 0.05  # share of organisations
TRIES = 10
TESTED_LABS = 2  # those that lead the safety index of winter 2025 (FLI)
RECORDS = (2_500, 100_000)  # lost in the smallest and the largest breaches of IBM's sample
RECORD_COST = 160.0  # US$, mean of such breaches
MILLION_RECORDS_COST = 4e7  # US$, of a breach of a million records, which is outside the sample (IBM 2018)


def year(sampled: SampledRuns) -> list[Tables]:
    """A year of open release in which systems add nothing to an attack, as in the years in which incidents were counted."""
    return sampled.runs("open-release", YEAR_DAYS, uplift=1.0)


def actors(tables: Tables, share: str) -> float:
    """How many bad actors are of a kind."""
    params = tables["params"][0]
    return float(params["bad_actors"] * (params[share] if share else 1.0 - params["spy_share"] - params["insider_share"]))


def per_crew(tables: Tables) -> float:
    """Incidents that one crew causes in a year."""
    return float(tables["outcomes"]["incidents_crews"][0]) / actors(tables, "")


def struck(tables: Tables) -> float:
    """Share of organisations with at least one incident in a year."""
    return float((tables["partners"]["incidents"] > 0).mean())


def yearly_growth(sampled: SampledRuns) -> Estimate:
    """Incidents of the second year to those of the first, where all is released."""
    weeks = sampled.weeks("open-release", 2 * YEAR_DAYS)
    first, both = weeks["incidents"][:, YEAR_DAYS // 7 - 1], weeks["incidents"][:, 2 * (YEAR_DAYS // 7) - 1]
    return spread(np.where(first > 0, (both - first) / np.maximum(first, 1), np.nan))


def uplift_at_critical(sampled: SampledRuns) -> Estimate:
    """The uplift of a system of critical capability."""
    names = ("uplift", "uplift_doubling_months", "uplift_cap", "covered_uplift_step")
    params = sampled.ensemble("baseline").worlds
    return spread(np.array([uplift(0.0, *(row[name] for name in names)) for row in params]))


def costliest(sampled: SampledRuns) -> Estimate:
    """Share of all losses in the costliest 1 % of incidents, mean over ten parts of the incidents."""
    parts = [np.sort(part)[::-1] for part in np.array_split(losses(sampled), 10)]
    return mean(np.array([part[: round(0.01 * len(part))].sum() / part.sum() for part in parts]))


def on_largest(tables: Tables) -> float:
    """Incidents that one of the largest organisations suffers in a year."""
    partners = tables["partners"]
    rows = np.argsort(-partners["size"], kind="stable")[: max(1, round(LARGEST * len(partners)))]
    return float(partners["incidents"][rows].mean())


def state_share(tables: Tables) -> float:
    """Spies' share of the incidents of spies and crews."""
    out = tables["outcomes"][0]
    both = out["incidents_spies"] + out["incidents_crews"]
    return float(out["incidents_spies"] / both) if both else float("nan")


def by_insiders(tables: Tables) -> float:
    """Attempts of insiders at one organisation in a year."""
    return float(tables["outcomes"]["operations_insiders"][0] / len(tables["partners"]))


def losses(sampled: SampledRuns) -> Array:
    """Losses of all incidents of all draws, US$."""
    runs = year(sampled)
    return np.concatenate([tables["events"]["value"][tables["events"]["kind"] == EventKind.INCIDENT] for tables in runs])


def mean_of_sampled_breaches(sampled: SampledRuns) -> Estimate:
    """Mean loss of incidents as large as the breaches of IBM's sample.

    What its largest breaches cost is not told: at least that many records at the mean price, at most what ten times as many cost.
    """
    found = losses(sampled)
    smallest, largest = (count * RECORD_COST for count in RECORDS)
    low, high = (mean(found[(found >= smallest) & (found <= end)]) for end in (largest, MILLION_RECORDS_COST))
    return Estimate((low.value + high.value) / 2.0, low.low, high.high)


def refused_by_the_careful(sampled: SampledRuns) -> Estimate:
    """Safeguards of the best public systems of the two labs with the best: the spread over labs and draws, as that of tested models."""
    return spread(np.concatenate([best_safeguards(tables)[-TESTED_LABS:] for tables in year(sampled)]))


def best_safeguards(tables: Tables) -> Array:
    """The safeguard, without a bypass, of each frontier lab's most capable public system, in order."""
    systems = tables["systems"]
    public = systems[~systems["open_lab"] & (systems["public_day"] <= YEAR_DAYS)]
    each_lab = [public[public["owner"] == lab] for lab in np.unique(public["owner"])]
    return np.sort([mine["built"][np.argmax(mine["capability"])] for mine in each_lab])


def refused(tables: Tables, channel: Channel) -> float:
    """Share of the attempts at a channel that it refused."""
    used = tables["channels"][channel]
    attempts = used["refusals"] + used["operations"]
    return float(used["refusals"] / attempts) if attempts else float("nan")


def some_try(tables: Tables) -> float:
    """Chance that at least one of ten independent attempts at a public service is not refused."""
    return float(1.0 - refused(tables, Channel.PUBLIC_SERVICE) ** TRIES)


def bans(tables: Tables) -> float:
    """Bans an actor and half a year."""
    return float(tables["outcomes"]["bans"][0] / tables["params"]["bad_actors"][0] / 2.0)


def over_draws(measure: Callable[[Tables], float], sampled: SampledRuns) -> Estimate:
    """The spread of one number of the year over draws."""
    return spread(each(year(sampled), measure))


ATTACK: dict[str, Callable[[SampledRuns], Estimate]] = {
    "crew-incidents": partial(over_draws, per_crew),
    "incident-growth": yearly_growth,
    "losses-growth": yearly_growth,
    "uplift-trial": uplift_at_critical,
    "incidents-all": partial(over_draws, struck),
    "incidents-largest": partial(over_draws, on_largest),
    "state-share": partial(over_draws, state_share),
    "insider-attempts": partial(over_draws, by_insiders),
    "loss-median": lambda sampled: quantile(losses(sampled), 0.5),
    "loss-p95": lambda sampled: quantile(losses(sampled), 0.95),
    "loss-p99": lambda sampled: quantile(losses(sampled), 0.99),
    "loss-top-1": costliest,
    "loss-median-2024": lambda sampled: quantile(losses(sampled), 0.5),
    "loss-mean": mean_of_sampled_breaches,
    "refusal-service": refused_by_the_careful,
    "refusal-stripped": partial(over_draws, partial(refused, channel=Channel.OPEN_WEIGHTS)),
    "ten-tries": partial(over_draws, some_try),
    "bans": partial(over_draws, bans),
}


# Patterns of governance: how long tests, approvals and directives take, and whether labs do as they are asked.

ASKED_DAYS = 365


def values(tables: Tables, *kinds: EventKind) -> Any:
    """What the event log says in brackets, for events of these kinds."""
    events = tables["events"]
    return events["value"][np.isin(events["kind"], kinds)]


def mean_value(tables: Tables, *kinds: EventKind) -> float:
    """The mean of that; NaN where there is none."""
    found = values(tables, *kinds)
    return float(found.mean()) if len(found) else float("nan")


def asked(sampled: SampledRuns) -> list[Tables]:
    """A preview that lasts until every applicant has an answer."""
    return sampled.runs("staged-preview", ASKED_DAYS, public_release=False, bad_actors=0)


def agency_tests(sampled: SampledRuns) -> Estimate:
    """Days of an agency's test, mean."""
    return spread(each(asked(sampled), lambda tables: mean_value(tables, EventKind.TEST_PASSED, EventKind.FLAW_FOUND)))


def approval_days(sampled: SampledRuns) -> Estimate:
    """Days from an application to its approval, mean."""
    return spread(each(asked(sampled), lambda tables: mean_value(tables, EventKind.APPROVED)))


def complied(sampled: SampledRuns) -> Estimate:
    """Share of labs that did as asked for the first critical system."""
    runs = asked(sampled)

    def did(tables: Tables) -> bool:
        events = tables["events"]
        return bool(((events["kind"] == EventKind.COMPLIED) & (events["who"] == 0) & (events["day"] == 0)).any())

    return proportion(sum(map(did, runs)), len(runs))


def dark_days(sampled: SampledRuns) -> Estimate:
    """Days for which the first directive takes a system away."""
    runs = sampled.runs("directive-revocation", 60, **ALONE)
    return spread(each(runs, lambda tables: values(tables, EventKind.RESTORED)[0]))


def opening_list(sampled: SampledRuns) -> Estimate:
    """Partners approved within a day of the offer."""

    def approved(tables: Tables) -> float:
        events = tables["events"]
        return float((events["day"][events["kind"] == EventKind.APPROVED] <= 1).sum())

    return spread(each(sampled.runs("staged-preview", 7, bad_actors=0), approved))


def framework_days(sampled: SampledRuns) -> Estimate:
    """Days until the framework of the voluntary protocol is in force; beyond the run where it is not."""

    def day(tables: Tables) -> float:
        events = tables["events"]
        return float(events["day"][events["kind"] == EventKind.FRAMEWORK].min(initial=YEAR_DAYS))

    return spread(each(sampled.runs("voluntary-protocol", YEAR_DAYS, **ALONE), day))


def directive_days(sampled: SampledRuns) -> Estimate:
    """Days of the first half year on which at least one directive is given."""

    def days(tables: Tables) -> float:
        events = tables["events"]
        return float(len(np.unique(events["day"][events["kind"] == EventKind.DIRECTIVE])))

    return spread(each(sampled.runs("directive-revocation", 180, **ALONE), days))


def licence_days(sampled: SampledRuns) -> Estimate:
    """Days until a licence where testers are as short as they are."""
    days = sampled.outcomes("mandatory-licence", 540, "under-resourced-testers", **ALONE)
    return spread(days["release_delay_days"].astype(float))


GOVERNANCE: dict[str, Callable[[SampledRuns], Estimate]] = {
    "agency-tests": agency_tests,
    "approvals": approval_days,
    "preview-partners": opening_list,
    "framework-days": framework_days,
    "directives": directive_days,
    "complied": complied,
    "dark-days": dark_days,
    "licence-starved": licence_days,
}


SIMULATED: dict[str, Callable[[SampledRuns], Estimate]] = {
    **FRONTIER, **DEFENCE, **ATTACK, **GOVERNANCE,
}  # fmt: skip
