"""What a monotone coupling says of two runs with the same seed: each function names what breaks it, or gives an empty list."""

import numpy as np

from lockgate.sim.model.vocabulary import Approval, Channel, EventKind
from tests.relations.runs import Run, days_of, incidents, later, lost, weights_by_day

BEGUN = (Approval.IN_REVIEW, Approval.APPROVED, Approval.REFUSED)
ROUNDING = 1e-9  # of shares


def delayed_reviews(few: Run, more: Run) -> list[str]:
    """Reviews that begin later with more capacity, weeks with longer queues, approvals that come later or never."""
    found = [f"review of {row}" for row in later(review_starts(few), review_starts(more))]
    found += [f"queue in week {week}" for week in np.flatnonzero(more["weeks"]["waiting"] > few["weeks"]["waiting"])]
    return found + approvals_lost(few, more)


def delayed_tests(few: Run, more: Run) -> list[str]:
    """Tests that begin later with more capacity, and weeks with longer queues for tests."""
    found = [f"test {row}" for row in np.flatnonzero(more["tests"]["start"] > few["tests"]["start"])]
    return found + [f"queue in week {week}" for week in np.flatnonzero(more["weeks"]["tests_waiting"] > few["weeks"]["tests_waiting"])]


def review_starts(run: Run) -> dict[int, float]:
    """When the review of each organisation's application began, where it did."""
    rows = run["partners"]
    return {
        row: float(rows["review_start"][row]) for row in np.flatnonzero(np.isin(rows["approval"], BEGUN)) if rows["review_finish"][row] > 0
    }


def approvals_lost(few: Run, more: Run) -> list[str]:
    """Organisations with access under `few` that have it later, or never, under `more`."""
    return [f"approval of {row}" for row in later(days_of(few, EventKind.APPROVED), days_of(more, EventKind.APPROVED))]


def incidents_lost(few: Run, more: Run) -> list[str]:
    """Incidents of `few` that do not happen under `more`."""
    return [f"incident {key}" for key in lost(incidents(few), incidents(more))]


def open_incidents_lost(few: Run, more: Run) -> list[str]:
    """Incidents through open-weight labs' systems under `few` that do not happen, or not through such a system, under `more`."""
    return [f"incident {key}" for key in lost(incidents(few, by_open_labs=True), incidents(more, by_open_labs=True))]


def hosted_incidents_lost(few: Run, more: Run) -> list[str]:
    """The same through frontier labs' systems: public services, where nothing leaks, is stolen, or is published."""
    return [f"incident {key}" for key in lost(incidents(few, by_open_labs=False), incidents(more, by_open_labs=False))]


def channel_left(few: Run, more: Run, channel: Channel) -> list[str]:
    """Operations that use the channel under `few` and another one under `more`, where all operations are the same ones."""
    if len(few["operations"]) != len(more["operations"]):
        return ["not the same operations"]
    return [f"operation {row}" for row in np.flatnonzero((few["operations"] == channel) & (more["operations"] != channel))]


def releases_sooner(soon: Run, late: Run) -> list[str]:
    """Systems that everyone has sooner under the longer preview."""
    return [f"system {row}" for row in np.flatnonzero(late["systems"]["public_day"] < soon["systems"]["public_day"])]


def exposure_raised(slow: Run, fast: Run) -> list[str]:
    """Organisations that end more exposed under the better defence, and weeks in which all are."""
    found = [f"organisation {row}" for row in np.flatnonzero(fast["partners"]["exposed"] > slow["partners"]["exposed"] + ROUNDING)]
    return found + [f"week {week}" for week in np.flatnonzero(fast["weeks"]["exposed_share"] > slow["weeks"]["exposed_share"] + ROUNDING)]


def weights_behind(far: Run, near: Run, days: int) -> list[str]:
    """Days on which the best weights published so far are worse with the shorter lag."""
    return [f"day {day}" for day in np.flatnonzero(weights_by_day(near, days) < weights_by_day(far, days))]


def harm_units(run: Run) -> int:
    """Expected successes that systems enabled, in units of 2**-32."""
    return int(run["channels"]["enabled"].sum())
