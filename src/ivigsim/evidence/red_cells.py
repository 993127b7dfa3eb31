"""Published tests of red-cell clearance, read from `red_cells.tsv`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class PublishedClearance:
    """One published number: in whom, what was measured, its value, its range where there is one, source."""

    id: str
    who: str
    quantity: str
    value: float
    unit: str
    low: float | None
    high: float | None
    source: str


@cache
def published_clearance() -> Mapping[str, PublishedClearance]:
    """Read the published tests, by id.

    Examples
    --------
    >>> published_clearance()["RES01"].value, published_clearance()["RES01"].unit
    (78.5, 'min')
    """
    text = files(__package__).joinpath("red_cells.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {row["id"]: _row(row) for row in rows}


def _row(row: dict[str, str]) -> PublishedClearance:
    low, high = (float(row[end]) if row[end] else None for end in ("low", "high"))
    return PublishedClearance(
        row["id"], row["who"], row["quantity"], float(row["value"]), row["unit"], low, high, row["source"]
    )
