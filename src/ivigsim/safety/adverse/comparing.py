"""Two plans beside each other: the absolute difference that each source supports, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivigsim.outcomes.intervals import Interval
from ivigsim.safety.adverse.assessment import Assessment, EventRisk
from ivigsim.safety.adverse.estimates import Estimate, course_shares
from ivigsim.safety.adverse.plan import Plan
from ivigsim.safety.adverse.readings import load_ratios
from ivigsim.safety.adverse.uncertainty import over_draws

Floats = NDArray[np.float64]

UNIT = "percentage points"
NOT_TOLD_APART = "this source gives nothing that differs between the plans"


@dataclass(frozen=True)
class Difference:
    """Second plan minus first, by one source.

    Attributes
    ----------
    event, outcome : str
    first, second : str
        Ids of the estimates.
    same, apart : Interval or None
        Difference in percentage points of patients, or in the unit of the source when that counts no
        patients; when the same patients react to every infusion, and when infusions are independent.
        None when the source does not tell the plans apart.
    unit : str
    why : str
        Why there is none, or what was assumed.
    rows : tuple of str
    """

    event: str
    outcome: str
    first: str
    second: str
    same: Interval | None
    apart: Interval | None
    unit: str
    why: str
    rows: tuple[str, ...]


@dataclass(frozen=True)
class DoseRatio:
    """Odds ratio of haemolysis, second plan against first, by the grams given."""

    value: float
    low: float
    high: float
    grams: float
    row: str
    source: str


@dataclass(frozen=True)
class Differences:
    """All differences, and the odds ratio of haemolysis by dose."""

    by_source: tuple[Difference, ...]
    dose: DoseRatio


def difference(a: Assessment, b: Assessment) -> Differences:
    """Compare two plans, source by source.

    Numbers that both plans share cancel: only what differs between the plans adds to the interval. What the
    sources do not tell apart is said to be so, and is not zero.

    Parameters
    ----------
    a, b : Assessment

    Examples
    --------
    >>> from ivigsim.safety.adverse import assess
    >>> found = difference(assess("IVIG 1 g/kg daily x2"), assess("IVIG 0.4 g/kg daily x5"))
    >>> each = next(x for x in found.by_source if x.first == "ams_LHSC_inf")
    >>> each.same.value, round(each.apart.value, 2), each.unit
    (0.0, 0.2, 'percentage points')
    """
    found = [
        each for one, two in zip(a.events, b.events, strict=True) for each in _event(one, two, a.plan, b.plan)
    ]
    return Differences(tuple(found), dose_ratio(a.plan, b.plan))


def dose_ratio(a: Plan, b: Plan) -> DoseRatio:
    """Return the odds ratio of haemolysis for the grams between two plans; the whole plan counts (assumed).

    Examples
    --------
    >>> from ivigsim.safety.adverse.plan import read_plan
    >>> found = dose_ratio(read_plan("IVIG 1 g/kg", 70), read_plan("IVIG 1 g/kg daily x2", 70))
    >>> found.grams, round(found.value, 2)
    (70.0, 8.56)
    """
    ratio = next(each for each in load_ratios() if each.id == "ont_dose_or")
    assert ratio.low is not None
    assert ratio.high is not None
    power = (b.grams - a.grams) / 10.0
    low, high = sorted((ratio.low**power, ratio.high**power))
    return DoseRatio(ratio.value**power, low, high, b.grams - a.grams, ratio.fact.id, ratio.fact.source)


def _event(one: EventRisk, two: EventRisk, a: Plan, b: Plan) -> list[Difference]:
    first, second = ({each.id: each for each in risk.used} for risk in (one, two))
    pairs = [(first[id_], second[id_]) for id_ in first if id_ in second]
    alone = [[each for id_, each in x.items() if id_ not in y] for x, y in ((first, second), (second, first))]
    pairs += _arms(*alone)
    return [_difference(x, y, a, b) for x, y in pairs]


def _arms(first: Sequence[Estimate], second: Sequence[Estimate]) -> list[tuple[Estimate, Estimate]]:
    """Pair two arms of one source, of which one holds for the first plan and the other for the second."""

    def by_key(estimates: Sequence[Estimate]) -> dict[tuple[str, str, str], list[Estimate]]:
        found: dict[tuple[str, str, str], list[Estimate]] = {}
        for each in estimates:
            if each.terms:  # a range alone has no value to compare
                found.setdefault((each.rows[0], each.outcome, each.denominator), []).append(each)
        return found

    one, two = by_key(first), by_key(second)
    return [(one[key][0], two[key][0]) for key in one if len(one[key]) == 1 and len(two.get(key, ())) == 1]


def _difference(x: Estimate, y: Estimate, a: Plan, b: Plan) -> Difference:
    rows = tuple(dict.fromkeys((*x.rows, *y.rows)))
    course = x.course is not None and y.course is not None
    alike = [term.key for term in x.terms] == [term.key for term in y.terms]
    if alike and (not course or x.course == y.course):
        return Difference(x.event, x.outcome, x.id, y.id, None, None, x.denominator, NOT_TOLD_APART, rows)
    if not x.terms or not y.terms:
        return _of_ranges(x, y, rows)
    kinds = (x.per_course, y.per_course) if course else ("", "")
    scale = 0.01 if course else x.scale
    known = x.known_error or y.known_error
    ends = []
    for end in (0, 1):
        one, two = (
            course_shares(kind, each.draws(), plan)[end]
            for kind, each, plan in ((kinds[0], x, a), (kinds[1], y, b))
        )
        value = _value(y, kinds[1], b, end) - _value(x, kinds[0], a, end)
        ends.append(over_draws(value / scale, (two - one) / scale, known))
    unit = UNIT if course or x.denominator.startswith("%") else x.denominator
    why = y.course.assumption if course and y.course else y.applied or "two arms of one source"
    return Difference(x.event, x.outcome, x.id, y.id, ends[0], ends[1], unit, why, rows)


def _value(estimate: Estimate, kind: str, plan: Plan, end: int) -> float:
    """Return the share or rate itself over the course."""
    share = (estimate.figure.value or 0.0) * estimate.scale
    return float(course_shares(kind, share, plan)[end])


def _of_ranges(x: Estimate, y: Estimate, rows: tuple[str, ...]) -> Difference:
    """Compare two ranges end by end: the same place in the range is taken for both plans."""
    assert x.course is not None
    assert y.course is not None

    def end(one: Interval, two: Interval) -> Interval:
        if one.low is None or one.high is None or two.low is None or two.high is None:
            return Interval(None, None, None)
        low, high = sorted((two.low - one.low, two.high - one.high))
        return Interval(None, low, high)

    return Difference(
        event=x.event,
        outcome=x.outcome,
        first=x.id,
        second=y.id,
        same=end(x.course.same, y.course.same),
        apart=end(x.course.apart, y.course.apart),
        unit=UNIT,
        why=f"{y.course.assumption}; the same place in the published range for both plans",
        rows=rows,
    )
