"""Times to an event in each arm, and how arms differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivigsim.outcomes import Interval
from ivigsim.trials.statistics.cohorts import Bools, Cohorts, Floats, check_matched
from ivigsim.trials.statistics.design import Design
from ivigsim.trials.statistics.proportions import mcnemar_p
from ivigsim.trials.statistics.restricted import days_apart, last_known_day, restricted_mean
from ivigsim.trials.statistics.survival import (
    Curve,
    Grouped,
    Order,
    first_of_two,
    grouped,
    hazard_ratio,
    kaplan_meier,
    log_rank,
    paired_hazard_ratio,
)

if TYPE_CHECKING:
    import polars as pl

METHODS = {
    "parallel": "curves: Kaplan-Meier; p: log-rank; hazard ratio: Cox, ties after Efron",
    # A log-rank test takes the arms for independent; the order of a patient's two times needs no such thing.
    "paired": "curves: Kaplan-Meier; hazard ratio and p: who comes first within each patient (Cox stratified"
    " by patient; exact sign test), since a log-rank test would take the arms for independent; days later:"
    " restricted means, limits by jackknife over patients",
}


@dataclass(frozen=True)
class TimeCurve:
    """One arm; never at risk is, for example, of a loss who had no response."""

    arm: str
    patients: int
    not_at_risk: int
    events: int
    curve: Curve | None


@dataclass(frozen=True)
class TimeComparison:
    """An arm against the reference.

    Attributes
    ----------
    arm, reference : str
    hazard_ratio : Interval
        Above 1: the event comes earlier in the arm.
    p : float or None
        Log-rank, or in pairs the exact sign test.
    order : Order or None
        Only in pairs.
    days_apart : Interval or None
        Only in pairs: mean time of the arm minus that of the reference (d), each cut at `up_to_d`.
    up_to_d : float or None
        Last day to which both curves are known (d).
    """

    arm: str
    reference: str
    hazard_ratio: Interval
    p: float | None
    order: Order | None = None
    days_apart: Interval | None = None
    up_to_d: float | None = None


@dataclass(frozen=True)
class TimeResult:
    """One time-to-event endpoint; `p_all` is the log-rank test of more than two parallel arms together."""

    endpoint: str
    label: str
    method: str
    curves: tuple[TimeCurve, ...]
    comparisons: tuple[TimeComparison, ...]
    p_all: float | None


def times(found: Cohorts, design: Design) -> tuple[TimeResult, ...]:
    """Return curves and comparisons of every time-to-event endpoint."""
    compare = compare_paired_times if design.kind == "paired" else compare_grouped_times
    return tuple(
        TimeResult(
            endpoint,
            design.label(endpoint),
            METHODS[design.kind],
            tuple(_curve(frame, arm, endpoint, design.level) for arm, frame in found.by_arm.items()),
            tuple(compare(found, arm, endpoint, design) for arm in design.compared),
            _all_arms(found, endpoint, design),
        )
        for endpoint in design.times
    )


def at_risk(frame: pl.DataFrame, endpoint: str) -> Grouped:
    """Group the patients of an arm who were at risk of an event."""
    there = frame.filter(frame[f"{endpoint}_d"].is_not_null())
    return grouped(there[f"{endpoint}_d"], there[f"{endpoint}_event"])


def _curve(frame: pl.DataFrame, arm: str, endpoint: str, level: float) -> TimeCurve:
    data = at_risk(frame, endpoint)
    curve = kaplan_meier(data, level) if data.n else None
    return TimeCurve(arm, data.n, frame.height - data.n, int(data.events.sum()), curve)


def _all_arms(found: Cohorts, endpoint: str, design: Design) -> float | None:
    if design.kind == "paired" or len(design.arms) < 3:
        return None
    groups = [at_risk(frame, endpoint) for frame in found.by_arm.values()]
    return log_rank(groups) if all(data.n for data in groups) else None


def compare_grouped_times(found: Cohorts, arm: str, endpoint: str, design: Design) -> TimeComparison:
    """Compare an arm of independent patients with the reference.

    Raises
    ------
    InputError
        When the design is paired.
    """
    design.require("parallel", "a log-rank test")
    first, second = (at_risk(found.by_arm[name], endpoint) for name in (arm, design.reference))
    if not first.n or not second.n:
        return TimeComparison(arm, design.reference, Interval(None, None, None), None)
    ratio = hazard_ratio(first, second, design.level)
    return TimeComparison(arm, design.reference, ratio, log_rank([first, second]))


def compare_paired_times(found: Cohorts, arm: str, endpoint: str, design: Design) -> TimeComparison:
    """Compare times within patients; who was not at risk in both arms is left out.

    Raises
    ------
    InputError
        When the design is parallel, or the patients of the arms do not match.
    """
    import polars as pl

    design.require("paired", "a comparison of times within patients")
    t, e, u, f = paired_times(found, arm, endpoint, design)
    earlier, later, together = first_of_two(t, e, u, f)
    known = int(earlier.sum()), int(later.sum()), int(together.sum())
    order = Order(*known, untold=len(t) - sum(known))
    if not len(t):
        return TimeComparison(arm, design.reference, Interval(None, None, None), None, order)
    first, second = (grouped(pl.Series(x), pl.Series(y)) for x, y in ((t, e), (u, f)))
    until = last_known_day(first, second)
    means = restricted_mean(first, t, e, until), restricted_mean(second, u, f, until)
    return TimeComparison(
        arm,
        design.reference,
        paired_hazard_ratio(order, design.level),
        float(mcnemar_p(order.arm_first, order.reference_first)),
        order,
        days_apart(*means, design.level),
        until,
    )


def paired_times(
    found: Cohorts, arm: str, endpoint: str, design: Design
) -> tuple[Floats, Bools, Floats, Bools]:
    """Return times and events of the arm, then of the reference, of patients at risk in both, shape (n,)."""
    import polars as pl

    frame, other = found.by_arm[arm], found.by_arm[design.reference]
    check_matched(frame, other, arm, design.reference)
    table = pl.DataFrame(
        {
            "t": frame[f"{endpoint}_d"].cast(pl.Float64),
            "e": frame[f"{endpoint}_event"],
            "u": other[f"{endpoint}_d"].cast(pl.Float64),
            "f": other[f"{endpoint}_event"],
        }
    ).filter(pl.col("t").is_not_null() & pl.col("u").is_not_null())
    return table["t"].to_numpy(), table["e"].to_numpy(), table["u"].to_numpy(), table["f"].to_numpy()
