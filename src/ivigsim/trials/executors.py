"""Where the jobs of a trial are done: here, in processes of this machine, or on a Dask cluster."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from ivigsim.errors import InputError
from ivigsim.trials.executor_work import Done, do
from ivigsim.trials.jobs import Job, Work


def _say(text: str) -> None:
    sys.stderr.write(f"Note: {text}\n")


def execute(
    jobs: Sequence[Job],
    work: Work,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    on_done: Callable[[Job, Done], None],
    note: Callable[[str], None] = _say,
) -> None:
    """Do jobs; what comes of them does not depend on where, nor on how many at once.

    Parameters
    ----------
    jobs : sequence of Job
    work : callable
        From a job to its tables; for processes and clusters it must be picklable. Each process does one job
        at a time, so it should use one thread there.
    workers : int
        Processes of this machine; 1 works in this one.
    scheduler : str, optional
        Address of a Dask scheduler to do the work instead.
    on_done : callable
        Called in this process with each job and what came of it, as they end. Few jobs are under way at
        any time, so memory stays small however many there are.
    note : callable
        Called with a sentence that someone who waits should read.

    Raises
    ------
    InputError
        For a number of workers below 1, workers and a scheduler together, or a cluster that cannot be used.
    JobsLost
        When the workers of a job ended three times (four on Dask).
    KeyboardInterrupt
        After Ctrl-C, once the jobs that processes are at have ended and were handed on; a second Ctrl-C
        does not wait for them. From a cluster, what has ended is handed on.

    Examples
    --------
    >>> import polars as pl
    >>> def work(job):
    ...     return {"patients": pl.DataFrame({"patient": range(job.start, job.start + job.count)})}
    >>> jobs = [Job(arm=0, replicate=0, start=0, count=2), Job(arm=0, replicate=0, start=2, count=1)]
    >>> execute(jobs, work, on_done=lambda job, done: print(job.name, done.patients))
    arm-0_rep-0000_000000000 2
    arm-0_rep-0000_000000002 1
    """
    if workers < 1:
        raise InputError(f"workers is {workers}; accepted: a whole number from 1")
    if scheduler is not None:
        if workers > 1:
            raise InputError(
                "--workers and --scheduler do not go together; accepted: one of them (a cluster has its"
                " own workers)"
            )
        from ivigsim.trials.executor_dask import on_cluster

        on_cluster(jobs, work, scheduler, on_done, note)
    elif workers > 1:
        from ivigsim.trials.executor_pool import in_processes

        in_processes(jobs, work, min(workers, max(1, len(jobs))), on_done, note)
    else:
        for job in jobs:
            on_done(job, do(work, job))
