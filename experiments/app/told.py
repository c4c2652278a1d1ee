"""What the page is told of results: estimates, verdicts and quantiles of what its readers look at, and values draw by draw."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import numpy as np

from lockgate.experiments.answers.over_time.effect import WORLDS, effects
from lockgate.experiments.browser.spec import PAGE_DRAWS
from lockgate.experiments.results.intervals import levels
from lockgate.experiments.results.ratios import ACCESS, HARM, PRICES, break_even_summary, priced
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.verdict import Verdict
from lockgate.experiments.results.verdict import verdict as verdict_on
from lockgate.sim.model.outcomes import OUTCOMES

Array = np.ndarray[Any, np.dtype[Any]]


def result(results: Results) -> dict[str, Any]:
    """A comparison as the page draws it; policies are in the order in which they were asked for, outcomes those that the page knows.

    `outcomes -> NAME -> [{mean, low, high, quantiles, difference}]` has the quantiles over worlds at `levels`, and the verdict on the
    difference from the first policy. `prices` has break-evens, and `effect` that over time, of each policy but the first. `values` has
    outcomes draw by draw, one base64 of little-endian doubles for each policy, and `by_week` weekly harm (draws x weeks) likewise. Of more
    draws than a page makes itself, only harm is told draw by draw.
    """
    names, draws = results.names, results.draws
    read = {name: results.outcome(name) for name in OUTCOMES}
    full = draws <= PAGE_DRAWS
    return {
        "draws": draws,
        "names": list(names),
        "labels": list(results.labels),
        "changes": list(results.changes),
        "kinds": results.kinds,
        "levels": list(WORLDS),
        "outcomes": {name: [told(name, values, place) for place in range(len(names))] for name, values in read.items()},
        "prices": [None, *prices(results)],
        "effect": [None, *(each.content() for each in effects(results))] if len(names) > 1 else [None],
        "values": {
            name: [packed(values[:, place]) for place in range(len(names))] for name, values in read.items() if full or name == HARM
        },
        "by_week": [packed(results.weekly("harm")[:, place].ravel()) for place in range(len(names))] if full else None,
    }


def prices(results: Results) -> Iterator[dict[str, Any]]:
    """What a day of access may be worth for each policy but the first to break even, and what may be said of that."""
    harm = results.outcome(HARM)
    found = break_even_summary(results.names, harm, results.outcome(ACCESS))
    for place, price in enumerate(found.values(), start=1):
        clear = verdict_on(HARM, harm[:, place], harm[:, 0]).is_clear
        word = PRICES[priced(price["low"], price["high"], price["harm_avoided"], price["access_forgone"], clear)]
        yield {**{end: price[end] for end in ("mean", "low", "high")}, "word": word}


def told(name: str, values: Array, place: int) -> dict[str, Any]:
    """One outcome, (D, P), under the policy at this place: its mean with its interval, its spread over worlds, and its difference."""
    mine = values[:, place]
    found = levels(OUTCOMES[name], mine[:, None])
    good = mine[np.isfinite(mine)]
    return {
        **{end: float(found[end][0]) for end in ("mean", "low", "high")},
        "quantiles": np.quantile(good, WORLDS).tolist() if len(good) else [None] * len(WORLDS),
        "difference": difference(verdict_on(name, mine, values[:, 0]), values[:, 0]) if place else None,
    }


def difference(found: Verdict, base: Array) -> dict[str, Any]:
    """A verdict, with the ends as shares of the reference's mean where that is above 0."""
    mean = float(np.nanmean(base)) if np.isfinite(base).any() else 0.0
    share = {f"{end}_share": getattr(found, end) / mean if mean > 0.0 else None for end in ("mean", "low", "high")}
    return {**found.content(), "name": found.name, "better": found.is_better, **share}


def packed(values: Array) -> str:
    """Numbers as the base64 of little-endian doubles, which browsers read at once.

    >>> packed(np.array([1.0]))
    'AAAAAAAA8D8='
    """
    return b64encode(np.ascontiguousarray(values, "<f8").tobytes()).decode()
