"""Shapley values: the effect of all players together, shared among them so that the shares add up, in every draw by itself.

A game gives coalitions, (K, D, n) of booleans (who of n players is in, in each of D draws), their values, (K, D). A player's share is the
mean, over all orders in which players may join, of what joining changes. It is exact over all 2^n coalitions, or a mean over some orders
of each draw: what changes along one order adds up to the whole, so shares do too, and the mean over draws with independent orders is
unbiased. Source: Shapley (1953), "A value for n-person games"; Castro, Gomez and Tejada (2009), "Polynomial calculation of the Shapley
value based on sampling". An order is followed by its reverse: Mitchell et al. (2022), "Sampling permutations for Shapley value estimation".
"""

from collections.abc import Callable, Sequence
from math import comb
from typing import Any

import numpy as np

from lockgate.experiments.results.sampling import word_of
from lockgate.sim.model.chance import Purpose, uniform

Array = np.ndarray[Any, np.dtype[Any]]
Game = Callable[[Array], Array]


def everyone_but(players: int, draws: int) -> Array:
    """The coalitions that lack one player each, in the order of the players, (n, D, n).

    >>> everyone_but(2, 1).astype(int).tolist()
    [[[0, 1]], [[1, 0]]]
    """
    return np.repeat(~np.eye(players, dtype=bool)[:, None], draws, axis=1)


def exact_shares(game: Game, players: int, draws: int) -> Array:
    """The share of each player in the value of all of them less that of none, (D, n), from all 2^n coalitions.

    >>> both = lambda coalitions: 6.0 * coalitions.all(axis=2) + 1.0 * coalitions[..., 0]
    >>> exact_shares(both, 2, 1).tolist()
    [[4.0, 3.0]]
    """
    codes = np.arange(2**players)
    members = (codes[:, None] >> np.arange(players)) & 1 == 1
    values = game(np.repeat(members[:, None], draws, axis=1))
    shares = np.zeros((draws, players))
    for player in range(players):
        before = codes[~members[:, player]]
        weights = np.array([1.0 / (players * comb(players - 1, size)) for size in members[before].sum(axis=1).tolist()])
        shares[:, player] = weights @ (values[before | 1 << player] - values[before])
    return shares


def orders(names: Sequence[str], draws: Sequence[int], seed: int) -> Array:
    """An order of the players for each draw and its reverse, (D, 2, n). A draw's order of some does not depend on who else plays.

    >>> one, other = orders(["a", "b", "c"], [7], seed=0)[0].tolist()
    >>> one == other[::-1], sorted(one)
    (True, [0, 1, 2])
    """
    # A purpose of its own would change nothing: these words are those of no parameter.
    words = [word_of(f"order of {name}") for name in names]
    keys = np.array([[uniform(seed, Purpose.PRIOR, draw, word) for word in words] for draw in draws]).reshape(len(draws), len(names))
    order = np.argsort(keys, axis=1, kind="stable")
    return np.stack([order, order[:, ::-1]], axis=1)


def sampled_shares(game: Game, order: Array) -> Array:
    """The same along some orders of each draw, (D, R, n): the mean over these of what each player changes when it joins, (D, n)."""
    draws, count, players = order.shape
    place = np.argsort(order, axis=2)
    joined = place[None] < np.arange(players + 1)[:, None, None, None]  # after 0 to n have joined
    coalitions = joined.transpose(0, 2, 1, 3).reshape(-1, draws, players)
    values = game(coalitions).reshape(players + 1, count, draws)
    steps = np.diff(values, axis=0).transpose(2, 1, 0)
    shares: Array = np.take_along_axis(steps, place, axis=2).mean(axis=1)
    return shares


def active_players(game: Game, players: int, full: Array, none: Array) -> list[int]:
    """The players of a game that may change something, given its values with all and with none, (D,) each.

    Left out are those that change nothing in any draw: each leaving alone, all of them leaving together, and all of them joining nobody.
    """
    draws = len(full)
    idle = (game(everyone_but(players, draws)) == full).all(axis=1)
    others, alone = game(np.repeat(np.stack([~idle, idle])[:, None], draws, axis=1))
    if (others != full).any() or (alone != none).any():
        return list(range(players))
    return np.flatnonzero(~idle).tolist()


def among(game: Game, players: int, active: Sequence[int]) -> Game:
    """The game of some players, where all others are always in."""

    def part(coalitions: Array) -> Array:
        every = np.ones((*coalitions.shape[:2], players), bool)
        every[..., active] = coalitions
        return game(every)

    return part
