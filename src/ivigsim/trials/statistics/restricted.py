"""Mean time to an event up to a day, in the same patients under two treatments, with censoring."""

from __future__ import annotations

from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from ivigsim.outcomes import Interval
from ivigsim.trials.statistics.means import t_quantile
from ivigsim.trials.statistics.survival import Grouped

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def last_known_day(*groups: Grouped) -> float:
    """Return the day up to which the curves of all arms are known (d)."""
    # a curve that ends in events is 0 from then on; one that ends in a censoring is unknown
    ends = [data.times[-1] if data.censored[-1] else inf for data in groups]
    return float(min(*ends, max(data.times[-1] for data in groups)))


def restricted_mean(data: Grouped, times: Floats, events: Bools, until: float) -> tuple[float, Floats]:
    """Return the area under the Kaplan-Meier curve up to a day, and what each patient adds to its error.

    The area is the mean of the times, each cut at that day. The parts are its derivatives by the weight of
    each patient (infinitesimal jackknife: Efron 1982, The Jackknife, the Bootstrap and Other Resampling
    Plans, chapter 6); they sum to 0. Without censoring they are the distances of the cut times from their
    mean, over n.

    Parameters
    ----------
    data : Grouped
        All patients.
    times, events : ndarray, shape (n,)
        Of each of them (d).
    until : float
        Day (d), at most `last_known_day`.

    Examples
    --------
    >>> from ivigsim.trials.statistics.survival import grouped
    >>> import polars as pl
    >>> t, e = np.array([1.0, 2.0, 6.0]), np.array([True, True, True])
    >>> mean, parts = restricted_mean(grouped(pl.Series(t), pl.Series(e)), t, e, 6.0)
    >>> round(mean, 3), [round(float(x), 3) for x in parts]
    (3.0, [-0.667, -0.333, 1.0])
    """
    gone = data.events + data.censored
    at_risk = gone[::-1].cumsum()[::-1].astype(np.float64)
    left = at_risk - data.events
    share = np.cumprod(left / at_risk)  # from each time on
    # area from each time to the day: the curve is flat between times
    ends = np.minimum(np.append(data.times, inf), until)
    widths = np.diff(ends)
    after = np.cumsum((share * widths)[::-1])[::-1]
    mean = float(min(data.times[0], until) + after[0])
    # no area follows where nobody is left
    per_event = np.divide(after, left, out=np.zeros_like(after), where=left > 0)
    hazard = np.cumsum(per_event * data.events / at_risk)
    place = np.searchsorted(data.times, times)
    parts: Floats = hazard[place] - np.where(events, per_event[place], 0.0)
    return mean, parts


def days_apart(first: tuple[float, Floats], second: tuple[float, Floats], level: float) -> Interval:
    """Return the difference of two restricted means in the same patients, with Student's limits."""
    n = len(first[1])
    value = first[0] - second[0]
    if n < 2:
        return Interval(value, None, None)
    error = sqrt(float(((first[1] - second[1]) ** 2).sum()) * n / (n - 1))
    reach = t_quantile(level, n - 1) * error
    return Interval(value, value - reach, value + reach)
