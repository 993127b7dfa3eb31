"""Time and memory against patients and days; each point in a process of its own, for its peak memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import ivigsim
from ivigsim import outcomes

TREATMENT = "IVIG 1 g/kg daily x2"


def endpoints(patients: int, days: int) -> dict[str, float]:
    """Reduce chunk after chunk to the outcomes of each patient, and those to counts: nothing else is kept."""
    parts = ivigsim.simulate_chunks(TREATMENT, patients=patients, days=days, outputs=["platelets", "igg"])
    done = responders = 0
    for part in parts:
        table = outcomes.per_patient(part)
        done += table.height
        responders += int(table["responded_by_day_7"].sum())
    return {"patients": done, "responders": responders}


def point(patients: int, days: int) -> dict[str, float]:
    """Time one size after a small run that compiles; peak memory of the whole process."""
    endpoints(16, days)
    start = time.perf_counter()
    found = endpoints(patients, days)
    seconds = time.perf_counter() - start
    return found | {"days": days, "seconds": seconds, "peak_gb": _peak_memory()}


def _peak_memory() -> float:
    """Largest memory of this process so far (GB); getrusage would count its parent, before the fork."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024 / 1e9


def measure(quick: bool) -> dict[str, object]:
    """Patients at 60 days, and days at a fixed number of patients, with the slope on log-log axes."""
    sizes = [10**power for power in range(3, 6 if quick else 7)]
    by_patients = [_apart(size, 60) for size in sizes]
    by_days = [_apart(4000 if quick else 20_000, days) for days in (15, 30, 60, 120, 240)]
    return {
        "by_patients": by_patients,
        "by_days": by_days,
        "slope_in_patients": slope(by_patients, "patients"),
        "slope_in_days": slope(by_days, "days"),
        "straight_line_in_days": straight_line(by_days, "days"),
    }


def slope(points: list[dict[str, float]], size: str) -> float:
    """Least-squares slope of log time against log size: 1 is proportional, below 1 has a fixed part."""
    return float(np.polyfit(np.log([p[size] for p in points]), np.log([p["seconds"] for p in points]), 1)[0])


def straight_line(points: list[dict[str, float]], size: str) -> dict[str, float]:
    """Fixed seconds, seconds per unit, and the share of variance that a straight line explains."""
    x, y = np.array([p[size] for p in points]), np.array([p["seconds"] for p in points])
    each, fixed = np.polyfit(x, y, 1)
    explained = 1 - np.var(y - fixed - each * x) / np.var(y)
    return {"fixed_s": float(fixed), "s_per_unit": float(each), "r_squared": float(explained)}


def _apart(patients: int, days: int) -> dict[str, float]:
    command = [sys.executable, __file__, str(patients), str(days)]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(run.stdout)


if __name__ == "__main__":
    print(json.dumps(point(int(sys.argv[1]), int(sys.argv[2]))))
