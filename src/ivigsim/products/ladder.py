"""The ladder of rates from the first to the highest: by the label, or assumed and said so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from ivigsim.errors import InputError
from ivigsim.products.definition import Product
from ivigsim.products.label_rates import LabelRates
from ivigsim.products.practice import Practice, load_practice
from ivigsim.products.rates import StepRule

ASSUMED_MINUTES = 30.0
"""How long a rate runs where no source says (assumed: the longest that labels in the table give)."""
ASSUMED_FACTOR = 2.0
"""What a rate is raised by where no source says (assumed: as the first steps of Octagam 10%)."""
LONGEST_MINUTES = 240.0  # assumed: a slower ladder is a slip of a unit
_RAMPS = {"Panzyga": "ramp_panzyga"}  # rates in ITP that the product's own row leaves out


@dataclass(frozen=True)
class Note:
    """What a part of the plan rests on.

    Attributes
    ----------
    kind : str
        "label", "practice", "assumed", "asked" (by the user) or "unknown".
    text : str
    source : str
        Where it was read; empty when it was not read.
    """

    kind: str
    text: str
    source: str = ""


@dataclass(frozen=True)
class Ladder:
    """Rates (mg/kg/min) and how long each runs (min); the last runs until the dose is in."""

    steps: tuple[tuple[float, float], ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Cap:
    """Highest rate of a plan (mg/kg/min); with `below` it must not be reached."""

    value: float
    below: bool
    note: Note

    def allows(self, rate: float) -> bool:
        """Tell whether a rate may run."""
        return rate < self.value or (rate == self.value and not self.below)


def cap_for(
    product: Product, rates: LabelRates, indication: str, max_rate: float | None, at_risk: bool
) -> Cap:
    """Return the highest rate: the label's, or a lower one that is asked for.

    Parameters
    ----------
    product : Product
    rates : LabelRates
    indication : str
    max_rate : float, optional
        mg/kg/min, at most the label's.
    at_risk : bool
        Take the product's cap for patients at risk of renal failure or thrombosis.

    Raises
    ------
    InputError
        When `max_rate` is above the label, both are asked for, or the product has no cap at risk.

    Examples
    --------
    >>> from ivigsim.products import product
    >>> rates = LabelRates(1.0, 12.0, ())
    >>> cap_for(product("Octagam 10%"), rates, "ITP", None, at_risk=True).value
    3.3
    """
    highest = rates.highest
    of_label = f"the label's highest rate for {indication} is {highest:g} mg/kg/min"
    if max_rate is not None and at_risk:
        raise InputError("a highest rate and --at-risk are both given; accepted: one of them")
    if at_risk:
        return _risk_cap(product, highest)
    if max_rate is None:
        return Cap(highest, False, Note("label", of_label, _sources(product)))
    if not 0 < max_rate <= highest:
        raise InputError(
            f"a highest rate of {max_rate:g} mg/kg/min is refused: {of_label} ({product.name}); accepted:"
            f" above 0 and at most {highest:g} (nearest: {highest:g})"
        )
    text = f"the rate stays at or below {max_rate:g} mg/kg/min; {of_label}"
    return Cap(max_rate, False, Note("asked", text, _sources(product)))


def _risk_cap(product: Product, highest: float) -> Cap:
    found = product.risk_cap
    if found is None:
        raise InputError(
            f"no cap on the rate at risk of renal failure or thrombosis is known for {product.name};"
            " accepted: --max-rate with a rate of your own, at most the label's"
            f" (nearest: --max-rate {highest:g})"
        )
    note = Note(
        "label", f"at risk of renal failure or thrombosis, in the notes: {found.text!r}", _sources(product)
    )
    if found.value > highest:
        return Cap(highest, False, note)
    return Cap(found.value, found.below, note)


def ladder_for(
    product: Product,
    percent: float,
    rates: LabelRates,
    cap: Cap,
    indication: str,
    step_minutes: float | None = None,
) -> Ladder:
    """Return the rates one after another, and what they rest on.

    Parameters
    ----------
    product : Product
    percent : float
        Strength of the solution (%).
    rates : LabelRates
    cap : Cap
    indication : str
    step_minutes : float, optional
        How long each rate runs (min), where the label does not say or allows it.

    Raises
    ------
    InputError
        When `step_minutes` is shorter than the label's.

    Examples
    --------
    >>> from ivigsim.products import product
    >>> from ivigsim.products.label_rates import label_rates
    >>> octagam = product("Octagam 10%")
    >>> rates = label_rates(octagam, 10, "ITP")
    >>> cap = cap_for(octagam, rates, "ITP", None, at_risk=False)
    >>> [rate for rate, _ in ladder_for(octagam, 10, rates, cap, "ITP").steps]
    [1.0, 2.0, 4.0, 8.0, 12.0]
    """
    notes: list[Note] = []
    levels = _levels(product, percent, rates, cap, indication, notes)
    if len(levels) == 1:
        if step_minutes is not None:
            raise InputError(
                f"steps of {step_minutes:g} min are refused: the only rate is {levels[0]:g} mg/kg/min;"
                " accepted: no --step-minutes"
            )
        return Ladder(((levels[0], 0.0),), (Note("asked", f"the only rate is {levels[0]:g} mg/kg/min"),))
    first, later = _minutes(product, product.rate_step, step_minutes, notes)
    return Ladder(tuple((rate, later if place else first) for place, rate in enumerate(levels)), tuple(notes))


def _levels(
    product: Product, percent: float, rates: LabelRates, cap: Cap, indication: str, notes: list[Note]
) -> list[float]:
    """Return increasing rates that the cap allows, ending at the cap itself where it may be reached."""
    raised = _raised(rates.initial, _named(product, percent, indication, notes), cap.value)
    levels = [rate for rate in raised if cap.allows(rate)]
    if not levels and cap.below:
        raise InputError(
            f"the first rate of {product.name}, {rates.initial:g} mg/kg/min, is not below its cap at risk,"
            f" {cap.value:g}; accepted: --max-rate with a rate below it"
        )
    if not cap.below and (not levels or levels[-1] < cap.value):
        levels.append(cap.value)
    return levels


@dataclass(frozen=True)
class _Named:
    """What sources name: rates (mg/kg/min), whether they are all, and what each step adds."""

    rates: tuple[float, ...] = ()
    complete: bool = False
    add: float | None = None


def _raised(first: float, named: _Named, up_to: float) -> Iterator[float]:
    """Yield rates from the first on: those named, then each raised by the same amount or doubled."""
    last = first
    yield first
    for rate in named.rates:
        if rate > last:
            last = rate
            yield rate
    if named.complete:
        return
    start = last
    for step in count(1):
        last = last * ASSUMED_FACTOR if named.add is None else start + step * named.add
        if last >= up_to:
            return
        yield round(last, 9)


def _named(product: Product, percent: float, indication: str, notes: list[Note]) -> _Named:
    """Return what sources say on the rates between the first and the highest."""
    rule = product.rate_step
    ramp = load_practice().get(_RAMPS.get(product.name, "")) if indication == "ITP" else None
    if ramp is not None:
        levels = read_ramp(ramp)
        notes.append(Note("label", f"rates in ITP: {_joined(levels)} mg/kg/min", ramp.source))
        return _Named(levels, complete=True)
    if rule is not None and rule.add_mg_kg_min is not None:
        text = f"each step adds {rule.add_mg_kg_min:g} mg/kg/min"
        notes.append(Note("label", text, _sources(product)))
        return _Named(add=rule.add_mg_kg_min)
    levels = _in_mass(rule, percent)
    if levels:
        notes.append(Note("label", f"rates named: {_joined(levels)} mg/kg/min", _sources(product)))
    if rule is not None and rule.complete:
        return _Named(levels, complete=True)
    after = f" after {levels[-1]:g} mg/kg/min" if levels else ""
    text = f"each step doubles the rate{after}: how much a step raises it was not found in a source"
    notes.append(Note("assumed", text))
    return _Named(levels)


def _in_mass(rule: StepRule | None, percent: float) -> tuple[float, ...]:
    if rule is None or not rule.levels:
        return ()
    factor = percent * 10.0 if rule.level_unit == "mL/kg/min" else 1.0
    return tuple(round(level * factor, 9) for level in rule.levels)


def read_ramp(row: Practice) -> tuple[float, ...]:
    """Return the rates (mg/kg/min) of a row of `dosing_practice.tsv`.

    Examples
    --------
    >>> read_ramp(load_practice()["ramp_octagam10"])
    (1.0, 2.0, 4.0, 8.0, 12.0)
    """
    factor = {"mg/kg/min": 1.0, "mg/kg/h": 1 / 60}[row.unit]
    return tuple(float(part) * factor for part in row.value.split(";"))


def _minutes(
    product: Product, rule: StepRule | None, asked: float | None, notes: list[Note]
) -> tuple[float, float]:
    """Return how long the first rate and every later one runs (min)."""
    shortest = 0.0 if rule is None else max(rule.first_min, rule.every_min[0])
    if asked is not None:
        if not 0 < asked <= LONGEST_MINUTES or asked < shortest:
            least = f"{shortest:g}, as the label of {product.name} says," if shortest else "above 0"
            near = min(max(asked, shortest or ASSUMED_MINUTES), LONGEST_MINUTES)
            raise InputError(
                f"steps of {asked:g} min are refused; accepted: from {least} to {LONGEST_MINUTES:g} min"
                f" (nearest: {near:g})"
            )
        notes.append(Note("asked", f"each rate but the last runs {asked:g} min"))
        return asked, asked
    if rule is None:
        text = f"each rate but the last runs {ASSUMED_MINUTES:g} min: how long was not found in a source"
        notes.append(Note("assumed", f"{text} (--step-minutes sets it)"))
        return ASSUMED_MINUTES, ASSUMED_MINUTES
    low, high = rule.every_min
    text = f"the first rate runs {rule.first_min:g} min, each later one but the last {high:g} min"
    if low != high:
        text += f" (the label: {low:g} to {high:g}, the longer is taken)"
    notes.append(Note("label", text, _sources(product)))
    return rule.first_min, high


def _joined(levels: tuple[float, ...]) -> str:
    return ", ".join(f"{level:g}" for level in levels)


def _sources(product: Product) -> str:
    return " ; ".join(product.sources)
