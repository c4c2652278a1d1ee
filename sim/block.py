"""Memory for one compiled run at a time."""

from typing import Any

import numpy as np

from sim.agenda import PLAN_DTYPE
from sim.columns import WORD_BYTES
from sim.driver import Driver, driver


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
            self.drafts, self.agenda = np.zeros(plans, PLAN_DTYPE), np.zeros(plans, PLAN_DTYPE)
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
