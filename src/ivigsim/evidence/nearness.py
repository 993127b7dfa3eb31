"""How far a simulation lies from the published results that the model was fitted to, in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from ivigsim.evidence.rows import Row, load_rows
from ivigsim.evidence.trial import UNTREATED, last_day
from ivigsim.treatment import DoseTable, Regimen

Level = Literal["within", "near", "outside"]

SAME_DOSE = 1.25
"""Totals within this factor of a fitted one count as the same (assumed: vials and weights round as much)."""

FAR_DOSE = 2.0
"""Totals beyond this factor of every fitted one are outside (assumed)."""

_COURSE_D = 28.0  # a total is that of the first four weeks, in which acute courses end
_REFERENCE = (np.array([70.0]), np.array([170.0]))  # sizes at which absolute doses are compared


@dataclass(frozen=True)
class Nearness:
    """How near the evidence is.

    Attributes
    ----------
    level : {"within", "near", "outside"}
        "within": the same drugs, dose and population were fitted; "outside": a drug, a population, a
        combination, or a dose beyond twice any fitted one; "near": between.
    sentences : tuple of str
        What differs, the gravest first; or which rows it rests on.
    rows : tuple of str
        Ids of the nearest fitted rows.
    """

    level: Level
    sentences: tuple[str, ...]
    rows: tuple[str, ...]

    @property
    def text(self) -> str:
        """Everything as one paragraph."""
        return " ".join(self.sentences)


@dataclass(frozen=True)
class _Course:
    """What someone is given: total per input in the first weeks, in the unit of the input, and its days."""

    totals: Mapping[str, float]
    days: Mapping[str, float]

    @property
    def drugs(self) -> frozenset[str]:
        return frozenset(self.totals)


def nearness(
    doses: DoseTable | None, population: str, days: float, covariates: Mapping[str, object] | None = None
) -> Nearness:
    """Compare a simulation with the fitted results.

    Parameters
    ----------
    doses : DoseTable or None
        None is an untreated course. Where doses differ between patients, the median total counts.
    population : str
        Name.
    days : float
        Last day simulated (d).
    covariates : mapping, optional
        Fixed for everyone.

    Returns
    -------
    Nearness

    Examples
    --------
    >>> from ivigsim.treatment import Regimen
    >>> two_days = Regimen.parse("IVIG 1 g/kg daily x2").doses([70.0])
    >>> found = nearness(two_days, "adult-chronic", 28)
    >>> found.level, found.rows[0]
    ('within', 'E019')
    >>> nearness(Regimen.parse("avatrombopag 20 mg daily x28").doses([70.0]), "adult-chronic", 28).level
    'outside'
    """
    given = _course(doses)
    fitted = _fitted()
    here = [(row, course) for row, course in fitted if row.like == population]
    grave: list[str] = []
    slight: list[str] = []
    if not here:
        grave.append(f"No fitted result is of the population {population}.")
    pool = here or fitted
    if given.drugs - _drugs(fitted):
        names = ", ".join(sorted(given.drugs - _drugs(fitted)))
        grave.append(f"No fitted result gives {names}: its size rests on assumed parameters.")
    elif given.drugs - _drugs(pool):
        names = ", ".join(sorted(given.drugs - _drugs(pool)))
        grave.append(f"No fitted result gives {names} to {population}; other patients' were taken over.")
        pool = fitted
    together = [(row, course) for row, course in pool if course.drugs == given.drugs]
    if not together and len(given.drugs) > 1 and not given.drugs - _drugs(fitted):
        names = " and ".join(sorted(given.drugs))
        grave.append(f"No fitted result gives {names} together.")
    nearest = sorted(together or _sharing(pool, given), key=lambda pair: _distance(given, pair[1]))
    _compare_doses(given, nearest, grave, slight)
    if nearest and days > (longest := max(last_day(row) for row, _ in nearest)) + 0.5:
        slight.append(
            f"Fitted results of such a treatment end on day {longest:g}; this run goes on to {days:g}."
        )
    slight += _fixed(covariates or {})
    rows = _same_distance(given, nearest)
    level: Level = "outside" if grave else "near" if slight else "within"
    source = [f"Nearest fitted results: {_cited(rows)}."] if rows else []
    return Nearness(level, (*grave, *slight, *source), tuple(row.id for row in rows))


def _course(doses: DoseTable | None) -> _Course:
    if doses is None:
        return _Course({}, {})
    early = np.where(doses.time_d - doses.time_d[:, :1] < _COURSE_D, doses.amount, 0.0)
    totals, days = {}, {}
    for i, name in enumerate(doses.inputs):
        given = np.where(doses.target == i, early, 0.0)
        total = float(np.median(given.sum(axis=1)))
        if total > 0:
            totals[name] = total
            when = doses.time_d[given > 0]
            days[name] = float(np.round((when + doses.duration_d[given > 0]).max() - when.min() + 0.5))
    return _Course(totals, days)


@cache
def _fitted() -> tuple[tuple[Row, _Course], ...]:
    """Fitted rows and what they give."""
    found = []
    for row in load_rows():
        if row.use == "fit":
            treated = row.regimen != UNTREATED
            table = Regimen.parse(row.regimen).doses(*_REFERENCE, allow_extreme=True) if treated else None
            found.append((row, _course(table)))
    return tuple(found)


def _drugs(pool: Sequence[tuple[Row, _Course]]) -> frozenset[str]:
    return frozenset().union(*(course.drugs for _, course in pool))


def _sharing(pool: Sequence[tuple[Row, _Course]], given: _Course) -> list[tuple[Row, _Course]]:
    return [pair for pair in pool if pair[1].drugs & given.drugs]


def _distance(given: _Course, other: _Course) -> float:
    """Largest ratio of totals on a log scale, over the drugs that both give."""
    shared = given.drugs & other.drugs
    return max((abs(float(np.log(given.totals[d] / other.totals[d]))) for d in shared), default=0.0)


def _same_distance(given: _Course, nearest: list[tuple[Row, _Course]]) -> list[Row]:
    if not nearest:
        return []
    least = _distance(given, nearest[0][1])
    return [row for row, course in nearest if _distance(given, course) <= least + 1e-6]


def _compare_doses(
    given: _Course, nearest: list[tuple[Row, _Course]], grave: list[str], slight: list[str]
) -> None:
    for drug in sorted(given.drugs):
        totals = [course.totals[drug] for _, course in nearest if drug in course.totals]
        if not totals:
            continue
        total, least, most = given.totals[drug], min(totals), max(totals)
        factor = max(total / most, least / total)
        if factor > SAME_DOSE:
            side = (
                f"{total / most:.3g} times the most" if total > most else f"{total / least:.2g} of the least"
            )
            (grave if factor > FAR_DOSE else slight).append(
                f"{drug} in four weeks is {side} that was fitted."
            )
        elif min(max(total / t, t / total) for t in totals) > SAME_DOSE:
            slight.append(f"The total of {drug} lies between fitted ones.")
        else:
            slight += _compare_days(given, nearest, drug)


def _compare_days(given: _Course, nearest: list[tuple[Row, _Course]], drug: str) -> list[str]:
    """Say when the same total is spread over other days than in any fitted course."""
    total, days = given.totals[drug], given.days[drug]
    known = {
        course.days[drug]
        for _, course in nearest
        if drug in course.totals
        and max(total / course.totals[drug], course.totals[drug] / total) <= SAME_DOSE
    }
    if any(max(days / other, other / days) <= FAR_DOSE for other in known):
        return []
    others = " or ".join(f"{other:g}" for other in sorted(known))
    return [f"{drug} is given over {days:g} d; fitted courses of this total over {others} d."]


def _fixed(covariates: Mapping[str, object]) -> list[str]:
    """Name what fitted trials did not select for."""
    known = {name for row, _ in _fitted() for name, _ in row.covariates}
    known |= {entry.covariate for row, _ in _fitted() for entry in row.entry}
    others = sorted(set(covariates) - known)
    return [f"No fitted trial chose its patients by {', '.join(others)}."] if others else []


def _cited(rows: list[Row]) -> str:
    """Ids by trial."""
    by_trial: dict[str, list[str]] = {}
    for row in rows:
        by_trial.setdefault(row.trial, []).append(row.id)
    return "; ".join(f"{', '.join(ids)} ({trial})" for trial, ids in by_trial.items())
