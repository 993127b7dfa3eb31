"""Judge platelet courses by a definition of response."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ivigsim.outcomes.definitions import Definition
from ivigsim.outcomes.reading import SAME_TIME_D, BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class Response:
    """The response of n patients by one definition.

    Attributes
    ----------
    achieved : (n,) bool
        Whether the response was reached and, where the definition asks for it, confirmed.
    time_d : (n,) float
        Time of the first output of the response, d; NaN without one.
    duration_d : (n,) float
        From that time to the first output of the loss, d; to the last output where there is no loss; NaN
        without one.
    censored : (n,) bool
        Whether the response still held at the last output, so that its duration is a lower bound.
    """

    achieved: BoolArray
    time_d: FloatArray
    duration_d: FloatArray
    censored: BoolArray


def can_judge(time_d: FloatArray, definition: Definition) -> bool:
    """Say whether the output times (T,) reach far enough to judge a definition.

    Examples
    --------
    >>> import numpy as np
    >>> from ivigsim.outcomes import TRIAL_DAY_7, can_judge
    >>> can_judge(np.array([0.0, 1.0, 3.0]), TRIAL_DAY_7)
    False
    """
    end, first = time_d[-1] + SAME_TIME_D, time_d[1] - SAME_TIME_D
    window_seen = definition.window_d == np.inf or bool(first <= definition.window_d <= end)
    return window_seen and bool(end - time_d[1] >= definition.confirm_d)


def assess(time_d: FloatArray, platelets: FloatArray, definition: Definition) -> Response:
    """Judge each patient's platelet course by one definition of response.

    Times are those of outputs, as at trial visits, never interpolated between them. Only outputs after time 0
    count towards a response; the baseline is the output at time 0.

    Parameters
    ----------
    time_d : (T,) array
        Output times, d, the first 0.
    platelets : (n, T) array
        Platelet counts, 1e9/L.
    definition : Definition
        See `ivigsim.outcomes.definitions` for the published ones and their sources.

    Returns
    -------
    Response

    Examples
    --------
    >>> import numpy as np
    >>> from ivigsim.outcomes import IWG_R, assess
    >>> time = np.array([0.0, 1, 2, 9, 20, 21, 30])
    >>> found = assess(time, np.array([[10.0, 25, 60, 90, 22, 18, 10]]), IWG_R)
    >>> bool(found.achieved[0]), float(found.time_d[0]), float(found.duration_d[0]), bool(found.censored[0])
    (True, 2.0, 18.0, False)
    """
    by_time = np.ascontiguousarray(platelets.T)
    baseline = by_time[0]
    below = by_time < np.maximum(definition.loss_count, definition.loss_fold * baseline)
    meets = (by_time >= np.maximum(definition.count, definition.fold * baseline)) & ~below
    losses = _lasting(time_d, below, definition.loss_confirm_d)

    start = _start(time_d, meets, losses, definition)
    ended = losses & (time_d[:, None] > start)
    achieved = start < np.inf
    censored = achieved & ~ended.any(axis=0)
    begin = np.where(achieved, start, np.nan)
    end = np.where(censored, time_d[-1], time_d[ended.argmax(axis=0)])
    return Response(achieved, begin, end - begin, censored)


def _start(time_d: FloatArray, meets: BoolArray, losses: BoolArray, definition: Definition) -> FloatArray:
    """Return the time (n,) of the first count of a response confirmed before it is lost; inf for none."""
    onset = np.full(meets.shape[1], np.inf)  # first count of a response not yet confirmed or lost
    start = onset.copy()
    for i in range(1, time_d.size):
        if time_d[i] <= definition.window_d + SAME_TIME_D:
            onset = np.minimum(onset, np.where(meets[i], time_d[i], np.inf))
        elif definition.confirm_d == 0.0:
            break
        confirmed = meets[i] & (onset <= time_d[i] - definition.confirm_d + SAME_TIME_D)
        start = np.minimum(start, np.where(confirmed, onset, np.inf))
        onset = np.where(losses[i], np.inf, onset)
    return start


def _lasting(time_d: FloatArray, below: BoolArray, lasting_d: float) -> BoolArray:
    """Mark outputs (T, n) from which the count stays below, output after output, for at least `lasting_d`."""
    if lasting_d == 0.0:
        return below
    lasting = np.zeros_like(below)
    last_below = np.full(below.shape[1], np.nan)
    for i in range(time_d.size - 1, -1, -1):
        last_below = np.where(below[i], np.where(np.isnan(last_below), time_d[i], last_below), np.nan)
        lasting[i] = last_below - time_d[i] >= lasting_d - SAME_TIME_D
    return lasting
