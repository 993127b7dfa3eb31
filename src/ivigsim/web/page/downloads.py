"""Files of what is chosen: CSV, Parquet, SBML and a trial scenario."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

import ivigsim
from ivigsim.errors import InputError, unknown
from ivigsim.report.comparison import compare
from ivigsim.report.frames import patients_frame
from ivigsim.report.wording import RESEARCH_ONLY
from ivigsim.web import jobs
from ivigsim.web.jobs import Task
from ivigsim.web.limits import Limits
from ivigsim.web.page.commands import command
from ivigsim.web.page.results import arms, request_of
from ivigsim.web.page.state import State

if TYPE_CHECKING:
    import polars as pl

PERCENTILES = ("p05", "p25", "p50", "p75", "p95")
VISITS = (1, 2, 3, 5, 7, 10, 14, 21, 28, 35, 42, 56, 70, 84, 112, 140, 168, 196, 224, 252, 280, 308, 336, 364)


async def answer(request: Request, key: str, limits: Limits, state: State) -> Response:
    """Return a file, or the sentence why there is none.

    Parameters
    ----------
    request : Request
        With the name of the file as `name`.
    key : str
        Who asks.
    limits : Limits
    state : State
    """
    name = request.query_params.get("name", "")
    try:
        if name not in FILES:
            raise unknown("file", name[:60], FILES)
        kind, make = FILES[name]
        content = await jobs.compute(key, partial(make, state), seconds=limits.seconds)
    except (InputError, jobs.Busy, jobs.TooLong, jobs.Stopped) as error:
        return PlainTextResponse(str(error), 422 if isinstance(error, InputError) else 503)
    headers = {"Content-Disposition": f'attachment; filename="ivigsim-{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=kind, headers=headers)


def courses_frame(state: State, task: Task) -> pl.DataFrame:
    """Return percentiles by regimen, output and day.

    Examples
    --------
    >>> frame = courses_frame(State(b="", patients=20, days=7), Task(1))
    >>> frame.shape, frame.columns[:5]
    ((40, 10), ['arm', 'regimen', 'output', 'unit', 'time_d'])
    """
    import polars as pl

    frames = [
        pl.DataFrame(
            {
                "arm": letter,
                "regimen": arm.regimen,
                "output": name,
                "unit": curve.unit,
                "time_d": arm.curves.time_d,
                **{p: getattr(curve, p) for p in PERCENTILES},
            }
        )
        for letter, arm in arms(state, task).items()
        for name, curve in arm.curves.outputs.items()
    ]
    return pl.concat(frames)


def outcomes_frame(state: State, task: Task) -> pl.DataFrame:
    """Return every outcome of every regimen with its interval."""
    import polars as pl

    rows = [
        {"arm": letter, "regimen": arm.regimen, **vars(outcome)}
        for letter, arm in arms(state, task).items()
        for outcome in arm.outcomes
    ]
    numbers = dict.fromkeys(("value", "low", "high"), pl.Float64)
    return pl.DataFrame(rows, schema_overrides=numbers)


def scenario_text(state: State) -> str:
    """Return the comparison as a scenario for `ivigsim trial`, with the same patients in every arm.

    Examples
    --------
    >>> from ivigsim.trials.loading import read_scenario
    >>> read_scenario(scenario_text(State())).arms[1].treatments
    ['IVIG 0.4 g/kg daily x5']
    """
    import yaml

    content: dict[str, Any] = {
        "title": "Regimen A against B" if state.b else "Regimen A",
        "description": f"From the explorer page. {RESEARCH_ONLY}",
        "design": "paired" if state.b else "parallel",
        "size": state.patients,
        "seed": state.seed,
        "days": state.days,
        "populations": [{"name": state.population, "covariates": state.covariates}],
        "arms": [
            {"name": letter, "treatments": _together(phrase)} for letter, phrase in state.phrases.items()
        ],
        "visits": {"days": [day for day in VISITS if day <= state.days]},
        "endpoints": [{"id": "response", "response": {"count": 50, "by_day": min(7, state.days)}}],
        "switches": state.switches,
        "allow_extreme": state.extreme,
    }
    head = f"# The same regimens and patients as: {command(state, 'simulate')}\n# Run: ivigsim trial FILE\n"
    return head + yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def _together(phrase: str) -> list[str]:
    return phrase.split(" + ")


def _csv(frame: Callable[[State, Task], pl.DataFrame], state: State, task: Task) -> bytes:
    return frame(state, task).write_csv().encode()


def _parquet(frame: Callable[[State, Task], pl.DataFrame], state: State, task: Task) -> bytes:
    buffer = io.BytesIO()
    frame(state, task).write_parquet(buffer)
    return buffer.getvalue()


def _patients(state: State, task: Task) -> pl.DataFrame:
    """Return covariates and outcomes of every patient under every regimen."""
    import polars as pl

    frames = []
    for letter in state.phrases:
        task.check()
        found = patients_frame(
            compare(replace(request_of(state, letter), threads=task.threads), keep_people=True)
        )
        frames.append(found.with_columns(pl.lit(letter).alias("arm")))
    return pl.concat(frames)


def _sbml(letter: str, state: State, task: Task) -> bytes:
    del task
    if letter not in state.phrases:
        raise InputError("there is no regimen B; accepted: the file of A, or a dose phrase for B")
    sim = ivigsim.simulate(
        state.treatment(letter),
        population=state.population,
        patients=1,
        seed=state.seed,
        days=state.days,
        covariates=state.covariates,
        switches=state.switches,
        outputs=("platelets",),
        allow_extreme=state.extreme,
        threads=1,
    )
    return sim.to_sbml(0).encode()


def _scenario(state: State, task: Task) -> bytes:
    del task
    return scenario_text(state).encode()


FILES: Mapping[str, tuple[str, Callable[[State, Task], bytes]]] = {
    "courses.csv": ("text/csv", partial(_csv, courses_frame)),
    "courses.parquet": ("application/vnd.apache.parquet", partial(_parquet, courses_frame)),
    "outcomes.csv": ("text/csv", partial(_csv, outcomes_frame)),
    "patients.parquet": ("application/vnd.apache.parquet", partial(_parquet, _patients)),
    "patient-a.xml": ("application/xml", partial(_sbml, "A")),
    "patient-b.xml": ("application/xml", partial(_sbml, "B")),
    "scenario.yaml": ("text/yaml", _scenario),
}
