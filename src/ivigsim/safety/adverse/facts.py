"""The rows that all figures come from: copied tables of published adverse events, and the numbers in them."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_COLUMNS = (
    *("id", "event", "frequency_value", "frequency_unit", "frequency_ci_or_n", "population", "product"),
    *("dose_rate", "onset", "risk_factors", "mitigation", "effect_size", "source", "notes", "verified"),
)
_PARAMETER_COLUMNS = (
    *("id", "symbol", "description", "value", "unit", "low", "high", "citation", "verified", "note"),
)
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?|\.\d+")


@dataclass(frozen=True)
class Fact:
    """A published row as it was written down.

    Attributes
    ----------
    id, event, population, product, dose : str
    cells : tuple of (str, str)
        Every filled cell, by the name of its column.
    source : str
        Where it was published.
    verified : bool
        Whether the row was checked against its source; others are shown and not used.
    """

    id: str
    event: str
    population: str
    product: str
    dose: str
    cells: tuple[tuple[str, str], ...]
    source: str
    verified: bool

    @property
    def numbers(self) -> frozenset[float]:
        """Every number written in the row, without its sign."""
        return numbers_in(" ".join(text for name, text in self.cells if name not in ("id", "source")))


def numbers_in(text: str) -> frozenset[float]:
    """Return the numbers written in a text, without their signs.

    Examples
    --------
    >>> sorted(numbers_in("128/174,413; 6.1-8.8"))
    [6.1, 8.8, 128.0, 174413.0]
    """
    return frozenset(float(number.replace(",", "")) for number in _NUMBER.findall(text))


@cache
def load_facts() -> dict[str, Fact]:
    """Read the copied rows by their id, in the order of the files.

    Examples
    --------
    >>> fact = load_facts()["itp_panzyga_head"]
    >>> fact.event, fact.population, fact.verified
    ('headache', 'chronic ITP', True)
    """
    rows = [_adverse(row) for row in read_table("adverse_events.tsv", _COLUMNS)]
    rows += [_parameter(row) for row in read_table("parameter_rows.tsv", _PARAMETER_COLUMNS)]
    return {row.id: row for row in rows}


def _adverse(row: dict[str, str]) -> Fact:
    return Fact(
        id=row["id"],
        event=row["event"],
        population=row["population"],
        product=row["product"],
        dose=row["dose_rate"],
        cells=_filled(row),
        source=row["source"],
        verified=row["verified"] == "yes",
    )


def _parameter(row: dict[str, str]) -> Fact:
    return Fact(
        id=row["id"],
        event=row["description"],
        population="",
        product="",
        dose="",
        cells=_filled(row),
        source=row["citation"],
        verified=row["verified"] == "yes",
    )


def _filled(row: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, text in row.items() if text)


def read_table(name: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Read a table of this folder by its columns.

    Raises
    ------
    ValueError
        When the columns differ.

    Examples
    --------
    >>> read_table("without_reading.tsv", ("row", "event", "reason"))[0]["row"]
    'ams_jolles'
    """
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    table = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    if tuple(table.fieldnames or ()) != columns:
        raise ValueError(f"{name} has the columns {', '.join(table.fieldnames or ())}")
    return list(table)
