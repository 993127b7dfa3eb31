"""Patients per second on one and on two threads, and what compiling costs once per process."""

from __future__ import annotations

import json
import subprocess
import sys
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

from machine import stopwatch

import ivigsim

TREATMENT = "IVIG 1 g/kg daily x2"
OUTPUTS = ("platelets", "igg")


def simulate(patients: int, threads: int) -> None:
    ivigsim.simulate(TREATMENT, patients=patients, days=60, outputs=OUTPUTS, threads=threads)


def measure(quick: bool) -> dict[str, object]:
    """One thread, two threads, and two processes (which share nothing: the most the machine can give)."""
    rounds, patients = (3, 8192) if quick else (9, 24576)
    rates: dict[str, list[float]] = {"one thread": [], "two threads": [], "two processes": []}
    simulate(16, 1)
    for _ in range(rounds):
        for threads, name in ((1, "one thread"), (2, "two threads")):
            seconds: list[float] = []
            with stopwatch(seconds):
                simulate(patients, threads)
            rates[name].append(patients / seconds[0])
        rates["two processes"].append(_two_processes(patients // 2))
    pairs = zip(rates["two threads"], rates["one thread"], strict=True)
    both = zip(rates["two processes"], rates["one thread"], strict=True)
    return {
        "rounds": rounds,
        "patients": patients,
        "per_second": {n: {"median": median(r), "min": min(r), "max": max(r)} for n, r in rates.items()},
        "two_threads_over_one": median(two / one for two, one in pairs),
        "two_processes_over_one_thread": median(two / one for two, one in both),
        "compile_s": _compile(),
    }


def _two_processes(patients: int) -> float:
    context = get_context("spawn")
    barrier, queue = context.Barrier(2), context.Queue()
    workers = [context.Process(target=_worker, args=(patients, barrier, queue)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("a worker failed; its error is above")
    return 2 * patients / max(queue.get() for _ in workers)


def _worker(patients: int, barrier: Any, queue: Any) -> None:
    simulate(16, 1)
    barrier.wait(timeout=60)
    seconds: list[float] = []
    with stopwatch(seconds):
        simulate(patients, 1)
    queue.put(seconds[0])


def _compile() -> float:
    """Reading and compiling the model: a first small run less a second, median over fresh processes."""
    code = (
        "import json, time, throughput as t\n"
        "times = []\n"
        "for _ in range(2):\n"
        "    start = time.perf_counter(); t.simulate(16, 1); times.append(time.perf_counter() - start)\n"
        "print(json.dumps(times[0] - times[1]))"
    )
    command = [sys.executable, "-c", code]
    here = Path(__file__).parent
    runs = [subprocess.run(command, cwd=here, check=True, capture_output=True, text=True) for _ in range(5)]
    return median(json.loads(run.stdout) for run in runs)
