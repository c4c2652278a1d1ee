"""The mixer of the keyed draws, and two planted bad ones that every battery of tests must catch.

A mixer turns four keys (seed, who, count, purpose) into a word of 64 bits. A draw is the upper 53 of them; the seed of a
sampled world is the lower 53 bits of a word one link earlier. So no bit goes unused, and the tests look at all 64.
"""

import numpy as np
from numba import njit

from lockgate.sim.model.chance import _FIRST, _GOLDEN, _SECOND, SCHEME, _grow, _link, _stem


@njit
def keyed(seed, who, count, purpose):  # type: ignore[no-untyped-def]
    """The word behind `uniform(seed, purpose, who, count)`, before its lowest 11 bits are dropped."""
    return np.uint64(_link(_grow(_stem(seed, who), count), purpose))


@njit
def packed(seed, who, count, purpose):  # type: ignore[no-untyped-def]
    """Bad: all keys in one word, hashed once. A seed's draws for agent 1 are those of the next seed for agent 0."""
    word = (np.uint64(purpose) << np.uint64(56)) + (np.uint64(count) << np.uint64(24)) + np.uint64(who) + np.uint64(seed)
    z = _GOLDEN * (word + np.uint64(SCHEME))
    z = (z ^ (z >> np.uint64(30))) * _FIRST
    z = (z ^ (z >> np.uint64(27))) * _SECOND
    return z ^ (z >> np.uint64(31))


@njit
def truncated(seed, who, count, purpose):  # type: ignore[no-untyped-def]
    """Bad: the last link takes its key in, and leaves the finaliser out."""
    return np.uint64(_grow(_stem(seed, who), count)) + _GOLDEN * (np.uint64(purpose) + np.uint64(1))


MIXERS = {"keyed": keyed, "packed": packed, "truncated": truncated}
