"""The keyed draws as a random number generator: known answers, avalanche, collisions, uniformity, ranks; two bad mixers are caught.

Every check is a fixed computation. A statistical one holds when chance would do worse less than once in a million times.
The long form: python -m tests.full.generator
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba import njit

from lockgate.sim.model.chance import Purpose, _draw, _grow, _link, _stem, draw, key, uniform
from tests.generator import avalanche, collisions, dieharder, rank, uniformity
from tests.generator.mixers import MIXERS, keyed
from tests.generator.splitmix import MASK, link, word_of
from tests.generator.streams import AXES, BLOCK, PURPOSES, asked_in_a_run, filled, keys_along, stream, words

ONE_IN_A_MILLION = 1e-6
CHECKS: dict[str, Callable[[Any], bool]] = {
    "avalanche": lambda mixer: avalanche.worst(mixer, 100_000) < avalanche.BOUND,
    "collisions": lambda mixer: collisions.worst(mixer, 1_000_000) > ONE_IN_A_MILLION,
    "uniformity": lambda mixer: min(uniformity.uniformity(mixer, 200_000).values()) > ONE_IN_A_MILLION,
    "serial correlation": lambda mixer: min(uniformity.serial(mixer, 200_000).values()) > ONE_IN_A_MILLION,
    "correlation across axes": lambda mixer: min(uniformity.across(mixer, 125_000).values()) > ONE_IN_A_MILLION,
    "rank": lambda mixer: rank.p_value(mixer, 2_000) > ONE_IN_A_MILLION,
}
# What must catch each planted fault.
CAUGHT = {
    "packed": {"avalanche", "collisions", "uniformity", "correlation across axes", "rank"},
    "truncated": {"avalanche", "collisions", "serial correlation"},
}
# Published first outputs of SplitMix64. Seed 0: java.util.SplittableRandom and splitmix64.c; 1234567: Rosetta Code.
SPLITMIX64 = {
    0: [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC],
    1234567: [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821],
}


@njit
def compiled_link(key, word):  # type: ignore[no-untyped-def]
    return np.uint64(_link(key, word))


@njit
def compiled_uniform(seed, purpose, who, count):  # type: ignore[no-untyped-def]
    return _draw(_grow(_stem(seed, who), count), purpose)


@pytest.mark.parametrize("seed", SPLITMIX64)
def test_a_link_gives_the_published_outputs_of_splitmix64(seed: int) -> None:
    assert [link(seed, i) for i in range(len(SPLITMIX64[seed]))] == SPLITMIX64[seed]
    assert [int(compiled_link(seed, i)) for i in range(len(SPLITMIX64[seed]))] == SPLITMIX64[seed]


def test_known_answers_in_plain_python_and_compiled() -> None:
    for (seed, purpose, who, count), known in KNOWN.items():
        assert uniform(seed, purpose, who, count) == draw(key(seed, who, count), purpose) == known
        assert compiled_uniform(seed, int(purpose), who, count) == known
        assert ((word_of(seed, who, count, purpose) >> 11) + 0.5) * 2.0**-53 == known


def test_words_under_test_are_those_of_the_draws() -> None:
    for axis in AXES:
        keys = keys_along(axis, 10**6, 200)
        made = words(keyed, keys)
        rows = list(zip(*(part.tolist() for part in keys), strict=True))
        assert [int(word) for word in made] == [word_of(*row) for row in rows]
        assert uniformity.draws(made).tolist() == [uniform(seed, purpose, who, count) for seed, who, count, purpose in rows]


def test_a_run_asks_no_key_of_a_purpose_that_is_unknown_and_uses_most_purposes() -> None:
    asked = asked_in_a_run()
    used = set(asked[:, 2].tolist())
    assert len(asked) > 1000
    assert used <= set(PURPOSES.tolist())
    assert len(used) > len(PURPOSES) / 2


def test_streams_go_on_where_a_block_ends() -> None:
    for axis in AXES:
        blocks = stream(keyed, axis, 0)
        next(blocks)
        assert (next(blocks)[:9] == words(keyed, keys_along(axis, BLOCK, 9))).all()


@pytest.mark.parametrize("check", CHECKS)
def test_the_keyed_draws_pass(check: str) -> None:
    assert CHECKS[check](keyed)


@pytest.mark.parametrize(("mixer", "check"), [(mixer, check) for mixer, checks in CAUGHT.items() for check in sorted(checks)])
def test_bad_mixers_are_caught(mixer: str, check: str) -> None:
    assert not CHECKS[check](MIXERS[mixer])


def test_packed_keys_share_draws_between_neighbouring_seeds() -> None:
    """The fault itself: agents 1 to 999 of one seed draw what agents 0 to 998 of the next one draw."""
    agents = np.arange(1000)
    one, other = (words(MIXERS["packed"], filled(seed, agents, 7, int(Purpose.LUCK))) for seed in (4, 5))
    assert (one[1:] == other[:-1]).all()
    mine, next_seed = (words(keyed, filled(seed, agents, 7, int(Purpose.LUCK))) for seed in (4, 5))
    assert not set(mine.tolist()) & set(next_seed.tolist())


def test_pairs_alike_are_counted() -> None:
    """Three words alike are three pairs; words that differ in their lowest bits only are alike as draws."""
    made = np.array([5, 2053, 5, 1 << 40, 2054, 5], np.uint64)
    assert collisions.collisions(made) == {64: 3, 53: 4, 32: 10}


def test_every_rank_is_found() -> None:
    rows = np.uint64(1) << np.arange(rank.SIZE, dtype=np.uint64)
    for lost in (0, 1, 5):
        rows[:lost] = 0
        assert rank._rank(rows.copy()) == rank.SIZE - lost
    assert rank.chances().sum() == pytest.approx(1.0)
    assert rank.chances() == pytest.approx([0.2888, 0.5776, 0.1336], abs=1e-4)


def test_without_dieharder_one_sentence_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="apt install dieharder"):
        dieharder.run_all(tmp_path)


def key_above(word: int, purpose: int) -> int:
    """The key, as int64, from which this purpose's draw has this word: the last link backwards."""
    for shift, factor in ((31, 0x94D049BB133111EB), (27, 0xBF58476D1CE4E5B9), (30, 1)):
        shifted = word
        for _ in range(64 // shift):
            word = shifted ^ (word >> shift)
        word = word * pow(factor, -1, 2**64) & MASK
    above = (word - 0x9E3779B97F4A7C15 * (purpose + 1)) & MASK
    return above - 2**64 if above >> 63 else above


def test_the_smallest_word_draws_more_than_zero() -> None:
    assert link(key_above(0, Purpose.HOME) & MASK, Purpose.HOME) == 0
    assert draw(key_above(0, Purpose.HOME), Purpose.HOME) > 0.0


def test_the_largest_word_draws_less_than_one() -> None:
    assert link(key_above(MASK, Purpose.HOME) & MASK, Purpose.HOME) == MASK
    assert draw(key_above(MASK, Purpose.HOME), Purpose.HOME) < 1.0


KNOWN: dict[tuple[int, Purpose, int, int], float] = {
    (0, Purpose.LUCK, 0, 0): 0.6038625427942377,
    (1, Purpose.LUCK, 2, 3): 0.8445241348317587,
    (1, Purpose.TARGET, 2, 3): 0.022928603029879813,
    (2**53 - 1, Purpose.LOSS, 4999, 365): 0.009949911795330724,
    (12345, Purpose.GAP, 17, 1099511627776): 0.5098796012038491,
    (7, Purpose.BYPASS, 3, 327880): 0.9739111755467165,
    (-1, Purpose.PRIOR, 0, -1): 0.4112968389725206,
}
