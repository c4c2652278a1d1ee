"""Tails: how often harm exceeds an amount, and how large it is on average in the worst worlds.

Functions take cases by draw, (D, C): draws are independent, and the C cases of one draw (its worlds and points) are not.
"""

from typing import Any

import numpy as np

from lockgate.experiments.results.intervals import Interval, mean_interval, share_interval
from lockgate.experiments.results.verdict import Verdict, decided

Array = np.ndarray[Any, np.dtype[Any]]
TAIL = 0.05  # the share of cases that counts as the worst


def exceedance(values: Array, amounts: Array) -> Interval:
    """The share of cases, of (D, C), that exceeds each of these amounts, (A,), with its 95 % interval: three times (A,).

    The interval is pointwise and `share_interval`'s over draws. Where a draw has several cases it counts as one, as if they were all
    alike, so that the interval is then too wide rather than too narrow.

    >>> [end.round(3).tolist() for end in exceedance(np.arange(10.0)[:, None], np.array([4.0, 9.0]))]
    [[0.5, 0.0], [0.237, 0.0], [0.763, 0.278]]
    """
    ordered, draws = np.sort(values.ravel()), len(values)
    share = (values.size - np.searchsorted(ordered, amounts, side="right")) / values.size
    count = np.round(share * draws, 9)
    low, high = share_interval(np.floor(count), draws)[1], share_interval(np.ceil(count), draws)[2]
    return share, low, high


def worst_cases(values: Array) -> Array:
    """Which cases, of (D, C), are among the worst 5 %, the one included that is so in part; of equal ones all."""
    ordered = np.sort(values.ravel())
    worst: Array = values >= ordered[len(ordered) - int(np.ceil(round(TAIL * len(ordered), 9)))]
    return worst


def value_at_risk(values: Array) -> float:
    """The amount that 5 % of cases, (D, C), exceed, or fewer: the largest that is not wholly among the worst 5 %.

    >>> value_at_risk(np.arange(100.0)), value_at_risk(np.arange(101.0))
    (94.0, 95.0)
    """
    ordered = np.sort(values.ravel())
    return float(ordered[len(ordered) - int(np.floor(round(TAIL * len(ordered), 9))) - 1])


def shortfall_terms(values: Array) -> Array:
    """Terms, one a draw, (D,), whose mean is the expected shortfall of cases (D, C): the mean of the worst 5 % of them.

    That is the least of q + E[max(x - q, 0)] / 5 % over q, which is reached at the value at risk. Source: Rockafellar and Uryasev (2000),
    "Optimization of conditional value-at-risk"; Acerbi and Tasche (2002), "On the coherence of expected shortfall".

    >>> float(shortfall_terms(np.arange(100.0)[:, None]).mean())
    97.0
    """
    exceeded = value_at_risk(values)
    terms: Array = (exceeded + np.maximum(values - exceeded, 0.0) / TAIL).mean(axis=1)
    return terms


def expected_shortfall(values: Array) -> Interval:
    """The mean of the worst 5 % of cases, (D, C), with its asymptotic 95 % interval, that of the mean of `shortfall_terms`.

    The terms are the estimate's influence function, but for its constant, so that their spread is the estimate's. Their skewness is allowed
    for as `mean_interval` does; a normal interval is too narrow. None (NaN) where fewer than 10 draws are among the worst: under 200 draws
    of one case each. Source: Brazauskas, Jones, Puri and Zitikis (2008), "Estimating conditional tail expectation with actuarial
    applications in view"; Hall (1992), "On the removal of skewness by transformation".
    """
    return mean_interval(shortfall_terms(values))


def shortfall_verdict(outcome: str, values: Array, base: Array) -> Verdict:
    """The verdict on the expected shortfall of an outcome, (D, C), against that under the reference, (D, C), paired draw by draw.

    Its `less` and `more` are shares of all draws: those among the worst 5 % under either, in which the outcome is less or more.
    """
    mean, low, high = map(float, mean_interval(shortfall_terms(values) - shortfall_terms(base)))
    worst = (worst_cases(values) | worst_cases(base)).any(axis=1)
    change = np.where(worst, values.mean(axis=1) - base.mean(axis=1), 0.0)
    return decided(outcome, mean, low, high, len(values), int(np.sum(change < 0.0)), int(np.sum(change > 0.0)))
