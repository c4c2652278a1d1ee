"""Begin a compiled run: memory for its tables, and its population, on the morning of day 0."""

from typing import Any

import numpy as np

from sim.agenda import DRAFT_DTYPE, OPERATION_DTYPE, days_planned, plans_expected
from sim.columns import WORD_BYTES
from sim.compiler import kernel
from sim.memory import WORDS
from sim.rule import rule
from sim.start.layout import bytes_needed, lay_out, new_directory, packed, view_of
from sim.start.population import populate
from sim.start.room import COMPILED_WORLD, count_rows, new_rooms, open_world


@kernel
def size_of(horizon, world, phases, events_room, operations_room, rooms, counts):
    """Bytes of memory that a run needs. `rooms` and `counts` are two views of the same words."""
    count_rows(horizon, world[0], phases, events_room, operations_room, rooms[0])
    return bytes_needed(counts)


@rule
def give_phases(phases, directory):
    """Tell a run of its policy. The phases stay in use until the run is over."""
    directory[3 * WORDS], directory[3 * WORDS + 1] = phases.ctypes.data, len(phases)


@kernel
def begin_in(seed, horizon, world, phases, counts, block, directory):
    """Begin a run in a block of memory that is large enough. `world` is one row of a table of parameters."""
    directory[0] = seed
    directory[WORDS] = horizon
    directory[2 * WORDS] = world.ctypes.data
    give_phases(phases, directory)
    lay_out(counts, block, directory)
    populate(open_world(directory.ctypes.data))


class Memory:
    """Memory for one run at a time; the next run uses it again. Each thread has its own."""

    def __init__(self) -> None:
        self.rooms, self.directory = new_rooms(), new_directory()
        self.counts = self.rooms.view(np.int64)
        self.block = np.zeros(0, np.int64)
        self.plans_room = 0

    def size(self, horizon: int, world: Any, phases: Any, events_room: int = 0, operations_room: int = 0) -> int:
        """Bytes that a run needs. Nothing is allocated."""
        return int(size_of(horizon, world, phases, events_room, operations_room, self.rooms, self.counts))

    def reserve(self, needed: int) -> None:
        """Have a block of at least so many bytes."""
        if needed > self.block.nbytes:
            self.block = np.zeros(needed // WORD_BYTES, np.int64)

    def reserve_agenda(self, days: int, plans: int) -> None:
        """Have an agenda of so many days, with room for at least so many plans."""
        if plans > self.plans_room:
            self.plans_room = plans
            self.drafts = np.zeros(plans, DRAFT_DTYPE)
            self.agenda = np.zeros(plans, OPERATION_DTYPE)
        self.agenda_begins = np.zeros(days + 2, np.int64)
        given = {"days_ahead": (days, 0), "agenda_begins": (self.agenda_begins.ctypes.data, days + 2)}
        given |= {"drafts": (self.drafts.ctypes.data, self.plans_room), "agenda": (self.agenda.ctypes.data, self.plans_room)}
        for name, entry in given.items():
            self.directory[WORDS * COMPILED_WORLD.places[name] :][:WORDS] = entry

    def begin(self, seed: int, horizon: int, world: Any, phases: Any, events_room: int = 0, operations_room: int = 0) -> None:
        """Begin a run. `world` is a table of one row, `phases` the policy's; both stay in use until the run is over."""
        self.reserve(self.size(horizon, world, phases, events_room, operations_room))
        days = days_planned(horizon, world)
        self.reserve_agenda(days, int(plans_expected(days, world)[0]))
        self.given = world, phases
        begin_in(seed, horizon, world, phases, self.counts, self.block, self.directory)

    def table(self, name: str) -> Any:
        """A table of the run as an array of records, in place."""
        return view_of(name, self.block, self.directory)

    def copy(self, name: str) -> Any:
        """A copy of a table of the run."""
        return packed(name, self.table(name))
