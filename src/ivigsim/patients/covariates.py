"""The covariates a clinic knows, what each may be, and the check of values a user fixes for everyone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivigsim.errors import InputError, plain, unknown


@dataclass(frozen=True)
class Covariate:
    """A covariate: its unit, its levels or its range, and in whom."""

    unit: str
    levels: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    whom: str = ""

    @property
    def yes_no(self) -> bool:
        """Whether it is true or false."""
        return bool(self.levels) and set(self.levels) <= {False, True}

    def check(self, name: str, value: object) -> Any:
        """Return `value` in its own type, or raise `InputError` naming what is accepted."""
        value = plain(value)
        if self.yes_no:
            if isinstance(value, bool) and value in self.levels:
                return value
            accepted = " or ".join(str(level) for level in reversed(self.levels))
            raise InputError(f"covariate {name} is {value!r}; accepted: {accepted}{self.whom}")
        if self.levels:
            if value in self.levels:
                return value
            raise unknown(f"value of covariate {name}", str(value), self.levels)
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            raise InputError(f"covariate {name} is {value!r}; accepted is a number in {self.unit}")
        if not self.low <= value <= self.high:
            limit = self.low if value < self.low else self.high
            accepted = f"accepted: {self.low:g} to {self.high:g} (nearest: {limit:g}){self.whom}"
            raise InputError(f"covariate {name} is {_short(value)} {self.unit}; {accepted}")
        return float(value)


def _short(number: float) -> str:
    """Print a number; a whole number too large for a float is cut."""
    if isinstance(number, int) and abs(number) >= 10**15:
        return f"{str(number)[:12]}..."
    return f"{number:g}"


YES_NO = (False, True)
COVARIATES: Mapping[str, Covariate] = {
    "sex": Covariate("", ("F", "M")),
    "age_years": Covariate("year", low=0, high=110),
    "weight_kg": Covariate("kg", low=2, high=300),
    "height_cm": Covariate("cm", low=40, high=230),
    "blood_group": Covariate("", ("O", "A", "B", "AB")),
    "rhd_positive": Covariate("", YES_NO),
    "fcgr3a": Covariate("", ("VV", "VF", "FF")),
    "fcgr2a": Covariate("", ("HH", "HR", "RR")),
    "anti_gpib": Covariate("", YES_NO),
    "splenectomised": Covariate("", YES_NO),
    "baseline_platelets": Covariate("1e9/L", low=1, high=450),
    "baseline_igg": Covariate("g/L", low=0.5, high=60),
}
"""Ranges are what the equations are meant for: they refuse slips of unit, not rare patients."""

IN_ITP: Mapping[str, Covariate] = {
    **COVARIATES,
    "baseline_platelets": Covariate("1e9/L", low=1, high=150, whom=" in ITP"),
}
WITHOUT_ITP: Mapping[str, Covariate] = {
    **COVARIATES,
    "baseline_platelets": Covariate("1e9/L", low=100, high=450, whom=" without ITP"),
    "anti_gpib": Covariate("", (False,), whom=" without ITP"),
}
"""Without the disease, low counts and antibody contradict it."""


def check_covariates(
    fixed: Mapping[str, object], accepted: Mapping[str, Covariate] = COVARIATES
) -> dict[str, Any]:
    """Check covariates fixed for every patient.

    Parameters
    ----------
    fixed : mapping of str to object
    accepted : mapping of str to Covariate
        What each may be: in ITP, without it, or in anyone.

    Raises
    ------
    InputError
        For an unknown name or a value out of range, with the nearest valid one.

    Examples
    --------
    >>> check_covariates({"weight_kg": 20, "splenectomised": True})
    {'weight_kg': 20.0, 'splenectomised': True}
    """
    if not isinstance(fixed, Mapping):
        raise InputError(f"covariates is {fixed!r}; accepted: a mapping such as {{'weight_kg': 20}}")
    for name in fixed:
        if name not in COVARIATES:
            raise unknown("covariate", str(name), COVARIATES)
    return {name: accepted[name].check(name, value) for name, value in fixed.items()}
