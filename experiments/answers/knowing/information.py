"""Values of information from cases: what a decision would gain if something uncertain were known before it is made.

The decision takes the option of the least expected cost. A rule for it is learnt by regression of costs on what would be known (Strong,
Oakley and Brennan 2014, 10.1177/0272989X13505910), and then judged by the costs of cases that it has not seen. Judged by the cases that
it was learnt from, it would gain from noise too; held out, knowledge that is of no use gains nothing on average. What is found is what a
rule learnt from these cases gains: with few cases less than the best rule would.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lockgate.experiments.answers.drivers.shares import polynomials
from lockgate.experiments.results.intervals import mean_interval

Array = np.ndarray[Any, np.dtype[Any]]
FOLDS = 5
SIGNIFICANCE = 0.05  # shared by all that is tested at once


@dataclass(frozen=True)
class Gain:
    """What knowing something is worth, in units of cost, with its 95 % interval (NaN where too few units say); 0 where it may be chance.

    `changed` is the share of cases in which the decision would be another one.
    """

    value: float
    low: float
    high: float
    changed: float

    def content(self) -> dict[str, float]:
        """The same as plain content."""
        return {"value": self.value, "low": self.low, "high": self.high, "changed": self.changed}


def perfect_information(costs: Array) -> Gain:
    """The gain from knowing every case's costs, luck included: the expected value of perfect information.

    From costs (units, cases of each, P): units are independent of one another.

    >>> perfect_information(np.array([[[0.0, 4.0]], [[6.0, 1.0]]] * 20)).value
    2.0
    """
    best = held_out_best(costs.mean(axis=1))
    saved = np.take_along_axis(costs, best[:, None, None], axis=2)[..., 0] - costs.min(axis=2)
    mean, low, high = (float(end) for end in mean_interval(saved.mean(axis=1)))
    return Gain(mean, low, high, float(np.mean(saved > 0.0)))


def partial_information(costs: Array, known: Array, tests: int = 1) -> Gain:
    """The gain from knowing one input, (cases,), before the decision: the expected value of partial perfect information (EVPPI).

    Each option's cost, less that of the best one, is fitted by polynomials in the input's ranks, of the degree that Schwarz's (1978)
    criterion takes: 0 where the input says nothing of costs, and then no decision changes. `tests` is how many are tried at once.
    """
    terms, best, chosen = polynomials(known), held_out_best(costs), np.zeros(len(costs), int)
    columns = np.column_stack([np.ones(len(costs)), terms])
    for fold in range(FOLDS):
        out = fold_of(len(costs)) == fold
        relative = costs - costs[:, [best[out][0]]]
        chosen[out] = (columns[out] @ fitted(columns[~out], relative[~out])).argmin(axis=1)
    return gained(costs, best, chosen, tests)


def fitted(columns: Array, costs: Array, candidates: int = 1) -> Array:
    """Coefficients of columns (rows, d + 1), of rising degree, for each option's cost (rows, P): of the degree of the least criterion.

    Of many candidate inputs each must say more, by the extended criterion (Chen and Chen 2008, 10.1093/biomet/asn034).
    """
    rows, most = columns.shape
    price = np.log(rows) + 2.0 * np.log(candidates)
    gram, moments, squares = columns.T @ columns, columns.T @ costs, np.sum(costs**2, axis=0)
    found, least = np.zeros((most, costs.shape[1])), np.full(costs.shape[1], np.inf)
    for terms in range(1, most + 1):
        coefficients = np.linalg.lstsq(gram[:terms, :terms], moments[:terms], rcond=1e-10)[0]
        left = np.maximum(squares - np.sum(moments[:terms] * coefficients, axis=0), 1e-12 * squares + 1e-300)
        criterion = rows * np.log(left / rows) + terms * price
        better = criterion < least
        least = np.where(better, criterion, least)
        found[:, better] = 0.0
        found[:terms, better] = coefficients[:, better]
    return found


def joint_information(costs: Array, known: Array) -> Gain:
    """The gain from knowing several inputs, (cases, K), at once, by ridge regression on the polynomials that the criterion takes.

    Inputs, and how far they are bent, are chosen in the cases that are learnt from, and so is the penalty (generalised cross-validation).
    """
    from sklearn.linear_model import RidgeCV

    best, chosen = held_out_best(costs), held_out_best(costs)
    each = [np.column_stack([np.ones(len(costs)), polynomials(column)]) for column in known.T]
    for fold in range(FOLDS):
        out = fold_of(len(costs)) == fold
        relative = costs - costs[:, [best[out][0]]]
        degrees = [highest(fitted(columns[~out], relative[~out], len(each))) for columns in each]
        terms = [columns[:, 1 : 1 + degree] for columns, degree in zip(each, degrees, strict=True) if degree]
        if terms:
            columns = np.column_stack(terms)
            columns /= columns[~out].std(axis=0)
            size = relative[~out].std() or 1.0
            fit = RidgeCV(np.logspace(-1, 5, 13), alpha_per_target=costs.shape[1] > 1).fit(columns[~out], relative[~out] / size)
            chosen[out] = fit.predict(columns[out]).reshape(out.sum(), -1).argmin(axis=1)
    return gained(costs, best, chosen, tests=1)


def highest(coefficients: Array) -> int:
    """The highest degree that any option's cost has a term of; 0 without one."""
    return int(np.flatnonzero(coefficients.any(axis=1)).max(initial=0))


def fold_of(cases: int) -> Array:
    """The fold in which each case is held out."""
    return np.arange(cases) % FOLDS


def held_out_best(costs: Array) -> Array:
    """For each case, the option of the least mean cost in the folds that do not hold it, (cases,)."""
    fold = fold_of(len(costs))
    total = costs.sum(axis=0)
    best = [int((total - costs[fold == each].sum(axis=0)).argmin()) for each in range(FOLDS)]
    return np.array(best)[fold]


def gained(costs: Array, best: Array, chosen: Array, tests: int) -> Gain:
    """What the chosen options save against the best one."""
    saved = np.take_along_axis(costs, best[:, None], axis=1)[:, 0] - np.take_along_axis(costs, chosen[:, None], axis=1)[:, 0]
    return gain(saved, float(np.mean(best != chosen)), tests)


def gain(saved: Array, changed: float, tests: int) -> Gain:
    """The mean of what is saved in each unit; 0 unless that is beyond chance, at 5 % shared by all tests, and rests on enough units."""
    from scipy.stats import t

    if not saved.any():
        return Gain(0.0, 0.0, 0.0, changed)
    mean, low, high = (float(end) for end in mean_interval(saved))
    error = float(saved.std(ddof=1)) / np.sqrt(len(saved))
    beyond = np.isfinite(low) and mean > float(t.ppf(1.0 - SIGNIFICANCE / tests, len(saved) - 1)) * error
    return Gain(mean if beyond else 0.0, float(np.maximum(0.0, low)), float(np.maximum(0.0, high)), changed)
