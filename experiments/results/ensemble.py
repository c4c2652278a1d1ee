"""Draws: each is one sampled world and the seed that it runs with. Every policy runs in every draw, so comparisons are paired."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lockgate.experiments.results.sampling import sampled_column
from lockgate.scenarios import World
from lockgate.scenarios.world import Value
from lockgate.sim.limits import LARGEST_SEED
from lockgate.sim.model.chance import Purpose, key
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.settings import whole

Array = np.ndarray[Any, np.dtype[Any]]
MOST_AT_ONCE = 1_000_000  # sampled worlds


@dataclass(frozen=True)
class Ensemble:
    """D draws of a world: `worlds` is a table of D rows of parameters, `seeds` the D seeds of their runs."""

    worlds: Array
    seeds: Array


def draw_worlds(world: World, draws: int, seed: int, *, fixed: bool = False, first: int = 0) -> Ensemble:
    """Sample `draws` worlds, from number `first` on. With `fixed`, all have the central values and differ in their seeds only.

    Draw k is the same whatever the number of draws, and a parameter's values do not depend on which others are sampled.
    """
    seed = whole("seed", seed, 0, LARGEST_SEED, "number that all random draws follow from")
    draws = whole("draws", draws, 0, MOST_AT_ONCE, "sampled worlds at once")
    first = whole("first", first, 0, LARGEST_SEED, "number of the first draw")
    values: dict[str, Any] = dict(world.central())
    numbers = np.arange(first, first + draws)
    for name in () if fixed else world.sampled:
        values[name] = sampled_column(world, name, numbers, seed)
    return Ensemble(parameter_table(draws, **values), seeds_of(seed, range(first, first + draws)))


def sampled_values(world: World, name: str, draws: Iterable[int], seed: int) -> list[Value]:
    """The values of a parameter in these draws of a world."""
    found: list[Value] = sampled_column(world, name, np.array(list(draws), np.int64), seed).tolist()
    return found


def seeds_of(seed: int, draws: Iterable[int]) -> Array:
    """The seeds of the runs of these draws, in every world, (D,)."""
    return np.array([key(seed, draw, int(Purpose.WORLD_SEED)) & LARGEST_SEED for draw in draws], np.int64)
