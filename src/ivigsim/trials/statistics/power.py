"""Power over replicates: how often the trial would find what it looks for, by its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from ivigsim.errors import InputError
from ivigsim.outcomes import Interval, wilson
from ivigsim.trials.statistics.cohorts import Cohorts
from ivigsim.trials.statistics.design import Design
from ivigsim.trials.statistics.formulas import formula_for
from ivigsim.trials.statistics.replicates import comparison, replicates_of

POINTS = 10
LEAST_SIZE = 5  # patients per arm below which a curve says nothing useful (assumed)

METHOD = (
    "share of replicates with p below 1 - level; the limits are the error of so many replicates; smaller"
    " sizes are the first patients of each replicate; coverage of intervals is not claimed"
)


@dataclass(frozen=True)
class PowerPoint:
    """Power at a number of patients per arm (patients in all where they are their own controls)."""

    n: int
    power: Interval
    formula: float | None


@dataclass(frozen=True)
class Needed:
    """Least patients per arm that reach the target; None for an end beyond the sizes looked at.

    `low` and `high` are where the limits of the power cross the target: the error of the replicates.
    """

    n: int | None
    low: int | None
    high: int | None
    words: str


@dataclass(frozen=True)
class PowerCurve:
    """Power of the primary comparison of an arm with the reference.

    Attributes
    ----------
    arm, reference, endpoint : str
    replicates, n : int
        Replicates, and patients per arm in each; where simulations failed, in the largest.
    power : Interval
        At n.
    estimate_of : str
    estimate_is_share : bool
        What `estimate` is about, and whether it is a share or a difference of shares.
    estimate : float or None
        Mean over the replicates that have one.
    percentiles : tuple of float
        The 2.5th, 25th, 50th, 75th and 97.5th of the estimate; empty where no replicate has one.
    points : tuple of PowerPoint
    formula : str
        What the second curve is.
    target : float
    needed : Needed
    """

    arm: str
    reference: str
    endpoint: str
    replicates: int
    n: int
    power: Interval
    estimate_of: str
    estimate_is_share: bool
    estimate: float | None
    percentiles: tuple[float, ...]
    points: tuple[PowerPoint, ...]
    formula: str
    target: float
    needed: Needed


def power(found: Cohorts, design: Design) -> tuple[PowerCurve, ...]:
    """Return the power of the primary comparison of every arm with the reference.

    Raises
    ------
    InputError
        When the trial has one replicate, one arm, or no endpoint.
    """
    endpoint = design.primary_endpoint
    if endpoint is None or not design.compared:
        raise InputError(
            "power compares two arms on an endpoint; accepted: at least two arms and one endpoint"
        )
    if replicates_of(found) < 2:
        raise InputError(
            "power is how often the trial would succeed if it were repeated, and it has 1 replicate;"
            " accepted: at least 2 replicates, and 200 for limits of about 7 percentage points"
        )
    return tuple(_curve(found, arm, endpoint, design) for arm in design.compared)


def _curve(found: Cohorts, arm: str, endpoint: str, design: Design) -> PowerCurve:
    trial = comparison(found, arm, endpoint, design)
    if trial.size < 2:
        raise InputError(f"a replicate of arm {arm!r} has {trial.size} patient; power needs at least 2")
    words, formula = formula_for(trial, 1 - design.level)
    points, estimates = [], np.empty(0)
    for n in _sizes(trial.size, design.sizes):
        p, estimates = trial.at(n)
        low, high = wilson(int((p < 1 - design.level).sum()), len(p), design.level)
        value = float((p < 1 - design.level).mean())
        points.append(PowerPoint(n, Interval(value, float(low), float(high)), formula(n)))
    there = estimates[np.isfinite(estimates)]
    return PowerCurve(
        arm,
        design.reference,
        endpoint,
        len(estimates),
        trial.size,
        points[-1].power,
        trial.estimate,
        trial.estimate_is_share,
        float(there.mean()) if len(there) else None,
        tuple(float(x) for x in np.percentile(there, (2.5, 25, 50, 75, 97.5))) if len(there) else (),
        tuple(points),
        words,
        design.target,
        needed(points, design.target),
    )


def _sizes(most: int, wanted: Sequence[int]) -> list[int]:
    """Return sizes to look at, the last of them that of the trial."""
    chosen = [n for n in wanted if n < most] or np.linspace(0, most, POINTS + 1)[1:].round().astype(
        int
    ).tolist()
    return sorted({n for n in chosen if n >= LEAST_SIZE or n in wanted} | {most})


def needed(points: Sequence[PowerPoint], target: float) -> Needed:
    """Return the least size that reaches a power, by straight lines between the sizes looked at.

    Examples
    --------
    >>> at = lambda n, value: PowerPoint(n, Interval(value, value - 0.1, value + 0.1), None)
    >>> needed([at(20, 0.4), at(40, 0.7), at(60, 0.9)], 0.8)
    Needed(n=50, low=40, high=60, words='about 50')
    >>> needed([at(20, 0.4)], 0.8).words
    'more than 20'
    """
    sizes = [point.n for point in points]
    n = _crossing(sizes, [point.power.value for point in points], target)
    low = _crossing(sizes, [point.power.high for point in points], target)
    high = _crossing(sizes, [point.power.low for point in points], target)
    if n is None:
        return Needed(n, low, high, f"more than {sizes[-1]:,}")
    return Needed(n, low, high, f"about {n:,}" if n > sizes[0] else f"at most {n:,}")


def _crossing(sizes: Sequence[int], values: Sequence[float | None], target: float) -> int | None:
    """Return the first size at which values reach a target."""
    for i, value in enumerate(values):
        if value is None or value < target - 1e-12:
            continue
        before = values[i - 1] if i else None
        if before is None:
            return sizes[i]
        part = (target - before) / (value - before)
        return ceil(sizes[i - 1] + part * (sizes[i] - sizes[i - 1]) - 1e-9)
    return None
