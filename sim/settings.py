"""Settings of runs: days, seeds and threads, and what is allowed of each."""

import operator
import os
from typing import Any

import numpy as np

from lockgate.sim.bounds import shown
from lockgate.sim.errors import InputError
from lockgate.sim.limits import LARGEST_RUN_SEED, LONGEST_DAYS, MOST_THREADS


def whole(name: str, value: Any, low: int, high: int, what: str) -> int:
    """A whole number within bounds, as Python has it; an `InputError` says what is allowed.

    >>> whole("draws", 5, 1, 10, "draws")
    5
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is not None and not isinstance(value, bool | np.bool_) and low <= number <= high:
        return number
    kind = "" if number is not None and not isinstance(value, bool | np.bool_) else "a whole number, "
    raise InputError(f"{name} = {shown(value)} must be {kind}{low} to {high} ({what})")


def checked_horizon(days: Any) -> int:
    """The number of days of a run."""
    return whole("horizon_days", days, 1, LONGEST_DAYS, "days")


def checked_seed(seed: Any) -> int:
    """The seed of a run."""
    return whole("seed", seed, 0, LARGEST_RUN_SEED, "number that all luck of a run follows from")


def checked_seeds(seeds: Any, worlds: int) -> "np.ndarray[Any, np.dtype[np.int64]]":
    """The seeds of runs, one for each world, as an array."""
    try:
        given = np.asarray(seeds)
    except ValueError:  # lists of different lengths
        given = np.zeros((), object)
    if given.ndim != 1 or len(given) != worlds:
        raise InputError(f"seeds = {shown(seeds)} must be a list of {worlds} whole numbers, one for each world")
    if given.dtype.kind in "iu" and (given >= 0).all() and (given <= LARGEST_RUN_SEED).all():
        return given.astype(np.int64)
    return np.array([checked_seed(seed) for seed in (seeds if given.dtype.kind == "f" else given)], np.int64)


def checked_threads(threads: Any) -> int:
    """The number of threads; where none is given, one for each core."""
    return (os.cpu_count() or 1) if threads is None else whole("threads", threads, 1, MOST_THREADS, "threads side by side")
