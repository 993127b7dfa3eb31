"""Conditions such as "age<18 steroid=no": for whom a published figure holds."""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass

_FORM = re.compile(r"(\w+)(<=|>=|!=|=|<|>)([\w.]+)")
_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_PLAIN = {
    "steroid=yes": "a steroid with the IVIG",
    "steroid=no": "no steroid with the IVIG",
    "migraine=yes": "a history of migraine",
    "migraine=no": "no migraine",
    "prior_thrombosis=yes": "a thrombosis before",
    "first_ivig=yes": "a first IVIG",
    "first_ivig=no": "IVIG before",
    "frequent_reactions=yes": "frequent reactions before",
    "blood_group!=O": "blood group A, B or AB",
    "isoagglutinin_reduction=none": "no reduction of isoagglutinins",
    "isoagglutinin_reduction=donor_screening": "donors screened for anti-A",
    "isoagglutinin_reduction=immunoaffinity": "immunoaffinity",
}
_NUMBERS = {"age": ("age", "years"), "dose_g_kg": ("a course of", "g/kg")}


@dataclass(frozen=True)
class Condition:
    """One comparison of a property of patient or plan.

    Examples
    --------
    >>> condition = read_conditions("age<18")[0]
    >>> condition.holds({"age": 12.0}), condition.holds({"age": 40.0}), condition.holds({})
    (True, False, None)
    """

    name: str
    sign: str
    level: str

    def holds(self, known: Mapping[str, object]) -> bool | None:
        """Say whether it holds; None when the property is not known."""
        value = known.get(self.name)
        if value is None:
            return None
        if self.sign in _COMPARE:
            assert isinstance(value, int | float)
            return bool(_COMPARE[self.sign](value, float(self.level)))
        text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        return (text == self.level) == (self.sign == "=")

    def __str__(self) -> str:
        """Return it in words."""
        code = f"{self.name}{self.sign}{self.level}"
        if code in _PLAIN:
            return _PLAIN[code]
        if self.name in _NUMBERS:
            words, unit = _NUMBERS[self.name]
            sign = {"<": "below", ">=": "at least", ">": "above", "<=": "at most"}[self.sign]
            return f"{words} {sign} {self.level} {unit}".replace("of at least", "at least")
        return self.level if self.sign == "=" else code


def read_conditions(text: str) -> tuple[Condition, ...]:
    """Read conditions, separated by spaces.

    Raises
    ------
    ValueError
        For text of another form.

    Examples
    --------
    >>> [str(condition) for condition in read_conditions("age<18 steroid=no")]
    ['age below 18 years', 'no steroid with the IVIG']
    """
    found = []
    for term in text.split():
        match = _FORM.fullmatch(term)
        if match is None:
            raise ValueError(f"{term!r} is no condition; accepted: NAME, a sign and a value, as in age<18")
        found.append(Condition(*match.groups()))
    return tuple(found)


def judge(conditions: tuple[Condition, ...], known: Mapping[str, object]) -> tuple[bool | None, str]:
    """Say whether all conditions hold (None: not known), and in words which one does not or is not known.

    Examples
    --------
    >>> judge(read_conditions("age<18 steroid=no"), {"age": 40.0, "steroid": False})
    (False, 'measured with age below 18 years')
    >>> judge(read_conditions("blood_group!=O"), {})
    (None, 'holds if blood group A, B or AB')
    """
    answers = [(condition, condition.holds(known)) for condition in conditions]
    wrong = [str(condition) for condition, answer in answers if answer is False]
    if wrong:
        return False, f"measured with {' and '.join(wrong)}"
    open_ = [str(condition) for condition, answer in answers if answer is None]
    return (None, f"holds if {' and '.join(open_)}") if open_ else (True, "")
