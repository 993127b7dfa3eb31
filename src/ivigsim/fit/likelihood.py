"""How likely published results are, given what the patients of a simulated trial would show.

Three forms, stated once and used everywhere:

- a share of n patients is binomial;
- a median of n patients is an order statistic: half of them lie below it, so the number below is binomial,
  with the simulated share below the published median;
- a mean is normal, with the simulated spread between patients divided by the root of n; a ratio or a
  difference between arms is normal with its published interval.

Trials differ by more than chance: centres, visits and definitions are not the same. A between-trial SD `tau`,
in units of the SD between patients, takes that up: n patients say as much as 1 / (1/n + tau^2). A few rows
differ much more than the others, so the difference is Student's t with 4 degrees of freedom, a mixture of
normals with SDs `tau` times `SCALES`. `tau` is estimated, not set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ivigsim.evidence.rows import Row
from ivigsim.evidence.statistic import published_number

Floats = NDArray[np.float64]

Form = Literal["binomial", "normal"]
RESPONDERS = 0.807
"""Share of patients who respond (E019), where a row over responders gives only the number of all."""

FREEDOM = 4
"""Degrees of freedom of the differences between trials (assumed: heavy tails, finite variance)."""


def _chi_square(share: float) -> float:
    """Quantile of chi-square with 4 degrees of freedom, by bisection of 1 - exp(-x/2) (1 + x/2)."""
    low, high = 0.0, 100.0
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if 1 - exp(-middle / 2) * (1 + middle / 2) < share else (low, middle)
    return middle


SCALES = tuple(sqrt(FREEDOM / _chi_square((k + 0.5) / 10)) for k in range(10))
"""SDs of ten equally likely normals that make up Student's t."""

_RATIOS = ("odds ratio", "risk ratio")
_Z_95 = 1.96


@dataclass(frozen=True)
class Observed:
    """A published row in the form in which it is likely or not.

    Attributes
    ----------
    id, trial : str
    form : {"binomial", "normal"}
    n : float
        Patients.
    value : float
        Patients counted (binomial), or the number (normal; logarithm for a ratio).
    se : float or None
        Standard error (normal), when it was published; else that of the simulated spread.
    """

    id: str
    trial: str
    form: Form
    n: float
    value: float
    se: float | None


@dataclass(frozen=True)
class Shown:
    """What simulated patients show for a row.

    Attributes
    ----------
    centre : float
        Share counted (binomial), or mean (normal; logarithm for a ratio).
    spread : float
        SD between patients (normal); 0 for binomial.
    """

    centre: float
    spread: float


def patients_counted(row: Row) -> int | None:
    """Return how many patients a row counts: trials give all, where they speak of those who responded.

    Examples
    --------
    >>> from ivigsim.evidence import load_rows
    >>> patients_counted(next(row for row in load_rows() if row.id == "E023"))
    46
    """
    if row.n is None or row.measured.over == "all patients":
        return row.n
    return max(1, round(RESPONDERS * row.n))


def observed(row: Row) -> Observed:
    """Bring a published row into its form.

    Raises
    ------
    ValueError
        When neither a number of patients nor an interval says how sure the row is.

    Examples
    --------
    >>> from ivigsim.evidence import load_rows
    >>> observed(next(row for row in load_rows() if row.id == "E019")).value
    46.0
    """
    kind = row.measured.statistic
    n = patients_counted(row)
    if kind in ("share", "median", "highest median"):
        if n is None:
            raise ValueError(f"row {row.id} has no number of patients")
        counted = round(row.number * n / 100.0) if kind == "share" else n / 2.0
        return Observed(row.id, row.trial, "binomial", n, float(counted), None)
    value = log(row.number) if kind in _RATIOS else row.number
    se = None
    if row.interval == "95% CI" and row.low is not None and row.high is not None:
        low, high = (log(row.low), log(row.high)) if kind in _RATIOS else (row.low, row.high)
        se = (high - low) / (2 * _Z_95)
    if row.interval == "SD" and row.n and row.high is not None:
        se = (row.high - row.number) / sqrt(row.n)
    if se is None and n is None:
        raise ValueError(f"row {row.id} has neither patients nor an interval")
    return Observed(row.id, row.trial, "normal", n or 1, value, se)


def shown(row: Row, groups: tuple[Floats, ...]) -> Shown:
    """Return what simulated patients show for a row, in its form; NaN when nobody counts.

    Parameters
    ----------
    row : Row
    groups : tuple of ndarray
        Values of the patients of its arms, see `ivigsim.evidence.trial.row_values`.
    """
    kind = row.measured.statistic
    if any(len(values) == 0 for values in groups):
        return Shown(float("nan"), float("nan"))
    one = groups[0]
    if kind in ("share", "median", "highest median"):
        # ties (visits are days apart) count half
        hits = one if kind == "share" else (one < row.number) + 0.5 * (one == row.number)
        return Shown(float((hits.sum() + 0.5) / (len(one) + 1.0)), 0.0)
    number = published_number(row, groups)
    finite = one[np.isfinite(one)]
    spread = float(finite.std()) if len(finite) else float("nan")
    if kind == "difference of shares":  # in %, as the row is
        spread *= 100.0
    return Shown(log(number) if kind in _RATIOS else number, spread)


def log_mean(values: Floats, axis: int = 0) -> Floats:
    """Return the logarithm of the mean of numbers given by their logarithms."""
    top = values.max(axis=axis, keepdims=True)
    found: Floats = np.log(np.exp(values - top).mean(axis=axis)) + top.squeeze(axis)
    return found


def log_likelihood(
    rows: Sequence[Observed], centre: Floats, spread: Floats, tau: float | Floats = 0.0
) -> Floats:
    """Return the log-likelihood of each row at each point.

    Parameters
    ----------
    rows : sequence of Observed, length r
    centre, spread : ndarray, shape (..., r)
        What simulated patients show.
    tau : float or ndarray, shape (...)
        Between-trial SD, in units of the SD between patients.

    Returns
    -------
    ndarray, shape (..., r)
        Natural logarithm; binomial coefficients of halves by the gamma function.

    Examples
    --------
    >>> row = Observed("E0", "a trial", "binomial", 10, 5.0, None)
    >>> float(np.exp(log_likelihood([row], np.array([0.5]), np.array([0.0])))[0].round(4))
    0.2461
    """
    return log_mean(np.stack([_with_sd(rows, centre, spread, tau * scale) for scale in SCALES]))


def _with_sd(rows: Sequence[Observed], centre: Floats, spread: Floats, tau: float | Floats) -> Floats:
    """Log-likelihood with normal differences between trials."""
    found = np.empty(np.broadcast_shapes(centre.shape, spread.shape))
    for i, row in enumerate(rows):
        if row.form == "binomial":
            p = centre[..., i]
            n = 1.0 / (1.0 / row.n + np.square(tau))
            k = row.value / row.n * n
            found[..., i] = _choose(n, k) + k * np.log(p) + (n - k) * np.log1p(-p)
            found[..., i] += np.log(n / row.n)  # a density over the share, whatever n
        else:
            chance = row.se if row.se is not None else spread[..., i] / sqrt(row.n)
            se = np.sqrt(np.square(chance) + np.square(tau * spread[..., i]))
            z = (row.value - centre[..., i]) / se
            found[..., i] = -0.5 * z * z - np.log(se * sqrt(2 * np.pi))
    return found


def _choose(n: Floats, k: Floats) -> Floats:
    """Logarithm of the binomial coefficient, for halves too."""
    log_gamma = np.vectorize(lgamma, otypes=[np.float64])
    chosen: Floats = log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1)
    return chosen


def stabilised(rows: Sequence[Observed], centre: Floats) -> Floats:
    """Return centres on scales where noise hardly depends on them: arcsine of shares, means as they are.

    Parameters
    ----------
    rows : sequence of Observed, length r
    centre : ndarray, shape (..., r)
    """
    is_share = np.array([row.form == "binomial" for row in rows])
    return np.where(is_share, 2.0 * np.arcsin(np.sqrt(np.where(is_share, centre, 0.0))), centre)


def stabilised_data(rows: Sequence[Observed], spread: Floats, tau: float = 0.0) -> tuple[Floats, Floats]:
    """Return the observed rows on those scales, and the SD of their noise.

    Parameters
    ----------
    rows : sequence of Observed, length r
    spread : ndarray, shape (r,)
        Typical simulated SD between patients.
    tau : float
        Between-trial SD, in units of the SD between patients.
    """
    data, noise = np.empty(len(rows)), np.empty(len(rows))
    for i, row in enumerate(rows):
        if row.form == "binomial":
            # Anscombe's shift keeps 0 of n and n of n off the ends
            data[i] = 2.0 * np.arcsin(np.sqrt((row.value + 0.375) / (row.n + 0.75)))
            noise[i] = sqrt(1.0 / (row.n + 0.5) + tau * tau)
        else:
            data[i] = row.value
            chance = row.se if row.se is not None else spread[i] / sqrt(row.n)
            noise[i] = sqrt(chance * chance + (tau * spread[i]) ** 2)
    return data, noise
