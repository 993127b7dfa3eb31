"""Event tables in NONMEM columns to doses."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivigsim.errors import InputError, unknown
from ivigsim.treatment.cells import Columns, numbers, read_columns, require, wrong_cell
from ivigsim.treatment.course import LONGEST_D, MOST_DOSES
from ivigsim.treatment.doses import DoseTable, checked
from ivigsim.treatment.drugs import inputs
from ivigsim.treatment.wording import shown

AGREEMENT = 1e-3  # relative gap of AMT and RATE * DUR; assumed: tables made by hand carry 4 digits

_TIME = f"days from 0 (the start of the simulation) to {LONGEST_D:g} (nearest: 0)"
_AMT = "an amount above 0 in the unit of its dose input (mg/kg for IVIG, mg/m2 for rituximab)"
_RATE = "amount per d above 0, or 0 for none; -1 and -2 (rate or duration from the model) cannot be taken"
_SPAN = f"days from 0 to {LONGEST_D:g}"
_ADDL = f"a whole number of additional doses from 0 to {MOST_DOSES - 1}"
_EVID = "1 (a dose)"
_OTHER_EVENTS = {
    0: "an observation: leave the row out, the output times are chosen in simulate",
    2: "another event: leave the row out",
    3: "a reset of the patient: simulate the part after it on its own",
    4: "a reset and a dose: simulate the part after it on its own, with EVID 1",
}

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def doses_from_event_table(table: Any, patients: int, *, allow_extreme: bool = False) -> DoseTable:
    """Read the doses of an event table in NONMEM columns.

    Parameters
    ----------
    table : polars.DataFrame, pandas.DataFrame, or path of a CSV file
        TIME (d, from 0, not falling within an ID) and AMT (in the unit of the dose input: mg/kg for IVIG)
        are mandatory. ID: one for all patients, or one per patient in order of first appearance. RATE
        (amount per d) or DUR (d): an infusion; both must agree; neither: a bolus. ADDL more doses every II
        (d). EVID: 1. CMT: name or number (from 1) of the dose input, the first by default. A missing
        optional cell counts as absent.
    patients : int
        Number of patients to be dosed.
    allow_extreme : bool
        Take a total above the drug's limit within its window.

    Returns
    -------
    DoseTable
        One row when the table has one ID, else `patients` rows.

    Raises
    ------
    InputError
        When a column or cell cannot be taken; the message names the row, counted from 1.

    Examples
    --------
    >>> import polars as pl
    >>> table = pl.DataFrame({"TIME": [0.0], "AMT": [1000.0], "DUR": [0.25], "II": [1.0], "ADDL": [1]})
    >>> doses_from_event_table(table, patients=100).time_d
    array([[0., 1.]])
    """
    columns = read_columns(table)
    patient, names = _patients(columns, patients)
    time = _times(columns, patient, names)
    amount = numbers(columns, "AMT", _AMT)
    require(columns, "AMT", (amount > 0) & np.isfinite(amount), _AMT)
    duration = _durations(columns, amount)
    interval, additional = _repeats(columns)
    target = _targets(columns)
    _require_doses(columns)
    counts = np.bincount(patient, weights=1 + additional)
    if counts.max() > MOST_DOSES:
        name = shown(names[int(counts.argmax())])
        raise InputError(f"event table ID {name} has {counts.max():g} doses; accepted: at most {MOST_DOSES}")

    row = np.repeat(np.arange(len(time)), 1 + additional)  # one entry per single dose from here
    again = np.arange(len(row)) - np.flatnonzero(np.diff(row, prepend=-1))[row]
    single = _padded(patient[row], time[row] + again * interval[row], target[row], amount[row], duration[row])
    return checked(single, lambda each: f"event table ID {shown(names[each])}", allow_extreme=allow_extreme)


def _patients(columns: Columns, patients: int) -> tuple[Ints, list[str | float]]:
    """Return the index of each row's patient, and the IDs in order of first appearance."""
    cells = columns.get("ID", [None])
    if all(cell is None for cell in cells):
        cells = [1] * len(columns["TIME"])
    index: dict[str | float, int] = {}
    for row, cell in enumerate(cells):
        if not isinstance(cell, (str, int, float)):
            raise wrong_cell(row, "ID", cell, "a number or a text in every row, or no ID at all")
        index.setdefault(cell, len(index))
    if len(index) not in (1, patients):
        raise InputError(
            f"the event table has {len(index)} IDs for {patients} patients; accepted: 1 ID (the same doses"
            f" for all) or {patients}"
        )
    return np.array([index[cell] for cell in cells], dtype=np.int64), list(index)


def _times(columns: Columns, patient: Ints, names: list[str | float]) -> Floats:
    time = numbers(columns, "TIME", _TIME)
    require(columns, "TIME", (time >= 0) & (time <= LONGEST_D), _TIME)
    order = np.argsort(patient, kind="stable")
    back = (np.diff(time[order]) < 0) & (np.diff(patient[order]) == 0)
    if back.any():
        before, row = order[int(back.argmax())], order[int(back.argmax()) + 1]
        raise InputError(
            f"event table row {row + 1}: TIME {time[row]:g} comes after TIME {time[before]:g} of ID"
            f" {shown(names[patient[row]])}; accepted: times that do not fall within an ID"
            f" (nearest: {time[before]:g}, or sort the rows)"
        )
    return np.abs(time)  # -0.0 becomes 0.0


def _durations(columns: Columns, amount: Floats) -> Floats:
    """Return the duration of each row's infusion (d), from DUR or else from RATE; 0 is a bolus."""
    rate = numbers(columns, "RATE", _RATE, absent=0.0)
    require(columns, "RATE", (rate >= 0) & np.isfinite(rate), _RATE)
    duration = numbers(columns, "DUR", _SPAN, absent=0.0)
    require(columns, "DUR", (duration >= 0) & (duration <= LONGEST_D), _SPAN)
    with np.errstate(divide="ignore", over="ignore"):  # a rate of 0 is not used; `checked` refuses too long
        from_rate = amount / rate
        apart = np.abs(rate * duration - amount) > AGREEMENT * amount
    apart &= (rate > 0) & (duration > 0)
    if apart.any():
        row = int(apart.argmax())
        raise InputError(
            f"event table row {row + 1}: AMT {amount[row]:g}, RATE {rate[row]:g} and DUR {duration[row]:g} do"
            " not agree; accepted: AMT = RATE * DUR, or one of RATE and DUR"
            f" (nearest: RATE {amount[row] / duration[row]:g})"
        )
    return np.where((duration == 0) & (rate > 0), from_rate, duration)


def _repeats(columns: Columns) -> tuple[Floats, Ints]:
    """Return the interval (d) and the number of additional doses of each row."""
    interval = numbers(columns, "II", _SPAN, absent=0.0)
    require(columns, "II", (interval >= 0) & (interval <= LONGEST_D), _SPAN)
    more = numbers(columns, "ADDL", _ADDL, absent=0.0)
    require(columns, "ADDL", (more >= 0) & (more < MOST_DOSES) & (more == np.floor(more)), _ADDL)
    require(columns, "ADDL", (more == 0) | (interval > 0), "additional doses with an interval II (d) above 0")
    given = np.array([cell is not None for cell in columns.get("ADDL", [None] * len(more))])
    require(columns, "II", (interval == 0) | given, "an interval with a number of doses in ADDL (0 for none)")
    return interval, more.astype(np.int64)


def _require_doses(columns: Columns) -> None:
    """Refuse events that are not doses, and say what each kind means."""
    evid = numbers(columns, "EVID", _EVID, absent=1.0)
    for row in np.flatnonzero(evid != 1):
        meaning = _OTHER_EVENTS.get(evid[row])
        raise wrong_cell(int(row), "EVID", columns["EVID"][row], f"{_EVID}; {meaning}" if meaning else _EVID)


def _targets(columns: Columns) -> Ints:
    """Return the dose input of each row, by name or number from 1."""
    names = inputs()
    known = {str(number): number - 1 for number in range(1, len(names) + 1)}
    known |= {name: index for index, name in enumerate(names)}
    targets = []
    for row, cell in enumerate(columns.get("CMT", [None] * len(columns["TIME"]))):
        text = str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell).strip()
        if cell is not None and text not in known:
            raise InputError(f"event table row {row + 1}: {unknown('CMT', shown(text, quote=False), known)}")
        targets.append(0 if cell is None else known[text])
    return np.array(targets, dtype=np.int64)


def _padded(patient: Ints, time: Floats, target: Ints, amount: Floats, duration: Floats) -> DoseTable:
    """Put single doses into one row per patient, sorted by time and padded with amount 0."""
    order = np.lexsort((time, patient))
    patient, time = patient[order], time[order]
    first = np.flatnonzero(np.diff(patient, prepend=-1))
    column = np.arange(len(patient)) - first[patient]
    shape = (len(first), int(column.max()) + 1)
    last = time[np.append(first[1:], len(time)) - 1]
    table = DoseTable(
        inputs=inputs(),
        target=np.zeros(shape, dtype=np.int64),
        time_d=np.repeat(last[:, None], shape[1], axis=1),
        amount=np.zeros(shape),
        duration_d=np.zeros(shape),
    )
    cells = [(table.target, target[order]), (table.time_d, time)]
    for place, values in [*cells, (table.amount, amount[order]), (table.duration_d, duration[order])]:
        place[patient, column] = values
    return table
