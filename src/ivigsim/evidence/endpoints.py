"""What a published endpoint is in each virtual patient of a simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ivigsim.engine.simulation import Simulation
from ivigsim.evidence.rows import Endpoint, Row
from ivigsim.outcomes import first_at_least, first_stay, half_life, peak, red_cell_clearance

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SAME_DAY = 1e-6
NEVER = np.inf
"""Time of what did not happen during the simulation: a median over all patients may still be finite."""


def patient_values(row: Row, sim: Simulation) -> Floats:
    """Read a row's endpoint in every patient of a simulation of its arm.

    Parameters
    ----------
    row : Row
    sim : Simulation
        With the outputs and times that `ivigsim.evidence.trial.plan` asks for.

    Returns
    -------
    ndarray, shape (patients,)
        In the unit of the row, but 1 or 0 for a share; `NEVER` for an event that did not come; NaN for a
        patient whose simulation failed or who is not counted (a non-responder where only responders are).
    """
    endpoint = row.measured
    read = _READ[endpoint.quantity]
    values = read(endpoint, sim)
    if endpoint.statistic in ("share", "difference of shares", "risk ratio", "odds ratio"):
        values = _as_share(endpoint, values)
    if endpoint.over == "responders":
        reached = first_at_least(sim.time, sim["platelets"], endpoint.threshold or 50.0)
        values = np.where(np.isfinite(reached), values, np.nan)
    return np.where(sim.failed, np.nan, values)


def _as_share(endpoint: Endpoint, values: Floats) -> Floats:
    """Turn a quantity into yes or no: long enough, often enough, or high enough."""
    if endpoint.at_least is not None:
        reached = np.nan_to_num(values, nan=-np.inf) >= endpoint.at_least
    elif endpoint.quantity == "platelets":
        return values  # judged with its fold of the baseline already
    else:
        assert endpoint.threshold is not None  # the linter asks for one of them
        low = endpoint.quantity == "lowest haemoglobin"
        reached = values <= endpoint.threshold if low else values >= endpoint.threshold
    return reached.astype(np.float64)


def _at(sim: Simulation, output: str, day: float) -> Floats:
    """Return one output on a day that the plan put on the grid."""
    place = int(np.abs(sim.time - day).argmin())
    if abs(sim.time[place] - day) > SAME_DAY:
        raise ValueError(f"day {day:g} is not on the grid of the arm")
    found: Floats = sim[output][:, place]
    return found


def _window(endpoint: Endpoint, sim: Simulation) -> Bools:
    """Mark the output times that count: after the start of treatment, in the window, at visits if given."""
    time = sim.time
    inside = time > SAME_DAY
    if endpoint.window is not None:
        inside &= (time >= endpoint.window.start_d - SAME_DAY) & (time <= endpoint.window.end_d + SAME_DAY)
    if endpoint.visits:
        inside &= np.isclose(time[:, None], np.array(endpoint.visits)[None], atol=SAME_DAY).any(axis=1)
    else:  # counts are taken daily, whatever finer times IgG needs
        inside &= np.abs(time - np.round(time)) < SAME_DAY
    return inside


def _counts(endpoint: Endpoint, sim: Simulation) -> tuple[Floats, Floats]:
    """Return the times of the visits, the baseline first, and the counts there."""
    seen = _window(endpoint, sim)
    seen[0] = True
    return sim.time[seen], sim["platelets"][:, seen]


def _reached(endpoint: Endpoint, counts: Floats) -> Bools:
    threshold = np.full(len(counts), endpoint.threshold or 0.0)
    if endpoint.fold is not None:
        threshold = np.maximum(threshold, endpoint.fold * counts[:, 0])
    found: Bools = counts >= threshold[:, None]
    return found


def _platelets(endpoint: Endpoint, sim: Simulation) -> Floats:
    if endpoint.statistic in ("mean", "median", "highest median", "difference of means"):
        if endpoint.statistic == "highest median":
            _, counts = _counts(replace(endpoint, window=None), sim)  # its day is a result, not a rule
            alive = ~np.isnan(counts).any(axis=1)
            day = int(np.asarray(np.median(counts[alive], axis=0)).argmax())
            on_that_day: Floats = counts[:, day]
            return on_that_day
        assert endpoint.window is not None
        return _at(sim, "platelets", endpoint.window.end_d)
    _, counts = _counts(endpoint, sim)
    return np.asarray(_reached(endpoint, counts)[:, 1:].any(axis=1), dtype=np.float64)


def _time_to(endpoint: Endpoint, sim: Simulation) -> Floats:
    times, counts = _counts(endpoint, sim)
    reached = _reached(endpoint, counts)
    reached[:, 0] = False
    return np.where(reached.any(axis=1), times[reached.argmax(axis=1)], NEVER)


def _duration(endpoint: Endpoint, sim: Simulation) -> Floats:
    times, counts = _counts(endpoint, sim)
    stay, cut_short = first_stay(times, counts, endpoint.threshold or 50.0)
    return np.where(cut_short, NEVER, stay)


def _days_below(endpoint: Endpoint, sim: Simulation) -> Floats:
    """Days at or below the threshold from the start of treatment to the first count above it."""
    times, counts = _counts(endpoint, sim)
    above = counts > (endpoint.threshold or 20.0)
    return np.where(above.any(axis=1), times[above.argmax(axis=1)], NEVER)


def _increment(endpoint: Endpoint, sim: Simulation) -> Floats:
    assert endpoint.window is not None
    return _at(sim, "platelets", endpoint.window.end_d) - sim["platelets"][:, 0]


def _peak(endpoint: Endpoint, sim: Simulation) -> Floats:
    _, counts = _counts(endpoint, sim)
    highest: Floats = counts[:, 1:].max(axis=1)
    return highest


def _peak_increment(endpoint: Endpoint, sim: Simulation) -> Floats:
    return _peak(endpoint, sim) - sim["platelets"][:, 0]


def _visits(endpoint: Endpoint, sim: Simulation) -> Floats:
    _, counts = _counts(endpoint, sim)
    often: Floats = _reached(endpoint, counts)[:, 1:].astype(np.float64).sum(axis=1)
    return often


def _output_on(output: str, change: bool = False) -> Callable[[Endpoint, Simulation], Floats]:
    def read(endpoint: Endpoint, sim: Simulation) -> Floats:
        assert endpoint.window is not None
        found = _at(sim, output, endpoint.window.end_d)
        return found - sim[output][:, 0] if change else found

    return read


def _lowest_haemoglobin(endpoint: Endpoint, sim: Simulation) -> Floats:
    lowest: Floats = sim["haemoglobin"][:, _window(endpoint, sim)].min(axis=1)
    return lowest


def _peak_igg(_: Endpoint, sim: Simulation) -> Floats:
    return peak(sim.time, sim["igg"])[0]


def _igg_half_life(_: Endpoint, sim: Simulation) -> Floats:
    """Trials in immunodeficiency fit the total, where little IgG is the body's own."""
    alone = sim.population == "immunodeficient"
    alive = ~sim.failed
    found = np.full(len(sim.failed), np.nan)
    found[alive] = half_life(sim.time, sim["igg"][alive], baseline="uncorrected" if alone else "corrected")
    return found


def _red_cells(endpoint: Endpoint, sim: Simulation) -> Floats:
    """Return half-lives of the tracer (min); patients without a spleen are not counted."""
    assert endpoint.window is not None
    test = red_cell_clearance(sim, day=endpoint.window.end_d)
    return np.where(test.spleen, test.half_life_min, np.nan)


def _platelet_life(_: Endpoint, sim: Simulation) -> Floats:
    """Mean life before treatment (d): platelets present over platelets made, at the steady state."""
    found = sim.source.parameters(["platelets_total_baseline", "production", "turnover_normal"])
    return found["platelets_total_baseline"] / (found["production"] * found["turnover_normal"])


def _turnover(_: Endpoint, sim: Simulation) -> Floats:
    return sim.source.parameters(["production"])["production"]


_READ: Mapping[str, Callable[[Endpoint, Simulation], Floats]] = {
    "platelets": _platelets,
    "time to platelets": _time_to,
    "duration of platelets": _duration,
    "days below platelets": _days_below,
    "platelet increment": _increment,
    "peak platelets": _peak,
    "peak platelet increment": _peak_increment,
    "visits with platelets": _visits,
    "igg": _output_on("igg"),
    "igg trough": _output_on("igg"),
    "igg rise": _output_on("igg", change=True),
    "peak igg": _peak_igg,
    "igg half-life": _igg_half_life,
    "haemoglobin": _output_on("haemoglobin"),
    "lowest haemoglobin": _lowest_haemoglobin,
    "haemoglobin change": _output_on("haemoglobin", change=True),
    "red-cell half-life": _red_cells,
    "platelet life": _platelet_life,
    "platelet turnover": _turnover,
}
"""Quantity of an endpoint -> how it is read in each patient."""

QUANTITIES = tuple(_READ)
