"""Dosing weight: actual, ideal (Devine), or adjusted (dose determining weight, NBA Australia)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from ivigsim.errors import InputError, unknown
from ivigsim.patients.covariates import COVARIATES
from ivigsim.products.practice import load_practice

KINDS = ("actual", "ideal", "adjusted")
CM_PER_INCH = 2.54
SHORTEST_CM = 60 * CM_PER_INCH
"""Devine's formula counts the inches above 60; below, the source says nothing, so it is not used."""

_FORMULA = re.compile(r"([0-9.]+) ?\+ ?([0-9.]+)\*\(in-60\)")


@dataclass(frozen=True)
class DosingWeight:
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
    remark : str
        What else to know; empty for nothing.
    """

    kind: str
    kg: float
    actual_kg: float
    formula: str = ""
    source: str = ""
    remark: str = ""


def dosing_weight(
    kind: str, actual_kg: float, height_cm: float | None = None, sex: str | None = None
) -> DosingWeight:
    """Return the weight to dose by.

    Parameters
    ----------
    kind : str
        "actual", "ideal" or "adjusted".
    actual_kg : float
        Body weight (kg), 2 to 300.
    height_cm : float, optional
        Needed unless `kind` is "actual"; from 152.4 cm (60 inches) on.
    sex : str, optional
        "F" or "M"; needed unless `kind` is "actual".

    Returns
    -------
    DosingWeight
        Never above the actual weight: a light patient is dosed by the actual one (assumed, the source gives
        no rule).

    Raises
    ------
    InputError
        When something is lacking or out of range.

    Examples
    --------
    >>> weight = dosing_weight("adjusted", 100, 175, "M")
    >>> round(weight.kg, 1), weight.formula
    (82.3, '50 + 2.3 x (68.90 in - 60) = 70.5 kg; + 0.4 x (100 - 70.5)')
    """
    if kind not in KINDS:
        raise unknown("dosing weight", str(kind), KINDS)
    actual: float = _checked("weight", "weight_kg", actual_kg)
    height = None if height_cm is None else _checked("height", "height_cm", height_cm)
    if sex is not None and sex not in ("F", "M"):
        raise InputError(f"sex is {sex!r}; accepted: F or M")
    if kind == "actual":
        return DosingWeight(kind, actual, actual, remark=_practice_would(actual, height))
    if height is None or sex is None:
        lacking = " and ".join(name for name, has in (("height", height), ("sex", sex)) if has is None)
        raise InputError(
            f"{kind} weight needs the {lacking}; accepted: height in cm and sex F or M"
            " (nearest: --height 175 --sex M, or the actual weight)"
        )
    if height < SHORTEST_CM:
        raise InputError(
            f"the height of {height:g} cm is below 60 inches, where Devine's formula begins; accepted:"
            f" {SHORTEST_CM:g} cm or more (nearest: {SHORTEST_CM:g}), or the actual weight"
        )
    return _by_formula(kind, actual, height, sex)


def _by_formula(kind: str, actual: float, height: float, sex: str) -> DosingWeight:
    base, per_inch = _devine(sex)
    source = load_practice()["ddw" if kind == "adjusted" else f"ibw_{sex.lower()}"].source
    ideal = base + per_inch * (height / CM_PER_INCH - 60)
    formula = f"{base:g} + {per_inch:g} x ({height / CM_PER_INCH:.2f} in - 60) = {ideal:.1f} kg"
    if ideal >= actual:
        remark = "the actual weight is not above the ideal one and is taken (assumed: the source gives no rule)"
        return DosingWeight(kind, actual, actual, formula, source, remark)
    if kind == "ideal":
        return DosingWeight(kind, ideal, actual, formula, source)
    share = float(load_practice()["ddw"].value)
    formula += f"; + {share:g} x ({actual:g} - {ideal:.1f})"
    return DosingWeight(kind, ideal + share * (actual - ideal), actual, formula, source)


@cache
def _devine(sex: str) -> tuple[float, float]:
    """Return kg at 60 inches and kg per inch above, from the text of the source."""
    row = load_practice()[f"ibw_{sex.lower()}"]
    match = _FORMULA.fullmatch(row.value)
    if match is None:
        raise ValueError(f"dosing_practice.tsv, {row.id}: {row.value!r} is no formula of ideal weight")
    return float(match[1]), float(match[2])


def _practice_would(actual: float, height: float | None) -> str:
    """Say when US practice would take another weight than the actual one."""
    row = load_practice()["adjbw_rule"]
    bmi = None if height is None else actual / (height / 100) ** 2
    if actual >= 100 or (bmi is not None and bmi >= float(row.value)):
        why = "100 kg or more" if actual >= 100 else f"BMI {bmi:.1f} kg/m2"
        return f"{why}: {row.setting} takes the adjusted weight ({row.source})"
    return ""


def _checked(name: str, covariate: str, value: object) -> float:
    try:
        return float(COVARIATES[covariate].check(covariate, value))
    except InputError as error:
        raise InputError(str(error).replace(f"covariate {covariate}", name)) from None
