"""Published results: read from `results.tsv`, found by regimen, linked to the outcomes of a simulation."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import isfinite

import numpy as np

from ivigsim.treatment import DoseTable, Regimen

STATISTICS = ("share", "median", "mean", "highest median")
QUANTITIES = ("platelets", "time to platelets", "duration of platelets", "platelet increment")
OVER = ("all patients", "responders")
UNITS = ("%", "d", "1e9/L")

# Two weights tell a dose per kg from one that happens to be equal at one weight.
_TWO_WEIGHTS_KG = np.array([50.0, 100.0])
_SAME_TIME_D, _SAME_AMOUNT = 1e-6, 1e-9  # absolute; relative


@dataclass(frozen=True)
class Window:
    """When an endpoint is judged.

    Attributes
    ----------
    kind : str
        "by": at any time up to the day; "on": on the day.
    day : float
        As the publication counts.
    first_day : float or None
        The number it gives the day of the first infusion; None where it does not say.

    Examples
    --------
    >>> Window("on", 8, first_day=1).time_d
    7
    """

    kind: str
    day: float
    first_day: float | None

    @property
    def time_d(self) -> float | None:
        """Days after the first infusion, as a simulation counts; None when unknown."""
        return None if self.first_day is None else self.day - self.first_day


@dataclass(frozen=True)
class Endpoint:
    """What was measured.

    Attributes
    ----------
    statistic, quantity : str
        One of `STATISTICS` and one of `QUANTITIES`.
    threshold : float or None
        Platelet count to reach, 1e9/L.
    fold : float or None
        Multiple of the baseline count to reach as well.
    window : Window or None
    over : str
        The patients in the denominator, one of `OVER`.
    """

    statistic: str
    quantity: str
    threshold: float | None
    fold: float | None
    window: Window | None
    over: str


@dataclass(frozen=True)
class Published:
    """One published result.

    Attributes
    ----------
    id, citation, link : str
        Number of the row, who published it, and where it was read.
    population : str
        As published.
    like, difference : str
        The population of `ivigsim.population_names` nearest to it, and how it differs, if it does.
    n : int
        Patients.
    regimen, regimen_published : str
        As a dose phrase, and as published.
    endpoint, endpoint_published : Endpoint, str
        In typed form, and as published.
    value, low, high : float, float or None
        The result, and the ends of its published interval.
    unit : str
        Unit of the three, one of `UNITS`.
    note, reading : str
        What the publication adds, and what had to be assumed to compare the row.
    """

    id: str
    citation: str
    link: str
    population: str
    like: str
    difference: str
    n: int
    regimen: str
    regimen_published: str
    endpoint: Endpoint
    endpoint_published: str
    value: float
    low: float | None
    high: float | None
    unit: str
    note: str
    reading: str

    @property
    def outcome(self) -> str | None:
        """Id of the outcome of `ivigsim.outcomes.summarise` it can stand beside; None when there is none."""
        e = self.endpoint
        when = None if e.window is None else (e.window.kind, e.window.time_d)
        # the highest median has its day beside it, so the day does not decide
        when = None if e.statistic == "highest median" else when
        return _OUTCOMES.get((e.statistic, e.quantity, e.threshold, e.fold, when, e.over))


_OUTCOMES: Mapping[tuple[object, ...], str] = {
    ("share", "platelets", 50, None, ("by", 1), "all patients"): "responded_by_day_1",
    ("share", "platelets", 50, None, ("by", 7), "all patients"): "responded_by_day_7",
    ("median", "time to platelets", 50, None, None, "all patients"): "time_to_50_all",
    ("median", "time to platelets", 50, None, None, "responders"): "time_to_50_responders",
    ("median", "duration of platelets", 50, None, None, "responders"): "duration_50",
    ("highest median", "platelets", None, None, None, "all patients"): "highest_median",
}


@cache
def load_published() -> tuple[Published, ...]:
    """Read `results.tsv`; the order is that of the file.

    Examples
    --------
    >>> row = load_published()[0]
    >>> row.id, row.value, row.unit, row.n, row.outcome
    ('E019', 80.7, '%', 57, 'responded_by_day_7')
    """
    return read_published(files(__package__).joinpath("results.tsv").read_text(encoding="utf-8"))


def read_published(text: str) -> tuple[Published, ...]:
    """Read published results from the text of a table with the columns of `results.tsv`.

    Raises
    ------
    ValueError
        When a row is incomplete or uses a word that is not known.
    """
    rows = tuple(map(_published, csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)))
    if len({row.id for row in rows}) != len(rows):
        raise ValueError("results.tsv names an id twice")
    return rows


def published_for(treatment: Regimen | DoseTable) -> tuple[Published, ...]:
    """Return the results published for a treatment: the same amounts at the same times.

    How long an infusion runs is not compared, since publications seldom say.

    Parameters
    ----------
    treatment : Regimen or DoseTable

    Examples
    --------
    >>> from ivigsim.treatment import Regimen
    >>> [row.id for row in published_for(Regimen.parse("IVIG 1000 mg/kg daily x2"))][:3]
    ['E019', 'E020', 'E021']
    >>> published_for(Regimen.parse("IVIG 70 g daily x2"))
    ()
    """
    given = _schedule(treatment)
    return tuple(row for row in load_published() if _same(given, _schedule_of(row.regimen)))


@cache
def _schedule_of(phrase: str) -> DoseTable:
    return _schedule(Regimen.parse(phrase))


def _schedule(treatment: Regimen | DoseTable) -> DoseTable:
    if isinstance(treatment, Regimen):
        return treatment.doses(_TWO_WEIGHTS_KG, allow_extreme=True)
    return treatment


def _same(one: DoseTable, other: DoseTable) -> bool:
    """Say whether two treatments give everyone the same amounts at the same times."""
    if one.amount.shape[1] != other.amount.shape[1]:
        return False
    return (
        bool(np.all(one.target[:, None] == other.target[None]))
        and np.allclose(one.time_d[:, None], other.time_d[None], rtol=0, atol=_SAME_TIME_D)
        and np.allclose(one.amount[:, None], other.amount[None], rtol=_SAME_AMOUNT, atol=0)
    )


def _published(row: dict[str, str]) -> Published:
    where = f"results.tsv, {row['id']!r}"
    for name in ("citation", "population", "like", "regimen_published", "endpoint_published"):
        if not row[name]:
            raise ValueError(f"{where}: {name} is empty")
    known = {"statistic": STATISTICS, "quantity": QUANTITIES, "over": OVER, "unit": UNITS}
    for name, words in known.items():
        if row[name] not in words:
            raise ValueError(f"{where}: {name} is {row[name]!r}; accepted: {', '.join(words)}")
    if not row["link"].startswith(("http://", "https://")):
        raise ValueError(f"{where}: link is {row['link']!r}; accepted: a web address")
    value, low, high = float(row["value"]), _number(row["low"]), _number(row["high"])
    if (
        not isfinite(value)
        or (low is None) != (high is None)
        or not (low or value) <= value <= (high or value)
    ):
        raise ValueError(f"{where}: the value does not lie between low and high")
    endpoint = Endpoint(
        row["statistic"],
        row["quantity"],
        _number(row["threshold"]),
        _number(row["fold"]),
        _window(row),
        row["over"],
    )
    kept = ("id", "citation", "link", "population", "like", "difference", "regimen", "regimen_published",
            "endpoint_published", "unit", "note", "reading")  # fmt: skip
    texts = {name: row[name] for name in kept}
    return Published(**texts, n=int(row["n"]), endpoint=endpoint, value=value, low=low, high=high)


def _window(row: dict[str, str]) -> Window | None:
    if not row["window"]:
        return None
    kind, day, number = row["window"].split(" ")
    if kind not in ("by", "on") or day != "day":
        raise ValueError(
            f"results.tsv, {row['id']!r}: window is {row['window']!r}; accepted: 'by day 7', 'on day 7'"
        )
    return Window(kind, float(number), _number(row["first_day"]))


def _number(text: str) -> float | None:
    return float(text) if text else None
