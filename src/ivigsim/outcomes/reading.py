"""Read one output of a finished simulation, checked once for everything computed from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ivigsim.errors import InputError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# Two times closer than this (0.1 ms) are one time: a grid made of sums such as 0.1 + 0.2 must still hold day
# 7.
SAME_TIME_D = 1e-9


class Simulated(Protocol):
    """What outcomes need of a simulation, or of one chunk of it."""

    @property
    def time(self) -> FloatArray:
        """Output times (T,), d, 0 the start of treatment."""

    @property
    def failed(self) -> BoolArray:
        """Whether the simulation of each patient (n,) failed."""

    @property
    def stored(self) -> tuple[str, ...]:
        """Names of the outputs kept."""

    def __getitem__(self, output: str) -> NDArray[Any]:
        """One output (n, T)."""


@dataclass(frozen=True, eq=False)
class Courses:
    """Measured or made-up courses, so that they are judged by the same definitions as a simulation.

    Attributes
    ----------
    times : array_like, (T,)
        Days from the start of treatment, the first 0.
    outputs : mapping of str to array_like, (n, T)
        "platelets" in 1e9/L, "igg" in g/L.

    Examples
    --------
    >>> from ivigsim.outcomes import Courses
    >>> Courses([0, 1, 3], {"platelets": [[10, 40, 90]]}).stored
    ('platelets',)
    """

    times: ArrayLike
    outputs: Mapping[str, ArrayLike]

    @property
    def time(self) -> FloatArray:
        """Days from the start of treatment."""
        return np.asarray(self.times, dtype=np.float64)

    @property
    def stored(self) -> tuple[str, ...]:
        """Names of the outputs."""
        return tuple(self.outputs)

    @property
    def failed(self) -> BoolArray:
        """False for every patient: nothing was simulated."""
        return np.zeros(np.shape(next(iter(self.outputs.values())))[0], dtype=np.bool_)

    def __getitem__(self, output: str) -> FloatArray:
        """Return one output."""
        return np.asarray(self.outputs[output], dtype=np.float64)


def read_times(sim: Simulated) -> FloatArray:
    """Return the output times (T,) in d, after checking that the first is the start of treatment."""
    time_d = np.asarray(sim.time, dtype=np.float64)
    if time_d.size < 2:
        raise InputError(
            f"there is {time_d.size} output time; outcomes need day 0 and at least one later time"
        )
    if time_d[0] != 0.0:
        raise InputError(
            f"the first output time is day {time_d[0]:g}; outcomes need day 0, to read the baseline there"
        )
    if not np.all(np.diff(time_d) > 0.0):
        raise InputError("the output times are out of order; outcomes need times that increase")
    return time_d


def read_output(sim: Simulated, output: str) -> FloatArray:
    """Return the values (f, T) of one output for the f patients whose simulation did not fail.

    Raises
    ------
    InputError
        When the output was not stored, or a patient not marked as failed holds a value that is no number.
    """
    if output not in sim.stored:
        raise InputError(f"output {output!r} was not stored; stored are: {', '.join(sim.stored) or 'none'}")
    finished = ~np.asarray(sim.failed, dtype=np.bool_)
    values = np.asarray(sim[output], dtype=np.float64)
    values = values if finished.all() else values[finished]
    bad = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if bad.size:
        patient = int(np.flatnonzero(finished)[bad[0]])
        raise InputError(
            f"{output!r} of patient {patient} is not a number at some time; accepted are finite numbers"
        )
    return values
