"""What a calibration knows and does not: convergence, identifiability, and prediction of trials left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivigsim.fit.calibrate import Calibration
from ivigsim.fit.emulator import Emulator
from ivigsim.fit.free import load_free
from ivigsim.fit.likelihood import SCALES, stabilised_data
from ivigsim.fit.posterior import sample_chains, tau_of

Floats = NDArray[np.float64]

FOLDS = 10
_INSIDE = 0.90


@dataclass(frozen=True)
class Learnt:
    """How much the evidence says of one free parameter.

    Attributes
    ----------
    id : str
    mean, sd : float
        Of the posterior, in prior SDs from the prior median; an SD of 1 means that nothing was learnt.
    low, median, high : float
        5, 50 and 95% quantiles of the first parameter it moves, in its unit.
    r_hat, effective : float
        Convergence of the chains: near 1, and draws worth as many independent ones.
    """

    id: str
    mean: float
    sd: float
    low: float
    median: float
    high: float
    r_hat: float
    effective: float


@dataclass(frozen=True)
class Direction:
    """A combination of parameters on the posterior.

    Attributes
    ----------
    sd : float
        In prior SDs: near 1 is not fixed by the evidence, near 0 is.
    weights : tuple of (str, float)
        Its largest components, the largest first.
    """

    sd: float
    weights: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class LeftOut:
    """Fitted rows predicted by a calibration that has not seen their trial.

    Attributes
    ----------
    ids : tuple of str
    inside : ndarray of bool, shape (rows,)
        Inside the 90% prediction interval.
    log_score : ndarray, shape (rows,)
        Log predictive density on the stabilised scale.
    """

    ids: tuple[str, ...]
    inside: NDArray[np.bool_]
    log_score: Floats


def learnt(found: Calibration) -> list[Learnt]:
    """Say what was learnt of each free parameter, by ArviZ."""
    import arviz as az

    chains = found.chains.points[..., :-1]
    data = az.convert_to_dataset({"x": chains})
    r_hat, effective = az.rhat(data)["x"].values, az.ess(data)["x"].values
    flat = chains.reshape(-1, chains.shape[-1])
    result = []
    for i, free in enumerate(load_free()):
        low, median, high = (free.values(float(q))[0] for q in np.percentile(flat[:, i], [5, 50, 95]))
        mean, sd = float(flat[:, i].mean()), float(flat[:, i].std())
        result.append(Learnt(free.id, mean, sd, low, median, high, float(r_hat[i]), float(effective[i])))
    return result


def directions(found: Calibration, most: int = 4) -> list[Direction]:
    """Return the principal directions of the posterior, the least known first.

    Parameters
    ----------
    found : Calibration
    most : int
        Components to name.
    """
    flat = found.chains.points[..., :-1].reshape(-1, found.chains.points.shape[-1] - 1)
    variance, vectors = np.linalg.eigh(np.cov(flat.T))
    ids = [free.id for free in load_free()]
    result = []
    for k in np.argsort(-variance):
        vector = vectors[:, k] * np.sign(vectors[np.abs(vectors[:, k]).argmax(), k])
        top = np.argsort(-np.abs(vector))[:most]
        result.append(Direction(float(np.sqrt(variance[k])), tuple((ids[i], float(vector[i])) for i in top)))
    return result


def leave_out(found: Calibration, folds: int = FOLDS) -> LeftOut:
    """Calibrate anew without a tenth of the fitted trials at a time, on the emulator, and predict them.

    Trials go to folds in turn, by first row, so that no trial is split.
    """
    trials = list(dict.fromkeys(row.trial for row, use in zip(found.rows, found.fitted, strict=True) if use))
    fold_of = {trial: i % folds for i, trial in enumerate(trials)}
    start = found.chains.points[:, -1]
    ids: list[str] = []
    inside, scores = [], []
    for fold in range(min(folds, len(trials))):
        out = np.array(
            [use and fold_of[row.trial] == fold for row, use in zip(found.rows, found.fitted, strict=True)]
        )
        chains = sample_chains(
            found.emulator,
            start,
            found.fitted & ~out,
            draws=found.settings.chain // 4,
            seed=found.settings.seed + 100 + fold,
        )
        points = chains.points.reshape(-1, chains.points.shape[-1])[:: max(1, chains.points.shape[1] // 20)]
        hit, score = _predicted(found.emulator, points, out, found.settings.seed + fold)
        ids += [row.id for row, left in zip(found.rows, out, strict=True) if left]
        inside.append(hit)
        scores.append(score)
    return LeftOut(tuple(ids), np.concatenate(inside), np.concatenate(scores))


def _predicted(
    emulator: Emulator, points: Floats, out: NDArray[np.bool_], seed: int
) -> tuple[NDArray[np.bool_], Floats]:
    """Predict rows from points that have not seen them: inside the 90% interval, and log density."""
    data, noise = stabilised_data(emulator.rows, emulator.spread)
    seen = emulator(points[:, :-1])[:, out]
    scale = np.resize(SCALES, len(points))[:, None]  # each point one of the normals that make up Student's t
    between = tau_of(points)[:, None] * scale * emulator.unit
    sd = np.sqrt(noise**2 + between**2 + emulator.error**2)[:, out]
    trials = seen + sd * np.random.default_rng(seed).standard_normal(seen.shape)
    tail = (1.0 - _INSIDE) / 2.0
    low, high = np.quantile(trials, [tail, 1.0 - tail], axis=0)
    density = np.exp(-0.5 * ((data[out] - seen) / sd) ** 2) / (sd * np.sqrt(2 * np.pi))
    return (low <= data[out]) & (data[out] <= high), np.log(density.mean(axis=0))


def compare_by_trial(found: Calibration) -> tuple[float, float, float]:
    """Return the log predictive density of trials left out in turn, by PSIS, its SE and the worst Pareto k.

    Parameters
    ----------
    found : Calibration

    Returns
    -------
    elpd, se, k : float
        A k above 0.7 means that leaving out some trial changes the posterior more than weights can follow.
    """
    import arviz as az

    trials = list(dict.fromkeys(row.trial for row, use in zip(found.rows, found.fitted, strict=True) if use))
    each = np.stack(
        [
            found.posterior.log_likelihood[
                :, [row.trial == trial and use for row, use in zip(found.rows, found.fitted, strict=True)]
            ].sum(axis=1)
            for trial in trials
        ],
        axis=-1,
    )
    weights, k = az.psislw(-each.T)
    weights = np.asarray(weights)
    scores = np.log(np.exp(weights + each.T - each.T.max(axis=1, keepdims=True)).sum(axis=1))
    scores = scores - np.log(np.exp(weights).sum(axis=1)) + each.T.max(axis=1)
    return float(scores.sum()), float(np.sqrt(len(trials) * scores.var())), float(np.max(k))
