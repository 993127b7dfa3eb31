"""Simulate published rows as the trials they come from: population, entry criteria, regimen, visits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivigsim.engine.simulation import Simulation
from ivigsim.evidence.endpoints import patient_values
from ivigsim.evidence.rows import Entry, Row
from ivigsim.outcomes import RED_CELL_OUTPUTS
from ivigsim.patients.population import Population, load_population
from ivigsim.patients.spreads import LogitNormal
from ivigsim.run import simulate
from ivigsim.treatment import Regimen

Floats = NDArray[np.float64]

UNTREATED = "untreated"

# Days simulated when no window or visit says how far to go: long enough for the event, as the trials were.
_FOLLOW_UP: Mapping[str, float] = {
    "time to platelets": 60,
    "duration of platelets": 90,
    "days below platelets": 60,
    "platelets": 28,
    "peak platelets": 28,
    "peak platelet increment": 28,
    "peak igg": 10,
    "igg half-life": 90,
}
_OUTPUTS: Mapping[str, tuple[str, ...]] = {
    "igg": ("igg",),
    "haemoglobin": ("haemoglobin",),
    "red-cell": RED_CELL_OUTPUTS,
}


@dataclass(frozen=True)
class Arm:
    """Patients who are treated alike.

    Attributes
    ----------
    like : str
        Name of the population.
    entry : tuple of Entry
        Entry criteria.
    covariates : tuple of (str, object)
        Fixed for everyone.
    regimen : str
        Dose phrase, or "untreated".
    """

    like: str
    entry: tuple[Entry, ...]
    covariates: tuple[tuple[str, object], ...]
    regimen: str


@dataclass(frozen=True)
class Plan:
    """What to simulate for an arm so that all its rows can be read.

    Attributes
    ----------
    arm : Arm
    times : tuple of float
        Output times (d): daily, and at odd visits and ends of infusions where a row needs them.
    outputs : tuple of str
    """

    arm: Arm
    times: tuple[float, ...]
    outputs: tuple[str, ...]


def arms_of(row: Row) -> tuple[Arm, ...]:
    """Return the arm of a row, and the arm it is compared with, if there is one."""
    regimens = (row.regimen, row.against) if row.against else (row.regimen,)
    fixed = tuple(sorted(row.covariates))
    return tuple(Arm(row.like, row.entry, fixed, regimen) for regimen in regimens)


def plan(rows: Iterable[Row]) -> tuple[Plan, ...]:
    """Gather rows by arm, each arm simulated once, as long and as fine as its rows need.

    Examples
    --------
    >>> from ivigsim.evidence import load_rows
    >>> plans = plan(row for row in load_rows() if row.simulated and row.trial == "Robak 2009")
    >>> [(p.arm.regimen, p.outputs) for p in plans]
    [('IVIG 1 g/kg daily x2', ('platelets',))]
    """
    wanted: dict[Arm, list[Row]] = {}
    for row in rows:
        for arm in arms_of(row):
            wanted.setdefault(arm, []).append(row)
    return tuple(Plan(arm, _times(arm, rows), _outputs(rows)) for arm, rows in wanted.items())


def _times(arm: Arm, rows: list[Row]) -> tuple[float, ...]:
    times = set(map(float, range(int(max(map(last_day, rows))) + 1))) | {0.0, 1.0}
    for row in rows:
        times |= set(row.measured.visits)
        if row.measured.window is not None:
            times.add(row.measured.window.end_d)
        if row.measured.quantity == "peak igg":
            doses = Regimen.parse(arm.regimen).doses([70.0], [170.0], allow_extreme=True)
            times |= set((doses.time_d + doses.duration_d)[0].tolist())
    return tuple(sorted(times))


def last_day(row: Row) -> float:
    """Return the day to which a row must be followed (d after the first dose)."""
    endpoint = row.measured
    if endpoint.visits:
        return max(endpoint.visits)
    if endpoint.window is not None and endpoint.statistic != "highest median":
        return endpoint.window.end_d
    return _FOLLOW_UP.get(endpoint.quantity, 1.0)


def _outputs(rows: list[Row]) -> tuple[str, ...]:
    names = {"platelets": None}
    for row in rows:
        for word, outputs in _OUTPUTS.items():
            if word in row.measured.quantity:
                names |= dict.fromkeys(outputs)
    return tuple(names)


def simulate_arm(
    planned: Plan,
    patients: int,
    seed: int,
    populations: Mapping[str, Population] | None = None,
    threads: int | None = None,
    switches: Mapping[str, bool] | None = None,
) -> Simulation:
    """Simulate the patients of an arm.

    Parameters
    ----------
    planned : Plan
    patients, seed : int
        The same seed gives the same patients in every arm of a population.
    populations : mapping of str to Population, optional
        To use instead of those of the package, by name: a calibration changes their parameters.
    threads : int, optional
    switches : mapping of str to bool, optional
        Mechanisms turned off or on.

    Returns
    -------
    Simulation
    """
    arm = planned.arm
    known = (populations or {}).get(arm.like)
    return simulate(
        None if arm.regimen == UNTREATED else arm.regimen,
        population=enrolled(known or load_population(arm.like), arm.entry),
        patients=patients,
        seed=seed,
        times=planned.times,
        covariates=dict(arm.covariates),
        outputs=planned.outputs,
        allow_extreme=True,  # trials of months go past a guard against slips
        threads=threads,
        switches=switches,
    )


def enrolled(population: Population, entry: tuple[Entry, ...]) -> Population:
    """Return a population whose baseline count follows the entry criteria.

    A trial that takes counts up to a limit enrols counts up to there, not the population's own; the median
    keeps its place between the bounds (assumed; E195: a median of 18.1 at a limit of 30e9/L). Other criteria
    choose among the patients, see `entered`.

    Examples
    --------
    >>> from ivigsim.evidence.rows import Entry
    >>> adults = enrolled(load_population("adult-chronic"), (Entry("baseline_platelets", "<=", 30),))
    >>> adults.covariates["baseline_platelets"].high
    30.0
    """
    spread = population.covariates["baseline_platelets"]
    limits = {e.comparison: float(e.value) for e in entry if e.covariate == "baseline_platelets"}
    if not limits or not isinstance(spread, LogitNormal):
        return population
    high = limits.get("<=", spread.high)
    low = limits.get(">=", min(spread.low, high / 10))
    share = (spread.median - spread.low) / (spread.high - spread.low)
    changed = spread.model_copy(update={"low": low, "high": high, "median": low + share * (high - low)})
    return population.model_copy(
        update={"covariates": population.covariates | {"baseline_platelets": changed}}
    )


def entered(row: Row, sim: Simulation) -> NDArray[np.bool_]:
    """Say which patients of a simulation meet the entry criteria of a row, shape (patients,)."""
    criteria = [entry for entry in row.entry if entry.covariate != "baseline_platelets"]
    inside = np.ones(len(sim.failed), dtype=np.bool_)
    for entry in criteria:
        inside &= entry.met(sim.patients[entry.covariate].to_numpy())
    return inside


def row_values(row: Row, sims: Mapping[Arm, Simulation]) -> tuple[Floats, ...]:
    """Read a row in each patient of its arm, and of the arm it is compared with, if there is one.

    Returns
    -------
    tuple of ndarray
        Values of those who entered and count; see `ivigsim.evidence.endpoints.patient_values`.
    """
    found = []
    for arm in arms_of(row):
        values = patient_values(row, sims[arm])
        found.append(values[entered(row, sims[arm]) & ~np.isnan(values)])
    return tuple(found)
