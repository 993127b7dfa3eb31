"""From the shell prompt to the printed answer: a fresh process each time."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from machine import stopwatch

COMMANDS = {
    "help": ["--help"],
    "1,000 patients": [
        *("simulate", "IVIG 1 g/kg daily x2", "--population", "adult-chronic"),
        *("--patients", "1000", "--seed", "1"),
    ],
}


def measure(quick: bool) -> dict[str, object]:
    """Median, least and most of five fresh processes, after one that fills the file cache."""
    program = Path(sys.executable).parent / "ivigsim"
    if find_spec("ivigsim.cli") is None or not program.exists():
        return {"skipped": "the command line is not installed here"}
    results: dict[str, object] = {}
    for name, arguments in COMMANDS.items():
        seconds: list[float] = []
        for _ in range(3 if quick else 6):
            with TemporaryDirectory() as folder, stopwatch(seconds):
                subprocess.run([program, *arguments], cwd=folder, check=True, capture_output=True)
        kept = seconds[1:]
        results[name] = {"median_s": median(kept), "min_s": min(kept), "max_s": max(kept)}
    return results
