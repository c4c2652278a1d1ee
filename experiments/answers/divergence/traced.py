"""Two runs of one draw with their event logs: what happened in one of them only."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lockgate.experiments.results.pairing import Run
from lockgate.experiments.text.story import Cast
from lockgate.sim.engine.kinds import Kinds
from lockgate.sim.engine.run import trace

Array = np.ndarray[Any, np.dtype[Any]]
CHANNELS = 5


@dataclass(frozen=True, eq=False)
class Traced:
    """One run in full: what its policy is called, and every table as it stands in the end (`sim.engine.run.trace`)."""

    policy: str
    tables: Mapping[str, Array]

    @classmethod
    def of(cls, run: Run, horizon_days: int, kinds: Kinds, label: str) -> "Traced":
        """A run, made again."""
        return cls(label, trace(run.world, run.policy, run.seed, horizon_days, kinds=kinds))

    @property
    def events(self) -> Any:
        """The event log in order, (E,), whose lines have their fields as attributes."""
        return self.tables["events"].view(np.recarray)

    @property
    def cast(self) -> Cast:
        """Who is who."""
        constants, systems = self.tables["constants"][0], self.tables["systems"]
        named: Any = systems.view(np.recarray)
        return Cast(named, int(constants["spies"]), int(constants["insiders"]))

    @property
    def outcomes(self) -> dict[str, float]:
        """What it ended with, by name."""
        ends = self.tables["outcomes"]
        return {name: float(ends[name][0]) for name in ends.dtype.names or ()}

    @property
    def harm_so_far(self) -> list[float]:
        """Model-enabled harm up to the end of each week, in US$."""
        so_far: list[float] = np.cumsum(self.tables["weeks"]["harm"]).tolist()
        return so_far


def unmatched(events: Array, others: Array) -> Array:
    """Which lines of a log, (E,), are not in another one, as multisets: of equal lines the first ones are matched.

    >>> log = np.array([(0, 1), (2, 5), (2, 5)], [("day", "i8"), ("kind", "i8")])
    >>> unmatched(log, log[:2]).tolist()
    [False, False, True]
    """
    left = Counter(others.tolist())
    found = np.zeros(len(events), bool)
    for place, line in enumerate(events.tolist()):
        found[place] = left[line] == 0
        left[line] -= not found[place]
    return found


def displacement_of(reference: Traced, other: Traced) -> Array:
    """Operations by the channel that they used in one run (rows) and in the other (columns), (5, 5): the n-th of both is the same one."""
    before, after = reference.tables["operations"], other.tables["operations"]
    paired = min(len(before), len(after))
    counts = np.zeros((CHANNELS, CHANNELS), np.int64)
    np.add.at(counts, (before[:paired].astype(int), after[:paired].astype(int)), 1)
    return counts
