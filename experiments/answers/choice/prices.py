"""The price of a day: which policy costs least, by what a day of access is worth to an organisation.

The cost of a policy is its harm and the price of a day times the access that it forgoes. Expected costs are lines over the price, and the
lowest of them is their lower envelope.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from lockgate.experiments.answers.cases import HARM, Array
from lockgate.experiments.results.ratios import ratios
from lockgate.experiments.results.verdict import leaders
from lockgate.experiments.text.numbers import money, percent

if TYPE_CHECKING:
    import pandas as pd

RESAMPLES = 2000
AT_ONCE = 5_000_000  # draws of resamples
PRICES = 121  # on the grid, 0 among them
UNIT = "a day of access of an organisation of mean size"


@dataclass(frozen=True)
class Switch:
    """The price from which `above` costs less than `below` on average, with its 95 % interval; NaN where access does not clearly differ."""

    below: int
    above: int
    price: float
    low: float
    high: float

    def said(self) -> str:
        """The price and its interval."""
        if not np.isfinite(self.low):
            return f"{money(self.price)} (no interval: their access forgone does not clearly differ)"
        return f"{money(self.price)} [{money(self.low, like=self.price)} to {money(self.high, like=self.price)}]"


@dataclass(frozen=True, eq=False)
class Prices:
    """Costs of P policies over K prices (US$ a day of access of an organisation of mean size), from D draws.

    `grid` is (K,), `cost` (K, P) the expected cost, `best` (K, P) the share of resamples of the draws in which each policy costs least, and
    `leaders` has the policies at each price of which, by their paired differences, one cannot say that another one costs less. `stretches`
    are the policies of the lower envelope with the prices from which and up to which they are on it, and `switches` what lies between.
    `same` has those that differ from an earlier policy in no draw, by their place; they are in no resample.
    """

    names: tuple[str, ...]
    grid: Array
    cost: Array
    best: Array
    leaders: tuple[tuple[int, ...], ...]
    stretches: tuple[tuple[int, float, float], ...]
    switches: tuple[Switch, ...]
    same: dict[int, int]
    own: tuple[float, float, float]

    def alike(self, place: int) -> tuple[int, ...]:
        """A policy, and those that differ from it in no draw."""
        return (place, *(other for other, first in self.same.items() if first == place))

    def clear(self, place: int) -> tuple[float, float] | None:
        """The lowest and the highest price of the grid at which a policy clearly costs less than every other one."""
        alone = self.grid[[found == (place,) for found in self.leaders]]
        return (float(alone[0]), float(alone[-1]) if alone[-1] < self.grid[-1] else np.inf) if len(alone) else None

    def frame(self) -> "pd.DataFrame":
        """One row a price and policy: the expected cost, in which share of resamples it is least, and whether it may be called so."""
        import pandas as pd

        each = [(place, number) for number in range(len(self.grid)) for place in range(len(self.names))]
        places, numbers = np.array(each).T
        may = [place in self.leaders[number] for place, number in each]
        return pd.DataFrame(
            {
                "price": self.grid[numbers],
                "policy": [self.names[place] for place in places],
                "expected_cost": self.cost[numbers, places],
                "best_share": self.best[numbers, places],
                "least_or_not_told_apart": may,
            }
        )

    def sentences(self) -> list[str]:
        """Which policy costs least from which price to which, how sure that is, and where the model's own price lies."""
        said = [self.stretch(place, low, high) for place, low, high in self.stretches]
        said += [
            f"{self.names[switch.above]} costs less than {self.names[switch.below]} on average from {switch.said()} on."
            for switch in self.switches
        ]
        said += [f"{self.names[place]} costs the same as {self.names[first]} in every draw." for place, first in self.same.items()]
        if np.isfinite(self.own[0]):
            low, middle, high = self.own
            said.append(
                f"The world's own price of a day has the median {money(middle)} (5 to 95 % of draws: {money(low, like=middle)} to "
                f"{money(high, like=middle)})."
            )
        return said

    def stretch(self, place: int, low: float, high: float) -> str:
        """Where a policy costs least on average, where clearly so, and in how many resamples."""
        inside = (self.grid >= low) & (self.grid <= high)
        shares = self.best[inside, place]
        most = f"; in up to {percent(shares.max())} of resamples of the draws" if shares.size else ""
        clear = self.clear(place)
        told = f"clearly so {over(*clear)}" if clear else f"but cannot be told apart there from {self.rivals(place, inside)}"
        return f"{self.names[place]} has the least expected cost {over(low, high)}, {told}{most}."

    def rivals(self, place: int, inside: Array) -> str:
        """The other policies that may be called least at one of these prices."""
        there = {each for number in np.flatnonzero(inside) for each in self.leaders[number]} - {place, *self.same}
        return ", ".join(self.names[each] for each in sorted(there)) or "others"

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        stretches: list[dict[str, Any]] = []
        for place, low, high in self.stretches:
            clear = self.clear(place)
            stretches.append({"policy": self.names[place], "from": low, "to": high, "clear": list(clear) if clear else None})
        return {
            "price": f"US$ {UNIT}",
            "least_expected_cost": stretches,
            "switches": [
                {"from": self.names[each.below], "to": self.names[each.above], "price": each.price, "low": each.low, "high": each.high}
                for each in self.switches
            ],
            "prices": self.grid.tolist(),
            "best_share": {name: self.best[:, place].tolist() for place, name in enumerate(self.names)},
            "leaders": [[self.names[place] for place in found] for found in self.leaders],
            "same": {self.names[place]: self.names[first] for place, first in self.same.items()},
            "own_price": dict(zip(("p5", "median", "p95"), self.own, strict=True)),
        }


def over(low: float, high: float) -> str:
    """From one price to another one, in words.

    >>> over(0.0, 2000.0), over(2000.0, float("inf")), over(0.0, float("inf"))
    ('up to US$ 2.00 thousand a day', 'from US$ 2.00 thousand a day on', 'at every price of a day')
    """
    if high == np.inf:
        return f"from {money(low)} a day on" if low else "at every price of a day"
    return f"from {money(low)} to {money(high)} a day" if low else f"up to {money(high)} a day"


def price_of_a_day(
    names: Sequence[str], harm: Array, access: Array, *, own: Array | None = None, prices: Sequence[float] | None = None, seed: int = 1
) -> Prices:
    """Which of P policies costs least at which price, from their harm (US$) and access forgone (organisation-days), (D, P) each.

    `own` has the world's own price of a day in each draw, (D,). `prices` are those that are looked at; by default 0 and others up to twice
    the largest switching price.
    """
    same = duplicates(np.concatenate([harm, access]))
    distinct = [place for place in range(len(names)) if place not in same]
    means = harm.mean(axis=0), access.mean(axis=0)
    stretches = [(distinct[place], low, high) for place, low, high in envelope(means[0][distinct], means[1][distinct])]
    switches = tuple(switch(harm, access, one[0], other[0]) for one, other in pairwise(stretches))
    middle = tuple(np.quantile(own, (0.05, 0.5, 0.95)).tolist()) if own is not None and len(own) else (np.nan,) * 3
    grid = default_grid([each.price for each in switches], middle[2]) if prices is None else np.unique(np.asarray(prices, float))
    best = np.zeros((len(grid), len(names)))
    best[:, distinct] = shares_best(harm[:, distinct], access[:, distinct], grid, seed=seed)
    told = [leaders(HARM, harm[:, distinct] + price * access[:, distinct]) for price in grid]  # a cost is money, as harm is
    found = tuple(tuple(distinct[place] for place in each) for each in told)
    cost = means[0] + grid[:, None] * means[1]
    return Prices(tuple(names), grid, cost, best, found, tuple(stretches), switches, same, middle)


def duplicates(values: Array) -> dict[int, int]:
    """Columns that are the same as an earlier one, which they are mapped to.

    >>> duplicates(np.array([[1.0, 2.0, 1.0], [3.0, 3.0, 3.0]]))
    {2: 0}
    """
    first: dict[bytes, int] = {}
    placed = [first.setdefault(column.tobytes(), place) for place, column in enumerate(values.T)]
    return {place: by for place, by in enumerate(placed) if by != place}


def envelope(harm: Array, access: Array) -> list[tuple[int, float, float]]:
    """The lower envelope of the lines `harm + price * access`, (P,) each, over prices from 0 on: each line, from which price, to which.

    >>> envelope(np.array([1.0, 3.0, 9.0]), np.array([4.0, 2.0, 1.0]))
    [(0, 0.0, 1.0), (1, 1.0, 6.0), (2, 6.0, inf)]
    """
    place, price = min(range(len(harm)), key=lambda each: (harm[each], access[each])), 0.0
    found: list[tuple[int, float, float]] = []
    while True:
        flatter = [each for each in range(len(harm)) if access[each] < access[place]]
        crossing = {each: float((harm[each] - harm[place]) / (access[place] - access[each])) for each in flatter}
        if not crossing:
            return [*found, (place, price, np.inf)]
        following = min(crossing, key=lambda each: (crossing[each], access[each]))
        if crossing[following] > price:
            found.append((place, price, crossing[following]))
        place, price = following, max(price, crossing[following])


def switch(harm: Array, access: Array, below: int, above: int) -> Switch:
    """The price at which two policies cost the same on average, with the interval of a ratio of means."""
    more, less = harm[:, [above]] - harm[:, [below]], access[:, [below]] - access[:, [above]]
    found = ratios(more, less)
    return Switch(below, above, float(more.mean() / less.mean()), float(found["low"][0]), float(found["high"][0]))


def default_grid(switches: Sequence[float], own: float) -> Array:
    """Prices from 0 to beyond what matters, at equal ratios."""
    known = [each for each in (*switches, own) if np.isfinite(each) and each > 0.0] or [1.0]
    return np.concatenate([[0.0], np.geomspace(min(known) / 10.0, 2.0 * max(known), PRICES - 1)])


def shares_best(harm: Array, access: Array, grid: Array, *, resamples: int = RESAMPLES, seed: int = 1) -> Array:
    """In which share of resamples of the draws each of P policies costs least, at each of K prices, (K, P).

    Draws are resampled whole, so that what policies share stays shared. Source: Efron (1979), "Bootstrap methods: another look at the
    jackknife".
    """
    values = np.concatenate([harm, access], axis=1)
    won = np.zeros((len(grid), harm.shape[1]))
    for means in resampled_means(values, resamples, seed):
        first, second = np.split(means, 2, axis=1)
        least = np.argmin(first[:, None] + grid[:, None] * second[:, None], axis=2)
        won += np.stack([np.sum(least == place, axis=0) for place in range(harm.shape[1])], axis=1)
    return won / resamples


def resampled_means(values: Array, resamples: int, seed: int) -> list[Array]:
    """The means of columns, (D, C), in resamples of the rows, in pieces of (B, C)."""
    from scipy.stats import multinomial

    draws = len(values)
    piece = max(1, min(resamples, AT_ONCE // draws))
    sizes = [min(piece, resamples - begin) for begin in range(0, resamples, piece)]
    drawn = multinomial(draws, np.full(draws, 1.0 / draws))
    return [drawn.rvs(size, random_state=seed + number) @ values / draws for number, size in enumerate(sizes)]
