"""Patients laid out for the solver: batches of SIMD lanes, and the output grid over each stretch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ivigsim.engine.schedule import SAME_TIME, Schedule

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Number = TypeVar("Number", np.float64, np.intp)


@dataclass(frozen=True)
class Stretch:
    """One stretch of constant input; the first axis is the batch, or has length 1 when all are alike.

    Attributes
    ----------
    times : ndarray, shape (batches, m + 1, lanes)
        Start of the stretch, output times, padding, end of the stretch; increasing.
    places : ndarray of int, shape (batches, m, lanes)
        Where each time but the first goes in the course; its last row takes what nobody asked for.
    rates : ndarray, shape (batches, inputs, lanes)
    boluses : ndarray, shape (batches, inputs, lanes), or None
        Amounts at the start of the stretch.
    shared : bool
        Whether all batches and lanes are alike.
    """

    times: Floats
    places: Ints
    rates: Floats
    boluses: Floats | None
    shared: bool

    def keep(self, course: Floats, found: Floats, batch: int) -> None:
        """Put what was found, shape (m, states, lanes), in the course, shape (T + 1, states, lanes)."""
        if self.shared:
            course[self.places[0, :, 0]] = found
        else:
            lanes = np.arange(found.shape[2])
            course[self.places[batch], :, lanes] = found.transpose(0, 2, 1)


class Batches:
    """Rows of a schedule in batches of lanes; spare lanes of the last batch repeat its last patient.

    Parameters
    ----------
    schedule : Schedule
    rows : ndarray of int, shape (g,)
        Which rows of the schedule.
    grid : ndarray, shape (T,)
        Output times (d).
    lanes : int
    """

    def __init__(self, schedule: Schedule, rows: Ints, grid: Floats, lanes: int) -> None:
        self.rows = rows
        self.count = -(-len(rows) // lanes)
        self.times = len(grid)
        self.starts_on_grid = bool(grid[0] <= schedule.edges[0, 0] + SAME_TIME)
        self._width = lanes
        self._order = np.minimum(np.arange(self.count * lanes), len(rows) - 1)
        self.stretches = list(self._stretches(schedule, grid))

    def lanes(self, batch: int) -> Ints:
        """Row of the schedule in each lane."""
        here: Ints = self.rows[self._order[batch * self._width : (batch + 1) * self._width]]
        return here

    def split(self, array: NDArray[Number]) -> NDArray[Number]:
        """Turn (k, g) into (batches, k, lanes), each batch in one piece of memory."""
        shaped = array[:, self._order].reshape(len(array), self.count, self._width)
        return np.ascontiguousarray(shaped.transpose(1, 0, 2))

    def join(self, array: Floats) -> Floats:
        """Turn (batches, T, k, lanes) into (T, k, g)."""
        times, kinds = array.shape[1:3]
        return array.transpose(1, 2, 0, 3).reshape(times, kinds, -1)[:, :, : len(self.rows)]

    def _stretches(self, schedule: Schedule, grid: Floats) -> Iterator[Stretch]:
        shared = len(schedule.edges) == 1

        def laid(array: NDArray[Number]) -> NDArray[Number]:
            """Turn (rows, m) into (batches, m, lanes); one batch when every patient has the same doses."""
            if shared:
                return np.repeat(array[0][None, :, None], self._width, axis=2)
            return self.split(array[self.rows].T)

        for s in range(schedule.edges.shape[1] - 1):
            times, places = _stretch_grid(schedule.edges[:, s], schedule.edges[:, s + 1], grid)
            boluses = schedule.boluses[:, s]
            yield Stretch(
                times=laid(times),
                places=laid(places),
                rates=laid(schedule.rates[:, s]),
                boluses=laid(boluses) if boluses.any() else None,
                shared=shared,
            )


def _stretch_grid(start: Floats, end: Floats, grid: Floats) -> tuple[Floats, Ints]:
    """Output times inside one stretch of each patient, padded so that every patient has as many.

    Returns
    -------
    times : ndarray, shape (g, m + 1)
    places : ndarray of int, shape (g, m)
        Index into the grid; its length for padding and for an end nobody asked for.
    """
    count = len(grid)
    first = np.searchsorted(grid, start + SAME_TIME, side="right")
    after = np.searchsorted(grid, end - SAME_TIME, side="left")
    index = first[:, None] + np.arange(int((after - first).max()))
    real = index < after[:, None]
    last = np.where(after > first, grid[np.maximum(after - 1, 0)], start)
    # padding splits what is left of the stretch evenly; the solver's steps do not depend on it
    step = np.where(real, 0, np.cumsum(~real, axis=1)) / ((~real).sum(axis=1, keepdims=True) + 1)
    times = np.where(real, grid[np.minimum(index, count - 1)], last[:, None] + step * (end - last)[:, None])
    at_end = (after < count) & (np.abs(grid[np.minimum(after, count - 1)] - end) <= SAME_TIME)
    places = np.hstack([np.where(real, index, count), np.where(at_end, after, count)[:, None]])
    return np.hstack([start[:, None], times, end[:, None]]), places
