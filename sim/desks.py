"""Desks: testers and reviewers, each of whom works on one case at a time."""

from sim.row import NEVER
from sim.rule import rule


@rule
def hire(desks, before, now, day):
    """Desks that are new today are free from today on, not from the past."""
    for desk in range(before, now):
        desks[desk].free_at = max(desks[desk].free_at, float(day))


@rule
def freest(desks, first, count):
    """The desk that is free first."""
    best = first
    for desk in range(first + 1, first + count):
        if desks[desk].free_at < desks[best].free_at:
            best = desk
    return best


@rule
def days_taken(work: float, staffing: float) -> float:
    """Days that so many days of work take at a desk with this share of its working time; never more than a run can reach.

    >>> days_taken(10.0, 0.5), days_taken(10.0, 1e-308) == NEVER
    (20.0, True)
    """
    return min(work / staffing, float(NEVER))
