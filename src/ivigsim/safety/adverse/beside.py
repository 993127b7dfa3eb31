"""The simulated fall of haemoglobin and rise of viscosity beside what was published."""

from __future__ import annotations

from dataclasses import dataclass

from ivigsim.outcomes.intervals import Interval
from ivigsim.safety.adverse.facts import load_facts, read_table
from ivigsim.safety.adverse.readings import load_readings
from ivigsim.safety.adverse.red_cell_course import GROUPS, HaemolysisCourse
from ivigsim.safety.adverse.uncertainty import counted
from ivigsim.safety.adverse.viscosity import ROW, measured_rise

DEFINITIONS = "a fall of haemoglobin is not the definition of the source, which asks for signs of haemolysis"


@dataclass(frozen=True)
class Beside:
    """A simulated figure and a published one.

    Attributes
    ----------
    what : str
    simulated, published : Interval or None
        In `unit`; None where it has no number.
    simulated_text, published_text : str
        In words, where there is no number.
    unit, row, source, note : str
    """

    what: str
    simulated: Interval | None
    published: Interval | None
    simulated_text: str
    published_text: str
    unit: str
    row: str
    source: str
    note: str


@dataclass(frozen=True)
class OutsideCheck:
    """A published finding that is not in the facts table, shown as a check and used for nothing."""

    event: str
    citation: str
    finding: str
    who: str


def beside(found: HaemolysisCourse, course_g_kg: float) -> list[Beside]:
    """Return what can be compared: high-dose rows only for a course of at least 2 g/kg.

    Examples
    --------
    >>> from ivigsim.safety.adverse import haemolysis_course
    >>> found = haemolysis_course("IVIG 1 g/kg daily x2", patients=20, days=10)
    >>> [each.row for each in beside(found, 2.0)]
    ['hem_prospective', 'hem_prospective_g2', 'hem_blood_group', 'SAF01']
    """
    rows = []
    high = course_g_kg >= 2.0
    if high and found.non_o:
        rows += [_prospective(found, "hem_prospective", 1.0), _prospective(found, "hem_prospective_g2", 2.0)]
    if len(found.groups) == len(GROUPS):
        rows.append(_order(found))
    if high:
        mean, low, top = measured_rise()
        rows.append(
            Beside(
                what="rise of serum viscosity after the course, 2 g/kg",
                simulated=found.viscosity_rise,
                published=Interval(mean, low, top),
                simulated_text="",
                published_text="",
                unit="cP",
                row=ROW,
                source=load_facts()[ROW].source,
                note="",
            )
        )
    return rows


def _prospective(found: HaemolysisCourse, row: str, least: float) -> Beside:
    reading = next(each for each in load_readings() if each.id == row)
    assert reading.n is not None
    published = counted((reading.events or 0.0) / reading.n, reading.n)
    return Beside(
        what=f"group A, B or AB: fall of at least {least:g} g/dL beside {reading.outcome}",
        simulated=Interval(100.0 * found.non_o[least], None, None),
        published=Interval(*(None if x is None else 100.0 * x for x in vars(published).values())),
        simulated_text="",
        published_text="",
        unit="%",
        row=row,
        source=reading.fact.source,
        note="",
    )


def _order(found: HaemolysisCourse) -> Beside:
    falls = {each.blood_group: each.fall.value or 0.0 for each in found.groups}
    order = " > ".join(sorted(falls, key=lambda group: -falls[group]))
    fact = load_facts()["hem_blood_group"]
    return Beside(
        what="order of the blood groups",
        simulated=None,
        published=None,
        simulated_text=f"{order} (median fall)",
        published_text="AB > A > B > O (risk)",
        unit="",
        row=fact.id,
        source=fact.source,
        note="the factors of the blood groups in the model are assumed, with this order in view",
    )


def outside_checks() -> tuple[OutsideCheck, ...]:
    """Return the published findings outside the facts table.

    Examples
    --------
    >>> outside_checks()[0].citation
    'Daniel 2012 Transfusion 52:2113'
    """
    table = read_table("checks.tsv", ("event", "citation", "finding", "who"))
    return tuple(OutsideCheck(**row) for row in table)
