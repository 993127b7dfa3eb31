"""What a run returns: outputs by name, patients, failures, and the way out to other tools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ivigsim.checks import check_whole
from ivigsim.engine.export import patient_to_sbml
from ivigsim.engine.schedule import Doses
from ivigsim.errors import unknown

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]

OUTPUTS: Mapping[str, str] = {
    "platelets": "1e9/L",
    "igg": "g/L",
    "autoantibody": "nmol/L",
    "haemoglobin": "g/dL",
    "phagocytosis": "1/d",
}
"""The outputs kept unless others are asked for, and their units."""


class PatientSource(Protocol):
    """Where the patients of a simulation can be drawn again: keyed random numbers make that cheap."""

    def table(self) -> pl.DataFrame:
        """One row per patient."""

    def parameters(self, names: Iterable[str]) -> dict[str, Floats]:
        """Parameters and initial states of all patients by their id, each (n,)."""

    def values(self, patient: int) -> dict[str, float]:
        """Parameters and initial states of one patient, counted from the first of the simulation."""


@dataclass(frozen=True, eq=False, repr=False)
class Simulation:
    """A finished simulation.

    Attributes
    ----------
    time : ndarray, shape (T,)
        Output times (d); 0 is the start of the first treatment. A value at a dose is that before it.
    outputs : dict of str to ndarray, shape (patients, T)
        Read them as ``sim["platelets"]``; NaN rows are failed patients.
    failures : dict of int to str
        Row of a failed patient -> reason.
    regimen : str
        The treatment as text; "untreated" or "event table".
    population : str
    seed : int
    switches : dict of str to bool
        Mechanisms turned on or off.

    Examples
    --------
    >>> import ivigsim
    >>> sim = ivigsim.simulate("IVIG 1 g/kg daily x2", patients=20, seed=1, days=14)
    >>> sim["platelets"].shape, sim["igg"].shape
    ((20, 15), (20, 15))
    >>> print(sim)
    <Simulation of 'IVIG 1 g/kg daily x2': 20 patients (adult-chronic, seed 1), 15 times to day 14, outputs
    platelets, igg, autoantibody, haemoglobin, phagocytosis>
    >>> sim.failures
    {}
    """

    time: Floats
    outputs: dict[str, Floats]
    failures: dict[int, str]
    regimen: str
    population: str
    seed: int
    switches: dict[str, bool]
    source: PatientSource
    doses: Doses | None

    def __repr__(self) -> str:
        """Return what was simulated, without the arrays."""
        failed = f", {len(self.failures)} failed" if self.failures else ""
        last = f"{len(self.time)} times to day {self.time[-1]:g}"
        return (
            f"<Simulation of {self.regimen!r}: {len(self)} patients ({self.population}, seed {self.seed})"
            f"{failed}, {last}, outputs {', '.join(self.stored)}>"
        )

    def __len__(self) -> int:
        """Return the number of patients."""
        return len(next(iter(self.outputs.values())))

    def __getitem__(self, output: str) -> Floats:
        """Return an output, shape (patients, T).

        Raises
        ------
        InputError
            When the output was not kept.
        """
        if output in self.stored:
            return self.outputs[output]
        raise unknown("output", str(output), self.outputs)

    @property
    def stored(self) -> tuple[str, ...]:
        """Names of the outputs that were kept."""
        return tuple(self.outputs)

    @property
    def failed(self) -> NDArray[np.bool_]:
        """Whether each patient failed, shape (patients,)."""
        marks = np.zeros(len(self), dtype=np.bool_)
        marks[list(self.failures)] = True
        return marks

    @cached_property
    def patients(self) -> pl.DataFrame:
        """One row per patient: covariates, and the parameters that differ between patients."""
        return self.source.table()

    def to_polars(self) -> pl.DataFrame:
        """Return a long table: patient, time_d, and one column per output.

        Examples
        --------
        >>> import ivigsim
        >>> ivigsim.simulate(patients=2, days=1, outputs=["igg"]).to_polars().columns
        ['patient', 'time_d', 'igg']
        """
        import polars as pl

        count, times = len(self), len(self.time)
        columns: dict[str, Any] = {
            "patient": np.repeat(np.arange(count), times),
            "time_d": np.tile(self.time, count),
        }
        return pl.DataFrame(columns | {name: array.ravel() for name, array in self.outputs.items()})

    def to_sbml(self, patient: int) -> str:
        """Return one virtual patient as SBML Level 3 Version 2, doses as events.

        `platelets`, `igg`, `autoantibody`, `haemoglobin` and `phagocytosis` are variables in the units of
        `OUTPUTS`, time in days. All doses are in it, also those after the last output. libRoadRunner, COPASI
        and other SBML tools run it.

        Parameters
        ----------
        patient : int
            Row of the patient, from 0.

        Raises
        ------
        InputError
            When there is no such patient.

        Examples
        --------
        >>> import ivigsim
        >>> sim = ivigsim.simulate("IVIG 1 g/kg", patients=5, days=7)
        >>> sim.to_sbml(patient=3).count("<event ")
        2
        """
        check_whole("patient", patient, 0, len(self) - 1)
        return patient_to_sbml(self.source.values(patient), self.doses, patient)
