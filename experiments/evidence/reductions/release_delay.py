"""R7, release delay: with instant tests and approvals a preview of d days delays the release by exactly d.

The staged preview of the library, where labs comply and nobody waits. Without a preview it is open release: outcomes and weekly
series have the same bytes but for what the government itself did.
"""

from typing import Any

import numpy as np

from lockgate.experiments.evidence.reductions.reduction import Check, Given, Reduction, Setting
from lockgate.scenarios import load_policy
from lockgate.sim.engine.plan import Records
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy

RUNS, LEAST_DAYS = 5, 200
INSTANT: dict[str, Any] = {"test_days": 0.0, "approval_days": 0.0, "application_days": 0.0, "approval_refusal_chance": 0.0,
                           "cooperation": 1.0, "background_applications_per_day": 0.0, "bad_actors": 200}  # fmt: skip
GOVERNMENT_WORK = {"asked", "complied", "tests", "test_wait_days", "applications", "partners_approved", "reviews", "review_wait_days",
                   "applications_withdrawn", "applications_waiting", "longest_queue", "partners_refused"}  # fmt: skip
GOVERNMENT_WEEKS = {"waiting", "tests_waiting", "partners"}


def staged(preview_days: int) -> Records:
    """Open release, and the staged preview, in the same runs."""
    policies = [load_policy("open-release"), Policy("staged", {**load_policy("staged-preview").levers, "preview_days": preview_days})]
    return simulate(parameter_table(RUNS, **INSTANT), policies, range(RUNS), max(LEAST_DAYS, preview_days + 10))


def differing(results: Records) -> list[str]:
    """Names of the outcomes and weekly series in which the two policies differ by a single bit."""
    tables = ((results.outcomes, GOVERNMENT_WORK), (results.weeks, GOVERNMENT_WEEKS))
    return [
        name for table, left_out in tables for name in table.dtype.names or ()
        if name not in left_out and table[name][:, 0].tobytes() != table[name][:, 1].tobytes()
    ]  # fmt: skip


def run(row: Given) -> list[Check]:
    """The delay beyond that of open release; without a preview also the number of series that differ."""
    results = staged(row["preview_days"])
    delays = results.outcomes["release_delay_days"]
    added = delays[:, 1] - delays[:, 0]
    worst = float(added[np.argmax(abs(added - row["preview_days"]))])
    checks = [Check("R7 release delay", row, float(row["preview_days"]), worst, 0.0, 0.0)]
    if row["preview_days"] == 0:
        checks.append(Check("R7 series that differ", row, 0.0, float(len(differing(results))), 0.0, 0.0))
    return checks


REDUCTION = Reduction(
    "R7",
    "release delay",
    (Setting("preview_days", 14, (0, 3600), "days between partner access and public access, whole"),),
    tuple({"preview_days": days} for days in (0, 1, 14, 60)),
    run,
)
