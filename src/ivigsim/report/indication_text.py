"""Indications as a terminal shows them: the list, one in full, a simulation, the checks."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ivigsim._version import __version__
from ivigsim.indications import Check, DoseForTrough, IgGCourse, Indication
from ivigsim.report.indication_wording import (
    IGG_ONLY,
    ITP_ELSEWHERE,
    SOURCED,
    dose_text,
    facts,
    grams_text,
    interval_name,
    lines,
    notes,
    setting,
    shown_intervals,
    spread_text,
    steady_text,
)
from ivigsim.report.wording import CALIBRATED, RESEARCH_ONLY, count

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def print_list(indications: Sequence[Indication]) -> None:
    """Print every indication with its usual regimen."""
    console, say = _console()
    table = _table("Name", "What", "Usual regimen")
    for each in indications:
        also = next((alias for alias in each.aliases if len(alias) < len(each.name)), "")
        name = f"{each.name}\n({also})" if also else each.name
        table.add_row(name, each.title, _regimen(each))
    console.print(table)
    console.print()
    say("`ivigsim indications NAME` shows one with its sources; --simulate computes its IgG.")
    say("More than 100 conditions are treated with IVIG: --file FILE.toml takes one of your own.")
    say(RESEARCH_ONLY, "bold")


def print_indication(indication: Indication) -> None:
    """Print one indication in full, with the source of each regimen."""
    console, say = _console()
    say(indication.title, "bold")
    table = _table("", "")
    table.show_header = False
    for name, text in facts(indication):
        table.add_row(name, text)
    console.print(table)
    for regimen in indication.regimens:
        console.print()
        say(f"regimen {regimen.name}: {regimen.plan()}", "bold")
        say(f"  source: {regimen.source}")
        if regimen.note:
            say(f"  note: {regimen.note}")
    console.print()
    if not indication.targets:
        say("Target level of IgG: unknown (none in the sources read).")
    for target in indication.targets:
        note = f"; {target.note}" if target.note else ""
        say(f"Target: {target.quantity} of at least {target.g_per_l:g} g/L ({target.source}{note}).")
    for finding in indication.findings:
        say(f"Published {finding.what}: {finding.value} ({finding.source}).")
    console.print()
    say(ITP_ELSEWHERE if indication.platelets else IGG_ONLY)
    say(RESEARCH_ONLY, "bold")


def print_course(course: IgGCourse, dose: DoseForTrough | None, kept: str) -> None:
    """Print a simulation: the answer to a target, the table, the intervals, what to bear in mind.

    Parameters
    ----------
    course : IgGCourse
    dose : DoseForTrough or None
        The dose that was searched for.
    kept : str
        Sentence on where files are; empty for none.
    """
    console, say = _console()
    say(f"ivigsim {__version__}: {course.indication.title}")
    say(setting(course))
    say(str(course.plan), "bold")
    if dose is not None:
        say(dose_text(dose), "bold")
    if grams := grams_text(course):
        say(grams)
    console.print()
    table = _table("", "median (middle 90% of patients)")
    for line in lines(course):
        places = 2 if line.unit == "g/dL" else 1
        table.add_row(f"{line.label}, {line.unit}", spread_text(line.spread, places))
    console.print(table)
    if course.cycles:
        console.print()
        console.print(_intervals(course))
        say(steady_text(course))
    console.print()
    for note in notes(course):
        say(note, "dim")
    if course.failures:
        say(f"{count(len(course.failures), 'patient')} failed and left out.")
    console.print()
    if kept:
        say(kept)
    say(f"{CALIBRATED} {SOURCED}")
    say(RESEARCH_ONLY, "bold")


def print_checks(checks: Sequence[Check], patients: int, seed: int) -> None:
    """Print simulated beside measured IgG."""
    console, say = _console()
    say(
        f"ivigsim {__version__}: IgG beside what was measured, {count(patients, 'virtual patient')},"
        f" seed {seed}"
    )
    table = _table("What", "Simulated", "Published", "Within")
    table.columns[0].no_wrap = False
    for each in checks:
        verdict = "yes" if each.agrees else "NO"
        table.add_row(
            f"{each.what}: {each.setting}",
            f"{each.simulated:.3g} {each.unit}",
            f"{each.published} ({each.source})",
            f"{verdict}: {each.low:.3g}–{each.high:.3g}, {each.limits}",
        )
    console.print(table)
    agree = sum(each.agrees for each in checks)
    say(f"{agree} of {len(checks)} within the published limits.")
    say(RESEARCH_ONLY, "bold")


def _regimen(indication: Indication) -> str:
    """Return the usual regimen as published, with its interval unless it says nothing more."""
    return (
        ", ".join(
            dict.fromkeys(part for part in (indication.usual, indication.interval) if part != "unknown")
        )
        or "unknown"
    )


def _intervals(course: IgGCourse) -> Table:
    table = _table("Interval", "Days", "Peak, g/L", "Trough, g/L")
    for each in shown_intervals(course):
        days = f"{each.start_d:g}–{each.end_d:g}"
        table.add_row(interval_name(each), days, spread_text(each.peak), spread_text(each.trough))
    return table


def _console() -> tuple[Console, Callable[..., None]]:
    from rich.console import Console

    console = Console(highlight=False, markup=False)

    def say(text: str, style: str = "") -> None:
        wrapped = textwrap.wrap(text, console.width, subsequent_indent="  ", break_on_hyphens=False)
        console.print("\n".join(wrapped), style=style)

    return console, say


def _table(*columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for i, column in enumerate(columns):
        table.add_column(column, no_wrap=i == 0, overflow="fold")
    return table
