"""The mean difference over two inputs: in each cell, with intervals that hold for all cells at once.

Cases of one draw share their luck, and so may those of one point, so intervals are by bootstrap over draws (and over points, where these
are a sample): all cases of a draw together. Source: Owen and Eckles (2012), "Bootstrapping data arrays of arbitrary order"; Westfall and
Young (1993), "Resampling-based multiple testing", for all cells at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from lockgate.experiments.answers.flips.axis import Axis
from lockgate.experiments.answers.flips.paired import Paired
from lockgate.experiments.answers.flips.smoother import Smoother, chosen_smoother
from lockgate.experiments.results.intervals import FEWEST, LEVEL, Z, unskewed
from lockgate.experiments.results.verdict import Verdict, decided
from lockgate.sim.model.outcomes import OUTCOMES

Array = np.ndarray[Any, np.dtype[Any]]
REPLICATES = 400
MOST_GROUPS = 1000  # draws are put into so many groups at most, each drawn as one
SEED = 1
FOLDS = 5
SUPPORT = 30.0  # cases that must count in a smoothed cell


@dataclass(frozen=True, eq=False)
class Field:
    """Of each cell, (Y, X): the mean difference, its simultaneous 95 % interval, and the verdict from them (None without support).

    `replicates`, (R, Y, X), are the means in bootstrap samples of draws.
    """

    smoother: Smoother
    mean: Array
    low: Array
    high: Array
    verdicts: list[list[Verdict | None]]
    replicates: Array

    @property
    def x(self) -> Axis:
        """The axis of columns."""
        return self.smoother.x

    @property
    def y(self) -> Axis:
        """The axis of rows."""
        return self.smoother.y

    @property
    def sides(self) -> Array:
        """+1 where there is clearly more, -1 where clearly less, 0 where neither, NaN without support, (Y, X)."""
        return np.array([[side_of(found) for found in row] for row in self.verdicts])


def side_of(found: Verdict | None) -> float:
    """The side of a clear verdict."""
    if found is None:
        return np.nan
    return (1.0 if found.direction == "more" else -1.0) if found.is_clear else 0.0


def field_of(paired: Paired, x: Axis, y: Axis) -> Field:
    """The field of paired cases over two axes."""
    rows, columns = y.place(paired.inputs[y.name]), x.place(paired.inputs[x.name])
    inside = (rows >= 0) & (columns >= 0)
    those, places = paired.where(inside), (rows * len(x.bins) + columns)[inside]
    folds = (those.points if those.sampled_points else those.draws) % FOLDS
    smoother = chosen_smoother(x, y, places, those.difference, folds)

    def mean(weights: Array) -> Array:
        return smoother.mean(smoother.binned(places, weights), smoother.binned(places, weights * those.difference))

    whole = mean(np.ones(len(those)))
    replicates = np.array([mean(weights) for weights in resamples(those)])
    return judged(those, places, smoother, whole, np.where(np.isfinite(replicates), replicates, whole))


def resamples(paired: Paired) -> Iterator[Array]:
    """Weights of the cases, (M,), in each bootstrap sample of draws; times those of points, where these are a sample."""
    by = [paired.draws, paired.points] if paired.sampled_points else [paired.draws]
    counts = [times_drawn(each, SEED + number) for number, each in enumerate(by)]
    return (np.prod([mine[sample][groups] for mine, groups in counts], axis=0) for sample in range(REPLICATES))


def times_drawn(group: Array, seed: int) -> tuple[Array, Array]:
    """How often each group is drawn in each sample, (R, G), and the group of each case, (M,)."""
    from scipy.stats import multinomial

    _, place = np.unique(group, return_inverse=True)
    place = place % MOST_GROUPS
    groups = int(place.max()) + 1
    drawn = multinomial.rvs(groups, np.full(groups, 1.0 / groups), size=REPLICATES, random_state=seed)
    return np.asarray(drawn, float).reshape(REPLICATES, groups), place


def judged(paired: Paired, places: Array, smoother: Smoother, mean: Array, replicates: Array) -> Field:
    """The field with intervals that hold for all cells at once, and the verdict of each cell."""
    draws, less, more = repeats(paired, places, smoother)
    supported = np.isfinite(mean) & (draws >= (FEWEST if smoother.smooths else 2))
    free = draws - (len(smoother.basis) - 1 if smoother.smooths else 0)
    low, high = simultaneous(mean, replicates, np.where(supported, free, np.nan))
    known = (less + more >= np.minimum(FEWEST, draws / 2)) & (not OUTCOMES[paired.outcome].heavy_tail)
    low, high, shown = np.where(known, low, np.nan), np.where(known, high, np.nan), np.where(supported, mean, np.nan)
    numbers = np.stack([mean, low, high, draws, less, more], axis=-1)
    verdicts = [
        [decided(paired.outcome, *cell.tolist()) if there else None for cell, there in zip(*row, strict=True)]
        for row in zip(numbers, supported, strict=True)
    ]
    return Field(smoother, shown, low, high, verdicts, replicates)


def repeats(paired: Paired, places: Array, smoother: Smoother) -> tuple[Array, Array, Array]:
    """How many draws count in each cell, and how many of them have less and more, (Y, X) each.

    Of levels, draws are counted. Where one smooths, it is the number of equally weighted cases that would be as precise (Kish 1965), and no
    more than there are draws; none where too few cases lie near.
    """
    difference = paired.difference
    if not smoother.smooths:
        draws = int(paired.draws.max()) + 1
        numbers, place = np.unique(places * draws + paired.draws, return_inverse=True)
        difference, places = np.bincount(place, difference), numbers // draws
    counts, *sides = (
        smoother.binned(places, which.astype(float)) for which in (np.isfinite(difference), difference < 0.0, difference > 0.0)
    )
    total, less, more = (smoother.spread(each) for each in (counts, *sides))
    if not smoother.smooths:
        return total, less, more
    near = smoother.within(counts)
    safe = np.where(total > 0.0, total, 1.0)
    precise = np.where((total > SUPPORT) & (near >= FEWEST), total**2 / np.where(total > 0.0, smoother.spread(counts, 2), 1.0), 0.0)
    draws_there = np.floor(np.minimum(precise, len(np.unique(paired.draws))))
    return draws_there, less * draws_there / safe, more * draws_there / safe


def simultaneous(mean: Array, replicates: Array, draws: Array) -> tuple[Array, Array]:
    """The ends of intervals that hold for all cells with support at once, with probability 95 %; NaN where `draws` are.

    `draws` are those that count in a cell, less what a local polynomial has beyond a mean. How many standard errors that takes is the 95 %
    quantile of the largest deviation in bootstrap samples. It is put through Student's distribution, since few draws know their own spread
    badly, and each end is the wider of that and of Hall's correction for skewness.
    """
    from scipy.special import ndtr, stdtrit

    off = replicates - mean
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.sqrt(np.mean(off**2, axis=0) * draws / (draws - 1.0))
        error = np.where(error > 1e-12 * np.nanmax(np.abs(mean), initial=0.0), error, np.nan)
    if not np.isfinite(error).any():
        return error, error
    largest = np.nanmax(np.abs(off / error).reshape(len(off), -1), axis=1)
    outside = float(ndtr(-max(float(np.quantile(largest, LEVEL)), Z)))
    reach = stdtrit(np.maximum(draws - 1.0, 1.0), 1.0 - outside) / np.sqrt(draws)
    skewness = np.where(draws >= FEWEST, np.mean((off / error) ** 3, axis=0) * np.sqrt(draws), 0.0)
    spread = error * np.sqrt(draws)
    low, high = (unskewed(sign * reach, skewness, draws) for sign in (1.0, -1.0))  # type: ignore[arg-type]
    return mean - spread * np.fmax(reach, low), mean - spread * np.fmin(-reach, high)
