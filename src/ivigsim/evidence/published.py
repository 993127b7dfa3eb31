"""Find the published results for a treatment: the same amounts at the same times."""

from __future__ import annotations

from functools import cache

import numpy as np

from ivigsim.evidence.rows import Row, load_rows
from ivigsim.treatment import DoseTable, Regimen

# Two sizes tell a dose per kg from one that happens to be equal at one size.
_TWO_WEIGHTS_KG = np.array([50.0, 100.0])
_TWO_HEIGHTS_CM = np.array([150.0, 180.0])
_SAME_TIME_D, _SAME_AMOUNT = 1e-6, 1e-9  # absolute; relative


def published_for(treatment: Regimen | DoseTable, population: str) -> tuple[Row, ...]:
    """Return the results published for a treatment, in the population or, failing that, in any.

    How long an infusion runs is not compared, since publications seldom say. Rows that are only a check, and
    rows that compare two arms, are left out.

    Parameters
    ----------
    treatment : Regimen or DoseTable
    population : str
        Name of a population.

    Examples
    --------
    >>> from ivigsim.treatment import Regimen
    >>> [row.id for row in published_for(Regimen.parse("IVIG 1000 mg/kg daily x2"), "adult-chronic")][:3]
    ['E019', 'E020', 'E021']
    >>> published_for(Regimen.parse("IVIG 70 g daily x2"), "adult-chronic")
    ()
    """
    given = _schedule(treatment)
    found = [row for row in _comparable() if _same(given, _schedule_of(row.regimen))]
    here = [row for row in found if row.like == population]
    return tuple(here or found)


def _comparable() -> list[Row]:
    return [
        row
        for row in load_rows()
        if row.use in ("fit", "hold out") and row.regimen != "untreated" and not row.against
    ]


@cache
def _schedule_of(phrase: str) -> DoseTable:
    return _schedule(Regimen.parse(phrase))


def _schedule(treatment: Regimen | DoseTable) -> DoseTable:
    if isinstance(treatment, Regimen):
        return treatment.doses(_TWO_WEIGHTS_KG, _TWO_HEIGHTS_CM, allow_extreme=True)
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
