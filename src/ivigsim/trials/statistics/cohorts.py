"""The table of patients, checked against the design and cut by arm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigsim.errors import InputError
from ivigsim.trials.statistics.design import Design

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

KEYS = ["replicate", "patient"]
SELDOM = 30  # fewer patients than this say too little about who is whose counterfactual (assumed)
LIKE, UNLIKE = 5.0, 2.0  # standard errors from no correlation: surely the same patients; no sign of it


@dataclass(frozen=True)
class Cohorts:
    """Patients whose simulation succeeded, by arm, each sorted by replicate and patient.

    Attributes
    ----------
    by_arm : dict of polars.DataFrame
    failed : dict of int
        Simulations that failed, by arm.
    left_out : dict of int
        Patients of an arm left out although their own simulation succeeded: in a paired design a patient who
        failed in one arm has no counterfactual.
    """

    by_arm: dict[str, pl.DataFrame]
    failed: dict[str, int]
    left_out: dict[str, int]


def cohorts(patients: pl.DataFrame, design: Design) -> Cohorts:
    """Check the table of patients and cut it by arm.

    Parameters
    ----------
    patients : polars.DataFrame
        One row per arm, replicate and patient; the columns are listed in `docs/trial_statistics.md`.
    design : Design

    Raises
    ------
    InputError
        When a column or an arm is missing, a patient is there twice, the patients of a paired design do not
        match between arms, or the baselines contradict the design.

    Examples
    --------
    >>> import polars as pl
    >>> table = pl.DataFrame({"arm": ["a", "a", "b"], "replicate": 0, "patient": [0, 1, 0], "failed": False,
    ...     "dropped_out_d": None, "rescued_d": None, "rescues": 0, "ivig_g": 70.0,
    ...     "baseline_1e9_per_l": 12.0})
    >>> cohorts(table, Design("parallel", ("a", "b"), "a")).failed
    {'a': 0, 'b': 0}
    >>> cohorts(table, Design("paired", ("a", "b"), "a"))
    Traceback (most recent call last):
    ...
    ivigsim.errors.InputError: arms 'a' and 'b' do not hold the same patients (2 and 1); accepted in a paired
    design: every patient of every replicate once in each arm
    """
    import polars as pl

    _check_columns(patients, design)
    floats = [name for name, kind in patients.schema.items() if kind.is_float()]
    clean = patients.with_columns(pl.col(floats).fill_nan(None))
    every = {arm: clean.filter(pl.col("arm") == arm).sort(KEYS) for arm in design.arms}
    for arm, frame in every.items():
        if frame.select(KEYS).is_duplicated().any():
            raise InputError(
                f"arm {arm!r} holds a patient twice; accepted: one row per arm, replicate and patient"
            )
    if design.kind == "paired":
        for arm in design.compared:
            check_matched(every[arm], every[design.reference], arm, design.reference)
    failed = {arm: int(frame["failed"].sum()) for arm, frame in every.items()}
    kept = {arm: frame.filter(~pl.col("failed")) for arm, frame in every.items()}
    if design.kind == "paired":
        lost = pl.concat([f.filter("failed").select(KEYS) for f in every.values()])
        kept = {arm: frame.join(lost, on=KEYS, how="anti").sort(KEYS) for arm, frame in kept.items()}
    for arm, frame in kept.items():
        if frame.is_empty():
            raise InputError(
                f"arm {arm!r} has no patient to analyse; accepted: at least one that did not fail"
            )
        if design.kind == "parallel" and arm != design.reference:
            _check_other_people(frame, kept[design.reference], arm, design.reference)
        elif arm != design.reference:
            _check_same_people(frame, kept[design.reference], arm, design.reference)
    left_out = {arm: every[arm].height - failed[arm] - frame.height for arm, frame in kept.items()}
    return Cohorts(kept, failed, left_out)


def count_column(day: float) -> str:
    """Return the name of the column with the count of a visit."""
    return f"count_day_{day:g}"


def check_matched(frame: pl.DataFrame, other: pl.DataFrame, arm: str, reference: str) -> None:
    """Refuse two arms, each sorted, that do not hold the same patients: they cannot be compared in pairs."""
    if not frame.select(KEYS).equals(other.select(KEYS)):
        raise InputError(
            f"arms {reference!r} and {arm!r} do not hold the same patients ({other.height:,} and"
            f" {frame.height:,}); accepted in a paired design: every patient of every replicate once in each"
            " arm"
        )


def _check_columns(patients: pl.DataFrame, design: Design) -> None:
    """Refuse a table that lacks a column or an arm, or holds an arm that the design does not know."""
    needed = ["arm", *KEYS, "failed", "dropped_out_d", "rescued_d", "rescues", "ivig_g", "baseline_1e9_per_l"]
    needed += [*design.responses, *(f"{name}{end}" for name in design.times for end in ("_d", "_event"))]
    needed += [count_column(day) for day in design.visits]
    if missing := [name for name in needed if name not in patients.columns]:
        raise InputError(f"the table of patients has no column {missing[0]!r}; accepted: {', '.join(needed)}")
    found = set(patients["arm"].unique())
    if absent := [arm for arm in design.arms if arm not in found]:
        raise InputError(
            f"the table of patients has no arm {absent[0]!r}; accepted: {', '.join(design.arms)}"
        )
    if extra := sorted(found - set(design.arms)):
        raise InputError(f"the design does not know arm {extra[0]!r}; accepted: {', '.join(design.arms)}")


def _likeness(frame: pl.DataFrame, other: pl.DataFrame) -> float | None:
    """Return by how many standard errors baselines of the same numbers go together; None: no telling.

    The counterfactual of a patient has the same weight, where the table holds it; else the same true count
    before treatment, measured with another error.
    """
    import polars as pl

    column = "baseline_1e9_per_l"
    if "weight_kg" in frame.columns and "weight_kg" in other.columns:
        column = "weight_kg"  # known without error, so that the same patient has the same
    log = pl.col(column).log()
    both = (
        frame.select(*KEYS, log.alias("a"))
        .join(other.select(*KEYS, log.alias("b")), on=KEYS)
        .filter(pl.col("a").is_finite() & pl.col("b").is_finite())
    )
    if both.height < SELDOM:
        return None
    a, b = both["a"].to_numpy(), both["b"].to_numpy()
    if a.std() < 1e-9 or b.std() < 1e-9:
        return None
    return float(np.corrcoef(a, b)[0, 1]) * float(np.sqrt(both.height))


def _check_other_people(frame: pl.DataFrame, other: pl.DataFrame, arm: str, reference: str) -> None:
    """Refuse counterfactuals that call themselves parallel: they would pass for independent patients."""
    like = _likeness(frame, other)
    if like is not None and like > LIKE:
        raise InputError(
            f"arms {reference!r} and {arm!r} seem to hold the same virtual patients, whose baselines agree,"
            " and the design is 'parallel'; accepted: 'paired', or other patients and numbers in each arm"
        )


def _check_same_people(frame: pl.DataFrame, other: pl.DataFrame, arm: str, reference: str) -> None:
    """Refuse other patients under the same numbers in a paired design."""
    like = _likeness(frame, other)
    if like is not None and like < UNLIKE:
        raise InputError(
            f"the same numbers in arms {reference!r} and {arm!r} have unrelated baselines and"
            " the design is 'paired'; accepted: 'parallel', or the same virtual patients in every arm"
        )
