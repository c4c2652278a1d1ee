"""Runs of one world for relations between runs: compiled, with their event log, in memory that is used again."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st

from lockgate.sim.engine.plan import Memory, run_once
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import LEVERS, Policy
from lockgate.sim.model.vocabulary import EventKind, Feedback
from tests.generated import policies, worlds

MEMORY = Memory()
KEPT = ("events", "operations", "partners", "tests", "systems", "weeks", "outcomes", "governments", "channels", "bad_actors")
SEEDS = st.integers(0, 2**53 - 1)
DAYS = st.integers(2, 60)
RESTRICTED = {  # from day 0 on and for good: an offer that never lapses
    "lab_programme": True, "public_release": False, "threshold_months": -60.0, "approvals": True, "partners_max": 1000,
    "publish_weights": False, "wave_partners": 0,
}  # fmt: skip

Run = dict[str, Any]


def run(world: Mapping[str, Any], policy: Policy, seed: int, days: int) -> Run:
    """The tables of one run as they stand in the end, with the event log."""
    run_once(MEMORY, seed, days, parameter_table(1, **world), policy.phases(), False, policy.name, events_room=512)
    tables = {name: MEMORY.copy(name) for name in KEPT}
    score = MEMORY.table("score")[0]
    tables["events"] = tables["events"][: score["events"]]
    tables["operations"] = tables["operations"][: score["operations"]]
    return tables


def still_worlds(**held: Any) -> Any:
    """Generated worlds in which nothing reacts, and in which incidents are common."""
    given = {"base_hazard": st.floats(0.05, 0.5), **{n: v if isinstance(v, st.SearchStrategy) else st.just(v) for n, v in held.items()}}
    return st.builds(lambda world, more: {**world, "feedback": int(Feedback.NONE), **more}, worlds(), st.fixed_dictionaries(given))


def policies_with(**held: Any) -> Any:
    """Generated policies in which these levers stay as they are from day 0 on."""
    return policies().map(lambda policy: with_held(policy, **held))


def with_held(policy: Policy, **held: Any) -> Policy:
    """The policy with these levers, and without any later change of them."""
    later = [(day, {name: value for name, value in changes.items() if name not in held}) for day, changes in policy.timeline]
    return Policy(policy.name, {**policy.levers, **held}, later)


def with_added(policy: Policy, lever: str, more: int) -> Policy:
    """The policy with this much more of one lever, wherever it sets it."""
    later = [(day, {n: v + more if n == lever else v for n, v in changes.items()}) for day, changes in policy.timeline]
    return Policy(policy.name, {**policy.levers, lever: policy.levers.get(lever, LEVERS[lever].default) + more}, later)


def incidents(tables: Run, *, by_open_labs: bool | None = None) -> Counter[Any]:
    """Incidents by (day, actor, organisation, loss): the loss is drawn for the operation, so it tells two on one day apart.

    `by_open_labs` keeps those with a system of an open-weight lab, or those with one of a frontier lab.
    """
    rows = tables["events"][tables["events"]["kind"] == EventKind.INCIDENT]
    if by_open_labs is not None:
        rows = rows[(rows["system"] >= 0) & (tables["systems"]["open_lab"][rows["system"]] == by_open_labs)]
    return Counter(zip(*(rows[name].tolist() for name in ("day", "who", "whom", "value")), strict=True))


def days_of(tables: Run, kind: EventKind, key: str = "who") -> dict[int, int]:
    """The first day of an event of this kind, by who it befell."""
    first: dict[int, int] = {}
    for day, whom in zip(*(tables["events"][tables["events"]["kind"] == kind][name].tolist() for name in ("day", key)), strict=True):
        first.setdefault(whom, day)
    return first


def later(few: Mapping[Any, float], more: Mapping[Any, float]) -> list[Any]:
    """What happens under `few` and later, or not at all, under `more`."""
    return [key for key, day in few.items() if key not in more or more[key] > day]


def lost(few: Counter[Any], more: Counter[Any]) -> list[Any]:
    """What is in `few` and not in `more`."""
    return list(few - more)


def weights_by_day(tables: Run, days: int) -> Any:
    """Capability of the best weights published during the run, by day."""
    best = np.full(days, -np.inf)
    rows = tables["events"][tables["events"]["kind"] == EventKind.WEIGHTS]
    np.maximum.at(best, rows["day"], rows["value"])
    return np.maximum.accumulate(best)
