"""Attribution of 1,000 patients over 6 mechanisms: 64 simulations each, 35 days."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

from machine import stopwatch

CODE = (
    "import json, resource, time; start = time.perf_counter(); import ivigsim\n"
    "found = ivigsim.explain('IVIG 1 g/kg daily x2', patients={patients}, days=35, threads=2)\n"
    "found.shares\n"
    "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20\n"
    "print(json.dumps([time.perf_counter() - start, peak, found.runs, len(found.failures)]))"
)


def measure(quick: bool) -> dict[str, object]:
    """Seconds on two threads in fresh processes, import, compiling and intervals with them; peak memory."""
    found = {}
    for patients in (1000,) if quick else (1000, 10_000):
        rounds = [_run(patients) for _ in range(3 if patients == 1000 else 1)]
        seconds = [seconds for seconds, *_ in rounds]
        found[str(patients)] = {
            "median_s": median(seconds),
            "min_s": min(seconds),
            "max_s": max(seconds),
            "peak_gb": max(peak for _, peak, *_ in rounds),
            "simulations_per_patient": rounds[0][2],
            "failed": rounds[0][3],
        }
    return {"by_patients": found, "command_s": _command()}


def _run(patients: int) -> list[float]:
    command = [sys.executable, "-c", CODE.format(patients=patients)]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return list(json.loads(run.stdout))


def _command() -> float:
    """Seconds of the command line from prompt to answer, without the figure."""
    program = Path(sys.executable).parent / "ivigsim"
    seconds: list[float] = []
    with stopwatch(seconds):
        subprocess.run(
            [program, "explain", "IVIG 1 g/kg daily x2", "--no-figure"], check=True, capture_output=True
        )
    return seconds[0]


if __name__ == "__main__":
    print(json.dumps(measure(quick="--quick" in sys.argv), indent=2))
