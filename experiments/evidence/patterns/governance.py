"""Patterns of governance: how long tests, approvals and directives take, and whether labs do as they are asked."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lockgate.experiments.evidence.patterns.pattern import Estimate, proportion, spread
from lockgate.experiments.evidence.patterns.study import ALONE, Study, Tables, each
from lockgate.sim.model.vocabulary import EventKind

ASKED_DAYS = 365


def values(tables: Tables, *kinds: EventKind) -> Any:
    """What the event log says in brackets, for events of these kinds."""
    events = tables["events"]
    return events["value"][np.isin(events["kind"], kinds)]


def mean_value(tables: Tables, *kinds: EventKind) -> float:
    """The mean of that; NaN where there is none."""
    found = values(tables, *kinds)
    return float(found.mean()) if len(found) else float("nan")


def asked(study: Study) -> list[Tables]:
    """A preview that lasts until every applicant has an answer."""
    return study.runs("staged-preview", ASKED_DAYS, public_release=False, bad_actors=0)


def agency_tests(study: Study) -> Estimate:
    """Days of an agency's test, mean."""
    return spread(each(asked(study), lambda tables: mean_value(tables, EventKind.TEST_PASSED, EventKind.FLAW_FOUND)))


def approval_days(study: Study) -> Estimate:
    """Days from an application to its approval, mean."""
    return spread(each(asked(study), lambda tables: mean_value(tables, EventKind.APPROVED)))


def complied(study: Study) -> Estimate:
    """Share of labs that did as asked for the first critical system."""
    runs = asked(study)

    def did(tables: Tables) -> bool:
        events = tables["events"]
        return bool(((events["kind"] == EventKind.COMPLIED) & (events["who"] == 0) & (events["day"] == 0)).any())

    return proportion(sum(map(did, runs)), len(runs))


def dark_days(study: Study) -> Estimate:
    """Days for which the first directive takes a system away."""
    runs = study.runs("directive-revocation", 60, **ALONE)
    return spread(each(runs, lambda tables: values(tables, EventKind.RESTORED)[0]))


def licence_days(study: Study) -> Estimate:
    """Days until a licence where testers are as short as they are."""
    days = study.outcomes("mandatory-licence", 540, "under-resourced-testers", **ALONE)
    return spread(days["release_delay_days"].astype(float))


SIMULATED: dict[str, Callable[[Study], Estimate]] = {
    "agency-tests": agency_tests,
    "approvals": approval_days,
    "complied": complied,
    "dark-days": dark_days,
    "licence-starved": licence_days,
}
