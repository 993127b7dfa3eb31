"""Other indications than ITP: regimen templates, total IgG over time, and the dose for a target trough."""

from ivigsim.indications.agreement import Check, published_checks
from ivigsim.indications.definition import Finding, Indication, Target, Template
from ivigsim.indications.igg_course import IgGCourse, Interval, Spread
from ivigsim.indications.library import indication_names, load_indication
from ivigsim.indications.plan import Plan, read_plan
from ivigsim.indications.simulation import IgGFailed, simulate_indication
from ivigsim.indications.trough import DoseForTrough, dose_for_trough

__all__ = [
    "Check",
    "DoseForTrough",
    "Finding",
    "IgGCourse",
    "IgGFailed",
    "Indication",
    "Interval",
    "Plan",
    "Spread",
    "Target",
    "Template",
    "dose_for_trough",
    "indication_names",
    "load_indication",
    "published_checks",
    "read_plan",
    "simulate_indication",
]
