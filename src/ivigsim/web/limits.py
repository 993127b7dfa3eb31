"""How much one request may ask for, so that ten users can share a machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ivigsim.errors import InputError
from ivigsim.treatment import Regimen

MOST_PATIENTS = 10_000
MOST_DAYS = 366
MOST_REGIMENS = 6
LONGEST_PHRASE = 500
"""Characters of a dose phrase: some twenty courses, more than any course of treatment has."""
LEAST_PATIENTS_AT_ONCE = 8
"""Patients are solved in lanes of eight; fewer cost as much."""
DOSE_COSTS_DAYS = 20
"""A dose restarts the solver: measured, it costs a patient as much as some twenty days without one."""


@dataclass(frozen=True)
class Limits:
    """What a server takes; every number is assumed, and can be set when it is started.

    Attributes
    ----------
    patient_days : int
        Largest work of one request, in patients x (days + 20 per dose) over all its simulations. The default
        takes about ten seconds on one processor.
    seconds : float
        Longest time a request may run (s); waiting for its turn does not count.
    body_bytes : int
        Largest body of a request.
    """

    patient_days: int = 5_000_000
    seconds: float = 60.0
    body_bytes: int = 65_536

    def check(self, treatments: Sequence[Regimen | None], patients: int, days: int, runs: int = 1) -> None:
        """Refuse a request that is too much work.

        Parameters
        ----------
        treatments : sequence of Regimen or None
        patients, days : int
        runs : int
            Simulations of each patient.

        Raises
        ------
        InputError
            With the largest number of patients, or else of days, that would do.

        Examples
        --------
        >>> Limits(patient_days=1000).check([None], patients=100, days=20)
        Traceback (most recent call last):
        ...
        ivigsim.errors.InputError: the request is worth 2,000 patient-days; accepted on this server: at most
        1,000, where each dose counts as 20 days (nearest: 50 patients)
        """
        each = runs * sum(days + DOSE_COSTS_DAYS * _doses(treatment) for treatment in treatments)
        work = each * max(patients, LEAST_PATIENTS_AT_ONCE)
        if work <= self.patient_days:
            return
        fitting = self.patient_days // each
        near = f"{fitting:,} patients" if fitting >= LEAST_PATIENTS_AT_ONCE else "fewer days or doses"
        raise InputError(
            f"the request is worth {work:,} patient-days; accepted on this server: at most"
            f" {self.patient_days:,}, where each dose counts as {DOSE_COSTS_DAYS} days (nearest: {near})"
        )


def _doses(treatment: Regimen | None) -> int:
    """Return how many doses there are, also after the run: each patient has a place for every one."""
    return 0 if treatment is None else sum(course.count for course in treatment.courses)
