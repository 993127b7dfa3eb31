"""An attribution as a terminal shows it: a table of shares by day, and the notes below it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from ivigsim._version import __version__
from ivigsim.mechanisms import Attribution, Share
from ivigsim.model.parameters import switches as default_switches
from ivigsim.report.attribution_wording import no_rise, notes
from ivigsim.report.wording import CALIBRATED, RESEARCH_ONLY, count, settings_text

if TYPE_CHECKING:
    from rich.table import Table

BLANK = "-"


def share_text(share: Share) -> str:
    """Return a share with its limits, whole percents.

    Examples
    --------
    >>> share_text(Share("x", 7, 110.0, 84.3, 83.4, 85.0, None, 9, ()))
    '84 (83–85)'
    >>> share_text(Share("x", 7, -4.2, -3.2, -3.6, -2.9, None, 9, ()))
    '−3 (−4–−3)'
    """
    if share.share is None:
        return BLANK
    if share.low is None or share.high is None:
        return _whole(share.share)
    mean, limits = _whole(share.share), _range(share.low, share.high)
    return mean if limits == f"{mean}–{mean}" else f"{mean} ({limits})"


def attribution_table(found: Attribution) -> Table:
    """Return the table: mean shares, their spread over patients, and the rise itself, by day.

    Examples
    --------
    >>> import ivigsim
    >>> found = ivigsim.explain("IVIG 1 g/kg daily x2", patients=20, days=7)
    >>> [str(column.header) for column in attribution_table(found).columns]
    ['', 'day 1', 'day 3', 'day 7']
    """
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True)
    for day in found.days:
        table.add_column(f"day {day}")
    by_name = {name: [s for s in found.shares if s.mechanism == name] for name in found.mechanisms}
    table.add_row("Share of attributed rise, %", style="bold")
    for name, shares in by_name.items():
        table.add_row(f" {name}", *map(share_text, shares))
    first = by_name[found.mechanisms[0]]
    table.add_row("Middle 80% of patients, %", *(f"n = {s.patients:,}" for s in first), style="bold")
    for name, shares in by_name.items():
        table.add_row(f" {name}", *map(_spread, shares))
    table.add_row("Mean rise, 1e9/L", style="bold")
    for label, values in (
        ("these mechanisms", found.attributed),
        ("other", found.other),
        ("whole rise", found.rise),
    ):
        table.add_row(f" {label}", *(f"{round(float(values[day]), 1) + 0.0:.1f}" for day in found.days))
    return table


def print_attribution(found: Attribution, kept: str, seconds: float) -> None:
    """Print an attribution: what was run, the table, the notes, and what to bear in mind.

    Parameters
    ----------
    found : Attribution
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
    console.print()
    if nothing := no_rise(found):
        say(nothing, "bold")
    console.print(attribution_table(found))
    console.print()
    for note in notes(found):
        say(note, "dim")
    console.print()
    failed = len(found.failures)
    say(
        f"{count(found.patients, 'patient')} x {count(found.runs, 'simulation')} in {seconds:.1f} s,"
        f" {count(failed, 'patient') + ' failed' if failed else 'none failed'}."
    )
    if kept:
        say(kept)
    say(CALIBRATED)
    say(RESEARCH_ONLY, "bold")


def setting(found: Attribution) -> str:
    """Return in whom the rise was split.

    Examples
    --------
    >>> import ivigsim
    >>> setting(ivigsim.explain("IVIG 1 g/kg", patients=5, days=1, covariates={"splenectomised": True}))
    '5 virtual patients (adult-chronic) with splenectomised = yes, 1 day, seed 1'
    """
    usual = default_switches()
    switched = {name: on for name, on in found.switches.items() if on != usual[name]}
    who = f"{count(found.patients, 'virtual patient')} ({found.population})"
    days = count(round(found.time_d[-1]), "day")
    return f"{who}{settings_text(found.covariates, switched, ' with ')}, {days}, seed {found.seed}"


def _spread(share: Share) -> str:
    return _range(share.percentiles[0], share.percentiles[-1]) if share.percentiles else BLANK


def _range(low: float, high: float) -> str:
    return f"{_whole(low)}–{_whole(high)}"


def _whole(value: float) -> str:
    return f"{round(value)}".replace("-", "−")
