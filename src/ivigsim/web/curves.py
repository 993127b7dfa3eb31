"""The courses of one arm as a figure shows them, gathered chunk by chunk."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from ivigsim.engine.simulation import OUTPUTS, Simulation
from ivigsim.outcomes import Definition, assess, wilson
from ivigsim.report.comparison import Arm
from ivigsim.report.frames import bands
from ivigsim.report.panel import BANDS
from ivigsim.web.models import CurvePart, CurvesPart, SharePart

COUNTS_1E9_PER_L = (30, 50, 100)
DAYS = (1, 3, 7)
_IN_ARM = ("platelets", "igg")  # what an arm keeps anyway


class Curves:
    """Adds up chunks of one arm.

    Parameters
    ----------
    daily : ndarray, shape (T,)
        Daily output times (d); others are left out.
    """

    def __init__(self, daily: NDArray[np.float64]) -> None:
        self._daily = daily
        self._kept: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
        self._reached = np.zeros((len(COUNTS_1E9_PER_L), len(DAYS)), dtype=np.int64)
        self._n = 0

    def add(self, part: Simulation) -> None:
        """Add the patients of a chunk that did not fail."""
        finished, days = ~part.failed, np.isin(part.time, self._daily)
        for name in OUTPUTS:
            if name not in _IN_ARM:
                self._kept[name].append(part[name][finished][:, days])
        platelets = part["platelets"][finished][:, days]
        for i, count in enumerate(COUNTS_1E9_PER_L):
            for j, day in enumerate(DAYS):
                if day <= self._daily[-1]:
                    found = assess(self._daily, platelets, _at_least(count, day))
                    self._reached[i, j] += int(found.achieved.sum())
        self._n += len(platelets)

    def part(self, arm: Arm) -> CurvesPart:
        """Return the courses of the arm, which has seen the same chunks."""
        found = {
            "platelets": bands(arm.platelets, "platelets"),
            "igg": bands(arm.igg, "igg", self._daily),
        }
        for name, parts in self._kept.items():
            values = np.quantile(np.concatenate(parts), BANDS, axis=0)
            found[name] = {f"{name}_p{round(100 * q):02d}": values[i] for i, q in enumerate(BANDS)}
        return CurvesPart(
            arm=arm.letter,
            regimen=arm.regimen,
            time_d=self._daily.tolist(),
            outputs={name: _curve(name, found[name]) for name in OUTPUTS},
            reached=[
                self._share(i, j)
                for i in range(len(COUNTS_1E9_PER_L))
                for j, day in enumerate(DAYS)
                if day <= self._daily[-1]
            ],
        )

    def _share(self, i: int, j: int) -> SharePart:
        low, high = (100.0 * float(limit) for limit in wilson(self._reached[i, j], self._n))
        return SharePart(
            count_1e9_per_l=COUNTS_1E9_PER_L[i],
            by_day=DAYS[j],
            share=100.0 * float(self._reached[i, j]) / self._n,
            low=low,
            high=high,
            n=self._n,
        )


def _curve(name: str, found: dict[str, NDArray[np.float64]]) -> CurvePart:
    percentiles = {key.removeprefix(f"{name}_"): values.tolist() for key, values in found.items()}
    return CurvePart(unit=OUTPUTS[name], **percentiles)


def _at_least(count: float, day: int) -> Definition:
    """Return the definition of trials, one count within the days after the first infusion, at any count."""
    label = f"at least {count:g}e9/L by day {day}"
    return Definition(label, label, count, 0, day, 0, count, 0, 0, "Robak 2007 Blood 110:1307, other counts")
