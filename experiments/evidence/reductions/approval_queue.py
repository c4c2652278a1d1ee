"""R2, the approval queue: waits of Erlang C and of Pollaczek and Khinchine, and the times that clear a batch.

A stream: none of the organisations is interested, other applicants come as a Poisson process. Reviews run in continuous time, so
whole days leave no error in the waits. The queue has no clock but its own, so rates are raised and service times shortened by one
factor, to `CROWD` applications a day: runs are short, and the waits are those of the row times that factor. A run begins empty;
what comes before the steady state is taken off exactly, by subtracting the sums of shorter runs with the same seeds, which are
the beginnings of the longer ones.

A batch: all of N organisations apply on the morning of day 0, nobody else does. Traces give the time of each approval.
"""

import math
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from lockgate.experiments.evidence.reductions.reduction import SIGMAS, Array, Check, Given, Reduction, Setting, mean, ratio, sample
from lockgate.sim.engine.run import trace
from lockgate.sim.errors import InputError
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import ServiceTimes

CROWD = 1000.0  # applications a day
RUNS, APPLICATIONS = 64, 200_000  # of each run, beyond the first
SLOWEST = 120_000  # relaxation time, in applications
LEAST_WAITING = 1e-3  # chance to wait
BATCHES, MOST_BATCHES, BATCHED = 500, 5000, 50_000  # traces, and applications in all of them: a trace takes milliseconds
QUIET: dict[str, Any] = {"labs": 1, "open_weight_labs": 0, "bad_actors": 0, "leaks_on": False, "approval_refusal_chance": 0.0}
LITTLE = {"organisations": 400, "application_days": 60.0, "approval_days": 1.0}


def waiting_chance(offered: float, servers: int) -> float:
    """Erlang C: chance to wait, for arrivals expected within one service. Source: Erlang (1917).

    >>> round(waiting_chance(2.4, 3), 4)
    0.6472
    """
    blocked = 1.0
    for server in range(1, servers + 1):
        blocked = offered * blocked / (server + offered * blocked)
    return blocked / (1 - offered / servers * (1 - blocked))


def erlang_wait(rate: float, service: float, servers: int) -> float:
    """Mean wait in a queue with Poisson arrivals and exponential service.

    >>> round(erlang_wait(2.4, 1.0, 3), 4)
    1.0787
    """
    return waiting_chance(rate * service, servers) * service / (servers - rate * service)


def single_wait(rate: float, service: float, cv: float) -> float:
    """Mean wait at one server with any service times. Source: Pollaczek (1930), Khinchine (1932).

    >>> round(single_wait(0.05, 14.0, 1.0), 2)
    32.67
    """
    return rate * service**2 * (1 + cv**2) / (2 * (1 - rate * service))


def clearing_times(batch: int, servers: int, service: float) -> tuple[float, float]:
    """Means of the last approval and of all approvals of a batch: exponential service, or any at one server.

    >>> clearing_times(20, 2, 2.0)
    (21.0, 10.55)
    """
    busy = min(servers, batch)
    queue = batch - busy
    last = queue * service / busy + service * sum(1 / n for n in range(1, busy + 1))
    return last, service + queue * (queue + 1) * service / (2 * busy * batch)


def load_of(row: Given) -> float:
    """Work that comes, over work that can be done."""
    return float(row["applications_per_day"] * row["service_days"] / row["reviewers"])


def settling(row: Given) -> float:
    """Applications in which the queue forgets how it began."""
    spread = (1 + float(row["cv"]) ** 2) / 2
    return load_of(row) / (1 - math.sqrt(load_of(row))) ** 2 * spread


def refuse_without_form(row: Given) -> None:
    """Raise `InputError` for rows for which no closed form is known."""
    if row["cv"] != 1.0 and row["reviewers"] > 1:
        raise InputError(
            f"R2: cv = {row['cv']:g} with reviewers = {row['reviewers']} has no closed form; set cv=1 (exponential service) or reviewers=1"
        )
    if row["batch"] and row["applications_per_day"]:
        raise InputError(
            f"R2: batch = {row['batch']} beside applications_per_day = {row['applications_per_day']:g} has no closed form; "
            f"one of them must be 0"
        )
    if not row["batch"] and not row["applications_per_day"]:
        raise InputError("R2: applications_per_day = 0 and batch = 0 leave nobody to wait; set one of them above 0")
    load = f"R2: load applications_per_day * service_days / reviewers = {load_of(row):g}"
    if load_of(row) >= 1.0:
        raise InputError(f"{load} must be below 1, as the queue has no steady state; raise reviewers or lower one of the others")
    if settling(row) > SLOWEST:
        raise InputError(f"{load} with cv = {row['cv']:g} is so near 1 that the steady state takes too long to reach; lower one of them")
    if not row["batch"] and waiting_chance(load_of(row) * row["reviewers"], row["reviewers"]) < LEAST_WAITING:
        raise InputError(f"{load} lets fewer than {LEAST_WAITING:g} of the applications wait, too few to measure; raise it")


def service_times(row: Given) -> ServiceTimes:
    """Exponential at a coefficient of variation of 1, else lognormal."""
    return ServiceTimes.EXPONENTIAL if row["cv"] == 1.0 else ServiceTimes.LOGNORMAL


def simulated_wait(row: Given) -> tuple[float, float]:
    """Mean wait in the steady state and its standard error."""
    first = max(20_000.0, 10 * settling(row))
    speed = CROWD / row["applications_per_day"]
    world = QUIET | {
        "organisations": 1, "interest_share": 0.0, "background_applications_per_day": CROWD, "service_times": service_times(row),
        "approval_days": row["service_days"] / speed, "approval_days_cv": row["cv"],
    }  # fmt: skip
    policy = Policy("queue", {"reviewers": row["reviewers"]})

    def sums(applications: float) -> tuple[Array, Array]:
        found = sample(policy, RUNS, math.ceil(applications / CROWD), ["reviews", "review_wait_days"], **world)
        return found["reviews"], found["reviews"] * found["review_wait_days"] * speed

    (early, early_wait), (all_, all_wait) = sums(first), sums(first + max(APPLICATIONS, 2 * first))
    return ratio(all_wait - early_wait, all_ - early)


def approvals(row: Given) -> Array:
    """Times of all approvals of many batches, in days: one batch a row."""
    batch = row["batch"]
    last, _ = clearing_times(batch, row["reviewers"], row["service_days"])
    # Again in the queue's own time: the horizon is so many times the mean that no batch is left unfinished.
    days, span = (5.0, 100) if row["cv"] <= 1.0 else (0.5, 500)
    speed = last / days
    policy = Policy("batch", {"lab_programme": True, "public_release": False, "approvals": True, "partners_max": batch,
                              "reviewers": row["reviewers"]})  # fmt: skip
    world = parameter_table(
        1, **QUIET, organisations=batch, interest_share=1.0, application_days=0.0, background_applications_per_day=0.0,
        service_times=service_times(row), approval_days=row["service_days"] / speed, approval_days_cv=row["cv"],
    )  # fmt: skip
    runs = min(MOST_BATCHES, max(BATCHES, BATCHED // batch))
    trace(world, policy, 0, span)  # alone: what is still to be compiled is compiled once
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        found = pool.map(lambda seed: trace(world, policy, seed, span)["partners"]["review_finish"] * speed, range(1, runs + 1))
        return np.array(list(found))


def run_approval_queue(row: Given) -> list[Check]:
    """The mean wait of a stream, or the clearing times of a batch."""
    if not row["batch"]:
        rate, service, reviewers = row["applications_per_day"], row["service_days"], row["reviewers"]
        formula = single_wait(rate, service, row["cv"]) if reviewers == 1 else erlang_wait(rate, service, reviewers)
        simulated, error = simulated_wait(row)
        return [Check("R2 mean wait", row, formula, simulated, error, SIGMAS * error)]
    found = approvals(row)
    last, middle = clearing_times(row["batch"], row["reviewers"], row["service_days"])
    checks = []
    for name, formula, times in (("last approval", last, found.max(axis=1)), ("mean approval", middle, found.mean(axis=1))):
        simulated, error = mean(times)
        checks.append(Check(f"R2 {name}", row, formula, simulated, error, SIGMAS * error + 1e-9 * formula))
    return checks


def little() -> list[Check]:
    """Little's law over a finished busy period: the mean queue, from the times in one trace, is the rate times the mean wait tallied."""
    world = parameter_table(1, **QUIET, **LITTLE, interest_share=1.0, background_applications_per_day=0.0)
    policy = Policy("queue", {"lab_programme": True, "public_release": False, "approvals": True, "partners_max": 400, "reviewers": 3})
    tables = trace(world, policy, 1, 1000)
    begun, came = tables["partners"]["review_start"], tables["partners"]["applied_at"]
    end = float(begun.max())
    moments = np.sort(np.concatenate([came, begun, [0.0]]))
    waiting = (came[:, None] <= moments).sum(axis=0) - (begun[:, None] <= moments).sum(axis=0)
    queue = float((waiting[:-1] * np.diff(moments)).sum() / end)
    tally = tables["outcomes"][0]
    formula = float(tally["reviews"] / end * tally["review_wait_days"])
    return [Check("R2 Little's law", {**LITTLE, "reviewers": 3}, formula, queue, 0.0, 1e-6)]


APPROVAL_QUEUE = Reduction(
    "R2",
    "approval queue",
    (
        Setting("applications_per_day", 0.8, (0.0, 1e6), "Poisson applications; 0 with a batch"),
        Setting("service_days", 1.0, (1e-6, 1e6), "mean days of a review"),
        Setting("reviewers", 1, (1, 200), "reviewers"),
        Setting("cv", 1.0, (0.0, 5.0), "coefficient of variation of review days: exponential at 1, else lognormal"),
        Setting("batch", 0, (0, 2000), "applications on day 0, instead of a stream"),
    ),
    (
        {},
        {"applications_per_day": 2.4, "reviewers": 3},
        {"applications_per_day": 0.05, "service_days": 14.0},
        {"applications_per_day": 0.05, "service_days": 14.0, "cv": 0.5},
        {"applications_per_day": 0.05, "service_days": 14.0, "cv": 2.0},
        {"batch": 20, "reviewers": 2, "service_days": 2.0},
    ),
    run_approval_queue,
    beside=little,
    refuse=refuse_without_form,
    implied=lambda given: {"applications_per_day": 0.0, **given} if given.get("batch") else given,
)
