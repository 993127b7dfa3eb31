"""A regimen: one or more courses, read from phrases and turned into doses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ivigsim.errors import InputError
from ivigsim.treatment.body import Body, body
from ivigsim.treatment.course import MOST_DOSES, Course
from ivigsim.treatment.doses import DoseTable, checked
from ivigsim.treatment.drugs import inputs
from ivigsim.treatment.phrase import FORM, parse_course
from ivigsim.treatment.wording import shown

if TYPE_CHECKING:
    import polars


@dataclass(frozen=True)
class Regimen:
    """Courses given to one patient; immutable, and equal when all courses are.

    Parameters
    ----------
    courses : tuple of Course
        At least one.

    Examples
    --------
    >>> from ivigsim.treatment import Regimen
    >>> print(Regimen.parse("IVIG 1 g/kg + IVIG 400 mg/kg every 4 weeks x6 from day 21"))
    IVIG 1 g/kg + IVIG 400 mg/kg every 28 d x6 from day 21
    """

    courses: tuple[Course, ...]

    def __post_init__(self) -> None:
        """Refuse a regimen without doses or with more than a patient can get."""
        object.__setattr__(self, "courses", tuple(self.courses))
        if not self.courses:
            raise InputError(
                f"the regimen has no course; accepted: at least one {FORM}, or None for no treatment"
            )
        total = sum(course.count for course in self.courses)
        if total > MOST_DOSES:
            raise InputError(
                f"{shown(str(self))} has {total} doses; accepted: at most {MOST_DOSES} per patient"
            )
        procedures = [course.drug for course in self.courses if course.definition.is_procedure]
        for name in procedures:
            if procedures.count(name) > 1:
                raise InputError(f"{shown(str(self))} has {name} more than once; accepted: {name} once")

    @classmethod
    def parse(cls, text: str | Sequence[str]) -> Regimen:
        """Read a dose phrase or a list of them into one regimen; ' + ' joins courses within a text.

        Parameters
        ----------
        text : str or sequence of str
            `DRUG AMOUNT UNIT [over DURATION] [daily | every INTERVAL] [xCOUNT] [from day D]`, or
            `PROCEDURE [on day D]`.

        Returns
        -------
        Regimen

        Raises
        ------
        InputError
            When a phrase cannot be read; the message quotes it.

        Examples
        --------
        >>> regimen = Regimen.parse(["IVIG 1 g/kg over 24 h", "IVIG 0.5 g/kg from day 7"])
        >>> Regimen.parse(str(regimen)) == regimen
        True
        """
        texts = [text] if isinstance(text, str) else list(text)
        for item in texts:
            if not isinstance(item, str):
                raise InputError(f"{shown(item)} is not a dose phrase; accepted: text such as 'IVIG 1 g/kg'")
        return cls(tuple(parse_course(part) for item in texts for part in re.split(r"\s\+\s", item)))

    def __str__(self) -> str:
        """Return the canonical phrase; parsing it gives an equal regimen."""
        return " + ".join(map(str, self.courses))

    def doses(
        self, weight_kg: ArrayLike, height_cm: ArrayLike | None = None, *, allow_extreme: bool = False
    ) -> DoseTable:
        """Return every single dose, sorted by time.

        Parameters
        ----------
        weight_kg : array_like, shape (n,)
            Body weights (kg); absolute doses are divided by them.
        height_cm : array_like, shape (n,), optional
            Body heights (cm); needed by absolute doses of a drug that the model takes per m2 of body surface.
        allow_extreme : bool
            Take a total above the drug's limit within its window.

        Returns
        -------
        DoseTable
            One row when every patient gets the same per kg or m2, else n rows.

        Raises
        ------
        InputError
            When a weight or height is not above 0, a height is lacking, or a dose cannot be given.

        Examples
        --------
        >>> Regimen.parse("IVIG 35 g").doses([70.0, 50.0]).amount.tolist()
        [[500.0], [700.0]]
        """
        patients = body(weight_kg, height_cm)
        per_kg = all(course.per_kg for course in self.courses)
        if per_kg:  # the same for all: one row
            patients = body(patients.weight_kg[:1])
        courses = sorted(self.courses, key=lambda course: course.start_d)  # the order event tables use too
        with np.errstate(over="ignore"):  # `checked` refuses what is too large
            single = [course.model_amount(patients) for course in courses]
            running = [course.duration_d(each) for course, each in zip(courses, single, strict=True)]
        counts = [course.count for course in courses]
        times = np.concatenate([course.times_d() for course in courses])
        order = np.argsort(times, kind="stable")
        which = np.repeat(np.arange(len(courses)), counts)[order]
        names = inputs()
        target = np.array([names.index(course.definition.input) for course in courses], dtype=np.int64)
        shape = (len(patients.weight_kg), len(order))
        table = DoseTable(
            inputs=names,
            target=np.broadcast_to(target[which], shape),  # views: no copy per patient
            time_d=np.broadcast_to(times[order], shape),
            amount=np.stack(single, axis=1)[:, which],
            duration_d=np.stack(running, axis=1)[:, which],
        )
        name = shown(str(self))
        return checked(
            table,
            lambda row: name if per_kg else f"{name} for a patient of {patients.weight_kg[row]:.4g} kg",
            allow_extreme=allow_extreme,
        )

    def to_event_table(self, weight_kg: float, height_cm: float | None = None) -> polars.DataFrame:
        """Return the regimen as a NONMEM event table, one row per course.

        Parameters
        ----------
        weight_kg : float
            Body weight (kg); absolute doses are divided by it.
        height_cm : float, optional
            Body height (cm), as for `doses`.

        Returns
        -------
        polars.DataFrame
            ID, TIME (d), AMT (in the unit of the input: mg/kg for IVIG), RATE (amount per d), DUR (d), II
            (d), ADDL, EVID, CMT (name of the dose input), sorted by TIME.

        Raises
        ------
        InputError
            As `doses`, but totals above the drug's limit are taken.

        Examples
        --------
        >>> Regimen.parse("IVIG 1 g/kg daily x2").to_event_table(70)["ADDL"].to_list()
        [1]
        """
        import polars as pl

        patient = body([weight_kg], None if height_cm is None else [height_cm])
        self.doses(patient.weight_kg, patient.height_cm, allow_extreme=True)  # for its checks
        rows = [_event(course, patient) for course in self.courses]
        return pl.DataFrame(rows).sort("TIME", maintain_order=True)


def _event(course: Course, patient: Body) -> dict[str, object]:
    amount = course.model_amount(patient)
    duration = float(course.duration_d(amount)[0])
    return {
        "ID": 1,
        "TIME": course.start_d,
        "AMT": float(amount[0]),
        "RATE": float(amount[0]) / duration if duration > 0 else 0.0,
        "DUR": duration,
        "II": (course.every_d or 0.0) if course.count > 1 else 0.0,
        "ADDL": course.count - 1,
        "EVID": 1,
        "CMT": course.definition.input,
    }
