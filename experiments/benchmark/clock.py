"""Timing: what is repeated, in which order, and what is said of several repeats."""

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

NOT_MEASURED = float("nan")


class Act(NamedTuple):
    """Something to time, and how often."""

    do: Callable[[], object]
    times: int


def seconds(do: Callable[[], object]) -> float:
    """Wall-clock time of one call."""
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def interleaved(acts: Mapping[str, Act], advance: Callable[[int], None]) -> dict[str, list[float]]:
    """Seconds of every repeat of every act. Acts take turns, so that a machine that slows down slows all of them.

    An act with fewer repeats than others has them spread over the rounds.
    """
    rounds = max(act.times for act in acts.values())
    took: dict[str, list[float]] = {name: [] for name in acts}
    for number in range(rounds):
        for name, act in acts.items():
            if act.times * (number + 1) // rounds > act.times * number // rounds:
                took[name].append(seconds(act.do))
                advance(1)
    return took


def middles(samples: Any) -> Any:
    """The median of each list of repeats in a tree of them; NaN where nothing was measured.

    >>> middles({"a": {"1": [3.0, 1.0, 2.0]}, "b": []})
    {'a': {'1': 2.0}, 'b': nan}
    """
    if isinstance(samples, Mapping):
        return {name: middles(branch) for name, branch in samples.items()}
    return statistics.median(samples) if samples else NOT_MEASURED


def ranges(samples: Any) -> Any:
    """The least and the largest of each list; None where there are no two repeats to tell them by.

    >>> ranges({"a": {"1": [3.0, 1.0, 2.0]}, "b": [1.0]})
    {'a': {'1': [1.0, 3.0]}, 'b': None}
    """
    if isinstance(samples, Mapping):
        return {name: ranges(branch) for name, branch in samples.items()}
    return [min(samples), max(samples)] if len(samples) > 1 else None
