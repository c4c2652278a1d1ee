"""The game of mechanisms: the paired difference of two policies with some mechanisms in the model and the others taken out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from lockgate.sim.engine.kinds import Kinds
from lockgate.sim.engine.plan import Plan
from lockgate.sim.engine.runs import make_runs
from lockgate.sim.model.parameters import MECHANISMS
from lockgate.sim.model.policy import Policy

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(eq=False)
class MechanismGame:
    """An outcome under the second of two policies less that under the first, in D draws (`worlds`, a table of D rows, and `seeds`, (D,)).

    Called with coalitions of the mechanisms `names`, (K, D, n) of booleans, it gives their values, (K, D): those in a coalition are as the
    draw has them, the others take their neutral values, all else stays. A draw is run once for the same coalition, and a mechanism that
    a draw has at its neutral values already makes no run of its own. `runs` counts what was made.
    """

    worlds: Array
    seeds: Array
    policies: tuple[Policy, Policy]
    horizon_days: int
    outcome: str
    names: Sequence[str]
    kinds: Kinds = None
    threads: int | None = None
    runs: int = 0
    known: dict[int, float] = field(default_factory=dict, repr=False)

    def __call__(self, coalitions: Array) -> Array:
        """The values of coalitions."""
        numbers = self.numbers_of(coalitions)
        missing = np.array([number for number in np.unique(numbers).tolist() if number not in self.known], np.int64)
        if len(missing):
            self.known.update(zip(missing.tolist(), self.made(missing).tolist(), strict=True))
        return np.array([self.known[number] for number in numbers.ravel().tolist()]).reshape(numbers.shape)

    @cached_property
    def matters(self) -> Array:
        """Whether a draw has a mechanism at other values than its neutral ones, (D, n)."""
        return np.stack(
            [
                np.any([self.worlds[parameter] != value for parameter, value in MECHANISMS[name].neutral.items()], axis=0)
                for name in self.names
            ],
            axis=1,
        )

    def numbers_of(self, coalitions: Array) -> Array:
        """A number for each draw with each coalition, (K, D): n bits say who is in, those above the draw. Who does not matter is out."""
        bits = (coalitions & self.matters) @ (1 << np.arange(len(self.names), dtype=np.int64))
        numbers: Array = bits | np.arange(len(self.worlds), dtype=np.int64) << len(self.names)
        return numbers

    def made(self, numbers: Array) -> Array:
        """The values of these draws and coalitions, (M,), by two runs each."""
        draws = numbers >> len(self.names)
        worlds = self.worlds[draws]
        for place, name in enumerate(self.names):
            out = numbers >> place & 1 == 0
            for parameter, value in MECHANISMS[name].neutral.items():
                worlds[parameter][out] = value
        plan = Plan(worlds, self.policies, self.seeds[draws], self.horizon_days, weekly=False, kinds=self.kinds)
        make_runs(plan, threads=self.threads)
        self.runs += len(plan.policy_of)
        values = plan.results.outcomes[self.outcome].astype(float).reshape(-1, 2)
        differences: Array = values[:, 1] - values[:, 0]
        return differences
