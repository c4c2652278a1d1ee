"""Collisions: how often different keys give the same word, beside the number that chance gives (the birthday problem)."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from scipy.stats import poisson

from tests.generator.streams import PURPOSES, Array, filled, words

# What is compared, as the upper bits of a word: all; what a draw keeps; and a half, of which few draws have many alike.
BITS = (64, 53, 32)
STEP = 1 << 20


def grid_words(mixer: Callable[..., Any], n: int) -> Array:
    """The words of at least n keys: all combinations of equally many neighbouring seeds, agents and counts, and all purposes.

    Of keys that differ in one place only, no two can ever collide, because each link is one-to-one: a test needs all four.
    """
    side = int(np.ceil((n / len(PURPOSES)) ** (1 / 3)))
    shape = (side, side, side, len(PURPOSES))
    made = np.empty(np.prod(shape), np.uint64)
    for first in range(0, len(made), STEP):
        place = np.unravel_index(np.arange(first, min(first + STEP, len(made))), shape)
        made[first : first + STEP] = words(mixer, filled(*place[:3], PURPOSES[place[3]]))
    return made


@njit
def _pairs_alike(ordered, dropped):  # type: ignore[no-untyped-def]
    pairs, run = 0, 0
    for i in range(1, len(ordered)):
        run = run + 1 if (ordered[i] >> dropped) == (ordered[i - 1] >> dropped) else 0
        pairs += run
    return pairs


def collisions(made: Array) -> dict[int, int]:
    """Pairs of words that are alike in their upper 64, 53 and 32 bits. Puts the words in order."""
    made.sort()
    return {bits: int(_pairs_alike(made, np.uint64(64 - bits))) for bits in BITS}


def expected(n: int, bits: int) -> float:
    """Pairs alike among n random numbers of so many bits."""
    return n * (n - 1) / 2 / 2.0**bits


def p_values(found: dict[int, int], n: int) -> dict[int, float]:
    """Two-sided chances of counts like these, if words were random: the pairs alike are then as good as Poisson."""
    tails = {bits: (poisson.cdf(pairs, expected(n, bits)), poisson.sf(pairs - 1, expected(n, bits))) for bits, pairs in found.items()}
    return {bits: min(1.0, 2 * float(min(both))) for bits, both in tails.items()}


def worst(mixer: Callable[..., Any], n: int) -> float:
    """The smallest of the chances."""
    made = grid_words(mixer, n)
    return min(p_values(collisions(made), len(made)).values())
