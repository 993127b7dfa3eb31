"""What the API computes: a checked request in, the answer out, chunk by chunk in a thread."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from time import perf_counter
from typing import Any, cast

import ivigsim
from ivigsim.checks import check_grid
from ivigsim.engine.simulation import OUTPUTS, Simulation
from ivigsim.errors import InputError, unknown
from ivigsim.mechanisms import DEFAULT_MECHANISMS
from ivigsim.mechanisms.game import runs
from ivigsim.mechanisms.run import MOST_EXACT, PERMUTATIONS
from ivigsim.patients.population import population_names
from ivigsim.report import comparison
from ivigsim.report.attribution_document import attribution_document
from ivigsim.report.document import document
from ivigsim.request import prepare
from ivigsim.treatment import Regimen
from ivigsim.web.command import command_line
from ivigsim.web.curves import Curves
from ivigsim.web.jobs import Task
from ivigsim.web.limits import Limits
from ivigsim.web.models import ExplainAnswer, ExplainRequest, SimulateAnswer, SimulateRequest
from ivigsim.web.notes import noted

CHUNK = 256
"""Patients per unit of work: some tens of milliseconds, so that a request that is dropped ends soon."""
UNTREATED = "untreated"


def read_treatment(phrase: str) -> Regimen | None:
    """Read a dose phrase; never a path, which elsewhere may stand for an event table.

    Examples
    --------
    >>> str(read_treatment("ivig 1g/kg")), read_treatment("untreated")
    ('IVIG 1 g/kg', None)
    """
    return None if phrase.strip().lower() == UNTREATED else Regimen.parse(phrase)


def check_population(name: str) -> str:
    """Return the name of a population that comes with ivigsim; a path is refused like any other word.

    Examples
    --------
    >>> check_population("mine.toml")
    Traceback (most recent call last):
    ...
    ivigsim.errors.InputError: unknown population 'mine.toml'; accepted: adult-chronic, adult-new, ...
    """
    if name not in population_names():
        raise unknown("population", name, population_names())
    return name


def read_comparison(request: SimulateRequest, limits: Limits) -> comparison.Request:
    """Check what can be checked without patients.

    Raises
    ------
    InputError
        For a phrase or a population that is none, or too much work.
    """
    treatments = tuple(map(read_treatment, request.regimens))
    limits.check(treatments, request.patients, request.days)
    return comparison.Request(
        treatments=treatments,
        population=check_population(request.population),
        patients=request.patients,
        seed=request.seed,
        days=request.days,
        covariates=request.covariates,
        switches=request.switches,
        allow_extreme=request.allow_extreme,
        chunk=CHUNK,
    )


def simulate(request: comparison.Request, task: Task) -> SimulateAnswer:
    """Simulate every arm; the numbers are those of `ivigsim simulate --json`.

    Raises
    ------
    InputError, RunFailed
        As `ivigsim.report.comparison.compare`.
    Stopped
        When nobody waits any more.
    """
    began = perf_counter()
    daily = check_grid(request.days, None)
    doses = [comparison._doses(treatment, request) for treatment in request.treatments]
    grid = comparison._with_infusion_ends(daily, doses)
    total = request.patients * len(request.treatments)
    with noted() as notes:
        courses = [
            ivigsim.simulate_chunks(
                treatment,
                population=request.population,
                patients=request.patients,
                seed=request.seed,
                times=grid,
                covariates=request.covariates,
                switches=request.switches,
                outputs=tuple(OUTPUTS),
                allow_extreme=request.allow_extreme,
                threads=task.threads,
                chunk=request.chunk,
            )
            for treatment in request.treatments
        ]
    arms, curves = [], []
    for place, run in enumerate(courses):
        seen = Curves(daily)
        treatment, letter = request.treatments[place], chr(ord("A") + place)
        watched = _watched(run, seen, task, place * request.patients, total)
        arm = comparison._arm(letter, request, treatment, doses[place], watched, daily, False)
        arms.append(arm)
        curves.append(seen.part(arm))
    found = document(comparison.Comparison(request, tuple(arms), perf_counter() - began))
    command = command_line(
        "simulate",
        found.regimens,
        {name: getattr(request, name) for name in ("population", "patients", "seed", "days")},
        request.covariates,
        request.switches,
        allow_extreme=request.allow_extreme,
    )
    return SimulateAnswer(**dict(found), curves=curves, notes=notes, command=command)


def _watched(
    run: Iterator[Simulation], seen: Curves, task: Task, done: int, total: int
) -> Iterator[Simulation]:
    """Hand on each chunk, unless nobody waits for it."""
    with closing(cast("Generator[Simulation]", run)):
        for part in run:
            task.check()
            seen.add(part)
            done += len(part)
            task.progress(done, total)
            yield part


def read_explanation(request: ExplainRequest, limits: Limits) -> Regimen:
    """Check what can be checked without patients.

    Raises
    ------
    InputError
        For a phrase or a population that is none, or too much work.
    """
    check_population(request.population)
    treatment = read_treatment(request.regimen)
    if treatment is None:
        raise InputError(
            "an untreated course has no rise to explain; accepted: a treatment"
            " (nearest: 'IVIG 1 g/kg daily x2')"
        )
    count = len(request.mechanisms)
    orders = request.permutations or (0 if count <= MOST_EXACT else PERMUTATIONS)
    limits.check([treatment], request.patients, request.days, runs(count, orders // 2))
    return treatment


def explain(request: ExplainRequest, treatment: Regimen, task: Task) -> ExplainAnswer:
    """Split the rise by mechanism; the numbers are those of `ivigsim explain --json`.

    Raises
    ------
    InputError, AttributionFailed
        As `ivigsim.explain`.
    """
    shared: dict[str, Any] = {
        name: getattr(request, name)
        for name in ("population", "patients", "seed", "days", "covariates", "switches", "allow_extreme")
    }
    with noted() as notes:
        prepare(treatment, **shared)
    more: dict[str, Any] = {
        "mechanisms": request.mechanisms,
        "permutations": request.permutations,
        "threads": task.threads,
    }
    if notes:
        with noted():  # it gives them once more; rare, so that others who collect can wait
            found = ivigsim.explain(treatment, **shared, **more)
    else:
        found = ivigsim.explain(treatment, **shared, **more)
    usual = tuple(request.mechanisms) == DEFAULT_MECHANISMS
    command = command_line(
        "explain",
        [str(treatment)],
        {
            "mechanism": None if usual else request.mechanisms,
            **{name: shared[name] for name in ("population", "patients", "seed", "days")},
            "permutations": request.permutations,
        },
        request.covariates,
        request.switches,
        allow_extreme=request.allow_extreme,
    )
    return ExplainAnswer(**dict(attribution_document(found)), notes=notes, command=command)
