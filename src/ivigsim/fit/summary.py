"""The report of a calibration, as Markdown: what was learnt, what stays open, what predicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ivigsim.fit.calibrate import Calibration
from ivigsim.fit.diagnostics import FOLDS, compare_by_trial, directions, learnt, leave_out
from ivigsim.fit.free import load_free
from ivigsim.fit.likelihood import stabilised, stabilised_data
from ivigsim.fit.posterior import tau_of

UNKNOWN_SD = 0.9
"""A parameter or direction with a posterior SD above this (in prior SDs) is called open."""


def summary(found: Calibration) -> str:
    """Return the report.

    Parameters
    ----------
    found : Calibration
    """
    parts = [_about(found), _learnt(found), _open(found), _left_out(found), _rows(found)]
    return "\n\n".join(parts) + "\n"


def _about(found: Calibration) -> str:
    s, tau = found.settings, tau_of(found.posterior.points)
    low, middle, high = np.quantile(tau, [0.05, 0.5, 0.95])
    score = found.posterior.log_likelihood
    fitted, held = score[:, found.fitted], score[:, ~found.fitted]
    changed = ", ".join(f"{name} = {value:g}" for name, value in s.changes) or "none"
    elpd, se, k = compare_by_trial(found)
    doubt = " (above 0.7 it cannot be trusted; see the folds below)" if k > 0.7 else ""
    emulator, chains = found.emulator, found.chains
    return f"""# Calibration

{fitted.shape[1]} rows fitted, {held.shape[1]} held out; {len(load_free())} free parameters;
{s.members} members, {s.steps} steps, {s.patients} virtual patients per arm, {s.rounds} rounds of
{s.draws} draws, seed {s.seed}. Held at other values: {changed}.

- between-trial SD: {middle:.3f} ({low:.3f}-{high:.3f}) of the SD between patients
- mean log-likelihood of the draws, fitted rows: {fitted.sum(axis=1).mean():.1f}
- predictive log score of the held-out rows: {_predictive(held):.1f}
- PSIS-LOO by trial: {elpd:.1f} (SE {se:.1f}), worst Pareto k {k:.2f}{doubt}
- emulator: explains {np.median(emulator.explained):.0%} of the variance of the median row; on new points
  off by {found.posterior.surprise:.2f} times the error it states
- chains: acceptance {chains.acceptance:.2f}, longest autocorrelation {chains.autocorrelation:.0f} of
  {chains.points.shape[1]} draws"""


def _predictive(scores: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> float:
    """Log of the mean likelihood over draws, row by row, added up."""
    top = scores.max(axis=0)
    return float((np.log(np.exp(scores - top).mean(axis=0)) + top).sum())


def _learnt(found: Calibration) -> str:
    rows = [
        (
            each.id,
            f"{each.median:.4g}",
            f"{each.low:.4g} to {each.high:.4g}",
            f"{each.mean:+.2f}",
            f"{each.sd:.2f}",
            "open" if each.sd > UNKNOWN_SD else "",
            f"{each.r_hat:.2f}",
            f"{each.effective:.0f}",
        )
        for each in learnt(found)
    ]
    head = (
        "parameter",
        "median",
        "90% interval",
        "mean, prior SDs",
        "SD, prior SDs",
        "",
        "R-hat",
        "effective draws",
    )
    return "## What was learnt\n\n" + _table(head, rows)


def _open(found: Calibration) -> str:
    every = directions(found)
    shown = [*every[:6], *every[-4:]]
    rows = [
        (f"{each.sd:.2f}", ", ".join(f"{weight:+.2f} {name}" for name, weight in each.weights))
        for each in shown
    ]
    still = sum(each.sd > UNKNOWN_SD for each in every)
    text = (
        f"{still} of {len(every)} directions keep more than {UNKNOWN_SD:g} of their prior SD."
        " The six least known and the four best known:"
    )
    table = _table(("SD, prior SDs", "direction"), rows)
    return f"## What the evidence does not fix\n\n{text}\n\n{table}"


def _left_out(found: Calibration) -> str:
    out = leave_out(found)
    outside = [name for name, hit in zip(out.ids, out.inside, strict=True) if not hit]
    return (
        f"## Trials left out\n\n{FOLDS} folds over trials, on the emulator: {out.inside.mean():.0%} of"
        f" {len(out.ids)} rows inside their 90% prediction interval, log score"
        f" {out.log_score.sum():.1f}. Outside: {', '.join(outside) or 'none'}."
    )


def _rows(found: Calibration) -> str:
    shown = found.posterior.shown
    data, noise = stabilised_data(found.rows, np.nanmedian(shown[..., 1], axis=0))
    z = (np.nanmedian(stabilised(found.rows, shown[..., 0]), axis=0) - data) / noise
    rows = [
        (row.id, row.trial, "fit" if use else "hold out", _value(row.form, row.value, row.n),
         _value(row.form, float(np.median(shown[:, i, 0])) * row.n, row.n)
         if row.form == "binomial" else f"{np.median(shown[:, i, 0]):.3g}", f"{z[i]:+.1f}")
        for i, (row, use) in enumerate(zip(found.rows, found.fitted, strict=True))
    ]  # fmt: skip
    head = ("row", "trial", "use", "observed", "simulated", "SEs away")
    return "## Rows\n\nShares of patients counted, or numbers; SEs are those of chance alone.\n\n" + _table(
        head, rows
    )


def _value(form: str, value: float, n: float) -> str:
    return f"{value / n:.2f}" if form == "binomial" else f"{value:.3g}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
