"""The main door: a treatment and a population in, a simulation out, chunk by chunk over threads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from ivigsim.engine.simulation import OUTPUTS, Simulation
from ivigsim.patients.population import Population
from ivigsim.request import Floats, Settings, prepare


def simulate(
    treatment: Any = None,
    *,
    population: str | Path | Population = "adult-chronic",
    patients: int = 1000,
    seed: int = 1,
    days: int | None = None,
    times: Sequence[float] | Floats | None = None,
    covariates: Mapping[str, object] | None = None,
    switches: Mapping[str, bool] | None = None,
    outputs: Sequence[str] = tuple(OUTPUTS),
    tolerance: float = 1e-6,
    allow_extreme: bool = False,
    threads: int | None = None,
    chunk: int | None = None,
) -> Simulation:
    """Simulate virtual patients under a treatment.

    Parameters
    ----------
    treatment : str, list of str, Regimen, event table or None
        A dose phrase such as "IVIG 1 g/kg daily x2", several given together, a table in NONMEM columns
        (polars, pandas or the path of a CSV file), or None for an untreated course.
    population : str, Path or Population
        Name of a population, see `ivigsim.population_names`, or the path of a TOML file of your own.
    patients : int
        How many.
    seed : int
        The same seed gives the same patients, whatever the chunks and threads.
    days : int, optional
        Output every day from 0 to here; 60 when neither `days` nor `times` is given.
    times : sequence of float, optional
        Output times (d) instead of `days`, increasing, from 0 on.
    covariates : mapping, optional
        Covariates fixed for everyone, for example ``{"splenectomised": True, "weight_kg": 20}``.
    switches : mapping, optional
        Mechanisms turned off or on, for example ``{"fc_gamma_blockade": False}``.
    outputs : sequence of str
        What to keep; any variable of the model by its id. Others are not stored.
    tolerance : float
        Local error of the solver per step, 1e-14 to 1e-3.
    allow_extreme : bool
        Take doses above the guard against slips (IVIG above 5 g/kg within 28 days).
    threads : int, optional
        Default: one per processor this process may use.
    chunk : int, optional
        Patients per unit of work; by default 1024, fewer when that would leave a thread idle. Results do not
        depend on it.

    Returns
    -------
    Simulation

    Raises
    ------
    InputError
        For anything that is not accepted, with what is.

    Examples
    --------
    >>> import ivigsim
    >>> sim = ivigsim.simulate("IVIG 1 g/kg daily x2", patients=100, seed=1, days=7)
    >>> bool((sim["platelets"].max(axis=1) >= 50).mean() > 0.5)
    True
    """
    run = prepare(
        treatment,
        population=population,
        patients=patients,
        seed=seed,
        days=days,
        times=times,
        covariates=covariates,
        switches=switches,
        outputs=outputs,
        tolerance=tolerance,
        allow_extreme=allow_extreme,
        threads=threads,
        chunk=chunk,
    )
    kept = {name: np.empty((run.patients, len(run.grid))) for name in run.outputs}
    failures: dict[int, str] = {}
    done = 0
    for part in run.chunks():
        for name, array in kept.items():
            array[done : done + len(part)] = part[name]
        failures |= {done + row: reason for row, reason in part.failures.items()}
        done += len(part)
    return run.simulation(0, run.patients, kept, failures)


def simulate_chunks(treatment: Any = None, **settings: Unpack[Settings]) -> Iterator[Simulation]:
    """Simulate as `simulate` does, but hand over one chunk of patients at a time: memory stays bounded.

    Parameters
    ----------
    treatment, **settings
        As for `simulate`.

    Returns
    -------
    iterator of Simulation
        Each holds the next `chunk` patients. Wrong input is raised at once, not at the first chunk.

    Examples
    --------
    >>> import ivigsim
    >>> parts = ivigsim.simulate_chunks("IVIG 1 g/kg", patients=50, chunk=20, days=7, outputs=["platelets"])
    >>> [len(part) for part in parts]
    [20, 20, 10]
    """
    return prepare(treatment, **settings).chunks()
