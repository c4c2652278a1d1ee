"""Samples: many independent runs of one policy in one world, and what a mean over them is worth."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.engine import simulate
from sim.parameters import parameter_table
from sim.policy import Policy

Array = np.ndarray[Any, np.dtype[Any]]
MOST_RUNS = 20_000  # at once: their parameters and outcomes are kept
MOST_WEEKS = 400_000  # at once: so are their weekly series


def sample(policy: Policy, runs: int, horizon_days: int, names: Sequence[str], first_seed: int = 1, **world: Any) -> dict[str, Array]:
    """These outcomes of so many runs, seeds one after another."""
    at_once = max(1, min(MOST_RUNS, runs, MOST_WEEKS * 7 // horizon_days))
    table = parameter_table(at_once, **world)
    parts = []
    for first in range(first_seed, first_seed + runs, at_once):
        seeds = range(first, min(first + at_once, first_seed + runs))
        outcomes = simulate(table[: len(seeds)], [policy], seeds, horizon_days).outcomes[:, 0]
        parts.append({name: outcomes[name].copy() for name in names})
    return {name: np.concatenate([part[name] for part in parts]) for name in names}


def mean(values: Array) -> tuple[float, float]:
    """Mean of independent values, and its standard error.

    >>> mean(np.array([1.0, 3.0]))
    (2.0, 1.0)
    """
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))


def ratio(over: Array, under: Array) -> tuple[float, float]:
    """Sum over sum of paired values, and its standard error (to first order).

    >>> ratio(np.array([2.0, 4.0]), np.array([1.0, 2.0]))
    (2.0, 0.0)
    """
    value = float(over.sum() / under.sum())
    return value, float((over - value * under).std(ddof=1) * math.sqrt(len(over)) / under.sum())
