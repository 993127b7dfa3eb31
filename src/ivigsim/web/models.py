"""What the API takes and returns; the answers are the documents that the commands print with --json."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from ivigsim.mechanisms import DEFAULT_MECHANISMS
from ivigsim.model.parameters import load_parameters
from ivigsim.patients.covariates import COVARIATES
from ivigsim.patients.population import population_names
from ivigsim.report.attribution_document import AttributionDocument
from ivigsim.report.document import Document
from ivigsim.web.limits import LONGEST_PHRASE, MOST_DAYS, MOST_PATIENTS, MOST_REGIMENS

_LARGEST_SEED = 2**63 - 1
_SWITCHES = {row.id: row for row in load_parameters().values() if row.is_switch}


def _covariate_schema(name: str) -> dict[str, Any]:
    known = COVARIATES[name]
    if known.yes_no:
        return {"type": "boolean"}
    if known.levels:
        return {"type": "string", "enum": list(known.levels)}
    return {"type": "number", "minimum": known.low, "maximum": known.high, "description": known.unit}


def _object(properties: dict[str, Any], description: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "description": description,
    }


Word = Annotated[str, Field(max_length=60)]
Phrase = Annotated[str, Field(min_length=1, max_length=LONGEST_PHRASE)]
PopulationName = Annotated[
    Word,
    WithJsonSchema(
        {"type": "string", "enum": list(population_names()), "description": "`/populations` describes them."}
    ),
]
Fixed = Annotated[
    dict[Word, bool | float | Word],
    Field(max_length=len(COVARIATES)),
    WithJsonSchema(
        _object({name: _covariate_schema(name) for name in COVARIATES}, "Covariates fixed for everyone.")
    ),
]
Switched = Annotated[
    dict[Word, bool],
    Field(max_length=len(_SWITCHES)),
    WithJsonSchema(
        _object(
            {name: {"type": "boolean", "description": row.note} for name, row in _SWITCHES.items()},
            "Mechanisms turned off or on; the others stay as `/switches` says.",
        )
    ),
]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class _Course(_Model):
    """What simulate and explain have in common."""

    population: PopulationName = "adult-chronic"
    patients: int = Field(500, ge=1, le=MOST_PATIENTS, description="Virtual patients per regimen.")
    seed: int = Field(1, ge=0, le=_LARGEST_SEED, description="The same seed gives the same patients.")
    covariates: Fixed = {}
    switches: Switched = {}
    allow_extreme: bool = Field(False, description="Take doses above the guard against slips of a unit.")


class SimulateRequest(_Course):
    """Regimens to compare in the same virtual patients."""

    regimens: list[Phrase] = Field(
        min_length=1,
        max_length=MOST_REGIMENS,
        description='Dose phrases, one per arm; "untreated" is an arm without doses.',
    )
    days: int = Field(60, ge=1, le=MOST_DAYS, description="Days to simulate, with an output every day.")

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "regimens": ["IVIG 1 g/kg daily x2"],
                    "population": "adult-chronic",
                    "patients": 50,
                    "seed": 1,
                    "days": 28,
                    "covariates": {},
                    "switches": {},
                }
            ]
        }
    )


class ExplainRequest(_Course):
    """A treatment whose platelet rise is split by mechanism."""

    regimen: Phrase = Field(description="A dose phrase; not untreated.")
    days: int = Field(35, ge=1, le=MOST_DAYS, description="Split every day from 0 to here.")
    patients: int = Field(200, ge=1, le=MOST_PATIENTS, description="Virtual patients.")
    mechanisms: list[Word] = Field(
        default=list(DEFAULT_MECHANISMS),
        min_length=1,
        max_length=len(_SWITCHES),
        description="Switches among which the rise is split; `/switches` lists them.",
    )
    permutations: int | None = Field(
        None,
        ge=4,
        le=100,
        description="Orders to sample per patient, an even number; null goes through all subsets of up to 6"
        " mechanisms, 16 orders beyond.",
    )

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"regimen": "IVIG 1 g/kg daily x2", "patients": 20, "days": 7}]}
    )


class CurvePart(_Model):
    """Percentiles of the patients at each of the times."""

    unit: str
    p05: list[float]
    p25: list[float]
    p50: list[float]
    p75: list[float]
    p95: list[float]


class SharePart(_Model):
    """Share of the patients that reached a count by a day, %, with its 95% interval (Wilson)."""

    count_1e9_per_l: float
    by_day: int
    share: float
    low: float
    high: float
    n: int = Field(description="patients whose simulation did not fail")


class CurvesPart(_Model):
    """The courses of one regimen as a figure shows them."""

    arm: str
    regimen: str
    time_d: list[float]
    outputs: dict[str, CurvePart] = Field(
        description="platelets, igg, autoantibody, haemoglobin, phagocytosis"
    )
    reached: list[SharePart] = Field(description="at least 30, 50 and 100e9/L by day 1, 3 and 7")


class _Answer(BaseModel):
    """What every answer of a computation adds to its document."""

    notes: list[str] = Field(description="what cannot act, and why")
    command: str = Field(description="the command line that gives the same numbers")


class SimulateAnswer(Document, _Answer):
    """What `ivigsim simulate --json` prints, and the courses."""

    curves: list[CurvesPart]


class ExplainAnswer(AttributionDocument, _Answer):
    """What `ivigsim explain --json` prints."""


class PopulationPart(_Model):
    """A population to draw from."""

    name: str
    title: str
    source: str
    disease: bool = Field(description="whether they have ITP")


class SwitchPart(_Model):
    """A mechanism that can be turned off or on."""

    name: str
    default: bool
    note: str


class CovariatePart(_Model):
    """A covariate that can be fixed for everyone."""

    name: str
    unit: str
    levels: list[bool | str] = Field(description="empty for a number")
    low: float | None
    high: float | None


class TreatmentPart(_Model):
    """A drug or procedure that a dose phrase can name."""

    name: str
    aliases: list[str]
    units: list[str]
    procedure: bool = Field(description="done once and whole: a phrase gives it no amount, only a day")
    form: str = Field(description="how a phrase is written")


class EvidencePart(_Model):
    """A published result; what is null or empty is not in the publication, or was not read."""

    id: str
    trial: str
    citation: str
    link: str
    group: str
    population: str
    like: str
    difference: str
    entry: list[str]
    covariates: list[str]
    n: int | None
    regimen: str
    against: str
    regimen_published: str
    statistic: str | None
    quantity: str | None
    threshold: float | None
    fold: float | None
    at_least: float | None
    window: str | None
    first_day: float | None
    visits: list[float]
    over: str | None
    value: float | str | None
    unit: str
    low: float | None
    high: float | None
    interval: str
    use: str
    reason: str
    endpoint_published: str
    note: str
    reading: str


class Health(_Model):
    """Whether the server works, and how busy it is."""

    status: Literal["ok"]
    ivigsim: str
    running: int = Field(description="computations that run")
    waiting: int = Field(description="computations that wait for their turn")


class Problem(_Model):
    """Why a request was refused, in one sentence."""

    error: str
    request_id: str
