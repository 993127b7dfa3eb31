"""The posterior sample that comes with ivigsim: how sure the evidence makes the population parameters."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from ivigsim.fit.free import Free, load_free
from ivigsim.fit.posterior import tau_of

Floats = NDArray[np.float64]

TAU = "between_trials"
"""Name of the last column: the between-trial SD."""


@dataclass(frozen=True)
class Posterior:
    """Draws of the population parameters.

    Attributes
    ----------
    ids : tuple of str
        The free parameters, in the order of `free.tsv`.
    points : ndarray, shape (draws, parameters + 1)
        Prior SDs from the prior median; the last coordinate is that of the between-trial SD.
    """

    ids: tuple[str, ...]
    points: Floats

    @property
    def tau(self) -> Floats:
        """Between-trial SD in units of the SD between patients, shape (draws,)."""
        return tau_of(self.points)

    @property
    def middle(self) -> Floats:
        """Mean of the draws, shape (parameters,): the committed parameters."""
        centre: Floats = self.points[:, :-1].mean(axis=0)
        return centre

    def values(self) -> dict[str, Floats]:
        """Return draws of every free parameter in its unit, by id, each (draws, parameters it moves)."""
        known = load_free()
        return {
            free.id: np.array([free.values(float(x)) for x in self.points[:, i]])
            for i, free in enumerate(known)
        }


@cache
def load_posterior() -> Posterior:
    """Read `posterior.tsv`.

    Examples
    --------
    >>> load_posterior().points.shape[1] == len(load_free()) + 1
    True
    """
    return read_posterior(
        files(__package__).joinpath("posterior.tsv").read_text(encoding="utf-8"), load_free()
    )


def read_posterior(text: str, free: tuple[Free, ...]) -> Posterior:
    """Read draws from text: one column per free parameter and one for the between-trial SD.

    Raises
    ------
    ValueError
        When the columns are not those of the free parameters.
    """
    table = csv.reader(text.splitlines(), delimiter="\t")
    head = tuple(next(table))
    wanted = (*(each.id for each in free), TAU)
    if head != wanted:
        raise ValueError(f"posterior.tsv has the columns {', '.join(head)}; needed: {', '.join(wanted)}")
    return Posterior(head[:-1], np.array([[float(cell) for cell in row] for row in table]))


def write_posterior(posterior: Posterior) -> str:
    """Return the text that `read_posterior` reads; four decimals of a prior SD are plenty."""
    lines = ["\t".join((*posterior.ids, TAU))]
    lines += ["\t".join(f"{x:.4f}" for x in row) for row in posterior.points]
    return "\n".join(lines) + "\n"
