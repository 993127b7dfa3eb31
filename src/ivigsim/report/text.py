"""The report as a terminal shows it."""

from __future__ import annotations

import textwrap

from ivigsim._version import __version__
from ivigsim.report.comparison import Arm, Comparison
from ivigsim.report.table import footnotes, outcome_table
from ivigsim.report.wording import CALIBRATED, RESEARCH_ONLY, SAME_PATIENTS, count, settings_text


def print_report(comparison: Comparison, kept: str) -> None:
    """Print a comparison: what was run, the table, the notes, and what to bear in mind.

    Parameters
    ----------
    comparison : Comparison
    kept : str
        Sentence on where files are; empty for none.
    """
    from rich.console import Console

    console = Console(highlight=False)
    several = len(comparison.arms) > 1

    def say(text: str, style: str = "") -> None:
        lines = textwrap.wrap(text, console.width, subsequent_indent="  ", break_on_hyphens=False)
        console.print("\n".join(lines), style=style, markup=False)

    say(f"ivigsim {__version__}: {_run(comparison)}")
    for arm in comparison.arms:
        say(f"{arm.letter}  {arm.regimen}" if several else arm.regimen, "bold")
    if several:
        say(SAME_PATIENTS)
    console.print()
    console.print(outcome_table(comparison))
    console.print()
    for note in footnotes(comparison):
        say(note, "dim")
    console.print()
    request = comparison.request
    say(
        f"{count(request.patients, 'patient')}, seed {request.seed}: simulated in {comparison.seconds:.1f} s,"
        f" {_failures(comparison)}."
    )
    if kept:
        say(kept)
    say(CALIBRATED)
    say(RESEARCH_ONLY, "bold")


def _run(comparison: Comparison) -> str:
    request = comparison.request
    patients = f"{count(request.patients, 'virtual patient')} ({request.population})"
    settings = settings_text(request.covariates, request.switched, " with ")
    return f"{patients}{settings}, {count(request.days, 'day')}, seed {request.seed}"


def _failures(comparison: Comparison) -> str:
    """Say how many patients failed and why."""
    texts = [_failed(arm, len(comparison.arms) > 1) for arm in comparison.arms if arm.failures]
    return "; ".join(texts) or "none failed"


def _failed(arm: Arm, several: bool) -> str:
    reasons: dict[str, int] = {}
    for reason in arm.failures.values():
        reasons[reason] = reasons.get(reason, 0) + 1
    why = ", ".join(f"{reason} ({number})" for reason, number in reasons.items())
    return f"{count(len(arm.failures), 'patient')} failed{f' under {arm.letter}' if several else ''}: {why}"
