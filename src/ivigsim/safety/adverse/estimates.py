"""One source's figure for one plan and patient: with its interval, its ratios, and over the course."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ivigsim.outcomes.intervals import Interval
from ivigsim.safety.adverse.conditions import judge
from ivigsim.safety.adverse.plan import Plan
from ivigsim.safety.adverse.readings import Ratio, Reading
from ivigsim.safety.adverse.uncertainty import (
    DRAWS,
    Term,
    at_least_once,
    counted,
    on_odds,
    over_draws,
    within,
)

Floats = NDArray[np.float64]

ABOUT_PLANS = ("risk", "excess", "rate")
"""Quantities that say something about a plan; the others are shares of reports, comparators and the like."""
UNKNOWN = "interval unknown"

TWO_ENDS = (
    "Over several infusions the lower end takes it that the same patients react to each, the upper end that"
    " infusions are independent; the truth lies between. Assumed: an infusion of any dose has the same risk;"
    " days at risk are the day of an infusion and the next, at a constant rate; reports per kg grow with the"
    " grams, and miss cases."
)


@dataclass(frozen=True)
class OverCourse:
    """A figure turned into a share of patients over the whole plan, %.

    Attributes
    ----------
    same, apart : Interval
        When the same patients react each time, and when infusions are independent: the truth lies between.
        Both are alike where only one way of counting is possible.
    assumption : str
        What was assumed.
    """

    same: Interval
    apart: Interval
    assumption: str


@dataclass(frozen=True)
class Estimate:
    """A figure of one source.

    Attributes
    ----------
    id : str
        Of the reading; with the id of a ratio after "x" when one was applied.
    event, outcome, quantity : str
    figure : Interval
        In the unit of `denominator`; no value when only a range is published.
    denominator, counts : str
        Unit as published, and what it counts.
    interval : str
        What the limits are, or "interval unknown".
    who, dose, brand : str
    fits : bool or None
        Whether it holds for this patient and plan; None when that is not known. `why` says it in words.
    verified : bool
    rows, sources : tuple of str
        Rows of the facts, and where they were published.
    applied : str
        The ratio applied, in words; empty for none.
    course : OverCourse or None
    note : str
        How the row was read.
    terms : tuple of Term
        The numbers it is made of, for differences.
    """

    id: str
    event: str
    outcome: str
    quantity: str
    figure: Interval
    denominator: str
    counts: str
    scale: float
    interval: str
    who: str
    dose: str
    brand: str
    fits: bool | None
    why: str
    verified: bool
    rows: tuple[str, ...]
    sources: tuple[str, ...]
    applied: str
    course: OverCourse | None
    note: str
    terms: tuple[Term, ...] = field(repr=False)
    per_course: str = field(repr=False, default="")

    @property
    def used(self) -> bool:
        """Whether it stands in a summary or a difference."""
        return self.verified and self.fits is not False and self.quantity in ABOUT_PLANS

    def draws(self) -> Floats:
        """Return shares or rates as likely as the errors of its numbers make them."""
        return _combined(self.terms, [term.draws() for term in self.terms])

    @property
    def known_error(self) -> bool:
        """Whether the error of any of its numbers is known."""
        return any(term.known for term in self.terms)


def read_estimate(reading: Reading, known: Mapping[str, object], plan: Plan) -> Estimate:
    """Return a reading as an estimate for a plan and patient.

    Examples
    --------
    >>> from ivigsim.safety.adverse.plan import read_plan
    >>> from ivigsim.safety.adverse.readings import load_readings
    >>> readings = {each.id: each for each in load_readings()}
    >>> plan = read_plan("IVIG 1 g/kg daily x2", 70)
    >>> found = read_estimate(readings["ams_LHSC_inf"], {}, plan)
    >>> round(found.figure.low, 3), round(found.figure.high, 3), found.interval
    (0.034, 0.133, '95% Wilson interval of 8/11,907')
    >>> round(found.course.same.value, 3), round(found.course.apart.value, 3)
    (0.067, 0.134)
    """
    fits, why = judge(reading.only, known)
    product = known.get("product")
    if fits and product is not None and reading.brand not in ("", product):
        why = f"another product than {product}"
    terms = _terms(reading)
    figure, interval = _figure(reading)
    return Estimate(
        id=reading.id,
        event=reading.event,
        outcome=reading.outcome,
        quantity=reading.quantity,
        figure=figure,
        denominator=reading.denominator.text,
        counts=reading.denominator.of,
        scale=reading.denominator.scale,
        interval=interval,
        who=reading.who,
        dose=reading.fact.dose,
        brand=reading.brand,
        fits=fits,
        why=why,
        verified=reading.fact.verified,
        rows=(reading.fact.id,),
        sources=(reading.fact.source,),
        applied="",
        course=over_course(reading.course, figure, reading.denominator.scale, plan),
        note=reading.note,
        terms=terms,
        per_course=reading.course,
    )


def with_ratio(reading: Reading, ratio: Ratio, known: Mapping[str, object], plan: Plan) -> Estimate:
    """Return a reading with a ratio applied: an odds ratio to the odds, any other to the figure itself.

    The errors of both numbers are taken as independent (assumed): where the ratio was measured against the
    same patients, the interval is a little too wide.

    Examples
    --------
    >>> from ivigsim.safety.adverse.plan import read_plan
    >>> from ivigsim.safety.adverse.readings import load_ratios, load_readings
    >>> readings = {each.id: each for each in load_readings()}
    >>> plan = read_plan("IVIG 1 g/kg + prednisolone 2 mg/kg daily x4", 20)
    >>> found = with_ratio(readings["neuro_childITP_no_pred"], load_ratios()[0], {"age": 6.0}, plan)
    >>> round(found.figure.value, 1), found.applied.partition(" of ")[0]
    (8.7, 'odds ratio 0.22 (0.05–0.9) on the odds')
    """
    base = read_estimate(reading, known, plan)
    ratio_name = "odds" if ratio.scale == "odds ratio" else "times"
    error = Term(ratio.id, ratio.value, ratio.low, ratio.high, shape=ratio_name)
    terms = (*base.terms, error)
    value = float(_combined(terms, [np.array([term.value]) for term in terms])[0])
    known_error = any(term.known for term in terms)
    scale = reading.denominator.scale
    share = over_draws(value, _combined(terms, [term.draws() for term in terms]), known_error)
    figure = Interval(*(None if x is None else x / scale for x in (share.value, share.low, share.high)))
    alone = "" if base.terms[0].known else " of the ratio alone; that of the figure it multiplies is unknown"
    fits, why = judge(ratio.when, known)
    course = "day and next" if reading.quantity == "without IVIG" else reading.course
    limits = "" if ratio.low is None else f" ({ratio.low:g}–{ratio.high:g})"
    where = "on the odds of" if ratio_name == "odds" else "times"
    return Estimate(
        id=f"{reading.id} x {ratio.id}",
        event=base.event,
        outcome=base.outcome,
        quantity="rate" if reading.quantity == "without IVIG" else base.quantity,
        figure=figure,
        denominator=base.denominator,
        counts=base.counts,
        scale=scale,
        interval=f"95% of {DRAWS:,} draws{alone}" if known_error else UNKNOWN,
        who=reading.fact.population or base.who,
        dose=base.dose,
        brand=base.brand,
        fits=fits,
        why=why,
        verified=base.verified and ratio.fact.verified,
        rows=tuple(dict.fromkeys((*base.rows, ratio.fact.id))),
        sources=tuple(dict.fromkeys((*base.sources, ratio.fact.source))),
        applied=f"{ratio.scale} {ratio.value:g}{limits} {where} {reading.id}: {ratio.factor}",
        course=over_course(course, figure, scale, plan),
        note=ratio.note,
        terms=terms,
        per_course=course,
    )


def _terms(reading: Reading) -> tuple[Term, ...]:
    """Return the number of a reading as a term; a range alone is no term."""
    if reading.value is None:
        return ()
    scale = reading.denominator.scale or 1.0
    low, high = (None if x is None else x * scale for x in (reading.low, reading.high))
    shape = "any" if reading.quantity == "excess" else "share" if reading.denominator.is_share else "positive"
    n = reading.n if reading.denominator.is_share and reading.quantity == "risk" else None
    return (Term(reading.id, reading.value * scale, low, high, n=n, shape=shape),)


def _figure(reading: Reading) -> tuple[Interval, str]:
    """Return a figure with the published interval, else that of its counts, else none."""
    if reading.low is not None:
        return Interval(reading.value, reading.low, reading.high), reading.interval
    scale = reading.denominator.scale
    shares = ("risk", "share", "tolerability")
    if reading.value is not None and reading.n and reading.quantity in shares and scale:
        exact = reading.value * scale if reading.events is None else reading.events / reading.n
        found = counted(exact, reading.n)
        low, high = (None if x is None else x / scale for x in (found.low, found.high))
        of = f"n = {reading.n:,.0f}" if reading.events is None else f"{reading.events:,.0f}/{reading.n:,.0f}"
        return Interval(reading.value, low, high), f"95% Wilson interval of {of}"
    return Interval(reading.value, None, None), UNKNOWN


def _combined(terms: tuple[Term, ...], values: list[Floats]) -> Floats:
    """Return the first number with the ratios after it applied."""
    result = values[0]
    for term, ratio in zip(terms[1:], values[1:], strict=True):
        result = on_odds(result, ratio) if term.shape == "odds" else result * ratio
    return result


def over_course(kind: str, figure: Interval, scale: float, plan: Plan) -> OverCourse | None:
    """Return a figure over the whole plan, % of patients; None when it is one of patients already.

    Examples
    --------
    >>> from ivigsim.safety.adverse.plan import read_plan
    >>> plan = read_plan("IVIG 0.4 g/kg daily x5", 70)
    >>> found = over_course("each", Interval(5.0, 4.0, 6.0), 0.01, plan)
    >>> found.same, round(found.apart.value, 1), round(found.apart.high, 1)
    (Interval(value=5.0, low=4.0, high=6.0), 22.6, 26.6)
    """
    assumption = course_assumption(kind, plan)
    if not assumption:
        return None

    def percent(end: int) -> Interval:
        numbers = (figure.value, figure.low, figure.high)
        ends = [None if x is None else course_shares(kind, x * scale, plan)[end] for x in numbers]
        return Interval(*(None if x is None else 100.0 * float(x) for x in ends))

    return OverCourse(percent(0), percent(1), assumption)


def course_assumption(kind: str, plan: Plan) -> str:
    """Say how a figure is carried over a course; empty when it is not."""
    n = plan.infusions
    return {
        "each": "one infusion" if n == 1 else f"{n} infusions",
        "later": f"{n - 1} after the first infusion" if n > 1 else "",
        "": "",
        "whole": "an infusion of the row is a whole course",
        "first": "first infusion only",
        "day and next": f"{plan.days_at_risk:g} days at risk",
        "grams": f"{plan.grams:g} g",
    }[kind]


def course_shares(kind: str, share: float | Floats, plan: Plan) -> tuple[Floats, Floats]:
    """Return the share of patients over the course, at the lower and the upper end."""
    if kind in ("each", "later"):
        times = plan.infusions - (kind == "later")
        return np.asarray(share, dtype=np.float64), at_least_once(share, times)
    if kind == "day and next":
        both = within(share, plan.days_at_risk)
    elif kind == "grams":
        both = np.asarray(share, dtype=np.float64) * plan.grams
    else:
        both = np.asarray(share, dtype=np.float64)
    return both, both
