"""Shapley values of a game: how to split fairly what players reach together. No biology here.

The value of a player is its mean marginal contribution over all orders in which the players can join
(Shapley 1953, in Contributions to the Theory of Games II:307).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Value = Callable[[Booleans], Floats]
"""Who plays, shape (players,) or (n, players), to what they reach in n games side by side, shape (n, ...)."""


@dataclass(frozen=True, eq=False)
class Split:
    """What every player adds.

    Attributes
    ----------
    contributions : ndarray, shape (players, n, ...)
        They sum to `complete` - `without`.
    without, complete : ndarray, shape (n, ...)
        The value with no player and with all of them.
    variance : ndarray, shape (players, n, ...), or None
        Squared standard error of sampled contributions; None when they are exact.
    """

    contributions: Floats
    without: Floats
    complete: Floats
    variance: Floats | None


def weights(players: int) -> Floats:
    """Return what the value of each subset counts in each player's contribution.

    Returns
    -------
    ndarray, shape (players, 2**players)
        Subset number s holds the players whose bit is set in s.

    Examples
    --------
    >>> weights(1)
    array([[-1.,  1.]])
    >>> weights(2)
    array([[-0.5,  0.5, -0.5,  0.5],
           [-0.5, -0.5,  0.5,  0.5]])
    """
    inside = _members(players)
    size = inside.sum(axis=1)
    others = np.where(inside, size[:, None] - 1, size[:, None])  # players in the subset, this one apart
    orders = [factorial(k) * factorial(players - 1 - k) / factorial(players) for k in range(players)]
    signed: Floats = (np.where(inside, 1.0, -1.0) * np.array(orders)[np.minimum(others, players - 1)]).T
    return signed


def exact(value: Value, players: int) -> Split:
    """Split a game over all 2**players subsets; each is played once and then forgotten.

    Examples
    --------
    >>> def value(on):  # one game: 10 from the first player, 4 more when both play
    ...     return np.array([10.0 * on[0] + 4.0 * (on[0] & on[1])])
    >>> exact(value, 2).contributions[:, 0]
    array([12.,  2.])
    """
    subsets, weight = _members(players), weights(players)
    without = complete = value(subsets[0])
    contributions = np.multiply.outer(weight[:, 0], without)
    for subset, counted in zip(subsets[1:], weight[:, 1:].T, strict=True):
        complete = value(subset)  # the last subset holds all
        contributions += np.multiply.outer(counted, complete)
    return Split(contributions, without, complete, None)


def sampled(value: Value, ranks: NDArray[np.intp]) -> Split:
    """Split games over sampled orders of joining, each with its reverse, which cancels most of its error.

    Parameters
    ----------
    value : callable
    ranks : ndarray of int, shape (pairs, n, players)
        When each player joins, 0 first, in each of n games; at least two pairs, so that they tell the error.

    Examples
    --------
    >>> ranks = np.array([[[0, 1]], [[1, 0]]])
    >>> split = sampled(lambda on: 10.0 * on[..., 0] + 4.0 * on[..., 1] + np.zeros(1), ranks)
    >>> split.contributions[:, 0], split.variance[:, 0]
    (array([10.,  4.]), array([0., 0.]))
    """
    pairs, games, players = ranks.shape
    without, complete = value(np.zeros(players, dtype=np.bool_)), value(np.ones(players, dtype=np.bool_))
    mean = np.zeros((players, *without.shape))
    spread = np.zeros_like(mean)
    for number, rank in enumerate(ranks, start=1):
        pair = np.zeros_like(mean)
        for order in (rank, players - 1 - rank):
            before = without
            for turn in range(players):
                after = complete if turn == players - 1 else value(order <= turn)
                joins = np.argmax(order == turn, axis=1)
                pair[joins, np.arange(games)] += (after - before) / 2
                before = after
        # Welford's update: no difference of large sums
        step = pair - mean
        mean += step / number
        spread += step * (pair - mean)
    return Split(mean, without, complete, spread / (pairs - 1) / pairs)


def _members(players: int) -> Booleans:
    """Who is in each subset, shape (2**players, players)."""
    return (np.arange(2**players)[:, None] >> np.arange(players) & 1).astype(np.bool_)
