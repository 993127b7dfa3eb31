"""All markers together: logistic regression, and boosted trees beside it, tried in held-out folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ivigsim.outcomes import stream, wilson
from ivigsim.outcomes.reading import BoolArray, FloatArray
from ivigsim.prediction.folds import Fold
from ivigsim.prediction.markers import Marker
from ivigsim.prediction.roc import placements

BINS = 10
SHUFFLES = 5
"""Times each marker is shuffled in each held-out fold."""

PENALTY = 0.3
"""Inverse strength of the ridge penalty: of 0.03 to 1 the one whose calibration slopes were nearest to 1 in
400 and in 1,000 patients of adult-chronic given IVIG 1 g/kg daily x2."""

TREES: dict[str, Any] = {"max_iter": 60, "max_leaf_nodes": 6, "learning_rate": 0.1, "min_samples_leaf": 20}
"""Of the boosted trees: small ones, since there are hundreds of patients, not thousands (assumed)."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What a model said of patients it had not learnt from.

    Attributes
    ----------
    probability : ndarray, shape (n,)
        Mean over the repeats.
    brier : float
        Mean squared difference of probability and outcome, in each repeat.
    area : float
        Mean area under the ROC curve over the folds.
    placed : ndarray, shape (n,)
        Placements within the folds, mean over the repeats.
    drops : ndarray, shape (folds, markers)
        Area lost in each fold when a marker is shuffled among its patients.
    """

    probability: FloatArray
    brier: float
    area: float
    placed: FloatArray
    drops: FloatArray


@dataclass(frozen=True)
class Bin:
    """A tenth of the patients by predicted probability: its mean, and the share that responded (0 to 1)."""

    predicted: float
    observed: float
    low: float
    high: float
    patients: int


def logistic(markers: Sequence[Marker]) -> Any:
    """Return an untrained logistic regression: logarithms, scaling and levels are part of what is trained."""
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

    places = {
        scale: [i for i, marker in enumerate(markers) if marker.scale == scale]
        for scale in ("log", "linear", "levels")
    }
    prepare = ColumnTransformer(
        [
            ("log", make_pipeline(FunctionTransformer(np.log), StandardScaler()), places["log"]),
            ("linear", StandardScaler(), places["linear"]),
            ("levels", OneHotEncoder(handle_unknown="ignore"), places["levels"]),
        ],
        sparse_threshold=0,
    )
    return make_pipeline(prepare, LogisticRegression(C=PENALTY, max_iter=1000))


def boosted_trees(seed: int) -> Any:
    """Return untrained boosted trees, which need no scales and find interactions."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(**TREES, early_stopping=False, random_state=seed % 2**32)


def try_held_out(
    model: Any, values: FloatArray, responded: BoolArray, folds: Sequence[Fold], seed: int, *, shuffle: bool
) -> HeldOut:
    """Train a model in all folds but one, try it there, and so on.

    Parameters
    ----------
    model : scikit-learn classifier
        Cloned for each fold, preprocessing with it.
    values : ndarray, shape (n, markers)
    responded : ndarray of bool, shape (n,)
    folds : sequence of Fold
        Each patient is held out equally often.
    seed : int
    shuffle : bool
        Whether to measure what each marker adds.
    """
    from threadpoolctl import threadpool_limits

    # each fit is too small to share: threads that wait for each other take most of the time
    with threadpool_limits(limits=1):
        return _each_fold(model, values, responded, folds, stream(seed, "shuffles"), shuffle)


def _each_fold(
    model: Any,
    values: FloatArray,
    responded: BoolArray,
    folds: Sequence[Fold],
    rng: np.random.Generator,
    shuffle: bool,
) -> HeldOut:
    from sklearn.base import clone

    times = sum(len(held) for _, held in folds) // len(values)
    probability, placed = np.zeros(len(values)), np.zeros(len(values))
    brier, areas, drops = 0.0, [], []
    for learn, held in folds:
        trained = clone(model).fit(values[learn], responded[learn])
        said, did = trained.predict_proba(values[held])[:, 1], responded[held]
        where = placements(said, did)
        probability[held] += said / times
        placed[held] += where / times
        brier += float(((said - did) ** 2).sum()) / times / len(values)
        areas.append(float(where[did].mean()))
        if shuffle:
            drops.append(areas[-1] - _shuffled_areas(trained, values[held], did, rng))
    return HeldOut(probability, brier, float(np.mean(areas)), placed, np.array(drops))


def _shuffled_areas(
    trained: Any, values: FloatArray, responded: BoolArray, rng: np.random.Generator
) -> FloatArray:
    """Return the area (markers,) with one marker at a time shuffled among these patients."""
    rows, markers = values.shape
    copies = np.tile(values, (markers, SHUFFLES, 1, 1))
    for i in range(markers):
        for j in range(SHUFFLES):
            copies[i, j, :, i] = rng.permutation(values[:, i])
    said = trained.predict_proba(copies.reshape(-1, markers))[:, 1].reshape(markers, SHUFFLES, rows)
    areas = [[placements(each, responded)[responded].mean() for each in copy] for copy in said]
    found: FloatArray = np.mean(areas, axis=1)
    return found


def calibration(probability: FloatArray, responded: BoolArray) -> tuple[Bin, ...]:
    """Return the share that responded in each tenth of the patients by predicted probability.

    Examples
    --------
    >>> bins = calibration(np.linspace(0, 1, 100), np.linspace(0, 1, 100) > 0.5)
    >>> len(bins), bins[0].observed, bins[-1].observed
    (10, 0.0, 1.0)
    """
    bins = []
    for rows in np.array_split(np.argsort(probability, kind="stable"), min(BINS, len(probability))):
        hits = int(responded[rows].sum())
        low, high = (float(end) for end in wilson(hits, len(rows)))
        bins.append(Bin(float(probability[rows].mean()), hits / len(rows), low, high, len(rows)))
    return tuple(bins)


def calibration_slope(probability: FloatArray, responded: BoolArray) -> float:
    """Return the slope of outcome on the logit of the probability: 1 is right, below 1 is too sure.

    Source: Cox 1958 Biometrika 45:562.
    """
    from sklearn.linear_model import LogisticRegression

    inside = np.clip(probability, 1e-6, 1 - 1e-6)  # a model may say 0 or 1, whose logit has no end
    logit = np.log(inside / (1.0 - inside))[:, None]
    return float(LogisticRegression(C=np.inf).fit(logit, responded).coef_[0, 0])
