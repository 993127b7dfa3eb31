"""The main door: a treatment and a population in, a simulation out, chunk by chunk over threads."""

from __future__ import annotations

import os
import warnings
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from ivigsim.checks import (
    check_can_act,
    check_flag,
    check_grid,
    check_outputs,
    check_switches,
    check_tolerance,
    check_whole,
)
from ivigsim.engine.integrator import Integrator, SolverOptions
from ivigsim.engine.schedule import Doses
from ivigsim.engine.simulation import OUTPUTS, Simulation
from ivigsim.model.parameters import switches as default_switches
from ivigsim.patients.covariates import check_covariates
from ivigsim.patients.population import Population, load_population
from ivigsim.patients.sampling import Draw
from ivigsim.progress import progress_bar
from ivigsim.treatment import DoseTable, Regimen, as_doses

Floats = NDArray[np.float64]

CHUNK = 1024
"""Patients per unit of work: enough to outweigh Python's share, few enough to bound memory."""


class Settings(TypedDict, total=False):
    """The keyword arguments of `simulate`."""

    population: str | Path | Population
    patients: int
    seed: int
    days: int | None
    times: Sequence[float] | Floats | None
    covariates: Mapping[str, object] | None
    switches: Mapping[str, bool] | None
    outputs: Sequence[str]
    tolerance: float
    allow_extreme: bool
    threads: int | None
    chunk: int | None


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
    run = _prepare(
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
    return _prepare(treatment, **settings).chunks()


@dataclass(frozen=True)
class _Run:
    """A checked request."""

    treatment: Regimen | DoseTable | None
    inputs: tuple[str, ...]
    regimen: str
    population: Population
    patients: int
    seed: int
    grid: Floats
    covariates: dict[str, Any]
    switches: dict[str, bool]
    outputs: tuple[str, ...]
    options: SolverOptions
    allow_extreme: bool
    threads: int
    chunk: int

    def chunks(self) -> Iterator[Simulation]:
        """Solve chunk after chunk, a few ahead of the reader."""
        idle: SimpleQueue[Integrator] = SimpleQueue()
        threads = min(self.threads, -(-self.patients // self.chunk))
        for _ in range(threads):
            idle.put(Integrator(self.outputs, self.options, self.inputs))

        def solve(start: int) -> Simulation:
            integrator = idle.get()
            try:
                return self._solve(integrator, start, min(self.chunk, self.patients - start))
            finally:
                idle.put(integrator)

        ahead: deque[Future[Simulation]] = deque()
        starts = iter(range(0, self.patients, self.chunk))
        with ThreadPoolExecutor(threads) as pool, progress_bar(self.regimen, self.patients) as advance:
            try:
                for start in starts:
                    ahead.append(pool.submit(solve, start))
                    if len(ahead) > 2 * threads:
                        part = ahead.popleft().result()
                        advance(len(part))
                        yield part
                while ahead:
                    part = ahead.popleft().result()
                    advance(len(part))
                    yield part
            finally:
                for future in ahead:
                    future.cancel()

    def _solve(self, integrator: Integrator, start: int, count: int) -> Simulation:
        people = self.draw(start, count).patients()
        pace = people.values["immune_loss"]
        found = integrator.solve(people.values, self.doses(start, count), self.grid, pace)
        return self.simulation(start, count, found.outputs, found.failures)

    def doses(self, start: int, count: int) -> Doses | None:
        """Doses of some patients, in the model's units."""
        if self.treatment is None:
            return None
        if isinstance(self.treatment, Regimen):
            weights, heights = self.draw(start, count).sizes() if self.by_size else (np.ones(1), None)
            table = self.treatment.doses(weights, heights, allow_extreme=self.allow_extreme)
            return _doses(table, self.inputs)
        return _doses(self.treatment, self.inputs).rows(slice(start, start + count))

    @property
    def by_size(self) -> bool:
        """Whether doses per kg or per m2 differ between patients."""
        return isinstance(self.treatment, Regimen) and not all(c.per_kg for c in self.treatment.courses)

    def draw(self, start: int, count: int) -> Draw:
        """Patients by their numbers."""
        return Draw(self.population, start, count, self.seed, self.covariates, self.switches)

    def simulation(
        self, start: int, count: int, outputs: dict[str, Floats], failures: dict[int, str]
    ) -> Simulation:
        """Pack results."""
        return Simulation(
            time=self.grid,
            outputs=outputs,
            failures=failures,
            regimen=self.regimen,
            population=self.population.name,
            seed=self.seed,
            switches=self.switches,
            source=self.draw(start, count),
            doses=self.doses(start, count),
        )


def _prepare(treatment: Any, **given: Unpack[Settings]) -> _Run:
    """Check everything before the first patient is drawn."""
    population = given.get("population", "adult-chronic")
    if not isinstance(population, Population):
        population = load_population(population if isinstance(population, Path) else str(population))
    patients = check_whole("patients", given.get("patients", 1000), 1, 10**9)
    grid = check_grid(given.get("days"), given.get("times"))
    allow_extreme = check_flag("allow_extreme", given.get("allow_extreme", False))
    threads = check_whole("threads", _given(given, "threads", _processors()), 1, 1024)
    tolerance = check_tolerance(given.get("tolerance", 1e-6))
    if not population.disease:
        # the error is relative to the largest state: with a normal count, platelets dwarf the rest
        tolerance = max(tolerance * 0.01, 1e-14)
    doses, regimen = as_doses(
        treatment, np.ones(1), patients, allow_extreme or not _is_table(treatment), height_cm=np.ones(1)
    )
    run = _Run(
        treatment=regimen or doses,
        inputs=() if doses is None else _inputs_given(doses),
        regimen=str(regimen or ("untreated" if doses is None else "event table")),
        population=population,
        patients=patients,
        seed=check_whole("seed", given.get("seed", 1), 0, 2**63 - 1),
        grid=grid,
        covariates=check_covariates(given.get("covariates") or {}, population.accepted),
        switches=check_switches(given.get("switches") or {}, default_switches()),
        outputs=check_outputs(given.get("outputs", tuple(OUTPUTS))),
        options=SolverOptions(tolerance=tolerance),
        allow_extreme=allow_extreme,
        threads=threads,
        chunk=check_whole("chunk", _given(given, "chunk", _chunk(patients, threads)), 1, 10**6),
    )
    for note in check_can_act(run.inputs, run.covariates):
        warnings.warn(note, UserWarning, stacklevel=3)
    # absolute doses depend on each patient's size: refuse an absurd one now, not in the middle of the run
    step = 100_000 if run.by_size else patients
    for start in range(0, patients, step):
        run.doses(start, min(step, patients - start))
    return run


def _inputs_given(table: DoseTable) -> tuple[str, ...]:
    """Name the dose inputs that someone gets."""
    return tuple(table.inputs[i] for i in np.unique(table.target[table.amount > 0]))


def _doses(table: DoseTable, inputs: tuple[str, ...]) -> Doses:
    """Count the inputs given, not all there are: the solver leaves out the others."""
    place = np.array([inputs.index(name) if name in inputs else 0 for name in table.inputs])
    return Doses(place[table.target], table.time_d, table.amount, table.duration_d, inputs)


def _given(settings: Settings, name: str, default: int) -> object:
    """Return a setting, or the default when it is None: 0 is a value, to be refused."""
    value = settings.get(name)
    return default if value is None else value


def _chunk(patients: int, threads: int) -> int:
    """Patients per unit of work: every thread gets some, in whole batches of lanes."""
    lanes = SolverOptions.lanes
    return min(CHUNK, -(-patients // (threads * lanes)) * lanes)


def _is_table(treatment: Any) -> bool:
    return not isinstance(treatment, str | list | tuple | Regimen)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
