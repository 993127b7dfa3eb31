"""The weight that a plan doses by, with the formula worked and its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ivigsim.errors import InputError, unknown
from ivigsim.patients.covariates import COVARIATES
from ivigsim.products.practice import load_practice
from ivigsim.products.weights import (
    ADJUSTED,
    ADULT_YEARS,
    AT_60_IN_KG,
    CM_PER_INCH,
    DOSING_WEIGHTS,
    PER_INCH_KG,
    dosing_weight,
)

SHORTEST_CM = 120.0
"""Least height for Devine's formula (assumed: it is for adults, and few are shorter)."""


@dataclass(frozen=True)
class DosedWeight:
    """The weight that a dose per kg is multiplied by.

    Attributes
    ----------
    kind : str
        "actual", "ideal" or "adjusted".
    kg, actual_kg : float
    formula : str
        With its numbers; empty for the actual weight.
    source : str
        Of the formula; empty for the actual weight.
    remarks : tuple of str
        What else to know.
    """

    kind: str
    kg: float
    actual_kg: float
    formula: str = ""
    source: str = ""
    remarks: tuple[str, ...] = ()


def dosed_weight(
    kind: str, actual_kg: float, height_cm: float | None = None, sex: str | None = None
) -> DosedWeight:
    """Return the weight to dose an adult by.

    Parameters
    ----------
    kind : str
        "actual", "ideal" or "adjusted".
    actual_kg : float
        Body weight (kg), 2 to 300.
    height_cm : float, optional
        Needed unless `kind` is "actual"; from 120 cm on.
    sex : str, optional
        "F" or "M"; needed unless `kind` is "actual".

    Returns
    -------
    DosedWeight
        Never above the actual weight: a light patient is dosed by the actual one.

    Raises
    ------
    InputError
        When something is lacking or out of range.

    Examples
    --------
    >>> weight = dosed_weight("adjusted", 100, 175, "M")
    >>> round(weight.kg, 1), weight.formula
    (82.3, '50 + 2.3 x (68.90 in - 60) = 70.5 kg; + 0.4 x (100 - 70.5)')
    """
    if kind not in DOSING_WEIGHTS:
        raise unknown("dosing weight", str(kind), DOSING_WEIGHTS)
    actual: float = _checked("weight", "weight_kg", actual_kg)
    height = None if height_cm is None else _checked("height", "height_cm", height_cm)
    if sex is not None and sex not in ("F", "M"):
        raise InputError(f"sex is {sex!r}; accepted: F or M")
    if kind == "actual":
        return DosedWeight(kind, actual, actual, remarks=_practice_would(actual, height))
    if height is None or sex is None:
        lacking = " and ".join(name for name, has in (("height", height), ("sex", sex)) if has is None)
        raise InputError(
            f"{kind} weight needs the {lacking}; accepted: height in cm and sex F or M"
            " (nearest: --height 175 --sex M, or the actual weight)"
        )
    if height < SHORTEST_CM:
        raise InputError(
            f"a height of {height:g} cm is refused: Devine's formula is for adults; accepted:"
            f" {SHORTEST_CM:g} cm or more (nearest: {SHORTEST_CM:g}), or the actual weight"
        )
    return _by_formula("ideal" if kind == "ideal" else "adjusted", actual, height, sex)


def _by_formula(kind: Literal["ideal", "adjusted"], actual: float, height: float, sex: str) -> DosedWeight:
    source = load_practice()["ddw" if kind == "adjusted" else f"ibw_{sex.lower()}"].source
    inches, at_60 = height / CM_PER_INCH, AT_60_IN_KG[sex]
    ideal = at_60 + PER_INCH_KG * (inches - 60)
    formula = f"{at_60:g} + {PER_INCH_KG:g} x ({inches:.2f} in - 60) = {ideal:.1f} kg"
    remarks = []
    if inches < 60:
        remarks.append("assumed: the formula holds below 60 inches too (the source gives no limit)")
    if ideal >= actual:
        remarks.append("assumed: a weight not above the ideal one is taken as it is (no rule in the source)")
    elif kind == "adjusted":
        formula += f"; + {ADJUSTED:g} x ({actual:g} - {ideal:.1f})"
    kg = float(dosing_weight(kind, [actual], [height], [sex], [ADULT_YEARS])[0])
    return DosedWeight(kind, kg, actual, formula, source, tuple(remarks))


def _practice_would(actual: float, height: float | None) -> tuple[str, ...]:
    """Say when US practice would take another weight than the actual one."""
    row = load_practice()["adjbw_rule"]
    bmi = None if height is None else actual / (height / 100) ** 2
    if actual >= 100 or (bmi is not None and bmi >= float(row.value)):
        why = "100 kg or more" if actual >= 100 else f"BMI {bmi:.1f} kg/m2"
        return (f"{why}: {row.setting} takes the adjusted weight ({row.source})",)
    return ()


def _checked(name: str, covariate: str, value: object) -> float:
    try:
        return float(COVARIATES[covariate].check(covariate, value))
    except InputError as error:
        raise InputError(str(error).replace(f"covariate {covariate}", name)) from None
