"""`ivigsim trial` from the shell: time and memory against patients, two workers against one, cost of Parquet.

One arm, 60 days, a count every day reduced to endpoints. Every point is the whole command: start of Python
and of the workers, compilation, files and statistics included.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scaling import slope

from ivigsim.trials.cohort import populations_of
from ivigsim.trials.executor_work import do
from ivigsim.trials.jobs import Job
from ivigsim.trials.loading import read_scenario
from ivigsim.trials.work import TrialWork

SCENARIO = """
title: one arm, 60 days, daily counts
size: 1000
days: 60
populations: [{name: adult-chronic}]
arms: [{name: IVIG, treatments: [IVIG 1 g/kg daily x2]}]
visits: {every: 1}
endpoints:
  - {id: response, response: {count: 50, by_day: 7}}
  - {id: iwg_r, definition: iwg_r}
  - {id: time_to_50, time_to: {count: 50}}
  - {id: duration, time_to_loss: {count: 30, below: 30}}
"""
ENTRY = "from ivigsim.cli import main; main()"


def measure(quick: bool) -> dict[str, object]:
    """Sizes with two workers, one worker against two in turn, and one job with and without Parquet."""
    sizes = [10**power for power in range(3, 6 if quick else 7)]
    points = [trial(size, 2) for size in sizes]
    size, rounds = (60_000, 2) if quick else (150_000, 5)
    ratios = [_more(1, size) / _more(2, size) for _ in range(rounds)]
    return {
        "by_patients": points,
        "slope_in_patients": slope(points, "patients"),
        "last_decade": points[-1]["seconds"] / points[-2]["seconds"],
        "two_workers_over_one": {"median": float(np.median(ratios)), "min": min(ratios), "max": max(ratios)},
        "parquet": parquet(),
    }


def trial(size: int, workers: int, one_core: bool = False) -> dict[str, float]:
    """Run the command once and watch the memory of all its processes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "trial.yaml")
        path.write_text(SCENARIO)
        options = [
            "trial",
            str(path),
            "--out",
            f"{folder}/run",
            "--size",
            str(size),
            "--workers",
            str(workers),
            "--json",
        ]
        pinned = ["taskset", "-c", "0"] if one_core else []
        start = time.perf_counter()
        run = subprocess.Popen([*pinned, sys.executable, "-c", ENTRY, *options], stdout=subprocess.PIPE)
        peak = _watch(run)
        seconds = time.perf_counter() - start
        assert run.stdout is not None
        found = json.loads(run.stdout.read())
        stored = sum(file.stat().st_size for file in Path(folder, "run", "patients").iterdir())
    assert found["arms"][0]["analysed"] == size
    return {
        "patients": size,
        "workers": workers,
        "seconds": seconds,
        "peak_gb": peak,
        "stored_mb": stored / 1e6,
    }


def _more(workers: int, size: int) -> float:
    """Seconds that patients beyond the first 20,000 take, so that the start of workers is left out."""
    one_core = workers == 1
    return trial(size + 20_000, workers, one_core)["seconds"] - trial(20_000, workers, one_core)["seconds"]


def _watch(run: subprocess.Popen[bytes]) -> float:
    """Largest memory of a process and its children together (GB), looked at ten times a second."""
    peak = 0
    while run.poll() is None:
        peak = max(peak, sum(map(_memory, [run.pid, *_children(run.pid)])))
        time.sleep(0.1)
    return peak / 1e9


def _children(pid: int) -> list[int]:
    try:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        found = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []
    return [*found, *(each for child in found for each in _children(child))]


def _memory(pid: int) -> int:
    """Proportional share of memory: what processes have in common counts once."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def parquet() -> dict[str, float]:
    """One job of 8,192 patients: simulating and judging, and what turning it into Parquet adds."""
    scenario = read_scenario(SCENARIO)
    work, job = TrialWork(scenario, populations_of(scenario)), Job(0, 0, 0, 8192)
    work(Job(0, 0, 0, 64))
    start = time.perf_counter()
    tables = work(job)
    simulated = time.perf_counter() - start
    start = time.perf_counter()
    done = do(lambda _: tables, job)
    packed = time.perf_counter() - start
    return {
        "job_s": simulated,
        "parquet_s": packed,
        "share": packed / (packed + simulated),
        "bytes_per_patient": len(done.tables["patients"].content) / 8192,
    }


if __name__ == "__main__":
    print(json.dumps(measure("--quick" in sys.argv), indent=2))
