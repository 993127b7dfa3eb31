"""The work of a job: simulate its patients and put what was found into tables."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import local
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ivigsim.engine.integrator import Integrator, SolverOptions
from ivigsim.patients.population import Population
from ivigsim.trials.conduct import Conducted, conduct, outputs_of
from ivigsim.trials.dosing import Dosing
from ivigsim.trials.jobs import Job
from ivigsim.trials.scenario import Scenario

if TYPE_CHECKING:
    import polars as pl

Tables = "dict[str, pl.DataFrame]"

_PART = 1024  # patients simulated at once: few enough to stay in the processor's caches
_SHOWN = (
    "age_years",
    "sex",
    "weight_kg",
    "baseline_platelets",
    "baseline_igg",
    "anti_gpib",
    "splenectomised",
)


@dataclass(frozen=True)
class TrialWork:
    """The work on the jobs of a trial; small and picklable, so that any process can do it.

    Attributes
    ----------
    scenario : Scenario
    populations : tuple of Population
        Of the scenario's groups, see `ivigsim.trials.cohort.populations_of`.
    threads : int
        Within a job. Results do not depend on it.

    Examples
    --------
    >>> from ivigsim.trials.cohort import populations_of
    >>> from ivigsim.trials.loading import example, read_scenario
    >>> scenario = read_scenario(example("two-schedules"))
    >>> work = TrialWork(scenario, populations_of(scenario))
    >>> tables = work(Job(arm=0, replicate=0, start=0, count=8))
    >>> tables["patients"].height
    8
    """

    scenario: Scenario
    populations: tuple[Population, ...]
    threads: int = 1

    def __call__(self, job: Job) -> dict[str, pl.DataFrame]:
        """Do one job.

        Returns
        -------
        dict of str to polars.DataFrame
            "patients", one row each, and "courses", one per patient and output, when the trial keeps them.
        """
        import polars as pl

        parts = list(self._parts(job))
        return {name: pl.concat([part[name] for part in parts]) for name in parts[0]}

    def _parts(self, job: Job) -> Iterator[dict[str, pl.DataFrame]]:
        scenario, populations = self.scenario, self.populations
        own = local()

        def part(start: int) -> dict[str, pl.DataFrame]:
            if not hasattr(own, "integrator"):
                own.integrator = integrator_of(scenario, job.arm)
            count = min(_PART, job.start + job.count - start)
            first = first_patient(scenario, job.arm, job.replicate) + start
            found = conduct(scenario, populations, job.arm, first, count, own.integrator)
            return tables_of(found, job, start)

        starts = range(job.start, job.start + job.count, _PART)
        if self.threads == 1:
            yield from map(part, starts)
            return
        with ThreadPoolExecutor(self.threads) as pool:
            yield from pool.map(part, starts)


def first_patient(scenario: Scenario, arm: int, replicate: int) -> int:
    """Return the number of the first patient of an arm: the same in every arm of a paired trial.

    Examples
    --------
    >>> from ivigsim.trials.loading import example, read_scenario
    >>> parallel = read_scenario(example("two-schedules"))
    >>> [first_patient(parallel, arm, replicate) for replicate in (0, 1) for arm in (0, 1)]
    [0, 100, 200, 300]
    """
    arms = 1 if scenario.design == "paired" else len(scenario.arms)
    return (replicate * arms + (0 if scenario.design == "paired" else arm)) * scenario.size


def integrator_of(scenario: Scenario, arm: int) -> Integrator:
    """Compile the model for what an arm and its rules may give."""
    inputs = Dosing(scenario.arms[arm], scenario.rules_of(arm), {}).inputs
    return Integrator(outputs_of(scenario), SolverOptions(), inputs)


def tables_of(found: Conducted, job: Job, start: int) -> dict[str, pl.DataFrame]:
    """Put what was found into the tables of a job."""
    import polars as pl

    scenario, cohort, seen = found.cohort.scenario, found.cohort, found.seen
    count = cohort.count
    failed = np.zeros(count, dtype=np.bool_)
    failed[list(found.failures)] = True
    number = number_of(scenario, job.arm, start, count)
    covariates, _ = cohort.people
    keys: dict[str, Any] = {
        "arm": [scenario.arms[job.arm].name] * count,
        "replicate": np.full(count, job.replicate, dtype=np.int32),
        "patient": number,
        "failed": failed,
        "population": np.array(names_of(scenario))[cohort.group],
    }
    keys |= {name: covariates[name] for name in _SHOWN}
    measured: dict[str, Any] = {
        "dropped_out_d": _day(cohort.left, scenario.days),
        "rescued_d": _day(seen.rescued, scenario.days),
        "rescues": found.rescues.astype(np.int32),
        "bleeds": found.bleeds.astype(np.int32),
        "infusions": found.infusions.astype(np.int32),
        "ivig_g": found.ivig_g,
        "baseline_1e9_per_l": seen.counts[:, 0],
    }
    for day in scenario.kept_counts:
        measured[f"count_day_{day:g}"] = seen.counts[:, int(np.flatnonzero(seen.nominal == day)[0])]
    for endpoint in scenario.endpoints:
        measured |= endpoint.columns(seen)
    people = pl.DataFrame(keys).hstack(_without_failed(measured, failed))
    if not scenario.keep_courses:
        return {"patients": people}
    return {"patients": people, "courses": _courses(found, keys)}


def names_of(scenario: Scenario) -> list[str]:
    """Return what to call the groups of patients: their population, and what is fixed where two share one.

    Examples
    --------
    >>> from ivigsim.trials.loading import example, read_scenario
    >>> names_of(read_scenario(example("emergency")))
    ['adult-chronic', 'adult-new']
    """
    names = [group.name for group in scenario.populations]
    found = []
    for place, group in enumerate(scenario.populations):
        fixed = ", ".join(f"{name} {value}" for name, value in group.covariates.items())
        twice = names.count(group.name) > 1
        found.append(f"{group.name} {place + 1} ({fixed or 'as it is'})" if twice else group.name)
    return found


def number_of(scenario: Scenario, arm: int, start: int, count: int) -> NDArray[np.int64]:
    """Return the numbers of patients within a replicate; arms of a parallel trial share none."""
    offset = 0 if scenario.design == "paired" else arm * scenario.size
    return np.arange(offset + start, offset + start + count, dtype=np.int64)


def _day(days: NDArray[np.float64], last: float) -> NDArray[np.float64]:
    return np.where(days <= last, days, np.nan)


def _without_failed(columns: dict[str, Any], failed: NDArray[np.bool_]) -> pl.DataFrame:
    """Blank what was computed for failed patients; a number that is none says not seen, or never."""
    import polars as pl

    frame = pl.DataFrame(columns).with_columns(pl.col(pl.Float64).fill_nan(None))
    if not failed.any():
        return frame
    keep = pl.Series(~failed)
    return frame.with_columns(pl.when(keep).then(pl.col(name)).alias(name) for name in frame.columns)


def _courses(found: Conducted, keys: dict[str, Any]) -> pl.DataFrame:
    """Return the courses in single precision, as long tables are: a row per patient and output."""
    import polars as pl

    times, count = len(found.grid), found.cohort.count
    columns: dict[str, Any] = {
        "arm": [*np.repeat(keys["arm"], times)],
        "replicate": np.repeat(keys["replicate"], times),
        "patient": np.repeat(keys["patient"], times),
        "time_d": np.tile(found.grid, count),
    }
    kept = {
        name: pl.Series(array.astype(np.float32).ravel()).fill_nan(None)
        for name, array in found.courses.items()
    }
    return pl.DataFrame(columns | kept)
