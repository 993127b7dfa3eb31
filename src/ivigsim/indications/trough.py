"""The dose for a target trough: bisection on the simulated trough at steady state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ivigsim.checks import check_whole
from ivigsim.errors import InputError, plain
from ivigsim.indications.definition import Indication
from ivigsim.indications.library import load_indication
from ivigsim.indications.plan import Plan
from ivigsim.indications.simulation import MAINTENANCE_D, MOST_PATIENTS, finished, plan_of
from ivigsim.run import simulate
from ivigsim.treatment.doses import largest_total
from ivigsim.treatment.drugs import Sourced, drug_named
from ivigsim.treatment.units import convert

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DoseForTrough:
    """The smallest dose, in whole mg/kg per interval, that brings enough patients to a trough.

    Attributes
    ----------
    target : float
        Trough (g/L) at steady state.
    share : float
        Share of patients who must be at or above it; 0.5 means the median.
    mg_per_kg : int
        What one interval gives.
    plan : Plan
        Maintenance alone with that dose.
    without, at_dose : float
        The trough (g/L) that this share of patients is at or above: untreated, and with the dose.
    simulations : int
        How many simulations it took.
    """

    target: float
    share: float
    mg_per_kg: int
    plan: Plan
    without: float
    at_dose: float
    simulations: int


def dose_for_trough(
    indication: str | Path | Indication,
    target: float,
    *,
    share: float = 0.5,
    dose: str | Plan | None = None,
    template: str | None = None,
    population: str | Path | None = None,
    patients: int = 1000,
    seed: int = 1,
    covariates: Mapping[str, object] | None = None,
    threads: int | None = None,
) -> DoseForTrough:
    """Find the dose per interval that brings patients to a trough at steady state.

    The dose is changed, its interval and how it is split over infusions are kept; loading is left out, since
    it does not change the steady state. The trough is that after a year.

    Parameters
    ----------
    indication : str, Path or Indication
    target : float
        Trough (g/L), 0.1 to 100.
    share : float
        Share of patients to be at or above it, 0.01 to 0.99; 0.5 sets the median.
    dose, template, population, patients, seed, covariates, threads
        As for `simulate_indication`; of the dose only interval and split are used.

    Returns
    -------
    DoseForTrough

    Raises
    ------
    InputError
        When no dose within the guard of 5 g/kg in 28 d reaches the target, or the body's own IgG does: the
        trough is said; or for anything else that is not accepted.

    Examples
    --------
    >>> from ivigsim.indications import dose_for_trough
    >>> found = dose_for_trough("pid", 5.0, patients=50)
    >>> found.without < 5.0 <= found.at_dose
    True
    """
    chosen = indication if isinstance(indication, Indication) else load_indication(indication)
    plan = plan_of(chosen, dose, template)
    plan.cycle_mg_per_kg()  # refuses what has no maintenance per kg
    target = _number("target trough", target, 0.1, 100.0, "g/L")
    share = _number("share", share, 0.01, 0.99, "a share of patients")
    check_whole("patients", patients, 1, MOST_PATIENTS)
    cycles = max(round(MAINTENANCE_D / plan.every_d), 2)
    end = cycles * plan.every_d
    simulations = 0

    def trough(mg_per_kg: int) -> float:
        nonlocal simulations
        simulations += 1
        sim = simulate(
            plan.maintenance_of(mg_per_kg).regimen(cycles) if mg_per_kg else None,
            population=population or chosen.population,
            patients=patients,
            seed=seed,
            times=[0.0, end],
            covariates={**chosen.covariates, **(covariates or {})},
            outputs=["igg"],
            threads=threads,
        )
        return float(np.quantile(finished(sim, "igg")[:, -1], 1.0 - share))

    without, most = trough(0), most_mg_per_kg(plan)
    if without >= target:
        raise InputError(
            f"a trough of {target:g} g/L needs no IVIG: untreated, {_whom(share)} at {without:.1f} g/L;"
            " accepted: a higher target"
        )
    highest = trough(most)
    if highest < target:
        raise InputError(
            f"a trough of {target:g} g/L cannot be reached: with {most / 1000:g} g/kg every"
            f" {plan.every_d:g} d, the most within {_guard_text()}, {_whom(share)} at {highest:.1f} g/L;"
            f" accepted: a target up to that (nearest: {np.floor(highest * 10) / 10:g})"
        )
    low, high, at_high = 0, most, highest
    while high - low > 1:  # the trough grows with the dose, so that the halves tell where the target lies
        middle = (low + high) // 2
        found = trough(middle)
        if found >= target:
            high, at_high = middle, found
        else:
            low = middle
    return DoseForTrough(target, share, high, plan.maintenance_of(high), without, at_high, simulations)


def most_mg_per_kg(plan: Plan) -> int:
    """Return the largest dose per interval (mg/kg) within the guard against slips: 5 g/kg in 28 d.

    Examples
    --------
    >>> from ivigsim.indications import read_plan
    >>> most_mg_per_kg(read_plan("1 g/kg every 28 d")), most_mg_per_kg(read_plan("1 g/kg every 21 d"))
    (5000, 2500)
    """
    amount, within = _guard()
    limit, window = convert(amount.value, amount.unit, "mg/kg"), convert(within.value, within.unit, "d")
    unit = plan.maintenance_of(1.0)
    doses = unit.regimen(max(round(2 * window / plan.every_d), 1) + 1).doses([70.0], allow_extreme=True)
    return int(limit / float(largest_total(doses.time_d, doses.amount, window)[0]) + 1e-6)


def _guard() -> tuple[Sourced, Sourced]:
    """Return the largest total of IVIG and the window it counts in, from the registry of drugs."""
    drug = drug_named("IVIG")
    if drug is None or drug.extreme is None or drug.extreme_window is None:
        raise ValueError("the registry of drugs has no guard for IVIG")
    return drug.extreme, drug.extreme_window


def _guard_text() -> str:
    amount, within = _guard()
    return f"the guard of {amount.value:g} {amount.unit} in {convert(within.value, within.unit, 'd'):g} d"


def _whom(share: float) -> str:
    return "the median patient is" if share == 0.5 else f"{100 * share:g}% of patients are at least"


def _number(name: str, value: object, low: float, high: float, what: str) -> float:
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise InputError(f"{name} is {value!r}; accepted: {what} from {low:g} to {high:g}")
    return float(value)
