"""The adverse events of one or two plans as a terminal shows them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ivigsim._version import __version__
from ivigsim.report.safety_course import print_courses
from ivigsim.report.safety_wording import (
    BLANK,
    NOT_AVERAGED,
    NOT_ZERO,
    course_text,
    difference_text,
    dose_text,
    factor_notes,
    figure_text,
    modifier_notes,
    nothing_text,
    patient_text,
    plan_text,
    summary_text,
)
from ivigsim.report.wording import RESEARCH_ONLY
from ivigsim.safety.adverse.assessment import Assessment, EventRisk
from ivigsim.safety.adverse.comparing import Difference, Differences, difference
from ivigsim.safety.adverse.estimates import TWO_ENDS, Estimate
from ivigsim.safety.adverse.red_cell_course import HaemolysisCourse

if TYPE_CHECKING:
    from rich.console import Console


def say(console: Console, text: str, style: str = "", indent: str = "") -> None:
    """Print a sentence, broken between words."""
    lines = textwrap.wrap(
        text, console.width, initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False
    )
    console.print("\n".join(lines), style=style, markup=False)


def print_safety(plans: Sequence[Assessment], courses: Sequence[HaemolysisCourse]) -> None:
    """Print one plan, or two beside each other.

    Parameters
    ----------
    plans : one or two Assessment
    courses : sequence of HaemolysisCourse
        As many, or none.
    """
    from rich.console import Console

    console = Console(highlight=False)
    print_head(console, plans)
    between = difference(*plans) if len(plans) == 2 else None
    for events in zip(*(plan.events for plan in plans), strict=True):
        _print_event(console, events, between)
    if between is not None:
        say(console, dose_text(between.dose))
        console.print()
    if courses:
        print_courses(console, courses, plans)
    say(console, NOT_AVERAGED, "dim")
    say(console, f"{TWO_ENDS} {BLANK}", "dim")
    if between is not None:
        say(console, NOT_ZERO, "dim")
    say(
        console,
        "Limits are 95% unless the source says otherwise. `--event NAME` shows every row of an event with its"
        " source, those for other patients and unverified ones too.",
        "dim",
    )
    say(console, RESEARCH_ONLY, "bold")


def print_head(console: Console, plans: Sequence[Assessment]) -> None:
    """Print the plans and the patient."""
    say(console, f"ivigsim {__version__}: adverse events, {patient_text(plans[0])}")
    for letter, plan in zip("AB", plans, strict=False):
        say(console, f"{letter}  {plan.plan.regimen}" if len(plans) > 1 else plan.plan.regimen, "bold")
        say(console, plan_text(plan), indent="   " if len(plans) > 1 else "")
    if product := plans[0].product:
        say(console, f"Product: {product.name}, sucrose: {product.text}")
    console.print()


def _print_event(console: Console, risks: Sequence[EventRisk], between: Differences | None) -> None:
    say(console, risks[0].title, "bold")
    if nothing := min(map(nothing_text, risks), key=len):
        say(console, nothing, indent="  ")
    apart = len(risks) > 1 and risks[0].summaries != risks[1].summaries
    for letter, risk in zip("AB", risks if apart else risks[:1], strict=False):
        for each in risk.summaries:
            say(console, f"{letter}: {summary_text(each)}" if apart else summary_text(each), indent="  ")
    _print_figures(console, risks, between)
    notes = dict.fromkeys(note for risk in risks for note in (*modifier_notes(risk), *factor_notes(risk)))
    for note in notes:
        say(console, note, "dim", indent="  ")
    console.print()


def _print_figures(console: Console, risks: Sequence[EventRisk], between: Differences | None) -> None:
    """Print each source's figure by outcome: whom it is from, over the plan, and the difference."""
    found = [{each.id: each for each in risk.used} for risk in risks]
    differences = {} if between is None else _by_id(between, risks[0].event)
    shown = ""
    for each in _by_outcome(found):
        if each.outcome != shown:
            say(console, each.outcome, "italic", indent="  ")
        shown = each.outcome
        say(console, figure_text(each), indent="    ")
        say(console, _whom(each), "dim", indent="      ")
        cells = [_over_plan(estimates.get(each.id)) for estimates in found]
        if line := _plan_line(cells, differences.get(each.id), between is not None):
            say(console, line, indent="      ")


def _plan_line(cells: Sequence[str], found: Difference | None, two: bool) -> str:
    """Return a figure over one plan, or over both with the difference; empty when there is nothing to say."""
    if not two:
        return f"over the plan: {cells[0]}" if cells[0] else ""
    if cells[0] == cells[1]:
        return f"A and B {cells[0]}" if cells[0] else ""
    texts = [f"{letter} {cell}" for letter, cell in zip("AB", cells, strict=True) if cell]
    if found is not None and found.same is not None:
        texts.append(f"B − A {difference_text(found)}")
    return "; ".join(texts)


def _by_outcome(found: Sequence[dict[str, Estimate]]) -> list[Estimate]:
    """Return the estimates of all plans, those of one outcome together."""
    every = {id_: each for estimates in found for id_, each in estimates.items()}
    outcomes = list(dict.fromkeys(each.outcome for each in every.values()))
    return sorted(every.values(), key=lambda each: outcomes.index(each.outcome))


def _by_id(between: Differences, event: str) -> dict[str, Difference]:
    """Return the differences of an event by the estimate of the second plan."""
    return {each.second: each for each in between.by_source if each.event == event}


def _over_plan(estimate: Estimate | None) -> str:
    return "does not hold" if estimate is None else course_text(estimate.course)


def _whom(estimate: Estimate) -> str:
    texts = [estimate.who, estimate.brand if estimate.brand not in estimate.who else "", estimate.dose]
    if estimate.quantity == "excess":
        texts.insert(0, "excess over no IVIG")
    text = ", ".join(text for text in texts if text)
    return f"{text}; {estimate.why} ({estimate.id})" if estimate.why else f"{text} ({estimate.id})"
