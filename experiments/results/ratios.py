"""Ratios of two paired differences: how much of what can be prevented a policy prevents, and what a day of access may be worth for it."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from lockgate.experiments.results.intervals import Columns, by_count, level, mean_interval
from lockgate.experiments.results.selection import Array
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.rules.rule import rule

HARM, ACCESS = "model_enabled_harm", "access_forgone"
PRICES = ("unknown", "unclear", "better", "worse", "less", "more")  # what may be said of a break-even, by their codes
UNKNOWN, UNCLEAR, BETTER, WORSE, PAYS_BELOW, PAYS_ABOVE = range(6)


def ratios(top: Array, bottom: Array) -> Columns:
    """The mean of one paired quantity over that of another, (D, C) each, with its 95 % interval by the delta method.

    The interval is that of the mean of `top - ratio * bottom`, over the mean of `bottom`. There is no ratio where that mean is not
    clearly different from 0. Draws in which either is NaN are left out. Source: Cochran (1977), "Sampling techniques", section 6.3.

    >>> found = ratios(np.array([[1.0], [2.0], [3.0]]), np.array([[2.0], [5.0], [5.0]]))
    >>> [round(float(found[name][0]), 3) for name in ("ratio", "low", "high")]
    [0.5, 0.189, 0.811]
    """

    def method(top: Array, bottom: Array) -> Columns:
        whole, low, high = mean_interval(bottom)
        unclear = (whole == 0.0) | ((low <= 0.0) & (high >= 0.0))
        whole = np.where(unclear, np.nan, whole)
        ratio = top.mean(axis=0) / whole
        ends = [end / whole for end in mean_interval(top - np.nan_to_num(ratio) * bottom)[1:]]
        means = {"top": top.mean(axis=0), "bottom": bottom.mean(axis=0)}
        return {"ratio": ratio, "low": ratio + np.minimum(*ends), "high": ratio + np.maximum(*ends), **means}

    return by_count(method, top, bottom)


def relative(values: Array, base: Array) -> Columns:
    """The mean difference as a share of the reference's mean, with its interval, for each column of (D, C).

    The interval is that of the mean difference in the outcome's unit, over the mean of the reference as it was found: so it excludes 0
    where that does. NaN where that mean is not clearly above 0, or values may be below 0: `{relative, relative_low, relative_high}`.

    >>> base = np.arange(10.0, 30.0)[:, None]
    >>> [round(float(column[0]), 3) for column in relative(0.9 * base + np.arange(20)[:, None] % 2, base).values()]
    [-0.074, -0.092, -0.056]
    """

    def method(values: Array, base: Array) -> Columns:
        whole, low, _ = mean_interval(base)
        whole = np.where((low > 0.0) & (base >= 0.0).all(axis=0), whole, np.nan)
        return dict(zip(("relative", "relative_low", "relative_high"), (end / whole for end in mean_interval(values - base)), strict=True))

    found = by_count(method, values, base)
    del found["draws"]
    return found


def ceiling_summary(harm: Array, ceiling: Array) -> dict[str, Any]:
    """What is left under the ceiling, and what it removes of the reference's harm; both (D,)."""
    found = ratios((harm - ceiling)[:, None], harm[:, None])
    share = {name: float(found[column][0]) for name, column in (("mean", "ratio"), ("low", "low"), ("high", "high"))}
    return {"harm": level(OUTCOMES[HARM], ceiling), "removed": level(OUTCOMES[HARM], harm - ceiling), "removed_share": share}


def share_summary(names: Sequence[str], harm: Array, ceiling: Array) -> dict[str, dict[str, float]]:
    """The share that each policy but the first removes of what the ceiling removes; `harm` (D, P), `ceiling` (D,)."""
    removed = harm[:, :1] - harm[:, 1:]
    removable = np.broadcast_to(harm[:, :1] - ceiling[:, None], removed.shape)
    return by_policy(names, ratios(removed, removable), {"ratio": "mean", "top": "harm_removed", "bottom": "harm_removable"})


def break_even_summary(names: Sequence[str], harm: Array, access: Array) -> dict[str, dict[str, float]]:
    """The harm that each policy but the first avoids, for each organisation-day of access that it costs; both (D, P)."""
    found = ratios(harm[:, :1] - harm[:, 1:], access[:, 1:] - access[:, :1])
    return by_policy(names, found, {"ratio": "mean", "top": "harm_avoided", "bottom": "access_forgone"})


@rule
def priced(low: float, high: float, avoided: float, forgone: float, clear: bool) -> int:
    """What may be said of the value of a day of access at which a policy breaks even, from its interval and the means of both quantities.

    `clear` says whether the difference in harm is. The code is a place in `PRICES`: better or worse at any value, or it pays where a day is
    worth less, or more, than that.
    """
    if math.isnan(low) or math.isnan(high):
        return UNKNOWN
    if low <= 0.0 <= high or not clear:
        return UNCLEAR
    if (avoided > 0.0) != (forgone > 0.0):
        return BETTER if avoided > 0.0 else WORSE
    return PAYS_BELOW if forgone > 0.0 else PAYS_ABOVE


def by_policy(names: Sequence[str], found: Columns, called: dict[str, str]) -> dict[str, dict[str, float]]:
    """Columns as a summary has them, for each policy but the first."""
    columns = {called.get(name, name): column for name, column in found.items() if name != "draws"}
    return {policy: {name: float(column[place]) for name, column in columns.items()} for place, policy in enumerate(names[1:])}
