"""Names and units as the page writes them."""

from __future__ import annotations

from ivigsim.engine.simulation import OUTPUTS
from ivigsim.report.wording import decimals

TITLES = {
    "platelets": "Platelets",
    "igg": "Total IgG",
    "phagocytosis": "Phagocytosis",
    "autoantibody": "Autoantibody",
    "haemoglobin": "Haemoglobin",
}
"""Outputs in the order of the page."""

EXPLAINED = {
    "platelets": "Platelets in the circulation.",
    "igg": "Total IgG in plasma.",
    "phagocytosis": "Rate constant at which coated platelets are eaten by macrophages of spleen and liver.",
    "autoantibody": "Antibody against platelets in plasma.",
    "haemoglobin": "Haemoglobin in blood; it falls when coated red cells are eaten.",
}
COVARIATE_TITLES = {
    "weight_kg": "Weight",
    "baseline_platelets": "Count before",
    "anti_gpib": "Anti-GPIb antibody",
    "fcgr3a": "FCGR3A genotype",
    "fcgr2a": "FCGR2A genotype",
    "splenectomised": "Spleen removed",
    "age_years": "Age",
    "sex": "Sex",
    "height_cm": "Height",
    "blood_group": "Blood group",
    "rhd_positive": "RhD positive",
    "baseline_igg": "IgG before",
}
FIRST_COVARIATES = ("weight_kg", "baseline_platelets", "anti_gpib", "fcgr3a", "fcgr2a", "splenectomised")


def unit_text(unit: str) -> str:
    """Return a unit as it is printed.

    Examples
    --------
    >>> unit_text("1e9/L"), unit_text("g/L"), unit_text("dimensionless")
    ('10⁹/L', 'g/L', '')
    """
    return {"1e9/L": "10⁹/L", "dimensionless": "", "year": "years"}.get(unit, unit)


def output_unit(output: str) -> str:
    """Return the unit of an output as it is printed."""
    return unit_text(OUTPUTS[output])


def number(value: float) -> str:
    """Return a number with three significant figures.

    Examples
    --------
    >>> number(148.2), number(0.30512), number(12.0)
    ('148', '0.305', '12.0')
    """
    value = round(value, 3) + 0.0  # no minus before a zero
    return f"{value:,.{decimals(value)}f}" if value else "0"
