"""The phases of a policy, laid out by a rule from what the policy sets on which day, as `Policy.phases` lays them out."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from lockgate.experiments.results.words import TYPES, WORD_BYTES, put
from lockgate.sim.model.policy import LEVERS, PHASE_DTYPE, Policy
from lockgate.sim.rules.cache import compiled_folder
from lockgate.sim.rules.compiler import kernel, make_known
from lockgate.sim.rules.reach import Reach
from lockgate.sim.rules.rule import rule

Array = np.ndarray[Any, np.dtype[Any]]
LEVER_DTYPE = np.dtype([("offset", "i8"), ("type", "i8"), ("once", "i8"), ("default", "f8")], align=True)
SETTING_DTYPE = np.dtype([("day", "i8"), ("lever", "i8"), ("value", "f8")], align=True)
PLACES: Mapping[str, Any] = PHASE_DTYPE.fields or {}  # type and place of each lever in a row of phases
NUMBERS = {name: number for number, name in enumerate(LEVERS)}
NO_LEVER = -1  # of a setting that begins a phase and sets nothing
NO_ROOM = -1
PHASE_WORDS = PHASE_DTYPE.itemsize // WORD_BYTES


def lever_table() -> Array:
    """A row of `LEVER_DTYPE` for each lever, in the order of their table: its place in a phase, its type and default, and if it acts once.

    >>> lever_table()[list(LEVERS).index("preview_days")].tolist()[1:]
    (1, 0, 14.0)
    """
    table = np.zeros(len(LEVERS), LEVER_DTYPE)
    for row, (name, lever) in zip(table, LEVERS.items(), strict=True):
        row["offset"], row["type"], row["once"], row["default"] = PLACES[name][1], TYPES[lever.type], lever.once, lever.default
    return table


def settings_of(policy: Policy) -> Array:
    """What a policy sets, a row of `SETTING_DTYPE` for each lever and day, in the order in which it says so; checked as it is.

    >>> settings_of(Policy("two", {"preview_days": 30}, [(45, {"preview_days": 7})]))["day"].tolist()
    [0, 45]
    """
    rows = []
    for day, step in policy.steps().items():
        rows += [(day, NUMBERS[name], float(value)) for name, value in step.items()] or [(day, NO_LEVER, 0.0)]
    return np.array(rows, SETTING_DTYPE)


@rule
def place_of(days: Array, known: int, day: int) -> int:
    """Where a day stands, or is to stand, among so many days in ascending order."""
    place = known
    while place > 0 and days[place - 1] >= day:
        place -= 1
    return place


@rule
def collect_days(settings: Array, days: Array) -> int:
    """The days on which phases begin, in ascending order: day 0, and each on which something is set. Gives their number."""
    days[0] = 0
    known = 1
    for row in range(len(settings)):
        day = settings[row].day
        place = place_of(days, known, day)
        if place == known or days[place] != day:
            for later in range(known, place, -1):
                days[later] = days[later - 1]
            days[place] = day
            known += 1
    return known


@rule
def lay_phase(levers: Array, settings: Array, day: int, phase: int, out: Array) -> None:
    """One phase: as the one before, but for orders of one day, and for what is set on this day, of which the last holds."""
    first = phase * PHASE_WORDS
    for word in range(PHASE_WORDS):
        out[first + word] = out[first + word - PHASE_WORDS] if phase > 0 else 0
    out[first] = day
    place = first * WORD_BYTES
    for number in range(len(levers)):
        lever = levers[number]
        if phase == 0 or lever.once:
            put(out, place + lever.offset, lever.type, lever.default)
    for row in range(len(settings)):
        number = settings[row].lever
        if settings[row].day == day and number >= 0:
            put(out, place + levers[number].offset, levers[number].type, settings[row].value)


def lay_phases(levers: Array, settings: Array, days: Array, out: Array) -> int:
    """Lay out the phases of a policy in `out`, rows of `PHASE_DTYPE` as words. Gives their number, or -1 where `out` has no room for them.

    `days` is room for one number more than there are settings.
    """
    phases = collect_days(settings, days)
    if phases * PHASE_WORDS > len(out):
        return NO_ROOM
    for phase in range(phases):
        lay_phase(levers, settings, days[phase], phase, out)
    return phases


REACH = Reach([lay_phases])
make_known(REACH.functions)
lay_phases = kernel(lay_phases, compiled_folder(REACH.digest, str(PHASE_DTYPE)))


def phases_of(settings: Array) -> Array:
    """The phases that settings make, as `Policy.phases` gives them."""
    out = np.zeros(len(settings) + 1, PHASE_DTYPE)
    phases = lay_phases(lever_table(), settings, np.zeros(len(settings) + 1, np.int64), out.view(np.int64))
    return out[:phases]
