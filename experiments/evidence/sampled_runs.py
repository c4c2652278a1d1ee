"""Sampled runs: draws of a world under a policy, each made once and looked at many times; and what is estimated from them."""

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import numpy as np
from scipy.special import betaincinv, gammaincinv

from lockgate.experiments.results.ensemble import Ensemble, draw_worlds
from lockgate.experiments.results.intervals import LEVEL, better_interval, mean_interval
from lockgate.scenarios import World, load_policy, load_world, with_levers, with_parameters
from lockgate.sim.engine.plan import Records
from lockgate.sim.engine.run import simulate, trace
from lockgate.sim.model.policy import LEVERS, Policy

# The runs behind all patterns: sampled draws of a world under a policy, each made once and looked at many times.

Array = np.ndarray[Any, np.dtype[Any]]
Tables = Mapping[str, Array]
DRAWS, SEED = 100, 1


T = TypeVar("T")


KEPT = ("events", "outcomes", "score", "weeks", "systems", "partners", "pool", "channels")  # of a run's tables


ALONE: dict[str, Any] = {"bad_actors": 0, "organisations": 1}  # where neither has a part in the pattern


@dataclass(frozen=True)
class Edition:
    """An edition of the model: its worlds and its policies, by name."""

    name: str
    world: Callable[[str], World]
    policy: Callable[[str], Policy]


PRESENT = Edition("second edition", load_world, load_policy)


@dataclass
class SampledRuns:
    """`draws` draws with one seed. `changes` are made to every world, after a pattern's own settings: for the sceptic's what-if.

    Settings of runs are levers, which go to the policy, or parameters, which go to the world.
    """

    draws: int = DRAWS
    seed: int = SEED
    edition: Edition = PRESENT
    changes: Mapping[str, Any] = field(default_factory=dict)
    made: dict[Any, Any] = field(default_factory=dict, repr=False)

    def ensemble(self, world: str, **settings: Any) -> Ensemble:
        """The draws of a world with these settings."""
        place = with_parameters(self.edition.world(world), {**parameters_of(settings), **self.changes})
        return draw_worlds(place, self.draws, self.seed)

    def runs(self, policy: str, days: int, world: str = "baseline", **settings: Any) -> list[Tables]:
        """The tables of a run of each draw in full, with the draw's parameters as `params`."""
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
        return self.once(key, lambda: simulate(ensemble.worlds, [self.policy(policy, settings)], ensemble.seeds, days))

    def policy(self, name: str, settings: Mapping[str, Any]) -> Policy:
        """The policy of this name, with those settings that are levers."""
        levers = {name: value for name, value in settings.items() if name in LEVERS}
        return with_levers(self.edition.policy(name), levers) if levers else self.edition.policy(name)

    def trace(self, policy: str, days: int, world: str, settings: Mapping[str, Any]) -> list[Tables]:
        """Run every draw, and keep what patterns look at."""
        plan, ensemble = self.policy(policy, settings), self.ensemble(world, **settings)

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


def parameters_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the settings that are no levers."""
    return {name: value for name, value in settings.items() if name not in LEVERS}


def each(runs: list[Tables], measure: Callable[[Tables], float]) -> Array:
    """One number of each run."""
    return np.array([measure(tables) for tables in runs], float)


# Estimates: what sampled runs give for a fact, and how sure it is.


@dataclass(frozen=True)
class Estimate:
    """What the model gives: a value, and a 95 % interval."""

    value: float
    low: float
    high: float


def spread(values: Array) -> Estimate:
    """Median and the middle 95 % of draws. A draw that has no value (NaN) is left out.

    >>> [round(end, 6) for end in (spread(np.arange(801.0)).low, spread(np.arange(801.0)).high)]
    [20.0, 780.0]
    """
    tail = (1.0 - LEVEL) / 2.0
    median, low, high = (float(np.nanquantile(values, q)) for q in (0.5, tail, 1.0 - tail))
    return Estimate(median, low, high)


def proportion(happened: int, trials: int) -> Estimate:
    """Share of trials and its exact 95 % interval. Source: Clopper and Pearson (1934).

    >>> [round(x, 4) for x in (proportion(1, 1).low, proportion(2, 2).low, proportion(0, 10).high)]
    [0.025, 0.1581, 0.3085]
    """
    tail = (1.0 - LEVEL) / 2.0
    low = float(betaincinv(happened, trials - happened + 1, tail)) if happened else 0.0
    high = float(betaincinv(happened + 1, trials - happened, 1.0 - tail)) if happened < trials else 1.0
    return Estimate(happened / trials, low, high)


def rate(happened: int, exposure: float) -> Estimate:
    """Events per unit of exposure, and the exact 95 % interval of their rate. Source: Garwood (1936).

    >>> [round(x, 4) for x in (rate(1, 8.7).low, rate(1, 8.7).high)]
    [0.0029, 0.6404]
    """
    tail = (1.0 - LEVEL) / 2.0
    low = float(gammaincinv(happened, tail)) if happened else 0.0
    return Estimate(happened / exposure, low / exposure, float(gammaincinv(happened + 1, 1.0 - tail)) / exposure)


def quantile(values: Array, share: float) -> Estimate:
    """A quantile of independent values and its 95 % interval by their order (normal approximation of the binomial ranks).

    >>> quantile(np.arange(10_001.0), 0.5)
    Estimate(value=5000.0, low=4902.0, high=5099.0)
    """
    ordered, count = np.sort(values), len(values)
    half = 1.959964 * float(np.sqrt(count * share * (1.0 - share)))
    low, high = (ordered[int(np.clip(round(count * share + side * half), 0, count - 1))] for side in (-1, 1))
    return Estimate(float(np.quantile(values, share)), float(low), float(high))


def relative_change(values: Array, base: Array) -> Estimate:
    """Change of a mean over paired draws, in % of the reference's; its interval by the delta method. Two runs that never differ have none.

    >>> relative_change(np.array([2.0, 4.0]), np.array([2.0, 4.0]))
    Estimate(value=0.0, low=0.0, high=0.0)
    """
    return combined(relative_parts(values, base))


def relative_parts(values: Array, base: Array) -> Array:
    """For each draw its part of the relative change, in %: their mean is the change, and they vary as its estimate does."""
    mean_base = float(np.mean(base))
    ratio = float(np.mean(values)) / mean_base
    return np.asarray(100.0 * (ratio - 1.0 + (values - ratio * base) / mean_base))


def combined(parts: Array) -> Estimate:
    """Mean of the parts with its interval: without ends where too few draws differ, without width where none does."""
    if not np.ptp(parts) > 0.0:
        return Estimate(float(parts[0]), float(parts[0]), float(parts[0]))
    found = mean(parts)
    return found if np.isfinite(found.low) else Estimate(found.value, -np.inf, np.inf)


def better_share(values: Array, base: Array) -> Estimate:
    """Share of paired draws in which a value is lower, ties half, with its 95 % interval (Bonett and Price)."""
    return Estimate(*(float(end) for end in better_interval(values - base, "low")))


def mean(values: Array) -> Estimate:
    """Mean of independent values and its 95 % interval by Student's t."""
    value, low, high = mean_interval(values)
    return Estimate(float(value), float(low), float(high))
