"""Move an ensemble from the prior to the posterior: ES-MDA, an ensemble smoother in several steps.

Emerick & Reynolds 2013; the update is that of the `iterative_ensemble_smoother` library. Each step is stored
before the next begins, so a killed calibration goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ivigsim.fit.likelihood import Observed, stabilised, stabilised_data
from ivigsim.fit.posterior import TAU_PRIOR

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """One ensemble and what it shows.

    Attributes
    ----------
    points : ndarray, shape (members, parameters)
        Prior SDs from the prior median.
    shown : ndarray, shape (members, rows, 2)
        Centre and spread of every row.
    """

    points: Floats
    shown: Floats


def prior_ensemble(members: int, parameters: int, seed: int) -> Floats:
    """Draw the first ensemble, standard normal, shape (members, parameters)."""
    return np.random.default_rng([seed, 0]).standard_normal((members, parameters))


def next_ensemble(
    step: Step, rows: list[Observed], fitted: NDArray[np.bool_], inflation: float, seed: int
) -> Floats:
    """Move every member towards the published rows.

    Parameters
    ----------
    step : Step
    rows : list of Observed
        The fitted ones.
    fitted : ndarray of bool
        Their places among all rows that the step shows.
    inflation : float
        Factor on the variance of the noise; over all steps the reciprocals add up to 1.
    seed : int

    Returns
    -------
    ndarray, shape (members, parameters)
    """
    from iterative_ensemble_smoother import ESMDA

    centre, spread = step.shown[:, fitted, 0], step.shown[:, fitted, 1]
    known = np.isfinite(centre).all(axis=0)
    data, noise = stabilised_data(rows, np.nanmedian(spread, axis=0), TAU_PRIOR[0])
    seen = stabilised(rows, centre)
    smoother = ESMDA(inflation * noise[known] ** 2, data[known], alpha=1, seed=seed)
    smoother.prepare_assimilation(Y=np.ascontiguousarray(seen[:, known].T))
    moved: Floats = smoother.assimilate_batch(X=np.ascontiguousarray(step.points.T))
    return np.ascontiguousarray(moved.T)


def smooth(
    rows: list[Observed],
    show: Callable[[Floats], Floats],
    *,
    fitted: NDArray[np.bool_],
    parameters: int,
    members: int,
    steps: int,
    seed: int,
    folder: Path,
    report: Callable[[int, Step], None] = lambda _, __: None,
) -> list[Step]:
    """Run all steps, or those that are not stored yet.

    Parameters
    ----------
    rows : list of Observed
    show : callable
        Points (members, parameters) -> what they show (members, all rows, 2).
    fitted : ndarray of bool, shape (all rows,)
        Places of `rows` among all rows.
    parameters, members, steps, seed : int
    folder : Path
        Where steps are stored, as `step-0.npz` and so on.
    report : callable, optional
        Called after every step with its number and the step.

    Returns
    -------
    list of Step
        `steps` + 1 of them; the last is the posterior ensemble.
    """
    done: list[Step] = []
    for number in range(steps + 1):
        path = folder / f"step-{number}.npz"
        if path.exists():
            with np.load(path) as stored:
                step = Step(stored["points"], stored["shown"])
        else:
            points = (
                prior_ensemble(members, parameters, seed)
                if number == 0
                else next_ensemble(done[-1], rows, fitted, float(steps), seed + number)
            )
            step = Step(points, show(points))
            partial = path.with_suffix(".partial.npz")
            np.savez(partial, points=step.points, shown=step.shown)
            partial.replace(path)  # whole or not at all
        done.append(step)
        report(number, step)
    return done
