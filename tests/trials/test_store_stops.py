"""A run that is killed, interrupted or out of disk loses nothing, and ends with the same bytes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ivigsim.trials.store_fill import fill

HERE = Path(__file__).parent
RUN = """
import resource, sys
from pathlib import Path
sys.path.insert(0, {here!r})
import store_work
from ivigsim.trials.store import RunStore
from ivigsim.trials.store_fill import Stopped, fill
if {limit}:
    resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
store = RunStore.create(Path({run!r}), store_work.SCENARIO, store_work.JOBS, title="A small trial")
work = store_work.Slow(Path({marks!r}), {seconds})
try:
    fill(store, store_work.JOBS, work, workers={workers})
except Stopped as stopped:
    sys.stderr.write(str(stopped))
    sys.exit(stopped.code)
"""


@pytest.fixture
def start(tmp_path):
    """Start a run in a process of its own, with its own group, as a terminal does."""
    marks = tmp_path / "marks"
    marks.mkdir()

    def started(workers=1, seconds=0.2, limit=0):
        code = RUN.format(
            here=str(HERE),
            run=str(tmp_path / "run"),
            marks=str(marks),
            seconds=seconds,
            workers=workers,
            limit=limit,
        )
        command = [sys.executable, "-W", "error", "-c", code]
        return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)

    return started


def until(true, seconds=20.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def stored(tmp_path):
    log = tmp_path / "run" / "log.jsonl"
    return log.read_text().count('"chunk"') if log.exists() else 0


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_run_goes_on_and_ends_with_the_same_bytes(
    start, begin, store_work, serial, bytes_of_run, tmp_path, workers
):
    with start(workers) as process:
        until(lambda: stored(tmp_path) >= 3)
        os.kill(process.pid, signal.SIGKILL)
    used = {int(mark.suffix[1:]) for mark in (tmp_path / "marks").iterdir()}
    until(lambda: not any(map(alive, used)), 5)  # processes end with their parent
    store = begin()
    kept = len(store.stored)
    assert 3 <= kept < 12
    assert fill(store, store_work.JOBS, store_work.count, workers=2) == 12 - kept
    assert bytes_of_run(store) == serial


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_stops_with_one_sentence(start, begin, store_work, serial, bytes_of_run, tmp_path, workers):
    with start(workers) as process:
        until(lambda: stored(tmp_path) >= 2)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=10)
    assert process.returncode == 130
    kept = len(begin().stored)
    expected = (
        f"Stopped; {kept} of 12 chunks are kept in '{tmp_path / 'run'}': the same command goes on from there."
    )
    assert said.splitlines()[-1] == expected
    assert "Traceback" not in said
    if workers == 2:
        assert said.startswith(
            "Note: stopping once the chunks under way are done; Ctrl-C again stops at once\n"
        )
        # what was under way is stored: at most the job that waited for a free process was begun for nothing
        assert len(list((tmp_path / "marks").iterdir())) - kept <= 1
    store = begin()
    fill(store, store_work.JOBS, store_work.count)
    assert bytes_of_run(store) == serial


def test_an_impatient_second_ctrl_c_ends_it_at_once(start, tmp_path):
    with start(workers=2, seconds=60) as process:
        until(lambda: len(list((tmp_path / "marks").iterdir())) == 2)
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.5)
        assert process.poll() is None  # it waits for the two
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=10)
    assert process.returncode == 130
    assert said.splitlines()[-1].startswith("Stopped; 0 of 12 chunks are kept")
    assert "Traceback" not in said


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of file sizes")
@pytest.mark.parametrize(("limit", "least", "file"), [(1200, 0, "parquet"), (2600, 2, "log.jsonl")])
def test_a_full_disk_is_one_sentence_and_loses_nothing(
    start, begin, store_work, serial, bytes_of_run, limit, least, file
):
    with start(seconds=0, limit=limit) as process:
        _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    store = begin()
    kept = len(store.stored)
    assert least <= kept < 12
    assert said.startswith("Error: cannot write '")
    assert f"{file}' (File too large); {kept} of 12 chunks are kept in" in said
    assert said.endswith("make space, and the same command goes on from there.")
    assert not list(store.path.rglob("*.tmp"))
    assert fill(store, store_work.JOBS, store_work.count) == 12 - kept
    assert bytes_of_run(store) == serial
