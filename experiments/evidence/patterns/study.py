"""The runs behind all patterns: sampled draws of a world under a policy, each made once and looked at many times."""

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import numpy as np

from lockgate.experiments.evidence.patterns.observed import DRAWS, SEED
from lockgate.experiments.results.ensemble import Ensemble, draw_worlds
from lockgate.scenarios import load_policy, load_world, with_levers, with_parameters
from lockgate.sim.engine.plan import Records
from lockgate.sim.engine.run import simulate, trace
from lockgate.sim.model.policy import LEVERS

Array = np.ndarray[Any, np.dtype[Any]]
Tables = Mapping[str, Array]



T = TypeVar("T")


KEPT = ("events", "outcomes", "score", "weeks", "systems", "partners", "pool", "channels")  # of a run's tables


ALONE: dict[str, Any] = {"bad_actors": 0, "organisations": 1}  # where neither has a part in the pattern


@dataclass
class Study:
    """`draws` draws with one seed. `changes` are made to every world, after a pattern's own settings: for the sceptic's what-if."""

    draws: int = DRAWS
    seed: int = SEED
    changes: Mapping[str, Any] = field(default_factory=dict)
    made: dict[Any, Any] = field(default_factory=dict, repr=False)

    def ensemble(self, world: str, **settings: Any) -> Ensemble:
        """The draws of a world with these settings."""
        place = with_parameters(load_world(world), {**settings, **self.changes})
        return draw_worlds(place, self.draws, self.seed)

    def runs(self, policy: str, days: int, world: str = "baseline", **settings: Any) -> list[Tables]:
        """The tables of a run of each draw in full, with the draw's parameters as `params`; settings of levers go to the policy."""
        return self.once(("runs", policy, days, world, *sorted(settings.items())), lambda: self.trace(policy, days, world, settings))

    def outcomes(self, policy: str, days: int, world: str = "baseline", **settings: Any) -> Array:
        """The outcomes of a run of each draw, (D,)."""
        return self.results(policy, days, world, **settings).outcomes[:, 0]

    def weeks(self, policy: str, days: int, world: str = "baseline", **settings: Any) -> Array:
        """The weekly rows of a run of each draw, (D, W)."""
        return self.results(policy, days, world, **settings).weeks[:, 0]

    def results(self, policy: str, days: int, world: str = "baseline", **settings: Any) -> Records:
        """What `simulate` gives for each draw."""
        key = ("results", policy, days, world, *sorted(settings.items()))
        ensemble = self.ensemble(world, **settings)
        return self.once(key, lambda: simulate(ensemble.worlds, [load_policy(policy)], ensemble.seeds, days))

    def trace(self, policy: str, days: int, world: str, settings: Mapping[str, Any]) -> list[Tables]:
        """Run every draw, and keep what patterns look at."""
        levers = {name: value for name, value in settings.items() if name in LEVERS}
        plan = with_levers(load_policy(policy), levers) if levers else load_policy(policy)
        ensemble = self.ensemble(world, **{name: value for name, value in settings.items() if name not in LEVERS})

        def one(draw: int) -> Tables:
            params = ensemble.worlds[draw : draw + 1]
            tables = trace(params, plan, int(ensemble.seeds[draw]), days)
            return {name: tables[name] for name in KEPT} | {"params": params}

        one(0)  # alone: what is still to be compiled is compiled once
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            return list(pool.map(one, range(self.draws)))

    def once(self, key: Any, make: Callable[[], T]) -> T:
        """What was made under this key before, or is made now."""
        if key not in self.made:
            self.made[key] = make()
        return cast(T, self.made[key])


def each(runs: list[Tables], measure: Callable[[Tables], float]) -> Array:
    """One number of each run."""
    return np.array([measure(tables) for tables in runs], float)
