"""Markers one by one, ranked by the area under their ROC curve."""

from __future__ import annotations

from collections.abc import Sequence

from ivigsim.prediction.evidence import Evidence
from ivigsim.prediction.folds import Fold, held_out_rates, make_folds
from ivigsim.prediction.markers import Marker
from ivigsim.prediction.ranking import Group, MarkerRank
from ivigsim.prediction.roc import area, best_cut


def rank_markers(
    evidence: Evidence, groups: Sequence[Group], folds: int, repeats: int, seed: int
) -> tuple[MarkerRank, ...]:
    """Rank the markers of each day in the patients not there yet on that day, best first."""
    ranks: list[MarkerRank] = []
    for group in groups:
        responded = evidence.responded[evidence.waiting[group.day]]
        made = make_folds(responded, folds, repeats, seed)
        today = [_rank(evidence, marker, made) for marker in evidence.markers if marker.day == group.day]
        ranks += sorted(today, key=lambda rank: -rank.area.value)
    return tuple(ranks)


def _rank(evidence: Evidence, marker: Marker, folds: Sequence[Fold]) -> MarkerRank:
    rows = evidence.waiting[marker.day]
    everyone = evidence.measured[marker.id]
    values, responded = everyone[rows], evidence.responded[rows]
    found = area(values, responded)
    whole = area(everyone, evidence.responded) if marker.day else None
    higher = found.value >= 0.5
    sign = 1.0 if higher else -1.0
    if not higher:
        found, whole = found.turned(), whole and whole.turned()
    sensitivity, specificity = held_out_rates(values, responded, folds)
    return MarkerRank(
        marker=marker,
        area=found,
        everyone=whole,
        higher=higher if found.low is None or found.low > 0.5 else None,
        cut=sign * best_cut(sign * values, responded),
        sensitivity=sensitivity,
        specificity=specificity,
    )
