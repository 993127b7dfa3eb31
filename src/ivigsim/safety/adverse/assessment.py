"""The risks of a plan in a patient: every source's figure, the ranges over sources, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ivigsim.outcomes.intervals import Interval
from ivigsim.safety.adverse.conditions import judge
from ivigsim.safety.adverse.denominators import DENOMINATORS
from ivigsim.safety.adverse.estimates import Estimate, read_estimate, with_ratio
from ivigsim.safety.adverse.patient import check_patient, check_weight
from ivigsim.safety.adverse.plan import Plan, read_plan
from ivigsim.safety.adverse.product import ProductFacts, read_product
from ivigsim.safety.adverse.readings import (
    EVENTS,
    Factor,
    Ratio,
    load_factors,
    load_ratios,
    load_readings,
)
from ivigsim.treatment import Regimen


@dataclass(frozen=True)
class Summary:
    """The range of the sources that count the same outcome of the same; no average.

    Attributes
    ----------
    outcome, denominator : str
    low, high : float
        Least and greatest figure, in the unit of `denominator`.
    least, greatest : float or None
        Outermost limits; None when no source has any.
    rows : tuple of str
        Of the sources.
    condition : str
        When none of the figures is known to hold: what they depend on; else empty.
    """

    outcome: str
    denominator: str
    low: float
    high: float
    least: float | None
    greatest: float | None
    rows: tuple[str, ...]
    condition: str


@dataclass(frozen=True)
class Modifier:
    """A published ratio, and whether it was applied.

    `applied` is True when it is in an estimate of its own, False when it does not hold here, None when that
    is not known; `why` says which, or why it cannot be applied.
    """

    id: str
    factor: str
    text: str
    applied: bool | None
    why: str
    row: str
    source: str


@dataclass(frozen=True)
class FactorFound:
    """Something that raises or lowers a risk; `present` is None when it is not known of this patient."""

    factor: str
    direction: str
    size: str
    present: bool | None
    row: str
    source: str


@dataclass(frozen=True)
class EventRisk:
    """One event: its sources' figures, the ranges over them, ratios and factors."""

    event: str
    title: str
    estimates: tuple[Estimate, ...]
    summaries: tuple[Summary, ...]
    modifiers: tuple[Modifier, ...]
    factors: tuple[FactorFound, ...]

    @property
    def used(self) -> tuple[Estimate, ...]:
        """The estimates that hold, or may hold, for this plan and patient."""
        return tuple(each for each in self.estimates if each.used)


@dataclass(frozen=True)
class Assessment:
    """The adverse events of a plan in a patient.

    Attributes
    ----------
    plan : Plan
    product : ProductFacts or None
    covariates : dict
        What was said of the patient.
    weight_assumed : bool
    events : tuple of EventRisk
    """

    plan: Plan
    product: ProductFacts | None
    covariates: dict[str, Any]
    weight_assumed: bool
    events: tuple[EventRisk, ...]

    def __getitem__(self, event: str) -> EventRisk:
        """Return one event by its name."""
        return {each.event: each for each in self.events}[event]


def assess(
    regimen: str | Sequence[str] | Regimen,
    *,
    product: str | None = None,
    weight_kg: float | None = None,
    covariates: Mapping[str, object] | None = None,
    infusions: int | None = None,
    rate: float | None = None,
) -> Assessment:
    """List what is published on the adverse events of a plan, for a patient.

    Parameters
    ----------
    regimen : str, sequence of str or Regimen
        With IVIG; steroids in it count as cover when they are given with it.
    product : str, optional
        Name of a product, for its sucrose and the figures that belong to it.
    weight_kg : float, optional
        Body weight (kg); 70 kg is assumed for an adult.
    covariates : mapping, optional
        What is known of the patient, see `patient.PATIENT`; what is not said is unknown, not absent.
    infusions : int, optional
        Number of infusions, when doses are split further than the regimen says.
    rate : float, optional
        Fastest rate (mg/kg/min) instead of that of the regimen.

    Returns
    -------
    Assessment

    Raises
    ------
    InputError
        For anything that is not accepted, with what is.

    Examples
    --------
    >>> found = assess("IVIG 1 g/kg daily x2", covariates={"age_years": 70, "blood_group": "A"})
    >>> summary = found["headache"].summaries[-1]
    >>> summary.outcome, summary.low, summary.high, summary.denominator, len(summary.rows)
    ('headache', 28.6, 67.0, '% of patients', 3)
    """
    patient = check_patient(covariates)
    weight, assumed = check_weight(weight_kg, patient)
    plan = read_plan(regimen, weight, infusions=infusions, rate=rate)
    facts = None if product is None else read_product(product)
    known = _known(patient, plan, facts)
    events = tuple(_event(name, known, plan) for name in EVENTS)
    return Assessment(plan, facts, patient, assumed, events)


def _known(patient: Mapping[str, Any], plan: Plan, product: ProductFacts | None) -> dict[str, object]:
    """Return what conditions may ask for."""
    known: dict[str, object] = dict(patient)
    known["age"] = patient.get("age_years")
    known |= {
        "ivig": True,
        "steroid": plan.steroid == "yes",
        "dose_g_kg": plan.course_g_kg,
        "rate_g_h": plan.rate_g_h,
        "rate_mg_kg_min": plan.rate_mg_kg_min,
    }
    if product is not None:
        known |= {"product": product.name, "sucrose": product.sucrose}
    return known


def _event(name: str, known: Mapping[str, object], plan: Plan) -> EventRisk:
    readings = {each.id: each for each in load_readings()}
    estimates = [read_estimate(each, known, plan) for each in readings.values() if each.event == name]
    modifiers = []
    for ratio in load_ratios():
        if ratio.event != name:
            continue
        made = [with_ratio(readings[id_], ratio, known, plan) for id_ in ratio.applies_to]
        estimates += [each for each in made if each.fits]
        modifiers.append(_modifier(ratio, known))
    factors = tuple(_factor(each, known) for each in load_factors() if each.event == name)
    return EventRisk(name, EVENTS[name], tuple(estimates), _summaries(estimates), tuple(modifiers), factors)


def _modifier(ratio: Ratio, known: Mapping[str, object]) -> Modifier:
    fits, why = judge(ratio.when, known)
    limits = "interval unknown" if ratio.low is None else f"{ratio.low:g}–{ratio.high:g}"
    return Modifier(
        id=ratio.id,
        factor=ratio.factor,
        text=f"{ratio.scale} {ratio.value:g} ({limits})",
        applied=fits if ratio.applies_to else False,
        why=ratio.not_applied or why,
        row=ratio.fact.id,
        source=ratio.fact.source,
    )


def _factor(factor: Factor, known: Mapping[str, object]) -> FactorFound:
    present, _ = judge(factor.when, known)
    return FactorFound(
        factor.factor, factor.direction, factor.size, present, factor.fact.id, factor.fact.source
    )


def _summaries(estimates: Sequence[Estimate]) -> tuple[Summary, ...]:
    """Return the range over the sources of each outcome and denominator.

    A figure that may not hold for this patient counts only where no other of its group does.
    """
    groups: dict[tuple[str, str], list[Estimate]] = {}
    for each in estimates:
        if each.used and each.quantity == "risk":
            groups.setdefault((each.outcome, each.counts), []).append(each)
    return tuple(
        _summary(outcome, [each for each in group if each.fits] or group)
        for (outcome, _), group in groups.items()
    )


def _summary(outcome: str, group: Sequence[Estimate]) -> Summary:
    unit = DENOMINATORS[group[0].denominator]

    def numbers(name: str) -> list[float]:
        found = [getattr(_in_unit(each, unit.scale), name) for each in group]
        return [x for x in found if x is not None]

    values, lows, highs = numbers("value"), numbers("low"), numbers("high")
    ranges = [_in_unit(each, unit.scale) for each in group if each.figure.value is None]
    ends = [x for each in ranges for x in (each.low, each.high) if x is not None]
    return Summary(
        outcome=outcome,
        denominator=unit.text,
        low=min(values + ends),
        high=max(values + ends),
        least=min([*lows, *values, *ends]) if lows else None,
        greatest=max([*highs, *values, *ends]) if highs else None,
        rows=tuple(dict.fromkeys(row for each in group for row in each.rows)),
        condition=_condition(group),
    )


def _condition(group: Sequence[Estimate]) -> str:
    """Say what the figures depend on, when none is known to hold."""
    if any(each.fits for each in group):
        return ""
    texts = {each.why for each in group}
    return texts.pop() if len(texts) == 1 else "each under a condition of its own"


def _in_unit(estimate: Estimate, scale: float) -> Interval:
    """Return a figure in another unit of the same denominator: per 1000 persons as % of patients."""
    figure, factor = estimate.figure, estimate.scale / scale
    return Interval(*(None if x is None else x * factor for x in (figure.value, figure.low, figure.high)))
