"""Verdicts on published rows as tables: by group, by row, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ivigsim.evidence.wording import endpoint_text
from ivigsim.fit.validation import Verdict
from ivigsim.report.wording import RESEARCH_ONLY

if TYPE_CHECKING:
    import polars as pl

USES = {"fit": "fitted", "hold out": "held out", "check": "checks"}
READING = (
    "Interval: 90% of simulated trials, with the chance of n patients, draws of the parameters, and"
    " differences between trials; 'alone' is without the last. Error: median distance of simulated median and"
    " published value, for shares in points, else in % of the published value. Checks have a reason not to be"
    " counted (ivigsim evidence ID)."
)


@dataclass(frozen=True)
class Score:
    """How some rows fare.

    Attributes
    ----------
    label : str
    rows, inside, inside_alone : int
        How many, and how many lie inside with and without differences between trials.
    points, percent : float or None
        Median absolute error of shares (points) and of the others (% of the published value).
    log_score : float
        Sum of the log predictive densities.
    """

    label: str
    rows: int
    inside: int
    inside_alone: int
    points: float | None
    percent: float | None
    log_score: float


def score(label: str, verdicts: Sequence[Verdict]) -> Score:
    """Add up verdicts."""
    shares = [abs(v.error) for v in verdicts if v.row.unit == "%" and np.isfinite(v.error)]
    others = [
        abs(v.error / v.row.number) * 100
        for v in verdicts
        if v.row.unit != "%" and np.isfinite(v.error) and v.row.number
    ]
    return Score(
        label,
        len(verdicts),
        sum(v.inside for v in verdicts),
        sum(v.inside_alone for v in verdicts),
        float(np.median(shares)) if shares else None,
        float(np.median(others)) if others else None,
        float(sum(v.log_score or 0.0 for v in verdicts)),
    )


def scores(verdicts: Sequence[Verdict]) -> tuple[list[Score], list[Score]]:
    """Return scores by use, and by group of the rows that are fitted or held out."""
    by_use = [score(label, [v for v in verdicts if v.row.use == use]) for use, label in USES.items()]
    counted = [v for v in verdicts if v.row.use != "check"]
    groups = dict.fromkeys(v.row.group for v in counted)
    by_group = [score(group, [v for v in counted if v.row.group == group]) for group in groups]
    return [each for each in by_use if each.rows], by_group


def interval_text(verdict: Verdict) -> str:
    """Return the simulated median and 90% interval."""
    return f"{_number(verdict.median)} ({_number(verdict.low)} to {_number(verdict.high)})"


def _number(value: float) -> str:
    return "never" if np.isposinf(value) else f"{value:.3g}"


def verdict_text(verdict: Verdict) -> str:
    """Return inside or OUTSIDE, and on which side the published value lies."""
    if verdict.inside:
        return "inside"
    return "OUTSIDE, above" if verdict.row.number > verdict.high else "OUTSIDE, below"


def verdicts_frame(verdicts: Sequence[Verdict]) -> pl.DataFrame:
    """Return one row per published row; an infinite number means that it never came in the follow-up."""
    import polars as pl

    return pl.DataFrame(
        [
            {
                "id": v.row.id,
                "trial": v.row.trial,
                "group": v.row.group,
                "use": v.row.use,
                "like": v.row.like,
                "regimen": v.row.regimen,
                "against": v.row.against,
                "measured": endpoint_text(v.row.measured),
                "n": v.row.n,
                "unit": v.row.unit,
                "published": v.row.number,
                "published_low": v.row.low,
                "published_high": v.row.high,
                "median": v.median,
                "low": v.low,
                "high": v.high,
                "low_alone": v.low_alone,
                "high_alone": v.high_alone,
                "inside": v.inside,
                "inside_alone": v.inside_alone,
                "log_score": v.log_score,
            }
            for v in verdicts
        ],
        infer_schema_length=None,
    )


def print_verdicts(verdicts: Sequence[Verdict]) -> None:
    """Print scores by use and group, then every row; those outside are marked by a word."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)

    def table(*heads: str) -> Table:
        found = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for i, head in enumerate(heads):
            found.add_column(head, justify="left" if i == 0 else "right")
        return found

    for title, several in zip(("Use", "Group (fitted and held out)"), scores(verdicts), strict=True):
        found = table(title, "rows", "inside", "alone", "error", "log score")
        for each in several:
            found.add_row(*score_cells(each))
        console.print(found)
        console.print()
    found = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for head in ("Row", "Use", "Measured", "Published", "Simulated (90%)", ""):
        found.add_column(head)
    for v in verdicts:
        what = f"{endpoint_text(v.row.measured)}; {v.row.regimen}, {v.row.like}"
        cells = (
            v.row.id,
            v.row.use,
            what,
            f"{v.row.number:g} {v.row.unit}",
            interval_text(v),
            verdict_text(v),
        )
        found.add_row(*cells, style=None if v.inside else "bold")
    console.print(found)
    console.print(f"\n{READING}\n{RESEARCH_ONLY}")


def score_cells(each: Score) -> tuple[str, ...]:
    """Return a score as the cells of a table."""
    error = [f"{each.points:.2g} points"] if each.points is not None else []
    error += [f"{each.percent:.2g}%"] if each.percent is not None else []
    share = (f"{part / each.rows:.0%}" for part in (each.inside, each.inside_alone))
    return (each.label, str(each.rows), *share, ", ".join(error), f"{each.log_score:.1f}")
