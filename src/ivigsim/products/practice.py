"""How IVIG is dosed in practice: the rows of `dosing_practice.tsv` that plans lean on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from ivigsim.products.library import read_table

COLUMNS = ("id", "topic", "setting", "statement", "value", "unit", "source", "notes", "verified")


@dataclass(frozen=True)
class Practice:
    """A statement on dosing, as collected; `verified` says whether it was checked against its source."""

    id: str
    topic: str
    setting: str
    statement: str
    value: str
    unit: str
    source: str
    notes: str
    verified: bool


@cache
def load_practice() -> Mapping[str, Practice]:
    """Return all statements by id.

    Examples
    --------
    >>> load_practice()["ddw"].value
    '0.4'
    """
    rows = read_table("dosing_practice.tsv")
    if tuple(rows[0]) != COLUMNS:
        raise ValueError(f"dosing_practice.tsv has the columns {tuple(rows[0])}; expected {COLUMNS}")
    return MappingProxyType({row["id"]: _practice(row) for row in rows})


def _practice(row: Mapping[str, str]) -> Practice:
    if row["verified"] not in ("yes", "no"):
        raise ValueError(f"dosing_practice.tsv, {row['id']}: verified is {row['verified']!r}, not yes or no")
    return Practice(
        id=row["id"],
        topic=row["topic"],
        setting=row["setting"],
        statement=row["statement"],
        value=row["value"],
        unit=row["unit"],
        source=row["source"],
        notes=row["notes"],
        verified=row["verified"] == "yes",
    )
