"""Infusion rates of a label, read from their cells: first and highest rates, steps between, caps at risk."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ivigsim.products.cells import NUMBER, CellError

_RATE = re.compile(rf"(?P<value>{NUMBER})(?: \((?P<of>[^()]+)\))?")
_AT = re.compile(rf"(?P<percent>{NUMBER})%")
_IN = re.compile(rf"(?P<value>{NUMBER}) in (?P<code>[A-Z]+)")
_CODES = re.compile(r"[A-Z]+(?:, [A-Z]+)*")


@dataclass(frozen=True)
class Rate:
    """A rate of a label, for some indications (none: for all) and a strength (None: for all)."""

    value: float
    indications: tuple[str, ...] = ()
    at_percent: float | None = None


def read_rates(text: str) -> tuple[Rate, ...]:
    """Read rates such as "4 (ITP); 8 (PI, CIDP)", "3.3 (5%); 13.3 (10%)" or "1 (2 in CIDP)".

    Raises
    ------
    CellError
        For any other text.

    Examples
    --------
    >>> [(rate.value, rate.indications) for rate in read_rates("1 (2 in CIDP)")]
    [(1.0, ()), (2.0, ('CIDP',))]
    """
    found: list[Rate] = []
    for part in text.split("; "):
        match = _RATE.fullmatch(part)
        if match is None:
            raise CellError(text, "rates")
        value, of = float(match["value"]), match["of"]
        if of is None:
            found.append(Rate(value))
        elif at := _AT.fullmatch(of):
            found.append(Rate(value, at_percent=float(at["percent"])))
        elif other := _IN.fullmatch(of):
            found += [Rate(value), Rate(float(other["value"]), (other["code"],))]
        elif _CODES.fullmatch(of):
            found.append(Rate(value, tuple(of.split(", "))))
        else:
            raise CellError(text, "rates")
    return tuple(found)


@dataclass(frozen=True)
class StepRule:
    """How a label raises the rate; what it does not say is None or empty.

    Attributes
    ----------
    first_min : float
        How long the first rate runs (min).
    every_min : tuple of float
        How long a later rate runs (min): shortest and longest.
    add_mg_kg_min : float or None
        What each step adds (mg/kg/min).
    levels, level_unit : tuple of float, str
        The rates one after another, in "mg/kg/min" or "mL/kg/min".
    complete : bool
        Whether `levels` lead to the highest rate.
    """

    first_min: float
    every_min: tuple[float, float]
    add_mg_kg_min: float | None = None
    levels: tuple[float, ...] = ()
    level_unit: str = ""
    complete: bool = False


_N = f"({NUMBER})"
_PLAIN = re.compile(rf"{_N} min")
_RAISE = re.compile(rf"{_N} min at start; raise every {_N} min")
_ADD = re.compile(rf"{_N} min at start; \+{_N} mg/kg/min every {_N} min")
_SPAN = re.compile(rf"{_N} min at start; then every {_N}-{_N} min")
_LEVELS = re.compile(rf"{_N} min; ({NUMBER}(?:-{NUMBER})+) (mg/kg/min|mL/kg/min)")
_THEN_UP = re.compile(rf"{_N} min {_N}; {_N} min {_N}; then up")


def read_step_rule(text: str) -> StepRule:
    """Read how the rate is raised.

    Raises
    ------
    CellError
        When it is none of the six ways that labels in the table use.

    Examples
    --------
    >>> read_step_rule("30 min; 1-2-4-8-12 mg/kg/min").levels
    (1.0, 2.0, 4.0, 8.0, 12.0)
    >>> read_step_rule("10 min at start; +0.8 mg/kg/min every 20 min").add_mg_kg_min
    0.8
    """
    if match := _PLAIN.fullmatch(text):
        every = float(match[1])
        return StepRule(every, (every, every))
    if match := _RAISE.fullmatch(text):
        return StepRule(float(match[1]), (float(match[2]), float(match[2])))
    if match := _ADD.fullmatch(text):
        first, add, every = map(float, match.groups())
        return StepRule(first, (every, every), add)
    if match := _SPAN.fullmatch(text):
        return StepRule(float(match[1]), (float(match[2]), float(match[3])))
    if match := _LEVELS.fullmatch(text):
        every = float(match[1])
        levels = tuple(map(float, match[2].split("-")))
        return StepRule(every, (every, every), None, levels, match[3], complete=True)
    if match := _THEN_UP.fullmatch(text):
        first, low, every, high = map(float, match.groups())
        return StepRule(first, (every, every), None, (low, high), "mg/kg/min")
    raise CellError(text, "a rule of rate steps")


@dataclass(frozen=True)
class RiskCap:
    """Highest rate (mg/kg/min) in patients at risk of renal failure or thrombosis.

    Attributes
    ----------
    value : float
    below : bool
        Whether the rate must stay below `value` and not only at it.
    text : str
        As in the notes.
    """

    value: float
    below: bool
    text: str


_CAP = re.compile(
    rf"(?:thrombosis risk cap|at-risk cap|renal risk: stay) (?P<below><)?(?P<value>{NUMBER}) mg/kg/min"
    r"(?: in one drug guide)?"
)
_RISK_AND_RATE = re.compile(r"risk[^;]*mg/kg/min")


def read_risk_cap(notes: str) -> RiskCap | None:
    """Find the cap on the rate at risk within the notes; None when they have none.

    Raises
    ------
    CellError
        When the notes speak of a risk and a rate, but not in a way that is understood.

    Examples
    --------
    >>> read_risk_cap("renal risk: stay <8 mg/kg/min").below
    True
    """
    match = _CAP.search(notes)
    if match is None:
        if _RISK_AND_RATE.search(notes):
            raise CellError(notes, "a cap at risk")
        return None
    return RiskCap(float(match["value"]), match["below"] is not None, match[0])


@dataclass(frozen=True)
class LabelDose:
    """A dose that a label gives in ITP: grams per kg, days between, and how many times."""

    g_per_kg: float
    every_d: int
    least: int
    most: int


_DAYS = re.compile(
    rf"{_N} g/kg(?:/day)? ?x ?(?P<least>[0-9]+)(?:-(?P<most>[0-9]+))?(?: consecutive days)?(?: \([^()]+\))?"
)
_ALTERNATE = re.compile(rf"{_N} g/kg; up to ([0-9]+) doses on alternate days by response")
_NOT_LABELLED = re.compile(r"not labelled(?: in US(?: \(EU(?:/UK)?: yes\))?)?")
_TOTAL = re.compile(rf"{NUMBER} g/kg total: ")


def read_itp_doses(text: str) -> tuple[LabelDose, ...]:
    """Read the doses that a label gives in ITP; empty when the product is not labelled for it.

    Raises
    ------
    CellError
        For any other text.

    Examples
    --------
    >>> read_itp_doses("2 g/kg total: 1 g/kg x2 or 0.4 g/kg x5")[1]
    LabelDose(g_per_kg=0.4, every_d=1, least=5, most=5)
    >>> read_itp_doses("not labelled in US (EU: yes)")
    ()
    """
    if _NOT_LABELLED.fullmatch(text):
        return ()
    if match := _ALTERNATE.fullmatch(text):
        return (LabelDose(float(match[1]), 2, 1, int(match[2])),)
    found = []
    for part in _TOTAL.sub("", text, count=1).split(" or "):
        match = _DAYS.fullmatch(part)
        if match is None:
            raise CellError(text, "doses in ITP")
        least = int(match["least"])
        found.append(LabelDose(float(match[1]), 1, least, int(match["most"] or least)))
    return tuple(found)
