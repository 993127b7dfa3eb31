"""Calibrate the populations: prior, published rows, posterior sample, diagnostics; resumes after a kill."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ivigsim.errors import InputError
from ivigsim.evidence.rows import Row, load_rows
from ivigsim.fit.emulator import Emulator, fit_emulator
from ivigsim.fit.forward import Question, answers
from ivigsim.fit.free import load_free
from ivigsim.fit.likelihood import Observed, observed
from ivigsim.fit.posterior import Chains, Sample, sample_chains, verified
from ivigsim.fit.smoother import Step, smooth

Floats = NDArray[np.float64]

_LEARNT_STEPS = 3  # the emulator learns from the last ensembles: earlier ones lie far from the posterior


@dataclass(frozen=True)
class Settings:
    """What decides the result of a calibration, together with the model and the evidence.

    Attributes
    ----------
    members : int
        Points in the ensemble.
    steps : int
        Steps from prior to posterior.
    patients : int
        Virtual patients per arm.
    draws : int
        Posterior points that are simulated in full, in each round.
    rounds : int
        Rounds in which the emulator learns from the posterior points of the round before.
    chain : int
        Draws kept per walker.
    seed : int
    changes : tuple of (str, float)
        Switches and parameters held at another value, for an alternative of the model.
    """

    members: int = 128
    steps: int = 5
    patients: int = 300
    draws: int = 100
    rounds: int = 3
    chain: int = 4000
    seed: int = 1
    changes: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Calibration:
    """A finished calibration.

    Attributes
    ----------
    settings : Settings
    rows : list of Observed
    fitted : ndarray of bool, shape (rows,)
        Rows that were fitted; the others were held out.
    steps : list of Step
    emulator : Emulator
    chains : Chains
    posterior : Sample
        Points of the last round.
    """

    settings: Settings
    rows: list[Observed]
    fitted: NDArray[np.bool_]
    steps: list[Step]
    emulator: Emulator
    chains: Chains
    posterior: Sample


def calibrate(
    folder: Path,
    settings: Settings | None = None,
    *,
    rows: tuple[Row, ...] | None = None,
    workers: int | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> Calibration:
    """Estimate the free parameters from the rows marked for fitting; held-out rows are never fitted.

    Parameters
    ----------
    folder : Path
        Where everything is stored; a calibration of the same settings goes on there.
    settings : Settings, optional
    rows : tuple of Row, optional
        Default: all rows to fit or held out.
    workers : int, optional
        Processes; default: one per processor.
    report : callable, optional
        Takes a line about each stage.

    Returns
    -------
    Calibration

    Raises
    ------
    InputError
        When the folder holds a calibration with other settings, model or evidence.
    """
    settings = settings or Settings()
    rows = rows or tuple(row for row in load_rows() if row.use in ("fit", "hold out"))
    data = [observed(row) for row in rows]
    fitted = np.array([row.use == "fit" for row in rows])
    question = Question(tuple(row.id for row in rows), settings.patients, settings.seed, settings.changes)
    _claim(folder, settings, question)

    def show(points: Floats) -> Floats:
        return np.stack(list(answers(question, list(points), workers)))

    used = [row for row, use in zip(data, fitted, strict=True) if use]

    def told(number: int, step: Step) -> None:
        report(f"step {number} of {settings.steps}: {_misfit(used, step.shown[:, fitted])}")

    steps = _smooth_fitted(used, fitted, show, settings, folder, told)
    known = [(step.points, step.shown) for step in steps[-_LEARNT_STEPS:]]
    walkers = max(2 * len(load_free()) + 4, settings.members)
    start = _starts(steps[-1].points, walkers, settings.seed)
    for number in range(settings.rounds):
        learnt = np.concatenate([x for x, _ in known]), np.concatenate([y for _, y in known])
        emulator = fit_emulator(*learnt, data)
        chains = sample_chains(emulator, start, fitted, draws=settings.chain, seed=settings.seed + number)
        points, shown = _simulated(chains, show, settings, folder / f"round-{number}.npz")
        posterior = verified(emulator, points, shown, data)
        report(
            f"round {number + 1} of {settings.rounds}: autocorrelation {chains.autocorrelation:.0f} draws,"
            f" emulator off by {posterior.surprise:.2f} of its own error,"
            f" mean log-likelihood {posterior.log_likelihood[:, fitted].sum(axis=1).mean():.1f}"
        )
        known.append((points[:, :-1], shown))
    return Calibration(settings, data, fitted, steps, emulator, chains, posterior)


def _smooth_fitted(
    used: list[Observed],
    fitted: NDArray[np.bool_],
    show: Callable[[Floats], Floats],
    settings: Settings,
    folder: Path,
    told: Callable[[int, Step], None],
) -> list[Step]:
    """Run the smoother: it sees fitted rows only, but what held-out rows show is stored beside them."""
    return smooth(
        used,
        show,
        fitted=fitted,
        parameters=len(load_free()),
        members=settings.members,
        steps=settings.steps,
        seed=settings.seed,
        folder=folder,
        report=told,
    )


def _starts(points: Floats, walkers: int, seed: int) -> Floats:
    """Start walkers from the ensemble, a little apart, the between-trial SD from its prior."""
    rng = np.random.default_rng([seed, 1])
    chosen = points[np.arange(walkers) % len(points)]
    near = chosen + 0.05 * rng.standard_normal(chosen.shape)
    return np.concatenate([near, rng.standard_normal((walkers, 1))], axis=1)


def _simulated(
    chains: Chains, show: Callable[[Floats], Floats], settings: Settings, path: Path
) -> tuple[Floats, Floats]:
    """Simulate points of the chains in full, once."""
    if path.exists():
        with np.load(path) as stored:
            return stored["points"], stored["shown"]
    every = chains.points.reshape(-1, chains.points.shape[-1])
    rng = np.random.default_rng([settings.seed, 2])
    points = every[rng.choice(len(every), settings.draws, replace=False)]
    shown = show(points[:, :-1])
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, points=points, shown=shown)
    partial.replace(path)
    return points, shown


def _misfit(rows: list[Observed], shown: Floats) -> str:
    from ivigsim.fit.likelihood import stabilised, stabilised_data

    data, noise = stabilised_data(rows, np.nanmedian(shown[..., 1], axis=0))
    z = (stabilised(rows, shown[..., 0]) - data) / noise
    middle = np.nanmedian(z, axis=0)
    off = np.abs(middle)
    return f"median row {np.nanmedian(off):.2f} SE away, {np.mean(off > 2):.0%} beyond 2 SE"


def fingerprint(settings: Settings, question: Question) -> str:
    """Return a hash of all that decides the result: settings, model, priors and evidence."""
    from importlib.resources import files

    digest = hashlib.sha256(json.dumps([asdict(settings), question.rows], sort_keys=True).encode())
    for package, names in (
        ("ivigsim.model", ("ivig_itp.ant", "parameters.tsv")),
        ("ivigsim.fit", ("free.tsv",)),
        ("ivigsim.evidence", ("results.tsv",)),
    ):
        for name in names:
            digest.update(files(package).joinpath(name).read_bytes())
    return digest.hexdigest()


def _claim(folder: Path, settings: Settings, question: Question) -> None:
    """Take an empty folder, or go on with the same calibration; never mix two."""
    mark = folder / "calibration.json"
    now = fingerprint(settings, question)
    if mark.exists():
        before = json.loads(mark.read_text())["fingerprint"]
        if before != now:
            raise InputError(
                f"folder {str(folder)!r} holds a calibration of other settings or evidence; accepted:"
                " the same ones, to go on, or an empty folder"
            )
        return
    if folder.exists() and any(folder.iterdir()):
        raise InputError(
            f"folder {str(folder)!r} is not empty; accepted: an empty folder, or a calibration's own"
        )
    folder.mkdir(parents=True, exist_ok=True)
    mark.write_text(json.dumps({"fingerprint": now, "settings": asdict(settings)}, indent=2) + "\n")
