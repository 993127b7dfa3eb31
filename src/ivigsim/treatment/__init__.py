"""Treatment: drugs, dose phrases and event tables, turned into the doses the engine gives."""

from __future__ import annotations

from os import PathLike
from typing import Any

from numpy.typing import ArrayLike

from ivigsim.errors import InputError
from ivigsim.treatment.cells import is_frame
from ivigsim.treatment.course import Course
from ivigsim.treatment.doses import DoseTable
from ivigsim.treatment.event_table import doses_from_event_table
from ivigsim.treatment.regimen import Regimen
from ivigsim.treatment.wording import shown

__all__ = ["Course", "DoseTable", "Regimen", "as_doses", "doses_from_event_table"]


def as_doses(
    treatment: Any,
    weight_kg: ArrayLike,
    patients: int,
    allow_extreme: bool = False,
    height_cm: ArrayLike | None = None,
) -> tuple[DoseTable | None, Regimen | None]:
    """Turn any way of writing a treatment into doses.

    Parameters
    ----------
    treatment : None, str, sequence of str, Regimen, Course, DataFrame or path
        None is no treatment. A text is a dose phrase, or the path of an event table when it ends with .csv.
        A polars or pandas DataFrame is an event table.
    weight_kg : array_like, shape (patients,)
        Body weights (kg); absolute doses are divided by them.
    patients : int
        Number of patients.
    allow_extreme : bool
        Take a total above the drug's limit within its window.
    height_cm : array_like, shape (patients,), optional
        Body heights (cm), as for `Regimen.doses`.

    Returns
    -------
    doses : DoseTable or None
        None when there is no treatment.
    regimen : Regimen or None
        None when there is no treatment or it came as an event table.

    Raises
    ------
    InputError
        When the treatment cannot be read or given.

    Examples
    --------
    >>> doses, regimen = as_doses("IVIG 1 g/kg daily x2", [70.0], patients=1)
    >>> doses.amount.sum(), str(regimen)
    (np.float64(2000.0), 'IVIG 1 g/kg daily x2')
    """
    if treatment is None:
        return None, None
    if isinstance(treatment, str) and treatment.lower().endswith(".csv"):
        return doses_from_event_table(treatment, patients, allow_extreme=allow_extreme), None
    if is_frame(treatment) or isinstance(treatment, PathLike):
        return doses_from_event_table(treatment, patients, allow_extreme=allow_extreme), None
    if isinstance(treatment, Course):
        treatment = Regimen((treatment,))
    elif isinstance(treatment, (str, list, tuple)):
        treatment = Regimen.parse(treatment)
    if not isinstance(treatment, Regimen):
        raise InputError(
            f"treatment {shown(treatment)} is refused; accepted: a dose phrase like 'IVIG 1 g/kg daily x2',"
            " a list of them, a Regimen, an event table (polars, pandas or the path of a CSV file), or None"
        )
    return treatment.doses(weight_kg, height_cm, allow_extreme=allow_extreme), treatment
