"""A trial as a terminal shows it: what was compared, tables, and what to bear in mind."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from ivigsim._version import __version__
from ivigsim.report.trial_parts import parts
from ivigsim.report.trial_wording import design_words, tags
from ivigsim.report.wording import CALIBRATED, RESEARCH_ONLY, count
from ivigsim.trials.statistics import Analysis

if TYPE_CHECKING:
    from rich.console import Console


def print_analysis(
    found: Analysis,
    title: str = "",
    kept: str = "",
    seconds: float | None = None,
    console: Console | None = None,
) -> None:
    """Print an analysis: the design in words, tables, how it was computed, and what to bear in mind.

    Parameters
    ----------
    found : Analysis
    title : str
        Of the trial.
    kept : str
        Sentence on where files are; empty for none.
    seconds : float or None
        How long it took.
    console : rich.console.Console or None
        Where to; the terminal unless told.
    """
    from rich.console import Console

    out = console or Console(highlight=False)

    def say(text: str, style: str = "") -> None:
        lines = textwrap.wrap(text, out.width, subsequent_indent="  ", break_on_hyphens=False)
        out.print("\n".join(lines), style=style, markup=False)

    tag = tags(found.design.arms)
    say(f"ivigsim {__version__}{': ' if title else ''}{title}", "bold" if title else "")
    say(design_words(found), "bold")
    for arm, letter in tag.items():
        if arm != letter:
            say(f"  {letter}: {arm}")
    out.print()
    for table, notes in parts(found, tag):
        out.print(table)
        for note in notes:
            say(note, "dim")
        out.print()
    if found.no_power:
        say(f"No power: {found.no_power}.", "dim")
    for note in found.notes:
        say(note, "dim")
    out.print()
    if seconds is not None:
        simulated = sum(arm.simulated for arm in found.arms)
        failed = sum(arm.failed for arm in found.arms)
        say(
            f"{count(simulated, 'simulation')} in {seconds:.1f} s,"
            f" {f'{failed:,} failed' if failed else 'none failed'}."
        )
    if kept:
        say(kept)
    say(CALIBRATED)
    say(RESEARCH_ONLY, "bold")
