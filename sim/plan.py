"""A plan of compiled runs: what is given, what it needs, room for the results, and how a thread runs some of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sim.agenda import days_planned, operations_a_day, plans_expected, room_for
from sim.begin import Memory
from sim.draws import bytes_of_draw, largest_draw, live, live_checked, report, run_draws
from sim.errors import InputError
from sim.invariants import INVARIANTS, ROW_SPACE, BrokenInvariant
from sim.measures import Week
from sim.outcomes import Outcomes
from sim.parameters import PARAMETERS
from sim.policy import PHASE_DTYPE, Policy
from sim.row import dtype
from sim.start.room import CHANNELS

Array = np.ndarray[Any, np.dtype[Any]]
MOST_BYTES = 2 << 30  # of one run's tables
AGENT_DAYS_PER_SECOND = 1e8  # on one core, for the estimate that a refusal names


@dataclass(frozen=True)
class Results:
    """What came of D worlds under P policies.

    `outcomes` (D, P) are records of `sim.outcomes.Outcomes`, `weeks` (D, P, W) of `sim.measures.Week`. `displacement`
    (D, P, 5, 5) counts operations by the channel that they used under the first policy (rows) and under this one (columns).
    """

    outcomes: Array
    weeks: Array
    displacement: Array


class Plan:
    """Runs of every policy in every world: what is given, room for the results, and how a thread runs some of them."""

    def __init__(self, worlds: Array, policies: Sequence[Policy], seeds: Sequence[int] | Array, horizon: int) -> None:
        self.worlds = np.require(worlds, requirements=["C", "W"])  # one type of array, so that rules are compiled once
        self.horizon = checked_horizon(horizon)
        self.seeds = np.asarray(seeds, np.int64)
        self.names = [policy.name for policy in policies]
        tables = [policy.phases() for policy in policies]
        self.parts = np.cumsum([0, *(len(table) for table in tables)])
        self.phases = np.concatenate(tables) if tables else np.zeros(0, PHASE_DTYPE)
        self.operations_rooms = operations_expected(horizon, worlds)
        self.days_ahead = days_planned(horizon, worlds)
        self.plans_room = int(plans_expected(self.days_ahead, worlds).max(initial=0))

    def refuse_what_is_too_large(self) -> None:
        """Raise `InputError` where a run would need more memory than `MOST_BYTES`."""
        memory = Memory()
        given = self.horizon, self.worlds, self.phases, self.parts, self.operations_rooms
        draw, self.most_bytes = largest_draw(*given, memory.rooms, memory.counts)
        if self.most_bytes > MOST_BYTES:
            raise too_large(self.worlds[draw], self.horizon, self.most_bytes)

    @cached_property
    def results(self) -> Results:
        """Room for the results."""
        shape = (len(self.worlds), len(self.names))
        return Results(
            np.zeros(shape, dtype(Outcomes)),
            np.zeros((*shape, (self.horizon + 6) // 7), dtype(Week)),
            np.zeros((*shape, CHANNELS, CHANNELS), np.int64),
        )

    def run(self, memory: Memory, first: int, last: int) -> None:
        """Draws `first` to `last` - 1. A list that proves too short is made longer and its run, which is deterministic, done again."""
        out = self.results
        memory.reserve(self.most_bytes)
        memory.reserve_agenda(self.days_ahead, self.plans_room)
        while first < last:
            given = self.seeds, self.horizon, self.worlds, self.phases, self.parts, self.operations_rooms
            own = memory.rooms, memory.counts, memory.block, memory.directory, self.days_ahead, memory.plans_room
            first = run_draws(first, last, *given, *own, out.outcomes, out.weeks, out.displacement)
            if first < last:
                self.operations_rooms[first] *= 2
                memory.reserve_agenda(self.days_ahead, 2 * memory.plans_room)
                shape = self.horizon, self.worlds, self.phases, self.parts, self.operations_rooms[first]
                memory.reserve(bytes_of_draw(first, *shape, memory.rooms, memory.counts))

    def run_checked(self, memory: Memory, first: int, last: int) -> None:
        """The same, with every invariant checked every evening."""
        out = self.results
        for draw in range(first, last):
            for place, name in enumerate(self.names):
                phases = self.phases[self.parts[place] : self.parts[place + 1]]
                run_once(memory, int(self.seeds[draw]), self.horizon, self.worlds[draw : draw + 1], phases, True, name)
                if place == 0:
                    reference = memory.copy("operations")
                outcomes = out.outcomes[draw, place : place + 1]
                report(memory.directory, reference, outcomes, out.weeks[draw, place], out.displacement[draw, place])


def run_once(memory: Memory, seed: int, horizon: int, world: Array, phases: Array, check: bool, name: str, events_room: int = 0) -> None:
    """One run in this memory. Lists that prove too short are made longer and the run, which is deterministic, is done again."""
    operations_room = int(operations_expected(horizon, world)[0])
    while True:
        memory.begin(seed, horizon, world, phases, events_room, operations_room)
        if check:
            day, code, plans = live_checked(memory.directory)
            if code >= 0:
                raise BrokenInvariant(INVARIANTS[code // ROW_SPACE], day, code % ROW_SPACE, seed, name, changes_of(world[0]))
            score = memory.table("score")[0]
            operations, events = int(score["operations"]), int(score["events"])
        else:
            operations, events, plans = live(memory.directory, False)
        if plans <= memory.plans_room and operations <= operations_room and (events <= events_room or events_room == 0):
            return
        memory.reserve_agenda(days_planned(horizon, world), plans)
        operations_room = max(operations_room, operations)
        events_room = max(events_room, events) if events_room else 0


def changes_of(world: Any) -> str:
    """The options that give `lockgate run` this world."""
    changed = [name for name, parameter in PARAMETERS.items() if world[name] != parameter.default]
    return "".join(f" --set {name}={world[name].item()!r}" for name in changed)


def operations_expected(horizon: int, worlds: Any) -> Any:
    """Room for the list of operations of each world: their expected number, and some more."""
    return room_for(horizon * operations_a_day(worlds))


def checked_horizon(horizon: int) -> int:
    """The horizon, or an InputError that says what is allowed."""
    if not 1 <= horizon <= 3650:
        raise InputError(f"horizon_days = {horizon} must be 1 to 3650 (days)")
    return horizon


def too_large(world: Any, horizon: int, needed: int) -> InputError:
    """What a run would need, and what is allowed."""
    organisations, actors = int(world["organisations"]), int(world["bad_actors"])
    seconds = ((organisations + actors) * horizon + 10.0 * operations_expected(horizon, world)) / AGENT_DAYS_PER_SECOND
    return InputError(
        f"organisations = {organisations} and bad_actors = {actors} over {horizon} days need about {needed / 1e9:.1f} GB of memory and "
        f"{seconds:.0f} s for one run; at most {MOST_BYTES / 1e9:.1f} GB are allowed: lower them, or the horizon"
    )
