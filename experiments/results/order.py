"""Order, by rules: numbers sorted in place, and quantiles of what is in order."""

import math
from typing import Any

import numpy as np

from lockgate.sim.rules.rule import rule

Array = np.ndarray[Any, np.dtype[Any]]


@rule
def sink(numbers: Array, place: int, count: int) -> None:
    """Let a number sink below those of the first `count` that are larger: of a heap, in which none is above the one it hangs from."""
    number = numbers[place]
    below = 2 * place + 1
    while below < count:
        if below + 1 < count and numbers[below + 1] > numbers[below]:
            below += 1
        if numbers[below] <= number:
            break
        numbers[place] = numbers[below]
        place = below
        below = 2 * place + 1
    numbers[place] = number


@rule
def sort(numbers: Array, count: int) -> None:
    """Put the first `count` numbers into ascending order, in place. Source: Williams (1964), "Algorithm 232: Heapsort"."""
    for place in range(count // 2 - 1, -1, -1):
        sink(numbers, place, count)
    for last in range(count - 1, 0, -1):
        largest = numbers[0]
        numbers[0] = numbers[last]
        numbers[last] = largest
        sink(numbers, 0, last)


@rule
def quantile(ordered: Array, count: int, share: float) -> float:
    """The value below which a share of numbers in ascending order lies, straight between two of them; NaN where there are none."""
    if count == 0:
        return math.nan
    place = share * (count - 1)
    step = min(int(place), count - 1)
    low, high = ordered[step], ordered[min(step + 1, count - 1)]
    return low + (place - step) * (high - low)  # type: ignore[no-any-return]
