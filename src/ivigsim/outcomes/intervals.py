"""Intervals for shares, medians and means over patients."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from math import floor, isfinite
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from ivigsim.errors import InputError
from ivigsim.outcomes.reading import FloatArray

RESAMPLES = 10_000


@dataclass(frozen=True)
class Interval:
    """An estimate and its interval; None is "not reached" or, for both limits, that there are none."""

    value: float | None
    low: float | None
    high: float | None


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the random numbers of a seed and a name, so that one more outcome leaves the others unchanged.

    Examples
    --------
    >>> from ivigsim.outcomes import stream
    >>> bool(stream(1, "peak").random() == stream(1, "peak").random())
    True
    """
    if not 0 <= seed < 2**64:
        raise InputError(f"seed is {seed}; accepted is a whole number from 0 to {2**64 - 1}")
    key = np.array([seed, zlib.crc32(name.encode())], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key))


def _check_level(level: float) -> None:
    if not 0.0 < level < 1.0:
        raise InputError(f"level is {level}; accepted is a share between 0 and 1, such as 0.95")


def wilson(successes: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Return the lower and upper limit of Wilson's score interval for a share (0 to 1).

    Source: Wilson 1927 J Am Stat Assoc 22:209; without continuity correction, method 3 of Newcombe 1998 Stat
    Med 17:857.

    Parameters
    ----------
    successes, n : array_like
        How many of how many; broadcast against each other.
    level : float
        Coverage, 0.95 unless told.

    Raises
    ------
    InputError
        When n is below 1, or successes do not lie between 0 and n.

    Examples
    --------
    >>> from ivigsim.outcomes import wilson
    >>> low, high = wilson(46, 57)
    >>> round(float(low), 3), round(float(high), 3)
    (0.687, 0.889)
    """
    _check_level(level)
    k, total = np.broadcast_arrays(np.asarray(successes, dtype=np.float64), np.asarray(n, dtype=np.float64))
    if np.any(total < 1):
        raise InputError(f"a share of {int(total.min())} patients has no interval; accepted is at least 1")
    if np.any((k < 0) | (k > total)):
        raise InputError("successes lie outside 0 to n; accepted is a number of patients among n")
    z = NormalDist().inv_cdf(0.5 + level / 2.0)
    share = k / total
    centre = share + z**2 / (2.0 * total)
    half = z * np.sqrt(share * (1.0 - share) / total + z**2 / (4.0 * total**2))
    scale = 1.0 + z**2 / total
    # At 0 and n of n a limit is the share itself; rounding must not put it a hair inside.
    low = np.where(k == 0, 0.0, (centre - half) / scale)
    high = np.where(k == total, 1.0, (centre + half) / scale)
    return low, high


def median_positions(n: int, rng: np.random.Generator, level: float = 0.95) -> tuple[float, float]:
    """Return the quantiles between which the bootstrap medians of n values lie, for use on a histogram.

    The median of a resample of n values is the value at quantile U, with U the median of n uniform numbers,
    which is Beta((n+1)/2, (n+1)/2): exact for odd n, and very nearly so for even n.

    Examples
    --------
    >>> from ivigsim.outcomes import median_positions, stream
    >>> low, high = median_positions(101, stream(1, "median"))
    >>> 0.39 < low < 0.42 and 0.58 < high < 0.61
    True
    """
    _check_level(level)
    low, high = _percentiles(np.sort(rng.beta((n + 1) / 2.0, (n + 1) / 2.0, RESAMPLES)), level)
    return low, high


def bootstrap_median(
    values: ArrayLike, rng: np.random.Generator, level: float = 0.95, resamples: int = RESAMPLES
) -> Interval:
    """Return the median of values with the percentile interval of its bootstrap.

    No resample is drawn: sorted, a resample is the sorted values at n sorted uniform numbers, so that its
    median needs only the middle one or two of these, drawn from their own (beta) distribution. The result has
    exactly the distribution of the plain bootstrap at the cost of one or three random numbers a resample,
    whatever n.

    Parameters
    ----------
    values : array_like, (n,)
        `inf` stands for an event never seen, later than all others. A median of inf comes back as None.
    rng : numpy.random.Generator
        See `stream`.
    level : float
        Coverage of the interval.
    resamples : int
        How many.

    Raises
    ------
    InputError
        When there is no value, or one that is no number.

    Examples
    --------
    >>> import numpy as np
    >>> from ivigsim.outcomes import bootstrap_median, stream
    >>> bootstrap_median([1, 2, 2, 3, 4, 5, np.inf], stream(1, "time to 50"))
    Interval(value=3.0, low=2.0, high=5.0)
    """
    _check_level(level)
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    if ordered.size == 0 or np.isnan(ordered[-1]):
        raise InputError("a median needs at least one value, each a number or inf for never")
    n = ordered.size
    middle = (n + 1) // 2
    if n % 2:
        medians = _at(ordered, rng.beta(middle, middle, resamples))
        value = ordered[middle - 1]
    else:
        # The n + 1 gaps between uniform numbers are exponentials over their sum.
        below, gap = rng.standard_gamma(middle, resamples), rng.standard_exponential(resamples)
        total = below + gap + rng.standard_gamma(middle, resamples)
        medians = (_at(ordered, below / total) + _at(ordered, (below + gap) / total)) / 2.0
        value = (ordered[middle - 1] + ordered[middle]) / 2.0
    low, high = _percentiles(np.sort(medians), level)
    return Interval(*(float(x) if isfinite(x) else None for x in (value, low, high)))


def _at(ordered: FloatArray, quantiles: FloatArray) -> FloatArray:
    """Return the sorted values at quantiles: value number ceil(n q), counted from 1."""
    n = ordered.size
    return ordered[np.clip(np.ceil(n * quantiles).astype(np.int64), 1, n) - 1]


def _percentiles(ordered: FloatArray, level: float) -> tuple[float, float]:
    """Return the outer percentiles of sorted resamples, as members of them: inf cannot be averaged."""
    skip = floor(ordered.size * (1.0 - level) / 2.0)
    return float(ordered[skip]), float(ordered[ordered.size - 1 - skip])


def mean_interval(values: ArrayLike, level: float = 0.95) -> Interval:
    """Return the mean of values and its normal interval, z standard errors wide; one value has none.

    Examples
    --------
    >>> from ivigsim.outcomes import mean_interval
    >>> mean_interval([8.0, 8.0])
    Interval(value=8.0, low=8.0, high=8.0)
    """
    _check_level(level)
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.size == 0 or not np.isfinite(numbers).all():
        raise InputError("a mean needs at least one value, each a finite number")
    mean = float(numbers.mean())
    if numbers.size == 1:
        return Interval(mean, None, None)
    reach = NormalDist().inv_cdf(0.5 + level / 2.0) * float(numbers.std(ddof=1)) / numbers.size**0.5
    return Interval(mean, mean - reach, mean + reach)
