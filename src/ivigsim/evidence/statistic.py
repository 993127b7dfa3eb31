"""The number a trial would have published, from the values of its patients."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ivigsim.evidence.rows import Row

Floats = NDArray[np.float64]


def published_number(row: Row, groups: tuple[Floats, ...]) -> float:
    """Return a row's statistic over the patients of its arms, in the unit of the row.

    Parameters
    ----------
    row : Row
    groups : tuple of ndarray
        Values of the patients of the arm, and of the arm it is compared with.

    Returns
    -------
    float
        NaN when there is nobody to count; infinite when a median patient never got there.

    Examples
    --------
    >>> from ivigsim.evidence import load_rows
    >>> row = next(row for row in load_rows() if row.id == "E019")
    >>> published_number(row, (np.array([1.0, 1.0, 0.0, 1.0]),))
    75.0
    """
    if any(len(values) == 0 for values in groups):
        return float("nan")
    kind = row.measured.statistic
    one = groups[0]
    if kind == "share":
        return 100.0 * float(one.mean())
    if kind in ("median", "highest median"):
        return float(np.median(one))
    if kind == "mean":
        return _mean(one)
    if len(groups) < 2:
        raise ValueError(f"row {row.id}: a {kind} needs a second regimen in 'against'")
    return _compared(kind, one, groups[1])


def _mean(values: Floats) -> float:
    """Mean over those to whom it happened: trials cannot average what never came."""
    happened = values[np.isfinite(values)]
    return float(happened.mean()) if len(happened) else float("nan")


def _compared(kind: str, one: Floats, other: Floats) -> float:
    if kind == "difference of means":
        return _mean(one) - _mean(other)
    p, q = one.mean(), other.mean()
    if kind == "difference of shares":
        return 100.0 * float(p - q)
    # half a patient keeps a ratio finite when nobody or everybody responds
    p, q = (one.sum() + 0.5) / (len(one) + 1), (other.sum() + 0.5) / (len(other) + 1)
    return float(p / q) if kind == "risk ratio" else float(p / (1 - p) / (q / (1 - q)))
