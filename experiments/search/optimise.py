"""The search itself: points in a space, of which an objective says what is to be small, by a genetic algorithm."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from lockgate.experiments.search.space import Span
from lockgate.sim.errors import InputError
from lockgate.sim.model.policy import Value

Array = np.ndarray[Any, np.dtype[Any]]
Point = dict[str, Value]
Objective = Callable[[list[Point]], Array]
POPULATION = 20  # points that are tried at once


@dataclass(frozen=True, eq=False)
class Tried:
    """T points in the order in which they were tried, each once, and what was to be small of them, (T, O)."""

    points: tuple[Point, ...]
    values: Array

    @property
    def front(self) -> list[int]:
        """The points of which no other one is as good in all and better in one."""
        return undominated(self.values)


def undominated(values: Array) -> list[int]:
    """The rows, (T, O), that no other row is below in one column and above in none; of equal rows the first.

    >>> undominated(np.array([[1.0, 3.0], [2.0, 2.0], [2.0, 3.0], [3.0, 1.0], [1.0, 3.0]]))
    [0, 1, 3]
    """
    found = []
    for place, row in enumerate(values):
        below = np.all(values <= row, axis=1) & np.any(values < row, axis=1)
        earlier = np.all(values[:place] == row, axis=1)
        if not below.any() and not earlier.any():
            found.append(place)
    return found


def spread(values: Array, most: int) -> list[int]:
    """Rows, (T, O), that stand for all: the least in each column, then again and again the one that is farthest from those chosen.

    Source: Gonzalez (1985), "Clustering to minimize the maximum intercluster distance".

    >>> spread(np.array([[0.0, 9.0], [1.0, 8.0], [4.0, 4.0], [9.0, 0.0]]), 3)
    [0, 2, 3]
    """
    if len(values) <= most:
        return list(range(len(values)))
    size = np.ptp(values, axis=0)
    scaled = (values - values.min(axis=0)) / np.where(size > 0.0, size, 1.0)
    chosen = list(dict.fromkeys(int(place) for place in np.argmin(scaled, axis=0)))[:most]
    while len(chosen) < most:
        distance = np.min(np.linalg.norm(scaled[:, None] - scaled[chosen], axis=2), axis=1)
        chosen.append(int(np.argmax(distance)))
    return sorted(chosen)


def needed_library() -> Any:
    """The library that searches; an `InputError` says how to install it."""
    try:
        import optuna
    except ImportError:
        raise InputError("a search needs the package optuna, install it with pip install 'lockgate[search]'") from None
    return optuna


@contextmanager
def silent(optuna: Any) -> Iterator[None]:
    """No word from the library while it searches."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)


def optimise(
    objective: Objective,
    space: Sequence[Span],
    trials: int,
    seed: int,
    objectives: int = 2,
    first: Sequence[Point] = (),
    progress: Callable[[int], None] = lambda more: None,
) -> Tried:
    """Try points of the space, the `first` of them given, and let those that do well beget the next.

    The objective takes a list of points and gives (points, objectives) values that are to be small. Points that are the same once they are
    rounded are tried once. Nothing is written; the same arguments give the same points. Raises `InputError` where the library is not
    installed. `progress` is called with each number of points.

    Source: Deb et al. (2002), "A fast and elitist multiobjective genetic algorithm: NSGA-II".
    """
    optuna = needed_library()
    known: dict[tuple[Value, ...], Array] = {}
    with silent(optuna):
        sampler = optuna.samplers.NSGAIISampler(population_size=max(2, min(POPULATION, trials)), seed=seed)
        study = optuna.create_study(directions=["minimize"] * objectives, sampler=sampler)
        for point in first:
            study.enqueue_trial(dict(point))
        spans = {span.lever: span.distribution for span in space}
        for begin in range(0, trials, POPULATION):
            asked = [study.ask(spans) for _ in range(min(POPULATION, trials - begin))]
            points = [rounded(space, trial.params) for trial in asked]
            evaluate(objective, points, known)
            for trial, point in zip(asked, points, strict=True):
                study.tell(trial, known[tuple(point.values())].tolist())
            progress(len(asked))
    levers = [span.lever for span in space]
    return Tried(tuple(dict(zip(levers, values, strict=True)) for values in known), np.array(list(known.values())))


def rounded(space: Sequence[Span], given: Mapping[str, Value]) -> Point:
    """A point as a policy's file has it, in the order of the space."""
    return {span.lever: span.rounded(given[span.lever]) for span in space}


def evaluate(objective: Objective, points: Sequence[Point], known: dict[tuple[Value, ...], Array]) -> None:
    """Add what the objective says of the points that are not yet known."""
    fresh = {tuple(point.values()): point for point in points if tuple(point.values()) not in known}
    if fresh:
        known.update(zip(fresh, objective(list(fresh.values())), strict=True))
