"""The primary comparison in every replicate of a trial, at any number of patients, all replicates at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ivigsim.trials.statistics.cohorts import Cohorts, check_matched
from ivigsim.trials.statistics.design import Design
from ivigsim.trials.statistics.proportions import mcnemar_p, score_p
from ivigsim.trials.statistics.survival import first_of_two

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CELLS = 4_000_000  # numbers held at once while log-rank tests of many replicates are worked out


@dataclass(frozen=True)
class Shares:
    """Responders, 1 or 0, NaN where not judged; both of shape (replicates, patients)."""

    arm: Floats
    reference: Floats
    paired: bool

    @property
    def estimate(self) -> str:
        """What is estimated."""
        return "difference of shares"

    @property
    def estimate_is_share(self) -> bool:
        """Whether the estimate is a share or a difference of shares."""
        return True

    @property
    def size(self) -> int:
        """Patients per arm, in the largest replicate."""
        return int(min(self.arm.shape[1], self.reference.shape[1]))

    def at(self, n: int) -> tuple[Floats, Floats]:
        """Return p values and estimates of the first n patients, each of shape (replicates,)."""
        a, b = self.arm[:, :n], self.reference[:, :n]
        if self.paired:
            both = np.isfinite(a) & np.isfinite(b)
            a, b = np.where(both, a, np.nan), np.where(both, b, np.nan)
            p = mcnemar_p((a > b).sum(axis=1), (a < b).sum(axis=1))
        sums = [(np.nansum(x, axis=1), np.isfinite(x).sum(axis=1)) for x in (a, b)]
        (k1, n1), (k2, n2) = sums
        with np.errstate(invalid="ignore", divide="ignore"):
            apart: Floats = k1 / n1 - k2 / n2
        return (p if self.paired else score_p(k1, n1, k2, n2)), apart


@dataclass(frozen=True)
class Times:
    """Times (d; NaN for never at risk) and events of both arms, each of shape (replicates, patients)."""

    arm: Floats
    arm_events: Floats
    reference: Floats
    reference_events: Floats
    paired: bool

    @property
    def estimate(self) -> str:
        """What is estimated."""
        return "share of patients in whom the arm came first" if self.paired else "hazard ratio, one-step"

    @property
    def estimate_is_share(self) -> bool:
        """Whether the estimate is a share."""
        return self.paired

    @property
    def size(self) -> int:
        """Patients per arm, in the largest replicate."""
        return int(min(self.arm.shape[1], self.reference.shape[1]))

    def parts(self, n: int) -> tuple[Floats, Bools, Floats, Bools]:
        """Return times and events of the arm, then of the reference, of the first n patients."""
        t, e = self.arm[:, :n], self.arm_events[:, :n] > 0
        return t, e, self.reference[:, :n], self.reference_events[:, :n] > 0

    def at(self, n: int) -> tuple[Floats, Floats]:
        """Return p values and estimates of the first n patients, each of shape (replicates,)."""
        t, e, u, f = self.parts(n)
        if not self.paired:
            return log_ranks(t, e, u, f)
        both = np.isfinite(t) & np.isfinite(u)
        earlier, later, _ = first_of_two(t, e, u, f)
        b, c = (earlier & both).sum(axis=1), (later & both).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return mcnemar_p(b, c), b / (b + c)


def log_ranks(t: Floats, e: Bools, u: Floats, f: Bools) -> tuple[Floats, Floats]:
    """Return log-rank p values and one-step hazard ratios of many replicates.

    The hazard ratio is exp((O - E) / V) with O and E the events seen and expected in the arm and V the
    variance: Peto's estimate (Yusuf 1985 Prog Cardiovasc Dis 27:335), near the truth for ratios near 1.

    Parameters
    ----------
    t, e : ndarray, shape (replicates, patients)
        Times (d; NaN for never at risk) and whether they end in the event, in the arm.
    u, f : ndarray, shape (replicates, patients)
        The same in the reference.
    """
    from scipy.special import ndtr

    grid = np.unique(np.concatenate([t[np.isfinite(t)], u[np.isfinite(u)]]))
    found = [
        _observed_expected(t[rows], e[rows], u[rows], f[rows], grid) for rows in _blocks(len(t), len(grid))
    ]
    apart, variance = (np.concatenate(parts) for parts in zip(*found, strict=True))
    with np.errstate(invalid="ignore", divide="ignore"):
        z = apart / np.sqrt(variance)
        p: Floats = np.where(np.isfinite(z), 2 * ndtr(-np.abs(z)), 1.0)
        return p, np.exp(apart / variance)


def _blocks(replicates: int, times: int) -> Iterator[slice]:
    step = max(1, CELLS // max(1, times))
    return (slice(first, first + step) for first in range(0, replicates, step))


def _observed_expected(t: Floats, e: Bools, u: Floats, f: Bools, grid: Floats) -> tuple[Floats, Floats]:
    d1, n1 = _on_grid(t, e, grid)
    d0, n0 = _on_grid(u, f, grid)
    d, n = d1 + d0, n1 + n0
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = np.nan_to_num(d * n1 / n)
        variance = np.where(n > 1, d * (n1 / n) * (n0 / n) * (n - d) / (n - 1), 0.0)
    return (d1 - expected).sum(axis=1), variance.sum(axis=1)


def _on_grid(t: Floats, e: Bools, grid: Floats) -> tuple[Floats, Floats]:
    """Return events at, and patients at risk just before, the times of a grid, shape (replicates, times)."""
    shape = (len(t), len(grid))
    row, column = np.nonzero(np.isfinite(t))
    cell = row * len(grid) + np.searchsorted(grid, t[row, column])
    gone = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    happened = np.bincount(cell[e[row, column]], minlength=shape[0] * shape[1]).reshape(shape)
    at_risk = gone[:, ::-1].cumsum(axis=1)[:, ::-1]
    return happened.astype(np.float64), at_risk.astype(np.float64)  # products of four whole numbers overflow


def comparison(found: Cohorts, arm: str, endpoint: str, design: Design) -> Shares | Times:
    """Return the comparison of an arm with the reference in every replicate, for one endpoint."""
    frame, other = found.by_arm[arm], found.by_arm[design.reference]
    paired = design.kind == "paired"
    if paired:
        check_matched(frame, other, arm, design.reference)
    both = np.intersect1d(frame["replicate"].unique(), other["replicate"].unique())
    if endpoint in design.responses:
        return Shares(_dense(frame, endpoint, both), _dense(other, endpoint, both), paired)
    day, event = f"{endpoint}_d", f"{endpoint}_event"
    return Times(
        _dense(frame, day, both),
        _dense(frame, event, both),
        _dense(other, day, both),
        _dense(other, event, both),
        paired,
    )


def replicates_of(found: Cohorts) -> int:
    """Return how many replicates every arm has."""
    return min(frame["replicate"].n_unique() for frame in found.by_arm.values())


def _dense(frame: pl.DataFrame, column: str, replicates: NDArray[Any]) -> Floats:
    """Return a column by replicate and place within it, NaN beyond the patients of a replicate."""
    import polars as pl

    kept = frame.select(
        "replicate",
        pl.col(column).cast(pl.Float64).fill_null(float("nan")).alias("x"),
        pl.int_range(pl.len()).over("replicate").alias("place"),
    ).filter(pl.col("replicate").is_in(replicates.tolist()))
    place = kept["place"].to_numpy()
    values = np.full((len(replicates), int(place.max(initial=-1)) + 1), np.nan)
    values[np.searchsorted(replicates, kept["replicate"].to_numpy()), place] = kept["x"].to_numpy()
    return values
