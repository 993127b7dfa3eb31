"""A checked request: whom to treat with what, and the patients' courses, chunk by chunk over threads."""

from __future__ import annotations

import os
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypedDict, TypeVar, Unpack

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
from ivigsim.patients.spreads import Probability
from ivigsim.progress import BAR_FROM, progress_bar
from ivigsim.treatment import DoseTable, Regimen, as_doses

Floats = NDArray[np.float64]
T = TypeVar("T")

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


@dataclass(frozen=True)
class Run:
    """A checked request, and the work on its patients.

    Attributes
    ----------
    treatment : Regimen, DoseTable or None
    inputs : tuple of str
        Dose inputs that someone gets.
    regimen : str
        The treatment in words.
    population : Population
    patients, seed : int
    grid : ndarray, shape (T,)
        Output times (d).
    covariates, switches : dict
        Covariates fixed for everyone, and all switches.
    outputs : tuple of str
    options : SolverOptions
    allow_extreme : bool
    threads, chunk : int
    """

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
        """Simulate all patients, chunk after chunk."""
        return self.in_chunks(self._solve, self.regimen)

    def in_chunks(
        self, work: Callable[[Integrator, int, int], T], label: str, least: int = BAR_FROM
    ) -> Iterator[T]:
        """Do some work on all patients, chunk after chunk over threads, a few ahead of the reader.

        Parameters
        ----------
        work : callable
            From an integrator that is its own for the time, the number of the first patient and their count
            to a result.
        label : str
            Of the progress bar.
        least : int
            Patients from which on there is a bar.

        Yields
        ------
        result of `work`
            In the order of the patients. What is not read is not begun, or cancelled.
        """
        starts = range(0, self.patients, self.chunk)
        threads = min(self.threads, len(starts))
        idle: SimpleQueue[Integrator] = SimpleQueue()
        for _ in range(threads):
            idle.put(Integrator(self.outputs, self.options, self.inputs))

        def solve(start: int, count: int) -> T:
            integrator = idle.get()
            try:
                return work(integrator, start, count)
            finally:
                idle.put(integrator)

        ahead: deque[tuple[int, Future[T]]] = deque()
        with ThreadPoolExecutor(threads) as pool, progress_bar(label, self.patients, least) as advance:
            try:
                for start in starts:
                    count = min(self.chunk, self.patients - start)
                    ahead.append((count, pool.submit(solve, start, count)))
                    while ahead and (len(ahead) > 2 * threads or start == starts[-1]):
                        count, future = ahead.popleft()
                        found = future.result()
                        advance(count)
                        yield found
            finally:
                for _, future in ahead:
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


def prepare(treatment: Any, **given: Unpack[Settings]) -> Run:
    """Check everything before the first patient is simulated.

    Parameters
    ----------
    treatment, **given
        As for `ivigsim.simulate`.

    Returns
    -------
    Run

    Warns
    -----
    UserWarning
        For a treatment that cannot act, in the name of the function that called the caller.

    Raises
    ------
    InputError
        For anything that is not accepted, with what is.

    Examples
    --------
    >>> run = prepare("IVIG 1 g/kg daily x2", patients=50, days=7)
    >>> run.inputs, run.patients, len(run.grid)
    (('IVIG',), 50, 8)
    """
    population = given.get("population", "adult-chronic")
    if not isinstance(population, Population):
        population = load_population(population if isinstance(population, Path) else str(population))
    patients = check_whole("patients", given.get("patients", 1000), 1, 10**9)
    grid = check_grid(given.get("days"), given.get("times"))
    allow_extreme = check_flag("allow_extreme", given.get("allow_extreme", False))
    threads = check_whole("threads", _given(given, "threads", processors()), 1, 1024)
    tolerance = check_tolerance(given.get("tolerance", 1e-6))
    if not population.disease:
        # the error is relative to the largest state: with a normal count, platelets dwarf the rest
        tolerance = max(tolerance * 0.01, 1e-14)
    doses, regimen = as_doses(
        treatment, np.ones(1), patients, allow_extreme or not _is_table(treatment), height_cm=np.ones(1)
    )
    run = Run(
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
    for note in check_can_act(doses, {**_same_in_all(population), **run.covariates}, float(grid[-1])):
        warnings.warn(note, UserWarning, stacklevel=3)
    # absolute doses depend on each patient's size: refuse an absurd one now, not in the middle of the run
    step = 100_000 if run.by_size else patients
    for start in range(0, patients, step):
        run.doses(start, min(step, patients - start))
    return run


def _same_in_all(population: Population) -> dict[str, bool]:
    """Return the covariates that a population gives to everyone or to no one."""
    spreads = population.covariates.items()
    chances = {name: spread.probability for name, spread in spreads if isinstance(spread, Probability)}
    return {name: chance == 1 for name, chance in chances.items() if chance in (0, 1)}


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


def processors() -> int:
    """Return the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
