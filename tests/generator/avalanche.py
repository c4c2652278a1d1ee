"""Avalanche: a change of any one bit of any key changes each bit of the word in half of all cases."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from tests.generator.streams import AXES, PURPOSES, Array, Keys, filled, keys_along, words

BOUND = 0.01  # what a share may be from one half; with 100,000 samples, 6 standard errors


def everyday_keys(n: int) -> Keys:
    """Keys as runs have them: small numbers, all purposes."""
    i = np.arange(n)
    return filled(i, i % 97, i % 366, PURPOSES[i % len(PURPOSES)])


@njit
def _count_changes(mixer, keys, words, changes):  # type: ignore[no-untyped-def]
    """Count each output bit in a byte of its own, eight words of bytes at a time: 255 samples fill a byte at most."""
    ones = np.uint64(0x0101010101010101)
    lanes = np.zeros(8, np.uint64)
    for key in range(4):
        flips = np.zeros(4, np.int64)
        for bit in range(64):
            flips[key] = np.int64(1) << bit
            for i in range(len(words)):
                flipped = mixer(keys[0, i] ^ flips[0], keys[1, i] ^ flips[1], keys[2, i] ^ flips[2], keys[3, i] ^ flips[3])
                change = words[i] ^ flipped
                for lane in range(8):
                    lanes[lane] += (change >> np.uint64(lane)) & ones
                if i % 255 == 254 or i == len(words) - 1:
                    for out in range(64):
                        changes[key, bit, out] += np.int32((lanes[out % 8] >> np.uint64(out - out % 8)) & np.uint64(255))
                    lanes[:] = 0


def avalanche(mixer: Callable[..., Any], n: int) -> Array:
    """Shares of n samples in which an output bit changed: (key, bit flipped, bit of the word), 4 x 64 x 64."""
    keys = everyday_keys(n)
    changes = np.zeros((4, 64, 64), np.int32)
    _count_changes(mixer, np.stack(keys), words(mixer, keys), changes)
    return changes / n


def neighbours(mixer: Callable[..., Any], n: int) -> Array:
    """Shares of n pairs of neighbouring keys in which an output bit differs: (axis, bit of the word)."""
    shares = []
    for axis in AXES:
        made = words(mixer, keys_along(axis, 0, n + 1))
        bits = np.unpackbits((made[1:] ^ made[:-1]).view(np.uint8).reshape(n, 8), axis=1)
        shares.append(bits.mean(axis=0))
    return np.array(shares)


def worst(mixer: Callable[..., Any], n: int) -> float:
    """The largest distance of any of these shares from one half."""
    return max(float(np.abs(shares - 0.5).max()) for shares in (avalanche(mixer, n), neighbours(mixer, n)))
