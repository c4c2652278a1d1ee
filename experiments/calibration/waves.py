"""Waves of importance sampling: draws of what is uncertain, each wave nearer to what agrees with the facts, all weighted together.

What is uncertain is a point of d independent standard normal numbers, one a parameter: Phi of it is the quantile of the parameter's prior.
The first wave is drawn from the prior. Each later one is drawn from a normal law that is fitted to the weighted draws so far, mixed with a
share of the prior. In the end every draw counts, with the weight likelihood x prior / mixture of all that was drawn from.
Source: Cornuet, Marin, Mira and Robert (2012), "Adaptive multiple importance sampling".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

from lockgate.experiments.calibration.weights import effective
from lockgate.experiments.results.sampling import word_of
from lockgate.sim.model.chance import Purpose, uniform

Array = np.ndarray[Any, np.dtype[Any]]
FROM_PRIOR = 0.15  # share of a later wave that is drawn from the prior, so that no weight is without bound
FITTED = 0.3  # of a wave: as many effective draws are used to fit the next; the likelihood is flattened until there are so many
WIDER = 1.2  # factor on the standard deviations of what a wave is drawn from: too wide costs draws, too narrow misses what is there
CLEAR = 3.0  # standard errors by which a parameter must have moved before a wave is drawn elsewhere than from its prior


@dataclass(frozen=True)
class Law:
    """A normal law of some of the numbers, (m,) at places; all others, and a share of the draws, are as the prior has them."""

    places: Array
    mean: Array
    root: Array  # (m, m), lower triangular: covariance = root @ root.T

    def drawn(self, standard: Array, from_law: Array) -> Array:
        """Points, (N, d), from independent standard normal numbers, (N, d); those not `from_law` stay as they are."""
        points = standard.copy()
        moved = self.mean + standard[:, self.places] @ self.root.T
        points[:, self.places] = np.where(from_law[:, None], moved, standard[:, self.places])
        return points

    def log_ratio(self, points: Array) -> Array:
        """The logarithm of the density of the mixture of this law and the prior over the prior's, (N,)."""
        if not len(self.places):
            return np.zeros(len(points))
        chosen = points[:, self.places]
        standard = (chosen - self.mean) @ np.linalg.inv(self.root).T
        ratio = 0.5 * np.sum(chosen**2 - standard**2, axis=1) - np.sum(np.log(np.diag(self.root)))
        return np.asarray(np.logaddexp(np.log1p(-FROM_PRIOR) + ratio, np.log(FROM_PRIOR)))


PRIOR = Law(np.zeros(0, int), np.zeros(0), np.zeros((0, 0)))


@dataclass(frozen=True)
class Drawn:
    """All draws: points (N, d), the logarithm of the likelihood at each, (N,), the wave of each, (N,), and the laws of the waves."""

    points: Array
    log_likelihood: Array
    wave: Array
    laws: tuple[Law, ...]

    @property
    def log_correction(self) -> Array:
        """The logarithm of prior over mixture of all laws, (N,)."""
        counts = np.bincount(self.wave, minlength=len(self.laws))
        ratios = np.array(
            [law.log_ratio(self.points) + np.log(count / len(self.wave)) for law, count in zip(self.laws, counts, strict=True)]
        )
        correction: Array = -np.logaddexp.reduce(ratios, axis=0)
        return correction

    @property
    def log_weights(self) -> Array:
        """The logarithm of likelihood x prior / mixture, (N,)."""
        weights: Array = self.log_correction + self.log_likelihood
        return weights


Values = Callable[[Array], Array]  # points (N, d) to values (N, F)
Likelihood = Callable[[Array], Array]  # values (N, F) to the logarithm of their likelihood (N,)


def run_waves(
    names: Sequence[str], values_at: Values, likelihood: Likelihood, *, draws: int, waves: int, seed: int, first: int = 0
) -> Drawn:
    """`waves` waves of `draws` draws each, numbered from `first` on, of points at which values are cheap."""
    law, laws = PRIOR, []
    drawn = Drawn(np.zeros((0, len(names))), np.zeros(0), np.zeros(0, int), ())
    for wave in range(waves):
        points = planned(names, law, range(first + wave * draws, first + (wave + 1) * draws), seed)
        laws.append(law)
        drawn = Drawn(
            np.concatenate([drawn.points, points]),
            np.concatenate([drawn.log_likelihood, likelihood(values_at(points))]),
            np.concatenate([drawn.wave, np.full(draws, wave)]),
            tuple(laws),
        )
        law = fitted(drawn, FITTED * draws)
    return drawn


def planned(names: Sequence[str], law: Law, draws: Sequence[int], seed: int) -> Array:
    """Points of these draws from a law, (N, d)."""
    from_law = np.array([uniform(seed, Purpose.CALIBRATION, draw, 0) >= FROM_PRIOR for draw in draws])
    return law.drawn(standard_normal(names, draws, seed), from_law)


def standard_normal(names: Sequence[str], draws: Sequence[int], seed: int) -> Array:
    """Independent standard normal numbers, (N, d), each of its draw and its parameter's name alone."""
    words = [word_of(name) for name in names]
    shares = [[uniform(seed, Purpose.CALIBRATION, draw, word) for word in words] for draw in draws]
    return np.asarray(ndtri(np.array(shares).reshape(len(draws), len(names))))


def fitted(drawn: Drawn, target: float) -> Law:
    """The normal law of the numbers that have clearly moved, from the weighted draws so far, with correlations shrunk by their error."""
    weights = tempered(drawn.log_correction, drawn.log_likelihood, target)
    ess = 1.0 / float(np.sum(weights**2))
    mean = weights @ drawn.points
    spread = np.sqrt(weights @ (drawn.points - mean) ** 2 / (1.0 - 1.0 / ess))
    moved = (np.abs(mean) > CLEAR / np.sqrt(ess)) | (np.abs(np.log(spread)) > CLEAR / np.sqrt(2.0 * ess))
    places = np.flatnonzero(moved)
    if not len(places):
        return PRIOR
    centred = drawn.points[:, places] - mean[places]
    covariance = (centred * weights[:, None]).T @ centred / (1.0 - 1.0 / ess)
    kept = ess / (ess + len(places))
    covariance = kept * covariance + (1.0 - kept) * np.diag(np.diag(covariance))
    return Law(places, mean[places], WIDER * np.linalg.cholesky(covariance))


def tempered(log_correction: Array, log_likelihood: Array, target: float) -> Array:
    """Weights by the likelihood raised to the highest power, 1 at most, at which so many draws are effective."""
    low, high = 0.0, 1.0
    if effective(log_correction + log_likelihood) >= target:
        low = 1.0
    for _ in range(40):
        middle = (low + high) / 2.0
        low, high = (middle, high) if effective(log_correction + middle * log_likelihood) >= target else (low, middle)
    logarithms = log_correction + low * log_likelihood
    weights = np.exp(logarithms - logarithms.max())
    return np.asarray(weights / weights.sum())
