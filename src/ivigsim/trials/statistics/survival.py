"""Times to an event as numbers per time: Kaplan-Meier, log-rank, hazard ratio, and who comes first of two.

Patients are grouped by their time before anything is computed. Visits give few different times, so a million
patients cost no more than a hundred.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isfinite, log, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigsim.outcomes import Interval, wilson

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

MOST_POINTS = 400  # of a curve that is kept; beyond this a line on paper looks the same
STEPS = 50


@dataclass(frozen=True)
class Grouped:
    """Patients of an arm by time, each array of shape (k,): times (d), events and censorings then."""

    times: Floats
    events: Ints
    censored: Ints

    @property
    def n(self) -> int:
        """Patients."""
        return int(self.events.sum() + self.censored.sum())

    def on(self, times: Floats) -> tuple[Ints, Ints]:
        """Return events at, and patients at risk just before, other (sorted) times that hold all of these."""
        events, gone = np.zeros(len(times), np.int64), np.zeros(len(times), np.int64)
        place = np.searchsorted(times, self.times)
        events[place] = self.events
        gone[place] = self.events + self.censored
        return events, gone[::-1].cumsum()[::-1]


def grouped(times: pl.Series, events: pl.Series) -> Grouped:
    """Group patients by time.

    Examples
    --------
    >>> import polars as pl
    >>> grouped(pl.Series([3.0, 1.0, 3.0]), pl.Series([True, False, False]))
    Grouped(times=array([1., 3.]), events=array([0, 1]), censored=array([1, 1]))
    """
    import polars as pl

    table = pl.DataFrame({"t": times.cast(pl.Float64), "e": events})
    rows = table.group_by("t").agg(pl.col("e").sum().cast(pl.Int64), pl.len().cast(pl.Int64)).sort("t")
    here = rows["e"].to_numpy()
    return Grouped(rows["t"].to_numpy(), here, rows["len"].to_numpy() - here)


@dataclass(frozen=True)
class Curve:
    """Kaplan-Meier curve: from each day on the share without the event; who was at risk just before.

    Attributes
    ----------
    days, share, low, high : tuple of float
        Days (d) and shares (0 to 1); at most 400 days, evenly taken, where there are more.
    at_risk : tuple of int
    median : Interval
        Days until half had the event; None is "not reached".
    """

    days: tuple[float, ...]
    share: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    at_risk: tuple[int, ...]
    median: Interval


def kaplan_meier(data: Grouped, level: float = 0.95) -> Curve:
    """Return the Kaplan-Meier curve with log-log limits (lifelines).

    Source: Kaplan & Meier 1958 J Am Stat Assoc 53:457; limits: exponential Greenwood formula; limits of the
    median: Brookmeyer & Crowley 1982 Biometrics 38:29, where the limits of the curve cross a half.

    Examples
    --------
    >>> curve = kaplan_meier(Grouped(np.array([1.0, 2.0, 4.0]), np.array([1, 1, 0]), np.array([0, 0, 2])))
    >>> [round(x, 3) for x in curve.share], curve.at_risk
    ([1.0, 0.75, 0.5, 0.5], (4, 4, 3, 2))
    """
    from lifelines import KaplanMeierFitter
    from lifelines.utils import median_survival_times

    times = np.concatenate([data.times, data.times])
    happened = np.repeat([True, False], len(data.times))
    weights = np.concatenate([data.events, data.censored])
    there = weights > 0
    fitted = KaplanMeierFitter(alpha=1 - level).fit(times[there], happened[there], weights=weights[there])
    limits = fitted.confidence_interval_
    ends = median_survival_times(limits).to_numpy().ravel()
    days = fitted.survival_function_.index.to_numpy(dtype=np.float64)
    share = fitted.survival_function_.to_numpy(dtype=np.float64).ravel()
    # the method has no limits where nobody, or everybody, had the event
    low, high = (np.where(np.isfinite(x), x, share) for x in limits.to_numpy(dtype=np.float64).T)
    at_risk = fitted.event_table["at_risk"].to_numpy()
    keep = np.unique(np.linspace(0, len(days) - 1, MOST_POINTS).round().astype(int))
    median = Interval(*(_reached(x) for x in (fitted.median_survival_time_, *ends)))
    return Curve(
        tuple(days[keep].tolist()),
        tuple(share[keep].tolist()),
        tuple(low[keep].tolist()),
        tuple(high[keep].tolist()),
        tuple(int(x) for x in at_risk[keep]),
        median,
    )


def _reached(day: float) -> float | None:
    return float(day) if isfinite(day) else None


def log_rank(groups: Sequence[Grouped]) -> float:
    """Return the p value of the log-rank test that groups have the same hazard (lifelines).

    Source: Mantel 1966 Cancer Chemother Rep 50:163.
    """
    from lifelines.statistics import multivariate_logrank_test

    times, events, labels, weights = [], [], [], []
    for label, data in enumerate(groups):
        for happened, counts in ((True, data.events), (False, data.censored)):
            there = counts > 0
            times.append(data.times[there])
            weights.append(counts[there])
            events.append(np.full(there.sum(), happened))
            labels.append(np.full(there.sum(), label))
    if not sum(int(data.events.sum()) for data in groups):
        return 1.0  # without an event nothing tells the groups apart
    joined = [np.concatenate(parts) for parts in (times, labels, events, weights)]
    with warnings.catch_warnings():
        # lifelines calls pandas in a way that a later pandas will refuse
        warnings.simplefilter("ignore", DeprecationWarning)
        result = multivariate_logrank_test(joined[0], joined[1], joined[2], weights=joined[3])
    return float(result.p_value) if isfinite(result.p_value) else 1.0


def hazard_ratio(arm: Grouped, reference: Grouped, level: float = 0.95) -> Interval:
    """Return the Cox hazard ratio of an arm against the reference; ties after Efron, limits after Wald.

    Sources: Cox 1972 J R Stat Soc B 34:187; Efron 1977 J Am Stat Assoc 72:557. With one yes-or-no covariate
    the partial likelihood needs only numbers at risk and events per time, so it is maximised here by Newton's
    method on these; a general Cox fit of a million patients takes half a minute. No value where one of the
    arms has no event: the likelihood then has no maximum.

    Examples
    --------
    >>> slow = Grouped(np.array([2.0, 5.0, 9.0]), np.array([1, 1, 1]), np.array([0, 0, 3]))
    >>> fast = Grouped(np.array([1.0, 2.0, 9.0]), np.array([2, 3, 0]), np.array([0, 0, 1]))
    >>> round(hazard_ratio(fast, slow).value, 2)
    3.67
    """
    if not arm.events.sum() or not reference.events.sum():
        return Interval(None, None, None)
    times = np.union1d(arm.times, reference.times)
    d1, n1 = arm.on(times)
    d0, n0 = reference.on(times)
    tied = d1 + d0
    # Efron: of d tied events, the l-th sees each tied patient at risk with weight 1 - l/d
    order = np.arange(tied.sum()) - np.repeat(tied.cumsum() - tied, tied)
    left = order / np.repeat(tied, tied)
    risk1, risk0 = (np.repeat(n, tied) - left * np.repeat(d, tied) for n, d in ((n1, d1), (n0, d0)))
    beta, size = 0.0, 0.0
    for _ in range(STEPS):
        share = risk1 * exp(beta) / (risk1 * exp(beta) + risk0)
        size = float((share * (1 - share)).sum())
        if size < 1e-9:
            return Interval(None, None, None)  # at every event only one arm was at risk
        step = (float(d1.sum()) - float(share.sum())) / size
        beta += max(-2.0, min(2.0, step))
        if abs(step) < 1e-9:
            break
    else:
        return Interval(None, None, None)
    reach = NormalDist().inv_cdf(0.5 + level / 2) / sqrt(size)
    return Interval(exp(beta), exp(beta - reach), exp(beta + reach))


@dataclass(frozen=True)
class Order:
    """In how many of the same patients the event came first in the arm, in the reference, at the same time.

    `untold` are those whose order censoring hides.
    """

    arm_first: int
    reference_first: int
    together: int
    untold: int


def first_of_two(
    times: Floats, events: Bools, other: Floats, other_events: Bools
) -> tuple[Bools, Bools, Bools]:
    """Say of each patient whether the event came first in the arm, first in the reference, in both together.

    An event on the day of a censoring came first: who is censored was still without the event then.

    Examples
    --------
    >>> t, e = np.array([1.0, 4.0, 2.0, 3.0]), np.array([True, True, True, False])
    >>> [list(map(bool, x)) for x in first_of_two(t, e, np.array([2.0, 3.0, 2.0, 3.0]), e)]
    [[True, False, False, False], [False, True, False, False], [False, False, True, False]]
    """
    arm = events & ((times < other) | ((times == other) & ~other_events))
    reference = other_events & ((other < times) | ((times == other) & ~events))
    return arm, reference, events & other_events & (times == other)


def paired_hazard_ratio(order: Order, level: float = 0.95) -> Interval:
    """Return the hazard ratio of a Cox model in which every patient is a stratum of their own.

    Its partial likelihood holds only the patients whose order is known, and is that of a share: the ratio is
    arm first : reference first, and Wilson limits of the share give its limits. Source: Holt & Prentice 1974
    Biometrika 61:17.

    Examples
    --------
    >>> found = paired_hazard_ratio(Order(30, 10, 5, 0))
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2)
    (3.0, 1.49, 6.05)
    """
    n = order.arm_first + order.reference_first
    if not n:
        return Interval(None, None, None)
    limits = wilson(order.arm_first, n, level)
    if order.reference_first == 0:
        return Interval(None, exp(_logit(float(limits[0]))), None)
    low, high = (exp(_logit(float(x))) if 0 < float(x) < 1 else float(x) for x in limits)
    return Interval(order.arm_first / order.reference_first, low, high)


def _logit(share: float) -> float:
    return log(share / (1 - share))
