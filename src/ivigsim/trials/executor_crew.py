"""Worker processes of this machine, and how they end: with their work, with their parent, or when told."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.connection import wait as wait_for
from multiprocessing.context import SpawnContext
from typing import Any

from ivigsim.trials.executor_work import Done, do_as_here
from ivigsim.trials.jobs import Job, Work
from ivigsim.trials.store_versions import versions

_ONE_THREAD = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class _Watched(SpawnContext):
    """Starts fresh processes, for threads do not survive a fork, and remembers them."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[Any] = []

    def Process(self, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        process = super().Process(*args, **kwargs)
        self.started.append(process)
        return process


class Crew:
    """Some worker processes and the jobs they have in hand, the oldest first.

    Parameters
    ----------
    workers : int
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.in_hand: dict[Future[Done], Job] = {}
        self._context = _Watched()
        self._pool = ProcessPoolExecutor(workers, self._context, initializer=_begin)

    @property
    def has_room(self) -> bool:
        """Whether a worker would wait; one job more than workers keeps all of them busy."""
        return len(self.in_hand) <= self.workers

    def give(self, work: Work, job: Job) -> None:
        """Hand a job to the next free worker."""
        with _deaf_to_interrupts():
            self.in_hand[self._pool.submit(do_as_here, work, job, versions())] = job

    def running(self) -> list[Future[Done]]:
        """Return the jobs that workers are at; the rest waits."""
        return [future for future in self.in_hand if not future.done()][: self.workers]

    def close(self) -> None:
        """Let the workers end; they have nothing left to do."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def stop(self) -> None:
        """End the workers at once, whatever they are at."""
        for process in self._context.started:
            if process.pid is not None:
                process.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def crew(workers: int) -> Iterator[Crew]:
    """Have worker processes; none is left at the end, however it comes."""
    found = Crew(workers)
    try:
        yield found
        found.close()
    except BaseException:
        found.stop()
        raise


def _begin() -> None:
    """Set up a worker process: one thread, deaf to Ctrl-C, and gone when its parent is."""
    for name in _ONE_THREAD:
        os.environ[name] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides how to stop
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Ignore Ctrl-C for the moment in which a process may be started, which inherits that."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may change it, and only the main thread is interrupted
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
