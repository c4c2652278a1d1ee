"""The tables of one run: what is in each, and how many rows it has. A kind of agents says both in its own file."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from lockgate.sim.model.agent import Agent
from lockgate.sim.model.day import KINDS
from lockgate.sim.model.measures import Score, Tally, Week
from lockgate.sim.model.outcomes import Outcomes
from lockgate.sim.model.vocabulary import ActorKind, Channel, Services
from lockgate.sim.model.world import ATTRIBUTION_WINDOW_DAYS, Agency, Constants, Desk, Event, Offer, Pool, State, System, Test, Today
from lockgate.sim.rules.row import Row, dtype
from lockgate.sim.rules.rule import rule

CHANNELS, ACTOR_KINDS = len(Channel), len(ActorKind)
STEPS = 8  # of the guide to targets for each organisation: with so many a search seldom goes further than one row,
MOST_STEPS = 1 << 14  # but where there are many organisations, a guide that stays in the processor's cache is worth more


@rule
def one(horizon, params, phases):
    """A single row."""
    return 1


@rule
def channels(horizon, params, phases):
    """One for each channel."""
    return CHANNELS


@rule
def offers(horizon, params, phases):
    """The best open weights, leaked access, and the public services: the best one, or one of each lab."""
    return 2 + (params.labs if params.services == Services.EACH else 1)


@rule
def bans(horizon, params, phases):
    """One for each actor and lab; none where actors see one service, for then every ban is from all."""
    return params.bad_actors * params.labs if params.services == Services.EACH else 0


@rule
def states(horizon, params, phases):
    """As many as the world says; none where spies keep what they steal."""
    return params.states if params.share_days >= 0 else 0


@rule
def actor_kinds(horizon, params, phases):
    """One for each kind of bad actor."""
    return ACTOR_KINDS


@rule
def systems_per_owner(horizon, params):
    """Systems that a lab can train in a run, and those that it begins with."""
    return horizon // min(params.cadence_days, params.open_cadence_days) + 5


@rule
def systems(horizon, params, phases):
    """Those of all labs, open-weight labs included."""
    return systems_per_owner(horizon, params) * (params.labs + params.open_weight_labs)


@rule
def attributions(horizon, params, phases):
    """One for each system and day of the window."""
    return systems(horizon, params, phases) * ATTRIBUTION_WINDOW_DAYS


@rule
def loot(horizon, params, phases):
    """One for each system and state."""
    return states(horizon, params, phases) * systems(horizon, params, phases)


@rule
def agencies(horizon, params, phases):
    """The most of any phase."""
    most = 0
    for row in range(len(phases)):
        most = max(most, phases[row].agencies)
    return most


@rule
def tests(horizon, params, phases):
    """Each agency may test each system of each frontier lab."""
    return systems_per_owner(horizon, params) * params.labs * agencies(horizon, params, phases)


@rule
def testers(horizon, params, phases):
    """The most of any phase, at each agency."""
    most = 0
    for row in range(len(phases)):
        most = max(most, phases[row].testers)
    return most * agencies(horizon, params, phases)


@rule
def reviewers(horizon, params, phases):
    """The most of any phase."""
    most = 0
    for row in range(len(phases)):
        most = max(most, phases[row].reviewers)
    return most


@rule
def weeks(horizon, params, phases):
    """Weeks begun."""
    return (horizon + 6) // 7


@rule
def organisations(horizon, params, phases):
    """One for each organisation."""
    return params.organisations


@rule
def steps_of_guide(horizon, params, phases):
    """Some for each organisation, up to a limit."""
    return min(STEPS * params.organisations, max(MOST_STEPS, params.organisations // 4))


class Table(NamedTuple):
    """A table, or a list of numbers: what a row is, and the rule that counts the rows (None: it grows as far as it must)."""

    row: Any  # a class of rows, or the dtype of a list's numbers
    rows: Callable[[Any, Any, Any], int] | None
    by_column: bool = False


SINGLES: dict[str, type[Row]] = {"constants": Constants, "today": Today, "pool": Pool, "score": Score, "outcomes": Outcomes}
OTHERS: dict[str, Table] = {
    "systems": Table(System, systems),
    "tests": Table(Test, tests),
    "agencies": Table(Agency, agencies),
    "testers": Table(Desk, testers),
    "reviewers": Table(Desk, reviewers),
    "offers": Table(Offer, offers),
    "channels": Table(Tally, channels),
    "kinds": Table(Tally, actor_kinds),
    "states": Table(State, states),
    "weeks": Table(Week, weeks),
    "events": Table(Event, None),
}
LISTS: dict[str, Table] = {
    "by_rank": Table(np.dtype("i8"), organisations),  # organisations, the most critical first
    "size_guide": Table(np.dtype("i4"), steps_of_guide),  # where to begin the search for a target
    "size_below": Table(np.dtype("f8"), organisations),  # share of all size of the organisations before this one
    "uplifts": Table(np.dtype("f8"), channels),  # what the system behind each channel does for an attack today
    "attributed": Table(np.dtype("i8"), attributions),  # incidents attributed to each system on each day of the window
    "leaking": Table(np.dtype("i8"), organisations),  # organisations whose access leaks today
    "bans": Table(np.dtype("i4"), bans),  # for each actor and lab, the day until which the lab's services do not take it
    "loot": Table(np.dtype("i4"), loot),  # for each system and state, the day on which its spies share it; 0 where it is never
    "operations": Table(np.dtype("i1"), None),  # the channel of every operation, in order
}


def table_of_kind(name: str, kind: type[Agent]) -> Table:
    """The table of a kind of agents. Raises `TypeError` where the kind does not say how many there are, or who they are."""
    for needed, example in (("rows", "rows(horizon, params, phases)"), ("begin", "begin(world)")):
        if getattr(kind, needed) is getattr(Agent, needed):
            raise TypeError(f"kind {name} ({kind.__name__}) has no {needed}: give it a static rule {example}")
    return Table(kind, kind.rows, kind.by_column)


def tables_of(kinds: Mapping[str, type[Agent]]) -> dict[str, Table]:
    """All tables and lists of a run with these kinds of agents, single rows first."""
    agents = {name: table_of_kind(name, kind) for name, kind in kinds.items()}
    return {name: Table(kind, one) for name, kind in SINGLES.items()} | OTHERS | agents | LISTS


ALL = tables_of(KINDS)
TABLES: dict[str, type[Row]] = {name: table.row for name, table in ALL.items() if name not in SINGLES and name not in LISTS}
ROWS: dict[str, type[Row]] = SINGLES | TABLES


def dtype_of(table: Table) -> "np.dtype[Any]":
    """The dtype of a row."""
    return table.row if isinstance(table.row, np.dtype) else dtype(table.row)
