"""Columns of an event table from polars, pandas or CSV as plain lists; None is a missing cell."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivigsim.errors import InputError, nearest
from ivigsim.treatment.wording import shown

COLUMNS = ("ID", "TIME", "AMT", "RATE", "DUR", "II", "ADDL", "EVID", "CMT")
MANDATORY = ("TIME", "AMT")

_MISSING = ("", ".", "NA", "NaN")  # "." is how NONMEM data write a missing cell

Columns = dict[str, list[Any]]


def is_frame(table: object) -> bool:
    """Tell whether `table` is a polars or pandas DataFrame, without importing either.

    Examples
    --------
    >>> is_frame([1, 2])
    False
    """
    return type(table).__name__ == "DataFrame" and type(table).__module__.split(".")[0] in (
        "polars",
        "pandas",
    )


def read_columns(table: Any) -> Columns:
    """Return the known columns of an event table; all have the same length, at least 1.

    Parameters
    ----------
    table : polars.DataFrame, pandas.DataFrame, or path of a CSV file
        Columns from `COLUMNS`, exactly so written; the `MANDATORY` ones must be there.

    Raises
    ------
    InputError
        When the file cannot be read, or a column is unknown, doubled or lacking.

    Examples
    --------
    >>> import polars as pl
    >>> read_columns(pl.DataFrame({"TIME": [0.0], "AMT": [1000.0], "RATE": [None]}))
    {'TIME': [0.0], 'AMT': [1000.0], 'RATE': [None]}
    """
    if isinstance(table, (str, os.PathLike)):
        table = _read_csv(Path(table))
    if not is_frame(table):
        raise InputError(
            f"{shown(table)} is not an event table; accepted: a polars or pandas DataFrame, or the path of a"
            " CSV file"
        )
    names = [str(name) for name in table.columns]
    for name in names:
        if name not in COLUMNS:
            close = nearest(shown(name, quote=False).strip().upper(), COLUMNS)
            hint = f" (nearest: '{close}')" if close else ""
            raise InputError(
                f"event table column {shown(name)} is unknown; accepted: {', '.join(COLUMNS)}{hint}"
            )
        if names.count(name) > 1:
            raise InputError(f"event table column {name!r} occurs twice; accepted: each column once")
    for name in MANDATORY:
        if name not in names:
            raise InputError(
                f"the event table lacks the column {name!r}; accepted: {', '.join(COLUMNS)}, of which"
                f" {' and '.join(MANDATORY)} are mandatory"
            )
    if len(table) == 0:
        raise InputError("the event table has no rows; accepted: at least one dose, or None for no treatment")
    return {name: _cells(table[name]) for name in names}


def _cells(column: Any) -> list[Any]:
    cells = column.to_list()
    if type(column).__module__.startswith("pandas"):  # it has several kinds of missing
        cells = [None if gap else cell for gap, cell in zip(column.isna(), cells, strict=True)]
    return [None if _missing(cell) else cell for cell in cells]


def _missing(cell: object) -> bool:
    if isinstance(cell, str):
        return cell.strip() in _MISSING
    return cell is None or (isinstance(cell, float) and math.isnan(cell))


def _read_csv(path: Path) -> Any:
    """Read every cell as text, so that numbers are read in one place, exactly."""
    import polars as pl

    try:
        content = path.read_bytes().rstrip()  # a blank last line is no dose
    except (OSError, ValueError):
        raise _no_file(path) from None
    try:
        return pl.read_csv(content, infer_schema=False)
    except (pl.exceptions.PolarsError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else "it is not text"
        raise InputError(
            f"cannot read {str(path)!r} ({shown(reason, quote=False)}); accepted: a CSV file in UTF-8,"
            f" commas between cells, first line {','.join(COLUMNS)}"
        ) from None


def _no_file(path: Path) -> InputError:
    beside = [each.name for each in path.parent.glob("*.csv")] if path.parent.is_dir() else []
    close = nearest(shown(path.name, quote=False), beside)
    hint = f" (nearest: '{close}')" if close else ""
    return InputError(f"cannot open the file {str(path)!r}; accepted: the path of a CSV event table{hint}")


def numbers(columns: Columns, name: str, accepted: str, absent: float | None = None) -> NDArray[np.float64]:
    """Return a column as numbers.

    Parameters
    ----------
    columns : dict
        As `read_columns` returns them.
    name : str
        The column.
    accepted : str
        What the error message says is accepted.
    absent : float, optional
        Stands for a missing cell or column; None: a missing cell is refused.

    Returns
    -------
    ndarray, shape (rows,)

    Raises
    ------
    InputError
        When a cell is not a number, or is missing and must not be.

    Examples
    --------
    >>> numbers({"TIME": [0], "DUR": ["0.5"]}, "DUR", "days")
    array([0.5])
    """
    cells = columns.get(name, [None] * len(columns["TIME"]))
    result = np.empty(len(cells))
    for row, cell in enumerate(cells):
        if cell is None:
            if absent is None:
                raise InputError(f"event table row {row + 1} has no {name}; accepted: {accepted}")
            result[row] = absent
            continue
        try:
            result[row] = _number(cell)
        except (TypeError, ValueError, OverflowError):
            raise wrong_cell(row, name, cell, accepted) from None
    return result


def _number(cell: Any) -> float:
    if isinstance(cell, bool) or (isinstance(cell, str) and "_" in cell):
        raise TypeError  # Python would read True as 1 and 1_0 as 10
    return float(cell)


def wrong_cell(row: int, name: str, cell: object, accepted: str) -> InputError:
    """Build the error for one cell.

    Examples
    --------
    >>> str(wrong_cell(0, "AMT", -1, "mg/kg above 0"))
    'event table row 1: AMT -1 is refused; accepted: mg/kg above 0'
    """
    return InputError(f"event table row {row + 1}: {name} {shown(cell)} is refused; accepted: {accepted}")


def require(columns: Columns, name: str, ok: NDArray[np.bool_], accepted: str) -> None:
    """Refuse the first row that is not `ok`.

    Raises
    ------
    InputError
        Naming the row and the cell.

    Examples
    --------
    >>> import numpy as np
    >>> require({"AMT": [1.0]}, "AMT", np.array([True]), "mg/kg above 0")
    """
    if not ok.all():
        row = int(ok.argmin())
        raise wrong_cell(row, name, columns[name][row], accepted)
