"""Room for the tables of one run: what they are, and how many rows each needs."""

from typing import Any

import numpy as np

from sim.agenda import DRAFT_DTYPE, OPERATION_DTYPE
from sim.agents import KINDS
from sim.columns import ColumnsType
from sim.measures import Score, Tally, Week
from sim.memory import opener, world_type
from sim.outcomes import Outcomes
from sim.parameters import PARAMETERS_DTYPE
from sim.policy import PHASE_DTYPE
from sim.row import dtype
from sim.rule import rule
from sim.vocabulary import ActorKind, Channel
from sim.world import ATTRIBUTION_WINDOW_DAYS, Agency, Constants, Desk, Event, Offer, Pool, System, Test, Today

SINGLES: dict[str, type] = {"constants": Constants, "today": Today, "pool": Pool, "score": Score, "outcomes": Outcomes}
TABLES: dict[str, type] = {
    "systems": System, "tests": Test, "agencies": Agency, "testers": Desk, "reviewers": Desk,
    "offers": Offer, "channels": Tally, "kinds": Tally, "weeks": Week, "events": Event, **KINDS,
}  # fmt: skip
LISTS: dict[str, np.dtype[Any]] = {
    "by_rank": np.dtype("i8"),  # organisations, the most critical first
    "seekers": np.dtype("i8"),  # organisations that want early access; the others never act
    "size_guide": np.dtype("i4"),  # where to begin the search for a target
    "size_below": np.dtype("f8"),  # share of all size of the organisations before this one
    "uplifts": np.dtype("f8"),  # what the system behind each channel does for an attack today
    "attributed": np.dtype("i8"),  # incidents attributed to each system on each day of the window
    "leaking": np.dtype("i8"),  # organisations whose access leaks today
    "operations": np.dtype("i1"),  # the channel of every operation, in order
}
ROWS = SINGLES | TABLES
COLUMNS = ("partners",)  # stored field by field: rules that visit every row each day read few fields of it
# What the block of memory holds, in this order.
OWN_DTYPES: dict[str, np.dtype[Any]] = {name: dtype(kind) for name, kind in ROWS.items()} | LISTS

GIVEN_FIELDS: dict[str, Any] = {  # what comes from outside; the block holds the rest
    "seed": int, "horizon": int, "params": PARAMETERS_DTYPE, "phases": [PHASE_DTYPE],
    "days_ahead": int, "drafts": [DRAFT_DTYPE], "agenda": ColumnsType(OPERATION_DTYPE, apart=False), "agenda_begins": [np.dtype("i8")],
}  # fmt: skip
GIVEN = len(GIVEN_FIELDS)
COMPILED_WORLD = world_type(
    "release",
    GIVEN_FIELDS
    | {name: dtype(kind) for name, kind in SINGLES.items()}
    | {name: ColumnsType(dtype(kind)) if name in COLUMNS else [dtype(kind)] for name, kind in TABLES.items()}
    | {name: [kind] for name, kind in LISTS.items()},
)
open_world = opener(COMPILED_WORLD)

CHANNELS, ACTOR_KINDS = len(Channel), len(ActorKind)
OFFERS = CHANNELS - 2  # channels that are offers: all but no system, and stolen weights, which differ from actor to actor
STEPS = 8  # of the guide to targets for each organisation: with so many a search seldom goes further than one row,
MOST_STEPS = 1 << 14  # but where there are many organisations, a guide that stays in the processor's cache is worth more
ROOMS_DTYPE = np.dtype([(name, "i8") for name in OWN_DTYPES])


def new_rooms() -> "np.ndarray[Any, np.dtype[Any]]":
    """How many rows each table has: one record, to be filled by `count_rows`."""
    return np.zeros(1, ROOMS_DTYPE)


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
    r.offers, r.uplifts = OFFERS, CHANNELS
    r.channels, r.kinds = CHANNELS, ACTOR_KINDS
    r.weeks = (horizon + 6) // 7
    r.events = events_room
    r.labs, r.governments, r.open_weight_labs = params.labs, 2, params.open_weight_labs
    r.partners, r.bad_actors = params.organisations, params.bad_actors
    r.attributed = r.systems * ATTRIBUTION_WINDOW_DAYS
    r.leaking = r.by_rank = r.seekers = r.size_below = params.organisations
    r.size_guide = min(STEPS * params.organisations, max(MOST_STEPS, params.organisations // 4))
    r.operations = operations_room
