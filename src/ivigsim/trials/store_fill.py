"""A run from what is stored to complete: the missing chunks are computed, whatever stopped it before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from time import perf_counter

from ivigsim.trials.executor_work import Done, JobsLost
from ivigsim.trials.executors import execute
from ivigsim.trials.jobs import Job, Work
from ivigsim.trials.progress import Pace, run_progress
from ivigsim.trials.store import RunStore
from ivigsim.trials.store_files import WriteFailed
from ivigsim.trials.store_writer import RunWriter


class Stopped(Exception):
    """A run ended before it was complete; the message says what is kept and how to go on.

    Attributes
    ----------
    code : int
        For the command line: 130 after Ctrl-C, else 1.
    """

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def fill(
    store: RunStore, jobs: Sequence[Job], work: Work, *, workers: int = 1, scheduler: str | None = None
) -> int:
    """Compute the chunks of a run that are not stored, and complete it.

    Parameters
    ----------
    store : RunStore
    jobs : sequence of Job
        All of the trial, as the run was made with.
    work : callable
        From a job to its tables.
    workers, scheduler
        See `executors.execute`.

    Returns
    -------
    int
        Number of chunks that were computed; 0 when the run was complete.

    Raises
    ------
    Stopped
        After Ctrl-C, a full disk, or lost workers. What was stored is kept and the same call goes on from it.
    InputError
        When another process writes the run, other versions began it, or the workers cannot be used.
    """
    if store.complete and not store.pending(jobs):
        return 0  # also from a folder that can only be read
    with store.writing() as writer:
        missing = store.pending(jobs)
        began = perf_counter()
        with _kept(store, writer):
            where = scheduler or (f"{workers} processes" if workers > 1 else "this process")
            writer.store.log.add("begun", {"missing": len(missing), "chunks": len(jobs), "by": where})
            _compute(writer, missing, work, workers, scheduler)
            writer.finish(jobs)
            writer.store.log.add("complete", {"seconds": round(perf_counter() - began, 3)})
    return len(missing)


def _compute(
    writer: RunWriter, missing: Sequence[Job], work: Work, workers: int, scheduler: str | None
) -> None:
    total = writer.store.record.patients
    pace = Pace(total, total - sum(job.count for job in missing))
    with run_progress(pace) as counted:

        def on_done(job: Job, done: Done) -> None:
            writer.write(
                job,
                done.tables,
                patients=done.patients,
                failed=done.failed,
                seconds=round(done.seconds, 3),
                worker=done.worker,
            )
            counted(done.patients, done.failed)

        execute(missing, work, workers=workers, scheduler=scheduler, on_done=on_done)


@contextmanager
def _kept(store: RunStore, writer: RunWriter) -> Iterator[None]:
    """Turn what can stop a run into a sentence on what is kept and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        raise _stopped(store, writer, "Stopped", "the same command goes on from there", 130) from None
    except WriteFailed as error:
        raise _stopped(
            store, writer, f"Error: {error}", "make space, and the same command goes on from there", 1
        ) from None
    except JobsLost as error:
        raise _stopped(store, writer, f"Error: {error}", "the same command goes on from there", 1) from None
    except MemoryError:
        why = "Error: memory ran out"
        raise _stopped(
            store, writer, why, "with fewer --workers the same command goes on from there", 1
        ) from None


def _stopped(store: RunStore, writer: RunWriter, why: str, how: str, code: int) -> Stopped:
    kept = len(store.log.chunks() if not store.complete else store.stored)
    with suppress(WriteFailed):  # a full disk has no room for it
        writer.store.log.add("stopped", {"why": why})
    chunks = f"{kept:,} of {store.record.chunks:,} chunks"
    return Stopped(f"{why}; {chunks} are kept in '{store.path}': {how}.", code)
