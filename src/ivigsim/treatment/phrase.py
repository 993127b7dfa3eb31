"""Reading one dose phrase, such as `IVIG 1 g/kg over 4 h daily x2 from day 3`."""

from __future__ import annotations

import re
import unicodedata

from ivigsim.errors import InputError, nearest, unknown
from ivigsim.treatment.course import Course, whole_count
from ivigsim.treatment.drugs import Drug, all_names, drugs
from ivigsim.treatment.units import TIME_UNITS, convert, known_unit
from ivigsim.treatment.wording import shown

FORM = "DRUG AMOUNT UNIT [over DURATION] [daily | every INTERVAL] [xCOUNT] [from day D]"
PROCEDURE_FORM = "[on day D]"  # after its name

# Mu (NFKC turns the micro sign into it), the multiplication sign, the minus sign.
_LOOKALIKES = str.maketrans({"\u03bc": "u", "\u00d7": " x", "\u2212": "-"})
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[-+]?[0-9]+)?(?![0-9.,])", re.I)
_UNIT = re.compile(
    r"(?!(?:over|daily|every|from)\b|x ?[0-9])[a-z]+[0-9]?(?:(?: ?/ ?| per )[a-z]+[0-9]?)*(?![a-z0-9])", re.I
)
_KEYWORD = re.compile(
    r"(?P<over>over(?![a-z]))|(?P<daily>daily(?![a-z0-9]))|(?P<every>every(?![a-z]))"
    r"|(?P<count>x(?= ?[-+.0-9]))|(?P<start>from day(?![a-z]))",
    re.I,
)
_ON_DAY = re.compile(r"on day(?![a-z])", re.I)
_DAY = re.compile(r"(?:day|on) ?([0-9]+(?:\.[0-9]+)?)$", re.I)  # as in "splenectomy from day 3"
_EXAMPLES = {  # word a person may have meant -> how it is written
    "over": "over 4 h",
    "daily": "daily",
    "weekly": "every 7 d",
    "every": "every 12 h",
    "count": "x2",
    "x2": "x2",
    "for": "x5",
    "start": "from day 3",
    "from": "from day 3",
    "on": "from day 3",
}


def parse_course(text: str) -> Course:
    """Read one dose phrase.

    Parameters
    ----------
    text : str
        `DRUG AMOUNT UNIT [over DURATION] [daily | every INTERVAL] [xCOUNT] [from day D]`, or
        `PROCEDURE [on day D]`; the parts after the unit may come in any order, case and spacing do not
        matter.

    Returns
    -------
    Course

    Raises
    ------
    InputError
        When the text is no dose phrase; the message quotes the offending part.

    Examples
    --------
    >>> str(parse_course("ivig 0.4g/kg daily X 5"))
    'IVIG 0.4 g/kg daily x5'
    >>> str(parse_course("Splenectomy on day 7"))
    'splenectomy on day 7'
    """
    try:
        return _course(" ".join(unicodedata.normalize("NFKC", text).translate(_LOOKALIKES).split()))
    except InputError as error:
        raise InputError(f"dose phrase {shown(text)}: {error}") from None


def _course(text: str) -> Course:
    drug, rest = _drug(text)
    if drug.is_procedure:
        return _procedure(drug, rest)
    if not rest:
        raise InputError(f"no amount; accepted: {FORM} (nearest: '{_example(drug)}')")
    amount, rest = _number(rest, _example(drug))
    unit, rest = _unit(rest, drug.units, f"unit of {drug.name}")
    found: dict[str, float] = {}
    while rest:
        match = _KEYWORD.match(rest)
        if match is None or match.lastgroup is None:
            raise _no_part(rest)
        part = "every" if match.lastgroup == "daily" else match.lastgroup
        if part in found:
            raise InputError(f"{shown(rest)} repeats a part; accepted: each part at most once, as in {FORM}")
        found[part], rest = _value(match.lastgroup, rest[match.end() :].lstrip())
    if "every" in found and "count" not in found:
        raise InputError("an interval without a number of doses; accepted: xCOUNT after it (nearest: 'x2')")
    return Course(
        drug.name,
        amount,
        unit,
        over_d=found.get("over"),
        every_d=found.get("every"),
        count=whole_count(found.get("count", 1.0)),
        start_d=found.get("start", 0.0),
    )


def _procedure(drug: Drug, rest: str) -> Course:
    day = 0.0
    if rest:
        match = _ON_DAY.match(rest)
        day, rest = _number(rest[match.end() :].lstrip(), "on day 3") if match else (day, rest)
        if rest:
            meant = None if match else _DAY.search(rest)
            raise InputError(
                f"{shown(rest)} after a procedure; accepted: {drug.name} {PROCEDURE_FORM}"
                f" (nearest: '{drug.name} on day {meant[1] if meant else f'{day:g}'}')"
            )
    return Course(drug.name, 1.0, drug.units[0], start_d=day)


def _drug(text: str) -> tuple[Drug, str]:
    """Split off the drug; the longest name wins, so one name may begin with another."""
    known = [(name, drug) for drug in drugs() for name in drug.names]
    for name, drug in sorted(known, key=lambda pair: -len(pair[0])):
        if re.match(re.escape(name) + r"(?![a-z])", text, re.I):
            return drug, text[len(name) :].lstrip()
    word = re.split(r" ?[-+.]?[0-9]", text)[0]
    if not word:
        raise InputError(f"it names no drug; accepted: {FORM} (nearest: '{_example(drugs()[0])}')")
    raise unknown("drug", shown(word, quote=False), [drug.name for drug in drugs()], all_names())


def _example(drug: Drug) -> str:
    return f"{drug.name} 1 {drug.units[0]}"


def _number(text: str, example: str) -> tuple[float, str]:
    """Split off a number; `example` is a right phrase to show when there is none."""
    match = _NUMBER.match(text)
    if match is None:
        word = text.split()[0] if text else ""
        point = word.replace(",", ".")
        near = point if _NUMBER.fullmatch(point) else example
        raise InputError(f"{shown(word)} is not a number; accepted: a number such as 0.4 (nearest: '{near}')")
    return float(match[0]), text[match.end() :].lstrip()


def _unit(text: str, accepted: tuple[str, ...], what: str) -> tuple[str, str]:
    """Split off a unit."""
    match = _UNIT.match(text)
    if match is None:
        got = f"{shown(text.split()[0])} where the {what} should be" if text else f"no {what}"
        raise InputError(f"{got}; accepted: {', '.join(accepted)} (nearest: '{accepted[0]}')")
    return known_unit(match[0], accepted, what), text[match.end() :].lstrip()


def _value(part: str, text: str) -> tuple[float, str]:
    """Read what follows a keyword; times come back in days."""
    if part == "daily":
        return 1.0, text
    number, rest = _number(text, _EXAMPLES[part])
    if part in ("count", "start"):
        return number, rest
    unit, rest = _unit(rest, TIME_UNITS, "unit of time")
    return convert(number, unit, "d"), rest


def _no_part(text: str) -> InputError:
    word = text.split()[0]
    close = nearest(shown(word, quote=False), _EXAMPLES)
    hint = f" (nearest: '{_EXAMPLES[close]}')" if close else ""
    return InputError(f"{shown(word)} is not understood; accepted: {FORM}, joined by ' + '{hint}")
