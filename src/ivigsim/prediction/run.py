"""The main door to biomarkers: a treatment in, the markers ranked by how well they predict response out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ivigsim.checks import check_whole
from ivigsim.errors import InputError
from ivigsim.outcomes import Definition
from ivigsim.patients.population import Population
from ivigsim.prediction.evidence import gather
from ivigsim.prediction.markers import choose_markers
from ivigsim.prediction.measure import outputs_needed
from ivigsim.prediction.models import score_models
from ivigsim.prediction.ranking import BiomarkerRanking, Group
from ivigsim.prediction.response import days_needed, last_start, response_definition
from ivigsim.prediction.single import rank_markers
from ivigsim.run import simulate

FOLDS, REPEATS = 5, 4
LEAST_OF_EACH = 20
"""Responders and others needed to rank anything: assumed; each of five folds then holds four or more."""


class RankingFailed(RuntimeError):
    """There is nothing to rank by: no patient finished, or nearly all have one outcome."""


def biomarkers(
    treatment: Any,
    *,
    response: str | None = None,
    threshold: float | None = None,
    by_day: int | None = None,
    markers: Sequence[str] | None = None,
    population: str | Path | Population = "adult-chronic",
    patients: int = 1000,
    seed: int = 1,
    days: int | None = None,
    covariates: Mapping[str, object] | None = None,
    switches: Mapping[str, bool] | None = None,
    folds: int = FOLDS,
    repeats: int = REPEATS,
    tolerance: float = 1e-6,
    allow_extreme: bool = False,
    threads: int | None = None,
    chunk: int | None = None,
) -> BiomarkerRanking:
    """Rank what a clinic can measure, before treatment and at 24 and 48 h, by how well it predicts response.

    Virtual patients are simulated once. Markers are read from what had happened when they are measured, with
    the error of their assay, and only in patients who have not met the count of a response by then. Needs
    the extra `ivigsim[fit]` (scikit-learn).

    Parameters
    ----------
    treatment : str, list of str, Regimen, event table or None
        As for `ivigsim.simulate`.
    response : str, optional
        A published definition: "responded_by_day_7" (the default: at least 50e9/L by day 7),
        "responded_by_day_1", "iwg_r", "iwg_cr", "ema_r" or "ema_cr".
    threshold : float, optional
        Instead, a count (1e9/L) of its own; 50 unless told.
    by_day : int, optional
        And the day to reach it by; 7 unless told.
    markers : sequence of str, optional
        Markers to rank, see `ivigsim.prediction.load_markers`; all by default.
    population, patients, seed, covariates, switches, tolerance, allow_extreme, threads, chunk
        As for `ivigsim.simulate`.
    days : int, optional
        Days to simulate: up to `by_day` unless told, 28 for a confirmed response.
    folds, repeats : int
        Models and cuts are learnt in all folds but one and tried in that; so often.

    Returns
    -------
    BiomarkerRanking

    Raises
    ------
    InputError
        For anything that is not accepted, with what is; without scikit-learn.
    RankingFailed
        When no patient could be simulated, or fewer than 20 respond or do not.

    Examples
    --------
    >>> import ivigsim
    >>> found = ivigsim.biomarkers("IVIG 1 g/kg daily x2", patients=200, seed=1, repeats=1)
    >>> found.best(1).area.value > found.best(0).area.value
    True
    """
    chosen = choose_markers(markers)
    definition = response_definition(response, threshold, by_day)
    until = days_needed(definition, days)
    check_whole("folds", folds, 2, 20)
    check_whole("repeats", repeats, 1, 100)
    if find_spec("sklearn") is None:
        raise InputError("biomarkers need scikit-learn, which is not installed; accepted: with ivigsim[fit]")
    end = last_start(definition, until)
    usable = tuple(marker for marker in chosen if marker.day < end)
    if not usable:
        raise InputError(
            f"no marker is measured before day {end:g}, the last on which the response can start; accepted: a"
            " marker before treatment or a later day"
        )
    sim = simulate(
        treatment,
        population=population,
        patients=patients,
        seed=seed,
        days=until,
        covariates=covariates,
        switches=switches,
        outputs=outputs_needed(usable),
        tolerance=tolerance,
        allow_extreme=allow_extreme,
        threads=threads,
        chunk=chunk,
    )
    if len(sim.failures) == len(sim):
        reason = next(iter(sim.failures.values()))
        raise RankingFailed(f"all {len(sim)} patients failed under {sim.regimen!r}: {reason}")
    evidence = gather(sim, usable, definition)
    groups = tuple(evidence.group(day) for day in sorted(evidence.waiting))
    _check_both(groups[0], definition)
    enough = tuple(group for group in groups if _enough(group))
    ranks = rank_markers(evidence, enough, folds, repeats, seed)
    return BiomarkerRanking(
        regimen=sim.regimen,
        population=sim.population,
        patients=len(sim),
        seed=sim.seed,
        days=until,
        covariates=dict(covariates or {}),
        switches=sim.switches,
        tolerance=tolerance,
        definition=definition,
        folds=folds,
        repeats=repeats,
        there_before=len(sim) - len(sim.failures) - len(evidence.numbers),
        groups=enough,
        too_few=tuple(group for group in groups if not _enough(group)),
        ranks=ranks,
        constant=evidence.constant,
        models=score_models(evidence, enough, folds, repeats, seed),
        numbers=evidence.numbers,
        responded=evidence.responded,
        waiting=evidence.waiting,
        measured=evidence.measured,
        failures=sim.failures,
    )


def _enough(group: Group) -> bool:
    return min(group.responders, group.patients - group.responders) >= LEAST_OF_EACH


def _check_both(group: Group, definition: Definition) -> None:
    if not _enough(group):
        raise RankingFailed(
            f"ranking needs at least {LEAST_OF_EACH} patients who respond and {LEAST_OF_EACH} who do not; of"
            f" {group.patients:,} below the count before treatment {group.responders:,} respond"
            f" ({definition.label})"
        )
