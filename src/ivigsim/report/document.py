"""The JSON document of a comparison."""

from __future__ import annotations

from collections import defaultdict
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ivigsim._version import __version__
from ivigsim.evidence import Row
from ivigsim.report.comparison import Arm, Comparison
from ivigsim.report.frames import bands
from ivigsim.report.manifest import hashes
from ivigsim.report.table import beside, unlike
from ivigsim.report.wording import CALIBRATED, MONTE_CARLO, RESEARCH_ONLY

MOST_NAMED = 20  # failed patients named per reason; the number of them is always complete


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class OutcomePart(_Part):
    """An estimate; null is "not reached" or "not to be judged", as `method` says."""

    id: str
    label: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    n: int
    method: str
    published: list[str] = Field(description="ids of the published results it can stand beside")


class PublishedPart(_Part):
    """A published result for the regimen of an arm."""

    id: str
    citation: str
    link: str
    population: str
    like: str
    difference: str
    n: int | None
    regimen: str
    endpoint: str
    value: float
    low: float | None
    high: float | None
    unit: str
    note: str
    reading: str
    outcome: str | None = Field(description="id of the outcome it stands beside; null when there is none")


class NearnessPart(_Part):
    """How far the run lies from the published results that the model was fitted to."""

    level: Literal["within", "near", "outside"]
    sentences: list[str]
    rows: list[str] = Field(description="ids of the nearest fitted results")


class DaysPart(_Part):
    """Values at the daily outputs, in the unit of their name."""

    time_d: list[float]
    platelets_1e9_per_l: dict[str, list[float]] = Field(description="percentiles p05, p25, p50, p75, p95")
    igg_g_per_l: dict[str, list[float]] = Field(description="percentiles p05, p25, p50, p75, p95")
    share_at_least_50: list[float] = Field(description="share of patients at 50e9/L or above, 0 to 1")
    share_low: list[float]
    share_high: list[float]


class FailurePart(_Part):
    """Patients whose simulation failed for one reason; they are in no outcome."""

    reason: str
    patients: int
    first: list[int] = Field(description="numbers of the first of them")


class ArmPart(_Part):
    """What came out of one regimen."""

    arm: str
    regimen: str
    outcomes: list[OutcomePart]
    published: list[PublishedPart]
    nearness: NearnessPart
    days: DaysPart
    failures: list[FailurePart]


class Document(_Part):
    """A comparison of regimens on the same virtual patients."""

    ivigsim: str
    model_sha256: str
    parameters_sha256: str
    population_sha256: str
    regimens: list[str]
    population: str
    patients: int
    seed: int
    days: int
    covariates: dict[str, bool | float | str]
    switches: dict[str, bool] = Field(description="those that differ from their default")
    tolerance: float
    arms: list[ArmPart]
    warnings: list[str]


def document(comparison: Comparison) -> Document:
    """Return the document of a comparison; the same request gives the same document.

    Examples
    --------
    >>> from ivigsim.report.comparison import Request, compare
    >>> from ivigsim.treatment import Regimen
    >>> found = compare(Request((Regimen.parse("IVIG 1 g/kg daily x2"),), patients=20, days=14))
    >>> made = document(found)
    >>> Document.model_validate_json(made.model_dump_json()) == made
    True
    """
    request = comparison.request
    return Document.model_validate(
        {
            "ivigsim": __version__,
            **hashes(request.population),
            "regimens": [arm.regimen for arm in comparison.arms],
            "population": request.population,
            "patients": request.patients,
            "seed": request.seed,
            "days": request.days,
            "covariates": dict(request.covariates),
            "switches": request.switched,
            "tolerance": request.tolerance,
            "arms": [_arm(arm) for arm in comparison.arms],
            "warnings": warnings(comparison),
        }
    )


def warnings(comparison: Comparison) -> list[str]:
    """Return what a reader of the numbers must know."""
    failed = [
        f"{len(arm.failures)} of {comparison.request.patients} patients failed under {arm.regimen!r}"
        " and are in no outcome."
        for arm in comparison.arms
        if arm.failures
    ]
    return [RESEARCH_ONLY, CALIBRATED, MONTE_CARLO, *unlike(comparison), *failed]


def _arm(arm: Arm) -> ArmPart:
    return ArmPart(
        arm=arm.letter,
        regimen=arm.regimen,
        outcomes=[
            OutcomePart(**vars(outcome), published=[row.id for row in beside(arm, outcome.id)])
            for outcome in arm.outcomes
        ],
        published=[_published(row) for row in arm.published],
        nearness=NearnessPart(
            level=arm.nearness.level, sentences=list(arm.nearness.sentences), rows=list(arm.nearness.rows)
        ),
        days=_days(arm),
        failures=failures(arm),
    )


def failures(arm: Arm) -> list[FailurePart]:
    """Return the failed patients of an arm by reason."""
    by_reason: dict[str, list[int]] = defaultdict(list)
    for patient, reason in arm.failures.items():
        by_reason[reason].append(patient)
    return [
        FailurePart(reason=reason, patients=len(numbers), first=numbers[:MOST_NAMED])
        for reason, numbers in by_reason.items()
    ]


def _published(row: Row) -> PublishedPart:
    shared = {
        name: getattr(row, name) for name in PublishedPart.model_fields if name not in ("regimen", "endpoint")
    }
    return PublishedPart(**shared, regimen=row.regimen_published, endpoint=row.endpoint_published)


def _days(arm: Arm) -> DaysPart:
    time_d = arm.platelets.time_d
    shares = arm.reached.to_polars()

    def percentiles(name: str) -> dict[str, list[float]]:
        found = bands(arm.platelets, name) if name == "platelets" else bands(arm.igg, name, time_d)
        return {key.removeprefix(f"{name}_"): values.tolist() for key, values in found.items()}

    return DaysPart(
        time_d=time_d.tolist(),
        platelets_1e9_per_l=percentiles("platelets"),
        igg_g_per_l=percentiles("igg"),
        share_at_least_50=shares["share"].to_list(),
        share_low=shares["low"].to_list(),
        share_high=shares["high"].to_list(),
    )
