"""What of a patient matters for the risks, and the check of what a user says about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ivigsim.errors import InputError, plain, unknown
from ivigsim.patients.covariates import COVARIATES, YES_NO, Covariate

PATIENT: Mapping[str, Covariate] = {
    "age_years": COVARIATES["age_years"],
    "sex": COVARIATES["sex"],
    "blood_group": COVARIATES["blood_group"],
    "diabetes": Covariate("", YES_NO),
    "renal_disease": Covariate("", YES_NO),
    "migraine": Covariate("", YES_NO),
    "prior_thrombosis": Covariate("", YES_NO),
    "first_ivig": Covariate("", YES_NO),
    "premedication": Covariate("", YES_NO),
    "frequent_reactions": Covariate("", YES_NO),
    "immunosuppressed": Covariate("", YES_NO),
    "inflammation": Covariate("", YES_NO),
    "iga_deficient": Covariate("", YES_NO),
    "isoagglutinin_reduction": Covariate("", ("none", "donor_screening", "immunoaffinity")),
    "titre": Covariate("1 in", low=1, high=10_000),
}
"""What may be said about patient and product; what is not said is unknown."""

USUAL_WEIGHT_KG = 70.0
"""kg; assumed for an adult whose weight is not given, and said so."""
ADULT_FROM = 18.0  # year; the border of the published groups (anaph_child, any_pediatric_neuro)


def check_patient(covariates: Mapping[str, object] | None) -> dict[str, Any]:
    """Check what is known of a patient.

    Raises
    ------
    InputError
        For an unknown name or a value it cannot have.

    Examples
    --------
    >>> check_patient({"age_years": 70, "diabetes": True, "blood_group": "A"})
    {'age_years': 70.0, 'diabetes': True, 'blood_group': 'A'}
    """
    given = {} if covariates is None else covariates
    if not isinstance(given, Mapping):
        raise InputError(f"covariates is {given!r}; accepted: a mapping such as {{'age_years': 70}}")
    for name in given:
        if name not in PATIENT:
            raise unknown("covariate", str(name), PATIENT)
    return {name: PATIENT[name].check(name, value) for name, value in given.items()}


def check_weight(weight_kg: float | None, known: Mapping[str, Any]) -> tuple[float, bool]:
    """Return the weight (kg) and whether it is assumed.

    Raises
    ------
    InputError
        Out of range, or not given for a child.

    Examples
    --------
    >>> check_weight(None, {}), check_weight(20, {"age_years": 6.0})
    ((70.0, True), (20.0, False))
    """
    if weight_kg is not None:
        checked: float = COVARIATES["weight_kg"].check("weight_kg", plain(weight_kg))
        return checked, False
    if known.get("age_years", ADULT_FROM) < ADULT_FROM:
        raise InputError(
            f"the weight of a patient of {known['age_years']:g} years is not given;"
            " accepted: a number of kg (nearest: 20)"
        )
    return USUAL_WEIGHT_KG, True
