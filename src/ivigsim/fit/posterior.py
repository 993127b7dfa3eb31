"""Sample the posterior: Markov chains on the emulator, then its points simulated in full."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivigsim.fit.emulator import Emulator
from ivigsim.fit.likelihood import SCALES, Observed, log_likelihood, log_mean, stabilised, stabilised_data

Floats = NDArray[np.float64]

TAU_PRIOR = (0.1, 0.7)
"""Prior of the between-trial SD: median, and SD of its logarithm (assumed: as much as 100 patients)."""


@dataclass(frozen=True)
class Chains:
    """Markov chains on the emulator.

    Attributes
    ----------
    points : ndarray, shape (chains, draws, parameters + 1)
    acceptance : float
    autocorrelation : float
        Longest time over parameters, in draws.
    """

    points: Floats
    acceptance: float
    autocorrelation: float


def tau_of(points: Floats) -> Floats:
    """Return the between-trial SD at points of a chain: their last coordinate, in prior SDs.

    Examples
    --------
    >>> tau_of(np.array([[0.0, 0.0]])).tolist()
    [0.1]
    """
    median, sd = TAU_PRIOR
    found: Floats = median * np.exp(sd * points[..., -1])
    return found


def emulated_log_likelihood(emulator: Emulator, points: Floats, use: NDArray[np.bool_]) -> Floats:
    """Return the log-likelihood of the rows in use at points (n, parameters + 1), shape (n,).

    Normal on the stabilised scale; chance, differences between trials and the emulator's own error add up.
    """
    seen = emulator(points[:, :-1])
    tau = tau_of(points)[:, None]
    data, noise = stabilised_data(emulator.rows, emulator.spread)
    known = noise[use] ** 2 + emulator.error[use] ** 2
    square = (data - seen)[:, use] ** 2
    mixture = []
    for scale in SCALES:
        variance = known + (tau * scale * emulator.unit[use]) ** 2
        mixture.append(-0.5 * (square / variance + np.log(variance)))
    found: Floats = log_mean(np.stack(mixture)).sum(axis=1)
    return found


def sample_chains(
    emulator: Emulator,
    start: Floats,
    use: NDArray[np.bool_],
    *,
    draws: int,
    seed: int,
) -> Chains:
    """Sample prior times emulated likelihood with emcee's ensemble of walkers.

    Parameters
    ----------
    emulator : Emulator
    start : ndarray, shape (walkers, parameters + 1)
        One start per walker, more than twice as many as coordinates.
    use : ndarray of bool, shape (rows,)
        Rows that count; the others are left out.
    draws : int
        Kept per walker, after as many were thrown away.
    seed : int
    """
    import emcee

    def log_density(points: Floats) -> Floats:
        inside = np.abs(points).max(axis=1) < 5.0  # the emulator knows nothing further out
        density = -0.5 * (points**2).sum(axis=1) + emulated_log_likelihood(emulator, points, use)
        return np.where(inside, density, -np.inf)

    walkers, parameters = start.shape
    moves = [(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)]
    sampler = emcee.EnsembleSampler(walkers, parameters, log_density, vectorize=True, moves=moves)
    # this generator of old style is the only one emcee takes
    sampler.random_state = np.random.RandomState(seed).get_state()
    state = sampler.run_mcmc(np.clip(start, -4.5, 4.5), draws, progress=False)
    sampler.reset()
    sampler.run_mcmc(state, draws, progress=False)
    times = sampler.get_autocorr_time(quiet=True, tol=0)
    return Chains(
        np.swapaxes(sampler.get_chain(), 0, 1),
        float(sampler.acceptance_fraction.mean()),
        float(np.max(times)),
    )


@dataclass(frozen=True)
class Sample:
    """Points of the posterior that were simulated in full.

    Attributes
    ----------
    points : ndarray, shape (n, parameters + 1)
        The last coordinate is that of the between-trial SD, see `tau_of`.
    shown : ndarray, shape (n, rows, 2)
        What they show.
    log_likelihood : ndarray, shape (n, rows)
    surprise : float
        Root mean square of simulated less emulated centres, in units of the emulator's own error: near 1 when
        the emulator knows what it does not know.
    """

    points: Floats
    shown: Floats
    log_likelihood: Floats
    surprise: float


def verified(emulator: Emulator, points: Floats, shown: Floats, rows: list[Observed]) -> Sample:
    """Compare points simulated in full with what the emulator said of them."""
    found = log_likelihood(rows, shown[..., 0], shown[..., 1], tau_of(points))
    gap = (stabilised(rows, shown[..., 0]) - emulator(points[:, :-1])) / emulator.error
    return Sample(points, shown, found, float(np.sqrt(np.nanmean(gap**2))))
