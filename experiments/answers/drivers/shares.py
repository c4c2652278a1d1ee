"""Variance shares from cases: what part of an output's variance each input explains alone, whatever the cases were made for.

Inputs vary independently of one another. The share of an input is the variance of the output's expectation given that input, as a part of
its variance: the first-order index of Sobol' (1993). The expectation is fitted by Legendre polynomials in the input's ranks, as first-order
terms of a polynomial chaos are (Sudret 2008, 10.1016/j.ress.2007.04.002), and the share is the fit's R squared, corrected for its terms
(Ezekiel 1930): a sound estimator for any cases that costs one small regression an input. SALib's `rbd_fast` does the same with harmonics,
but takes ties (switches, choices, whole days) in the order of the rows, and has no threshold of chance; `delta` and `pawn` are slower by
orders of magnitude. Polynomials in ranks of few values are the means at each value, so switches and choices need no other way.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lockgate.experiments.results.intervals import UPPER

Array = np.ndarray[Any, np.dtype[Any]]
FEW_VALUES = 8  # up to which each value of an input has a mean of its own
HIGHEST = 10  # degree of a polynomial
RESAMPLES = 200
CHANCE = 0.95  # that no input without influence is above the threshold
MOST_ROWS = 10_000  # that are looked at
MOST_SHUFFLED = 1_000  # or up to twice as many: shares by chance are in inverse proportion to rows


@dataclass(frozen=True, eq=False)
class Shares:
    """Shares of variance of P outputs that K inputs explain, with 95 % intervals, (K, P) each; 0 where chance would give as much.

    `chance` (P,) is the share which no input without influence exceeds in 95 % of studies. `rows` is how many were looked at.
    """

    share: Array
    low: Array
    high: Array
    chance: Array
    rows: int


def degree_of(rows: int) -> int:
    """The degree of the polynomials: the more rows, the finer.

    >>> degree_of(100), degree_of(600), degree_of(67_000)
    (2, 4, 10)
    """
    return int(np.clip(np.sqrt(rows) / 5.0, 2, HIGHEST))


def polynomials(column: Array) -> Array:
    """Legendre polynomials of an input's ranks, centred, (rows, degree). An input of few values has one less than values.

    >>> polynomials(np.array([3.0, 1.0, 2.0, 2.0])).shape, polynomials(np.ones(5)).shape
    ((4, 2), (5, 0))
    """
    values, ranks, counts = np.unique(column, return_inverse=True, return_counts=True)
    degree = len(values) - 1 if len(values) <= FEW_VALUES else degree_of(len(column))
    middles = (2.0 * np.cumsum(counts) - counts) / len(column) - 1.0  # of each value's ranks, from -1 to 1
    terms: Array = np.polynomial.legendre.legvander(middles, degree)[:, 1:][ranks]
    terms -= terms.mean(axis=0)
    return terms


def variance_shares(inputs: Array, outputs: Array) -> Shares:
    """The share of each output's variance that each input explains alone; `inputs` (rows, K), `outputs` (rows, P), nothing missing.

    The threshold is that of Westfall and Young (1993): outputs are shuffled, and the largest share of any input is noted. Intervals are
    those of the Bayesian bootstrap (Rubin 1981), moved by its bias. Of more than 10,000 rows every n-th is looked at.

    >>> x = np.indices((20, 20)).reshape(2, -1).T.astype(float)
    >>> variance_shares(x, x[:, :1]).share.round(3).ravel().tolist()
    [1.0, 0.0]
    """
    inputs, centred = thinned(inputs), standardised(thinned(outputs))
    share, largest = np.zeros((inputs.shape[1], outputs.shape[1])), np.zeros((RESAMPLES, outputs.shape[1]))
    some = np.arange(0, len(centred), max(1, len(centred) // MOST_SHUFFLED))
    shuffled = centred[some][orders(len(some))].transpose(1, 0, 2).reshape(len(some), -1)
    for place, column in enumerate(inputs.T):
        terms = polynomials(column)
        share[place] = explained(terms, centred)
        largest = np.maximum(largest, explained(terms[some], shuffled).reshape(RESAMPLES, -1))
    chance = np.quantile(largest, CHANCE, axis=0) * len(some) / len(centred)
    share = np.where(share > chance, share, 0.0)
    return Shares(share, *ends(inputs, centred, share), chance, len(inputs))


def thinned(values: Array) -> Array:
    """Every n-th row, so that at most 10,000 are left."""
    return values[:: max(1, -(-len(values) // MOST_ROWS))]


def standardised(outputs: Array) -> Array:
    """Outputs of mean 0 and variance 1; all 0 where an output does not vary.

    >>> standardised(np.array([[1.0, 7.0], [3.0, 7.0]])).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    centred, largest = outputs - outputs.mean(axis=0), np.abs(outputs).max(axis=0, initial=0.0)
    scale = np.sqrt(np.mean(centred**2, axis=0))
    return np.where(scale > 1e-12 * largest, centred / np.where(scale > 0.0, scale, 1.0), 0.0)


def explained(terms: Array, outputs: Array) -> Array:
    """R squared of each standardised output (rows, P) on these centred terms, corrected for the number of terms; 0 without terms."""
    rows, count = terms.shape
    if not count or rows <= count + 1:
        return np.zeros(outputs.shape[1])
    moments = terms.T @ outputs
    fitted = np.sum(moments * np.linalg.lstsq(terms.T @ terms, moments, rcond=1e-10)[0], axis=0)
    adjusted: Array = 1.0 - (1.0 - fitted / rows) * (rows - 1) / (rows - count - 1)
    return adjusted


def ends(inputs: Array, outputs: Array, share: Array) -> tuple[Array, Array]:
    """The ends of the intervals of shares that are not 0, (K, P) each; NaN for the others."""
    low, high = np.full_like(share, np.nan), np.full_like(share, np.nan)
    weights = resampled(len(inputs)) if (share > 0.0).any() else np.zeros((len(inputs), 0))
    for place in np.flatnonzero((share > 0.0).any(axis=1)):
        terms = polynomials(inputs[:, place])
        for output in np.flatnonzero(share[place] > 0.0):
            found = reweighted(terms, outputs[:, output], weights)
            error = np.quantile(found - found.mean(), [1.0 - UPPER, UPPER])
            low[place, output], high[place, output] = np.clip(share[place, output] + error, 0.0, 1.0)
    return low, high


def reweighted(terms: Array, output: Array, weights: Array) -> Array:
    """R squared of an output (rows,) on terms (rows, d) under each column of weights (rows, B), which add up to 1."""
    count = terms.shape[1]
    columns = np.column_stack([np.ones(len(terms)), terms])
    pairs = (columns[:, :, None] * columns[:, None, :]).reshape(len(terms), -1)
    grams = (weights.T @ pairs).reshape(-1, count + 1, count + 1)
    moments = weights.T @ (columns * output[:, None])
    squares, means = weights.T @ output**2, moments[:, 0]
    fitted = np.einsum("bi,bij,bj->b", moments, np.linalg.pinv(grams, rcond=1e-10, hermitian=True), moments)
    part: Array = (fitted - means**2) / np.maximum(squares - means**2, 1e-300)
    return part


def orders(rows: int) -> Array:
    """Rows in random orders, (resamples, rows)."""
    from scipy.stats import uniform

    found: Array = uniform.rvs(size=(RESAMPLES, rows), random_state=1).argsort(axis=1)
    return found


def resampled(rows: int) -> Array:
    """Weights of the Bayesian bootstrap, (rows, resamples); each column adds up to 1.

    >>> resampled(50).sum(axis=0).round(9).tolist() == [1.0] * RESAMPLES
    True
    """
    from scipy.stats import expon

    weights: Array = expon.rvs(size=(rows, RESAMPLES), random_state=2)
    weights /= weights.sum(axis=0)
    return weights
