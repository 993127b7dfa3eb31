"""The simulated haemoglobin and viscosity as a terminal shows them, beside published rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ivigsim.outcomes.intervals import Interval
from ivigsim.report.safety_wording import number, span
from ivigsim.safety.adverse.assessment import Assessment
from ivigsim.safety.adverse.beside import DEFINITIONS, Beside, OutsideCheck, beside, outside_checks
from ivigsim.safety.adverse.red_cell_course import FALLS, GroupCourse, HaemolysisCourse
from ivigsim.safety.adverse.viscosity import CURVE

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

TITLE = "Haemoglobin and viscosity in the mechanistic model"


def print_courses(console: Console, courses: Sequence[HaemolysisCourse], plans: Sequence[Assessment]) -> None:
    """Print the simulated courses, one table for each plan, and what stands beside them."""
    from ivigsim.report.safety_text import say

    first = courses[0]
    say(console, TITLE, "bold")
    titre = "" if first.titre_ratio == 1 else f", isoagglutinin titre x {number(first.titre_ratio)}"
    who = f"{first.patients} virtual patients ({first.population}) in each blood group"
    say(console, f"{who}, seed {first.seed}{titre}", indent="  ")
    for letter, course, plan in zip("AB", courses, plans, strict=False):
        if len(courses) > 1:
            say(console, f"{letter}  {course.regimen}")
        console.print(course_table(course))
        peak = f"highest IgG {span(course.peak_igg)} g/L, viscosity up by {span(course.viscosity_rise)} cP"
        say(console, f"{peak} (median, middle 90% of patients).", indent="  ")
        for each in beside(course, plan.plan.course_g_kg):
            say(console, beside_text(each), "dim", indent="  ")
    for note in (DEFINITIONS, CURVE):
        say(console, f"{note[0].upper()}{note[1:]}.", "dim", indent="  ")
    for check in outside_checks():
        if check.event == "haemolysis":
            say(console, outside_text(check), "dim", indent="  ")
    console.print()


def course_table(course: HaemolysisCourse) -> Table:
    """Return one row per blood group.

    Examples
    --------
    >>> from ivigsim.safety.adverse import haemolysis_course
    >>> course_table(haemolysis_course("IVIG 1 g/kg", patients=10, days=7)).row_count
    4
    """
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for name in ("group", "fall, g/dL (middle 90%)", "lowest on day"):
        table.add_column(name)
    for least in FALLS:
        table.add_column(f"fall >= {least:g} g/dL, %")
    for group in course.groups:
        table.add_row(*_row(group))
    return table


def _row(group: GroupCourse) -> list[str]:
    day = "-" if group.lowest_day != group.lowest_day else number(round(group.lowest_day, 1))
    shares = [span(_percent(group.share[least])) for least in FALLS]
    fall = group.fall
    tidy = Interval(*(None if x is None else round(x, 2) for x in (fall.value, fall.low, fall.high)))
    return [group.blood_group, span(tidy), day, *shares]


def _percent(interval: Interval) -> Interval:
    numbers = (interval.value, interval.low, interval.high)
    return Interval(*(None if x is None else round(100.0 * x, 1) for x in numbers))


def beside_text(found: Beside) -> str:
    """Return a simulated figure beside the published one."""
    unit = "%" if found.unit == "%" else f" {found.unit}" if found.unit else ""
    simulated = found.simulated_text if found.simulated is None else f"{span(found.simulated)}{unit}"
    published = found.published_text if found.published is None else f"{span(found.published)}{unit}"
    note = f"; {found.note}" if found.note else ""
    return f"{found.what}: simulated {simulated}, published {published} ({found.row}{note})."


def outside_text(found: OutsideCheck) -> str:
    """Return a published finding outside the facts table."""
    return f"{found.citation}: {found.finding}; {found.who}. Not in the facts table; shown as a check."
