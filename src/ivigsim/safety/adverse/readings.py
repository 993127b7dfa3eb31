"""How published rows are read: figures, ratios and factors; every number is checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from ivigsim.safety.adverse.conditions import Condition, read_conditions
from ivigsim.safety.adverse.denominators import DENOMINATORS, Denominator
from ivigsim.safety.adverse.facts import Fact, load_facts, numbers_in, read_table

EVENTS = {
    "headache": "Headache",
    "aseptic-meningitis": "Aseptic meningitis",
    "infusion-reaction": "Infusion reaction",
    "anaphylaxis": "Anaphylaxis",
    "kidney-injury": "Acute kidney injury",
    "thrombosis": "Thrombosis",
    "haemolysis": "Haemolysis",
    "hyponatraemia": "Hyponatraemia",
    "neutropenia": "Neutropenia",
    "lung-injury": "Transfusion-related acute lung injury",
    "any": "Any adverse event",
}
"""Events by their names, and what they are called."""

QUANTITIES = ("risk", "excess", "rate", "without IVIG", "share", "reports", "tolerability", "comparator")
PER_COURSE = ("", "each", "whole", "first", "later", "day and next", "grams")
_READING = (
    *("id", "row", "event", "outcome", "quantity", "denominator", "value", "low", "high", "interval"),
    *("events", "n", "who", "only", "brand", "course", "reading"),
)
_RATIO = (
    *("id", "row", "event", "factor", "when", "scale", "value", "low", "high", "applies_to", "not_applied"),
    "reading",
)
_FACTOR = ("id", "row", "event", "factor", "direction", "when", "size")
_SUM = re.compile(r"([\d.]+)([-/])([\d.]+)")


@dataclass(frozen=True)
class Reading:
    """One figure of a row. `quantity` says what it is; only a risk, an excess or a rate is about a plan.

    Attributes
    ----------
    value, low, high : float or None
        In the unit of `denominator`; a range alone has no value.
    interval : str
        What low and high are; empty without them.
    events, n : float or None
        Counts, when the row has them.
    who : str
        Whom it was measured in.
    only : tuple of Condition
        For whom it holds.
    brand : str
        Product; empty for several or none.
    course : str
        What of a course it counts: each infusion, the first, later ones, the whole course, the days at risk
        or the grams; empty when it is of patients or no risk.
    note : str
        How the row was read.
    """

    id: str
    fact: Fact
    event: str
    outcome: str
    quantity: str
    denominator: Denominator
    value: float | None
    low: float | None
    high: float | None
    interval: str
    events: float | None
    n: float | None
    who: str
    only: tuple[Condition, ...]
    brand: str
    course: str
    note: str


@dataclass(frozen=True)
class Ratio:
    """A published odds, rate, hazard or risk ratio, and the readings it belongs to."""

    id: str
    fact: Fact
    event: str
    factor: str
    when: tuple[Condition, ...]
    scale: str
    value: float
    low: float | None
    high: float | None
    applies_to: tuple[str, ...]
    not_applied: str
    note: str


@dataclass(frozen=True)
class Factor:
    """What raises or lowers a risk, mostly by an unknown amount."""

    id: str
    fact: Fact
    event: str
    factor: str
    direction: str
    when: tuple[Condition, ...]
    size: str


def parsed_cell(text: str, fact: Fact) -> float | None:
    """Return the number of a cell, or of a difference or quotient in it, when the row holds every number.

    Raises
    ------
    ValueError
        When a number is not in the row; 100 may be there, to make percents.

    Examples
    --------
    >>> fact = load_facts()["itp_flebo10_rel"]
    >>> parsed_cell("58-12", fact), parsed_cell("", fact)
    (46.0, None)
    >>> parsed_cell("59", fact)
    Traceback (most recent call last):
    ValueError: itp_flebo10_rel does not hold 59
    """
    if not text:
        return None
    missing = numbers_in(text) - fact.numbers - ({100.0} if text.startswith("100/") else set())
    if missing:
        raise ValueError(f"{fact.id} does not hold {min(missing):g}")
    if both := _SUM.fullmatch(text):
        a, b = float(both[1]), float(both[3])
        return a - b if both[2] == "-" else a / b
    return float(text.replace(",", ""))


@cache
def load_readings() -> tuple[Reading, ...]:
    """Read the figures; each has a row, a known unit and numbers that the row holds.

    Examples
    --------
    >>> reading = next(r for r in load_readings() if r.id == "itp_panzyga_head")
    >>> reading.value, reading.events, reading.n, reading.denominator.text
    (42.5, 17.0, 40.0, '% of patients')
    """
    return tuple(_reading(row) for row in read_table("readings.tsv", _READING))


def _reading(row: dict[str, str]) -> Reading:
    fact = load_facts()[row["row"]]
    for name, known in (("quantity", QUANTITIES), ("course", PER_COURSE), ("event", tuple(EVENTS))):
        if row[name] not in known:
            raise ValueError(f"{row['id']}: {name} is {row[name]!r}; accepted: {', '.join(known)}")
    value, low, high, events, n = (
        parsed_cell(row[name].removeprefix("-"), fact) for name in ("value", "low", "high", "events", "n")
    )
    if low is not None and row["low"].startswith("-"):
        low = -low
    denominator = DENOMINATORS[row["denominator"]]
    if value is None and events is not None and n:
        value = events / n / denominator.scale
    return Reading(
        id=row["id"],
        fact=fact,
        event=row["event"],
        outcome=row["outcome"],
        quantity=row["quantity"],
        denominator=denominator,
        value=value,
        low=low,
        high=high,
        interval=row["interval"],
        events=events,
        n=n,
        who=row["who"] or fact.population or fact.source,
        only=read_conditions(row["only"]),
        brand=row["brand"],
        course=row["course"],
        note=row["reading"],
    )


@cache
def load_ratios() -> tuple[Ratio, ...]:
    """Read the ratios; each names the readings it belongs to, or says why it belongs to none.

    Examples
    --------
    >>> ratio = load_ratios()[0]
    >>> ratio.scale, ratio.value, ratio.low, ratio.high, ratio.applies_to
    ('odds ratio', 0.22, 0.05, 0.9, ('neuro_childITP_no_pred',))
    """
    known = {reading.id for reading in load_readings()}
    found = []
    for row in read_table("ratios.tsv", _RATIO):
        fact, applies_to = load_facts()[row["row"]], tuple(row["applies_to"].split())
        value, low, high = (parsed_cell(row[name], fact) for name in ("value", "low", "high"))
        if value is None or not set(applies_to) <= known or bool(applies_to) == bool(row["not_applied"]):
            raise ValueError(f"{row['id']}: a ratio needs a value, and readings or a reason")
        same = {name: row[name] for name in ("id", "event", "factor", "scale", "not_applied")}
        found.append(
            Ratio(
                **same,
                fact=fact,
                when=read_conditions(row["when"]),
                value=value,
                low=low,
                high=high,
                applies_to=applies_to,
                note=row["reading"],
            )
        )
    return tuple(found)


@cache
def load_factors() -> tuple[Factor, ...]:
    """Read the factors.

    Examples
    --------
    >>> [each.factor for each in load_factors() if each.event == "kidney-injury"][:2]
    ['sucrose as stabiliser', 'age above 65 years']
    """
    return tuple(
        Factor(
            fact=load_facts()[row["row"]],
            when=read_conditions(row["when"]),
            **{name: row[name] for name in ("id", "event", "factor", "direction", "size")},
        )
        for row in read_table("factors.tsv", _FACTOR)
    )


def without_reading(event: str) -> list[tuple[Fact, str]]:
    """Return the rows of an event that have no figure, and why.

    Examples
    --------
    >>> [fact.id for fact, _ in without_reading("hyponatraemia")]
    ['na_pseudo', 'SAF20']
    """
    rows = read_table("without_reading.tsv", ("row", "event", "reason"))
    return [(load_facts()[row["row"]], row["reason"]) for row in rows if row["event"] == event]
