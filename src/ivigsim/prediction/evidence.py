"""What was measured in the patients who are ranked, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivigsim.engine.simulation import Simulation
from ivigsim.outcomes import Definition, assess
from ivigsim.outcomes.reading import BoolArray, FloatArray
from ivigsim.prediction.markers import Marker
from ivigsim.prediction.measure import Clinic
from ivigsim.prediction.ranking import Group
from ivigsim.prediction.response import already_there


@dataclass(frozen=True, eq=False)
class Evidence:
    """What was measured in the patients ranked, and what became of them.

    Attributes
    ----------
    numbers : ndarray of int, shape (n,)
    responded : ndarray of bool, shape (n,)
    waiting : dict of int to ndarray of bool, shape (n,)
        Day -> who has not met the count of a response on or before it.
    markers : tuple of Marker
        Those that differ between the patients.
    constant : tuple of Marker
        The others.
    measured : dict of str to ndarray, shape (n,)
    """

    numbers: NDArray[np.intp]
    responded: BoolArray
    waiting: dict[int, BoolArray]
    markers: tuple[Marker, ...]
    constant: tuple[Marker, ...]
    measured: dict[str, FloatArray]

    def group(self, day: int) -> Group:
        """Count those not there yet on a day."""
        rows = self.waiting[day]
        return Group(day, int(rows.sum()), int(self.responded[rows].sum()))

    def table(self, markers: Sequence[Marker], rows: BoolArray) -> FloatArray:
        """Return what was measured in some patients, shape (rows, markers)."""
        return np.column_stack([self.measured[marker.id][rows] for marker in markers])


def gather(sim: Simulation, markers: Sequence[Marker], definition: Definition) -> Evidence:
    """Measure the markers in the patients of a simulation who are to be ranked, and judge the response.

    Left out are patients whose simulation failed, and those who had the count before treatment.
    """
    finished = np.flatnonzero(~sim.failed)
    counts = sim["platelets"][finished]
    kept = ~already_there(sim.time, counts, definition, 0)
    numbers, counts = finished[kept], counts[kept]
    clinic, rows = Clinic(sim), np.isin(np.arange(len(sim)), numbers)
    differ = {marker.id: not len(numbers) or not clinic.same_for_all(marker, rows) for marker in markers}
    different = tuple(marker for marker in markers if differ[marker.id])
    return Evidence(
        numbers=numbers,
        responded=assess(sim.time, counts, definition).achieved,
        waiting={
            day: ~already_there(sim.time, counts, definition, day)
            for day in sorted({0, *(marker.day for marker in markers)})
        },
        markers=different,
        constant=tuple(marker for marker in markers if not differ[marker.id]),
        measured={marker.id: clinic.measured(marker)[numbers] for marker in different},
    )
