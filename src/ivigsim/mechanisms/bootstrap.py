"""How far a mean share would move with other virtual patients: a bootstrap of ratios of means."""

from __future__ import annotations

import numpy as np

from ivigsim.mechanisms.shapley import Floats
from ivigsim.outcomes import stream

RESAMPLES = 2000
MOST_GROUPS = 4000


def ratio_limits(parts: Floats, whole: Floats, seed: int) -> tuple[Floats, Floats]:
    """Return 95% percentile limits of mean part / mean whole over patients.

    More than 4,000 patients are first summed in as many groups: patients are independent draws, so groups of
    them are too, and the interval of their mean is the same.

    Parameters
    ----------
    parts : ndarray, shape (n, k)
    whole : ndarray, shape (n,)
    seed : int

    Returns
    -------
    low, high : ndarray, shape (k,)

    Examples
    --------
    >>> parts = np.array([[1.0], [2.0], [3.0]])
    >>> low, high = ratio_limits(parts, np.array([2.0, 4.0, 6.0]), seed=1)
    >>> low.tolist(), high.tolist()
    ([0.5], [0.5])
    """
    table = np.column_stack([parts, whole])
    if len(table) > MOST_GROUPS:
        table = np.add.reduceat(table, np.linspace(0, len(table), MOST_GROUPS, endpoint=False).astype(int))
    rng = stream(seed, "shares")
    count = len(table)
    drawn = np.stack(
        [np.bincount(rng.integers(count, size=count), minlength=count) @ table for _ in range(RESAMPLES)]
    )
    low, high = np.percentile(drawn[:, :-1] / drawn[:, -1:], (2.5, 97.5), axis=0)
    return low, high
