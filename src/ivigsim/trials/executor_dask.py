"""Jobs over the workers of a Dask cluster."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ivigsim.errors import InputError
from ivigsim.trials.executor_work import Done, JobsLost, do_as_here
from ivigsim.trials.jobs import Job, Work
from ivigsim.trials.store_versions import versions

CONNECT_S = 5
"""Seconds to wait for the scheduler."""

_ROUNDS = 2  # jobs on the cluster per thread of it, so that none waits for this process


def on_cluster(
    jobs: Sequence[Job],
    work: Work,
    scheduler: str,
    on_done: Callable[[Job, Done], None],
    note: Callable[[str], None],
) -> None:
    """Do jobs on a Dask cluster; see `executors.execute`."""
    with _client(scheduler) as client:
        run = uuid.uuid4().hex[:8]  # two runs on one cluster do not share results
        waiting = iter(jobs)
        flying: dict[Any, Job] = {}
        landing = _distributed().as_completed(loop=client.loop)

        def send() -> None:
            while len(flying) < _ROUNDS * max(1, _threads(client)) and (job := next(waiting, None)):
                key = f"ivigsim-{run}-{job.name}"
                future = client.submit(do_as_here, work, job, versions(), key=key, pure=False)
                flying[future] = job
                landing.add(future)

        send()
        if not _threads(client):
            note(f"the cluster at {scheduler} has no worker yet; waiting for one (Ctrl-C stops)")
        try:
            while flying:
                future = next(landing)
                on_done(flying[future], _result(future, flying[future], scheduler))
                del flying[future]  # only now: an interrupt while it is handed on loses nothing
                future.release()
                send()
        except KeyboardInterrupt:
            for future in [each for each in flying if each.status == "finished"]:
                on_done(flying[future], future.result())
            raise


def _threads(client: Any) -> int:
    return sum(client.nthreads().values())


def _distributed() -> Any:
    """Return the library; it ships no types."""
    if find_spec("distributed") is None:
        raise InputError("--scheduler needs Dask; accepted: after pip install 'ivigsim[dask]'")
    return import_module("distributed")


def _client(scheduler: str) -> Any:
    connect = _distributed().Client
    if not re.fullmatch(r"(tcp|tls|ws|wss|ucx)://.+", scheduler):
        raise InputError(
            f"--scheduler is {scheduler!r}; accepted: the address that `dask scheduler` printed (nearest:"
            " 'tcp://127.0.0.1:8786')"
        )
    try:
        return connect(scheduler, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TypeError, ImportError) as error:
        raise InputError(
            f"cannot reach a Dask scheduler at {scheduler!r} ({_first_line(error)}); accepted: the address"
            " that `dask scheduler` printed (nearest: 'tcp://127.0.0.1:8786')"
        ) from None


def _result(future: Any, job: Job, scheduler: str) -> Done:
    killed: type[Exception] = _distributed().KilledWorker
    try:
        done: Done = future.result()
    except killed:
        raise JobsLost(
            f"Dask workers ended time after time at {job.name}: memory may be short (nearest: fewer threads"
            " per worker); the logs of the workers say more"
        ) from None
    except CancelledError:
        raise JobsLost(f"the Dask scheduler at {scheduler} was lost") from None
    except ImportError as error:
        raise InputError(
            f"a Dask worker cannot import what it needs ({_first_line(error)}); accepted: the same"
            " installation of ivigsim[trials,dask] on every worker"
        ) from None
    return done


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
