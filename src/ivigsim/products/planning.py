"""Making an infusion plan: dose to grams, grams to vials, rates to steps."""

from __future__ import annotations

from itertools import pairwise

from ivigsim.checks import check_flag
from ivigsim.errors import InputError, unknown
from ivigsim.products.asked import (
    read_clock,
    read_number,
    read_regimen,
    read_rounding,
    read_strength,
    single_doses,
)
from ivigsim.products.body_weight import DosedWeight, dosed_weight
from ivigsim.products.definition import Product
from ivigsim.products.infusion import MINUTES_PER_DAY, Infusion, InfusionPlan
from ivigsim.products.label_rates import label_rates
from ivigsim.products.ladder import Ladder, Note, cap_for, ladder_for
from ivigsim.products.library import indication_titles
from ivigsim.products.library import product as product_named
from ivigsim.products.loads import sodium_load, sugar_load
from ivigsim.products.planning_notes import plan_notes
from ivigsim.products.steps import rate_steps
from ivigsim.products.vials import Vials, vials_for
from ivigsim.treatment import doses_from_event_table


def infusion_plan(
    product: str | Product,
    weight_kg: float,
    dose: str,
    *,
    indication: str = "ITP",
    concentration: float | None = None,
    dosing_weight: str = "actual",
    height_cm: float | None = None,
    sex: str | None = None,
    rounding: str | None = None,
    max_rate: float | None = None,
    at_risk: bool = False,
    step_minutes: float | None = None,
    start: str = "09:00",
    allow_extreme: bool = False,
) -> InfusionPlan:
    """Plan the infusions of a product for one patient, within the rates of its label.

    Parameters
    ----------
    product : str or Product
        Name of a product, see `load_products`.
    weight_kg : float
        Actual body weight (kg).
    dose : str
        Doses of IVIG, with or without the name before it, as in "1 g/kg daily x2" or "70 g".
    indication : str
        Code of the indication whose rates are taken.
    concentration : float, optional
        Strength (%); needed when the product has several.
    dosing_weight : str
        "actual", "ideal" or "adjusted": what a dose per kg is multiplied by, and rates too.
    height_cm, sex : float, str, optional
        For the ideal and the adjusted weight; sex is "F" or "M".
    rounding : str, optional
        To whole vials: "nearest" (the default where the sizes are known), "up", "down", or "none".
    max_rate : float, optional
        A lower highest rate (mg/kg/min) than the label's.
    at_risk : bool
        Take the product's cap for patients at risk of renal failure or thrombosis.
    step_minutes : float, optional
        How long each rate runs (min), where the label does not say or allows it.
    start : str
        Clock time of the first infusion, and of every other that begins a whole number of days later.
    allow_extreme : bool
        Take a total above the guard against slips.

    Returns
    -------
    InfusionPlan

    Raises
    ------
    InputError
        For anything that is not accepted, and for a product whose rates are unknown.

    Examples
    --------
    >>> from ivigsim.products import infusion_plan
    >>> plan = infusion_plan("Privigen", 70, "1 g/kg daily x2")
    >>> first = plan.infusions[0]
    >>> first.grams, first.volume_ml, [step.rate_mg_kg_min for step in first.steps]
    (70.0, 700.0, [0.5, 1.0, 2.0, 4.0])
    """
    chosen = product if isinstance(product, Product) else product_named(product)
    if indication not in indication_titles():
        raise unknown("indication", str(indication), indication_titles())
    percent = read_strength(chosen, concentration)
    body = dosed_weight(dosing_weight, weight_kg, height_cm, sex)
    regimen = read_regimen(dose)
    rates = label_rates(chosen, percent, indication)
    cap = cap_for(
        chosen, rates, indication, read_number(max_rate, "max_rate"), check_flag("at_risk", at_risk)
    )
    ladder = ladder_for(chosen, percent, rates, cap, indication, read_number(step_minutes, "step_minutes"))
    how = read_rounding(chosen, rounding)
    infusions = tuple(
        _infusion(number, day, grams, chosen, percent, body, ladder, how)
        for number, (day, grams) in enumerate(sorted(single_doses(regimen, body.kg)), start=1)
    )
    _refuse_overlap(infusions)
    plan = InfusionPlan(
        product=chosen,
        percent=percent,
        indication=indication,
        dose=str(regimen),
        weight=body,
        start=read_clock(start),
        rounding=how,
        label_max_mg_kg_min=rates.highest,
        cap=cap,
        infusions=infusions,
        notes=(cap.note, *ladder.notes, *(Note("label", text) for text in rates.remarks)),
    )
    doses_from_event_table(plan.event_table(), 1, allow_extreme=allow_extreme)  # for its checks
    return plan_notes(plan)


def _infusion(
    number: int,
    day: float,
    asked_g: float,
    product: Product,
    percent: float,
    body: DosedWeight,
    ladder: Ladder,
    rounding: str,
) -> Infusion:
    vials: Vials | None = None
    grams = asked_g
    if product.vial_sizes_g:
        vials = vials_for(asked_g, product.vial_sizes_g, rounding)
        grams = vials.given_g
    volume = grams * 100.0 / percent
    return Infusion(
        number=number,
        day=day,
        asked_g=asked_g,
        grams=grams,
        vials=vials,
        volume_ml=volume,
        steps=tuple(rate_steps(grams, body.kg, percent, ladder)),
        sodium=sodium_load(product, percent, volume),
        sugar=sugar_load(product, percent, volume, grams),
    )


def _refuse_overlap(infusions: tuple[Infusion, ...]) -> None:
    for before, after in pairwise(infusions):
        free = (after.day - before.day) * MINUTES_PER_DAY
        if before.minutes > free:
            raise InputError(
                f"infusion {before.number} runs {before.minutes / 60:.1f} h, but the next begins after"
                f" {free / 60:.1f} h; accepted: a longer interval, smaller doses or a higher rate"
            )
