"""Units as people print them, beside the SBML unit definitions of `ivig_itp.ant`."""

from __future__ import annotations

SBML_UNITS = {
    "dimensionless": "dimensionless",
    "switch": "dimensionless",
    "1/d": "per_day",
    "g/L": "g_per_L",
    "g/L/d": "g_per_L_per_day",
    "L/g": "L_per_g",
    "g/dL": "g_per_dL",
    "mg/kg": "mg_per_kg",
    "ug/kg": "ug_per_kg",
    "ug/kg/d": "ug_per_kg_per_day",
    "kg/ug": "kg_per_ug",
    "mg/m2": "mg_per_m2",
    "mg/m2/d": "mg_per_m2_per_day",
    "1e9/kg/d": "giga_per_kg_per_day",
    "L/kg": "L_per_kg",
    "mg/kg/d": "mg_per_kg_per_day",
    "mL/kg": "mL_per_kg",
    "umol/L": "umol_per_L",
    "umol/g": "umol_per_g",
    "nmol/L": "nmol_per_L",
    "nmol/L/d": "nmol_per_L_per_day",
    "nmol/1e9": "nmol_per_1e9",
    "1e9/L": "giga_per_L",
    "1e9/L/d": "giga_per_L_per_day",
}
"""Printed unit -> id of the SBML unit definition; a test checks with pint that both mean the same."""


def sbml_unit(unit: str) -> str:
    """Return the SBML unit id for a printed unit.

    Examples
    --------
    >>> sbml_unit("mg/kg/d")
    'mg_per_kg_per_day'
    """
    try:
        return SBML_UNITS[unit]
    except KeyError:
        raise ValueError(f"unit {unit!r} has no SBML definition; known: {', '.join(SBML_UNITS)}") from None
