"""Median of durations of which some were cut short by the end of the run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ivigsim.outcomes.intervals import Interval
from ivigsim.outcomes.reading import BoolArray, FloatArray

RESAMPLES = 1_000


def kaplan_meier_median(
    durations: FloatArray, censored: BoolArray, rng: np.random.Generator, level: float = 0.95
) -> Interval:
    """Return the Kaplan-Meier median of durations and its bootstrap percentile interval.

    Source: Kaplan & Meier 1958 J Am Stat Assoc 53:457; bootstrap of censored data as in Efron 1981 J Am Stat
    Assoc 76:312. Patients with the same duration are drawn together, as one multinomial cell: the same
    distribution as drawing each, at a cost that does not grow with the number of patients.

    Parameters
    ----------
    durations : ndarray, shape (n,)
        Durations (d); at least one.
    censored : ndarray of bool, shape (n,)
        Whether a duration is only a lower bound.
    rng : numpy.random.Generator
    level : float
        Coverage of the interval.

    Returns
    -------
    Interval
        None stands for "not reached": more than half of the curve lies beyond the last duration.

    Examples
    --------
    >>> d, cut = np.array([5.0, 8.0, 10.0, 12.0, 20.0]), np.array([False, True, False, False, True])
    >>> kaplan_meier_median(d, cut, np.random.default_rng(1)).value
    12.0
    """
    times, cell = np.unique(durations, return_inverse=True)
    events = np.bincount(cell, weights=~censored, minlength=len(times))
    cuts = np.bincount(cell, weights=censored, minlength=len(times))
    drawn = rng.multinomial(len(durations), np.concatenate([events, cuts]) / len(durations), size=RESAMPLES)
    value = _medians(times, events[None], cuts[None])[0]
    resampled = np.sort(_medians(times, drawn[:, : len(times)], drawn[:, len(times) :]))
    tail = (1.0 - level) / 2.0
    low, high = resampled[int(tail * RESAMPLES)], resampled[int(np.ceil((1.0 - tail) * RESAMPLES)) - 1]
    value, low, high = (float(x) if np.isfinite(x) else None for x in (value, low, high))
    return Interval(value, low, high)


def _medians(times: FloatArray, events: NDArray[np.number], cuts: NDArray[np.number]) -> FloatArray:
    """Time at which the curve of each row falls below one half, halfway along where it is just one half.

    Infinity where it never gets there. Without censoring this is the ordinary median.
    """
    leaving = events + cuts
    at_risk = leaving[:, ::-1].cumsum(axis=1)[:, ::-1]
    hazard = np.divide(events, at_risk, out=np.zeros(events.shape), where=at_risk > 0)
    curve = np.cumprod(1.0 - hazard, axis=1)
    # rounding must not push one half to either side
    reached, below = (np.where(low.any(axis=1), times[low.argmax(axis=1)], np.inf)
                      for low in (curve <= 0.5 + 1e-12, curve < 0.5 - 1e-12))  # fmt: skip
    medians: FloatArray = np.where(np.isfinite(below), (reached + below) / 2.0, reached)
    return medians
