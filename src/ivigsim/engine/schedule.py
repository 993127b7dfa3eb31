"""From doses to stretches of constant input: exact edges, rates between them, boluses on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

SAME_TIME = 1e-9
"""Edges closer than this (d, about 0.1 ms) are one edge; a shorter infusion is a bolus. No amount is lost."""


@dataclass(frozen=True)
class Doses:
    """Single doses; `r` rows are patients, or one row for all alike; `k` columns, padded with amount 0.

    Attributes
    ----------
    target : ndarray of int, shape (r, k)
        Index of the dose input.
    time, amount, duration : ndarray, shape (r, k)
        d, amount of the input (mg/kg for IVIG), d; duration 0 is a bolus.
    inputs : tuple of str
        The dose inputs that `target` counts.
    """

    target: Ints
    time: Floats
    amount: Floats
    duration: Floats
    inputs: tuple[str, ...]

    def rows(self, rows: slice | Ints) -> Doses:
        """Return the doses of some patients, in this order; one row for all alike is everyone's."""
        if len(self.time) == 1:
            return self
        return Doses(self.target[rows], self.time[rows], self.amount[rows], self.duration[rows], self.inputs)

    def columns(self, kept: NDArray[np.bool_]) -> Doses:
        """Return some of the columns, shape of `kept` (k,)."""
        arrays = (self.time[:, kept], self.amount[:, kept], self.duration[:, kept])
        return Doses(self.target[:, kept], *arrays, self.inputs)


@dataclass(frozen=True)
class Schedule:
    """Stretches of constant input for patients with the same number of edges.

    Attributes
    ----------
    patients : ndarray of int, shape (g,)
        Which patients; with one row of edges, the row is that of all of them.
    edges : ndarray, shape (g, s + 1)
        Times (d), from the start to the end of the run.
    rates : ndarray, shape (g, s, inputs)
        Input rate (amount per d) in each stretch.
    boluses : ndarray, shape (g, s, inputs)
        Amount given at the start of each stretch.
    """

    patients: Ints
    edges: Floats
    rates: Floats
    boluses: Floats


def schedules(doses: Doses | None, patients: int, end: float, begin: float = 0.0) -> Iterator[Schedule]:
    """Group patients by their number of edges, so that a lane's steps depend on its patient alone.

    Parameters
    ----------
    doses : Doses or None
        None or no dose before `end` is an untreated course.
    patients : int
    end : float
        Last time of the run (d); what comes later is left out, an infusion across it is cut.
    begin : float
        First time of the run (d); what came before is left out, an infusion across it is cut. A bolus at this
        time is given, one at the end is not: runs that follow each other give each dose once.

    Yields
    ------
    Schedule
    """
    if doses is None:
        yield Schedule(
            np.arange(patients), np.array([[begin, end]]), np.zeros((1, 1, 0)), np.zeros((1, 1, 0))
        )
        return
    over = doses.time + doses.duration
    given = (doses.amount > 0) & (doses.time < end - SAME_TIME)
    given &= (doses.time >= begin - SAME_TIME) | (over > begin + SAME_TIME)
    start = np.where(given, np.maximum(doses.time, begin), begin)
    bolus = given & (doses.duration <= SAME_TIME)
    stop = np.where(given & ~bolus, np.minimum(over, end), start)
    rows = len(start)
    ends = np.full((rows, 1), end)
    edges = np.sort(np.hstack([np.full((rows, 1), begin), start, stop, ends]), axis=1)
    # of edges that are one, the first stays; the run's end always stays
    keep = np.hstack([np.full((rows, 1), True), np.diff(edges, axis=1) > SAME_TIME])
    keep &= edges < end - SAME_TIME
    keep[:, -1] = True
    counts = keep.sum(axis=1)
    for count in np.unique(counts):
        rows_here = np.flatnonzero(counts == count)
        kept = edges[rows_here][keep[rows_here]].reshape(len(rows_here), count)
        which = np.arange(patients) if rows == 1 else rows_here
        yield Schedule(which, kept, *_inputs(doses, rows_here, kept, start, stop, bolus, given))


def _inputs(
    doses: Doses,
    rows: Ints,
    edges: Floats,
    start: Floats,
    stop: Floats,
    bolus: NDArray[np.bool_],
    given: NDArray[np.bool_],
) -> tuple[Floats, Floats]:
    """Rates and boluses per stretch; an infusion's amount goes to the stretches between its snapped edges."""
    first = _nearest_edge(edges, start[rows])
    last = _nearest_edge(edges, stop[rows])
    stretch = np.arange(edges.shape[1] - 1)
    widths = np.diff(edges, axis=1)
    shape = (*widths.shape, len(doses.inputs))
    rates, boluses = np.zeros(shape), np.zeros(shape)
    here = np.arange(len(rows))
    for k in range(doses.time.shape[1]):
        amount, target = doses.amount[rows, k], doses.target[rows, k]
        inside = (stretch >= first[:, k, None]) & (stretch < last[:, k, None])
        seconds = (inside * widths).sum(axis=1)
        infused = given[rows, k] & ~bolus[rows, k] & (seconds > 0)
        # an infusion cut by the run's begin or end keeps its rate, a whole one its amount
        run = stop[rows, k] - start[rows, k]
        cut = given[rows, k] & ~bolus[rows, k]
        amount = amount * np.divide(run, doses.duration[rows, k], out=np.ones(len(rows)), where=cut)
        rate = np.divide(amount, seconds, out=np.zeros(len(rows)), where=infused)
        rates[here[:, None], stretch[None, :], target[:, None]] += rate[:, None] * inside
        at_once = given[rows, k] & ~infused
        np.add.at(
            boluses,
            (here[at_once], np.minimum(first[at_once, k], len(stretch) - 1), target[at_once]),
            amount[at_once],
        )
    return rates, boluses


def _nearest_edge(edges: Floats, times: Floats) -> Ints:
    """Place of each time among the edges of its row; dose by dose, so that memory stays small."""
    return np.stack([np.abs(edges - times[:, [k]]).argmin(axis=1) for k in range(times.shape[1])], axis=1)
