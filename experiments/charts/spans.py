"""Who could use a system when: its stages, read from the event log of one run."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from sim.row import NEVER
from sim.vocabulary import EventKind, Stage
from sim.world import HOME_GOVERNMENT

Array = np.ndarray[Any, np.dtype[Any]]

OPENINGS = {
    EventKind.TRAINED: Stage.TESTING,
    EventKind.READY: Stage.HELD,
    EventKind.HOLD: Stage.HELD,
    EventKind.PUBLIC: Stage.PUBLIC,
    EventKind.WEIGHTS: Stage.OPEN_WEIGHTS,
    EventKind.DIRECTIVE: Stage.DARK,
}
LIMITS = (EventKind.PROGRAMME, EventKind.COMPLIED)


class StageSpan(NamedTuple):
    """A system's row, its stage, and the first and last day of that stage, both included."""

    system: int
    stage: Stage
    first: int
    last: int


def stage_spans(tables: Mapping[str, Array]) -> list[StageSpan]:
    """The spans of every system that was ever used or ready in a run, by system and day; what lasted no whole day is left out."""
    horizon = int(tables["weeks"]["day"][-1]) + 1
    spans: list[StageSpan] = []
    for row in range(len(tables["systems"])):
        changes = [*stage_changes(tables, row), (horizon, Stage.UNUSED)]
        spans += [StageSpan(row, stage, first, end - 1) for (first, stage), (end, _) in pairwise(changes) if end > first]
    return spans


def stage_changes(tables: Mapping[str, Array], row: int) -> list[tuple[int, Stage]]:
    """The days on which a system came to another stage, and these stages."""
    events = tables["events"]
    changes = [(0, stage) for stage in stage_at_start(tables["systems"][row])]
    before_dark = Stage.PUBLIC
    for event in events[events["system"] == row]:
        kind = EventKind(event["kind"])
        stage = OPENINGS.get(kind)
        if kind in LIMITS:
            stage = limited_stage(tables, row)
        elif kind == EventKind.RESTORED:
            stage = before_dark
        if kind == EventKind.DIRECTIVE:
            before_dark = changes[-1][1]
        if stage is not None:
            changes.append((int(event["day"]), stage))
    return changes


def stage_at_start(system: Any) -> list[Stage]:
    """The stage of a system that was out before day 0, for which the log has no event."""
    if system["weights_day"] < 0:
        return [Stage.OPEN_WEIGHTS]
    return [Stage.PUBLIC] if system["public_day"] < 0 else []


def limited_stage(tables: Mapping[str, Array], row: int) -> Stage:
    """Whether a system that was limited went to partners or was held from everyone.

    The log has one event for both. A system still limited in the end shows which; for others it is whether partners had been offered
    any system by that day.
    """
    system = tables["systems"][row]
    last = Stage(system["resume_stage"] if system["stage"] == Stage.DARK else system["stage"])
    if last in (Stage.HELD, Stage.PARTNERS):
        return last
    programme_day = int(tables["governments"]["programme_day"][HOME_GOVERNMENT])
    return Stage.PARTNERS if programme_day != NEVER and system["offered_day"] >= programme_day else Stage.HELD
