"""One course: a drug, an amount, and when it is given; or a procedure and its day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivigsim.errors import InputError, unknown
from ivigsim.treatment.body import Body
from ivigsim.treatment.drugs import Drug, all_names, drug_named, drugs
from ivigsim.treatment.units import convert, convertible, known_unit
from ivigsim.treatment.wording import number_text, shown

LONGEST_D = 36_525.0  # d; assumed: a century, longer than any patient is treated
MOST_DOSES = 10_000  # doses of one patient; assumed: one a day for 27 years

_PHRASE_TIMES = ("d", "h", "min")


@dataclass(frozen=True)
class Course:
    """One drug at one amount, given once or at equal intervals, or a procedure; immutable.

    Parameters
    ----------
    drug : str
        Name or alias of a drug in the registry; kept as the canonical name.
    amount : float
        Amount of each dose in `unit`, above 0.
    unit : str
        A unit the drug accepts: per kg of body weight, per m2 of body surface, or absolute.
    over_d : float, optional
        Duration of each infusion (d), above 0. None: as the registry says for the drug.
    every_d : float, optional
        Interval between starts of doses (d), above 0; needed when `count` is above 1.
    count : int
        Number of doses, from 1.
    start_d : float
        Simulation day of the first dose, from 0.

    A procedure has the amount 1 in the unit "procedure", and of the rest only a day.

    Raises
    ------
    InputError
        When a value is not one of these.

    Examples
    --------
    >>> from ivigsim.treatment import Course
    >>> str(Course("ivig", 0.4, "g/kg", every_d=1, count=5))
    'IVIG 0.4 g/kg daily x5'
    """

    drug: str
    amount: float
    unit: str
    over_d: float | None = None
    every_d: float | None = None
    count: int = 1
    start_d: float = 0.0

    def __post_init__(self) -> None:
        """Put every field in its canonical form, or refuse it."""
        drug = drug_named(self.drug)
        if drug is None:
            raise unknown("drug", shown(self.drug, quote=False), [d.name for d in drugs()], all_names())
        fields = {
            "drug": drug.name,
            "unit": known_unit(self.unit, drug.units, f"unit of {drug.name}"),
            "amount": _amount(self.amount, self.unit),
            "over_d": None if self.over_d is None else _duration(self.over_d),
            "every_d": None if self.every_d is None else _interval(self.every_d),
            "count": whole_count(self.count),
            "start_d": _start(self.start_d, "on day" if drug.is_procedure else "from day"),
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)
        if self.count > 1 and self.every_d is None:
            raise InputError(
                f"x{self.count} has no interval; accepted: 'daily' or 'every INTERVAL' before the count"
                f" (nearest: 'daily x{self.count}')"
            )
        if drug.is_procedure and (self.amount, self.over_d, self.every_d, self.count) != (1, None, None, 1):
            raise InputError(
                f"{drug.name} is a procedure, done once and whole; accepted: amount 1, only a day beside it"
                f" (nearest: '{drug.name} on day {number_text(self.start_d)}')"
            )

    @property
    def definition(self) -> Drug:
        """The drug as the registry describes it."""
        drug = drug_named(self.drug)
        assert drug is not None  # checked when the course was made
        return drug

    @property
    def divided_by(self) -> str | None:
        """Body size that the amount is divided by: "kg", "m2" (of surface), or None when it needs none."""
        unit = self.definition.model_unit
        return None if convertible(self.unit, unit) else unit.rpartition("/")[2]

    @property
    def per_kg(self) -> bool:
        """Whether every patient gets the same in the model's unit: per kg, per m2, or a procedure."""
        return self.divided_by is None

    def model_amount(self, patients: Body) -> NDArray[np.float64]:
        """Return the amount of one dose for each patient, in the unit of the model's input.

        Raises
        ------
        InputError
            When it is divided by body surface and there are no heights.

        Examples
        --------
        >>> from ivigsim.treatment.body import body
        >>> Course("IVIG", 70, "g").model_amount(body([70.0, 35.0])).tolist()
        [1000.0, 2000.0]
        >>> Course("rituximab", 750, "mg").model_amount(body([80.0], [180.0])).tolist()
        [375.0]
        """
        unit, per = self.definition.model_unit, self.divided_by
        if per is None:
            return np.full(patients.weight_kg.shape, convert(self.amount, self.unit, unit))
        size = patients.size(per, f"{self.drug} in {self.unit}")
        absolute: NDArray[np.float64] = convert(self.amount, f"{self.unit}/{per}", unit) / size
        return absolute

    def duration_d(self, amount: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how long each amount runs (d): as written, or as the registry says; 0 is a bolus.

        Examples
        --------
        >>> (1440 * Course("IVIG", 1, "g/kg").duration_d(np.array([1000.0]))).round(6).tolist()
        [250.0]
        >>> (24 * Course("prednisolone", 2, "mg/kg").duration_d(np.array([2.0]))).tolist()
        [1.0]
        """
        rate, duration = self.definition.default_rate, self.definition.default_duration
        if self.over_d is not None:
            return np.full(amount.shape, self.over_d)
        if duration is not None:
            return np.full(amount.shape, convert(duration.value, duration.unit, "d"))
        if rate is None:
            return np.zeros(amount.shape)
        running: NDArray[np.float64] = amount / convert(
            rate.value, rate.unit, f"{self.definition.model_unit}/d"
        )
        return running

    def times_d(self) -> NDArray[np.float64]:
        """Return the start of each dose (d).

        Examples
        --------
        >>> Course("IVIG", 1, "g/kg", every_d=7, count=3, start_d=1).times_d().tolist()
        [1.0, 8.0, 15.0]
        """
        return np.arange(self.count, dtype=np.float64) * (self.every_d or 0.0) + self.start_d

    def __str__(self) -> str:
        """Return the canonical dose phrase."""
        if self.definition.is_procedure:
            return f"{self.drug} on day {number_text(self.start_d)}" if self.start_d > 0 else self.drug
        parts = [self.drug, number_text(self.amount), self.unit]
        if self.over_d is not None:
            parts.append(f"over {time_text(self.over_d)}")
        if self.every_d is not None:
            every = "daily" if self.every_d == 1 else f"every {time_text(self.every_d)}"
            parts.append(f"{every} x{self.count}")
        if self.start_d > 0:
            parts.append(f"from day {number_text(self.start_d)}")
        return " ".join(parts)


def time_text(days: float) -> str:
    """Return the shortest text in d, h or min that reads back as exactly `days`.

    Examples
    --------
    >>> time_text(1.0), time_text(250 / 1440)
    ('1 d', '250 min')
    """
    texts = [f"{number_text(days)} d"]
    for unit in _PHRASE_TIMES[1:]:
        rounded = float(f"{convert(days, 'd', unit):.12g}")
        if convert(rounded, unit, "d") == days:
            texts.append(f"{number_text(rounded)} {unit}")
    return min(texts, key=len)


def _amount(value: float, unit: str) -> float:
    if 0 < value < float("inf"):
        return float(value)
    near = number_text(-value) if float("-inf") < value < 0 else "1"
    raise InputError(
        f"amount '{value:g} {unit}' is refused; accepted: a finite amount above 0 (nearest: '{near} {unit}')"
    )


def _duration(value: float) -> float:
    if 0 < value <= LONGEST_D:
        return float(value)
    raise InputError(
        f"'over' {value:g} d is refused; accepted: a duration above 0 and at most {LONGEST_D:g} d, or no"
        " 'over' for the default rate (nearest: 'over 1 min'; a bolus comes only from an event table)"
    )


def _interval(value: float) -> float:
    if 0 < value <= LONGEST_D:
        return float(value)
    raise InputError(
        f"'every' {value:g} d is refused; accepted: an interval above 0 and at most {LONGEST_D:g} d"
        " (nearest: 'daily')"
    )


def whole_count(value: float) -> int:
    """Return `value` as a number of doses.

    Raises
    ------
    InputError
        When it is not a whole number from 1 to `MOST_DOSES`.

    Examples
    --------
    >>> whole_count(2.0)
    2
    """
    if 1 <= value <= MOST_DOSES and value == int(value):
        return int(value)
    near = min(max(round(value), 1), MOST_DOSES) if abs(value) < float("inf") else 1
    raise InputError(
        f"'x{value:g}' is refused; accepted: a whole number of doses from 1 to {MOST_DOSES}"
        f" (nearest: 'x{near}')"
    )


def _start(value: float, words: str) -> float:
    if 0 <= value <= LONGEST_D:
        return abs(float(value))  # -0.0 becomes 0.0
    near = 0 if not value > 0 else LONGEST_D
    raise InputError(
        f"'{words} {value:g}' is refused; accepted: a day from 0 (the start of the simulation) to"
        f" {LONGEST_D:g} (nearest: '{words} {near:g}')"
    )
