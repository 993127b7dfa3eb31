"""Patients carried from stop to stop: at each stop the doses to come may depend on what was seen."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ivigsim.engine.integrator import Integrator
from ivigsim.engine.schedule import Doses

Floats = NDArray[np.float64]


class Carried:
    """Patients whose states are kept between stretches of time.

    Parameters
    ----------
    integrator : Integrator
        Compiled for all dose inputs that may be given.
    values : mapping of str to ndarray, shape (n,)
        Parameters and initial states.
    pace : ndarray, shape (n,)
        As for `Integrator.solve`.

    Attributes
    ----------
    failures : dict of int to str
        Patient's place -> reason; a failed patient is not followed any further.
    """

    def __init__(self, integrator: Integrator, values: Mapping[str, Floats], pace: Floats) -> None:
        self._integrator = integrator
        self._values = values
        self._pace = pace
        self._states: Floats | None = None
        self._now = 0.0
        self.failures: dict[int, str] = {}

    def advance(self, doses: Doses | None, times: Floats) -> dict[str, Floats]:
        """Integrate to the last of the times.

        Parameters
        ----------
        doses : Doses or None
            Past and future doses; those before now were given already.
        times : ndarray, shape (T,)
            Increasing (d); the first after the last of the stretch before, or 0 at the start.

        Returns
        -------
        dict of str to ndarray, shape (n, T)
            Outputs; NaN for a patient who failed now or before.
        """
        count = len(self._pace)
        alive = np.setdiff1d(np.arange(count), list(self.failures))
        here = {name: value[alive] for name, value in self._values.items()} if self.failures else self._values
        states = self._states if self._states is None or not self.failures else self._states[:, alive]
        given = None if doses is None else doses.rows(alive)
        found = self._integrator.solve(here, given, times, self._pace[alive], self._now, states)
        if self._states is None:
            self._states = found.states
        else:
            self._states[:, alive] = found.states
        self.failures |= {int(alive[row]): reason for row, reason in found.failures.items()}
        self._now = float(times[-1])
        outputs = {name: np.full((count, len(times)), np.nan) for name in found.outputs}
        for name, array in found.outputs.items():
            outputs[name][alive] = array
        return outputs
