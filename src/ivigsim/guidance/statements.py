"""Statements of guidelines, labels and trials on IVIG in ITP, read from `guidance.tsv`."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ivigsim.errors import InputError, unknown

COLUMNS = (
    *("id", "topic", "body", "year", "population", "statement", "number", "unit", "grade", "source"),
    "verified",
)
VERIFIED: Mapping[str, str] = {"yes": "", "partly": "partly unverified", "no": "unverified"}


@dataclass(frozen=True)
class Statement:
    """What a body says on a topic.

    Attributes
    ----------
    id, topic, body : str
    year : str
        As published; a period where several editions say the same.
    population, statement : str
    number, unit : str
        The statement's figure as published, with its unit; empty when it has none.
    grade : str
        Of the recommendation, in the body's own system; empty when unknown.
    source : str
        Where it was read.
    verified : str
        Empty when it was checked against its source, else how far it was not.
    """

    id: str
    topic: str
    body: str
    year: str
    population: str
    statement: str
    number: str
    unit: str
    grade: str
    source: str
    verified: str

    @property
    def latest_year(self) -> int:
        """The last year that `year` names; 0 when it is unknown.

        Examples
        --------
        >>> load_statements()["ash11_treat"].latest_year
        2011
        """
        return max(int(text) for text in re.findall(r"\d{4}", self.year)) if self.year else 0

    @property
    def when(self) -> str:
        """The year, or that it is unknown.

        Examples
        --------
        >>> load_statements()["ash11_treat"].when, load_statements()["seed_resp"].when
        ('2011', 'year unknown')
        """
        return self.year or "year unknown"

    @property
    def is_gap(self) -> bool:
        """Whether the row says that no statement was found.

        Examples
        --------
        >>> load_statements()["aabb"].is_gap
        True
        """
        return self.source.startswith("gap")

    @property
    def figure(self) -> str:
        """Number and unit, or nothing.

        Examples
        --------
        >>> load_statements()["ash11_treat"].figure
        '30e9/L'
        """
        if self.unit == "1e9/L":
            return " / ".join(f"{part}e9/L" for part in self.number.split(" / "))
        return f"{self.number} {self.unit}".strip()


@cache
def load_statements() -> Mapping[str, Statement]:
    """Return all statements by their id, in the order of the table.

    Examples
    --------
    >>> load_statements()["icr19_emerg"].topic
    'emergency'
    """
    text = files(__package__).joinpath("guidance.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise ValueError(f"guidance.tsv has columns {rows.fieldnames}; expected {COLUMNS}")
    return {row["id"]: _statement(row) for row in rows}


def _statement(row: Mapping[str, str]) -> Statement:
    if row["verified"] not in VERIFIED:
        raise ValueError(f"row {row['id']} is verified {row['verified']!r}; expected {', '.join(VERIFIED)}")
    return Statement(**{**row, "verified": VERIFIED[row["verified"]]})


def topics() -> tuple[str, ...]:
    """Return the topics in the order of the table.

    Examples
    --------
    >>> topics()[:2]
    ('when to treat', 'first line')
    """
    return tuple(dict.fromkeys(each.topic for each in load_statements().values()))


def select(
    topic: str | None = None,
    body: str | None = None,
    population: str | None = None,
    since: int | None = None,
    words: Sequence[str] = (),
) -> tuple[Statement, ...]:
    """Choose statements; the newest first within a topic, so that conflicts stand beside each other.

    Parameters
    ----------
    topic : str, optional
        One of `topics`.
    body, population : str, optional
        Part of the name, in any case.
    since : int, optional
        Year from which on; a statement of unknown year is left out.
    words : sequence of str
        All must be in the row, in any case.

    Raises
    ------
    InputError
        When the topic is unknown, or no statement has such a body or population.

    Examples
    --------
    >>> [each.id for each in select(topic="emergency", since=2019, words=["platelets"])]
    ['ed_crit', 'icr19_plt', 'icr19_tpo']
    """
    every = list(load_statements().values())
    if topic is not None and topic not in topics():
        raise unknown("topic", topic, topics())
    for name, wanted in (("body", body), ("population", population)):
        known = {getattr(each, name) for each in every}
        if wanted is not None and not any(_holds(each, wanted) for each in known):
            raise unknown(name, wanted, known - {""})
    if since is not None and not 1900 <= since <= 2100:
        raise InputError(f"since is {since}; accepted: a year from 1900 to 2100 (nearest: 2019)")
    found = [
        each
        for each in every
        if topic in (None, each.topic)
        and _holds(each.body, body)
        and _holds(each.population, population)
        and (since is None or each.latest_year >= since)
        and all(_holds(_text(each), word) for word in words)
    ]
    order = {name: place for place, name in enumerate(topics())}
    return tuple(sorted(found, key=lambda each: (order[each.topic], -each.latest_year)))


def _holds(text: str, part: str | None) -> bool:
    return part is None or part.strip().lower() in text.lower()


def _text(each: Statement) -> str:
    return f"{each.id} {each.topic} {each.body} {each.population} {each.statement} {each.figure}"


def side_by_side(found: Sequence[Statement]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the figures that statements of one topic give in the same unit, when they differ.

    Whether they conflict is for the reader: their populations may differ too.

    Parameters
    ----------
    found : sequence of Statement
        Of one topic.

    Returns
    -------
    dict
        Unit to figure to the ids that give it; only units with two figures or more.

    Examples
    --------
    >>> side_by_side(select(topic="when to treat"))["1e9/L"]["20"]
    ('anz_target',)
    """
    units: dict[str, dict[str, tuple[str, ...]]] = {}
    for each in found:
        if each.number and each.unit:
            figures = units.setdefault(each.unit, {})
            figures[each.number] = (*figures.get(each.number, ()), each.id)
    return {unit: figures for unit, figures in units.items() if len(figures) > 1}


def cite(ids: Sequence[str]) -> tuple[str, ...]:
    """Return statements as short citations.

    Parameters
    ----------
    ids : sequence of str

    Raises
    ------
    InputError
        When an id is unknown, with the nearest one, or that of a gap in which no statement was found.

    Examples
    --------
    >>> cite(["ash11_treat"])
    ('ASH 2011 (2C): treat newly diagnosed below this count: 30e9/L [ash11_treat]',)
    """
    found = []
    for each in map(statement, ids):
        if each.is_gap:
            raise InputError(
                f"guidance row {each.id!r} is a gap, no statement was found; accepted: a row with a source"
                " (nearest: 'icr19_plt')"
            )
        grade = f" ({each.grade})" if each.grade else ""
        figure = f": {each.figure}" if each.figure else ""
        doubt = f", {each.verified}" if each.verified else ""
        found.append(f"{each.body} {each.when}{grade}: {each.statement}{figure} [{each.id}{doubt}]")
    return tuple(found)


def statement(name: str) -> Statement:
    """Return one statement by its id.

    Raises
    ------
    InputError
        When there is none, with the nearest.

    Examples
    --------
    >>> statement("ash11_treat").grade
    '2C'
    """
    known = load_statements()
    if name not in known:
        raise unknown("guidance row", name, ["an id such as icr19_emerg"], also=known)
    return known[name]
