"""What counts as a response, until when it can be predicted, and who already has it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ivigsim.checks import LONGEST_DAYS, check_whole
from ivigsim.errors import InputError, plain, unknown
from ivigsim.outcomes import CONFIRMED_DEFINITIONS, TRIAL_DAY_7, TRIAL_DEFINITIONS, Definition
from ivigsim.outcomes.reading import SAME_TIME_D, BoolArray, FloatArray

CONFIRMED_DAYS = 28
"""Days simulated for a confirmed response: assumed; after IVIG it has come and been confirmed by then."""

_HIGHEST_COUNT = 1000.0  # 1e9/L


def response_definition(response: str | None, threshold: object, by_day: object) -> Definition:
    """Return what counts as a response.

    Parameters
    ----------
    response : str, optional
        Id of a published definition, see `ivigsim.outcomes.definitions`.
    threshold : float, optional
        Count (1e9/L) to reach instead of 50.
    by_day : int, optional
        Day to reach it by instead of 7.

    Raises
    ------
    InputError
        For an unknown name or a number out of range; for a name and a number together.

    Examples
    --------
    >>> response_definition(None, 100, 3).label
    'at least 100e9/L by day 3'
    >>> response_definition("iwg_cr", None, None).label
    'IWG 2009 complete response'
    """
    known = {each.id: each for each in (*TRIAL_DEFINITIONS, *CONFIRMED_DEFINITIONS)}
    if threshold is None and by_day is None:
        if response is None:
            return TRIAL_DAY_7
        if response not in known:
            raise unknown("response", str(response), known)
        return known[response]
    if response is not None:
        raise InputError(
            f"response {response!r} is given with a threshold or day of its own; accepted: one of the two"
        )
    count = _check_count(TRIAL_DAY_7.count if threshold is None else threshold)
    day = check_whole("by_day", TRIAL_DAY_7.window_d if by_day is None else by_day, 1, LONGEST_DAYS)
    label = f"at least {count:g}e9/L by day {day}"
    same = [each for each in TRIAL_DEFINITIONS if each.label == label]
    return same[0] if same else replace(
        TRIAL_DAY_7, id=f"at_least_{count:g}_by_day_{day}", label=label, count=count, window_d=day,
        loss_count=count, source="threshold and day as given",
    )  # fmt: skip


def _check_count(value: object) -> float:
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= _HIGHEST_COUNT:
        raise InputError(f"threshold is {value!r}; accepted: a count of 1 to {_HIGHEST_COUNT:g} (1e9/L)")
    return float(value)


def days_needed(definition: Definition, days: object) -> int:
    """Return how many days to simulate, after checking that a given number lets the response be judged.

    Examples
    --------
    >>> from ivigsim.outcomes import IWG_R
    >>> days_needed(TRIAL_DAY_7, None), days_needed(IWG_R, None)
    (7, 28)
    """
    window = definition.window_d
    least = int(window + definition.confirm_d) if np.isfinite(window) else int(definition.confirm_d) + 1
    if days is None:
        return least if np.isfinite(window) else CONFIRMED_DAYS
    return check_whole("days", days, least, LONGEST_DAYS)


def last_start(definition: Definition, days: int) -> float:
    """Return the last day (d) on which a response can start and still be judged: markers come before it."""
    return float(min(definition.window_d, days - definition.confirm_d))


def already_there(time_d: FloatArray, platelets: FloatArray, definition: Definition, day: int) -> BoolArray:
    """Return who (n,) has met the count of a response on or before a day, confirmed or not.

    Examples
    --------
    >>> counts = np.array([[10.0, 60, 40], [10, 20, 90]])
    >>> already_there(np.array([0.0, 1, 2]), counts, TRIAL_DAY_7, 1)
    array([ True, False])
    """
    seen = platelets[:, time_d <= day + SAME_TIME_D]
    needed = np.maximum(definition.count, definition.fold * platelets[:, :1])
    met: BoolArray = np.any(seen >= needed, axis=1)
    return met
