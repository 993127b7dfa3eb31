"""Dose phrases and controls: what completes a phrase, and sliders and boxes that rewrite one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from ivigsim.errors import InputError
from ivigsim.evidence import load_rows
from ivigsim.treatment import Course, Regimen
from ivigsim.treatment.drugs import drugs
from ivigsim.web.work import UNTREATED, read_treatment

IVIG = "IVIG"
MOST_GRAMS_PER_KG = 2.0
"""End of the slider, g/kg a day: the largest single dose of a published course (2 g/kg)."""
MOST_INFUSIONS = 5


@cache
def published_courses() -> dict[str, tuple[str, ...]]:
    """Return the courses of each drug in published results, the most frequent first.

    Examples
    --------
    >>> published_courses()["IVIG"][0], published_courses()["dexamethasone"][0]
    ('IVIG 1 g/kg daily x2', 'dexamethasone 40 mg daily x4')
    """
    found: dict[str, Counter[str]] = {}
    for row in load_rows():
        if row.regimen and row.regimen != UNTREATED:
            for course in Regimen.parse(row.regimen).courses:
                found.setdefault(course.drug, Counter())[str(course)] += 1
    names = [drug.name for drug in drugs() if drug.name in found]
    return {name: tuple(phrase for phrase, _ in found[name].most_common()) for name in names}


def completions() -> list[str]:
    """Return what may follow the start of a phrase or a plus sign: published courses, then the other drugs.

    Examples
    --------
    >>> completions()[0], "avatrombopag " in completions(), completions()[-1]
    ('IVIG 1 g/kg daily x2', True, 'untreated')
    """
    known = published_courses()
    others = [f"{drug.name} " for drug in drugs() if drug.name not in known]
    return [phrase for phrases in known.values() for phrase in phrases] + others + [UNTREATED]


def partners() -> list[str]:
    """Return the drugs that a box can add: those other than IVIG with a published course.

    Examples
    --------
    >>> partners()[:3]
    ['prednisolone', 'methylprednisolone', 'dexamethasone']
    """
    return [name for name in published_courses() if name != IVIG]


@dataclass(frozen=True)
class Recipe:
    """A phrase as the controls show it.

    Attributes
    ----------
    grams_per_kg : float or None
        IVIG per day; None when the phrase gives it otherwise than daily per kg.
    infusions : int or None
        Days of it; 0 without IVIG.
    drugs : tuple of str
        The others.
    """

    grams_per_kg: float | None
    infusions: int | None
    drugs: tuple[str, ...]


def recipe(phrase: str) -> Recipe:
    """Return a phrase as controls.

    Examples
    --------
    >>> recipe("IVIG 400 mg/kg daily x5 + dexamethasone 40 mg daily x4")
    Recipe(grams_per_kg=0.4, infusions=5, drugs=('dexamethasone',))
    >>> recipe("IVIG 30 g daily x2").grams_per_kg is None
    True
    """
    courses = _courses(phrase)
    ivig = [course for course in courses if course.drug == IVIG]
    others = tuple(dict.fromkeys(course.drug for course in courses if course.drug != IVIG))
    if not ivig:
        return Recipe(None, 0, others)
    if len(ivig) > 1 or not _simple(ivig[0]):
        return Recipe(None, None, others)
    return Recipe(_grams_per_kg(ivig[0]), ivig[0].count, others)


def with_ivig(phrase: str, grams_per_kg: float, infusions: int) -> str:
    """Return a phrase with another daily dose of IVIG; the rest of it stays.

    Raises
    ------
    InputError
        When the phrase gives IVIG in a way that the sliders do not know, or a number is out of their range.

    Examples
    --------
    >>> with_ivig("IVIG 1 g/kg daily x2 + dexamethasone 40 mg daily x4", 0.5, 3)
    'IVIG 0.5 g/kg daily x3 + dexamethasone 40 mg daily x4'
    >>> with_ivig("IVIG 1 g/kg", 1, 0)
    'untreated'
    """
    courses = _courses(phrase)
    old = next((course for course in courses if course.drug == IVIG), None)
    if recipe(phrase).infusions is None:
        raise InputError(
            f"{phrase!r} gives IVIG otherwise than daily per kg; accepted: a change of the phrase itself"
        )
    if not 0 < grams_per_kg <= MOST_GRAMS_PER_KG or not 0 <= infusions <= MOST_INFUSIONS:
        raise InputError(
            f"{grams_per_kg:g} g/kg on {infusions} days is beyond the sliders; accepted: up to"
            f" {MOST_GRAMS_PER_KG:g} g/kg on {MOST_INFUSIONS} days"
        )
    others = [course for course in courses if course.drug != IVIG]
    if not infusions:
        return _phrase(others)
    new = Course(
        IVIG,
        round(grams_per_kg, 3),
        "g/kg",
        over_d=old.over_d if old else None,
        every_d=1.0 if infusions > 1 else None,
        count=infusions,
        start_d=old.start_d if old else 0.0,
    )
    return _phrase([new, *others])


def with_drug(phrase: str, drug: str, given: bool) -> str:
    """Return a phrase with a drug, in its most frequent published course, or without it.

    Raises
    ------
    InputError
        When no published course has the drug.

    Examples
    --------
    >>> with_drug("IVIG 1 g/kg", "dexamethasone", True)
    'IVIG 1 g/kg + dexamethasone 40 mg daily x4'
    >>> with_drug("IVIG 1 g/kg + dexamethasone 40 mg daily x4", "dexamethasone", False)
    'IVIG 1 g/kg'
    """
    if drug not in partners():
        raise InputError(f"no published course gives {drug[:60]!r}; accepted: {', '.join(partners())}")
    others = [course for course in _courses(phrase) if course.drug != drug]
    added = list(Regimen.parse(published_courses()[drug][0]).courses) if given else []
    return _phrase([*others, *added])


def _courses(phrase: str) -> Sequence[Course]:
    treatment = read_treatment(phrase) if phrase.strip() else None
    return () if treatment is None else treatment.courses


def _phrase(courses: Sequence[Course]) -> str:
    return str(Regimen(tuple(courses))) if courses else UNTREATED


def _simple(course: Course) -> bool:
    """Say whether the sliders can show a course of IVIG."""
    daily = course.count == 1 or course.every_d == 1.0
    return course.per_kg and daily and course.count <= MOST_INFUSIONS


def _grams_per_kg(course: Course) -> float:
    from ivigsim.treatment.body import body

    return float(course.model_amount(body([70.0]))[0]) / 1000.0
