"""Doses of an indication: a fixed number first, then maintenance that goes on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

from ivigsim.errors import InputError
from ivigsim.treatment import Course, Regimen
from ivigsim.treatment.phrase import parse_course
from ivigsim.treatment.units import convert

_GOES_ON = re.compile(r"\b(daily|every)\b", re.I)
_COUNT = re.compile(r"(?:\bx|×) ?[0-9]", re.I)
NEAR_ZERO_D = 1e-6  # 0.1 s; two times closer than this are one
_LONGEST_CYCLE_D = 364.0  # assumed: no replacement is given less than once a year


@dataclass(frozen=True)
class Plan:
    """Doses of IVIG: a course or loading, then maintenance repeated at one interval.

    Attributes
    ----------
    loading : tuple of Course
        Given once; the whole course where there is no maintenance.
    maintenance : tuple of Course
        One infusion each per cycle (count 1), all with the same interval.

    Examples
    --------
    >>> plan = read_plan("1 g/kg daily x2 + 1 g/kg every 3 weeks from day 21")
    >>> print(plan)
    IVIG 1 g/kg daily x2, then IVIG 1 g/kg every 21 d from day 21
    >>> plan.every_d, plan.starts_d(3).tolist()
    (21.0, [21.0, 42.0, 63.0])
    """

    loading: tuple[Course, ...]
    maintenance: tuple[Course, ...]

    def __post_init__(self) -> None:
        """Refuse drugs other than IVIG and maintenance that does not follow on."""
        for course in (*self.loading, *self.maintenance):
            if course.drug != "IVIG":
                raise InputError(f"'{course}' is not IVIG; accepted: IVIG alone (nearest: 'IVIG 400 mg/kg')")
        if not self.maintenance:
            return
        every = {course.every_d for course in self.maintenance}
        starts = [course.start_d for course in self.maintenance]
        if len(every) > 1:
            raise InputError(f"maintenance '{self}' has several intervals; accepted: one interval for all")
        if self.every_d > _LONGEST_CYCLE_D:
            raise InputError(
                f"maintenance every {self.every_d:g} d is too rare; accepted: every {_LONGEST_CYCLE_D:g} d"
                " or more often"
            )
        if max(starts) - min(starts) >= self.every_d:
            raise InputError(
                f"the infusions of '{self}' overlap; accepted: all of a cycle within its interval"
            )
        last = max((course.times_d()[-1] for course in self.loading), default=-1.0)
        if min(starts) <= last:
            raise InputError(
                f"maintenance starts on day {min(starts):g}, loading ends on day {last:g}; accepted: a later"
                f" start (nearest: 'from day {last + self.every_d:g}')"
            )

    @property
    def every_d(self) -> float:
        """Interval of maintenance (d); 0 when there is none."""
        return (self.maintenance[0].every_d or 0.0) if self.maintenance else 0.0

    @property
    def start_d(self) -> float:
        """Day of the first maintenance infusion; 0 when there is none."""
        return min((course.start_d for course in self.maintenance), default=0.0)

    @property
    def per_kg(self) -> bool:
        """Whether all doses are per kg of body weight."""
        return all(course.per_kg for course in (*self.loading, *self.maintenance))

    def starts_d(self, cycles: int) -> NDArray[np.float64]:
        """Return when each cycle of maintenance starts (d)."""
        return self.start_d + self.every_d * np.arange(cycles, dtype=np.float64)

    def whole_cycles(self, days: float) -> int:
        """Return how many whole intervals of maintenance lie before a day; 0 when there is none."""
        return max(int((days - self.start_d) / self.every_d + NEAR_ZERO_D), 0) if self.maintenance else 0

    def until(self, days: float) -> Regimen:
        """Return all doses that start before a day, and at least one of maintenance.

        Examples
        --------
        >>> print(read_plan("400 mg/kg every 4 weeks").until(60))
        IVIG 400 mg/kg every 28 d x3
        """
        if not self.maintenance:
            return Regimen(self.loading)
        return self.regimen(max(ceil((days - self.start_d) / self.every_d - NEAR_ZERO_D), 1))

    def regimen(self, cycles: int) -> Regimen:
        """Return all doses with maintenance given a number of times.

        Examples
        --------
        >>> print(read_plan("400 mg/kg every 4 weeks").regimen(13))
        IVIG 400 mg/kg every 28 d x13
        """
        return Regimen((*self.loading, *(replace(each, count=cycles) for each in self.maintenance)))

    def cycle_mg_per_kg(self) -> float:
        """Return what one cycle of maintenance gives (mg/kg).

        Raises
        ------
        InputError
            When maintenance is not per kg, or there is none.
        """
        if not self.maintenance or not self.per_kg:
            raise InputError(
                f"'{self}' has no maintenance per kg; accepted: doses such as '400 mg/kg every 4 weeks'"
            )
        return sum(convert(each.amount, each.unit, "mg/kg") for each in self.maintenance)

    def maintenance_of(self, mg_per_kg: float) -> Plan:
        """Return maintenance alone, from day 0, that gives this much per cycle, split as before.

        Examples
        --------
        >>> plan = read_plan("1 g/kg every 28 d from day 7 + 1 g/kg every 28 d from day 8")
        >>> print(plan.maintenance_of(1500))
        IVIG 750 mg/kg every 28 d + IVIG 750 mg/kg every 28 d from day 1
        """
        whole = self.cycle_mg_per_kg()

        def scaled(each: Course) -> Course:
            amount = convert(each.amount, each.unit, "mg/kg") / whole * mg_per_kg
            return replace(each, amount=amount, unit="mg/kg", start_d=each.start_d - self.start_d)

        return Plan((), tuple(scaled(each) for each in self.maintenance))

    def __str__(self) -> str:
        """Return the doses in words; maintenance has no count."""
        first = " + ".join(map(str, self.loading))
        then = " + ".join(str(each).replace(" x1", "", 1) for each in self.maintenance)
        return ", then ".join(part for part in (first, then) if part)


def read_plan(text: str) -> Plan:
    """Read doses joined by " + "; one with an interval and no count goes on.

    Parameters
    ----------
    text : str
        Dose phrases as everywhere in ivigsim; "IVIG" may be left out.

    Raises
    ------
    InputError
        When a phrase cannot be read; the message quotes it.

    Examples
    --------
    >>> print(read_plan("400 mg/kg every 4 weeks"))
    IVIG 400 mg/kg every 28 d
    >>> read_plan("0.4 g/kg daily x5").maintenance
    ()
    """
    loading: list[Course] = []
    maintenance: list[Course] = []
    for part in re.split(r"\s\+\s", text.strip()):
        phrase = f"IVIG {part}" if re.match(r"[-+.]?[0-9]", part) else part
        if _GOES_ON.search(phrase) and not _COUNT.search(phrase):
            maintenance.append(_ongoing(phrase))
        else:
            loading.append(parse_course(phrase))
    return Plan(tuple(loading), tuple(maintenance))


def _ongoing(phrase: str) -> Course:
    """Read a phrase without a count: the grammar asks for one, so give it one and take it away."""
    try:
        return replace(parse_course(f"{phrase} x2"), count=1)
    except InputError as error:
        raise InputError(str(error).replace(f"{phrase} x2", phrase)) from None
