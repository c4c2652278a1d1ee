"""What the facts leave of the priors: weighted draws, which parameters have moved, and the world that says so."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr

from lockgate.experiments.calibration.emulator import places_of
from lockgate.experiments.calibration.weights import Smoothed, quantiles
from lockgate.scenarios import World, with_parameters
from lockgate.sim.model.parameters import Parameter

Array = np.ndarray[Any, np.dtype[Any]]
STEPS = 20  # of probability, between the quantiles of a prior in a world's file
END = 0.0025  # share of the draws beyond the first quantile, and beyond the last
CHANCE = 1.628  # distance of two distributions x root of the draws that chance exceeds in 1 %. Source: Kolmogorov-Smirnov
LEAST_MOVED = 0.05  # points of probability by which a distribution must have moved to be worth a line
NAME = "calibrated"


class Moved(NamedTuple):
    """A parameter whose distribution has moved: by how many points of probability at most."""

    name: str
    distance: float


class Correlation(NamedTuple):
    """Two parameters that belong together in the weighted draws, but not in a world's file."""

    one: str
    other: str
    value: float


@dataclass(frozen=True)
class Posterior:
    """Weighted draws of the parameters that a world samples: points (N, d) of standard normal numbers, which stand for quantiles."""

    base: World
    names: tuple[str, ...]
    points: Array
    smoothed: Smoothed

    @property
    def weights(self) -> Array:
        """The weight of each draw, (N,)."""
        return self.smoothed.weights

    @cached_property
    def shares(self) -> Array:
        """The quantiles of the priors, (N, d)."""
        return np.asarray(ndtr(self.points))

    @cached_property
    def moved(self) -> tuple[Moved, ...]:
        """The parameters that have moved by more than chance explains, the farthest first."""
        least = max(LEAST_MOVED, CHANCE / float(np.sqrt(self.smoothed.effective)))
        found = [Moved(name, self.distance(place)) for place, name in enumerate(self.names)]
        return tuple(sorted((each for each in found if each.distance > least), key=lambda each: -each.distance))

    def distance(self, place: int) -> float:
        """The largest difference between the distribution of a parameter and its prior."""
        parameter, shares = self.base.parameters[self.names[place]], self.shares[:, place]
        if parameter.labels:
            prior: Any = parameter.prior
            return float(np.max(np.abs(self.chances(place) - prior.shares)))
        order = np.argsort(shares)
        above = np.cumsum(self.weights[order])
        return float(max(np.max(above - shares[order]), np.max(shares[order] - above + self.weights[order])))

    def chances(self, place: int) -> Array:
        """The weight of each value of a switch or a choice."""
        prior: Any = self.base.parameters[self.names[place]].prior
        return np.bincount(places_of(prior, self.shares[:, place]), self.weights, len(prior.values))

    def setting(self, name: str) -> Any:
        """What a world's file says of a parameter: quantiles at equal steps of probability, or weights, or the one value left."""
        place, parameter = self.names.index(name), self.base.parameters[name]
        if parameter.labels:
            prior: Any = parameter.prior
            words = {float(value): label for label, value in parameter.labels.items()}
            chances = {words[value]: round(float(chance), 4) for value, chance in zip(prior.values, self.chances(place), strict=True)}
            left = [label for label, chance in chances.items() if chance > 0.0]
            return chances if len(left) > 1 else left[0] if parameter.choices else parameter.labels[left[0]]
        at = np.clip(np.linspace(0.0, 1.0, STEPS + 1), END, 1.0 - END)
        values = [raw(parameter, share) for share in quantiles(self.shares[:, place], self.weights, at)]
        return {"quantiles": [float(f"{value:.6g}") for value in values]}

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The settings of all parameters that have moved, in the order of the table."""
        moved = {each.name for each in self.moved}
        return {name: self.setting(name) for name in self.names if name in moved}

    @cached_property
    def world(self) -> World:
        """The base with the priors that are left."""
        made = with_parameters(self.base, self.settings) if self.settings else self.base
        return replace(made, name=NAME, summary=f"The world {self.base.name} with the priors that agree with what was observed.")

    @cached_property
    def correlations(self) -> tuple[Correlation, ...]:
        """Correlations between parameters that have moved, of their standard normal numbers, the strongest first."""
        places = [self.names.index(each.name) for each in self.moved]
        if len(places) < 2:
            return ()
        matrix = np.atleast_2d(np.cov(self.points[:, places], rowvar=False, aweights=self.weights))
        spread = np.sqrt(np.diag(matrix))
        matrix = matrix / np.outer(spread, spread)
        pairs = [
            Correlation(self.names[places[one]], self.names[places[other]], float(matrix[one, other]))
            for one in range(len(places))
            for other in range(one)
        ]
        return tuple(sorted(pairs, key=lambda pair: -abs(pair.value)))

    def resampled(self, count: int) -> Array:
        """Rows of so many draws of equal weight, at equal steps of the summed weights."""
        steps = (np.arange(count) + 0.5) / count
        return np.minimum(np.searchsorted(np.cumsum(self.weights), steps), len(self.weights) - 1)

    def apart(self, count: int) -> Array:
        """Points of so many draws from each parameter's own distribution, as a world's file has them: without what ties them together."""
        rows = self.resampled(count)
        columns = []
        for place in range(len(self.names)):
            own = np.sort(self.points[rows, place])
            columns.append(own[np.argsort(np.argsort(self.points[:count, place], kind="stable"), kind="stable")])
        return np.column_stack(columns)


def raw(parameter: Parameter, share: float) -> float:
    """The quantile of a number's prior within its bounds, not rounded."""
    low, high = parameter.bounds
    prior: Any = parameter.prior
    return float(min(max(prior.quantile(share), low), high))


def values_of(posterior: Posterior, rows: Array) -> Mapping[str, Any]:
    """The values of all sampled parameters in some of the draws, by name."""
    return {
        name: [posterior.base.sample(name, share) for share in posterior.shares[rows, place].tolist()]
        for place, name in enumerate(posterior.names)
    }
