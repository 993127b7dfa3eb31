"""The platelet rise split by mechanism: means by day, and every patient's split on a few days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigsim.mechanisms.bootstrap import ratio_limits
from ivigsim.mechanisms.game import Part
from ivigsim.mechanisms.shapley import Floats

if TYPE_CHECKING:
    import polars as pl

SUMMARY_DAYS = (1, 3, 7, 14)
"""Days on which every patient's split is kept: onset, the days responses are judged, and the way down."""

LEAST_RISE = 5.0
"""Attributed rise (1e9/L) below which no share is given: assumed; a share of next to nothing says nothing."""

SPREAD = (10, 25, 50, 75, 90)
"""Percentiles over patients."""


@dataclass(frozen=True)
class Share:
    """One mechanism on one day.

    Attributes
    ----------
    mechanism : str
    day : int
    contribution : float
        Mean over patients, 1e9/L.
    share : float or None
        That mean, % of the mean attributed rise; None when the latter is below `LEAST_RISE`.
    low, high : float or None
        95% limits of the share, by bootstrap over patients.
    sampling_error : float or None
        Standard error of the share (percentage points) from sampled orders; None when exact.
    patients : int
        Patients whose own attributed rise is at least `LEAST_RISE`.
    percentiles : tuple of float
        The 10th, 25th, 50th, 75th and 90th of those patients' own shares (%); empty when there are none.
    """

    mechanism: str
    day: int
    contribution: float
    share: float | None
    low: float | None
    high: float | None
    sampling_error: float | None
    patients: int
    percentiles: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Attribution:
    """A platelet rise split by mechanism.

    Attributes
    ----------
    regimen, population : str
    patients, seed : int
    covariates : mapping
        Those fixed for everyone.
    tolerance : float
    mechanisms : tuple of str
        The switches among which the rise is split.
    switches : dict of str to bool
        The other switches, the same in every simulation.
    runs : int
        Simulations of each patient.
    permutations : int
        Orders sampled per patient; 0 when the split is exact.
    time_d : ndarray, shape (T,)
        Days from 0.
    baseline : float
        Mean count before treatment, 1e9/L.
    contributions : ndarray, shape (mechanisms, T)
        Mean over patients, 1e9/L.
    other : ndarray, shape (T,)
        Mean rise over baseline with all `mechanisms` off, 1e9/L: what none of them explains.
    standard_error : ndarray, shape (mechanisms, T), or None
        Of the mean contributions, from sampling orders; None when they are exact.
    numbers : ndarray of int, shape (n,)
        Numbers of the patients that did not fail.
    by_patient : ndarray, shape (n, days, mechanisms + 1)
        Contributions (1e9/L) on `days`; the last is `other`.
    failures : dict of int to str
        Number of a failed patient -> reason; they are in nothing else.

    Examples
    --------
    >>> import ivigsim
    >>> found = ivigsim.explain("IVIG 1 g/kg daily x2", patients=20, seed=1, days=7)
    >>> found.contributions.shape, found.days
    ((6, 8), (1, 3, 7))
    >>> bool(np.allclose(found.contributions.sum(axis=0) + found.other, found.rise))
    True
    """

    regimen: str
    population: str
    patients: int
    seed: int
    mechanisms: tuple[str, ...]
    switches: dict[str, bool]
    covariates: Mapping[str, object]
    tolerance: float
    runs: int
    permutations: int
    time_d: Floats
    baseline: float
    contributions: Floats
    other: Floats
    standard_error: Floats | None
    numbers: NDArray[np.intp] = field(repr=False)
    by_patient: Floats = field(repr=False)
    failures: dict[int, str] = field(repr=False)

    @property
    def days(self) -> tuple[int, ...]:
        """The summary days within the run."""
        return summary_days(self.time_d)

    @property
    def attributed(self) -> Floats:
        """Mean rise that the mechanisms explain together, shape (T,), 1e9/L."""
        total: Floats = self.contributions.sum(axis=0)
        return total

    @property
    def rise(self) -> Floats:
        """Mean rise over baseline, shape (T,), 1e9/L."""
        return self.attributed + self.other

    @cached_property
    def shares(self) -> tuple[Share, ...]:
        """Every mechanism on every summary day, day by day."""
        return tuple(share for place in range(len(self.days)) for share in self._on(place))

    def to_polars(self) -> pl.DataFrame:
        """Return a long table of the patients that did not fail: patient, day, mechanism, contribution.

        The mechanism "other" is the rise that none of the mechanisms explains. Contributions are in 1e9/L.
        """
        import polars as pl

        names = np.array([*self.mechanisms, "other"])
        patients, days, layers = self.by_patient.shape
        return pl.DataFrame(
            {
                "patient": self.numbers.repeat(days * layers),
                "day": np.tile(np.array(self.days).repeat(layers), patients),
                "mechanism": np.tile(names, patients * days),
                "contribution": self.by_patient.ravel(),
            }
        )

    def _on(self, place: int) -> Iterable[Share]:
        """Shares on one summary day."""
        day = self.days[place]
        own = self.by_patient[:, place, :-1]
        total = own.sum(axis=1)
        rose = total >= LEAST_RISE
        spread = np.percentile(100 * own[rose] / total[rose, None], SPREAD, axis=0) if rose.any() else None
        whole = float(total.mean())
        limits = ratio_limits(own, total, self.seed) if whole >= LEAST_RISE and len(total) > 1 else None
        for i, name in enumerate(self.mechanisms):
            mean = float(own[:, i].mean())
            error = None if self.standard_error is None else self.standard_error[i, self._column(day)]
            counts = whole >= LEAST_RISE
            yield Share(
                mechanism=name,
                day=day,
                contribution=mean,
                share=100 * mean / whole if counts else None,
                low=None if limits is None else 100 * float(limits[0][i]),
                high=None if limits is None else 100 * float(limits[1][i]),
                sampling_error=None if error is None or not counts else 100 * float(error) / whole,
                patients=int(rose.sum()),
                percentiles=() if spread is None else tuple(spread[:, i].tolist()),
            )

    def _column(self, day: int) -> int:
        return int(np.searchsorted(self.time_d, day))


def summary_days(time_d: Floats) -> tuple[int, ...]:
    """Return the summary days within a run.

    Examples
    --------
    >>> summary_days(np.arange(8.0))
    (1, 3, 7)
    """
    return tuple(day for day in SUMMARY_DAYS if day <= time_d[-1])


class Sums:
    """Adds up parts in their order; what it holds grows with patients only by their few summary days.

    Parameters
    ----------
    time_d : ndarray, shape (T,)
    """

    def __init__(self, time_d: Floats) -> None:
        self._columns = np.searchsorted(time_d, summary_days(time_d))
        self._totals: list[Floats] = []
        self._variances: list[Floats] = []
        self._baselines: list[Floats] = []
        self._numbers: list[NDArray[np.intp]] = []
        self._by_patient: list[Floats] = []
        self.failures: dict[int, str] = {}

    def add(self, part: Part) -> None:
        """Add the patients of a part that did not fail."""
        kept = np.ones(part.count, dtype=np.bool_)
        kept[[number - part.start for number in part.failures]] = False
        self.failures |= part.failures
        split = part.split
        without = split.without[kept]
        other = without - without[:, :1]  # at time 0 nothing has acted yet
        layers = np.concatenate([split.contributions[:, kept], other[None]])
        self._totals = [sum(self._totals, layers.sum(axis=1))]
        if split.variance is not None:
            self._variances = [sum(self._variances, split.variance[:, kept].sum(axis=1))]
        self._baselines.append(without[:, 0])
        self._numbers.append(part.start + np.flatnonzero(kept))
        self._by_patient.append(layers[:, :, self._columns].transpose(1, 2, 0))

    @property
    def numbers(self) -> NDArray[np.intp]:
        """Numbers of the patients added, shape (n,)."""
        return np.concatenate(self._numbers)

    @property
    def by_patient(self) -> Floats:
        """Their layers on the summary days, shape (n, days, mechanisms + 1)."""
        return np.concatenate(self._by_patient)

    def means(self) -> tuple[float, Floats, Floats | None]:
        """Return baseline, layers (mechanisms + 1, T) and standard errors (mechanisms, T) of the means."""
        count = len(self.numbers)
        error = np.sqrt(self._variances[0]) / count if self._variances else None
        return float(np.concatenate(self._baselines).mean()), self._totals[0] / count, error
