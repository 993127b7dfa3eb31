"""The table of outcomes, one row per patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ivigsim.outcomes.definitions import CONFIRMED_DEFINITIONS, TRIAL_DEFINITIONS, Definition
from ivigsim.outcomes.half_life import Baseline, half_life
from ivigsim.outcomes.reading import BoolArray, FloatArray, Simulated, read_output, read_times
from ivigsim.outcomes.response import assess, can_judge
from ivigsim.outcomes.timecourse import days_at_least, first_at_least, first_stay, peak, rise_at

if TYPE_CHECKING:
    import polars as pl

THRESHOLDS_1E9_PER_L = (20, 30, 50, 100)  # the counts trials report times to
IGG_RISE_DAY = 14  # Kuitwaard 2009 Ann Neurol: rise of serum IgG 2 weeks after the start of IVIg

Columns = dict[str, "FloatArray | BoolArray | None"]


def per_patient(
    sim: Simulated, *, first_patient: int = 0, half_life_baseline: Baseline = "corrected"
) -> pl.DataFrame:
    """Compute the outcomes of every patient of a finished simulation, or of one chunk of it.

    Rows of chunks can be put below each other with `polars.concat`. Times are those of outputs, as at trial
    visits, not interpolated; 0 is the start of treatment and the baseline is the output at time 0.

    Parameters
    ----------
    sim : Simulation
        With output "platelets"; with "igg" too for the IgG columns.
    first_patient : int
        Number of the first patient of this chunk.
    half_life_baseline : {"corrected", "uncorrected"}
        See `half_life`.

    Returns
    -------
    polars.DataFrame
        A null says: never reached, not to be judged on these output times, or a failed patient. Columns:

        patient, failed
            Number of the patient, and whether the simulation failed (then all else is null).
        baseline_1e9_per_l
            Platelets at time 0.
        responded_by_day_1, responded_by_day_7
            At least 50e9/L at any output in (0, 1] or (0, 7] d; null where the outputs end earlier.
        time_to_20_d, time_to_30_d, time_to_50_d, time_to_100_d
            First output at or above the count; 0 for a patient who starts there.
        peak_1e9_per_l, peak_d
            Highest output and its time.
        days_at_least_50_d
            Total time at or above 50e9/L, each output holding until the next.
        duration_50_d, duration_50_censored
            From time_to_50_d to the first later output below 50e9/L, or to the last output when flagged as
            censored.
        iwg_r, iwg_cr, ema_r, ema_cr
            Response confirmed at least 7 d later; "r" holds for complete responders too when the baseline is
            at most 50e9/L. Null where the outputs span less. A response in the last 7 d cannot be confirmed
            and is false.
        iwg_r_time_d, iwg_r_duration_d, iwg_r_censored (and so on)
            Start of that response, time to its loss, and whether it was not lost by the last output.
        igg_peak_g_per_l, igg_peak_d
            Highest total plasma IgG among the outputs and its time.
        igg_rise_14_d_g_per_l
            Rise of IgG from time 0 to 14 d, linear between outputs; null where they end earlier.
        igg_half_life_d
            See `half_life`.

        The IgG columns are absent when the simulation did not store "igg".

    Raises
    ------
    InputError
        When the output times do not start at 0 or platelets were not stored.

    Examples
    --------
    >>> from ivigsim.outcomes import Courses, per_patient
    >>> platelets = [[8, 35, 120, 160, 70, 20], [10, 12, 24, 28, 15, 9]]
    >>> courses = Courses([0, 1, 3, 7, 14, 21], {"platelets": platelets})
    >>> table = per_patient(courses)
    >>> table.select("responded_by_day_7", "time_to_50_d", "duration_50_d", "iwg_r", "iwg_cr").rows()
    [(True, 3.0, 18.0, True, False), (False, None, None, False, False)]
    """
    import polars as pl

    time_d = read_times(sim)
    columns = _platelet_columns(time_d, read_output(sim, "platelets"))
    if "igg" in sim.stored:
        columns |= _igg_columns(time_d, read_output(sim, "igg"), half_life_baseline)
    failed = np.asarray(sim.failed, dtype=np.bool_)
    number = np.arange(first_patient, first_patient + failed.size, dtype=np.int64)
    finished = pl.DataFrame({"patient": number[~failed]})
    finished = finished.with_columns(
        _series(name, values, finished.height) for name, values in columns.items()
    )
    everyone = pl.DataFrame({"patient": number, "failed": failed})
    return everyone.join(finished, on="patient", how="left", maintain_order="left")


def _series(name: str, values: FloatArray | BoolArray | None, height: int) -> pl.Series:
    """Make a column: NaN becomes null; None, for what cannot be judged, a column of nulls."""
    import polars as pl

    if values is None:
        return pl.Series(name, [None] * height, pl.Boolean)
    series = pl.Series(name, values)
    return series if values.dtype == np.bool_ else series.fill_nan(None)


def _platelet_columns(time_d: FloatArray, platelets: FloatArray) -> Columns:
    columns: Columns = {"baseline_1e9_per_l": platelets[:, 0]}
    by_time = np.asfortranarray(platelets)  # responses are judged output by output
    for definition in TRIAL_DEFINITIONS:
        judged = can_judge(time_d, definition)
        columns[definition.id] = assess(time_d, by_time, definition).achieved if judged else None
    for count in THRESHOLDS_1E9_PER_L:
        columns[f"time_to_{count}_d"] = first_at_least(time_d, platelets, count)
    columns["peak_1e9_per_l"], columns["peak_d"] = peak(time_d, platelets)
    columns["days_at_least_50_d"] = days_at_least(time_d, platelets, 50)
    columns["duration_50_d"], columns["duration_50_censored"] = first_stay(time_d, platelets, 50)
    for definition in CONFIRMED_DEFINITIONS:
        columns |= _response_columns(time_d, by_time, definition)
    return columns


def _response_columns(time_d: FloatArray, platelets: FloatArray, definition: Definition) -> Columns:
    found = assess(time_d, platelets, definition)
    return {
        definition.id: found.achieved if can_judge(time_d, definition) else None,
        f"{definition.id}_time_d": found.time_d,
        f"{definition.id}_duration_d": found.duration_d,
        f"{definition.id}_censored": found.censored,
    }


def _igg_columns(time_d: FloatArray, igg: FloatArray, baseline: Baseline) -> Columns:
    highest, at = peak(time_d, igg)
    return {
        "igg_peak_g_per_l": highest,
        "igg_peak_d": at,
        f"igg_rise_{IGG_RISE_DAY}_d_g_per_l": rise_at(time_d, igg, IGG_RISE_DAY),
        "igg_half_life_d": half_life(time_d, igg, baseline=baseline),
    }
