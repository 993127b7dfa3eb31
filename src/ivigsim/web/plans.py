"""Products and infusion plans as the API takes and returns them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ivigsim._version import __version__
from ivigsim.errors import InputError
from ivigsim.patients.covariates import COVARIATES
from ivigsim.products import Product, infusion_plan, load_products
from ivigsim.products.asked import read_regimen
from ivigsim.products.ladder import LONGEST_MINUTES
from ivigsim.report.plan_document import plan_part
from ivigsim.report.product_document import product_part
from ivigsim.report.wording import RESEARCH_ONLY
from ivigsim.web.command import command_line
from ivigsim.web.models import Phrase, Word

MOST_INFUSIONS = 100
"""Of one plan (assumed): two years of weekly infusions; every one of them is laid out step by step."""
_WEIGHT, _HEIGHT = COVARIATES["weight_kg"], COVARIATES["height_cm"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Cell(_Model):
    """What a label says, word by word; null when it was not found in the sources read."""

    text: str | None
    unverified: bool = Field(description="whether the text is marked as partly unverified")


class ProductPart(_Model):
    """An IVIG product as its labels describe it."""

    name: str
    indications: list[str] = Field(description="codes licensed in the US")
    indication_limits: dict[str, str] = Field(description="code -> whom the licence is limited to")
    cells: dict[str, Cell]
    values: dict[str, Any] = Field(description="the cells read as numbers and parts; null when unknown")
    sources: list[str]


class PlanRequest(_Model):
    """Infusions of a product to plan for one patient."""

    product: Word = Field(description="`/products` lists the names.")
    weight_kg: float = Field(ge=_WEIGHT.low, le=_WEIGHT.high, description="Actual body weight.")
    dose: Phrase = Field(description='Doses of IVIG, as in "1 g/kg daily x2" or "70 g".')
    indication: Word = Field("ITP", description="Code of the indication whose rates are taken.")
    concentration: float | None = Field(
        None, gt=0, le=100, description="Strength (%); needed when there are several."
    )
    dosing_weight: Literal["actual", "ideal", "adjusted"] = Field(
        "actual", description="What a dose and a rate per kg are multiplied by."
    )
    height_cm: float | None = Field(
        None, ge=_HEIGHT.low, le=_HEIGHT.high, description="For the ideal and the adjusted weight."
    )
    sex: Literal["F", "M"] | None = Field(None, description="For the ideal and the adjusted weight.")
    rounding: Literal["nearest", "up", "down", "none"] | None = Field(
        None, description="To whole vials; null is the nearest where the sizes are known."
    )
    max_rate: float | None = Field(
        None, gt=0, le=100, description="A lower highest rate (mg/kg/min) than the label's."
    )
    at_risk: bool = Field(
        False, description="Take the product's cap for patients at risk of renal failure or thrombosis."
    )
    step_minutes: float | None = Field(
        None, gt=0, le=LONGEST_MINUTES, description="How long each rate runs, where the label leaves it open."
    )
    start: Word = Field("09:00", description="Clock time of the first infusion, HH:MM.")

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"product": "Privigen", "weight_kg": 70, "dose": "1 g/kg daily x2"}]}
    )


class VialPart(_Model):
    """Vials of one size."""

    size_g: float
    number: int


class LoadPart(_Model):
    """An amount that comes with a dose; null for an end that is open or unknown."""

    low: float | None
    high: float | None
    unit: str
    text: str


class StepPart(_Model):
    """One rate of an infusion; total_g and total_ml are given at its end, with all before."""

    starts: str = Field(description="clock time")
    start_min: float
    minutes: float
    rate_mg_per_kg_min: float = Field(description="per kg of dosing weight")
    rate_ml_per_h: float
    grams: float
    volume_ml: float
    total_g: float
    total_ml: float


class InfusionPart(_Model):
    """One infusion."""

    number: int
    day: float
    asked_g: float
    grams: float = Field(description="given, in whole vials unless the rounding is none")
    rounded_by_percent: float
    vials: list[VialPart] | None = Field(description="largest first; null when the sizes are unknown")
    left_over_g: float | None
    volume_ml: float
    minutes: float
    starts: str
    ends: str
    steps: list[StepPart]
    sodium: LoadPart
    sugar: LoadPart


class NotePart(_Model):
    """What a part of the plan rests on: label, practice, assumed, asked or unknown."""

    kind: str
    text: str
    source: str | None


class WeightPart(_Model):
    """The weight that doses and rates are taken on."""

    actual_kg: float
    dosing: str
    dosing_kg: float
    formula: str | None


class PlanAnswer(_Model):
    """What `ivigsim plan --json` prints: infusions within the rates of a label."""

    ivigsim: str
    product: str
    strength_percent: float
    indication: str
    dose: str
    weight: WeightPart
    rounding: str
    vial_sizes_unverified: bool
    label_max_mg_kg_min: float
    cap_mg_kg_min: float = Field(description="highest rate of this plan")
    stays_below_cap: bool
    total_g: float
    infusions: list[InfusionPart]
    notes: list[NotePart]
    sources: list[str]
    disclaimer: str
    command: str = Field(description="the command line that gives the same plan")


def product_parts(products: list[Product] | None = None) -> list[ProductPart]:
    """Return products, all of them unless given.

    Examples
    --------
    >>> product_parts()[0].cells["form"].text
    'liquid'
    """
    chosen = load_products().values() if products is None else products
    return [ProductPart.model_validate(product_part(each), strict=False) for each in chosen]


def plan(request: PlanRequest) -> PlanAnswer:
    """Plan infusions.

    Raises
    ------
    InputError
        As `ivigsim.products.infusion_plan`, and for more infusions than the server lays out.

    Examples
    --------
    >>> made = plan(PlanRequest(product="Privigen", weight_kg=70, dose="1 g/kg daily x2"))
    >>> [infusion.grams for infusion in made.infusions]
    [70.0, 70.0]
    """
    _check_size(request)
    given = request.model_dump()
    made = infusion_plan(given.pop("product"), given.pop("weight_kg"), given.pop("dose"), **given)
    content = {"ivigsim": __version__, **plan_part(made), "disclaimer": RESEARCH_ONLY}
    return PlanAnswer.model_validate({**content, "command": _command(request)})


def _check_size(request: PlanRequest) -> None:
    """Refuse what would be long to lay out, before it is."""
    regimen = read_regimen(request.dose)
    number = sum(course.count for course in regimen.courses)
    if number > MOST_INFUSIONS:
        raise InputError(
            f"the plan has {number} infusions; accepted on this server: at most {MOST_INFUSIONS}"
        )
    # the guard against slips of a unit: an absurd dose would have very many vials
    regimen.doses([request.weight_kg], [request.height_cm or 170.0])


def _command(request: PlanRequest) -> str:
    options = {
        "product": request.product,
        "weight": request.weight_kg,
        "dose": request.dose,
        "indication": request.indication,
        "concentration": request.concentration,
        "dosing-weight": request.dosing_weight,
        "height": request.height_cm,
        "sex": request.sex,
        "round": request.rounding,
        "max-rate": request.max_rate,
        "step-minutes": request.step_minutes,
        "start": request.start,
    }
    return command_line("plan", [], options, {}, {}, flags=["at-risk"] if request.at_risk else [])
