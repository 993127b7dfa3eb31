"""Held-out folds: what is learnt in the others is tried in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ivigsim.outcomes import stream
from ivigsim.outcomes.reading import BoolArray, FloatArray
from ivigsim.prediction.roc import best_cut, placements

Fold: TypeAlias = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Rows to learn from, and rows held out."""


def make_folds(responded: BoolArray, folds: int, repeats: int, seed: int) -> list[Fold]:
    """Return stratified folds, repeat after repeat.

    Examples
    --------
    >>> made = make_folds(np.arange(40) % 2 == 0, folds=5, repeats=2, seed=1)
    >>> len(made), len(made[0][1])
    (10, 8)
    """
    from sklearn.model_selection import RepeatedStratifiedKFold

    start = int(stream(seed, "folds").integers(2**32))
    splitter = RepeatedStratifiedKFold(n_splits=folds, n_repeats=repeats, random_state=start)
    return list(splitter.split(np.zeros(len(responded)), responded))


def held_out_rates(values: FloatArray, responded: BoolArray, folds: Sequence[Fold]) -> tuple[float, float]:
    """Return sensitivity and specificity of the best cut, learnt in the other folds with its direction."""
    right = np.zeros(2)
    for learn, held in folds:
        sign = 1.0 if placements(values[learn], responded[learn])[responded[learn]].mean() >= 0.5 else -1.0
        cut = best_cut(sign * values[learn], responded[learn])
        called, did = sign * values[held] >= cut, responded[held]
        right += [(called & did).sum(), (~called & ~did).sum()]
    total = np.array([responded.sum(), (~responded).sum()]) * sum(len(held) for _, held in folds)
    sensitivity, specificity = right / (total / len(responded))
    return float(sensitivity), float(specificity)
