"""How far a run is: time left, patients per second, failures."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol

EVERY_S = 30.0
"""Seconds between lines where no bar can be drawn."""


class Counted(Protocol):
    """Count patients of a chunk that is stored."""

    def __call__(self, patients: int, failed: int) -> None:
        """Add to those done, and to those of them that failed."""


@dataclass
class Pace:
    """How far a run is and how fast it goes.

    Attributes
    ----------
    total : int
        Patients of the run.
    earlier : int
        Patients that an earlier process stored; they say nothing about speed.
    clock : callable
        Seconds from any start.
    done, failed : int
        Patients since this process began.

    Examples
    --------
    >>> seconds = iter([0.0, 10.0, 10.0])
    >>> pace = Pace(total=1000, earlier=400, clock=lambda: next(seconds))
    >>> pace.add(200, failed=3)
    >>> pace.line()
    '600 of 1,000 patients, 20 patients/s, 20 s left, 3 failed'
    """

    total: int
    earlier: int = 0
    clock: Callable[[], float] = monotonic
    done: int = 0
    failed: int = 0
    began: float = field(init=False)

    def __post_init__(self) -> None:
        """Start the clock."""
        self.began = self.clock()

    def add(self, patients: int, failed: int = 0) -> None:
        """Count patients of a chunk."""
        self.done += patients
        self.failed += failed

    @property
    def per_second(self) -> float:
        """Patients per second since this process began; 0 before the first chunk."""
        return self.done / max(self.clock() - self.began, 1e-9) if self.done else 0.0

    def speed(self) -> str:
        """Return speed, time left and failures in words."""
        rate = self.per_second
        if not rate:
            return "first chunks under way"
        left = duration((self.total - self.earlier - self.done) / rate)
        return f"{rate:,.0f} patients/s, {left} left, {self.failed:,} failed"

    def line(self) -> str:
        """Return all of it in words."""
        return f"{self.earlier + self.done:,} of {self.total:,} patients, {self.speed()}"


def duration(seconds: float) -> str:
    """Return a time as it is said.

    Examples
    --------
    >>> duration(8.2), duration(200), duration(4000)
    ('8 s', '3 min 20 s', '1 h 7 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {round(whole % 3600 / 60)} min"


@contextmanager
def run_progress(pace: Pace) -> Iterator[Counted]:
    """Show how far a run is on standard error: a bar on a terminal, else a line every half minute.

    Examples
    --------
    >>> with run_progress(Pace(total=10)) as counted:
    ...     counted(10, failed=0)
    """
    if not sys.stderr.isatty():
        yield _lines(pace)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("patients"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(pace.speed(), total=pace.total, completed=pace.earlier)

        def counted(patients: int, failed: int) -> None:
            pace.add(patients, failed)
            bar.update(task, advance=patients, description=pace.speed())

        yield counted


def _lines(pace: Pace) -> Counted:
    told = pace.began

    def counted(patients: int, failed: int) -> None:
        nonlocal told
        pace.add(patients, failed)
        if (now := pace.clock()) - told >= EVERY_S:
            told = now
            sys.stderr.write(f"{pace.line()}\n")
            sys.stderr.flush()

    return counted
