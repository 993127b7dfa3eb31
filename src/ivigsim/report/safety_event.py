"""Every row of one event in full, with its source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ivigsim.report.safety_course import outside_text
from ivigsim.report.safety_text import print_head, say
from ivigsim.report.safety_wording import (
    course_text,
    difference_text,
    factor_notes,
    figure_text,
    nothing_text,
    summary_text,
)
from ivigsim.report.wording import RESEARCH_ONLY
from ivigsim.safety.adverse.assessment import Assessment, EventRisk
from ivigsim.safety.adverse.beside import outside_checks
from ivigsim.safety.adverse.comparing import difference
from ivigsim.safety.adverse.estimates import ABOUT_PLANS, TWO_ENDS, Estimate
from ivigsim.safety.adverse.facts import load_facts
from ivigsim.safety.adverse.readings import without_reading

if TYPE_CHECKING:
    from rich.console import Console


def print_event(plans: Sequence[Assessment], name: str) -> None:
    """Print one event of one or two plans, with all its rows.

    Parameters
    ----------
    plans : sequence of Assessment
    name : str
        One of `ivigsim.safety.adverse.EVENTS`.
    """
    from rich.console import Console

    console = Console(highlight=False)
    print_head(console, plans)
    for letter, plan in zip("AB", plans, strict=False):
        risk = plan[name]
        say(console, f"{letter}  {risk.title}" if len(plans) > 1 else risk.title, "bold")
        if nothing := nothing_text(risk):
            say(console, nothing)
        for each in risk.summaries:
            say(console, summary_text(each))
        console.print()
        for estimate in risk.estimates:
            _print_estimate(console, estimate)
        _print_ratios(console, risk)
        for note in factor_notes(risk):
            say(console, note)
        console.print()
    if len(plans) == 2:
        _print_differences(console, plans[0], plans[1], name)
    _print_rows(console, plans[0][name])
    _print_others(console, name)
    say(console, TWO_ENDS, "dim")
    say(console, RESEARCH_ONLY, "bold")


def _print_estimate(console: Console, found: Estimate) -> None:
    say(console, f"{found.id}: {found.outcome}", "bold")
    lines = {
        "figure": f"{figure_text(found)}; {found.interval}",
        "what it is": found.quantity,
        "ratio applied": found.applied,
        "over the plan": course_text(found.course),
        "in whom": ", ".join(text for text in (found.who, found.brand, found.dose) if text),
        "this patient": _holds(found),
        "verified": "" if found.verified else "NOT verified against its source: shown, and used for nothing",
        "how read": found.note,
        "rows": ", ".join(found.rows),
    }
    for name, text in lines.items():
        if text:
            say(console, f"{name}: {text}", indent="  ")
    console.print()


def _holds(found: Estimate) -> str:
    if found.quantity not in ABOUT_PLANS:
        return ""
    return {True: found.why or "holds", False: f"does not hold: {found.why}", None: found.why}[found.fits]


def _print_ratios(console: Console, risk: EventRisk) -> None:
    for each in risk.modifiers:
        state = "applied" if each.applied else f"not applied: {each.why}"
        say(console, f"{each.id}: {each.text}, {each.factor}; {state}; row {each.row}; {each.source}")


def _print_differences(console: Console, a: Assessment, b: Assessment, name: str) -> None:
    say(console, "B − A", "bold")
    for each in difference(a, b).by_source:
        if each.event == name:
            say(console, f"{each.second}: {difference_text(each)}; {each.why}", indent="  ")
    console.print()


def _print_rows(console: Console, risk: EventRisk) -> None:
    """Print every row behind the figures and ratios, once, with its source."""
    rows = [row for each in risk.estimates for row in each.rows]
    rows += [each.row for each in risk.modifiers] + [each.row for each in risk.factors]
    say(console, "Rows", "bold")
    for row in dict.fromkeys(rows):
        fact = load_facts()[row]
        cells = [f"{name}: {text}" for name, text in fact.cells if name not in ("id", "source", "citation")]
        say(console, f"{row}: {fact.source}", indent="  ")
        say(console, "; ".join(cells), "dim", indent="    ")
    console.print()


def _print_others(console: Console, name: str) -> None:
    """Print rows that have no figure, and findings outside the table."""
    for fact, reason in without_reading(name):
        say(console, f"{fact.id}: {reason}; {fact.source}")
    for check in outside_checks():
        if check.event == name:
            say(console, outside_text(check))
    console.print()
