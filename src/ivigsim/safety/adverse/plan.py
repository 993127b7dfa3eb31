"""What of a plan matters for its risks: infusions, grams, rate, days at risk, steroid cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivigsim.errors import InputError
from ivigsim.treatment import Course, Regimen

STEROIDS = ("prednisolone", "methylprednisolone", "dexamethasone")
COURSE_D = (
    7.0  # d; assumed: doses within a week are one course, split over 2 to 5 days (hem_label, na_pseudo)
)
_BEFORE_D = 1.0  # d; assumed: a steroid given up to a day before an infusion covers it

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Plan:
    """The IVIG of a regimen in one patient.

    Attributes
    ----------
    regimen : str
    weight_kg : float
    infusions : int
    grams, course_g_kg : float
        All of it (g), and the most within a week (g/kg).
    rate_mg_kg_min, rate_g_h : float
        Fastest infusion.
    days_at_risk : float
        Days of an infusion or the day after one (d).
    steroid : str
        "yes", "no", or "part" when a steroid covers some infusions only.
    steroids : tuple of str
        Which the regimen has.
    """

    regimen: str
    weight_kg: float
    infusions: int
    grams: float
    course_g_kg: float
    rate_mg_kg_min: float
    rate_g_h: float
    days_at_risk: float
    steroid: str
    steroids: tuple[str, ...]


def read_plan(
    regimen: str | Sequence[str] | Regimen,
    weight_kg: float,
    *,
    infusions: int | None = None,
    rate: float | None = None,
) -> Plan:
    """Read what matters off a regimen.

    Parameters
    ----------
    regimen : str, sequence of str or Regimen
    weight_kg : float
        Body weight (kg).
    infusions : int, optional
        Number of IVIG infusions, when the doses are split further than the regimen says.
    rate : float, optional
        Fastest rate (mg/kg/min) instead of that of the regimen.

    Raises
    ------
    InputError
        When the regimen has no IVIG, or a number is out of range.

    Examples
    --------
    >>> plan = read_plan("IVIG 1 g/kg daily x2 + prednisolone 2 mg/kg daily x5", 70)
    >>> plan.infusions, plan.grams, plan.course_g_kg, round(plan.rate_g_h, 1), plan.days_at_risk, plan.steroid
    (2, 140.0, 2.0, 16.8, 3.0, 'yes')
    """
    given = regimen if isinstance(regimen, Regimen) else Regimen.parse(regimen)
    courses = tuple(course for course in given.courses if course.drug == "IVIG")
    if not courses:
        raise InputError(
            f"the plan {str(given)!r} has no IVIG; accepted: one with IVIG, such as 'IVIG 1 g/kg daily x2'"
        )
    if infusions is not None and (isinstance(infusions, bool) or not 1 <= infusions <= 1000):
        raise InputError(f"infusions is {infusions!r}; accepted: a whole number from 1 to 1000")
    if rate is not None and not 0 < rate <= 100:
        raise InputError(f"rate is {rate!r} mg/kg/min; accepted: above 0 and at most 100 (nearest: 4)")
    table = Regimen(courses).doses([weight_kg])
    times, mg_kg = table.time_d[0], table.amount[0]
    fastest = float(np.max(mg_kg / (table.duration_d[0] * 1440))) if rate is None else float(rate)
    return Plan(
        regimen=str(given),
        weight_kg=float(weight_kg),
        infusions=len(times) if infusions is None else int(infusions),
        grams=float(mg_kg.sum()) * weight_kg / 1000,
        course_g_kg=_most_within(times, mg_kg) / 1000,
        rate_mg_kg_min=fastest,
        rate_g_h=fastest * weight_kg * 60 / 1000,
        days_at_risk=_days_at_risk(times),
        steroid=_steroid_cover(given.courses, times),
        steroids=tuple(dict.fromkeys(c.drug for c in given.courses if c.drug in STEROIDS)),
    )


def _most_within(times: Floats, amounts: Floats) -> float:
    """Return the largest total within a week."""
    return max(
        round(float(amounts[(times >= start) & (times < start + COURSE_D)].sum()), 6) for start in times
    )


def _days_at_risk(times: Floats) -> float:
    """Return how long it is the day of an infusion or the next; days shared by two infusions count once."""
    ends = np.minimum(times[:-1] + 2.0, times[1:]) - times[:-1]
    return float(ends.sum() + 2.0)


def _steroid_cover(courses: Sequence[Course], infusions: Floats) -> str:
    given = [course.times_d() for course in courses if course.drug in STEROIDS]
    if not given:
        return "no"
    times = np.concatenate(given)
    covered = [bool(((times >= start - _BEFORE_D) & (times <= start)).any()) for start in infusions]
    return "yes" if all(covered) else "part" if any(covered) else "no"
