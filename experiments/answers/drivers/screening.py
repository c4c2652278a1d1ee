"""Screening: how much each input of a study's cases explains of what came of them, with the draws and points that inputs really have.

A sampled parameter has one value a draw, a factor one a point, so many cases share a value and are no independent evidence on it. Each
input is therefore set against the means of its own units: draws, or points of a design that samples. Levels that were listed, and worlds,
are compared draw by draw (a two-way analysis of variance). All shares are of the variance over cases, so they can be set side by side.
"""

from typing import Any

import numpy as np

from lockgate.experiments.answers.cases import Cases, parameter_of
from lockgate.experiments.answers.drivers.index import NOTHING, Index
from lockgate.experiments.answers.drivers.shares import resampled, variance_shares
from lockgate.experiments.results.intervals import UPPER
from lockgate.experiments.results.verdict import ENOUGH
from lockgate.sim.model.parameters import PARAMETERS

Array = np.ndarray[Any, np.dtype[Any]]
WORLD = "world"
SIGNIFICANCE = 0.05


def screened(cases: Cases, outputs: Array, *, listed: bool) -> list[dict[str, Index]]:
    """For each output, (M, P), the share of its variance over cases that each input explains alone.

    Cases in which any output is NaN are left out. `listed` says whether the design lists levels rather than samples points. Inputs of fewer
    units than 50 are not screened, and are left out; levels and worlds always are.
    """
    sizes = tuple(len(np.unique(each)) for each in (cases.draws, cases.worlds, cases.points))
    blocks = outputs.reshape(*sizes, -1).copy()
    blocks[np.isnan(blocks).any(axis=3)] = np.nan
    whole = np.nanvar(blocks, axis=(0, 1, 2)) if np.isfinite(blocks).any() else np.zeros(outputs.shape[1])
    found: list[dict[str, Index]] = [{} for _ in whole]
    by_draw = {name: by_rank(values.reshape(sizes)[:, :, 0]) for name, values in cases.inputs.items() if name not in cases.factors}
    by_point = {name: values.reshape(sizes)[0, 0] for name, values in cases.inputs.items() if name in cases.factors}
    compared = {WORLD: np.arange(sizes[1]).repeat(sizes[2])} if sizes[1] > 1 else {}
    if listed:
        compared |= {name: np.tile(values, sizes[1]) for name, values in by_point.items()}
    else:
        add(found, by_point, mean_over(blocks, (0, 1)), whole)
    add(found, by_draw, mean_over(blocks, (1, 2)), whole)
    for name, level in compared.items():
        for place, variance in enumerate(whole):
            each = blocks[..., place].reshape(sizes[0], -1)
            found[place][name] = of_levels(each, level, float(variance), SIGNIFICANCE / len(compared))
    return found


def grade_of(cases: Cases, name: str) -> str:
    """The grade of a parameter's evidence; empty for a lever, a date or a world."""
    known = parameter_of(cases, name)
    return PARAMETERS[known].grade if known in PARAMETERS else ""


def by_rank(values: Array) -> Array:
    """A parameter's value in each draw, from those in each world (D, W): with several worlds, their mean rank within a world.

    >>> by_rank(np.array([[1.0, 10.0], [2.0, 30.0], [3.0, 20.0]])).tolist()
    [1.0, 2.5, 2.5]
    """
    if values.shape[1] == 1:
        return values[:, 0]
    from scipy.stats import rankdata

    ranks: Array = rankdata(values, axis=0).mean(axis=1).round(6)
    return ranks


def mean_over(blocks: Array, axes: tuple[int, int]) -> Array:
    """The mean of the cases of each unit, (units, P); NaN where it has none."""
    known = np.isfinite(blocks)
    count = known.sum(axis=axes)
    total = np.where(known, blocks, 0.0).sum(axis=axes)
    means: Array = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return means


def add(found: list[dict[str, Index]], inputs: dict[str, Array], means: Array, whole: Array) -> None:
    """Add the shares of inputs that have a value in each unit, from the means of units (units, P); unless there are too few of these."""
    known = np.isfinite(means).all(axis=1)
    columns = [values[known] for values in inputs.values()]
    if not columns or known.sum() < ENOUGH:
        return
    shares = variance_shares(np.column_stack(columns), means[known])
    part = np.where(whole > 0.0, means[known].var(axis=0) / np.where(whole > 0.0, whole, 1.0), 0.0)
    for place, ratio in enumerate(np.minimum(part, 1.0)):
        ends = zip(*(ratio * each[:, place] for each in (shares.share, shares.low, shares.high)), strict=True)
        found[place] |= {name: Index(*map(float, each)) for name, each in zip(inputs, ends, strict=True)}


def of_levels(each: Array, level: Array, variance: float, significance: float) -> Index:
    """The share of a variance that is between levels, from each draw's cases (D, cells) and the level of each cell.

    Each draw is seen at every level: draws in which one has no case are left out. The interval is over draws; with one draw there is none.

    >>> of_levels(np.array([[0.0, 1.0, 4.0, 5.0]]), np.array([0, 0, 1, 1]), 4.25, 0.05).share.__round__(3)
    0.941
    """
    means = np.column_stack([mean_over(each[:, level == value][:, :, None, None], (1, 2))[:, 0] for value in np.unique(level)])
    means = means[np.isfinite(means).all(axis=1)]
    draws, levels = means.shape
    if not draws or variance <= 0.0:
        return NOTHING
    if draws == 1:
        return Index(float(means.var() / variance))
    rest = means - means.mean(axis=0) - means.mean(axis=1, keepdims=True) + means.mean()
    error = float(np.sum(rest**2)) / ((draws - 1) * (levels - 1))
    between = float(means.mean(axis=0).var(ddof=1))
    from scipy.stats import f

    if between <= f.ppf(1.0 - significance, levels - 1, (draws - 1) * (levels - 1)) * error / draws or between <= 1e-12 * variance:
        return NOTHING
    share = (between - error / draws) * (levels - 1) / levels / variance
    again = (resampled(draws).T @ means).var(axis=1) / variance
    low, high = np.clip(share + np.quantile(again - again.mean(), [1.0 - UPPER, UPPER]), 0.0, 1.0)
    return Index(min(share, 1.0), float(low), float(high))
