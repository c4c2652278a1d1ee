"""Room for the tables of one run: one block of memory, how many rows each table needs, and where it lies."""

from typing import Any

import numpy as np
from numba import njit

from sim.agents import KINDS
from sim.measures import Score, Tally, Week
from sim.memory import WORDS, opener, world_type
from sim.outcomes import Outcomes
from sim.parameters import PARAMETERS_DTYPE
from sim.policy import PHASE_DTYPE
from sim.row import dtype, first_row
from sim.rule import rule
from sim.vocabulary import ActorKind, Channel
from sim.world import ATTRIBUTION_WINDOW_DAYS, Agency, Constants, Desk, Event, Pool, System, Test, Today

SINGLES: dict[str, type] = {"constants": Constants, "today": Today, "pool": Pool, "score": Score, "outcomes": Outcomes}
TABLES: dict[str, type] = {
    "systems": System, "tests": Test, "agencies": Agency, "testers": Desk, "reviewers": Desk,
    "channels": Tally, "kinds": Tally, "weeks": Week, "events": Event, **KINDS,
}  # fmt: skip
LISTS: dict[str, np.dtype[Any]] = {
    "by_rank": np.dtype("i8"),  # organisations, the most critical first
    "size_guide": np.dtype("i8"),  # where to begin the search for a target
    "size_below": np.dtype("f8"),  # share of all size of the organisations before this one
    "wakes_at": np.dtype("f8"),  # when each bad actor acts next
    "attributed": np.dtype("i8"),  # incidents attributed to each system on each day of the window
    "leaking": np.dtype("i8"),  # organisations whose access leaks today
    "operations": np.dtype("i1"),  # the channel of every operation, in order
}
ROWS = SINGLES | TABLES
# What the block of memory holds, in this order.
OWN_DTYPES: dict[str, np.dtype[Any]] = {name: dtype(kind) for name, kind in ROWS.items()} | LISTS

COMPILED_WORLD = world_type(
    "release",
    {"seed": int, "horizon": int, "params": PARAMETERS_DTYPE, "phases": [PHASE_DTYPE]}
    | {name: dtype(kind) for name, kind in SINGLES.items()}
    | {name: [dtype(kind)] for name, kind in TABLES.items()}
    | {name: [kind] for name, kind in LISTS.items()},
)
open_world = opener(COMPILED_WORLD)
GIVEN = 4  # seed, horizon, params and phases come from outside; the block holds the rest

ROOMS_DTYPE = np.dtype([(name, "i8") for name in OWN_DTYPES])
ROW_BYTES = np.array([kind.itemsize for kind in OWN_DTYPES.values()])
FIRST_ROWS = [first_row(kind).view(np.int64) for kind in ROWS.values()]
FIRST_WORDS = np.concatenate(FIRST_ROWS)
FIRST_AT = np.cumsum([0, *(len(row) for row in FIRST_ROWS)])
CHANNELS, ACTOR_KINDS = len(Channel), len(ActorKind)
ALIGNMENT = 64


def new_rooms() -> "np.ndarray[Any, np.dtype[Any]]":
    """How many rows each table has: one record, to be filled by `count_rows`."""
    return np.zeros(1, ROOMS_DTYPE)


def new_directory() -> "np.ndarray[Any, np.dtype[np.int64]]":
    """Where each table of one run lies, to be filled by `lay_out`."""
    return np.zeros(WORDS * len(COMPILED_WORLD.fields), np.int64)


@rule
def count_rows(horizon, params, phases, events_room, operations_room, r):
    """Fill the record r for a world (`params`, a record) and a policy (`phases`, a table)."""
    per_owner = horizon // min(params.cadence_days, params.open_cadence_days) + 5
    r.constants = r.today = r.pool = r.score = r.outcomes = 1
    r.systems = per_owner * (params.labs + params.open_weight_labs)
    r.agencies = r.testers = r.reviewers = 0
    for row in range(len(phases)):
        r.agencies = max(r.agencies, phases[row].agencies)
        r.testers = max(r.testers, phases[row].testers)
        r.reviewers = max(r.reviewers, phases[row].reviewers)
    r.testers *= r.agencies
    r.tests = per_owner * params.labs * r.agencies
    r.channels, r.kinds = CHANNELS, ACTOR_KINDS
    r.weeks = (horizon + 6) // 7
    r.events = events_room
    r.labs, r.governments, r.open_weight_labs = params.labs, 2, params.open_weight_labs
    r.partners, r.bad_actors = params.organisations, params.bad_actors
    r.attributed = r.systems * ATTRIBUTION_WINDOW_DAYS
    r.leaking = r.by_rank = r.size_guide = r.size_below = params.organisations
    r.wakes_at = params.bad_actors
    r.operations = operations_room



@njit
def bytes_needed(counts):
    """Size of the block of memory for these counts."""
    total = 0
    for place in range(len(counts)):
        total += (counts[place] * ROW_BYTES[place] + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT
    return total


@njit
def lay_out(counts, block, directory):
    """Give every table its place in the block, an array of 64-bit words, filled with starting values; lists with zeros."""
    start = 0
    for place in range(len(counts)):
        entry = WORDS * (GIVEN + place)
        directory[entry] = block.ctypes.data + 8 * start
        directory[entry + 1] = counts[place]
        size = (counts[place] * ROW_BYTES[place] + 7) // 8
        if place + 1 < len(FIRST_AT):
            width = FIRST_AT[place + 1] - FIRST_AT[place]
            for row in range(counts[place]):
                for word in range(width):
                    block[start + row * width + word] = FIRST_WORDS[FIRST_AT[place] + word]
        else:
            for word in range(size):
                block[start + word] = 0
        start += (8 * size + ALIGNMENT - 1) // ALIGNMENT * (ALIGNMENT // 8)
