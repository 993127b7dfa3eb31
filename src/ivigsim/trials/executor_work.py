"""One job done: its tables as Parquet in memory, small to send and quick to write."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter

from ivigsim.errors import InputError
from ivigsim.trials.jobs import Job, Work
from ivigsim.trials.store_parquet import Packed, pack
from ivigsim.trials.store_versions import different, versions


@dataclass(frozen=True)
class Done:
    """What came of a job.

    Attributes
    ----------
    tables : mapping of str to Packed
        By kind, "patients" always.
    patients, failed : int
        How many patients, and how many of them could not be simulated.
    seconds : float
        Time of the work.
    worker : str
        Machine and number of the process that did it.
    """

    tables: Mapping[str, Packed]
    patients: int
    failed: int
    seconds: float
    worker: str


class JobsLost(RuntimeError):
    """Workers ended, or could not be reached, time after time; the message is one sentence."""


def do(work: Work, job: Job) -> Done:
    """Do a job and pack what came of it.

    Examples
    --------
    >>> import polars as pl
    >>> done = do(lambda job: {"patients": pl.DataFrame({"failed": [False, True]})}, Job(0, 0, 0, 2))
    >>> done.patients, done.failed
    (2, 1)
    """
    began = perf_counter()
    tables = work(job)
    people = tables["patients"]
    failed = int(people["failed"].sum()) if "failed" in people.columns else 0
    packed = {kind: pack(table) for kind, table in tables.items()}
    name = f"{socket.gethostname()}:{os.getpid()}"
    return Done(packed, people.height, failed, perf_counter() - began, name)


def do_as_here(work: Work, job: Job, here: Mapping[str, str]) -> Done:
    """Do a job in another process, if that gives the same bytes as in the one with the versions `here`.

    Raises
    ------
    InputError
        When the worker has other versions, or its code was edited since the run began.
    """
    if other := different(versions(), here):
        raise InputError(
            f"a worker has other versions than the process that sends it work ({other}), so its results would"
            " not be the same; accepted: the same versions everywhere"
        )
    return do(work, job)


def names(jobs: list[Job]) -> str:
    """Return the names of jobs for a sentence.

    Examples
    --------
    >>> names([Job(0, 0, start, 10) for start in range(0, 50, 10)])
    'arm-0_rep-0000_000000000, arm-0_rep-0000_000000010, arm-0_rep-0000_000000020 and 2 more'
    """
    more = f" and {len(jobs) - 3} more" if len(jobs) > 3 else ""
    return ", ".join(job.name for job in jobs[:3]) + more
