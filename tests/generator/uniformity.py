"""Uniformity and independence of draws: chi-square, Kolmogorov and Smirnov, correlations along the axes and across them."""

import math
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
from scipy.stats import chisquare, kstest

from tests.generator.streams import AXES, PURPOSES, Array, filled, keys_along, words

CELLS = 1000
LAGS = (1, 2, 3, 7)


def draws(made: Array) -> Array:
    """What a consumer sees of words: numbers in (0, 1)."""
    return ((made >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def uniformity(mixer: Callable[..., Any], n: int) -> dict[str, float]:
    """p-values of two tests of uniformity along each axis, and of the lowest bits of the words."""
    found = {}
    for axis in AXES:
        made = words(mixer, keys_along(axis, 0, n))
        u = draws(made)
        found[f"chi-square, {axis}"] = float(chisquare(np.bincount((u * CELLS).astype(int), minlength=CELLS)).pvalue)
        found[f"low bits, {axis}"] = float(chisquare(np.bincount((made & np.uint64(1023)).astype(int), minlength=1024)).pvalue)
        found[f"Kolmogorov-Smirnov, {axis}"] = float(kstest(u, "uniform").pvalue)
    return found


def correlation(u: Array, v: Array) -> float:
    """p-value of the correlation of two samples of uniform numbers, whose mean is 1/2 and variance 1/12."""
    r = 12 * float(((u - 0.5) * (v - 0.5)).mean())
    return math.erfc(abs(r) * math.sqrt(len(u) / 2))


def serial(mixer: Callable[..., Any], n: int) -> dict[str, float]:
    """p-values of correlations between draws a few keys apart on one axis."""
    found = {}
    for axis in AXES:
        u = draws(words(mixer, keys_along(axis, 0, n)))
        found |= {f"{axis}, {lag} apart": correlation(u[:-lag], u[lag:]) for lag in LAGS}
    return found


def across(mixer: Callable[..., Any], n: int) -> dict[str, float]:
    """p-values of correlations between draws whose keys differ by one on two axes: up on both, or up on one and down on the other."""
    i = np.arange(n)
    base = [1 + i // 2500, 1 + i // 50 % 50, 1 + i % 50, 1 + i % (len(PURPOSES) - 2)]
    u = draws(words(mixer, filled(*base[:3], PURPOSES[base[3]])))
    found = {}
    for one, other in combinations(range(4), 2):
        for step in (1, -1):
            moved = list(base)
            moved[one], moved[other] = base[one] + 1, base[other] + step
            v = draws(words(mixer, filled(*moved[:3], PURPOSES[moved[3]])))
            found[f"{AXES[one]} +1, {AXES[other]} {step:+}"] = correlation(u, v)
    return found
