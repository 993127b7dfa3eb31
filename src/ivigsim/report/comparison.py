"""Simulate one or more regimens on the same virtual patients and keep what reports need, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigsim.checks import check_grid, check_switches
from ivigsim.engine.simulation import Simulation
from ivigsim.errors import InputError
from ivigsim.evidence import Row, published_for
from ivigsim.evidence.nearness import Nearness, nearness
from ivigsim.model.parameters import switches as default_switches
from ivigsim.outcomes import (
    DayDistribution,
    DayShares,
    Outcome,
    peak,
    per_patient,
    share_at_least,
    summarise,
)
from ivigsim.patients.covariates import COVARIATES
from ivigsim.request import CHUNK
from ivigsim.run import simulate_chunks
from ivigsim.treatment import DoseTable, Regimen, as_doses

if TYPE_CHECKING:
    import polars as pl

RESPONSE_1E9_PER_L = 50  # the count of the trial definition, whose share is kept for every day
MOST_ARMS = 6  # beyond that the figure has no line style left that can be told apart without colour
_SAME_TIME_D = 1e-6  # 0.1 s; the end of an infusion this close to a daily output is that output


class RunFailed(RuntimeError):
    """No patient finished, so there is nothing to report."""


@dataclass(frozen=True)
class Request:
    """What to compare; the fields have the meaning of the arguments of `ivigsim.simulate`.

    Attributes
    ----------
    treatments : tuple of Regimen, Path or None
        Arms, one to six: a regimen, the path of an event table, or None for untreated patients.
    """

    treatments: tuple[Regimen | Path | None, ...]
    population: str = "adult-chronic"
    patients: int = 1000
    seed: int = 1
    days: int = 60
    covariates: Mapping[str, object] = field(default_factory=dict)
    switches: Mapping[str, bool] = field(default_factory=dict)
    tolerance: float = 1e-6
    allow_extreme: bool = False
    threads: int | None = None
    chunk: int = CHUNK

    @property
    def switched(self) -> dict[str, bool]:
        """Switches that differ from their default."""
        usual = default_switches()
        return {name: on for name, on in check_switches(self.switches, usual).items() if on != usual[name]}


@dataclass(frozen=True, eq=False)
class Arm:
    """What came out of one regimen.

    Attributes
    ----------
    letter : str
        "A" for the first.
    regimen : str
        Canonical phrase, "untreated", or the name of the event table.
    doses : DoseTable or None
        One row when all patients get the same per kg.
    outcomes : tuple of Outcome
    platelets : DayDistribution
        1e9/L, at the daily outputs.
    igg : DayDistribution
        g/L, at the daily outputs and the ends of infusions.
    reached : DayShares
        Patients at or above 50e9/L at the daily outputs.
    failures : dict of int to str
        Number of a failed patient -> reason.
    published : tuple of Row
        Results published for this regimen.
    nearness : Nearness
        How far the run lies from the results that were fitted.
    people : polars.DataFrame or None
        Covariates and outcomes, one row per patient, when asked for.
    """

    letter: str
    regimen: str
    doses: DoseTable | None
    outcomes: tuple[Outcome, ...]
    platelets: DayDistribution
    igg: DayDistribution
    reached: DayShares
    failures: dict[int, str]
    published: tuple[Row, ...]
    nearness: Nearness
    people: pl.DataFrame | None


@dataclass(frozen=True, eq=False)
class Comparison:
    """Arms of one request, and the seconds it took."""

    request: Request
    arms: tuple[Arm, ...]
    seconds: float


def compare(request: Request, *, keep_people: bool = False) -> Comparison:
    """Simulate every arm of a request.

    Memory holds one chunk of patients with its courses, and one row of outcomes per patient of one arm (of
    every arm with `keep_people`).

    Parameters
    ----------
    request : Request
    keep_people : bool
        Keep the table of patients.

    Raises
    ------
    InputError
        For anything that is not accepted, before any patient is simulated.
    RunFailed
        When no patient of an arm finished.

    Examples
    --------
    >>> from ivigsim.treatment import Regimen
    >>> found = compare(Request((Regimen.parse("IVIG 1 g/kg daily x2"), None), patients=20, days=14))
    >>> [arm.regimen for arm in found.arms]
    ['IVIG 1 g/kg daily x2', 'untreated']
    """
    began = perf_counter()
    if not request.treatments:
        raise InputError("no regimen is given; accepted: a dose phrase (nearest: 'IVIG 1 g/kg daily x2')")
    if len(request.treatments) > MOST_ARMS:
        raise InputError(
            f"{len(request.treatments)} regimens are given; accepted: 1 to {MOST_ARMS} in one comparison"
        )
    daily = check_grid(request.days, None)
    doses = [_doses(treatment, request) for treatment in request.treatments]
    grid = _with_infusion_ends(daily, doses)
    # every arm is checked here, before the first patient of any is simulated
    runs = [_chunks(treatment, request, grid) for treatment in request.treatments]
    arms = [
        _arm(chr(ord("A") + i), request, request.treatments[i], doses[i], run, daily, keep_people)
        for i, run in enumerate(runs)
    ]
    return Comparison(request, tuple(arms), perf_counter() - began)


def _doses(treatment: Regimen | Path | None, request: Request) -> DoseTable | None:
    # two weights: a dose in grams then has two rows, one per kg has one
    return as_doses(treatment, np.array([50.0, 100.0]), request.patients, allow_extreme=True)[0]


def _chunks(
    treatment: Regimen | Path | None, request: Request, grid: NDArray[np.float64]
) -> Iterator[Simulation]:
    return simulate_chunks(
        treatment,
        population=request.population,
        patients=request.patients,
        seed=request.seed,
        times=grid,
        covariates=request.covariates,
        switches=request.switches,
        outputs=("platelets", "igg"),
        tolerance=request.tolerance,
        allow_extreme=request.allow_extreme,
        threads=request.threads,
        chunk=request.chunk,
    )


def _with_infusion_ends(daily: NDArray[np.float64], doses: list[DoseTable | None]) -> NDArray[np.float64]:
    """Add the ends of infusions that are the same for everyone: IgG peaks there, between daily outputs."""
    ends = [t.time_d[0] + t.duration_d[0] for t in doses if t is not None and len(t.amount) == 1]
    extra = np.round(np.concatenate([np.empty(0), *ends]), 6)
    extra = extra[(extra > 0) & (extra < daily[-1])]
    return np.union1d(daily, extra)


@dataclass(frozen=True, eq=False)
class _Daily:
    """A simulation seen at the daily outputs only, as trial visits see it."""

    sim: Simulation
    kept: NDArray[np.bool_]

    @property
    def time(self) -> NDArray[np.float64]:
        return self.sim.time[self.kept]

    @property
    def failed(self) -> NDArray[np.bool_]:
        return self.sim.failed

    @property
    def stored(self) -> tuple[str, ...]:
        return self.sim.stored

    def __getitem__(self, output: str) -> NDArray[np.float64]:
        return self.sim[output][:, self.kept]


def _arm(
    letter: str,
    request: Request,
    treatment: Regimen | Path | None,
    doses: DoseTable | None,
    run: Iterator[Simulation],
    daily: NDArray[np.float64],
    keep_people: bool,
) -> Arm:
    """Reduce a run chunk by chunk."""
    import polars as pl

    tables: list[pl.DataFrame] = []
    known: list[pl.DataFrame] = []
    failures: dict[int, str] = {}
    sums: tuple[DayDistribution, DayDistribution, DayShares] | None = None
    done = 0
    for part in run:
        view = _Daily(part, np.isin(part.time, daily))
        tables.append(_outcomes(part, view, done))
        if keep_people:
            known.append(part.patients.select(*COVARIATES))
        failures |= {done + row: reason for row, reason in part.failures.items()}
        found = (
            DayDistribution.of(view, "platelets"),
            DayDistribution.of(part, "igg"),
            share_at_least(view, RESPONSE_1E9_PER_L),
        )
        sums = found if sums is None else (sums[0] + found[0], sums[1] + found[1], sums[2] + found[2])
        done += len(part)
    name = f"event table {treatment.name}" if isinstance(treatment, Path) else str(treatment or "untreated")
    if sums is None or sums[0].n == 0:
        raise RunFailed(f"all {done} patients failed under {name!r}: {failures[0]}")
    people = pl.concat(tables)
    return Arm(
        letter=letter,
        regimen=name,
        doses=doses,
        outcomes=tuple(summarise(people, request.seed, sums[0])),
        platelets=sums[0],
        igg=sums[1],
        reached=sums[2],
        failures=failures,
        published=published_for(doses, request.population) if doses is not None else (),
        nearness=nearness(doses, request.population, request.days, request.covariates),
        people=_with_covariates(people, pl.concat(known)) if keep_people else None,
    )


def _outcomes(part: Simulation, view: _Daily, first: int) -> pl.DataFrame:
    """Return outcomes per patient, the peak of IgG read at the ends of infusions too."""
    import polars as pl

    table = per_patient(view, first_patient=first)
    highest, at = peak(part.time, part["igg"])
    peaks = {"igg_peak_g_per_l": highest, "igg_peak_d": np.where(part.failed, np.nan, at)}
    return table.with_columns(pl.Series(name, values).fill_nan(None) for name, values in peaks.items())


def _with_covariates(outcomes: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    return pl.concat([outcomes.select("patient"), known, outcomes.drop("patient")], how="horizontal")
