"""The table of single doses that the engine reads, and the checks every way in must pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivigsim.errors import InputError
from ivigsim.treatment.course import LONGEST_D
from ivigsim.treatment.drugs import Drug, Sourced, drugs
from ivigsim.treatment.units import convert

SHORTEST_INFUSION_D = 1.0 / 86_400.0  # 1 s; assumed: shorter is a push, and its rate could overflow
LARGEST_DOSE = 1e9  # unit of the input; assumed: 1000 times a body's own mass in mg/kg, still safe to add up
_ROUNDING = 1e-9  # relative; so that 50 doses of 0.1 g/kg are not above 5 g/kg


@dataclass(frozen=True, eq=False)
class DoseTable:
    """Single doses per patient; r rows are patients, and r = 1 means the same for all.

    Parameters
    ----------
    inputs : tuple of str
        Dose inputs of the model.
    target : ndarray of int, shape (r, k)
        Index into `inputs`.
    time_d : ndarray, shape (r, k)
        Start of each dose (d), sorted within a row.
    amount : ndarray, shape (r, k)
        Amount in the unit of the input (mg/kg for IVIG, mg/m2 for rituximab, 1 for splenectomy); 0 pads
        rows with fewer doses, at the time of the last.
    duration_d : ndarray, shape (r, k)
        Duration of the infusion (d); 0 is a bolus.

    Examples
    --------
    >>> import numpy as np
    >>> from ivigsim.treatment import Regimen
    >>> table = Regimen.parse("IVIG 1 g/kg daily x2").doses(np.array([70.0, 90.0]))
    >>> table.time_d, table.amount
    (array([[0., 1.]]), array([[1000., 1000.]]))
    """

    inputs: tuple[str, ...]
    target: NDArray[np.int64]
    time_d: NDArray[np.float64]
    amount: NDArray[np.float64]
    duration_d: NDArray[np.float64]


def checked(table: DoseTable, who: Callable[[int], str], *, allow_extreme: bool) -> DoseTable:
    """Return `table` when every dose in it can be given, else refuse it.

    Parameters
    ----------
    table : DoseTable
        Doses to check.
    who : callable
        Names the offending text for a row.
    allow_extreme : bool
        Skip the limit on the total within a window; the other checks stay.

    Raises
    ------
    InputError
        When an amount is impossibly large, an infusion is shorter than 1 s, a dose lies beyond a century,
        a procedure is not done once and whole, or a total is above the drug's limit.
    """
    large = ~(table.amount <= LARGEST_DOSE)
    _refuse(
        table,
        large,
        who,
        "an impossible amount",
        f"at most {LARGEST_DOSE:g} in the unit of the model's input",
    )
    brief = (table.duration_d > 0) & (table.duration_d < SHORTEST_INFUSION_D)
    _refuse(
        table,
        brief,
        who,
        "an infusion shorter than 1 s",
        "a longer one (nearest: 'over 1 min')",
    )
    late = ~(table.time_d + table.duration_d <= LONGEST_D)
    _refuse(table, late, who, f"a dose that ends after day {LONGEST_D:g}", "an earlier end")
    for drug in drugs():
        if drug.is_procedure:
            _refuse_partly(table, drug, who)
        elif drug.extreme and drug.extreme_window and not allow_extreme:
            _refuse_extreme(table, drug, drug.extreme, drug.extreme_window, who)
    return table


def _refuse(
    table: DoseTable, wrong: NDArray[np.bool_], who: Callable[[int], str], what: str, accepted: str
) -> None:
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise InputError(
            f"{who(int(row))} has {what} on day {table.time_d[row, column]:g}; accepted: {accepted}"
        )


def _given(table: DoseTable, drug: Drug) -> NDArray[np.float64]:
    return np.where(table.target == table.inputs.index(drug.input), table.amount, 0.0)


def _refuse_partly(table: DoseTable, drug: Drug, who: Callable[[int], str]) -> None:
    """Refuse a procedure that is done twice, in part or slowly."""
    given = _given(table, drug)
    part = (given != 0) & ((given != 1) | (table.duration_d != 0))
    _refuse(table, part, who, f"{drug.name} in part or over time", "the amount 1, at once (nearest: 1)")
    again = (given == 1) & (np.cumsum(given, axis=1) > 1)
    _refuse(table, again, who, f"{drug.name} once more", f"{drug.name} once per patient")


def _refuse_extreme(
    table: DoseTable, drug: Drug, most: Sourced, within: Sourced, who: Callable[[int], str]
) -> None:
    limit = convert(most.value, most.unit, drug.model_unit)
    window = convert(within.value, within.unit, "d")
    given = _given(table, drug)
    if (given.sum(axis=1) <= limit).all():  # the usual case: even the whole course is below
        return
    worst = largest_total(table.time_d, given, window)
    if (worst > limit * (1 + _ROUNDING)).any():
        row = int(worst.argmax())
        total = convert(float(worst[row]), drug.model_unit, most.unit)
        limit_text = f"{most.value:g} {most.unit}"
        raise InputError(
            f"{who(row)} gives {total:.7g} {most.unit} of {drug.name} within {window:g} d; accepted: at most"
            f" {limit_text}, or more with allow_extreme=True (--allow-extreme) (nearest: {limit_text})"
        )


def largest_total(
    time_d: NDArray[np.float64], amount: NDArray[np.float64], window_d: float
) -> NDArray[np.float64]:
    """Return the largest amount started within any window, per row.

    Parameters
    ----------
    time_d, amount : ndarray, shape (r, k)
        Starts, sorted within a row (d), and amounts.
    window_d : float
        Length of the window (d); doses exactly this far apart are in different windows.

    Returns
    -------
    ndarray, shape (r,)

    Examples
    --------
    >>> largest_total(np.array([[0.0, 7.0, 28.0]]), np.array([[1.0, 2.0, 4.0]]), 28.0)
    array([6.])
    """
    rows = np.arange(len(time_d))
    first = np.zeros(len(time_d), dtype=np.int64)  # first dose still inside the window, per row
    total, worst = np.zeros(len(time_d)), np.zeros(len(time_d))
    for j in range(time_d.shape[1]):
        total += amount[:, j]
        while (past := time_d[rows, first] <= time_d[:, j] - window_d).any():
            total[past] -= amount[rows, first][past]
            first[past] += 1
        np.maximum(worst, total, out=worst)
    return worst
