"""Patterns of the frontier: the lag of open weights, and how often systems come."""

from collections.abc import Callable

import numpy as np

from lockgate.experiments.evidence.patterns.pattern import Estimate, spread
from lockgate.experiments.evidence.patterns.study import ALONE, Array, Study, Tables, each
from lockgate.sim.model.vocabulary import EventKind

YEAR_DAYS = 365


def gap(weeks: Array) -> Array:
    """Months of progress by which the best system that is ready is ahead of the best open weights, week by week."""
    ready = np.maximum(weeks["covered_ready_months"], weeks["public_months"])
    return np.asarray(ready - weeks["open_months"])


def lag_months(study: Study) -> Estimate:
    """Calendar months behind while all is released, mean over a year."""
    pace = study.ensemble("baseline", **ALONE).worlds["pace"]
    return spread(gap(study.weeks("open-release", YEAR_DAYS, **ALONE)).mean(axis=1) / pace)


def lag_when_withheld(study: Study) -> Estimate:
    """Lag under withholding to that under open release, in the same draw, in the last quarter of a year."""
    withheld, served = (gap(study.weeks(policy, YEAR_DAYS, **ALONE))[:, -13:].mean(axis=1) for policy in ("withhold", "open-release"))
    return spread(withheld / served)


def horizon_share(study: Study) -> Estimate:
    """Task horizon of the best open weights to that of the frontier, mean over a year."""
    doubling = study.ensemble("baseline", **ALONE).worlds["horizon_doubling_months"]
    shares = 2.0 ** (-gap(study.weeks("open-release", YEAR_DAYS, **ALONE)) / doubling[:, None])
    return spread(shares.mean(axis=1))


def horizon_growth(study: Study) -> Estimate:
    """How many times the task horizon of the best public system grows in a year."""
    weeks = study.weeks("open-release", 2 * YEAR_DAYS, **ALONE)
    doubling = study.ensemble("baseline", **ALONE).worlds["horizon_doubling_months"]
    years = (weeks["day"][:, -1] - weeks["day"][:, 0]) / 365.25  # two years: the steps between systems weigh less
    return spread(2.0 ** ((weeks["public_months"][:, -1] - weeks["public_months"][:, 0]) / doubling / years))


def release_days(tables: Tables, lab: int) -> Array:
    """The days of the run on which a frontier lab's systems went to everyone, in order."""
    systems, last = tables["systems"], tables["weeks"]["day"][-1]
    days = systems["public_day"][~systems["open_lab"] & (systems["owner"] == lab)]
    return np.sort(days[(days >= 0) & (days <= last)])


def days_between(study: Study) -> Estimate:
    """Days between two systems of one lab, mean over labs and two years."""

    def measure(tables: Tables) -> float:
        gaps = [np.diff(release_days(tables, lab)) for lab in range(int(tables["params"]["labs"][0]))]
        return float(np.mean(np.concatenate(gaps)))

    return spread(each(study.runs("open-release", 2 * YEAR_DAYS, **ALONE), measure))


def days_between_all(study: Study) -> Estimate:
    """Days between systems of any of six labs, mean over a year."""
    runs = study.runs("open-release", YEAR_DAYS, labs=6, **ALONE)
    return spread(each(runs, lambda tables: YEAR_DAYS / sum(len(release_days(tables, lab)) for lab in range(6))))


def burst(study: Study) -> Estimate:
    """Systems of the busiest of six labs in 89 days."""

    def measure(tables: Tables) -> float:
        return float(max((release_days(tables, lab) < 89).sum() for lab in range(6)))

    return spread(each(study.runs("open-release", YEAR_DAYS, labs=6, **ALONE), measure))


def second_lab(study: Study) -> Estimate:
    """Days from the first critical system until a rival has one ready."""

    def measure(tables: Tables) -> float:
        systems = tables["systems"]
        rivals = ~systems["open_lab"] & (systems["owner"] > 0) & (systems["capability"] >= 0.0)
        return float(systems["ready_day"][rivals].min(initial=YEAR_DAYS))

    return spread(each(study.runs("open-release", YEAR_DAYS, **ALONE), measure))


def own_tests(study: Study) -> Estimate:
    """Days from trained to ready, mean over a year's systems of all labs."""

    def measure(tables: Tables) -> float:
        events = tables["events"]
        ready = {int(e["system"]): int(e["day"]) for e in events[events["kind"] == EventKind.READY]}
        trained = [(int(e["system"]), int(e["day"])) for e in events[events["kind"] == EventKind.TRAINED]]
        return float(np.mean([ready[system] - day for system, day in trained if system in ready]))

    return spread(each(study.runs("open-release", YEAR_DAYS, **ALONE), measure))


SIMULATED: dict[str, Callable[[Study], Estimate]] = {
    "lag-index": lag_months,
    "lag-cyber": lag_months,
    "lag-withheld": lag_when_withheld,
    "horizon-share": horizon_share,
    "horizon-growth": horizon_growth,
    "cadence-lab": days_between,
    "cadence-all": days_between_all,
    "burst": burst,
    "second-lab": second_lab,
    "own-tests": own_tests,
}
