"""Means over the points of a design: first over points within each draw, then over draws, which alone are a sample."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from lockgate.experiments.results.intervals import Columns, changes, levels
from lockgate.experiments.results.ratios import relative
from lockgate.experiments.results.replicate import (
    By,
    Groups,
    Values,
    cells,
    codes_of,
    differs,
    groups_of,
    referring,
    summed,
    together,
    verdict_columns,
)
from lockgate.experiments.results.selection import Array, Selection
from lockgate.experiments.results.structure import split_frame
from lockgate.experiments.results.verdict import verdicts_on
from lockgate.sim.bounds import shown
from lockgate.sim.errors import InputError
from lockgate.sim.model.outcomes import OUTCOMES, Outcome

OVER = "point"
ONE_EACH = ("world", "policy")  # what a group may have one of only


def estimate(selection: Selection, values: Values, by: By, weights: Sequence[float] | None) -> pd.DataFrame:
    """Each outcome's mean over points in each group, with its 95 % interval over draws."""
    return split_frame(selection.study, selection.draws, values, by, partial(estimate_groups, selection, weights))


def estimate_groups(selection: Selection, weights: Sequence[float] | None, values: Values, by: By) -> pd.DataFrame:
    """The same where no group is told apart by what differs between draws."""
    groups = groups_of_means(selection, by)
    means = {name: averaged(selection, groups, weights, cells(selection.of(each))) for name, each in values.items()}
    return framed(groups, {name: levels(as_mean(name), each) for name, each in means.items()})


def difference(selection: Selection, values: Values, by: By, reference: str | None, weights: Sequence[float] | None) -> pd.DataFrame:
    """The paired difference of these means to the same under the reference policy, likewise."""
    make = partial(differing_groups, selection, reference, weights)
    return split_frame(selection.study, selection.draws, values, by, make)


def differing_groups(selection: Selection, reference: str | None, weights: Sequence[float] | None, values: Values, by: By) -> pd.DataFrame:
    """The same where no group is told apart by what differs between draws."""
    compared, referred = referring(selection, reference)
    groups, found = groups_of_means(compared, by), {}
    for name, each in values.items():
        same = np.broadcast_to(referred.of(each), compared.shape)
        mine, base = (averaged(compared, groups, weights, cells(part)) for part in (compared.of(each), same))
        columns = changes(as_mean(name), mine, base)
        found[name] = columns | relative(mine, base) | verdict_columns(verdicts_on(name, columns, mine, base))
    frame = framed(groups, found)
    frame.attrs["reference"] = selection.study.policies[selection.policy(reference)].name
    return frame


def framed(groups: Groups, found: dict[str, Columns]) -> pd.DataFrame:
    """One row an outcome and group, with the number of points over which means were taken."""
    points = np.bincount(groups.of, minlength=groups.count)
    frame = together([groups.frame(name, {"points": points, **columns}) for name, columns in found.items()])
    frame.attrs["mean_over"] = OVER
    return frame


def as_mean(name: str) -> Outcome:
    """An outcome as its means over points are: of what is true or false, a share of points."""
    known = OUTCOMES[name]
    return replace(known, type=float) if known.type is bool else known


def averaged(selection: Selection, groups: Groups, weights: Sequence[float] | None, runs: Array) -> Array:
    """Runs, (D, C), as weighted means within each draw and group, (D, G): NaN where one of a draw's points is not there."""
    each = checked_weights(weights, len(selection.points))[codes_of(selection, OVER)]
    means: Array = summed(runs * each, groups) / np.bincount(groups.of, weights=each, minlength=groups.count)
    return means


def checked_weights(weights: Sequence[float] | None, points: int) -> Array:
    """A weight for each selected point, (N,): all alike unless some are given, which must be numbers above 0."""
    if weights is None:
        return np.ones(points)
    try:
        given = np.asarray(weights, float)
    except (TypeError, ValueError):
        given = np.zeros(0)
    if given.shape != (points,) or not np.isfinite(given).all() or not (given > 0.0).all():
        wanted = f"a list of {points} numbers above 0, one for each selected point; leave a point out by where(point=[...])"
        raise InputError(f"weights = {shown(weights)} must be {wanted}")
    return given


def groups_of_means(selection: Selection, by: By) -> Groups:
    """The cells that are selected, grouped by columns (default: world and policy), each group in one world under one policy."""
    groups = groups_of(selection, ONE_EACH if by is None else by)
    for name in ONE_EACH:
        if differs(selection, groups, name):
            value: Any = selection.values(name)[0]
            said = f"{name}s were chosen, and their mean is that of no {name}"
            raise InputError(
                f'by = {", ".join(groups.by) or "nothing"}: with mean_over = "{OVER}" a group has one world and one policy, and {name} '
                f'differs within it; {said}; add {name} to by, or choose first, such as where({name}="{value}")'
            )
    return groups


def check_mean_over(mean_over: str | None, weights: object, factors: Sequence[str]) -> None:
    """Refuse a mean within draws over anything but points, and weights without it."""
    if mean_over is None and weights is not None:
        raise InputError(f'weights are those of points in a mean within each draw; add mean_over = "{OVER}", or drop them')
    if mean_over not in (None, OVER):
        others = (
            f"; its other factors can stand in by, such as by = [{', '.join(map(repr, ONE_EACH))}, ...]" if mean_over in factors else ""
        )
        raise InputError(f"mean_over = {shown(mean_over)} must be {OVER!r}: within a draw, means are over the points of the design{others}")
