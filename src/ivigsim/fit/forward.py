"""From a point in parameter space to what every row would show, with common random numbers."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from ivigsim.evidence.rows import Row, load_rows
from ivigsim.evidence.trial import plan, row_values, simulate_arm
from ivigsim.fit.free import populations_at
from ivigsim.fit.likelihood import shown
from ivigsim.model.parameters import load_parameters
from ivigsim.model.parameters import switches as default_switches
from ivigsim.patients.population import Population
from ivigsim.patients.spreads import Override

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """What to simulate at a point.

    Attributes
    ----------
    rows : tuple of str
        Ids of the rows.
    patients : int
        Virtual patients per arm.
    seed : int
        The same at every point: common random numbers, so that differences are those of the parameters.
    changes : tuple of (str, float)
        Switches (1 on, 0 off) and parameters held at another value, for alternatives of the model.
    """

    rows: tuple[str, ...]
    patients: int
    seed: int
    changes: tuple[tuple[str, float], ...] = ()


@cache
def _rows(ids: tuple[str, ...]) -> tuple[Row, ...]:
    known = {row.id: row for row in load_rows()}
    return tuple(known[name] for name in ids)


def simulate_rows(question: Question, populations: dict[str, Population]) -> list[tuple[Floats, ...]]:
    """Return the patients' values of every row, each arm simulated once."""
    rows = _rows(question.rows)
    known = default_switches()
    switches = {name: bool(value) for name, value in question.changes if name in known}
    held = {name: value for name, value in question.changes if name not in known}
    populations = {name: _with(population, held) for name, population in populations.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # notes of treatments that cannot act in some patients
        sims = {
            planned.arm: simulate_arm(
                planned, question.patients, question.seed, populations, threads=1, switches=switches
            )
            for planned in plan(rows)
        }
    return [row_values(row, sims) for row in rows]


def _with(population: Population, held: dict[str, float]) -> Population:
    """Hold parameters at a value, without spread."""
    usual = load_parameters()
    fixed = {
        name: Override(value=value, spread=0.0, kind="none", unit=usual[name].unit, source="alternative")
        for name, value in held.items()
    }
    return population.model_copy(update={"parameters": population.parameters | fixed})


def answer(question: Question, x: Floats) -> Floats:
    """Return what every row shows at a point.

    Parameters
    ----------
    question : Question
    x : ndarray, shape (parameters,)
        See `ivigsim.fit.free.populations_at`.

    Returns
    -------
    ndarray, shape (rows, 2)
        Centre and spread, see `ivigsim.fit.likelihood.Shown`.
    """
    values = simulate_rows(question, populations_at(x))
    found = [shown(row, groups) for row, groups in zip(_rows(question.rows), values, strict=True)]
    return np.array([(one.centre, one.spread) for one in found])


def answers(question: Question, points: Sequence[Floats], workers: int | None = None) -> Iterator[Floats]:
    """Answer a question at many points over processes, in their order.

    Parameters
    ----------
    question : Question
    points : sequence of ndarray, each (parameters,)
    workers : int, optional
        Processes; default: one per processor this process may use.
    """
    workers = min(workers or len(os.sched_getaffinity(0)), len(points))
    if workers <= 1:
        yield from (answer(question, x) for x in points)
        return
    # spawned, not forked: compiled code and threads do not survive a fork
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(answer, [question] * len(points), points)
