"""Platelet counts at every visit, and how arms differ over all of them: repeated measures.

Parallel groups: counts at each visit are regressed on the arm and on the count before treatment, on the log
scale, with robust standard errors; the errors of all visits are then put together patient by patient for the
mean over visits. This is the generalised estimating equation (Liang & Zeger 1986 Biometrika 73:13) with an
independent working correlation and every term its own per visit. It is taken instead of a mixed model because
it needs no iteration, so it always converges, takes counts as they are however their spread changes with
time, and handles a million patients. Its price: patients who leave must not leave because of their counts.

Pairs: the difference within each patient, with Student's limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigsim.outcomes import Interval
from ivigsim.trials.statistics.cohorts import Cohorts, check_matched, count_column
from ivigsim.trials.statistics.design import Design
from ivigsim.trials.statistics.means import t_quantile

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]

LEAST_COUNT = 1.0
"""Counts below 1e9/L are taken as 1 where a logarithm is needed (assumed: about what a counter can tell from
none)."""

LEAST = 3  # patients with a count in each arm, fewer give no comparison

METHODS = {
    "parallel": "log counts on arm and log baseline at each visit, robust errors (HC2), put together per"
    " patient over visits: a GEE with independent working correlation",
    "paired": "differences of log counts within each patient, Student's limits",
}


@dataclass(frozen=True)
class VisitCounts:
    """Counts of an arm at a visit (1e9/L); None where nobody was counted."""

    arm: str
    day: float
    counted: int
    missing: int
    median: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class VisitComparison:
    """An arm against the reference at a visit, or over all visits where `day` is None.

    Attributes
    ----------
    arm, reference : str
    day : float or None
    ratio : Interval
        Geometric mean of counts over that of the reference.
    p : float or None
    """

    arm: str
    reference: str
    day: float | None
    ratio: Interval
    p: float | None


@dataclass(frozen=True)
class CountsResult:
    """Counts over visits."""

    method: str
    visits: tuple[VisitCounts, ...]
    comparisons: tuple[VisitComparison, ...]
    raised: int
    """Counts below 1e9/L that were taken as 1."""


@dataclass(frozen=True)
class Effect:
    """A difference of log counts and what each patient adds to its error, NaN where not counted."""

    value: float
    parts: Floats
    freedom: float


def counts(found: Cohorts, design: Design) -> CountsResult | None:
    """Return counts at every visit and comparisons; None when the design has no visits."""
    if not design.visits:
        return None
    visits = tuple(
        _visit(frame[count_column(day)], arm, day)
        for arm, frame in found.by_arm.items()
        for day in design.visits
    )
    compare = compare_paired_counts if design.kind == "paired" else compare_grouped_counts
    comparisons = tuple(row for arm in design.compared for row in compare(found, arm, design))
    raised = sum(
        int((frame[count_column(day)] < LEAST_COUNT).sum())
        for frame in found.by_arm.values()
        for day in design.visits
    )
    return CountsResult(METHODS[design.kind], visits, comparisons, raised)


def _visit(column: pl.Series, arm: str, day: float) -> VisitCounts:
    there = column.drop_nulls()
    quartiles = [there.quantile(q, "linear") for q in (0.5, 0.25, 0.75)]
    return VisitCounts(arm, day, len(there), len(column) - len(there), *quartiles)


def compare_grouped_counts(found: Cohorts, arm: str, design: Design) -> list[VisitComparison]:
    """Compare an arm of independent patients with the reference at every visit and over all.

    Raises
    ------
    InputError
        When the design is paired.
    """
    import polars as pl

    design.require("parallel", "a regression over independent patients")
    frame, other = found.by_arm[arm], found.by_arm[design.reference]
    both = pl.concat([frame, other], how="vertical_relaxed")
    in_arm = np.repeat([1.0, 0.0], [frame.height, other.height])
    before = _log(both["baseline_1e9_per_l"])
    effects = [_regress(_log(both[count_column(day)]), in_arm, before) for day in design.visits]
    return _rows(effects, arm, design)


def compare_paired_counts(found: Cohorts, arm: str, design: Design) -> list[VisitComparison]:
    """Compare counts within patients at every visit and over all; a patient needs a count in both arms.

    Raises
    ------
    InputError
        When the design is parallel, or the patients of the arms do not match.
    """
    design.require("paired", "a comparison of counts within patients")
    frame, other = found.by_arm[arm], found.by_arm[design.reference]
    check_matched(frame, other, arm, design.reference)
    effects = [_within(_log(frame[name]) - _log(other[name])) for name in map(count_column, design.visits)]
    return _rows(effects, arm, design)


def _log(column: pl.Series) -> Floats:
    """Return log counts, NaN where there is none."""
    import polars as pl

    values = column.cast(pl.Float64).fill_null(np.nan).to_numpy()
    logs: Floats = np.log(np.maximum(values, LEAST_COUNT))  # the maximum of NaN and a number is NaN
    return logs


def _regress(logs: Floats, in_arm: Floats, before: Floats) -> Effect | None:
    """Return the adjusted difference between arms at a visit (statsmodels' least squares, HC2 errors)."""
    from statsmodels.regression.linear_model import OLS

    there = np.isfinite(logs) & np.isfinite(before)
    arms, past = in_arm[there], before[there]
    if min(arms.sum(), len(arms) - arms.sum()) < LEAST:
        return None
    columns = [arms, np.ones(len(arms))]
    if past.std() > 1e-9:  # the same baseline in everyone adjusts nothing
        columns.append(past - past.mean())
    matrix = np.column_stack(columns)
    fitted = OLS(logs[there], matrix).fit()
    inverse = fitted.normalized_cov_params
    leverage = np.einsum("ij,jk,ik->i", matrix, inverse, matrix)
    parts = np.full(len(logs), np.nan)
    # a leverage of 1 leaves no residual to scale
    parts[there] = (matrix @ inverse[0]) * fitted.resid / np.sqrt(np.maximum(1 - leverage, 1e-12))
    return Effect(float(fitted.params[0]), parts, float(fitted.df_resid))


def _within(differences: Floats) -> Effect | None:
    """Return the mean difference within patients."""
    there = np.isfinite(differences)
    n = int(there.sum())
    if n < LEAST:
        return None
    mean = float(differences[there].mean())
    return Effect(mean, (differences - mean) / sqrt(n * (n - 1)), n - 1.0)


def _rows(effects: list[Effect | None], arm: str, design: Design) -> list[VisitComparison]:
    """Return a comparison per visit, and last their mean, whose error keeps that visits share patients."""
    rows = [
        VisitComparison(arm, design.reference, day, *_limits(effect, design.level))
        for day, effect in zip(design.visits, effects, strict=True)
    ]
    seen = [effect for effect in effects if effect is not None]
    if len(seen) > 1:
        parts = sum((np.nan_to_num(effect.parts) for effect in seen), np.zeros(len(seen[0].parts)))
        value = sum(effect.value for effect in seen) / len(seen)
        mean = Effect(value, parts / len(seen), min(effect.freedom for effect in seen))
        rows.append(VisitComparison(arm, design.reference, None, *_limits(mean, design.level)))
    return rows


def _limits(effect: Effect | None, level: float) -> tuple[Interval, float | None]:
    """Return the ratio of geometric means with its limits, and p."""
    from scipy.stats import t

    if effect is None:
        return Interval(None, None, None), None
    error = sqrt(float(np.nansum(effect.parts**2)))
    if error < 1e-12:  # nobody differs from anybody: there is no error to compare with
        return Interval(exp(effect.value), None, None), None
    reach = t_quantile(level, effect.freedom) * error
    p = 2 * float(t.sf(abs(effect.value) / error, effect.freedom))
    return Interval(exp(effect.value), exp(effect.value - reach), exp(effect.value + reach)), p
