"""Luck: the part of an output's variance that no input explains, because draws with the same inputs still differ by their seeds."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lockgate.experiments.answers.drivers.index import Index, shares
from lockgate.experiments.answers.drivers.shares import resampled
from lockgate.experiments.results.intervals import UPPER
from lockgate.experiments.text.numbers import percent

Array = np.ndarray[Any, np.dtype[Any]]
MOST_FITTED = 2_000  # cases that a fit learns from
FOLDS = 5


@dataclass(frozen=True)
class Luck:
    """The share of variance that inputs do not explain, with its 95 % interval (NaN where there is none).

    From several draws at each point (`draws`) it is what differs between draws at a point; `common` is the part that is the same at all
    points, which cancels in effects of inputs. From one draw (`fit`) it is what a fit of all inputs left unexplained in cases that it had
    not seen: at most so much is luck. `seeds_only` says whether draws differ by nothing but their seeds.
    """

    source: Literal["draws", "fit"]
    share: float
    low: float
    high: float
    common: float
    seeds_only: bool

    def sentence(self) -> str:
        """What it says."""
        said = shares(Index(self.share, self.low, self.high))
        if self.source == "fit":
            return (
                f"At most {said} of the variance is luck: a fit of all inputs leaves so much unexplained in cases that it has "
                "not seen. With one run a case, luck cannot be told from what the fit misses."
            )
        what = "luck (draws differ by their seeds alone)" if self.seeds_only else "between draws: luck, and parameters that draws sample"
        return f"{said} of the variance is {what}; {percent(self.common)} is the same at all points and cancels in the influence of inputs."


def luck_of_draws(outputs: Array, *, seeds_only: bool) -> Luck:
    """Luck from D draws at each of N points, (D, N), both at least 2: a two-way analysis of variance with random draws and points.

    The interval is that of the Bayesian bootstrap over points.

    >>> luck_of_draws(np.array([[0.0, 10.0], [2.0, 12.0]]), seeds_only=True).share.__round__(3)
    0.038
    """
    points = outputs.shape[1]
    even = np.full((points, 1), 1.0 / points)
    share, common = (float(part[0]) for part in parts(outputs, even))
    found = parts(outputs, resampled(points))[0]
    low, high = np.quantile(found, [1.0 - UPPER, UPPER])
    return Luck("draws", share, float(low), float(high), common, seeds_only)


def parts(outputs: Array, weights: Array) -> tuple[Array, Array]:
    """The shares of variance between draws, in all and the same at all points, under each column of weights of points (N, B)."""
    draws, points = outputs.shape
    mean = outputs.mean(axis=0)
    within = outputs.var(axis=0, ddof=1) @ weights
    by_draw = (outputs - mean) @ weights  # what a draw adds at all points alike
    together = by_draw.var(axis=0, ddof=1)
    own = np.maximum(within - together, 0.0) * points / (points - 1)
    common = np.maximum(together - own / points, 0.0)
    centre = mean @ weights
    between = ((mean[:, None] - centre) ** 2 * weights).sum(axis=0) * points / (points - 1) - own / draws
    total = np.maximum(between, 0.0) + common + own
    total = np.where(total > 0.0, total, 1.0)
    return (common + own) / total, common / total


def luck_of_fit(inputs: Array, output: Array, groups: Array) -> Luck:
    """What boosted trees on all inputs (cases, K) leave unexplained of an output in held-out cases; cases of a group are held out together.

    Of more than 2,000 cases every n-th is looked at. The interval is that of the folds.
    """
    from sklearn.ensemble import GradientBoostingRegressor  # in one thread: it is called where many run
    from sklearn.model_selection import GroupKFold, cross_val_score

    step = max(1, -(-len(output) // MOST_FITTED))
    inputs, output, groups = inputs[::step], output[::step], groups[::step]
    if not inputs.shape[1] or not np.ptp(output):
        return Luck("fit", 1.0, np.nan, np.nan, np.nan, seeds_only=False)
    trees = {"n_estimators": 100, "learning_rate": 0.1, "max_depth": 3, "min_samples_leaf": 5}
    fit = GradientBoostingRegressor(**trees, subsample=0.5, max_features=0.2, random_state=1)
    scores = cross_val_score(fit, inputs, output / output.std(), groups=groups, cv=GroupKFold(FOLDS), scoring="neg_mean_squared_error")
    left = np.clip(-scores, 0.0, 1.0)
    error = 2.0 * left.std(ddof=1) / np.sqrt(FOLDS)
    share = float(left.mean())
    return Luck("fit", share, max(0.0, share - float(error)), min(1.0, share + float(error)), np.nan, seeds_only=False)
