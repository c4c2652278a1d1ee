"""What the model gives for each fact in each draw, with the patterns of `experiments.evidence`: they see one draw at a time."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lockgate.experiments.evidence.sampled_runs import Array, SampledRuns, Tables, parameters_of
from lockgate.experiments.evidence.simulated import SIMULATED
from lockgate.experiments.results.ensemble import Ensemble
from lockgate.experiments.results.sampling import word_of
from lockgate.scenarios import World, load_world, with_parameters
from lockgate.sim.engine.plan import Records
from lockgate.sim.errors import InputError
from lockgate.sim.limits import LARGEST_SEED
from lockgate.sim.model.chance import Purpose, key, uniform
from lockgate.sim.model.parameters import PARAMETERS, parameter_table

BATCH = 50  # draws whose runs are kept at once
FEW, FEW_FIRST = 8, 2 * 10**9  # draws that tell what a fact is of, and the number of the first


def in_world(base: World, name: str) -> World:
    """A built-in world as it would be with the base in the place of the table of parameters."""
    other = load_world(name)
    differing = {known: parameter for known, parameter in other.parameters.items() if parameter != PARAMETERS[known]}
    return replace(base, parameters={**base.parameters, **differing})


@dataclass
class RunsIn(SampledRuns):
    """Sampled runs in which a world stands in the place of the baseline."""

    base: World = field(default_factory=lambda: load_world("baseline"))

    def place(self, world: str, settings: Mapping[str, Any]) -> World:
        """A world, with those settings of a pattern that are parameters."""
        return with_parameters(in_world(self.base, world), {**parameters_of(settings), **self.changes})

    def ensemble(self, world: str, **settings: Any) -> Ensemble:
        """The draws of a world with these settings."""
        from lockgate.experiments.results.ensemble import draw_worlds

        return draw_worlds(self.place(world, settings), self.draws, self.seed)


@dataclass
class PlannedRuns(RunsIn):
    """Runs of draws whose parameters are given by quantile: `shares` maps names to (D,); `first` is the number of the first draw.

    A parameter to which another world gives a prior of its own is drawn anew there: it says nothing of the base's.
    """

    shares: Mapping[str, Array] = field(default_factory=dict)
    first: int = 0

    def ensemble(self, world: str, **settings: Any) -> Ensemble:
        """The draws of a world with these settings."""
        asked = ("ensemble", world, *sorted(settings.items()))
        return self.once(asked, lambda: self.planned(world, self.place(world, settings)))

    def planned(self, name: str, place: World) -> Ensemble:
        """The draws of a world of this name, which has these parameters."""
        numbers = range(self.first, self.first + self.draws)
        values: dict[str, Any] = dict(place.central())
        for known in place.sampled:
            if known in self.shares and place.parameters[known] == self.base.parameters[known]:
                shares = self.shares[known].tolist()
            else:
                word = word_of(f"{name} {known}")
                shares = [uniform(self.seed, Purpose.CALIBRATION, draw, word) for draw in numbers]
            values[known] = [place.sample(known, share) for share in shares]
        seeds = [key(self.seed, draw, Purpose.CALIBRATION_SEED) & LARGEST_SEED for draw in numbers]
        return Ensemble(parameter_table(self.draws, **values), np.array(seeds, np.int64))


@dataclass
class OneDraw(SampledRuns):
    """One of the draws of others' runs."""

    of: SampledRuns = field(default_factory=SampledRuns)
    draw: int = 0

    def ensemble(self, world: str, **settings: Any) -> Ensemble:
        """The one draw of a world."""
        found = self.of.ensemble(world, **settings)
        return Ensemble(found.worlds[self.draw : self.draw + 1], found.seeds[self.draw : self.draw + 1])

    def runs(self, policy: str, days: int, world: str = "baseline", **settings: Any) -> list[Tables]:
        """The tables of its run."""
        return self.of.runs(policy, days, world, **settings)[self.draw : self.draw + 1]

    def results(self, policy: str, days: int, world: str = "baseline", **settings: Any) -> Records:
        """What `simulate` gave for it."""
        found = self.of.results(policy, days, world, **settings)
        return Records(*(array[self.draw : self.draw + 1] for array in vars(found).values()))


def value_of(name: str, one: SampledRuns) -> float:
    """What the model gives for a fact in one draw; NaN where the draw has no such thing, such as a refusal where nobody was refused."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of means of nothing
        try:
            return float(SIMULATED[name](one).value)
        except InputError:  # a ValueError, but no missing value: what is asked for cannot be simulated at all
            raise
        except (IndexError, ValueError, ZeroDivisionError):  # of the first, or the largest, of nothing
            return float("nan")


def of_one_draw(base: World, facts: Sequence[str], seed: int) -> list[str]:
    """The facts of which all draws together give the median or the mean of what each gives alone.

    Others, such as a quantile of the losses of all incidents, are not what one draw has: a draw has too few incidents.
    """
    planned = PlannedRuns(draws=FEW, seed=seed, base=base, first=FEW_FIRST)
    alone = [[value_of(name, OneDraw(draws=1, seed=seed, of=planned, draw=draw)) for draw in range(FEW)] for name in facts]
    found = []
    for name, values in zip(facts, alone, strict=True):
        together, there = value_of(name, planned), np.array(values)[np.isfinite(values)]
        if not len(there) or np.isclose(together, (np.median(there), np.mean(there)), rtol=1e-9, atol=0.0).any():
            found.append(name)
    return found


def fact_values(
    base: World,
    facts: Sequence[str],
    shares: Mapping[str, Array],
    seed: int,
    first: int = 0,
    progress: Callable[[int], None] = lambda more: None,
) -> Array:
    """What the model gives for each fact in each draw, (N, F), of a world whose parameters are at these quantiles, (N,) each."""
    count = len(next(iter(shares.values())))
    values = np.empty((count, len(facts)))
    for start in range(0, count, BATCH):
        stop = min(start + BATCH, count)
        part = {name: each[start:stop] for name, each in shares.items()}
        planned = PlannedRuns(draws=stop - start, seed=seed, base=base, shares=part, first=first + start)
        for draw in range(start, stop):
            one = OneDraw(draws=1, seed=seed, of=planned, draw=draw - start)
            values[draw] = [value_of(name, one) for name in facts]
        progress(stop - start)
    return values
