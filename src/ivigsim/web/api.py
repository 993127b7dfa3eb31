"""The JSON API: simulate, explain, and the lists of what there is to choose from."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import cache, partial
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, FastAPI, HTTPException, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.responses import HTMLResponse

from ivigsim._version import __version__
from ivigsim.errors import unknown
from ivigsim.evidence import load_rows
from ivigsim.evidence.listing import listing
from ivigsim.evidence.rows import GROUPS, USES
from ivigsim.model.parameters import load_parameters
from ivigsim.patients.covariates import COVARIATES
from ivigsim.patients.population import load_population, population_names
from ivigsim.products import product
from ivigsim.report.wording import CALIBRATED, RESEARCH_ONLY
from ivigsim.treatment.drugs import drugs
from ivigsim.treatment.phrase import FORM, PROCEDURE_FORM
from ivigsim.web import jobs, work
from ivigsim.web.limits import Limits
from ivigsim.web.models import (
    CovariatePart,
    EvidencePart,
    ExplainAnswer,
    ExplainRequest,
    PopulationPart,
    Problem,
    SimulateAnswer,
    SimulateRequest,
    SwitchPart,
    TreatmentPart,
    Word,
)
from ivigsim.web.plans import PlanAnswer, PlanRequest, ProductPart, plan, product_parts
from ivigsim.web.problems import HANDLERS, on_invalid
from ivigsim.web.reference import reference_page

T = TypeVar("T")

PREFIX = "/api/v1"
_WHY = {
    400: "The request cannot be read, or names another server.",
    403: "A page of another origin asks.",
    404: "There is no such thing.",
    413: "The body is too large.",
    422: "The input is refused; the sentence says what is accepted.",
    429: "Too many requests of this client wait already.",
    500: "The server failed; it has logged why.",
    503: "The server is busy, or the request took too long.",
}


def _problems(*codes: int) -> dict[int | str, dict[str, Any]]:
    found: dict[int | str, dict[str, Any]] = {200: {"description": "The answer."}}
    return found | {code: {"model": Problem, "description": _WHY[code]} for code in codes}


router = APIRouter(responses=_problems(400, 422, 500))
computing = APIRouter(tags=["compute"], responses=_problems(400, 403, 413, 422, 429, 500, 503))


@computing.post("/simulate", summary="Simulate regimens on the same virtual patients")
async def simulate(request: Request, asked: SimulateRequest) -> SimulateAnswer:
    """Answer with what `ivigsim simulate --json` prints, and with the courses as a figure shows them."""
    limits = _limits(request)
    checked = work.read_comparison(asked, limits)
    return await _computed(request, partial(work.simulate, checked), limits)


@computing.post("/explain", summary="Split the platelet rise by mechanism")
async def explain(request: Request, asked: ExplainRequest) -> ExplainAnswer:
    """Answer with what `ivigsim explain --json` prints: Shapley values over the switches of mechanisms."""
    limits = _limits(request)
    job = partial(work.explain, asked, work.read_explanation(asked, limits))
    return await _computed(request, job, limits)


@computing.post("/plan", summary="Plan the infusions of a product for one patient")
async def plan_infusions(request: Request, asked: PlanRequest) -> PlanAnswer:
    """Answer with vials, rate steps, times and loads of each infusion, and with what the plan rests on."""
    return await _computed(request, lambda _: plan(asked), _limits(request))


@router.get("/populations", tags=["lists"], summary="Populations of virtual patients")
def populations() -> list[PopulationPart]:
    """List the names that `population` takes."""
    found = map(load_population, population_names())
    return [
        PopulationPart(name=each.name, title=each.title, source=each.source, disease=each.disease)
        for each in found
    ]


@router.get("/switches", tags=["lists"], summary="Mechanisms that can be turned off or on")
def switches() -> list[SwitchPart]:
    """List the names that `switches` and `mechanisms` take."""
    rows = load_parameters().values()
    return [SwitchPart(name=row.id, default=bool(row.value), note=row.note) for row in rows if row.is_switch]


@router.get("/covariates", tags=["lists"], summary="Covariates that can be fixed for everyone")
def covariates() -> list[CovariatePart]:
    """List the names that `covariates` takes, and what each may be."""
    return [
        CovariatePart(
            name=name,
            unit=each.unit,
            levels=list(each.levels),
            low=None if each.levels else each.low,
            high=None if each.levels else each.high,
        )
        for name, each in COVARIATES.items()
    ]


@router.get("/treatments", tags=["lists"], summary="Drugs and procedures that a dose phrase can name")
def treatments() -> list[TreatmentPart]:
    """List the drugs, for completion while a phrase is typed."""
    return [
        TreatmentPart(
            name=drug.name,
            aliases=list(drug.aliases),
            units=[] if drug.is_procedure else list(drug.units),
            procedure=drug.is_procedure,
            form=f"{drug.name} {PROCEDURE_FORM if drug.is_procedure else FORM.partition(' ')[2]}",
        )
        for drug in drugs()
    ]


class _Name(BaseModel):
    """Which product."""

    model_config = ConfigDict(extra="forbid")
    name: Word | None = None


@router.get("/products", tags=["products"], summary="IVIG products")
def products(chosen: Annotated[_Name, Query()]) -> list[ProductPart]:
    """List the products as their labels describe them, or the one of a name."""
    return product_parts(None if chosen.name is None else [product(chosen.name)])


class _Choice(BaseModel):
    """Which published results."""

    model_config = ConfigDict(extra="forbid")
    group: Word | None = None
    use: Word | None = None


@router.get("/evidence", tags=["evidence"], summary="Published results")
def evidence(chosen: Annotated[_Choice, Query()]) -> list[EvidencePart]:
    """List the published results that the model is compared with, or those of a group or a use."""
    if chosen.group is not None and chosen.group not in GROUPS:
        raise unknown("group", chosen.group, GROUPS)
    if chosen.use is not None and chosen.use not in USES:
        raise unknown("use", chosen.use, USES)
    return [
        row
        for row in _rows()
        if row.group == (chosen.group or row.group) and row.use == (chosen.use or row.use)
    ]


@router.get("/evidence/{id}", tags=["evidence"], summary="One published result", responses=_problems(404))
def evidence_row(id: Annotated[Word, Path(examples=["E019"])]) -> EvidencePart:  # noqa: A002
    """Return a published result with its source and how it was read."""
    known = {row.id: row for row in _rows()}
    if id not in known:
        raise HTTPException(404, str(unknown("result", id, ["an id such as E019"], also=known)))
    return known[id]


@cache
def _rows() -> tuple[EvidencePart, ...]:
    return tuple(map(EvidencePart.model_validate, json.loads(listing(load_rows(), "json"))))


def _limits(request: Request) -> Limits:
    limits: Limits = request.app.state.limits
    return limits


async def _computed(request: Request, job: Callable[[jobs.Task], T], limits: Limits) -> T:
    """Compute, unless the client leaves first."""
    client = f"api {request.client.host if request.client else ''}"
    computing = asyncio.ensure_future(jobs.compute(client, job, seconds=limits.seconds))
    leaving = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({computing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if computing.done():
            return computing.result()
        raise jobs.Stopped
    finally:
        leaving.cancel()
        computing.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def create_api(limits: Limits) -> FastAPI:
    """Return the API, to be mounted under `PREFIX`.

    Examples
    --------
    >>> sorted(create_api(Limits()).openapi()["paths"])[:3]
    ['/covariates', '/evidence', '/evidence/{id}']
    """
    api = FastAPI(
        title="ivigsim",
        version=__version__,
        summary="Mechanistic simulation of IVIG in immune thrombocytopenia",
        description=f"{RESEARCH_ONLY} {CALIBRATED}",
        docs_url=None,  # the pages that come with FastAPI load scripts from elsewhere
        redoc_url=None,
        servers=[{"url": PREFIX}],
        root_path_in_servers=False,
        exception_handlers={**HANDLERS, RequestValidationError: on_invalid},
    )
    api.state.limits = limits
    api.include_router(computing)
    api.include_router(router)

    @api.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(reference_page(api.openapi()))

    return api
