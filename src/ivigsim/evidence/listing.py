"""Write rows of the evidence out again: as the table they were read from, as CSV and as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

from ivigsim.evidence.reading import COLUMNS
from ivigsim.evidence.rows import Entry, Row, Window

FORMS = ("tsv", "csv", "json")

_LISTS = {"entry": " ", "covariates": " ", "visits": ","}
"""Columns with several terms -> what stands between them."""


def listing(rows: Iterable[Row], form: str) -> str:
    r"""Return rows as text, with the columns of `results.tsv`.

    Parameters
    ----------
    rows : iterable of Row
    form : {"tsv", "csv", "json"}
        TSV can be read again by `ivigsim.evidence.reading.read_rows`. JSON holds a list of objects, with
        numbers as numbers, lists for criteria, covariates and visits, and null for what is not there.

    Raises
    ------
    ValueError
        When the form is not one of `FORMS`.

    Examples
    --------
    >>> from ivigsim.evidence import load_rows
    >>> row = next(row for row in load_rows() if row.id == "E019")
    >>> listing([row], "tsv").splitlines()[1].split("\t")[23:25]
    ['80.7', '%']
    """
    if form not in FORMS:
        raise ValueError(f"form is {form!r}; accepted: {', '.join(FORMS)}")
    if form == "json":
        return json.dumps([_cells(row) for row in rows], indent=2, ensure_ascii=False) + "\n"
    # digits as published: 10.0 says more than 10
    found = [_cells(row) | {"value": row.value_published} for row in rows]
    text = io.StringIO()
    plain = {"delimiter": "\t", "quoting": csv.QUOTE_NONE, "quotechar": None} if form == "tsv" else {}
    table = csv.writer(text, lineterminator="\n", **plain)  # type: ignore[arg-type]  # options by name
    table.writerow(COLUMNS)
    table.writerows([_text(name, cells[name]) for name in COLUMNS] for cells in found)
    return text.getvalue()


def _cells(row: Row) -> dict[str, object]:
    """Return the cells of a row by column, typed."""
    endpoint = row.endpoint
    cells: dict[str, object] = {name: getattr(row, name, None) for name in COLUMNS}
    cells["value"] = row.value if row.simulated else row.value_published or None
    cells["entry"] = [criterion_text(entry) for entry in row.entry]
    cells["covariates"] = [criterion_text(Entry(name, "=", fixed)) for name, fixed in _fixed(row)]
    for name in ("statistic", "quantity", "threshold", "fold", "at_least", "over"):
        cells[name] = None if endpoint is None else getattr(endpoint, name)
    window = None if endpoint is None else endpoint.window
    cells["window"] = None if window is None else window_text(window)
    cells["first_day"] = None if window is None else window.first_day
    cells["visits"] = [] if endpoint is None else list(endpoint.visits)
    return cells


def _fixed(row: Row) -> Iterable[tuple[str, float | str | bool]]:
    for name, value in row.covariates:
        assert isinstance(value, (float, str, bool))  # what the reader makes
        yield name, value


def criterion_text(entry: Entry) -> str:
    """Return a criterion as it is written in the table.

    Examples
    --------
    >>> criterion_text(Entry("baseline_platelets", "<=", 20.0)), criterion_text(Entry("anti_gpib", "=", True))
    ('baseline_platelets<=20', 'anti_gpib=true')
    """
    return f"{entry.covariate}{entry.comparison}{_scalar(entry.value)}"


def window_text(window: Window) -> str:
    """Return a window as it is written in the table.

    Examples
    --------
    >>> window_text(Window("by", 7, 7, 0)), window_text(Window("days", 133, 168, None))
    ('by day 7', 'days 133-168')
    """
    if window.kind == "days":
        return f"days {window.day:g}-{window.last_day:g}"
    return f"{window.kind} day {window.day:g}"


def _text(name: str, value: object) -> str:
    if isinstance(value, list):
        return _LISTS[name].join(map(_scalar, value))
    return _scalar(value)


def _scalar(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.12g}" if isinstance(value, float) else str(value)
