"""A progress bar on standard error for long work; silent when that is not a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

BAR_FROM = 20_000
"""Patients from which on a bar is worth it when each is simulated once."""


class Advance(Protocol):
    """Count finished patients."""

    def __call__(self, patients: int) -> None:
        """Add `patients` to those done."""


@contextmanager
def progress_bar(label: str, total: int, least: int = BAR_FROM) -> Iterator[Advance]:
    """Show a bar while patients are simulated, when there are at least `least` and someone is watching.

    Examples
    --------
    >>> with progress_bar("simulating", 10) as advance:
    ...     advance(10)
    """
    if total < least or not sys.stderr.isatty():
        yield lambda _patients: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda patients: bar.advance(task, patients)
