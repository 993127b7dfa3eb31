"""A ranking of markers as a terminal shows it: a table of markers, one of models, and the notes below."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from ivigsim._version import __version__
from ivigsim.prediction.markers import when
from ivigsim.prediction.ranking import BiomarkerRanking, MarkerRank
from ivigsim.report.biomarker_wording import (
    MEANING,
    area_text,
    cut_text,
    gain_text,
    group_text,
    model_text,
    notes,
    response_text,
    setting,
)
from ivigsim.report.wording import CALIBRATED, RESEARCH_ONLY, count

if TYPE_CHECKING:
    from rich.table import Table


def marker_table(found: BiomarkerRanking) -> Table:
    """Return the table of markers, by when they are measured, best first.

    Examples
    --------
    >>> import ivigsim
    >>> found = ivigsim.biomarkers("IVIG 1 g/kg daily x2", patients=200, markers=["igg"], repeats=1)
    >>> [str(column.header) for column in marker_table(found).columns]
    ['', 'AUC (95%)', 'cut', 'sens/spec', 'everyone']
    """
    table = _table("", "AUC (95%)", "cut", "sens/spec", "everyone")
    for group in found.groups:
        today = found.on(group.day)
        if today:
            table.add_row(group_text(group), style="bold")
        for rank in today:
            table.add_row(*_cells(rank), style="dim" if rank.higher is None else None)
    return table


def _cells(rank: MarkerRank) -> tuple[str, ...]:
    return (
        f" {rank.marker.title}",
        area_text(rank.area),
        cut_text(rank),
        f"{100 * rank.sensitivity:.0f}/{100 * rank.specificity:.0f}",
        "" if rank.everyone is None else f"{rank.everyone.value:.2f}",
    )


def model_table(found: BiomarkerRanking) -> Table:
    """Return the table of models that use all markers together, by whom they were tried in.

    The first row of each group is a forecast that gives everyone the share of responders.
    """
    table = _table("Together", "AUC (95%)", "gain (95%)", "Brier", "slope")
    for group in found.groups:
        scores = [model for model in found.models if model.group == group]
        if not scores:
            continue
        whom = f"Those not yet there {when(group.day)}" if group.day else "All patients"
        table.add_row(whom, style="bold")
        table.add_row(
            f" no marker (n = {group.patients:,})",
            "0.50",
            "",
            f"{scores[0].brier_without:.3f}",
            "",
            style="dim",
        )
        for model in scores:
            gain, brier = gain_text(model.gain), f"{model.brier:.3f}"
            table.add_row(f" {model_text(model)}", area_text(model.area), gain, brier, f"{model.slope:.2f}")
    return table


def print_ranking(found: BiomarkerRanking, kept: str, seconds: float) -> None:
    """Print a ranking: what was run, the tables, the notes, and what to bear in mind.

    Parameters
    ----------
    found : BiomarkerRanking
    kept : str
        Sentence on where files are; empty for none.
    seconds : float
        How long it took.
    """
    from rich.console import Console

    console = Console(highlight=False)

    def say(text: str, style: str = "") -> None:
        lines = textwrap.wrap(text, console.width, subsequent_indent="  ", break_on_hyphens=False)
        console.print("\n".join(lines), style=style, markup=False)

    say(f"ivigsim {__version__}: {setting(found)}")
    say(found.regimen, "bold")
    say(response_text(found))
    console.print()
    console.print(marker_table(found))
    console.print()
    console.print(model_table(found))
    console.print()
    for note in notes(found):
        say(note, "dim")
    console.print()
    failed = len(found.failures)
    say(
        f"{count(found.patients, 'patient')} and {count(len(found.ranks), 'marker')} in {seconds:.1f} s,"
        f" {count(failed, 'patient') + ' failed' if failed else 'none failed'}."
    )
    if kept:
        say(kept)
    say(MEANING)
    say(CALIBRATED)
    say(RESEARCH_ONLY, "bold")


def _table(*columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column)
    return table
