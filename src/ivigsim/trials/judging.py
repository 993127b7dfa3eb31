"""Judge stored courses by other endpoints: nothing is simulated again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ivigsim.errors import InputError
from ivigsim.trials.cohort import Cohort, populations_of
from ivigsim.trials.conduct import grid_of
from ivigsim.trials.endpoints import Seen
from ivigsim.trials.jobs import Job, jobs_of
from ivigsim.trials.loading import stored_scenario
from ivigsim.trials.scenario import Scenario
from ivigsim.trials.store import COURSES, PATIENTS, RunStore
from ivigsim.trials.work import first_patient

if TYPE_CHECKING:
    import polars as pl

MAY_DIFFER = (
    *("title", "description", "endpoints", "primary", "reference", "level", "cost", "power"),
    *("keep_counts", "guidance"),
)
"""Keys of a scenario that say how a trial is judged, not what happens in it."""


def judged(scenario: Scenario, run: Path, folder: Path) -> pl.DataFrame:
    """Return the patients of a stored run, judged by the endpoints of a scenario.

    Counts are those that the run's visits saw, assay error included: random numbers are keyed, so the same
    errors come out again. Courses are stored in single precision, which moves a count by less than 1e-7.

    Parameters
    ----------
    scenario : Scenario
        As the run's, but for `MAY_DIFFER`.
    run : Path
        Folder of a complete run that keeps its courses.
    folder : Path
        Where population files of the scenario lie.

    Raises
    ------
    InputError
        When the run keeps no courses, is not complete, or is of another trial.
    """
    import polars as pl

    store = RunStore.open(run)
    before = stored_scenario(store.scenario)
    if not before.keep_courses:
        raise InputError(f"'{run}' keeps no courses; accepted: a run whose scenario has keep_courses: true")
    other = {key for key in Scenario.model_fields if key not in MAY_DIFFER}
    for key in sorted(other - {"keep_courses"}):
        if getattr(before, key) != getattr(scenario, key):
            raise InputError(
                f"{key} is not that of the run '{run}'; accepted: a scenario that differs only in"
                f" {', '.join(MAY_DIFFER)}"
            )
    people = store.scan(PATIENTS).collect()
    courses = store.scan(COURSES).select("platelets").collect()["platelets"].to_numpy()
    jobs = jobs_of(len(before.arms), before.replicates, before.size)
    parts, row = [], 0
    for job in jobs:
        table = people.slice(row, job.count)
        counts = courses[row * _times(before) : (row + job.count) * _times(before)]
        parts.append(_judged(scenario, before, folder, job, table, counts.reshape(job.count, -1)))
        row += job.count
    return pl.concat(parts)


def _times(scenario: Scenario) -> int:
    return len(grid_of(scenario))


def _judged(
    scenario: Scenario, before: Scenario, folder: Path, job: Job, table: pl.DataFrame, platelets: Any
) -> pl.DataFrame:
    import polars as pl

    first = first_patient(before, job.arm, job.replicate) + job.start
    cohort = Cohort(before, populations_of(before, folder), job.arm, first, job.count)
    grid = grid_of(before)
    counts = np.full(cohort.days.shape, np.nan)
    for visit in range(len(cohort.nominal)):
        at = np.searchsorted(grid, cohort.days[:, visit])
        true = platelets[np.arange(job.count), at].astype(np.float64)
        here = cohort.days[:, visit] < cohort.left
        counts[here, visit] = cohort.measured(true, visit)[here]
    rescued = table["rescued_d"].fill_null(np.inf).to_numpy()
    seen = Seen(cohort.nominal, cohort.days, counts, cohort.left, rescued)
    columns: dict[str, Any] = {}
    for day in scenario.kept_counts:
        columns[f"count_day_{day:g}"] = counts[:, int(np.flatnonzero(seen.nominal == day)[0])]
    for endpoint in scenario.endpoints:
        columns |= endpoint.columns(seen)
    found = pl.DataFrame(columns).with_columns(pl.col(pl.Float64).fill_nan(None))
    keep = ~table["failed"]
    found = found.with_columns(pl.when(keep).then(pl.col(name)).alias(name) for name in found.columns)
    old = {name for name in table.columns if name.startswith("count_day_")}
    old |= {name for endpoint in before.endpoints for name in endpoint.names}
    return table.drop(old).hstack(found)
