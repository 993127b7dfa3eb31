"""Terminal half-life of IgG by a small non-compartmental analysis."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ivigsim.errors import unknown
from ivigsim.outcomes.reading import BoolArray, FloatArray

# An excess below the ordinary wandering of IgG within one person is not told from baseline: pooled SD 0.955
# g/L in 54 healthy adults over a median of 42 weeks (Fruerlund Rasmussen, time-related variation in IgG
# subclasses).
WITHIN_PERSON_SD_G_PER_L = 0.955
# Fits this close in adjusted R2 count as equal, and the longest wins: the rule of WinNonlin, NonCompart and
# PKNCA.
SAME_FIT = 1e-4
FEWEST_POINTS = 3

Baseline = Literal["corrected", "uncorrected"]


def half_life(time_d: FloatArray, igg: FloatArray, *, baseline: Baseline = "corrected") -> FloatArray:
    """Return the terminal half-life (n,) of total plasma IgG in d, NaN where it cannot be told.

    A straight line is fitted to the logarithm of the last outputs of the final fall; among the fits with at
    least 3 points the one with the best adjusted R2 is taken, and among those within 1e-4 of it the longest.
    The output the fall starts from is left out. NaN means fewer than 3 usable outputs or a slope that is not
    negative.

    Parameters
    ----------
    time_d : (T,) array
        Output times, d, the first 0.
    igg : (n, T) array
        Total plasma IgG, g/L.
    baseline : {"corrected", "uncorrected"}
        "corrected" fits the excess over the output at time 0, as long as it exceeds 0.955 g/L, the wandering
        of IgG within a healthy person. It suits ITP, where the body's own IgG is normal: the total falls
        towards that level, not to zero, so that its logarithm flattens and the half-life of the total grows
        without end the later one looks. "uncorrected" fits the total, as trials in immunodeficiency report
        it, where little IgG is the body's own. Correcting matters: 8.9 d against 55.0 d in the same patients
        on subcutaneous IgG (trial NCT00814320). Dash 2014 reports 28.5 d in ITP; the abstract does not say
        which was fitted (unverified).

    Examples
    --------
    >>> import numpy as np
    >>> from ivigsim.outcomes import half_life
    >>> time = np.arange(0.0, 61.0)
    >>> igg = 11 + 24 * np.where(time > 0, 0.5 ** (time / 25), 0)
    >>> half_life(time, igg[None, :]).round(6)
    array([25.])
    """
    if baseline not in ("corrected", "uncorrected"):
        raise unknown("baseline", str(baseline), ["corrected", "uncorrected"])
    fitted, floor = (igg - igg[:, :1], WITHIN_PERSON_SD_G_PER_L) if baseline == "corrected" else (igg, 0.0)
    usable = _final_fall(fitted, floor)
    log_values = np.log(np.where(usable, fitted, 1.0))
    slope, adjusted_r2 = _fits_to_the_end(time_d, log_values.T.copy(), usable.T.copy())
    best = adjusted_r2.max(axis=0)
    first = (adjusted_r2 >= best - SAME_FIT).argmax(axis=0)
    chosen = np.take_along_axis(slope, first[None, :], axis=0)[0]
    falling = np.isfinite(best) & (chosen < 0.0)
    found: FloatArray = np.log(2.0) / np.where(falling, -chosen, np.nan)
    return found


def _final_fall(fitted: FloatArray, floor: float) -> BoolArray:
    """Mark the outputs (n, T) of the last unbroken fall above the floor, without the one it starts from."""
    above = fitted > floor
    after_last = ~np.logical_or.accumulate(above[:, ::-1], axis=1)[:, ::-1]
    fell = np.zeros_like(above)
    fell[:, 1:] = np.diff(fitted, axis=1) < 0.0
    unbroken = np.logical_and.accumulate((fell | after_last)[:, ::-1], axis=1)[:, ::-1]
    return unbroken & above


def _fits_to_the_end(
    time_d: FloatArray, log_values: FloatArray, usable: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Return slope and adjusted R2 (T, n) of the lines from each usable output through the last one.

    The adjusted R2 is -inf where there is no such line. Sums of squares grow output by output, from the last
    to the first, about their running means (Welford), which keeps their digits.
    """
    slope, adjusted_r2 = np.zeros(log_values.shape), np.full(log_values.shape, -np.inf)
    n, mean_x, mean_y, sxx, sxy, syy = np.zeros((6, log_values.shape[1]))
    for i in range(time_d.size - 1, -1, -1):
        use = usable[i]
        n += use
        share = use / np.maximum(n, 1.0)
        from_x, from_y = time_d[i] - mean_x, log_values[i] - mean_y
        mean_x += share * from_x
        mean_y += share * from_y
        left_x, left_y = use * (time_d[i] - mean_x), use * (log_values[i] - mean_y)
        sxx += from_x * left_x
        sxy += from_x * left_y
        syy += from_y * left_y
        fit = use & (n >= FEWEST_POINTS) & (syy > 0.0)
        unexplained = 1.0 - sxy**2 / np.where(fit, sxx * syy, 1.0)
        np.copyto(slope[i], sxy / np.where(fit, sxx, 1.0), where=fit)
        np.copyto(adjusted_r2[i], 1.0 - unexplained * (n - 1.0) / np.where(fit, n - 2.0, 1.0), where=fit)
    return slope, adjusted_r2
