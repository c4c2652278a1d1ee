"""A plan of compiled runs: what is given, what it needs, room for the results, and how a thread runs some of them."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sim.agent import Agent
from sim.agenda import PLAN_DTYPE, room_for
from sim.agents.bad_actor import operations_per_day
from sim.block import Memory
from sim.driver import Driver, driver
from sim.errors import InputError
from sim.invariants import INVARIANTS, ROW_SPACE, BrokenInvariant, MissingRow
from sim.measures import Week
from sim.outcomes import Outcomes
from sim.parameters import PARAMETERS, checked_worlds
from sim.policy import Policy, checked_policies
from sim.row import dtype
from sim.settings import checked_horizon, checked_seeds
from sim.tables import CHANNELS

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

    def __init__(self, worlds: Array, policies: Sequence[Policy], seeds: Sequence[int] | Array, horizon: int,
                 kinds: Mapping[str, type[Agent]] | None = None) -> None:
        self.driver = driver(kinds)
        self.worlds = checked_worlds(worlds)
        self.horizon = checked_horizon(horizon)
        self.seeds = checked_seeds(seeds, len(self.worlds))
        chosen = checked_policies(policies)
        self.names = [policy.name for policy in chosen]
        tables = [policy.phases() for policy in chosen]
        self.parts = np.cumsum([0, *(len(table) for table in tables)])
        self.phases = np.concatenate(tables)
        self.operations_rooms = operations_expected(self.horizon, self.worlds)
        self.days_ahead = self.driver.agenda.days_ahead(self.horizon, self.worlds)
        self.plans_room = int(self.driver.agenda.plans_expected(self.days_ahead, self.worlds).max(initial=0))

    def refuse_what_is_too_large(self) -> None:
        """Raise `InputError` where a run would need more memory than `MOST_BYTES`, or all results more than this machine has."""
        memory = self.memory()
        given = self.horizon, self.worlds, self.phases, self.parts, self.operations_rooms
        draw, self.most_bytes = self.driver.largest_draw(*given, memory.counts)
        agenda_bytes = 2 * self.plans_room * PLAN_DTYPE.itemsize
        if self.most_bytes + agenda_bytes > MOST_BYTES:
            raise too_large(self.worlds[draw], self.horizon, self.most_bytes + agenda_bytes)
        refuse_too_many_results(len(self.worlds), len(self.names), self.horizon)

    def memory(self) -> Memory:
        """Memory for a run of this plan. Each thread has its own."""
        return Memory(self.driver)

    @cached_property
    def results(self) -> Results:
        """Room for the results."""
        return no_results(len(self.worlds), len(self.names), self.horizon)

    def run(self, memory: Memory, first: int, last: int) -> None:
        """Draws `first` to `last` - 1. A list that proves too short is made longer and its run, which is deterministic, done again."""
        out = self.results
        memory.reserve(self.most_bytes)
        memory.reserve_agenda(self.days_ahead, self.plans_room)
        while first < last:
            given = self.seeds, self.horizon, self.worlds, self.phases, self.parts, self.operations_rooms
            own = memory.counts, memory.block, memory.directory, self.days_ahead, memory.plans_room
            first = self.driver.run_draws(first, last, *given, *own, out.outcomes, out.weeks, out.displacement)
            if first < last:
                self.operations_rooms[first] *= 2
                memory.reserve_agenda(self.days_ahead, 2 * memory.plans_room)
                shape = self.horizon, self.worlds, self.phases, self.parts, self.operations_rooms[first]
                memory.reserve(self.driver.bytes_of_draw(first, *shape, memory.counts))

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
                self.driver.report(memory.directory, reference, outcomes, out.weeks[draw, place], out.displacement[draw, place])


def no_results(worlds: int, policies: int, horizon: int) -> Results:
    """Room for the results of so many runs: zeros."""
    shape = (worlds, policies)
    return Results(
        np.zeros(shape, dtype(Outcomes)),
        np.zeros((*shape, (horizon + 6) // 7), dtype(Week)),
        np.zeros((*shape, CHANNELS, CHANNELS), np.int64),
    )


def refuse_too_many_results(worlds: int, policies: int, horizon: int) -> None:
    """Raise `InputError` where the results of all runs would not fit into half of this machine's memory."""
    a_run = sum(array.nbytes for array in vars(no_results(1, 1, horizon)).values())
    needed, known = a_run * worlds * policies, memory_bytes()
    if needed > known // 2:
        raise InputError(
            f"results of {worlds:,} worlds under {policies:,} policies over {horizon} days need {needed / 1e9:.1f} GB of memory, "
            f"and half of the {known / 1e9:.1f} GB of this machine is allowed: take fewer at once"
        )


def run_once(memory: Memory, seed: int, horizon: int, world: Array, phases: Array, check: bool, name: str, events_room: int = 0) -> None:
    """One run in this memory. Lists that prove too short are made longer and the run, which is deterministic, is done again."""
    operations_room = int(operations_expected(horizon, world)[0])
    while True:
        if check:
            try:
                memory.begin(seed, horizon, world, phases, events_room, operations_room, check=True)
                day, code, plans = memory.driver.live_checked(memory.directory)
            except IndexError as missing:
                raise MissingRow(str(missing), seed, name, changes_of(world[0])) from None
            if code >= 0:
                raise BrokenInvariant(INVARIANTS[code // ROW_SPACE], day, code % ROW_SPACE, seed, name, changes_of(world[0]))
            score = memory.table("score")[0]
            operations, events = int(score["operations"]), int(score["events"])
        else:
            memory.begin(seed, horizon, world, phases, events_room, operations_room)
            operations, events, plans = memory.driver.live(memory.directory, False)
        if plans <= memory.plans_room and operations <= operations_room and (events <= events_room or events_room == 0):
            return
        memory.reserve_agenda(memory.driver.agenda.days_ahead(horizon, world), plans)
        operations_room = max(operations_room, operations)
        events_room = max(events_room, events) if events_room else 0


def changes_of(world: Any) -> str:
    """The options that give `lockgate run` this world."""
    changed = [name for name, parameter in PARAMETERS.items() if world[name] != parameter.default]
    return "".join(f" --set {name}={world[name].item()!r}" for name in changed)


def operations_expected(horizon: int, worlds: Any) -> Any:
    """Room for the list of operations of each world: their expected number, and some more."""
    return room_for(horizon * operations_per_day(worlds))


def memory_bytes() -> int:
    """How much memory this machine has; more than any where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return sys.maxsize


def too_large(world: Any, horizon: int, needed: int) -> InputError:
    """What a run would need, and what is allowed."""
    organisations, actors = int(world["organisations"]), int(world["bad_actors"])
    seconds = ((organisations + actors) * horizon + 10.0 * operations_expected(horizon, world)) / AGENT_DAYS_PER_SECOND
    return InputError(
        f"organisations = {organisations} and bad_actors = {actors} over {horizon} days need about {needed / 1e9:.1f} GB of memory and "
        f"{seconds:.0f} s for one run; at most {MOST_BYTES / 1e9:.1f} GB are allowed: lower them, or the horizon"
    )
