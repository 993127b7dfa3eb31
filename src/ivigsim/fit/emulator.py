"""A fast stand-in for the trials near the posterior: each row's centre as a function of the parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivigsim.fit.likelihood import Observed, stabilised

Floats = NDArray[np.float64]

_PENALTIES = np.geomspace(0.1, 1000.0, 9)


@dataclass(frozen=True)
class Emulator:
    """Ridge regression on the parameters, their squares and the products of the most influential ones.

    Attributes
    ----------
    rows : list of Observed
    middle, scale : ndarray, shape (parameters,)
        Centre and spread of the points it learnt from.
    pairs : ndarray of int, shape (pairs, 2)
        Parameters whose products it uses.
    weights : ndarray, shape (features, rows)
    spread : ndarray, shape (rows,)
        Typical SD between patients (normal rows).
    error : ndarray, shape (rows,)
        Its SD of error in cross-validation, on the stabilised scale.
    explained : ndarray, shape (rows,)
        Share of the variance it explains in cross-validation.
    """

    rows: list[Observed]
    middle: Floats
    scale: Floats
    pairs: NDArray[np.intp]
    weights: Floats
    spread: Floats
    error: Floats
    explained: Floats

    @property
    def unit(self) -> Floats:
        """SD between patients on the stabilised scale, shape (rows,): 1 for shares."""
        return np.array(
            [1.0 if row.form == "binomial" else s for row, s in zip(self.rows, self.spread, strict=True)]
        )

    def __call__(self, points: Floats) -> Floats:
        """Return the stabilised centres at points (n, parameters), shape (n, rows)."""
        found: Floats = _features(points, self.middle, self.scale, self.pairs) @ self.weights
        return found


def fit_emulator(points: Floats, shown: Floats, rows: list[Observed], pairs: int = 60) -> Emulator:
    """Learn from simulated points.

    Parameters
    ----------
    points : ndarray, shape (n, parameters)
    shown : ndarray, shape (n, rows, 2)
    rows : list of Observed
    pairs : int
        Products to use.
    """
    known = np.isfinite(shown[..., 0]).all(axis=1)
    points, shown = points[known], shown[known]
    seen = stabilised(rows, shown[..., 0])
    middle, scale = points.mean(axis=0), points.std(axis=0)
    chosen = _influential(points, seen, middle, scale, pairs)
    features = _features(points, middle, scale, chosen)
    weights, left = _ridge(features, seen)
    explained = 1.0 - (left**2).mean(axis=0) / np.maximum(seen.var(axis=0), 1e-12)
    spread = np.nanmedian(shown[..., 1], axis=0)
    return Emulator(rows, middle, scale, chosen, weights, spread, left.std(axis=0), explained)


def _features(points: Floats, middle: Floats, scale: Floats, pairs: NDArray[np.intp]) -> Floats:
    z = (points - middle) / scale
    products = z[:, pairs[:, 0]] * z[:, pairs[:, 1]]
    return np.concatenate([np.ones((len(z), 1)), z, z * z - 1.0, products], axis=1)


def _influential(points: Floats, seen: Floats, middle: Floats, scale: Floats, pairs: int) -> NDArray[np.intp]:
    """Choose the pairs of parameters that move the rows most, by the linear fit."""
    none = np.empty((0, 2), dtype=np.intp)
    weights, _ = _ridge(_features(points, middle, scale, none), seen)
    size = np.abs(weights[1 : points.shape[1] + 1] / np.maximum(seen.std(axis=0), 1e-12))
    together = size @ size.T
    first, second = np.triu_indices(points.shape[1], k=1)
    best = np.argsort(-together[first, second], kind="stable")[:pairs]
    return np.stack([first[best], second[best]], axis=1)


def _ridge(features: Floats, seen: Floats) -> tuple[Floats, Floats]:
    """Ridge regression per row, its penalty by leave-one-out; weights and leave-one-out errors."""
    u, s, vt = np.linalg.svd(features, full_matrices=False)
    best = np.full(seen.shape[1], np.inf)
    weights = np.zeros((features.shape[1], seen.shape[1]))
    left = np.zeros_like(seen)
    for penalty in _PENALTIES:
        shrunk = s / (s * s + penalty)
        beta = vt.T @ (shrunk[:, None] * (u.T @ seen))
        leverage = ((u * (s * shrunk)) * u).sum(axis=1)
        errors = (seen - features @ beta) / (1.0 - leverage)[:, None]
        score = (errors**2).mean(axis=0)
        better = score < best
        best = np.where(better, score, best)
        weights[:, better], left[:, better] = beta[:, better], errors[:, better]
    return weights, left
