"""The JSON document of a ranking of markers."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import BaseModel, ConfigDict, Field

from ivigsim._version import __version__
from ivigsim.prediction.combined import Bin
from ivigsim.prediction.ranking import BiomarkerRanking, MarkerRank, ModelScore
from ivigsim.prediction.roc import Area
from ivigsim.report.biomarker_wording import warnings
from ivigsim.report.manifest import hashes


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class AreaPart(_Part):
    """An area under the ROC curve, or a difference of two, with 95% limits (none at 0 and 1)."""

    value: float
    low: float | None
    high: float | None


class GroupPart(_Part):
    """Patients not yet at the count of a response on a day."""

    day: int
    patients: int
    responders: int


class MarkerPart(_Part):
    """One marker."""

    id: str
    label: str
    unit: str
    day: int
    stands_for: str = Field(description="variable or covariate of the model")
    how: str
    error_kind: str
    error: float
    error_source: str
    auc: AreaPart = Field(description="in patients not yet at the count of a response")
    auc_everyone: AreaPart | None
    direction: str = Field(description="higher or lower in responders, or unclear")
    cut: float = Field(description="in the unit, or the score of the levels")
    levels: dict[str, int] = Field(description="score of each level; empty for a number")
    sensitivity: float
    specificity: float


class BinPart(_Part):
    """A tenth of the patients by forecast; shares from 0 to 1."""

    predicted: float
    observed: float
    low: float
    high: float
    patients: int


class ImportancePart(_Part):
    """Area lost when a marker is shuffled, mean and middle 80% of the held-out folds."""

    marker: str
    mean: float
    low: float
    high: float


class ModelPart(_Part):
    """Several markers together, tried in held-out patients."""

    id: str
    kind: str
    group: GroupPart
    markers: list[str]
    auc: AreaPart
    gain: AreaPart | None = Field(description="over the markers before treatment, in the same patients")
    brier: float
    brier_without: float = Field(description="of a forecast that gives everyone the share of responders")
    calibration_slope: float
    calibration: list[BinPart]
    importance: list[ImportancePart]


class BiomarkerDocument(_Part):
    """Markers ranked by how well they predict response."""

    ivigsim: str
    model_sha256: str
    parameters_sha256: str
    population_sha256: str
    regimen: str
    population: str
    patients: int
    seed: int
    days: int
    covariates: dict[str, bool | float | str]
    switches: dict[str, bool]
    tolerance: float
    response: str
    response_label: str
    folds: int
    repeats: int
    there_before: int = Field(description="patients at the count before treatment, left out")
    groups: list[GroupPart]
    too_few: list[GroupPart]
    markers: list[MarkerPart]
    constant: list[str] = Field(description="markers that are the same in all these patients")
    models: list[ModelPart]
    failed: dict[int, str] = Field(description="number of a failed patient -> reason")
    warnings: list[str]


def biomarker_document(found: BiomarkerRanking) -> BiomarkerDocument:
    """Return the document of a ranking; the same request gives the same document.

    Examples
    --------
    >>> import ivigsim
    >>> found = ivigsim.biomarkers("IVIG 1 g/kg daily x2", patients=200, markers=["igg"], repeats=1)
    >>> made = biomarker_document(found)
    >>> BiomarkerDocument.model_validate_json(made.model_dump_json()) == made
    True
    """
    same = ("regimen", "population", "patients", "seed", "days", "switches", "tolerance", "folds", "repeats")
    return BiomarkerDocument.model_validate(
        {
            "ivigsim": __version__,
            **hashes(found.population),
            **{name: getattr(found, name) for name in (*same, "there_before")},
            "covariates": dict(found.covariates),
            "response": found.definition.id,
            "response_label": found.definition.label,
            "groups": [asdict(group) for group in found.groups],
            "too_few": [asdict(group) for group in found.too_few],
            "markers": [_marker(rank) for rank in found.ranks],
            "constant": [marker.id for marker in found.constant],
            "models": [_model(model) for model in found.models],
            "failed": found.failures,
            "warnings": warnings(found),
        }
    )


def _area(area: Area) -> AreaPart:
    return AreaPart(value=area.value, low=area.low, high=area.high)


def _marker(rank: MarkerRank) -> MarkerPart:
    marker = rank.marker
    same = ("id", "label", "unit", "day", "how", "error_kind", "error", "error_source")
    return MarkerPart(
        **{name: getattr(marker, name) for name in same},
        stands_for=marker.quantity,
        auc=_area(rank.area),
        auc_everyone=None if rank.everyone is None else _area(rank.everyone),
        direction=direction(rank),
        cut=rank.cut,
        levels=dict(marker.levels),
        sensitivity=rank.sensitivity,
        specificity=rank.specificity,
    )


def direction(rank: MarkerRank) -> str:
    """Return whether a marker is higher or lower in responders, or unclear."""
    return "unclear" if rank.higher is None else "higher" if rank.higher else "lower"


def _model(model: ModelScore) -> ModelPart:
    return ModelPart(
        id=model.id,
        kind=model.kind,
        group=GroupPart.model_validate(asdict(model.group)),
        markers=[marker.id for marker in model.markers],
        auc=_area(model.area),
        gain=None if model.gain is None else _area(model.gain),
        brier=model.brier,
        brier_without=model.brier_without,
        calibration_slope=model.slope,
        calibration=[_bin(each) for each in model.calibration],
        importance=[
            ImportancePart(marker=each.marker.id, mean=each.mean, low=each.low, high=each.high)
            for each in model.importance
        ],
    )


def _bin(each: Bin) -> BinPart:
    return BinPart(**asdict(each))
