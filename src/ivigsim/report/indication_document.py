"""The JSON documents of indications: the list, one in full, a simulation, the checks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from math import isfinite

from pydantic import BaseModel, ConfigDict, Field

from ivigsim._version import __version__
from ivigsim.indications import Check, DoseForTrough, IgGCourse, Indication, Spread
from ivigsim.report.indication_wording import lines, notes
from ivigsim.report.manifest import hashes
from ivigsim.report.wording import CALIBRATED, RESEARCH_ONLY


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class SpreadPart(_Part):
    """Median, 5th and 95th percentile of patients; null where it cannot be told."""

    unit: str
    median: float | None
    low: float | None
    high: float | None


class IntervalPart(_Part):
    """IgG between two doses; number 0 is loading, or a course without maintenance."""

    number: int
    start_d: float
    end_d: float
    peak: SpreadPart
    trough: SpreadPart


class TargetPart(_Part):
    """The dose that was searched for."""

    trough_g_per_l: float
    share_of_patients: float
    mg_per_kg_per_interval: int
    trough_of_that_share_g_per_l: float
    untreated_g_per_l: float
    simulations: int


class IgGDocument(_Part):
    """Simulated IgG of an indication."""

    ivigsim: str
    model_sha256: str
    parameters_sha256: str
    population_sha256: str
    indication: str
    title: str
    regimen: str
    population: str
    patients: int
    seed: int
    days: float
    covariates: dict[str, bool | float | str]
    maintenance_intervals: int
    steady_after_intervals: int | None = Field(description="null: a course, or not steady within the run")
    slope_mg_per_dl_per_100_mg_per_kg: float | None
    target: TargetPart | None
    results: dict[str, SpreadPart]
    mean_rise_day_14_g_per_l: float
    intervals: list[IntervalPart]
    failed: dict[int, str] = Field(description="number of a failed patient -> reason")
    warnings: list[str]


def igg_document(course: IgGCourse, dose: DoseForTrough | None = None) -> IgGDocument:
    """Return the document of a simulation; the same request gives the same document.

    Examples
    --------
    >>> from ivigsim.indications import simulate_indication
    >>> made = igg_document(simulate_indication("gbs", patients=5))
    >>> IgGDocument.model_validate_json(made.model_dump_json()) == made
    True
    """
    return IgGDocument.model_validate(
        {
            **request(course),
            "steady_after_intervals": course.steady_after,
            "slope_mg_per_dl_per_100_mg_per_kg": course.slope,
            "target": None if dose is None else _target(dose),
            "results": {line.id: _spread(line.spread, line.unit) for line in lines(course)},
            "mean_rise_day_14_g_per_l": float(course.rise.mean()),
            "intervals": [
                IntervalPart(
                    number=each.number,
                    start_d=each.start_d,
                    end_d=each.end_d,
                    peak=_spread(each.peak, "g/L"),
                    trough=_spread(each.trough, "g/L"),
                )
                for each in course.intervals
            ],
            "failed": course.failures,
            "warnings": [*notes(course), CALIBRATED, RESEARCH_ONLY],
        }
    )


def request(course: IgGCourse) -> dict[str, object]:
    """Return what was asked for, with the hashes of what decides the numbers."""
    return {
        "ivigsim": __version__,
        **hashes(course.population),
        "indication": course.indication.name,
        "title": course.indication.title,
        "regimen": str(course.plan),
        "population": course.population,
        "patients": course.patients,
        "seed": course.seed,
        "days": float(course.time_d[-1]),
        "covariates": dict(course.covariates),
        "maintenance_intervals": course.cycles,
    }


def indications_text(indications: Sequence[Indication]) -> str:
    """Return indications as JSON: one as an object, several as a list."""
    found = [each.model_dump(mode="json") for each in indications]
    return json.dumps(found[0] if len(found) == 1 else found, indent=2, ensure_ascii=False)


def checks_text(checks: Sequence[Check]) -> str:
    """Return the checks as JSON."""
    found = [{**asdict(each), "agrees": each.agrees} for each in checks]
    return json.dumps({"ivigsim": __version__, "checks": found}, indent=2, ensure_ascii=False)


def _spread(spread: Spread, unit: str) -> SpreadPart:
    ends = {name: value if isfinite(value) else None for name, value in asdict(spread).items()}
    return SpreadPart(unit=unit, **ends)


def _target(dose: DoseForTrough) -> TargetPart:
    return TargetPart(
        trough_g_per_l=dose.target,
        share_of_patients=dose.share,
        mg_per_kg_per_interval=dose.mg_per_kg,
        trough_of_that_share_g_per_l=dose.at_dose,
        untreated_g_per_l=dose.without,
        simulations=dose.simulations,
    )
