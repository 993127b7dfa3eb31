"""What is asked for in a plan, read and checked: strength, doses, rounding, the clock."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ivigsim.errors import InputError, plain, unknown
from ivigsim.products.definition import Product
from ivigsim.products.vials import ROUNDINGS
from ivigsim.treatment import Course, Regimen
from ivigsim.treatment.units import convert, convertible

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def read_number(value: object, name: str) -> float | None:
    """Return a finite number, or None as it is; refuse anything else."""
    value = plain(value)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < float("inf"):
        raise InputError(f"{name} is {value!r}; accepted: a finite number such as 4")
    return float(value)


def read_strength(product: Product, asked: float | None) -> float:
    """Return the strength (%) to plan with."""
    known = product.concentrations_percent
    asked = read_number(asked, "concentration")
    texts = ", ".join(f"{each:g}" for each in known)
    if asked is None and len(known) == 1:
        return known[0]
    if asked is None:
        raise InputError(
            f"{product.name} is given at several strengths and none is chosen; accepted: {texts} percent"
            f" (nearest: --concentration {known[0]:g})"
        )
    if asked not in known:
        near = min(known, key=lambda each: abs(each - asked))
        raise InputError(
            f"{product.name} at {asked:g}% is refused; accepted: {texts} percent (nearest: {near:g})"
        )
    return asked


def read_clock(text: str) -> int:
    """Return minutes after midnight."""
    match = _CLOCK.fullmatch(str(text))
    if match is None:
        raise InputError(f"a start at {text!r} is refused; accepted: 00:00 to 23:59 (nearest: '09:00')")
    return int(match[1]) * 60 + int(match[2])


def read_regimen(dose: str) -> Regimen:
    """Read the dose phrase; the name of the drug may be left out."""
    text = str(dose).strip()
    parts = [part if part[:1].isalpha() else f"IVIG {part}" for part in text.split(" + ")]
    regimen = Regimen.parse(" + ".join(parts))
    for course in regimen.courses:
        if course.drug != "IVIG":
            raise InputError(f"{course} is not IVIG; accepted: doses of IVIG (nearest: '1 g/kg daily x2')")
        if course.over_d is not None:
            raise InputError(
                f"{str(course)!r} gives a duration, which follows from the rates; accepted: a dose without"
                " 'over' (nearest: --max-rate to slow it down)"
            )
    return regimen


def single_doses(regimen: Regimen, dosing_kg: float) -> Iterator[tuple[float, float]]:
    """Yield the day and the grams of every dose."""
    for course in regimen.courses:
        grams = _grams(course, dosing_kg)
        yield from ((float(day), grams) for day in course.times_d())


def _grams(course: Course, dosing_kg: float) -> float:
    if convertible(course.unit, "g/kg"):
        return convert(course.amount, course.unit, "g/kg") * dosing_kg
    return convert(course.amount, course.unit, "g")


def read_rounding(product: Product, asked: str | None) -> str:
    """Return the rounding: the one asked for, or the nearest whole vials where the sizes are known."""
    if asked is None:
        return "nearest" if product.vial_sizes_g else "none"
    if asked not in ROUNDINGS:
        raise unknown("rounding", str(asked), ROUNDINGS)
    if asked != "none" and not product.vial_sizes_g:
        raise InputError(
            f"the vial sizes of {product.name} are unknown, so its doses cannot be rounded {asked}; accepted:"
            " --round none"
        )
    return asked
