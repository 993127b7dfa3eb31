"""The JSON document of an attribution."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from ivigsim._version import __version__
from ivigsim.mechanisms import Attribution, Share
from ivigsim.mechanisms.attribution import SPREAD
from ivigsim.report.attribution_wording import beside, warnings
from ivigsim.report.manifest import hashes


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class RiseByDay(_Part):
    """Means over patients at the daily outputs; the contributions and `other` add up to `rise`."""

    time_d: list[float]
    rise_1e9_per_l: list[float] = Field(description="over the count before treatment")
    contributions_1e9_per_l: dict[str, list[float]] = Field(description="by mechanism")
    other_1e9_per_l: list[float] = Field(description="rise with all mechanisms off")
    standard_error_1e9_per_l: dict[str, list[float]] | None = Field(
        description="of the contributions, from sampling orders; null when they are exact"
    )


class SharePart(_Part):
    """One mechanism on one day; shares in % of the attributed rise, null when that is next to nothing."""

    mechanism: str
    day: int
    contribution_1e9_per_l: float
    share: float | None
    low: float | None
    high: float | None
    sampling_error: float | None
    patients: int = Field(description="patients with an attributed rise, over whom the percentiles are")
    percentiles: dict[str, float] = Field(description="of the patients' own shares, p10 to p90")


class PublishedPart(_Part):
    """A published share, %."""

    id: str
    mechanism: str
    value: float
    low: float
    high: float
    citation: str
    link: str
    difference: str


class AttributionDocument(_Part):
    """A platelet rise split by mechanism."""

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
    mechanisms: list[str]
    switches: dict[str, bool] = Field(description="all others, the same in every simulation")
    tolerance: float
    simulations_per_patient: int
    permutations: int = Field(description="orders sampled per patient; 0 when the split is exact")
    baseline_1e9_per_l: float
    by_day: RiseByDay
    shares: list[SharePart]
    published: list[PublishedPart]
    failed: dict[int, str] = Field(description="number of a failed patient -> reason")
    warnings: list[str]


def attribution_document(found: Attribution) -> AttributionDocument:
    """Return the document of an attribution; the same request gives the same document.

    Examples
    --------
    >>> import ivigsim
    >>> made = attribution_document(ivigsim.explain("IVIG 1 g/kg daily x2", patients=20, days=7))
    >>> AttributionDocument.model_validate_json(made.model_dump_json()) == made
    True
    """
    published = beside(found)
    return AttributionDocument.model_validate(
        {
            "ivigsim": __version__,
            **hashes(found.population),
            **{name: getattr(found, name) for name in ("regimen", "population", "patients", "seed")},
            "days": round(found.time_d[-1]),
            "covariates": dict(found.covariates),
            "mechanisms": list(found.mechanisms),
            "switches": found.switches,
            "tolerance": found.tolerance,
            "simulations_per_patient": found.runs,
            "permutations": found.permutations,
            "baseline_1e9_per_l": found.baseline,
            "by_day": _by_day(found),
            "shares": [_share(share) for share in found.shares],
            "published": [PublishedPart(**vars(published))] if published else [],
            "failed": found.failures,
            "warnings": warnings(found),
        }
    )


def _by_day(found: Attribution) -> RiseByDay:
    errors = found.standard_error
    names = found.mechanisms
    return RiseByDay(
        time_d=found.time_d.tolist(),
        rise_1e9_per_l=found.rise.tolist(),
        contributions_1e9_per_l=dict(zip(names, found.contributions.tolist(), strict=True)),
        other_1e9_per_l=found.other.tolist(),
        standard_error_1e9_per_l=None if errors is None else dict(zip(names, errors.tolist(), strict=True)),
    )


def _share(share: Share) -> SharePart:
    same = ("mechanism", "day", "share", "low", "high", "sampling_error", "patients")
    names = [f"p{percent}" for percent in SPREAD]
    return SharePart(
        **{name: getattr(share, name) for name in same},
        contribution_1e9_per_l=share.contribution,
        percentiles=dict(zip(names, share.percentiles, strict=False)),
    )
