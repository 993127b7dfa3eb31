"""Simulate every published row as the trial it comes from, many times, and see where its result falls."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from math import sqrt
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from ivigsim.evidence.rows import Row
from ivigsim.evidence.statistic import published_number
from ivigsim.fit.draws import Posterior
from ivigsim.fit.forward import Question, simulate_rows
from ivigsim.fit.free import populations_at
from ivigsim.fit.likelihood import (
    SCALES,
    Observed,
    Shown,
    log_likelihood,
    observed,
    patients_counted,
    shown,
)
from ivigsim.fit.posterior import tau_of
from ivigsim.patients import random

Floats = NDArray[np.float64]

TRIALS_PER_DRAW = len(SCALES)
"""Trials drawn from the patients of one posterior draw, one with each SD that makes up Student's t."""

_LIMITS = (5.0, 50.0, 95.0)
_UNKNOWN_N = 100  # assumed where the number of patients is unknown: the row is only a check then


@dataclass(frozen=True)
class Verdict:
    """Where a published result falls among simulated trials.

    Attributes
    ----------
    row : Row
    median, low, high : float
        Of the simulated trials: median and 90% prediction interval, in the unit of the row.
    low_alone, high_alone : float
        The interval without differences between trials: chance and parameters only.
    log_score : float or None
        Logarithm of the predictive density of the published result; None where it says too little.
    """

    row: Row
    median: float
    low: float
    high: float
    low_alone: float
    high_alone: float
    log_score: float | None

    @property
    def inside(self) -> bool:
        """Whether the published result lies inside the 90% prediction interval."""
        return bool(self.low <= self.row.number <= self.high)

    @property
    def inside_alone(self) -> bool:
        """Whether it lies inside without differences between trials."""
        return bool(self.low_alone <= self.row.number <= self.high_alone)

    @property
    def error(self) -> float:
        """Simulated median less published value, in the unit of the row."""
        return self.median - self.row.number


def validate(
    rows: Sequence[Row],
    posterior: Posterior,
    *,
    patients: int = 300,
    draws: int | None = None,
    seed: int = 2,
    workers: int | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> list[Verdict]:
    """Simulate rows with parameter uncertainty.

    Parameters
    ----------
    rows : sequence of Row
        Rows that can be simulated.
    posterior : Posterior
    patients : int
        Virtual patients per arm and draw; trials are drawn from them.
    draws : int, optional
        Posterior draws to use, spread over all; default all.
    seed : int
        Other patients than those of the calibration, whose seed is 1.
    workers : int, optional
        Processes; default: one per processor this process may use.
    advance : callable, optional
        Told after each draw.

    Returns
    -------
    list of Verdict
        In the order of the rows.
    """
    every = len(posterior.points)
    chosen = np.unique(np.linspace(0, every - 1, min(draws or every, every)).round().astype(int))
    question = Question(tuple(row.id for row in rows), patients, seed)
    jobs = [(tuple(rows), question, posterior.points[i], int(i)) for i in chosen]
    workers = min(workers or len(os.sched_getaffinity(0)), len(jobs))
    parts = []
    if workers <= 1:
        for job in jobs:
            parts.append(_draw(job))
            advance(1)
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            for part in pool.map(_draw, jobs):
                parts.append(part)
                advance(1)
    trials = np.concatenate([trials for trials, _ in parts], axis=1)
    scores = np.stack([scores for _, scores in parts])
    return [_verdict(row, trials[i], scores[:, i]) for i, row in enumerate(rows)]


def _draw(job: tuple[tuple[Row, ...], Question, Floats, int]) -> tuple[Floats, Floats]:
    """Trials (rows, trials, 2: with and without differences between trials) and log-likelihoods (rows,)."""
    rows, question, point, number = job
    tau = float(tau_of(point))
    groups = simulate_rows(question, populations_at(point[:-1]))
    trials = np.empty((len(rows), TRIALS_PER_DRAW, 2))
    scores = np.full(len(rows), np.nan)
    for i, (row, values) in enumerate(zip(rows, groups, strict=True)):
        seen = shown(row, values)
        first = number * TRIALS_PER_DRAW
        between, chance = (
            random.normal(question.seed, f"{what} {row.id}", first, TRIALS_PER_DRAW)
            for what in ("trial of", "chance in")
        )
        shifts = tau * np.array(SCALES) * between
        known = observed(row) if row.n is not None or row.interval == "95% CI" else None
        if known is not None:
            scores[i] = _score(known, seen, tau)
        if known is not None and known.se is not None:
            trials[i] = _with_published_error(row, seen, shifts, chance * known.se)
            continue
        rng = np.random.default_rng([question.seed, number, i])
        for k in range(TRIALS_PER_DRAW):
            some = tuple(_enrol(row, one, rng) for one in values)
            trials[i, k] = _shifted(row, some, seen, shifts[k]), published_number(row, some)
    return trials, scores


def _with_published_error(row: Row, seen: Shown, shifts: Floats, errors: Floats) -> Floats:
    """Results of trials whose chance is as large as the publication says, as in the likelihood."""
    alone = seen.centre + errors
    found = np.stack([alone + shifts * seen.spread, alone], axis=-1)
    return np.exp(found) if row.measured.statistic in ("risk ratio", "odds ratio") else found


def _enrol(row: Row, values: Floats, rng: np.random.Generator) -> Floats:
    """Draw as many patients as the trial counted."""
    n = patients_counted(row) or _UNKNOWN_N
    return rng.choice(values, n, replace=n > len(values)) if len(values) else values


def _shifted(row: Row, groups: tuple[Floats, ...], seen: Shown, shift: float) -> float:
    """Return the result of a trial whose centre differs by some SDs between patients."""
    kind = row.measured.statistic
    number = published_number(row, groups)
    if kind == "share":
        angle = np.arcsin(sqrt(number / 100.0)) + shift / 2.0
        return float(100.0 * np.sin(np.clip(angle, 0.0, np.pi / 2.0)) ** 2)
    if kind in ("median", "highest median"):
        level = np.sin(np.clip(np.pi / 4.0 + shift / 2.0, 0.0, np.pi / 2.0)) ** 2
        return float(np.quantile(groups[0], level, method="inverted_cdf")) if len(groups[0]) else number
    if kind in ("risk ratio", "odds ratio"):
        return float(number * np.exp(shift))
    return number + shift * seen.spread


def _score(row: Observed, seen: Shown, tau: float) -> float:
    found = log_likelihood([row], np.array([seen.centre]), np.array([seen.spread]), tau)
    return float(found[0])


def _verdict(row: Row, trials: Floats, scores: Floats) -> Verdict:
    with_shift, alone = (trials[:, k][~np.isnan(trials[:, k])] for k in (0, 1))
    low, median, high = _percentiles(with_shift)
    low_alone, _, high_alone = _percentiles(alone)
    known = scores[np.isfinite(scores)]
    score = None
    if len(known):  # mean of the likelihoods, computed from their logarithms
        score = float(np.log(np.mean(np.exp(known - known.max()))) + known.max())
    return Verdict(row, median, low, high, low_alone, high_alone, score)


def _percentiles(values: Floats) -> Floats:
    """Percentiles without interpolation: a median patient may never have got there."""
    if not len(values):
        return np.full(3, np.nan)
    found: Floats = np.percentile(values, _LIMITS, method="inverted_cdf")
    return found
