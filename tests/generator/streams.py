"""Streams of raw words: the keys along each axis, and in the order in which a simulation asks, through a mixer."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
from numba import njit

from lockgate.scenarios import load_policy
from lockgate.sim.engine.mesa import ReleaseModel
from lockgate.sim.model import chance
from lockgate.sim.model.chance import Purpose

Array = np.ndarray[Any, np.dtype[Any]]
Keys = tuple[Array, Array, Array, Array]

PURPOSES = np.array([int(purpose) for purpose in Purpose], np.int64)
SMALL = {"organisations": 40, "bad_actors": 60, "base_hazard": 0.1, "leak_hazard": 0.01}
BLOCK = 1 << 18  # words made at a time


def keys_along(axis: str, first: int, n: int) -> Keys:
    """The keys (seed, who, count, purpose) number `first` to `first + n` along an axis."""
    i = np.arange(first, first + n, dtype=np.int64)
    luck = int(Purpose.LUCK)
    if axis == "seeds":
        return filled(i, 5, 7, luck)
    if axis == "agents":
        return filled(3, i, 7, luck)
    if axis == "days":
        return filled(3, 5, i, luck)
    if axis == "purposes":  # all purposes of one agent, then the next agent
        return filled(3, i // len(PURPOSES), 7, PURPOSES[i % len(PURPOSES)])
    asked = asked_in_a_run()
    seed, place = np.divmod(i, len(asked))
    return filled(seed, *asked[place].T)


AXES = ("seeds", "agents", "days", "purposes", "interleaved")


def filled(seed: Any, who: Any, count: Any, purpose: Any) -> Keys:
    """Four key arrays of one length."""
    seed, who, count, purpose = (np.ascontiguousarray(a, np.int64) for a in np.broadcast_arrays(seed, who, count, purpose))
    return seed, who, count, purpose


@njit(nogil=True)
def _mix(mixer, seed, who, count, purpose, words):  # type: ignore[no-untyped-def]
    for i in range(len(words)):
        words[i] = mixer(seed[i], who[i], count[i], purpose[i])


def words(mixer: Callable[..., Any], keys: Keys) -> Array:
    """The 64-bit words of these keys."""
    made = np.empty(len(keys[0]), np.uint64)
    _mix(mixer, *keys, made)
    return made


def stream(mixer: Callable[..., Any], axis: str, first: int) -> Iterator[Array]:
    """Blocks of words along an axis, without end. A consumer of 32-bit numbers sees the lower half of each word first."""
    while True:
        yield words(mixer, keys_along(axis, first, BLOCK)).astype("<u8", copy=False)
        first += BLOCK


@cache
def asked_in_a_run() -> Array:
    """The (who, count, purpose) that one run of a small world asks for, in its order, each once: all kinds of agents, all days."""
    asked: dict[tuple[int, int, int], None] = {}
    stems: dict[int, int] = {}
    keys: dict[int, tuple[int, int]] = {}
    stem, grow, draw = chance._stem, chance._grow, chance._draw

    def noted_stem(seed: int, who: int) -> int:
        made = int(stem(seed, who))
        stems[made] = int(who)
        return made

    def noted_grow(above: int, count: int) -> int:
        made = int(grow(above, count))
        if int(above) in stems:  # keys of one more link, as of an operation and a lab, have no place in four arrays
            keys[made] = stems[int(above)], int(count)
        return made

    def noted_draw(key: int, purpose: int) -> float:
        if int(key) in keys:
            asked[*keys[int(key)], int(purpose)] = None
        return float(draw(key, purpose))

    chance._stem, chance._grow, chance._draw = noted_stem, noted_grow, noted_draw
    try:
        ReleaseModel(load_policy("partner-programme"), SMALL, seed=1, horizon_days=60).run()
    finally:
        chance._stem, chance._grow, chance._draw = stem, grow, draw
    return np.array(list(asked), np.int64)
