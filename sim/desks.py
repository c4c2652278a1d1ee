"""Desks: testers and reviewers, each of whom works on one case at a time."""

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
