"""Summaries of all patients at each output time that add up over chunks of patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ivigsim.errors import InputError
from ivigsim.outcomes.intervals import wilson
from ivigsim.outcomes.reading import FloatArray, Simulated, read_output, read_times

if TYPE_CHECKING:
    import polars as pl

# Bins of the distribution: 0.5% wide from 0.001 to 100,000, in whatever unit the output has; assumed to hold
# any count of platelets (1e9/L) or IgG (g/L), and fine enough that a median read from them is right to 0.5%.
LOWEST, HIGHEST, BIN_RATIO = 1e-3, 1e5, 1.005
BINS = int(np.ceil(np.log(HIGHEST / LOWEST) / np.log(BIN_RATIO))) + 1  # and one from 0 to LOWEST


def _check_same(what: str, one: object, other: object) -> None:
    if one != other:
        raise InputError(
            f"chunks with {what} {one!r} and {other!r} do not add up; accepted are chunks of one simulation"
        )


def _check_same_times(one: FloatArray, other: FloatArray) -> None:
    if not np.array_equal(one, other):
        raise InputError(
            "chunks with different output times do not add up; accepted are chunks of one simulation"
        )


@dataclass(frozen=True, eq=False)
class DayShares:
    """How many of n patients are at or above a threshold at each output time; add chunks with `+`.

    Attributes
    ----------
    output : str
        Output the threshold is for.
    threshold : float
        In the unit of the output.
    time_d : (T,) float
        Output times, d.
    reached : (T,) int
        Patients at or above the threshold.
    n : int
        Patients whose simulation did not fail.
    """

    output: str
    threshold: float
    time_d: FloatArray
    reached: NDArray[np.int64]
    n: int

    def __add__(self, other: DayShares) -> DayShares:
        """Put two chunks together."""
        _check_same("output", self.output, other.output)
        _check_same("threshold", self.threshold, other.threshold)
        _check_same_times(self.time_d, other.time_d)
        return DayShares(
            self.output, self.threshold, self.time_d, self.reached + other.reached, self.n + other.n
        )

    def to_polars(self, level: float = 0.95) -> pl.DataFrame:
        """Return a table with columns time_d, share (0 to 1), low, high (Wilson) and n."""
        import polars as pl

        low, high = wilson(self.reached, self.n, level)
        columns = {"time_d": self.time_d, "share": self.reached / self.n, "low": low, "high": high}
        return pl.DataFrame(columns).with_columns(n=pl.lit(self.n, pl.Int64))


def share_at_least(sim: Simulated, threshold: float, output: str = "platelets") -> DayShares:
    """Count the patients at or above a threshold at each output time.

    Parameters
    ----------
    sim : Simulation
        Or a chunk of one; add the results of chunks with `+`.
    threshold : float
        In the unit of the output (platelets: 1e9/L).
    output : str
        Name of the output.

    Raises
    ------
    InputError
        When the output was not stored or the times do not start at 0.

    Examples
    --------
    >>> from ivigsim.outcomes import Courses, share_at_least
    >>> one = share_at_least(Courses([0, 1, 7], {"platelets": [[10, 60, 90], [12, 20, 70]]}), 50)
    >>> other = share_at_least(Courses([0, 1, 7], {"platelets": [[15, 30, 40]]}), 50)
    >>> (one + other).to_polars()["share"].round(3).to_list()
    [0.0, 0.333, 0.667]
    """
    values = read_output(sim, output)
    reached = np.count_nonzero(values >= threshold, axis=0).astype(np.int64)
    return DayShares(output, float(threshold), read_times(sim), reached, values.shape[0])


@dataclass(frozen=True, eq=False)
class DayDistribution:
    """The distribution of an output over patients at each output time, as a histogram; add chunks with `+`.

    Its size does not grow with patients (1.8 MB for 61 days), and its quantiles do not depend on the chunks.
    They are right to 0.5%, the width of a bin.

    Attributes
    ----------
    output : str
        Name of the output.
    time_d : (T,) float
        Output times, d.
    counts : (T, bins) int
        Patients in each bin.

    Examples
    --------
    >>> from ivigsim.outcomes import Courses, DayDistribution
    >>> courses = Courses([0, 1, 7], {"platelets": [[10, 60, 90], [12, 20, 70], [15, 30, 40]]})
    >>> days = DayDistribution.of(courses)
    >>> days.quantile(0.5).round()
    array([12., 30., 70.])
    >>> days.quantile([0.05, 0.5, 0.95]).shape
    (3, 3)
    """

    output: str
    time_d: FloatArray
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, sim: Simulated, output: str = "platelets") -> DayDistribution:
        """Count the patients of a simulation, or of one chunk of it, whose simulation did not fail."""
        values, time_d = read_output(sim, output), read_times(sim)
        if np.any((values < 0.0) | (values >= HIGHEST)):
            raise InputError(
                f"{output!r} lies outside 0 to {HIGHEST:g}; a distribution over days holds values in between"
            )
        bins = np.log(np.maximum(values, LOWEST * (1.0 - 1e-9)) / LOWEST) / np.log(BIN_RATIO)
        place = np.floor(bins).astype(np.int64) + 1 + BINS * np.arange(time_d.size)
        counts = np.bincount(place.ravel(), minlength=BINS * time_d.size).reshape(time_d.size, BINS)
        return cls(output, time_d, counts.astype(np.int64, copy=False))

    def __add__(self, other: DayDistribution) -> DayDistribution:
        """Put two chunks together."""
        _check_same("output", self.output, other.output)
        _check_same_times(self.time_d, other.time_d)
        return DayDistribution(self.output, self.time_d, self.counts + other.counts)

    @property
    def n(self) -> int:
        """Patients counted."""
        return int(self.counts[0].sum())

    def quantile(self, q: ArrayLike) -> NDArray[Any]:
        """Return quantiles (T,) for a number q from 0 to 1, or (T, m) for m of them, in the output's unit."""
        wanted = np.atleast_1d(np.asarray(q, dtype=np.float64))
        if np.any((wanted < 0.0) | (wanted > 1.0)):
            raise InputError(
                f"quantile {q!r} lies outside 0 to 1; accepted is a share, such as 0.5 for the median"
            )
        if self.n == 0:
            raise InputError(f"no patient finished, so {self.output!r} has no quantile; at least 1 is needed")
        below = np.cumsum(self.counts, axis=1)
        found = np.stack([self._at_rank(below, share * self.n) for share in wanted], axis=1)
        return found if np.ndim(q) else found[:, 0]

    def _at_rank(self, below: NDArray[np.int64], rank: float) -> FloatArray:
        """Return the values (T,) below which `rank` patients lie; halfway where it falls between two."""
        occupied = self.counts > 0
        lower = np.argmax(occupied & (below >= rank), axis=1)
        upper = np.argmax(occupied & (below > rank), axis=1) if rank < self.n else lower
        return (self._inside(below, lower, rank) + self._inside(below, upper, rank)) / 2.0

    def _inside(self, below: NDArray[np.int64], place: NDArray[np.int64], rank: float) -> FloatArray:
        """Return the values (T,) at a rank inside given bins, whose patients lie evenly on the log scale."""
        days = np.arange(self.time_d.size)
        count = self.counts[days, place]
        share = np.clip((rank - below[days, place] + count) / count, 0.0, 1.0)
        found: FloatArray = np.where(place == 0, LOWEST * share, LOWEST * BIN_RATIO ** (place - 1 + share))
        return found

    def highest_median(self) -> tuple[float, float]:
        """Return the highest of the medians over output times, and its time in d."""
        medians = self.quantile(0.5)
        at = int(np.argmax(medians))
        return float(medians[at]), float(self.time_d[at])
