"""The game that mechanisms play: platelets with some of them on and the others off, for the same patients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivigsim.engine.integrator import Integrator
from ivigsim.mechanisms.shapley import Booleans, Floats, Split, exact, sampled
from ivigsim.patients import random
from ivigsim.request import Run

_EVERY_PATIENT_COUNTS = 300  # a bar from so many patients on: each is simulated tens of times


@dataclass(frozen=True, eq=False)
class Part:
    """The split of some patients.

    Attributes
    ----------
    start, count : int
        Number of the first, and how many.
    split : Split
        Of their platelets (1e9/L), shapes (mechanisms, count, T) and (count, T); NaN for a failed patient.
    failures : dict of int to str
        Number of a failed patient -> reason.
    """

    start: int
    count: int
    split: Split
    failures: dict[int, str]


def play(run: Run, mechanisms: tuple[str, ...], pairs: int) -> Iterator[Part]:
    """Split the platelets of all patients, chunk after chunk over threads, a few ahead of the reader.

    Parameters
    ----------
    run : Run
        A checked request whose only output is platelets.
    mechanisms : tuple of str
    pairs : int
        Pairs of orders to sample; 0 goes through all subsets.
    """

    def part(integrator: Integrator, start: int, count: int) -> Part:
        return _part(run, integrator, mechanisms, pairs, start, count)

    label = f"{run.regimen}, {runs(len(mechanisms), pairs)} simulations each"
    return run.in_chunks(part, label, _EVERY_PATIENT_COUNTS)


def runs(mechanisms: int, pairs: int) -> int:
    """Return how often each patient is simulated.

    Examples
    --------
    >>> runs(6, 0), runs(10, 8)
    (64, 146)
    """
    return 2 * pairs * (mechanisms - 1) + 2 if pairs else 2**mechanisms


def _part(
    run: Run, integrator: Integrator, mechanisms: tuple[str, ...], pairs: int, start: int, count: int
) -> Part:
    """Draw patients once and play all their games: a switch changes no patient before treatment."""
    people = run.draw(start, count).patients().values
    doses = run.doses(start, count)
    failures: dict[int, str] = {}

    def platelets(on: Booleans) -> Floats:
        turned = np.broadcast_to(on, (count, len(mechanisms))).astype(np.float64)
        values = people | {name: turned[:, i] for i, name in enumerate(mechanisms)}
        found = integrator.solve(values, doses, run.grid, people["immune_loss"])
        for row, reason in found.failures.items():
            failures.setdefault(start + row, reason)
        return found.outputs["platelets"]

    split = (
        sampled(platelets, _ranks(run.seed, mechanisms, pairs, start, count))
        if pairs
        else exact(platelets, len(mechanisms))
    )
    return Part(start, count, split, failures)


def _ranks(seed: int, mechanisms: tuple[str, ...], pairs: int, start: int, count: int) -> NDArray[np.intp]:
    """Draw each patient's own orders, so that their sampling errors are independent and shrink in a mean."""
    keys = [
        [random.uniform(seed, f"order {pair} of {name}", start, count) for name in mechanisms]
        for pair in range(pairs)
    ]
    return np.array(keys).transpose(0, 2, 1).argsort(axis=2).argsort(axis=2)
