"""Outcomes of a group of patients: estimates with intervals, ready to print beside a published result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ivigsim.errors import InputError
from ivigsim.outcomes.by_day import DayDistribution
from ivigsim.outcomes.definitions import CONFIRMED_DEFINITIONS, TRIAL_DEFINITIONS
from ivigsim.outcomes.intervals import (
    Interval,
    bootstrap_median,
    mean_interval,
    median_positions,
    stream,
    wilson,
)
from ivigsim.outcomes.reading import FloatArray
from ivigsim.outcomes.survival import kaplan_meier_median

if TYPE_CHECKING:
    import polars as pl

NOTHING = Interval(None, None, None)


@dataclass(frozen=True)
class Outcome:
    """One estimate for a group of patients.

    Attributes
    ----------
    id, label : str
        Name for programs and words for a table.
    value, low, high : float or None
        Estimate and 95% interval; None is "not reached" or "not to be judged", as `method` says.
    unit : str
        Unit of the three.
    n : int
        Patients the estimate is over.
    method : str
        Who is in the denominator and how the interval is made.
    """

    id: str
    label: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    n: int
    method: str


def summarise(patients: pl.DataFrame, seed: int, days: DayDistribution | None = None) -> list[Outcome]:
    """Summarise a table of patients.

    Failed patients are in no denominator; the last outcome counts them. Shares have a Wilson interval,
    medians the percentile interval of the bootstrap, means a normal interval. Outcomes of columns the table
    lacks are left out.

    Two medians of the time to 50e9/L are given, because publications seldom say which they mean: over
    everyone, a patient who never gets there counting as later than all others, and over those who responded
    by day 7. The first fits Robak 2007 (2.5 d): 43% of the patients were there within 1 day, which is more
    than half of the 81% who responded, so that a median over responders could not exceed 1 d. Durations are
    over those who responded by day 7 (Robak 2007, 15.4 d, and Arbach 2019, 14 d, do not say), and so is the
    total number of days at or above 50e9/L (up to the last output). The peak is over everyone. The highest
    median count is the highest of the medians of everyone at each output time, as in Robak 2007 (149e9/L on
    trial day 8, which is 7 d here).

    Medians of durations are those of Kaplan and Meier, since the last output cuts some short.

    Parameters
    ----------
    patients : polars.DataFrame
        From `per_patient`; chunks put together with `polars.concat`.
    seed : int
        Of the bootstrap, from 0.
    days : DayDistribution, optional
        Of the platelets, over the same patients; without it the highest median count is left out.

    Returns
    -------
    list of Outcome

    Examples
    --------
    >>> from ivigsim.outcomes import Courses, per_patient, summarise
    >>> platelets = [[8, 35, 120, 160, 70, 20], [10, 12, 24, 28, 15, 9]]
    >>> courses = Courses([0, 1, 3, 7, 14, 21], {"platelets": platelets})
    >>> for outcome in summarise(per_patient(courses), seed=1)[:2]:
    ...     print(outcome.label, round(outcome.value), round(outcome.low), round(outcome.high), outcome.unit)
    at least 50e9/L by day 1 0 0 66 %
    at least 50e9/L by day 7 50 9 91 %
    """
    import polars as pl

    finished = patients.filter(~pl.col("failed"))
    found = [_share(finished, d.id, d.label) for d in (*TRIAL_DEFINITIONS, *CONFIRMED_DEFINITIONS)]
    responders = finished.filter(pl.col("responded_by_day_7"))
    found += _platelet_medians(finished, responders, seed)
    for definition in CONFIRMED_DEFINITIONS:
        achieved = finished.filter(pl.col(definition.id))
        found += _confirmed_times(achieved, definition.id, definition.label, seed)
    if days is not None:
        found += _highest_median(days, finished.height, seed)
    if "igg_peak_g_per_l" in patients.columns:
        found += _igg(finished, seed)
    failed, method = float(patients.height - finished.height), "simulations that failed; in no other outcome"
    found.append(
        Outcome("failed", "failed patients", failed, None, None, "patients", patients.height, method)
    )
    return found


def _share(patients: pl.DataFrame, column: str, label: str) -> Outcome:
    known = patients[column].drop_nulls()
    n = known.len()
    if n == 0:
        return Outcome(column, label, None, None, None, "%", 0, "not to be judged on these output times")
    successes = int(known.sum())
    low, high = (100.0 * float(limit) for limit in wilson(successes, n))
    share, method = 100.0 * successes / n, "share of all patients, Wilson interval"
    return Outcome(column, label, share, low, high, "%", n, method)


def _median(id_: str, label: str, values: FloatArray, unit: str, over: str, seed: int) -> Outcome:
    interval = bootstrap_median(values, stream(seed, id_)) if values.size else NOTHING
    method = f"median over {over}, bootstrap interval"
    return Outcome(id_, label, interval.value, interval.low, interval.high, unit, values.size, method)


def _mean(id_: str, label: str, values: FloatArray, unit: str, over: str) -> Outcome:
    interval = mean_interval(values) if values.size else NOTHING
    method = f"mean over {over}, normal interval"
    return Outcome(id_, label, interval.value, interval.low, interval.high, unit, values.size, method)


def _known(patients: pl.DataFrame, column: str) -> FloatArray:
    return patients[column].drop_nulls().to_numpy()


def _duration(patients: pl.DataFrame, column: str, of: str, over: str, seed: int) -> Outcome:
    """Median of durations that the end of the run may have cut short."""
    values = patients[f"{column}_d"].to_numpy()
    cut = patients[f"{column.removesuffix('_duration')}_censored"].to_numpy()
    interval = kaplan_meier_median(values, cut, stream(seed, column)) if values.size else NOTHING
    method = f"Kaplan-Meier median over {over}, bootstrap interval"
    return Outcome(column, of, interval.value, interval.low, interval.high, "d", values.size, method)


def _platelet_medians(finished: pl.DataFrame, responders: pl.DataFrame, seed: int) -> list[Outcome]:
    everyone, by_day_7 = "all patients", "responders by day 7"
    never_latest = finished["time_to_50_d"].fill_null(np.inf).to_numpy()
    first_times = _known(responders, "time_to_50_d")
    total = _known(responders, "days_at_least_50_d")
    highest, highest_day = _known(finished, "peak_1e9_per_l"), _known(finished, "peak_d")
    rows = [
        ("time_to_50_all", "time to 50e9/L", never_latest, "d", "all patients, never counting as latest"),
        ("time_to_50_responders", "time to 50e9/L in responders", first_times, "d", by_day_7),
        ("days_at_least_50", "days at or above 50e9/L", total, "d", by_day_7),
        ("peak", "peak count", highest, "1e9/L", everyone),
        ("peak_day", "day of the peak", highest_day, "d", everyone),
    ]
    found = [_median(*row, seed=seed) for row in rows]
    stay = _duration(responders, "duration_50", "duration at or above 50e9/L", by_day_7, seed)
    return [*found[:2], stay, *found[2:]]


def _confirmed_times(achieved: pl.DataFrame, id_: str, label: str, seed: int) -> list[Outcome]:
    times, over = _known(achieved, f"{id_}_time_d"), "these responders"
    return [
        _median(f"{id_}_time", f"time to {label}", times, "d", over, seed),
        _duration(achieved, f"{id_}_duration", f"duration of {label}", over, seed),
    ]


def _highest_median(days: DayDistribution, n: int, seed: int) -> list[Outcome]:
    if (days.output, days.n) != ("platelets", n):
        of = f"{days.output!r} in {days.n} patients"
        raise InputError(f"the distribution over days is of {of}; accepted is 'platelets' in these {n}")
    if n == 0:
        return []
    value, day = days.highest_median()
    limits = days.quantile(median_positions(n, stream(seed, "highest_median")))[days.time_d == day][0]
    low, high = float(limits[0]), float(limits[1])
    label, method = "highest median count", "highest median of all patients, bootstrap interval on its day"
    when = "output time of the highest median"
    return [
        Outcome("highest_median", label, value, low, high, "1e9/L", n, method),
        Outcome("highest_median_day", f"day of the {label}", day, None, None, "d", n, when),
    ]


def _igg(finished: pl.DataFrame, seed: int) -> list[Outcome]:
    everyone, known = "all patients", "patients with a terminal phase"
    highest, half_lives = _known(finished, "igg_peak_g_per_l"), _known(finished, "igg_half_life_d")
    rise = _known(finished, "igg_rise_14_d_g_per_l")
    return [
        _mean("igg_peak_mean", "peak IgG, mean", highest, "g/L", everyone),
        _median("igg_peak_median", "peak IgG, median", highest, "g/L", everyone, seed),
        _mean("igg_rise_14_d_mean", "IgG rise at 14 d, mean", rise, "g/L", everyone),
        _mean("igg_half_life_mean", "IgG half-life, mean", half_lives, "d", known),
        _median("igg_half_life_median", "IgG half-life, median", half_lives, "d", known, seed),
    ]
