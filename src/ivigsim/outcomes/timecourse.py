"""Times, peaks and stays read off courses of a quantity, one row per patient.

Every time here is that of an output, as at a trial visit: a count that crosses a threshold between two
outputs is seen at the second of them, and a value holds from its output until the next.
"""

from __future__ import annotations

import numpy as np

from ivigsim.outcomes.reading import SAME_TIME_D, BoolArray, FloatArray


def first_at_least(time_d: FloatArray, values: FloatArray, threshold: float) -> FloatArray:
    """Return the time (n,) in d of the first output at or above a threshold, NaN where there is none.

    The output at time 0 counts: a patient who starts there has time 0.

    Parameters
    ----------
    time_d : (T,) array
        Output times, d.
    values : (n, T) array
        Any quantity.
    threshold : float
        In the unit of `values`.

    Examples
    --------
    >>> import numpy as np
    >>> from ivigsim.outcomes import first_at_least
    >>> first_at_least(np.array([0.0, 1, 3]), np.array([[10.0, 40, 60], [10, 12, 9]]), 50)
    array([ 3., nan])
    """
    reached = values >= threshold
    return np.where(reached.any(axis=1), time_d[reached.argmax(axis=1)], np.nan)


def days_at_least(time_d: FloatArray, values: FloatArray, threshold: float) -> FloatArray:
    """Return the total time (n,) in d at or above a threshold, each value holding until the next output.

    Examples
    --------
    >>> import numpy as np
    >>> from ivigsim.outcomes import days_at_least
    >>> days_at_least(np.array([0.0, 1, 3, 4]), np.array([[10.0, 60, 40, 70]]), 50)
    array([2.])
    """
    total: FloatArray = (values[:, :-1] >= threshold) @ np.diff(time_d)
    return total


def first_stay(time_d: FloatArray, values: FloatArray, threshold: float) -> tuple[FloatArray, BoolArray]:
    """Return how long (n,) in d the first stay at or above a threshold lasted, and whether it was cut short.

    A stay runs from the first output at or above the threshold to the first later output below it, or to the
    last output, when it is flagged as censored and its length is a lower bound. NaN where the threshold is
    never reached.

    Examples
    --------
    >>> import numpy as np
    >>> from ivigsim.outcomes import first_stay
    >>> first_stay(np.array([0.0, 1, 3, 9]), np.array([[10.0, 60, 40, 70], [10, 20, 60, 60]]), 50)
    (array([2., 6.]), array([False,  True]))
    """
    start = first_at_least(time_d, values, threshold)
    ended = (values < threshold) & (time_d > start[:, None])
    censored = ~np.isnan(start) & ~ended.any(axis=1)
    end = np.where(censored, time_d[-1], time_d[ended.argmax(axis=1)])
    return end - start, censored


def peak(time_d: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the highest output (n,) and its time (n,) in d; the earliest time where several are highest.

    A peak between two outputs is not seen: put the ends of infusions among the output times to read the peak
    of IgG.

    Examples
    --------
    >>> import numpy as np
    >>> from ivigsim.outcomes import peak
    >>> peak(np.array([0.0, 1, 3]), np.array([[10.0, 60, 40]]))
    (array([60.]), array([1.]))
    """
    at = values.argmax(axis=1)
    return np.take_along_axis(values, at[:, None], axis=1)[:, 0], time_d[at]


def rise_at(time_d: FloatArray, values: FloatArray, day: float) -> FloatArray:
    """Return the change (n,) from time 0 to a day, linear between outputs; NaN past the last output.

    Examples
    --------
    >>> import numpy as np
    >>> from ivigsim.outcomes import rise_at
    >>> rise_at(np.array([0.0, 10, 20]), np.array([[10.0, 30, 20]]), 14)
    array([16.])
    """
    if day > time_d[-1] + SAME_TIME_D:
        return np.full(values.shape[0], np.nan)
    after = min(int(np.searchsorted(time_d, day)), time_d.size - 1)
    before = max(after - 1, 0)
    share = 0.0 if after == before else (day - time_d[before]) / (time_d[after] - time_d[before])
    at_day: FloatArray = values[:, before] + share * (values[:, after] - values[:, before])
    return at_day - values[:, 0]
