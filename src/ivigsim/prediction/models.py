"""Which models of several markers are made, and in whom they are tried."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ivigsim.outcomes.reading import BoolArray
from ivigsim.prediction.combined import (
    HeldOut,
    boosted_trees,
    calibration,
    calibration_slope,
    logistic,
    try_held_out,
)
from ivigsim.prediction.evidence import Evidence
from ivigsim.prediction.folds import Fold, make_folds
from ivigsim.prediction.markers import Marker
from ivigsim.prediction.ranking import Group, Importance, ModelScore
from ivigsim.prediction.roc import area_of, difference


def score_models(
    evidence: Evidence, groups: Sequence[Group], folds: int, repeats: int, seed: int
) -> tuple[ModelScore, ...]:
    """Try, in each group, the markers before treatment and those up to the group's day.

    Boosted trees are tried beside the logistic regression of all markers, in one repeat: they are slower,
    and are there to show whether a straight line misses much.
    """
    return tuple(score for group in groups for score in _score_group(evidence, group, folds, repeats, seed))


def _score_group(evidence: Evidence, group: Group, folds: int, repeats: int, seed: int) -> list[ModelScore]:
    """Try the models of one group."""
    scores: list[ModelScore] = []
    rows = evidence.waiting[group.day]
    responded = evidence.responded[rows]
    made = make_folds(responded, folds, repeats, seed)
    before = [marker for marker in evidence.markers if marker.day == 0]
    known = [marker for marker in evidence.markers if marker.day <= group.day]
    first = None
    if not known:
        return []
    if before and group.day:
        first = _try(evidence, before, rows, made, seed, shuffle=False)
        scores.append(_score(f"before_at_{24 * group.day}h", "logistic", group, before, responded, first))
    if known == before and group.day:
        return scores
    name = f"until_{24 * group.day}h" if group.day else "before"
    all_known = _try(evidence, known, rows, made, seed, shuffle=True)
    scores.append(_score(name, "logistic", group, known, responded, all_known, first))
    trees = try_held_out(
        boosted_trees(seed), evidence.table(known, rows), responded, made[:folds], seed, shuffle=False
    )
    scores.append(_score(f"{name}_trees", "trees", group, known, responded, trees))
    return scores


def _try(
    evidence: Evidence,
    markers: Sequence[Marker],
    rows: BoolArray,
    folds: Sequence[Fold],
    seed: int,
    *,
    shuffle: bool,
) -> HeldOut:
    values, responded = evidence.table(markers, rows), evidence.responded[rows]
    return try_held_out(logistic(markers), values, responded, folds, seed, shuffle=shuffle)


def _score(
    name: str,
    kind: str,
    group: Group,
    markers: Sequence[Marker],
    responded: BoolArray,
    held: HeldOut,
    first: HeldOut | None = None,
) -> ModelScore:
    share = float(responded.mean())
    return ModelScore(
        id=name,
        kind=kind,
        group=group,
        markers=tuple(markers),
        area=area_of(held.placed, responded, held.area),
        gain=None if first is None else difference(held.placed, first.placed, responded),
        brier=held.brier,
        brier_without=share * (1.0 - share),
        slope=calibration_slope(held.probability, responded),
        calibration=calibration(held.probability, responded),
        importance=_importance(markers, held),
        probability=held.probability,
    )


def _importance(markers: Sequence[Marker], held: HeldOut) -> tuple[Importance, ...]:
    if not held.drops.size:
        return ()
    low, high = np.percentile(held.drops, (10, 90), axis=0)
    means = held.drops.mean(axis=0)
    found = [
        Importance(marker, float(means[i]), float(low[i]), float(high[i])) for i, marker in enumerate(markers)
    ]
    return tuple(sorted(found, key=lambda each: -each.mean))
