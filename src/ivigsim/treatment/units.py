"""Units at the edge: text to a known unit, and numbers from one unit to another, by pint.

The registry holds only the units a dose can have: building it takes milliseconds, pint's full one 0.25 s.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

from ivigsim.errors import InputError, unknown
from ivigsim.treatment.wording import shown

# Characters; assumed: "micrograms per kilogram" has 23, and pint takes minutes over very long text.
LONGEST_UNIT = 40
TIME_UNITS = ("h", "min", "d", "week")

_DEFINITIONS = (  # source: SI brochure; minute, hour and day are accepted for use with it; 1 week = 7 d
    "kilo- = 1e3 = k-",
    "milli- = 1e-3 = m-",
    "micro- = 1e-6 = u- = mc-",
    "gram = [mass] = g",
    "square_metre = [surface] = m2 = square_meter",  # of body surface
    "second = [time] = s",
    "minute = 60 second = min",
    "hour = 60 minute = h = hr",
    "day = 24 hour = d",
    "week = 7 day = wk",
    "gigaplatelet = [platelets]",  # 1e9 platelets
    "unit = 300 gigaplatelet = units",  # an apheresis unit, fact TRX03 (unverified; 200-500)
    "procedure = [procedure]",  # done or not done, such as taking out the spleen
)


@cache
def _registry() -> Any:
    """Return the one registry; its factors are fractions, so 24 h is 1 d to the last bit."""
    import pint

    registry: Any = pint.UnitRegistry(None, non_int_type=Fraction)
    registry.load_definitions(list(_DEFINITIONS))
    return registry


@lru_cache(maxsize=256)
def _unit(text: str) -> Any:
    """Return pint's unit for `text`, or None when pint does not know it."""
    import pint

    if len(text) > LONGEST_UNIT:
        return None
    try:
        return _registry().parse_units(text)
    except (pint.PintError, ArithmeticError, AssertionError, AttributeError, TypeError, ValueError):
        return None  # pint lets errors of its parser out too


def known_unit(text: str, accepted: Sequence[str], what: str) -> str:
    """Return the member of `accepted` that `text` means, whatever its case or spelling.

    Parameters
    ----------
    text : str
        A unit as a person wrote it.
    accepted : sequence of str
        Units that can be taken, in their canonical spelling.
    what : str
        What the unit belongs to, for the error message.

    Raises
    ------
    InputError
        When `text` is none of the accepted units.

    Examples
    --------
    >>> known_unit("grams per kg", ["g/kg", "mg/kg"], "unit of IVIG")
    'g/kg'
    """
    tight = "".join(text.lower().split())
    for name in accepted:
        if tight == name.lower():  # the usual case needs no pint
            return name
    unit = _unit(text.lower())
    for name in accepted if unit is not None else ():
        if unit == _unit(name):
            return name
    raise unknown(what, shown(text, quote=False), accepted)


def convert(value: float, unit: str, to: str) -> float:
    """Convert `value` from `unit` to `to`; the result is the float nearest to the exact one.

    Raises
    ------
    InputError
        When `value` is not finite or the result is too large for a float.

    Examples
    --------
    >>> convert(0.4, "g/kg", "mg/kg")
    400.0
    >>> convert(4, "week", "d")
    28.0
    """
    if not math.isfinite(value):
        raise InputError(f"{value} {unit} is not a finite number; accepted: a number such as 1 {unit}")
    exact = _registry().Quantity(Fraction(repr(float(value))), _unit(unit)).to(_unit(to)).magnitude
    try:
        return float(exact)
    except OverflowError:
        raise InputError(f"{value:g} {unit} is too large; accepted: a number such as 1 {unit}") from None


def convertible(unit: str, to: str) -> bool:
    """Tell whether `unit` can be converted to `to` (g/kg to mg/kg can, g to mg/kg cannot).

    Examples
    --------
    >>> convertible("g/kg", "mg/kg"), convertible("g", "mg/kg")
    (True, False)
    """
    return bool(_unit(unit).is_compatible_with(_unit(to)))
