"""Begin a compiled run: memory for its tables, and its population, on the morning of day 0."""

from typing import Any

import numpy as np
from numba import njit

from sim.memory import WORDS
from sim.start.population import populate
from sim.start.room import GIVEN, OWN_DTYPES, bytes_needed, count_rows, lay_out, new_directory, new_rooms, open_world


@njit(cache=True, nogil=True)
def size_of(horizon, world, phases, events_room, operations_room, rooms, counts):
    """Bytes of memory that a run needs. `rooms` and `counts` are two views of the same words."""
    count_rows(horizon, world[0], phases, events_room, operations_room, rooms[0])
    return bytes_needed(counts)


@njit(cache=True, nogil=True)
def begin_in(seed, horizon, world, phases, counts, block, directory):
    """Begin a run in a block of memory that is large enough. `world` is one row of a table of parameters."""
    directory[0] = seed
    directory[WORDS] = horizon
    directory[2 * WORDS] = world.ctypes.data
    directory[3 * WORDS] = phases.ctypes.data
    directory[3 * WORDS + 1] = len(phases)
    lay_out(counts, block, directory)
    populate(open_world(directory.ctypes.data))


class Memory:
    """Memory for one run at a time; the next run uses it again. Each thread has its own."""

    def __init__(self) -> None:
        self.rooms, self.directory = new_rooms(), new_directory()
        self.counts = self.rooms.view(np.int64)
        self.block = np.zeros(0, np.int64)

    def size(self, horizon: int, world: Any, phases: Any, events_room: int = 0, operations_room: int = 0) -> int:
        """Bytes that a run needs. Nothing is allocated."""
        return int(size_of(horizon, world, phases, events_room, operations_room, self.rooms, self.counts))

    def reserve(self, needed: int) -> None:
        """Have a block of at least so many bytes."""
        if needed > self.block.nbytes:
            self.block = np.zeros(needed // 8, np.int64)

    def begin(self, seed: int, horizon: int, world: Any, phases: Any, events_room: int = 0, operations_room: int = 0) -> None:
        """Begin a run. `world` is a table of one row, `phases` the policy's; both stay in use until the run is over."""
        self.reserve(self.size(horizon, world, phases, events_room, operations_room))
        self.given = world, phases
        begin_in(seed, horizon, world, phases, self.counts, self.block, self.directory)

    def table(self, name: str) -> Any:
        """A table of the run as an array of records, in place."""
        place = list(OWN_DTYPES).index(name)
        kind = list(OWN_DTYPES.values())[place]
        address, rows = self.directory[WORDS * (GIVEN + place) :][:WORDS]
        start = int(address) - self.block.ctypes.data
        return self.block.view(np.uint8)[start : start + int(rows) * kind.itemsize].view(kind)
