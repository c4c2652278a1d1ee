"""What is set or varied to no effect: levers that no policy reads, steps after the end of a run, previews that tests outlast."""

import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import NormalDist
from typing import Any

from lockgate.experiments.study.study import Study
from lockgate.experiments.text.numbers import count, listed
from lockgate.scenarios import World
from lockgate.scenarios.reads import needed, reads
from lockgate.sim.bounds import digits
from lockgate.sim.limits import LONGEST_DAYS
from lockgate.sim.model.policy import LEVERS, Policy, Value
from lockgate.sim.model.vocabulary import ServiceTimes

MOST_VARIANTS = 200  # of levers and dates at the points of a design; where there are more, nothing is claimed of what is read
EARLY = 0.001  # chance of tests that are over sooner than what counts as shorter than they take: a run has dozens of systems
Policies = Sequence[Policy]


def without_effect(policies: Policies, worlds: Sequence[World], horizon_days: int = LONGEST_DAYS) -> list[str]:
    """One sentence for each thing that policies set and that changes nothing in runs of so many days."""
    return list(dict.fromkeys((*unread([policies], horizon_days), *late(policies, horizon_days), *outlasted(policies, worlds))))


def without_effect_in(study: Study) -> list[str]:
    """The same of a study, with what its design varies."""
    variants = variants_of(study)
    days, ends = study.horizon_days, f"the run ends on day {study.horizon_days}"
    told = [*unread(variants, days)] if len(variants) <= MOST_VARIANTS else []
    told += varied_unread(study, variants) if len(variants) <= MOST_VARIANTS else []
    told += [sentence for policies in variants[:MOST_VARIANTS] for sentence in outlasted(policies, study.worlds)]
    dates = [factor for factor in study.factors if factor.role == "date"]
    moved = {factor.name for factor in dates}
    told += [sentence for sentence in late(study.policies, days) if sentence.split(" ")[0] not in moved]
    for factor in dates:
        beyond = sorted({int(value) for value in study.points[factor.column] if value >= days})
        told += [f"{factor.name} on day {day} never happens: {ends}" for day in beyond[:1]]
    return list(dict.fromkeys(told))


def variants_of(study: Study) -> list[Policies]:
    """The policies at the points of a design, each combination of levers and dates once; where these are too many, one too many."""
    columns = [factor.column for factor in study.factors if factor.role != "parameter"]
    if not columns:
        return [study.policies]
    first: dict[tuple[Value, ...], int] = {}
    for point, row in enumerate(zip(*(study.points[column] for column in columns), strict=True)):
        first.setdefault(row, point)
        if len(first) > MOST_VARIANTS:
            break
    return [study.policies_at(point) for point in first.values()]


def is_read(variants: Sequence[Policies], lever: str, horizon_days: int) -> bool:
    """Whether any of the policies reads the lever as it is on day 0, at any point."""
    return any(reads(policy, lever, 0, horizon_days) for policies in variants for policy in policies)


def varied_unread(study: Study, variants: Sequence[Policies]) -> Iterator[str]:
    """Levers that a study varies and none of its policies reads."""
    for factor in study.factors:
        if factor.role == "lever" and not is_read(variants, factor.name, study.horizon_days):
            yield unread_sentence(factor.name, "no policy of this study reads it")


def unread(variants: Sequence[Policies], horizon_days: int) -> Iterator[str]:
    """What policies set beside the default on a day, where none that sets it so reads it."""
    found: dict[tuple[str, int, Value], dict[str, bool]] = {}
    for policies in variants:
        for policy in policies:
            for (lever, day), value in set_by(policy, horizon_days).items():
                read = found.setdefault((lever, day, value), {})
                read[policy.name] = any(read.values()) or reads(policy, lever, day, horizon_days)  # one that reads it is enough
    everyone = len(variants[0])
    for (lever, day, _), read in found.items():
        if not any(read.values()):
            who = "this policy does not read it" if everyone == 1 else "no policy of this study reads it"
            who = who if len(read) == everyone else f"{listed(list(read))} {'does' if len(read) == 1 else 'do'} not read it"
            yield unread_sentence(f"{lever} on day {day}" if day else lever, who, lever)


def unread_sentence(what: str, who: str, lever: str = "") -> str:
    """That a lever has no effect, and what it needs.

    >>> unread_sentence("hold_days", "no policy of this study reads it")
    'hold_days has no effect: no policy of this study reads it (it needs coordinated_hold)'
    """
    return f"{what} has no effect: {who} (it needs {needed(lever or what)})"


def set_by(policy: Policy, horizon_days: int) -> dict[tuple[str, int], Value]:
    """What a policy sets, by lever and day; on day 0 what differs from the default."""
    steps = {day: step for day, step in policy.steps().items() if day < horizon_days}
    return {(name, day): value for day, step in steps.items() for name, value in step.items() if day or value != LEVERS[name].default}


def late(policies: Policies, horizon_days: int) -> Iterator[str]:
    """Steps of timelines that no run reaches."""
    for policy in policies:
        for day, step in policy.timeline:
            if day >= horizon_days:
                never = "never happens" if len(step) == 1 else "never happen"
                yield f"{listed(list(step))} on day {day} {never}: the run ends on day {horizon_days}"


def outlasted(policies: Policies, worlds: Sequence[World]) -> Iterator[str]:
    """Previews that are over before agencies have tested, so that nobody waits for them."""
    for policy in policies:
        if days := outlasting_days(policy, worlds):
            preview = first_value(policy, "preview_days")
            yield (
                f"preview_days {digits(preview)} is shorter than the tests take (about {count(round(days), 'day')}): under {policy.name} "
                f"it changes no release"
            )


def first_value(policy: Policy, lever: str) -> Value:
    """A lever on day 0."""
    return policy.levers.get(lever, LEVERS[lever].default)


def outlasting_days(policy: Policy, worlds: Sequence[World]) -> float:
    """The days that tests take at central values, where in each world a policy's preview is over sooner nearly always; else 0.

    A preview of the lab's own, or one behind which nobody has to sign off, is waited for.
    """
    if not first_value(policy, "preview_days"):
        return 0.0
    found = []
    for row in held_phases(policy, "preview_days"):
        if row["lab_programme"] or not row["public_release"]:
            return 0.0
        if row["case_by_case"] or row["framework"]:
            found += [(row, central) for central in map(central_values, worlds)]
    if not found or any(days_of_tests(row, central, EARLY) < row["preview_days"] for row, central in found):
        return 0.0
    return min(days_of_tests(row, central, 0.5) for row, central in found)


def held_phases(policy: Policy, lever: str) -> list[Mapping[str, Any]]:
    """The phases in which a lever is as it is on day 0."""
    held: list[Mapping[str, Any]] = []
    steps = policy.steps()
    for row in policy.phases():
        if row["from_day"] > 0 and lever in steps[int(row["from_day"])]:
            break
        held.append({name: row[name].item() for name in LEVERS})
    return held


def central_values(world: World) -> dict[str, Any]:
    """What of a world decides how long tests take, at central values."""
    return {name: world.parameters[name].default for name in ("test_days", "test_days_cv", "staffing", "service_times")}


def days_of_tests(levers: Mapping[str, Any], central: Mapping[str, Any], chance: float) -> float:
    """Days until as many agencies as must have signed a system off, or the longest wait: the quantile of this chance.

    Agencies begin at once and work independently, so that the k-th of n that is done is an order statistic: its place in the distribution
    of one test has a beta distribution. Queues, and flaws that are fixed first, only add to that. Source: David and Nagaraja (2003),
    "Order statistics", section 2.1.

    >>> central = {"test_days": 14.0, "test_days_cv": 0.5, "staffing": 1.0, "service_times": ServiceTimes.EXPONENTIAL}
    >>> round(days_of_tests({"sign_offs": 1, "agencies": 1, "longest_wait_days": 3650}, central, 0.5), 3)
    9.704
    """
    needed, agencies, longest = levers["sign_offs"], levers["agencies"], float(levers["longest_wait_days"])
    if needed == 0:
        return 0.0
    if needed > agencies or central["staffing"] <= 0.0:
        return longest
    from scipy.special import betaincinv

    place = float(betaincinv(needed, agencies - needed + 1, chance))
    return min(longest, quantile_of_test(central, place) / float(central["staffing"]))


def quantile_of_test(central: Mapping[str, Any], place: float) -> float:
    """Days of work that one test takes, at a quantile."""
    mean = central["test_days"]
    if central["service_times"] == ServiceTimes.EXPONENTIAL:
        return float(-mean * math.log1p(-place))
    if mean == 0.0:
        return 0.0
    variance = math.log1p(central["test_days_cv"] ** 2)
    return float(mean * math.exp(math.sqrt(variance) * NormalDist().inv_cdf(place) - variance / 2))


def mark(study: Study, point: int, policies: Policies, column: str) -> str:
    """What a table adds to the value of a factor at a point, where it changes nothing of the difference between these policies."""
    factor = next((factor for factor in study.factors if factor.column == column), None)
    if factor is None or factor.role == "parameter":
        return ""
    if factor.role == "date":
        return " (never)" if study.points[column][point] >= study.horizon_days else ""
    if not is_read([policies], factor.name, study.horizon_days):
        return " (no effect)"
    readers = [policy for policy in policies if reads(policy, factor.name, 0, study.horizon_days)]
    short = factor.name == "preview_days" and all(outlasting_days(policy, study.worlds) for policy in readers)
    return " (no effect)" if short else ""
