"""What a trial is cut into: one job is some patients of one arm in one replicate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

PATIENTS_PER_JOB = 8192
"""Patients per job and stored file: seconds of work, a few MB of memory."""

Work = Callable[["Job"], "dict[str, pl.DataFrame]"]
"""From a job to its tables by name: "patients" always, "courses" when a trial keeps them. Picklable."""


@dataclass(frozen=True)
class Job:
    """Some patients of one arm in one replicate.

    Attributes
    ----------
    arm, replicate : int
        Their places, from 0.
    start, count : int
        Number of the first patient within the arm, from 0, and how many.
    """

    arm: int
    replicate: int
    start: int
    count: int

    @property
    def name(self) -> str:
        """Stem of the job's files.

        Examples
        --------
        >>> Job(arm=0, replicate=2, start=8192, count=100).name
        'arm-0_rep-0002_000008192'
        """
        return f"arm-{self.arm}_rep-{self.replicate:04d}_{self.start:09d}"


def jobs_of(arms: int, replicates: int, size: int, per_job: int = PATIENTS_PER_JOB) -> tuple[Job, ...]:
    """Cut a trial into jobs, in the order in which they are stored.

    Parameters
    ----------
    arms, replicates, size : int
        Size is the number of patients per arm and replicate.
    per_job : int
        Most patients of a job.

    Examples
    --------
    >>> [job.count for job in jobs_of(arms=2, replicates=1, size=10_000)]
    [8192, 1808, 8192, 1808]
    """
    return tuple(
        Job(arm, replicate, start, min(per_job, size - start))
        for replicate in range(replicates)
        for arm in range(arms)
        for start in range(0, size, per_job)
    )
