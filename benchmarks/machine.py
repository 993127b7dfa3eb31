"""What the numbers were measured on, and how a measurement is kept to one processor core."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def describe() -> dict[str, object]:
    """Processor, cores this process may use, memory and load."""
    info = Path("/proc/cpuinfo")
    names = [line.split(":")[1].strip() for line in info.read_text().splitlines() if "model name" in line]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": names[0] if names else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory, 1),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


@contextmanager
def one_core() -> Iterator[None]:
    """Pin this process to one core: heyoka may otherwise use more for large evaluations."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def stopwatch(seconds: list[float]) -> Iterator[None]:
    """Append the wall time of the block."""
    start = time.perf_counter()
    yield
    seconds.append(time.perf_counter() - start)
