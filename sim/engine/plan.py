"""A plan of compiled runs: what is given, what it needs, room for the results, and how a thread runs some of them."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lockgate.sim.engine.agenda import DRAFT_DTYPE, PLAN_DTYPE, room_for
from lockgate.sim.engine.driver import Driver, driver
from lockgate.sim.engine.kinds import Kinds, checked_kinds
from lockgate.sim.errors import InputError
from lockgate.sim.model.bad_actor import operations_per_day
from lockgate.sim.model.invariants import INVARIANTS, ROW_SPACE, BrokenInvariant, MissingRow
from lockgate.sim.model.measures import Week
from lockgate.sim.model.outcomes import Outcomes
from lockgate.sim.model.parameters import PARAMETERS, checked_worlds
from lockgate.sim.model.policy import Policy, checked_policies
from lockgate.sim.model.tables import CHANNELS
from lockgate.sim.rules.columns import WORD_BYTES
from lockgate.sim.rules.row import dtype
from lockgate.sim.settings import checked_horizon, checked_seeds


class Memory:
    """Memory for one run at a time; the next run uses it again. Each thread has its own."""

    def __init__(self, by: Driver | None = None) -> None:
        self.driver = by or driver()
        self.directory = self.driver.layout.new_directory()
        self.counts = np.zeros(len(self.driver.layout.tables), np.int64)
        self.block = np.zeros(0, np.int64)
        self.plans_room = 0

    def size(self, horizon: int, world: Any, phases: Any, events_room: int = 0, operations_room: int = 0) -> int:
        """Bytes that a run needs. Nothing is allocated."""
        return int(self.driver.size_of(horizon, world, phases, events_room, operations_room, self.counts))

    def reserve(self, needed: int) -> None:
        """Have a block of at least so many bytes."""
        if needed > self.block.nbytes:
            self.block = np.zeros(needed // WORD_BYTES, np.int64)

    def reserve_agenda(self, days: int, plans: int) -> None:
        """Have an agenda of so many days, with room for at least so many plans."""
        if plans > self.plans_room:
            self.plans_room = plans
            self.drafts, self.agenda = np.zeros(plans, DRAFT_DTYPE), np.zeros(plans, PLAN_DTYPE)
        self.agenda_begins = np.zeros(self.driver.agenda.slots(days), np.int64)
        given = {"days_ahead": (days, 0), "agenda_begins": (self.agenda_begins.ctypes.data, len(self.agenda_begins))}
        given |= {name: (getattr(self, name).ctypes.data, self.plans_room) for name in ("drafts", "agenda")}
        for name, entry in given.items():
            self.driver.layout.entry(self.directory, name)[:] = entry

    def begin(
        self, seed: int, horizon: int, world: Any, phases: Any, events_room: int = 0, operations_room: int = 0, *, check: bool = False
    ) -> None:
        """Begin a run. `world` is a table of one row, `phases` the policy's; both stay in use until the run is over."""
        self.reserve(self.size(horizon, world, phases, events_room, operations_room))
        days = self.driver.agenda.days_ahead(horizon, world)
        self.reserve_agenda(days, int(self.driver.agenda.plans_expected(days, world)[0]))
        self.given = world, phases
        begin = self.driver.begin_checked if check else self.driver.begin_in
        begin(seed, horizon, world, phases, self.counts, self.block, self.directory)

    def table(self, name: str) -> Any:
        """A table of the run as an array of records, in place."""
        return self.driver.layout.view(name, self.block, self.directory)

    def copy(self, name: str) -> Any:
        """A copy of a table of the run."""
        return self.driver.layout.packed(name, self.table(name))


Array = np.ndarray[Any, np.dtype[Any]]
MOST_BYTES = 2 << 30  # of one run's tables
AGENT_DAYS_PER_SECOND = 1e8  # on one core, for the estimate that a refusal names


@dataclass(frozen=True)
class Records:
    """What came of runs: R of them, or every one of P policies in every one of D worlds, (D, P).

    `outcomes` (R,) are records of `sim.model.outcomes.Outcomes`, `weeks` (R, W) of `sim.model.measures.Week`. `displacement` (R, 5, 5) has
    operations by the channel that they used under the first policy of the draw (rows) and under this one (columns).
    """

    outcomes: Array
    weeks: Array
    displacement: Array

    def reshape(self, *shape: int) -> "Records":
        """The same runs in another shape, such as (D, P) in the place of (R,)."""
        runs = self.outcomes.ndim
        return Records(*(array.reshape(*shape, *array.shape[runs:]) for array in vars(self).values()))


class Plan:
    """Runs of policies in worlds: what is given, room for the results, and how a thread makes some of them.

    D draws, each a world and its seed, have R runs. Those of a draw follow one another, and share its population and its agenda. Every
    draw has a run of every policy, unless `draw_of` and `policy_of`, (R,) each, say of which draw and policy each run is; the first is in
    ascending order. Without `weekly` no weeks are kept. `kinds` puts other kinds of agents in place of the model's own.
    """

    def __init__(
        self,
        worlds: Array,
        policies: Sequence[Policy],
        seeds: Sequence[int] | Array,
        horizon: int,
        draw_of: Array | None = None,
        policy_of: Array | None = None,
        *,
        weekly: bool = True,
        kinds: Kinds = None,
    ) -> None:
        self.kinds = checked_kinds(kinds)
        self.worlds = checked_worlds(worlds)
        self.horizon = checked_horizon(horizon)
        self.seeds = checked_seeds(seeds, len(self.worlds))
        chosen = checked_policies(policies)
        self.policies, self.names = chosen, [policy.name for policy in chosen]
        tables = [policy.phases() for policy in chosen]
        self.parts = np.cumsum([0, *(len(table) for table in tables)])
        self.phases = np.concatenate(tables)
        draws = len(self.worlds)
        self.draw_of = np.repeat(np.arange(draws), len(chosen)) if draw_of is None else np.asarray(draw_of, np.int64)
        self.policy_of = np.tile(np.arange(len(chosen)), draws) if policy_of is None else np.asarray(policy_of, np.int64)
        self.begins = np.searchsorted(self.draw_of, np.arange(draws + 1))
        self.weekly = weekly
        self.operations_rooms = operations_expected(self.horizon, self.worlds)

    @cached_property
    def driver(self) -> Driver:
        """The compiled driver of its kinds of agents."""
        return driver(self.kinds)

    @cached_property
    def days_ahead(self) -> int:
        """For how many days an agenda is laid at once."""
        return self.driver.agenda.days_ahead(self.horizon, self.worlds)

    @cached_property
    def plans_room(self) -> int:
        """Room for the plans of so many days, in any of the worlds."""
        return int(self.driver.agenda.plans_expected(self.days_ahead, self.worlds).max(initial=0))

    @property
    def given(self) -> tuple[int, Array, Array, Array, Array, Array]:
        """What the compiled code is given, in its order."""
        return self.horizon, self.worlds, self.phases, self.parts, self.begins, self.policy_of

    def runs(self, first: int, last: int) -> range:
        """The numbers of the runs of draws `first` to `last` - 1."""
        return range(int(self.begins[first]), int(self.begins[last]))

    def refuse_what_is_too_large(self) -> None:
        """Raise `InputError` where a run would need more memory than `MOST_BYTES`, or all results more than this machine has."""
        memory = self.memory()
        draw, self.most_bytes = self.driver.largest_draw(*self.given, self.operations_rooms, memory.counts)
        agenda_bytes = self.plans_room * (DRAFT_DTYPE.itemsize + PLAN_DTYPE.itemsize)
        if self.most_bytes + agenda_bytes > MOST_BYTES:
            raise too_large(self.worlds[draw], self.horizon, self.most_bytes + agenda_bytes)
        refuse_too_many_results(len(self.policy_of), self.horizon, weekly=self.weekly)

    def memory(self) -> Memory:
        """Memory for a run of this plan. Each thread has its own."""
        return Memory(self.driver)

    @cached_property
    def results(self) -> Records:
        """Room for the results of all runs, (R,)."""
        return no_results(len(self.policy_of), self.horizon, weekly=self.weekly)

    def run(self, memory: Memory, first: int, last: int) -> None:
        """Draws `first` to `last` - 1. A list that proves too short is made longer and its run, which is deterministic, done again."""
        out = self.results
        memory.reserve(self.most_bytes)
        memory.reserve_agenda(self.days_ahead, self.plans_room)
        while first < last:
            own = memory.counts, memory.block, memory.directory, self.days_ahead, memory.plans_room
            given = self.seeds, *self.given, self.operations_rooms
            first = self.driver.run_draws(first, last, *given, *own, out.outcomes, out.weeks, out.displacement)
            if first < last:
                self.operations_rooms[first] *= 2
                memory.reserve_agenda(self.days_ahead, 2 * memory.plans_room)
                memory.reserve(self.driver.bytes_of_draw(first, *self.given, self.operations_rooms[first], memory.counts))

    def run_checked(self, memory: Memory, first: int, last: int) -> None:
        """The same, with every invariant checked every evening."""
        out = self.results
        for run in self.runs(first, last):
            draw, policy = self.draw_of[run], self.policy_of[run]
            phases = self.phases[self.parts[policy] : self.parts[policy + 1]]
            run_once(memory, int(self.seeds[draw]), self.horizon, self.worlds[draw : draw + 1], phases, True, self.names[policy])
            if run == self.begins[draw]:
                reference = memory.copy("operations")[: memory.table("score")[0]["operations"]]
            self.driver.report(memory.directory, reference, out.outcomes[run : run + 1], out.weeks[run], out.displacement[run])


def no_results(runs: int, horizon: int, *, weekly: bool = True) -> Records:
    """Room for the results of so many runs: zeros."""
    weeks = (horizon + 6) // 7 if weekly else 0
    return Records(np.zeros(runs, dtype(Outcomes)), np.zeros((runs, weeks), dtype(Week)), np.zeros((runs, CHANNELS, CHANNELS), np.int64))


def refuse_too_many_results(runs: int, horizon: int, *, weekly: bool = True) -> None:
    """Raise `InputError` where the results of all runs would not fit into half of this machine's memory."""
    a_run = sum(array.nbytes for array in vars(no_results(1, horizon, weekly=weekly)).values())
    needed, known = a_run * runs, memory_bytes()
    if needed > known // 2:
        raise InputError(
            f"results of {runs:,} runs over {horizon} days need {needed / 1e9:.1f} GB of memory, "
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
