"""Signs to search in: whether a policy does harm in each row, where luck is averaged out or smoothed away.

A case's own sign is mostly luck. Where the design has several draws at each of many points, a row is a point, and its sign that of the
mean over draws. Else a row is a case, and its sign that of a regression (extremely randomised trees) fitted to other draws. Source: Geurts,
Ernst and Wehenkel (2006), "Extremely randomized trees".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lockgate.experiments.answers.flips.paired import Paired
from lockgate.experiments.results.influence import influence_of
from lockgate.sim.errors import InputError

Array = np.ndarray[Any, np.dtype[Any]]
FEWEST_POINTS, FEWEST_DRAWS = 30, 100
MOST_ROWS = 5000  # that one searches in
MOST_CASES = 6000  # that one smooths
TREES = 40
MOST_INPUTS = 20
FOLDS = 3


@dataclass(frozen=True, eq=False)
class Signs:
    """N rows: their inputs, the difference without luck, whether it is harm, and how that was found, in words."""

    inputs: Mapping[str, Array]
    difference: Array
    harm: Array
    how: str

    def __len__(self) -> int:
        """N."""
        return len(self.harm)


def signs_of(paired: Paired) -> Signs:
    """The signs of paired cases."""
    repeated = by_points(paired)
    return averaged(paired.only(repeated)) if repeated else regressed(paired)


def refuse_few(paired: Paired) -> None:
    """Raise `InputError` where there are too few draws and points to tell a sign from luck."""
    draws, points = len(np.unique(paired.draws)), len(np.unique(paired.points))
    if draws < FEWEST_DRAWS and not by_points(paired):
        said = f"{draws} draws and {points} point{'' if points == 1 else 's'} cannot tell where the sign turns"
        raise InputError(f"{said}; take {FEWEST_DRAWS} draws or more, or a design of {FEWEST_POINTS} points or more (such as lhs)")


def by_points(paired: Paired) -> list[str]:
    """The inputs of the design, where rows are points; none where they are cases."""
    points = len(np.unique(paired.points))
    alone = len(paired.repeated) == len(paired.inputs)
    return paired.repeated if points >= FEWEST_POINTS and (paired.sampled_points or alone) else []


def averaged(paired: Paired) -> Signs:
    """A row for each point, with the mean over its draws."""
    _, first, place, counts = np.unique(paired.points, return_index=True, return_inverse=True, return_counts=True)
    mean = np.bincount(place, paired.difference) / counts
    draws = len(np.unique(paired.draws))
    how = f"the sign of the mean over {draws:,} draws at each of {len(first):,} points"
    return kept(Signs({name: values[first] for name, values in paired.inputs.items()}, mean, harm(paired, mean), how))


def regressed(paired: Paired) -> Signs:
    """A row for each case, with what a regression on the inputs, fitted to other draws, says of it."""
    from sklearn.ensemble import ExtraTreesRegressor
    from sklearn.model_selection import GroupKFold, cross_val_predict

    few = thinned(paired, MOST_CASES)
    names = most_influential(few, MOST_INPUTS)
    few = few.only(names)
    columns = np.column_stack(list(few.inputs.values()))
    model = ExtraTreesRegressor(TREES, min_samples_leaf=max(5, len(few) // 100), random_state=1)
    mean = cross_val_predict(model, columns, few.difference, groups=few.draws, cv=GroupKFold(FOLDS))
    how = f"the sign of a regression on {len(names)} inputs, fitted to other draws, in {len(few):,} cases"
    return kept(Signs(few.inputs, mean, harm(paired, mean), how))


def harm(paired: Paired, mean: Array) -> Array:
    """Whether a mean difference does harm."""
    return np.asarray(mean > 0.0 if paired.worse == "more" else mean < 0.0)


def thinned(paired: Paired, most: int) -> Paired:
    """Every so many-th case, so that there are no more than that."""
    return paired if len(paired) <= most else paired.where(np.arange(0, len(paired), -(-len(paired) // most)))


def kept(signs: Signs) -> Signs:
    """Every so many-th row, likewise."""
    if len(signs) <= MOST_ROWS:
        return signs
    some = slice(None, None, -(-len(signs) // MOST_ROWS))
    how = f"{signs.how}, of which one in {-(-len(signs) // MOST_ROWS)} was searched"
    return Signs({name: values[some] for name, values in signs.inputs.items()}, signs.difference[some], signs.harm[some], how)


def most_influential(paired: Paired, count: int) -> list[str]:
    """The inputs with the most influence on the sign, that of the most first."""
    found = influence(paired)
    return sorted(found, key=lambda name: -found[name])[:count]


def influence(paired: Paired) -> dict[str, float]:
    """The share of the variance of the sign of the difference that each input explains alone: see `experiments.results.influence`."""
    ordered, sums = np.empty(len(paired)), np.empty(2 * len(paired) + 2)

    def of(name: str, values: Array) -> float:
        given = np.ascontiguousarray(values, float), np.ascontiguousarray(paired.difference, float)
        return float(influence_of(*given, int(bool(paired.known[name].labels)), ordered, sums))

    return {name: of(name, values) for name, values in paired.inputs.items()}
