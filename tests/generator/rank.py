"""Rank test: matrices of bits made of the words of neighbouring seeds and agents have the ranks of random ones.

Source: Marsaglia and Tsay (1985), "Matrices and the structure of random number sequences".
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from scipy.stats import chisquare

from lockgate.sim.model.chance import Purpose
from tests.generator.streams import Array, filled, words

SIZE = 64
NEIGHBOURS = 8  # seeds, and agents of each: 64 rows


def matrices(mixer: Callable[..., Any], n: int) -> Array:
    """n matrices of 64 rows, each one word: 8 seeds in a row, 8 agents of each. Every matrix has a count of its own."""
    matrix, seed, who = np.unravel_index(np.arange(n * SIZE), (n, NEIGHBOURS, NEIGHBOURS))
    return words(mixer, filled(seed, who, matrix, int(Purpose.LUCK))).reshape(n, SIZE)


@njit
def _rank(rows):  # type: ignore[no-untyped-def]
    rank = 0
    for bit in range(64):
        mask = np.uint64(1) << np.uint64(bit)
        pivot = rank
        while pivot < len(rows) and not rows[pivot] & mask:
            pivot += 1
        if pivot == len(rows):
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for row in range(rank + 1, len(rows)):
            if rows[row] & mask:
                rows[row] ^= rows[rank]
        rank += 1
    return rank


def chances() -> Array:
    """Chances that a random 64 x 64 matrix of bits has full rank, one less, or lower."""
    full = float(np.prod(1 - 0.5 ** np.arange(1, SIZE + 1)))
    one_less = 2 * full * (1 - 0.5**SIZE)
    return np.array([full, one_less, 1 - full - one_less])


def p_value(mixer: Callable[..., Any], n: int) -> float:
    """Chance of ranks like these, if words were random."""
    lacking = np.array([SIZE - _rank(rows) for rows in matrices(mixer, n)])
    return float(chisquare(np.bincount(np.minimum(lacking, 2), minlength=3), chances() * n).pvalue)
