"""Designs: which points a study looks at, each a value of every factor."""

from collections.abc import Mapping, Sequence
from itertools import repeat
from math import prod
from typing import Any

import numpy as np

from lockgate.experiments.study.factor import Factor, Value
from lockgate.sim.errors import InputError
from lockgate.sim.limits import MOST_POINTS
from lockgate.sim.model.parameters import Choice

Array = np.ndarray[Any, np.dtype[Any]]
Design = Mapping[str, Any]
Columns = dict[str, tuple[Value, ...]]

LISTING = ("grid", "zip")  # the designs that list levels; others sample
POWER_OF_TWO = ("sobol", "saltelli")


def points(design: Design, factors: Sequence[Factor], seed: int) -> Columns:
    """The value of each factor, by its column, at each of N points.

    A grid varies its last factor fastest. An `InputError` says, before anything is computed, what the design asks of its factors or
    that there are too many points.

    >>> points({"kind": "grid"}, [Factor("lever", "reviewers", (1, 5)), Factor("lever", "preview_days", (0, 14))], seed=1)
    {'reviewers': (1, 1, 5, 5), 'preview_days': (0, 14, 0, 14)}
    """
    kind = design["kind"]
    if kind in LISTING:
        refuse_what_lists_no_levels(kind, factors)
    else:
        refuse_what_cannot_be_sampled(design, factors)
    wanted = count(design, factors)
    if wanted > MOST_POINTS:
        raise InputError(f"the design {kind} has {wanted:,} points, {MOST_POINTS:,} are the most, take fewer levels, factors or points")
    if kind in LISTING:
        levels = [listed(factor) for factor in factors]
        return grid(factors, levels) if kind == "grid" else zipped(factors, levels)
    if kind == "morris":
        factors = [by_levels(design, factor) for factor in factors]
    sample = unit_sample(design, len(factors), seed)
    return {factor.column: tuple(map(factor.at, shares(design, factor, sample[:, place]).tolist())) for place, factor in enumerate(factors)}


def count(design: Design, factors: Sequence[Factor]) -> int:
    """How many points a design has.

    >>> count({"kind": "saltelli", "points": 8, "second_order": False}, [Factor("lever", "reviewers", low=1, high=20)] * 3)
    40
    """
    d, n = len(factors), design.get("points", 0)
    match design["kind"]:
        case "grid":
            return prod(level_count(factor) for factor in factors)
        case "zip":
            return level_count(factors[0])
        case "saltelli":
            return int(n * (2 * d + 2 if design["second_order"] else d + 2))
        case "morris":
            return int(n * (d + 1))
    return int(n)


def level_count(factor: Factor) -> int:
    """How many levels a factor has in a design that lists them."""
    return len(factor.levels) or factor.steps


def refuse_what_lists_no_levels(kind: str, factors: Sequence[Factor]) -> None:
    """Refuse ranges and priors that a grid or a zip cannot take levels from, and levels that do not go together."""
    for factor in factors:
        if factor.prior is not None:
            raise InputError(f'{factor.name} = "prior" has no levels for a {kind}, list some or choose one that samples, such as "lhs"')
        if not level_count(factor):
            raise InputError(f"{factor.name} is a range without levels for a {kind}, add steps = 5 or list levels")
    if kind == "zip" and not factors:
        raise InputError("the design zip has nothing that varies, list the levels of one factor or more")
    for factor in factors[1:] if kind == "zip" else ():
        mine, first = level_count(factor), level_count(factors[0])
        if mine != first:
            raise InputError(f"the zip needs as many levels of each factor, {factors[0].name} has {first} and {factor.name} {mine}")


def refuse_what_cannot_be_sampled(design: Design, factors: Sequence[Factor]) -> None:
    """Refuse a sampled design without factors, with a number of points that its sequence has not, or with steps."""
    kind, n = design["kind"], design["points"]
    if not factors:
        raise InputError(f"the design {kind} has nothing that varies, give one factor or more levels, a range or its prior")
    if kind in POWER_OF_TWO and n & (n - 1):
        below = 1 << (n.bit_length() - 1)
        raise InputError(f"design.points = {n} must be a power of two for {kind}, such as {below} or {2 * below}")
    for factor in factors:
        if factor.steps:
            raise InputError(f"{factor.name}.steps = {factor.steps} is for grid and zip only, drop it")


def by_levels(design: Design, factor: Factor) -> Factor:
    """The factor as a Morris design steps through it: a prior over a few values as a list of them, whatever their weights."""
    if isinstance(factor.prior, Choice):
        factor = Factor(factor.role, factor.name, tuple(factor.cast(value) for value in factor.prior.values))
    if len(factor.levels) > design["levels"]:
        said = f"{factor.name} has {len(factor.levels)} levels and design.levels = {design['levels']}"
        raise InputError(f"{said}, take at least {len(factor.levels) + len(factor.levels) % 2} so that each can be seen")
    return factor


def listed(factor: Factor) -> tuple[Value, ...]:
    """The levels of a factor, unless rounding makes two of them equal."""
    levels = factor.listed()
    if len(set(levels)) < len(levels):
        raise InputError(f"{factor.name} has equal levels once {factor} are rounded, take fewer steps")
    return levels


def grid(factors: Sequence[Factor], levels: Sequence[Sequence[Value]]) -> Columns:
    """Every combination; the last factor varies fastest."""
    columns, total, done = {}, prod(map(len, levels)), 1
    for factor, mine in zip(factors, levels, strict=True):
        block = total // (done * len(mine))
        columns[factor.column] = tuple(value for level in mine for value in repeat(level, block)) * done
        done *= len(mine)
    return columns


def zipped(factors: Sequence[Factor], levels: Sequence[tuple[Value, ...]]) -> Columns:
    """The k-th levels of all factors together."""
    return {factor.column: mine for factor, mine in zip(factors, levels, strict=True)}


def shares(design: Design, factor: Factor, sample: Array) -> Array:
    """Where a factor is read. The ends of a Morris design's levels are those of a range; its prior is parted into equally likely parts.

    A lognormal prior has no ends, so each level stands for the middle of its part; so it does where levels are listed.

    >>> shares({"kind": "morris", "levels": 4}, Factor("lever", "approvals", (False, True)), np.array([0.0, 1 / 3, 1.0])).tolist()
    [0.125, 0.375, 0.875]
    """
    if design["kind"] != "morris" or (factor.prior is None and not factor.levels):
        return sample
    levels: int = design["levels"]
    return (np.round(sample * (levels - 1)) + 0.5) / levels


def unit_sample(design: Design, dimensions: int, seed: int) -> Array:
    """The points of a sampled design in the unit cube, (N, dimensions): the shares or quantiles that factors are read at.

    The same seed gives the same sample. `saltelli` and `morris` are in the order that SALib analyses.
    Source: Saltelli et al. 2010 (10.1016/j.cpc.2009.09.018); Morris 1991 (10.1080/00401706.1991.10484804).
    """
    n = design["points"]
    problem = {"num_vars": dimensions, "names": [f"x{place}" for place in range(dimensions)], "bounds": [[0.0, 1.0]] * dimensions}
    match design["kind"]:
        case "lhs":
            from scipy.stats import qmc

            sample = qmc.LatinHypercube(dimensions, rng=seed).random(n)
        case "sobol":
            from scipy.stats import qmc

            sample = qmc.Sobol(dimensions, rng=seed).random(n)
        case "saltelli":
            from SALib.sample import sobol  # type: ignore[import-untyped]

            sample = sobol.sample(problem, n, calc_second_order=design["second_order"], seed=seed)
        case "morris":
            from SALib.sample import morris

            sample = morris.sample(problem, n, num_levels=design["levels"], seed=seed)
        case kind:
            raise ValueError(f"{kind} is no sampled design")
    inside: Array = np.clip(np.asarray(sample, float), 0.0, 1.0)
    return inside
