"""A regimen: one or more courses, read from phrases and turned into doses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ivigsim.errors import InputError
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

    @classmethod
    def parse(cls, text: str | Sequence[str]) -> Regimen:
        """Read a dose phrase or a list of them into one regimen; ' + ' joins courses within a text.

        Parameters
        ----------
        text : str or sequence of str
            `DRUG AMOUNT UNIT [over DURATION] [daily | every INTERVAL] [xCOUNT] [from day D]`.

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

    def doses(self, weight_kg: ArrayLike, *, allow_extreme: bool = False) -> DoseTable:
        """Return every single dose, sorted by time.

        Parameters
        ----------
        weight_kg : array_like, shape (n,)
            Body weights (kg); absolute doses are divided by them.
        allow_extreme : bool
            Take a total above the drug's limit within its window.

        Returns
        -------
        DoseTable
            One row when every dose is per kg, else n rows.

        Raises
        ------
        InputError
            When a weight is not above 0, or a dose cannot be given.

        Examples
        --------
        >>> Regimen.parse("IVIG 35 g").doses([70.0, 50.0]).amount.tolist()
        [[500.0], [700.0]]
        """
        weight = _weights(weight_kg)
        per_kg = all(course.per_kg for course in self.courses)
        weight = weight[:1] if per_kg else weight
        courses = sorted(self.courses, key=lambda course: course.start_d)  # the order event tables use too
        with np.errstate(over="ignore"):  # `checked` refuses what is too large
            single = [course.amount_per_kg(weight) for course in courses]
            running = [course.duration_d(each) for course, each in zip(courses, single, strict=True)]
        counts = [course.count for course in courses]
        times = np.concatenate([course.times_d() for course in courses])
        order = np.argsort(times, kind="stable")
        which = np.repeat(np.arange(len(courses)), counts)[order]
        names = inputs()
        target = np.array([names.index(course.definition.input) for course in courses], dtype=np.int64)
        shape = (len(weight), len(order))
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
            lambda row: name if per_kg else f"{name} for a patient of {weight[row]:.4g} kg",
            allow_extreme=allow_extreme,
        )

    def to_event_table(self, weight_kg: float) -> polars.DataFrame:
        """Return the regimen as a NONMEM event table, one row per course.

        Parameters
        ----------
        weight_kg : float
            Body weight (kg); absolute doses are divided by it.

        Returns
        -------
        polars.DataFrame
            ID, TIME (d), AMT (mg/kg for IVIG), RATE (amount per d), DUR (d), II (d), ADDL, EVID, CMT
            (name of the dose input), sorted by TIME.

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

        self.doses([weight_kg], allow_extreme=True)  # for its checks
        rows = [_event(course, _weights([weight_kg])) for course in self.courses]
        return pl.DataFrame(rows).sort("TIME", maintain_order=True)


def _event(course: Course, weight: NDArray[np.float64]) -> dict[str, object]:
    amount = course.amount_per_kg(weight)
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


def _weights(weight_kg: ArrayLike) -> NDArray[np.float64]:
    weight = np.asarray(weight_kg, dtype=np.float64)
    if weight.ndim != 1 or weight.size == 0:
        raise InputError(f"weights have the shape {weight.shape}; accepted: one weight in kg per patient")
    wrong = ~((weight > 0) & np.isfinite(weight))
    if wrong.any():
        row = int(wrong.argmax())
        raise InputError(
            f"the weight of patient {row} is {weight[row]:g} kg; accepted: a finite weight above 0"
        )
    return weight
