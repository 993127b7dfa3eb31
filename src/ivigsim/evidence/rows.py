"""Published results as data: one row each, in a small typed form that can be simulated."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

STATISTICS = (
    *("share", "median", "mean", "highest median"),
    *("odds ratio", "risk ratio", "difference of shares", "difference of means"),
)
OVER = ("all patients", "responders")
USES = ("fit", "hold out", "check", "not simulated")
GROUPS = (
    *("onset", "response rate", "height", "duration", "dose", "comparators", "children"),
    *("IgG", "red cells", "haemoglobin", "kinetics", "other"),
)
QUANTITY_UNITS: Mapping[str, str] = {
    "platelets": "1e9/L",
    "time to platelets": "d",
    "duration of platelets": "d",
    "days below platelets": "d",
    "platelet increment": "1e9/L",
    "peak platelets": "1e9/L",
    "peak platelet increment": "1e9/L",
    "visits with platelets": "visits",
    "igg": "g/L",
    "igg trough": "g/L",
    "igg rise": "g/L",
    "peak igg": "g/L",
    "igg half-life": "d",
    "haemoglobin": "g/dL",
    "lowest haemoglobin": "g/dL",
    "haemoglobin change": "g/dL",
    "red-cell half-life": "min",
    "platelet life": "d",
    "platelet turnover": "x normal",
}
"""Quantity -> its unit; a share of patients is in %, a ratio has the unit "ratio"."""
INTERVALS = ("", "95% CI", "range", "IQR", "SD")

_OUTCOMES: Mapping[tuple[object, ...], str] = {
    ("share", "platelets", 50, None, ("by", 1), "all patients"): "responded_by_day_1",
    ("share", "platelets", 50, None, ("by", 7), "all patients"): "responded_by_day_7",
    ("median", "time to platelets", 50, None, None, "all patients"): "time_to_50_all",
    ("median", "time to platelets", 50, None, None, "responders"): "time_to_50_responders",
    ("median", "duration of platelets", 50, None, None, "responders"): "duration_50",
    ("highest median", "platelets", None, None, None, "all patients"): "highest_median",
}
_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
}


@dataclass(frozen=True)
class Window:
    """When an endpoint is judged, as the publication counts its days.

    Attributes
    ----------
    kind : str
        "by": at any time up to the day; "on": on the day; "days": between two days.
    day, last_day : float
        The day, or the first and last; equal but for "days".
    first_day : float or None
        The number it gives the day of the first infusion; None where it does not say (0 is assumed).

    Examples
    --------
    >>> Window("on", 8, 8, first_day=1).end_d
    7
    """

    kind: str
    day: float
    last_day: float
    first_day: float | None

    @property
    def start_d(self) -> float:
        """Start of the window in days after the first infusion."""
        return 0.0 if self.kind == "by" else self.day - (self.first_day or 0)

    @property
    def end_d(self) -> float:
        """End of the window in days after the first infusion."""
        return self.last_day - (self.first_day or 0)


@dataclass(frozen=True)
class Entry:
    """An entry criterion: a covariate, "<=", ">=" or "=", and a value."""

    covariate: str
    comparison: str
    value: float | str | bool

    def met(self, values: NDArray[Any]) -> NDArray[np.bool_]:
        """Say which patients meet it.

        Examples
        --------
        >>> Entry("age_years", ">=", 18.0).met(np.array([12.0, 40.0])).tolist()
        [False, True]
        """
        found: NDArray[np.bool_] = _COMPARISONS[self.comparison](values, self.value)
        return found


@dataclass(frozen=True)
class Endpoint:
    """What was measured.

    Attributes
    ----------
    statistic, quantity : str
        One of `STATISTICS` and of `QUANTITY_UNITS`.
    threshold : float or None
        To reach, in the unit of the quantity; a platelet count for times, durations and visits.
    fold : float or None
        Multiple of the baseline count to reach as well.
    at_least : float or None
        Days (durations) or visits to reach.
    window : Window or None
    visits : tuple of float
        Days on which counts were taken; empty for daily.
    over : str
        The patients in the denominator, one of `OVER`.
    """

    statistic: str
    quantity: str
    threshold: float | None
    fold: float | None
    at_least: float | None
    window: Window | None
    visits: tuple[float, ...]
    over: str


@dataclass(frozen=True)
class Row:
    """One published result.

    Attributes
    ----------
    id, trial, citation, link : str
        Number of the row, the trial it belongs to, who published it, and where it was read.
    group : str
        One of `GROUPS`.
    population, like, difference : str
        As published, the nearest of `ivigsim.population_names`, and how it differs, if it does.
    entry : tuple of Entry
        Entry criteria of the trial.
    covariates : tuple of (str, object)
        Fixed for everyone.
    n : int or None
        Patients; None where unknown.
    regimen, against, regimen_published : str
        As a dose phrase or "untreated", that of the arm it is compared with, and as published.
    endpoint, endpoint_published : Endpoint or None, str
        In typed form, None where it cannot be simulated; and as published.
    value, value_published : float or None, str
        The result as a number, and as published.
    low, high : float or None
        Ends of the published interval.
    unit, interval : str
        Unit of the three, and what the interval is, one of `INTERVALS`.
    use, reason : str
        One of `USES`, and why a row is not simulated, or only a check.
    note, reading : str
        What the publication adds, and what had to be assumed to simulate the row.
    """

    id: str
    trial: str
    citation: str
    link: str
    group: str
    population: str
    like: str
    difference: str
    entry: tuple[Entry, ...]
    covariates: tuple[tuple[str, object], ...]
    n: int | None
    regimen: str
    against: str
    regimen_published: str
    endpoint: Endpoint | None
    endpoint_published: str
    value: float | None
    value_published: str
    low: float | None
    high: float | None
    unit: str
    interval: str
    use: str
    reason: str
    note: str
    reading: str

    @property
    def outcome(self) -> str | None:
        """Id of the outcome of `ivigsim.outcomes.summarise` it can stand beside; None when there is none."""
        e = self.endpoint
        if e is None or e.visits or e.at_least is not None:
            return None
        # the highest median has its day beside it, so the day does not decide
        when = (
            None if e.window is None or e.statistic == "highest median" else (e.window.kind, e.window.end_d)
        )
        return _OUTCOMES.get((e.statistic, e.quantity, e.threshold, e.fold, when, e.over))

    @property
    def simulated(self) -> bool:
        """Whether the row can be simulated."""
        return self.endpoint is not None

    @property
    def measured(self) -> Endpoint:
        """The endpoint of a row that can be simulated.

        Raises
        ------
        ValueError
            When it cannot be.
        """
        if self.endpoint is None:
            raise ValueError(f"row {self.id} is not simulated: {self.reason}")
        return self.endpoint

    @property
    def number(self) -> float:
        """The result of a row that can be simulated."""
        if self.value is None:
            raise ValueError(f"row {self.id} is not simulated: {self.reason}")
        return self.value


@cache
def load_rows() -> tuple[Row, ...]:
    """Read `results.tsv`; the order is that of the file.

    Examples
    --------
    >>> row = next(row for row in load_rows() if row.id == "E019")
    >>> row.value, row.unit, row.n, row.use
    (80.7, '%', 57, 'fit')
    """
    from ivigsim.evidence.reading import read_rows

    return read_rows(files(__package__).joinpath("results.tsv").read_text(encoding="utf-8"))
