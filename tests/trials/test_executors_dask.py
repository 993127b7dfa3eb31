"""A real Dask cluster of two processes gives the bytes of the serial run, also when one is killed."""

import os
import signal
import threading
import time

import pytest

from ivigsim import InputError
from ivigsim.trials import executor_dask
from ivigsim.trials.executor_work import do_as_here
from ivigsim.trials.executors import execute
from ivigsim.trials.store_fill import fill
from ivigsim.trials.store_versions import versions


@pytest.fixture
def cluster(store_work):
    assert store_work  # its folder is on the path that worker processes inherit
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        silence_logs="ERROR",
    ) as found:
        yield found


def test_a_cluster_gives_the_bytes_of_the_serial_run_though_a_worker_is_killed(
    cluster, begin, store_work, serial, bytes_of_run, tmp_path
):
    address = cluster.scheduler_address
    runs = {place: begin(place) for place in ("here", "there")}
    fill(runs["here"], store_work.JOBS, store_work.simulated)
    fill(runs["there"], store_work.JOBS, store_work.simulated, scheduler=address)
    assert bytes_of_run(runs["here"]) == bytes_of_run(runs["there"])
    assert len({event["worker"] for event in runs["there"].log.events("chunk")}) == 2

    store, marks = begin(), tmp_path / "marks"
    marks.mkdir()
    killed = []

    def kill_one():
        while len(list(marks.iterdir())) < 3:
            time.sleep(0.01)
        newest = max(marks.iterdir(), key=lambda mark: mark.stat().st_mtime_ns)
        killed.append(int(newest.suffix[1:]))
        os.kill(killed[0], signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    fill(store, store_work.JOBS, store_work.Slow(marks, 0.2), scheduler=address)
    killer.join()
    assert bytes_of_run(store) == serial
    begun = [mark.stem for mark in marks.iterdir()]
    assert len(begun) > len(set(begun)) == len(store_work.JOBS), "a job of the killed worker was done again"
    assert killed

    with pytest.raises(InputError, match="no such dose"):
        fill(begin("refused"), store_work.JOBS, store_work.refuses, scheduler=address)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "ftp://127.0.0.1:80"])
def test_a_scheduler_that_is_not_there_is_told_of_at_once(store_work, address, monkeypatch):
    monkeypatch.setattr(executor_dask, "CONNECT_S", 1)
    began = time.monotonic()
    with pytest.raises(
        InputError,
        match=f"(cannot reach a Dask scheduler at|--scheduler is) '{address}'.*accepted: the address",
    ):
        execute(store_work.JOBS, store_work.count, scheduler=address, on_done=print)
    assert time.monotonic() - began < 5


def test_without_dask_it_says_what_to_install(store_work, monkeypatch):
    monkeypatch.setattr(executor_dask, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"pip install 'ivigsim\[dask\]'"):
        execute(store_work.JOBS, store_work.count, scheduler="tcp://127.0.0.1:8786", on_done=print)


def test_a_worker_with_other_versions_is_refused(store_work):
    other = versions() | {"polars": "0.1"}
    with pytest.raises(InputError, match=r"a worker has other versions .*\(polars .* there and 0\.1 here\)"):
        do_as_here(store_work.count, store_work.JOBS[0], other)
