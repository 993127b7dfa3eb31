"""Where jobs are done changes nothing; a lost process costs time only."""

import os
import time
from collections import Counter

import pytest

from ivigsim import InputError
from ivigsim.trials.executor_work import JobsLost
from ivigsim.trials.executors import execute
from ivigsim.trials.store_fill import Stopped, fill


def test_two_processes_give_the_bytes_of_one(begin, store_work, bytes_of_run):
    jobs = store_work.JOBS
    runs = {workers: begin(f"of-{workers}") for workers in (1, 2)}
    for workers, store in runs.items():
        fill(store, jobs, store_work.simulated, workers=workers)
    assert bytes_of_run(runs[1]) == bytes_of_run(runs[2])
    people = runs[2].patients().collect()
    assert people["responded_by_day_7"].sum() > 0
    workers = {event["worker"] for event in runs[2].log.events("chunk")}
    assert len(workers) == 2
    assert {event["worker"].split(":")[1] for event in runs[1].log.events("chunk")} == {str(os.getpid())}


def test_few_jobs_are_under_way_at_a_time(store_work, tmp_path):
    ends = []

    def on_done(job, _done):
        time.sleep(0.05)  # a slow disk
        ends.append((job, len(list(tmp_path.iterdir()))))

    execute(store_work.JOBS, store_work.Slow(tmp_path, 0.0), workers=2, on_done=on_done)
    assert {job for job, _ in ends} == set(store_work.JOBS)
    assert all(begun <= i + 1 + 3 for i, (_, begun) in enumerate(ends))


def test_a_process_that_ends_is_replaced_and_its_jobs_are_done_again(
    begin, store_work, serial, bytes_of_run, tmp_path
):
    store = begin()
    fill(store, store_work.JOBS, store_work.Deadly(tmp_path, store_work.JOBS[4].name), workers=2)
    assert (tmp_path / "died").exists()
    assert bytes_of_run(store) == serial


def test_a_job_that_always_ends_its_process_stops_the_run_with_a_sentence(begin, store_work, tmp_path):
    store = begin()
    deadly = store_work.Deadly(tmp_path, store_work.JOBS[4].name, always=True)
    with pytest.raises(Stopped) as stopped:
        fill(store, store_work.JOBS, deadly, workers=2)
    message = str(stopped.value)
    name = store_work.JOBS[4].name  # alone: what was lost with it is stored
    assert message.startswith(f"Error: a worker process ended 3 times at {name}: memory may be short")
    assert "chunks are kept in" in message
    assert "the same command goes on" in message
    assert stopped.value.code == 1
    assert not store.complete
    kept = len(store.stored)
    assert 4 <= kept < 12
    assert fill(store, store_work.JOBS, store_work.count) == 12 - kept


def test_what_a_job_refuses_is_passed_on_and_no_process_is_left(begin, store_work):
    import multiprocessing

    before = set(multiprocessing.active_children())
    store = begin()
    with pytest.raises(InputError, match="no such dose"):
        fill(store, store_work.JOBS, store_work.refuses, workers=2)
    assert set(multiprocessing.active_children()) == before
    assert store_work.JOBS[3].name not in store.stored


def test_an_interrupt_keeps_what_is_under_way(begin, store_work, serial, bytes_of_run, tmp_path, monkeypatch):
    store, marks = begin(), tmp_path / "marks"
    marks.mkdir()
    calls = Counter()
    from concurrent.futures import wait

    def interrupted(*args, **kwargs):
        calls["wait"] += 1
        if calls["wait"] == 3:
            raise KeyboardInterrupt
        return wait(*args, **kwargs)

    monkeypatch.setattr("ivigsim.trials.executor_pool.wait", interrupted)
    with pytest.raises(
        Stopped, match=r"Stopped; \d of 12 chunks are kept in .* goes on from there\."
    ) as stopped:
        fill(store, store_work.JOBS, store_work.Slow(marks, 0.2), workers=2)
    assert stopped.value.code == 130
    kept = len(store.stored)
    assert 3 <= kept < 12
    monkeypatch.undo()
    assert fill(store, store_work.JOBS, store_work.count) == 12 - kept
    assert bytes_of_run(store) == serial
    assert [event["event"] for event in store.log.events() if event["event"] != "chunk"] == [
        "begun",
        "stopped",
        "begun",
        "complete",
    ]


def test_wrong_numbers_of_workers_are_refused(store_work):
    for options, text in (
        ({"workers": 0}, "workers is 0; accepted: a whole number from 1"),
        ({"workers": 2, "scheduler": "tcp://127.0.0.1:1"}, "do not go together"),
    ):
        with pytest.raises(InputError, match=text):
            execute(store_work.JOBS, store_work.count, on_done=print, **options)


def test_lost_jobs_are_named(store_work, tmp_path):
    deadly = store_work.Deadly(tmp_path, store_work.JOBS[0].name, always=True)
    with pytest.raises(JobsLost, match=store_work.JOBS[0].name):
        execute(store_work.JOBS[:1], deadly, workers=2, on_done=print)
