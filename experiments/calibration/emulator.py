"""Emulators: what the model gives for a fact as a polynomial of what is uncertain, with the error that luck and the polynomial leave.

Runs differ by luck as well as by their parameters. An emulator averages over luck, so that the likelihood of a point is that of the fact
given all runs near it, and not that of one run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr

from lockgate.experiments.calibration.fact_error import FactError
from lockgate.scenarios import World
from lockgate.sim.model.parameters import Choice

Array = np.ndarray[Any, np.dtype[Any]]
CLEAR = 4.0  # standard errors of a linear term, from which on a parameter is said to act on a fact: by chance one in 16,000
DRAWS_A_TERM = 8  # draws that each term of the polynomial needs at least
FARTHEST = 3.0  # standard deviations of the prior, beyond which a polynomial is held


@dataclass(frozen=True)
class Features:
    """What emulators see of points (N, d): standard normal numbers, and for a switch or a choice which value they stand for."""

    world: World
    names: tuple[str, ...]

    def of(self, points: Array) -> Array:
        """A column for each number, and for each value but the first of a switch or a choice, (N, p)."""
        return np.column_stack([column for place, name in enumerate(self.names) for column in self.columns(name, points[:, place])])

    def columns(self, name: str, numbers: Array) -> list[Array]:
        """The columns of one parameter."""
        if not self.world.parameters[name].labels:
            return [np.clip(numbers, -FARTHEST, FARTHEST)]
        prior: Any = self.world.parameters[name].prior
        drawn = places_of(prior, ndtr(numbers))
        return [np.where(drawn == place, 1.0, 0.0) for place in range(1, len(prior.values))]

    @property
    def owners(self) -> tuple[str, ...]:
        """The parameter that each column is of, (p,)."""
        return tuple(name for name in self.names for _ in self.columns(name, np.zeros(1)))


def places_of(prior: Choice, shares: Array) -> Array:
    """The place of the value that a choice has at each quantile, (N,)."""
    return np.asarray(np.searchsorted(np.cumsum(prior.weights), shares * np.sum(prior.weights), side="right"))


@dataclass(frozen=True)
class Emulator:
    """A quadratic polynomial in the columns that act, and the standard deviation of what it leaves (each draw left out in its turn)."""

    acting: Array  # places of columns
    coefficients: Array
    sd: float
    explained: float  # share of the variance

    def mean(self, features: Array) -> Array:
        """The value on the scale of the fact, (N,)."""
        return np.asarray(terms(features[:, self.acting]) @ self.coefficients)


def terms(acting: Array) -> Array:
    """1, the columns, and all their products and squares, (N, T)."""
    count = acting.shape[1]
    products = [acting[:, one] * acting[:, other] for one in range(count) for other in range(one, count)]
    return np.column_stack([np.ones(len(acting)), acting, *products])


def emulator(features: Array, values: Array) -> Emulator:
    """An emulator of values (N,) on the scale of a fact. Draws without a value are left out."""
    there = np.isfinite(values)
    features, values = features[there], values[there]
    acting = acting_columns(features, values)
    design = terms(features[:, acting])
    coefficients, *_ = np.linalg.lstsq(design, values, rcond=None)
    left = values - design @ coefficients
    leverage = np.einsum("ij,ji->i", design, np.linalg.pinv(design))
    outside = left / np.maximum(1.0 - leverage, 1e-3)
    spread = float(np.var(values))
    explained = 1.0 - float(np.mean(outside**2)) / spread if len(acting) else 0.0
    return Emulator(acting, coefficients, float(np.sqrt(np.mean(outside**2))), explained)


def acting_columns(features: Array, values: Array) -> Array:
    """Columns with a clear linear effect, the clearest first, as many as the draws can tell the products of."""
    design = np.column_stack([np.ones(len(features)), features])
    degrees = len(values) - design.shape[1]
    if degrees < 1 or np.ptp(values) == 0.0:
        return np.zeros(0, int)
    inverse = np.linalg.pinv(design.T @ design)
    coefficients = inverse @ design.T @ values
    variance = float(np.sum((values - design @ coefficients) ** 2)) / degrees
    errors = np.sqrt(np.maximum(variance * np.diag(inverse), 1e-300))
    clear = np.abs(coefficients / errors)[1:]
    most = int((np.sqrt(8 * len(values) / DRAWS_A_TERM + 1) - 3) / 2)  # with all products: (m + 1)(m + 2) / 2 terms
    order = np.argsort(-clear, kind="stable")
    return np.sort(order[clear[order] > CLEAR][: max(most, 0)])


@dataclass(frozen=True)
class FactsLikelihood:
    """The likelihood of facts given emulated values: normal, with the facts' errors and the emulators' together."""

    errors: tuple[FactError, ...]
    emulators: tuple[Emulator, ...]
    features: Features

    def values_at(self, points: Array) -> Array:
        """Emulated values on the facts' scales, (N, F)."""
        if not self.emulators:
            return np.zeros((len(points), 0))
        seen = self.features.of(points)
        return np.column_stack([emulator.mean(seen) for emulator in self.emulators])

    @property
    def sds(self) -> Array:
        """The standard deviations of both errors together, (F,)."""
        return np.array([np.hypot(error.sd, each.sd) for error, each in zip(self.errors, self.emulators, strict=True)])

    def distances(self, values: Array) -> Array:
        """How many of these standard deviations values, (N, F), are from the facts."""
        return np.asarray((values - np.array([error.centre for error in self.errors])) / self.sds)

    def __call__(self, values: Array) -> Array:
        """The logarithm of the likelihood, but for a constant, (N,)."""
        return np.asarray(-0.5 * np.sum(self.distances(values) ** 2, axis=1))


def likelihood_of(errors: Sequence[FactError], features: Features, points: Array, values: Array) -> FactsLikelihood:
    """The likelihood of facts from simulated values (N, F), with an emulator of each fact."""
    seen = features.of(points)
    emulators = [emulator(seen, scaled_or_missing(error, values[:, place])) for place, error in enumerate(errors)]
    return FactsLikelihood(tuple(errors), tuple(emulators), features)


def scaled_or_missing(error: FactError, values: Array) -> Array:
    """Values on the scale of a fact; NaN stays NaN."""
    return np.where(np.isfinite(values), error.scaled(np.nan_to_num(values)), np.nan)
