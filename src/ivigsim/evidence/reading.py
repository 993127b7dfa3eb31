"""Read published results from the text of `results.tsv`, refusing what is incomplete or unknown."""

from __future__ import annotations

import csv
import re
from math import isfinite

from ivigsim.evidence.rows import (
    GROUPS,
    INTERVALS,
    OVER,
    QUANTITY_UNITS,
    STATISTICS,
    USES,
    Endpoint,
    Entry,
    Row,
    Window,
)

COLUMNS = (
    *("id", "trial", "citation", "link", "group", "population", "like", "difference", "entry", "covariates"),
    *("n", "regimen", "against", "regimen_published", "statistic", "quantity", "threshold", "fold"),
    *("at_least", "window", "first_day", "visits", "over", "value", "unit", "low", "high", "interval"),
    *("use", "reason", "endpoint_published", "note", "reading"),
)
_TEXTS = (
    *("id", "trial", "citation", "link", "group", "population", "like", "difference", "regimen", "against"),
    *("regimen_published", "endpoint_published", "unit", "interval", "use", "reason", "note", "reading"),
)
_ENTRY = re.compile(r"(\w+)(<=|>=|=)(\S+)")
_WINDOW = re.compile(r"(by|on) day ([\d.]+)|days ([\d.]+)-([\d.]+)")


def read_rows(text: str) -> tuple[Row, ...]:
    r"""Read rows.

    Raises
    ------
    ValueError
        Naming row and column, when a row is incomplete or uses a word that is not known.

    Examples
    --------
    >>> read_rows("id\ttrial")
    Traceback (most recent call last):
    ValueError: results.tsv has the columns id, trial; needed: id, trial, citation, link, group, ...
    """
    table = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    if tuple(table.fieldnames or ()) != COLUMNS:
        raise ValueError(
            f"results.tsv has the columns {', '.join(table.fieldnames or ())}; needed:"
            f" {', '.join(COLUMNS[:5])}, ..."
        )
    rows = tuple(map(_row, table))
    if len({row.id for row in rows}) != len(rows):
        raise ValueError("results.tsv names an id twice")
    return rows


def _row(row: dict[str, str]) -> Row:
    for name, words in (("use", USES), ("group", GROUPS), ("interval", INTERVALS)):
        _known(row, name, words)
    for name in ("trial", "citation", "link", "population", "regimen_published", "endpoint_published"):
        if not row[name]:
            raise ValueError(f"{_where(row)}: {name} is empty")
    simulated = row["use"] != "not simulated"
    if row["use"] in ("not simulated", "check") and not row["reason"]:
        raise ValueError(f"{_where(row)}: reason is empty")
    value = _number(row, "value") if simulated else None
    low, high = (_number(row, "low"), _number(row, "high")) if simulated else (None, None)
    if simulated:
        _check_value(row, value, low, high)
    return Row(
        **{name: row[name] for name in _TEXTS},
        entry=tuple(_entry(row, term) for term in row["entry"].split()),
        covariates=tuple((e.covariate, e.value) for e in (_entry(row, t) for t in row["covariates"].split())),
        n=int(row["n"]) if row["n"] else None,
        endpoint=_endpoint(row) if simulated else None,
        value=value,
        value_published=row["value"],
        low=low,
        high=high,
    )


def _where(row: dict[str, str]) -> str:
    return f"results.tsv, {row['id']!r}"


def _known(row: dict[str, str], name: str, words: tuple[str, ...]) -> None:
    if row[name] not in words:
        raise ValueError(f"{_where(row)}: {name} is {row[name]!r}; accepted: {', '.join(words)}")


def _check_value(row: dict[str, str], value: float | None, low: float | None, high: float | None) -> None:
    if value is None or (low is None) != (high is None):
        raise ValueError(f"{_where(row)}: value, low and high are not complete")
    # a published interval of zero width is a slip; an upper bound below the value as well
    if low is not None and high is not None and not low <= value <= high:
        raise ValueError(f"{_where(row)}: the value does not lie between low and high")


def _endpoint(row: dict[str, str]) -> Endpoint:
    _known(row, "statistic", STATISTICS)
    _known(row, "quantity", tuple(QUANTITY_UNITS))
    _known(row, "over", OVER)
    return Endpoint(
        statistic=row["statistic"],
        quantity=row["quantity"],
        threshold=_number(row, "threshold"),
        fold=_number(row, "fold"),
        at_least=_number(row, "at_least"),
        window=_window(row),
        visits=tuple(float(day) for day in row["visits"].split(",") if day),
        over=row["over"],
    )


def _window(row: dict[str, str]) -> Window | None:
    if not row["window"]:
        return None
    found = _WINDOW.fullmatch(row["window"])
    if not found:
        raise ValueError(
            f"{_where(row)}: window is {row['window']!r}; accepted: 'by day 7', 'on day 3', 'days 133-168'"
        )
    kind, day, first, last = found.groups()
    counted = _number(row, "first_day")
    if kind:
        return Window(kind, float(day), float(day), counted)
    return Window("days", float(first), float(last), counted)


def _entry(row: dict[str, str], term: str) -> Entry:
    found = _ENTRY.fullmatch(term)
    if not found:
        raise ValueError(f"{_where(row)}: {term!r} is no criterion; accepted: 'baseline_platelets<=20'")
    covariate, comparison, text = found.groups()
    value: float | str | bool = text
    if text in ("true", "false"):
        value = text == "true"
    elif re.fullmatch(r"[\d.]+", text):
        value = float(text)
    return Entry(covariate, comparison, value)


def _number(row: dict[str, str], name: str) -> float | None:
    if not row[name]:
        return None
    try:
        number = float(row[name])
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise ValueError(f"{_where(row)}: {name} is {row[name]!r}; accepted: a number")
    return number
