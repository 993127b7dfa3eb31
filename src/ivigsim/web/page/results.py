"""Each regimen simulated once: what the views need of it, kept for whoever asks for the same again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from ivigsim.checks import check_grid
from ivigsim.engine.simulation import OUTPUTS, Simulation
from ivigsim.errors import InputError
from ivigsim.evidence import Row
from ivigsim.evidence.nearness import Nearness
from ivigsim.outcomes import CONFIRMED_DEFINITIONS, TRIAL_DEFINITIONS, Outcome
from ivigsim.report import comparison
from ivigsim.report.table import footnotes, nearness_notes
from ivigsim.run import simulate_chunks
from ivigsim.web.curves import Curves
from ivigsim.web.jobs import Task
from ivigsim.web.models import CurvesPart
from ivigsim.web.notes import noted
from ivigsim.web.page.kept import Kept, key_of
from ivigsim.web.page.state import State
from ivigsim.web.work import CHUNK

if TYPE_CHECKING:
    from collections.abc import Generator

SHARES = tuple(definition.id for definition in (*TRIAL_DEFINITIONS, *CONFIRMED_DEFINITIONS))
"""Outcomes that a patient reaches or not."""


class Refused(InputError):
    """A regimen that cannot be given.

    Attributes
    ----------
    letter : str
    """

    def __init__(self, letter: str, sentence: str) -> None:
        super().__init__(sentence)
        self.letter = letter


@dataclass(frozen=True)
class DoseMark:
    """A course on the time axis: what is given, and when (d)."""

    drug: str
    text: str
    times_d: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class ArmResult:
    """What came out of one regimen.

    Attributes
    ----------
    regimen : str
    outcomes : tuple of Outcome
    published : tuple of Row
        Results published for this regimen.
    nearness : Nearness
    curves : CurvesPart
        Percentiles by day of all outputs, and the shares that reach a count.
    reached : dict of str to ndarray
        Outcome -> whether each patient reached it, NaN where that is unknown.
    failures : dict of int to str
    doses : tuple of DoseMark
    remarks, notes : tuple of str
        How to read the numbers; what cannot act.
    seconds : float
    """

    regimen: str
    outcomes: tuple[Outcome, ...]
    published: tuple[Row, ...]
    nearness: Nearness
    curves: CurvesPart
    reached: dict[str, NDArray[np.float64]]
    failures: dict[int, str]
    doses: tuple[DoseMark, ...]
    remarks: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: float

    def outcome(self, id_: str) -> Outcome | None:
        """Return an outcome by its id."""
        return next((each for each in self.outcomes if each.id == id_), None)


_arms: Kept[ArmResult] = Kept()


def arms(state: State, task: Task) -> dict[str, ArmResult]:
    """Simulate the regimens, or take what is kept.

    Parameters
    ----------
    state : State
    task : Task
        Is told of progress, and says when nobody waits any more.

    Returns
    -------
    dict of str to ArmResult
        By letter.

    Raises
    ------
    Refused
        When a regimen cannot be given.
    RunFailed
        When no patient of a regimen finished.

    Examples
    --------
    >>> found = arms(State(b="", patients=20, days=14), Task(1))
    >>> found["A"].regimen, len(found["A"].curves.time_d)
    ('IVIG 1 g/kg daily x2', 15)
    """
    total = state.patients * len(state.phrases)
    found = {}
    for place, letter in enumerate(state.phrases):
        done = place * state.patients
        found[letter] = _arms.get(key_of(state, letter), partial(_simulate, state, letter, task, done, total))
        task.progress(done + state.patients, total)
    return found


def request_of(state: State, letter: str) -> comparison.Request:
    """Return the request of one regimen."""
    return comparison.Request(
        treatments=(state.treatment(letter),),
        population=state.population,
        patients=state.patients,
        seed=state.seed,
        days=state.days,
        covariates=state.covariates,
        switches=state.switches,
        allow_extreme=state.extreme,
        chunk=CHUNK,
    )


def _simulate(state: State, letter: str, task: Task, done: int, total: int) -> ArmResult:
    began = perf_counter()
    request = request_of(state, letter)
    treatment = state.treatment(letter)
    daily = check_grid(state.days, None)
    try:
        doses = comparison._doses(treatment, request)
        with noted() as notes:
            run = _chunks(state, treatment, comparison._with_infusion_ends(daily, [doses]), task)
    except InputError as error:
        raise Refused(letter, str(error)) from None
    curves = Curves(daily)
    watched = _watched(run, curves, task, done, total)
    arm = comparison._arm("A", request, treatment, doses, watched, daily, True)
    seconds = perf_counter() - began
    alone = comparison.Comparison(request, (arm,), seconds)
    near = nearness_notes(alone)
    people = arm.people
    assert people is not None
    return ArmResult(
        regimen=arm.regimen,
        outcomes=arm.outcomes,
        published=arm.published,
        nearness=arm.nearness,
        curves=curves.part(arm),
        reached={name: people[name].cast(float).to_numpy() for name in SHARES},
        failures=arm.failures,
        doses=_marks(treatment, state.days),
        remarks=tuple(note for note in footnotes(alone) if note not in near),
        notes=tuple(notes),
        seconds=seconds,
    )


def _chunks(state: State, treatment: Any, grid: NDArray[np.float64], task: Task) -> Iterator[Simulation]:
    return simulate_chunks(
        treatment,
        population=state.population,
        patients=state.patients,
        seed=state.seed,
        times=grid,
        covariates=state.covariates,
        switches=state.switches,
        outputs=tuple(OUTPUTS),
        allow_extreme=state.extreme,
        threads=task.threads,
        chunk=min(CHUNK, -(-state.patients // (8 * task.threads)) * 8),
    )


def _watched(
    run: Iterator[Simulation], curves: Curves, task: Task, done: int, total: int
) -> Iterator[Simulation]:
    """Hand on each chunk, unless nobody waits for it."""
    with closing(cast("Generator[Simulation]", run)):
        for part in run:
            task.check()
            curves.add(part)
            done += len(part)
            task.progress(done, total)
            yield part


def _marks(treatment: Any, days: int) -> tuple[DoseMark, ...]:
    courses = () if treatment is None else treatment.courses
    return tuple(
        DoseMark(course.drug, str(course), tuple(t for t in course.times_d().tolist() if t <= days))
        for course in courses
    )
