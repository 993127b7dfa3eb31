"""The simulation of an infusion plan: the plan's rate steps given to virtual patients of the same weight."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from ivigsim.products import InfusionPlan
from ivigsim.report.comparison import Comparison, Request, compare


def simulate_plan(
    plan: InfusionPlan,
    *,
    population: str = "adult-chronic",
    patients: int = 200,
    seed: int = 1,
    days: int = 60,
    allow_extreme: bool = False,
) -> Comparison:
    """Give the steps of a plan to virtual patients, all of the plan's weight.

    Parameters
    ----------
    plan : InfusionPlan
    population, patients, seed, days, allow_extreme
        As for `ivigsim.simulate`.

    Returns
    -------
    Comparison
        With one arm.

    Raises
    ------
    InputError
        For anything that is not accepted.
    RunFailed
        When no patient finished.

    Examples
    --------
    >>> from ivigsim.products import infusion_plan
    >>> simulate_plan(infusion_plan("Privigen", 70, "1 g/kg daily x2"), patients=10, days=14).arms[0].regimen
    'Privigen 10%, IVIG 1 g/kg daily x2, in the steps of the plan'
    """
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "plan.csv"
        plan.event_table().write_csv(table)
        request = Request(
            (table,),
            population=population,
            patients=patients,
            seed=seed,
            days=days,
            covariates={"weight_kg": plan.weight.actual_kg},
            allow_extreme=allow_extreme,
        )
        found = compare(request)
    arm = replace(found.arms[0], regimen=f"{plan.name}, {plan.dose}, in the steps of the plan")
    return replace(found, arms=(arm,))
