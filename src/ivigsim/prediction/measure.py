"""Measure markers in virtual patients: the value on the day, with the error of the assay."""

from __future__ import annotations

from collections.abc import Sequence
from math import log, sqrt

import numpy as np

from ivigsim.engine.simulation import Simulation
from ivigsim.outcomes.reading import BoolArray, FloatArray
from ivigsim.patients import random
from ivigsim.prediction.markers import Marker
from ivigsim.prediction.quantities import QUANTITIES, seen_until

SAME = 1e-9
"""Relative spread below which all patients have the same value: assumed, well above rounding."""


def outputs_needed(markers: Sequence[Marker]) -> tuple[str, ...]:
    """Return the outputs that a simulation must keep to measure these markers, platelets among them.

    Examples
    --------
    >>> from ivigsim.prediction import load_markers
    >>> outputs_needed([load_markers()["coat"]])
    ('platelets', 'coat_gpiibiiia', 'coat_gpib')
    """
    wanted = (name for marker in markers for name in QUANTITIES[marker.quantity].outputs)
    return tuple(dict.fromkeys(("platelets", *wanted)))


class Clinic:
    """Measures markers in the patients of a simulation, and sees of it only what has happened by then.

    Parameters
    ----------
    sim : Simulation
        With the outputs that `outputs_needed` names, and the markers' days among its times.

    Examples
    --------
    >>> import ivigsim
    >>> from ivigsim.prediction import load_markers
    >>> sim = ivigsim.simulate("IVIG 1 g/kg", patients=5, days=1, outputs=["platelets"])
    >>> clinic, count = Clinic(sim), load_markers()["platelets_24h"]
    >>> bool((clinic.true(count) == sim["platelets"][:, 1]).all())
    True
    >>> bool((clinic.measured(count) == clinic.true(count)).any())
    False
    """

    def __init__(self, sim: Simulation) -> None:
        self._sim = sim
        self._seen: dict[int, Simulation] = {}

    def measured(self, marker: Marker) -> FloatArray:
        """Measure a marker, shape (patients,), in its unit or the score of its levels.

        Errors are keyed by seed, quantity, day and patient: one reading of day 0 is in a level and in the
        rise from it. NaN for failed patients.
        """
        return self._value(marker, error=True)

    def true(self, marker: Marker) -> FloatArray:
        """Return a marker without error of measuring, shape (patients,)."""
        return self._value(marker, error=False)

    def same_for_all(self, marker: Marker, patients: BoolArray) -> bool:
        """Say whether a marker, but for errors of measuring, has one value in all these patients."""
        values = self.true(marker)[patients]
        return bool(np.ptp(values) <= SAME * np.abs(values).max())

    def _value(self, marker: Marker, *, error: bool) -> FloatArray:
        now = self._reading(marker, marker.day, error)
        return now - self._reading(marker, 0, error) if marker.form == "rise" else now

    def _reading(self, marker: Marker, day: int, error: bool) -> FloatArray:
        """Read a quantity once on a day."""
        if day not in self._seen:
            self._seen[day] = seen_until(self._sim, day)
        read = QUANTITIES[marker.quantity].read(self._seen[day])
        if read.dtype.kind in "OUT":  # levels by name
            read = np.array([marker.levels[str(value)] for value in read])
        values: FloatArray = read.astype(np.float64)
        if not error or marker.error_kind == "none":
            return values
        seed, key = self._sim.seed, f"assay of {marker.quantity} on day {day}"
        if marker.error_kind == "misread":
            wrong = random.uniform(seed, key, 0, len(values)) < marker.error
            return np.where(wrong, 1.0 - values, values)
        spread = sqrt(log(1.0 + marker.error**2))  # SD of the logarithm of a lognormal with this CV
        factor = np.exp(spread * random.normal(seed, key, 0, len(values)))
        if marker.unit != "%":
            return values * factor
        odds = (
            values / (100.0 - values) * factor
        )  # the error of a share is that of its odds: it stays below 100
        return 100.0 * odds / (1.0 + odds)
