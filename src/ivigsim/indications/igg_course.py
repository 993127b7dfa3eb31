"""Simulated IgG of an indication, and what is read off it: peaks, troughs, rise, half-life, steady state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ivigsim.indications.definition import Indication
from ivigsim.indications.plan import NEAR_ZERO_D, Plan
from ivigsim.outcomes import half_life, peak, rise_at
from ivigsim.treatment import Regimen
from ivigsim.treatment.body import body

Floats = NDArray[np.float64]

RISE_DAY = 14.0  # day on which the rise is read, as Kuitwaard 2009 did (E141)
STEADY_WITHIN = 0.02  # assumed: a trough this close to that at the end counts as steady
STILL_FOR_D = 84.0  # assumed: the end is steady when it has stayed so for 12 weeks
MG_PER_DL = 100.0  # mg/dL in 1 g/L


@dataclass(frozen=True)
class Spread:
    """Median, and 5th and 95th percentile, of patients."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Floats) -> Spread:
        """Return the spread of values (n,), those that are no number left out; all NaN when none is.

        Examples
        --------
        >>> Spread.of(np.arange(101.0))
        Spread(median=50.0, low=5.0, high=95.0)
        """
        kept = values[np.isfinite(values)]
        low, median, high = np.quantile(kept, [0.05, 0.5, 0.95]) if kept.size else (np.nan,) * 3
        return cls(float(median), float(low), float(high))


@dataclass(frozen=True)
class Interval:
    """IgG (g/L) between two doses: the highest in it, and the trough right before the next.

    Attributes
    ----------
    number : int
        Of the maintenance interval, from 1; 0 is the time from the first loading dose to maintenance.
    start_d, end_d : float
    peak, trough : Spread
    """

    number: int
    start_d: float
    end_d: float
    peak: Spread
    trough: Spread


@dataclass(frozen=True, eq=False)
class IgGCourse:
    """Simulated IgG of an indication.

    Attributes
    ----------
    indication : Indication
    plan : Plan
    cycles : int
        Maintenance intervals simulated; 0 for a course.
    population, patients, seed, covariates
        Whom.
    time_d : ndarray, shape (T,)
        Days from the first dose: daily, and at the start and end of infusions.
    igg : ndarray, shape (n, T)
        Total plasma IgG (g/L) of the n patients that did not fail.
    haemoglobin : ndarray, shape (n, T)
        g/dL.
    failures : dict of int to str
    """

    indication: Indication
    plan: Plan
    cycles: int
    population: str
    patients: int
    seed: int
    covariates: Mapping[str, object]
    time_d: Floats
    igg: Floats
    haemoglobin: Floats
    failures: dict[int, str]

    @property
    def given(self) -> Regimen:
        """All doses of the run."""
        return self.plan.until(float(self.time_d[-1]))

    @property
    def baseline(self) -> Spread:
        """IgG before treatment (g/L)."""
        return Spread.of(self.igg[:, 0])

    @property
    def highest(self) -> Spread:
        """Highest IgG of each patient (g/L)."""
        return Spread.of(peak(self.time_d, self.igg)[0])

    @property
    def rise(self) -> Floats:
        """Rise of IgG (g/L) from before treatment to day 14, shape (n,)."""
        return rise_at(self.time_d, self.igg, RISE_DAY)

    @property
    def half_life(self) -> Spread:
        """Terminal half-life of IgG (d): of the total in the last interval, of the excess after a course.

        The total is what trials of replacement report; it includes the body's own IgG, which does not fall.
        """
        if not self.cycles:
            return Spread.of(half_life(self.time_d, self.igg))
        start = self.plan.starts_d(self.cycles)[-1]
        last = np.abs(self.time_d - start - self.plan.every_d / 2) <= self.plan.every_d / 2 + NEAR_ZERO_D
        return Spread.of(half_life(self.time_d[last], self.igg[:, last], baseline="uncorrected"))

    @property
    def slope(self) -> float | None:
        """Rise of the median trough (mg/dL) per 100 mg/kg an interval; None without maintenance per kg."""
        if not self.cycles or not self.plan.per_kg:
            return None
        risen = float(np.median(self.troughs[:, -1]) - np.median(self.igg[:, 0]))
        return risen * MG_PER_DL / (self.plan.cycle_mg_per_kg() / 100)

    @property
    def haemoglobin_fall(self) -> Spread:
        """Largest fall of haemoglobin below that before treatment (g/dL)."""
        return Spread.of(self.haemoglobin[:, 0] - self.haemoglobin.min(axis=1))

    @cached_property
    def troughs(self) -> Floats:
        """Trough (g/L) of each maintenance interval, shape (n, cycles)."""
        ends = self.plan.starts_d(self.cycles) + self.plan.every_d
        return self.igg[:, np.searchsorted(self.time_d, ends - NEAR_ZERO_D)]

    @cached_property
    def intervals(self) -> tuple[Interval, ...]:
        """Every interval between doses; a course has one, up to the end of the run."""
        starts = self.plan.starts_d(self.cycles)
        edges = [*starts, starts[-1] + self.plan.every_d] if self.cycles else [0.0, self.time_d[-1]]
        first = 1 if self.cycles else 0
        if self.cycles and self.plan.loading:
            edges, first = [0.0, *edges], 0
        return tuple(
            self._interval(number, float(start), float(end))
            for number, (start, end) in enumerate(pairwise(edges), first)
        )

    def _interval(self, number: int, start: float, end: float) -> Interval:
        inside = (self.time_d > start + NEAR_ZERO_D) & (self.time_d <= end + NEAR_ZERO_D)
        values = self.igg[:, inside]
        return Interval(number, start, end, Spread.of(values.max(axis=1)), Spread.of(values[:, -1]))

    @property
    def steady_after(self) -> int | None:
        """Maintenance intervals until the trough is steady; None when it is not within the run.

        The median trough is steady from the first interval from which on it stays within 2% of that at the
        end, when that is at least 12 weeks before the end.
        """
        if not self.cycles:
            return None
        medians = np.median(self.troughs, axis=0)
        off = np.flatnonzero(np.abs(medians / medians[-1] - 1.0) > STEADY_WITHIN)
        first = int(off[-1]) + 2 if off.size else 1
        still = (self.cycles - first) * self.plan.every_d
        return first if still >= STILL_FOR_D else None

    @property
    def grams(self) -> Floats | None:
        """Size of each dose (g) when every patient has the same weight, in the order of the phrases."""
        weight = self.covariates.get("weight_kg")
        if not isinstance(weight, int | float):
            return None
        courses = (*self.plan.loading, *self.plan.maintenance)
        per_kg = np.array([each.model_amount(body([weight]))[0] for each in courses])
        return per_kg * weight / 1000.0
