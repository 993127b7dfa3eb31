"""The infusion plan of each regimen, with a product and within the rates of its label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from htmltools import Tag, TagChild, TagList, tags

from ivigsim.errors import InputError
from ivigsim.products import InfusionPlan, infusion_plan, load_products
from ivigsim.products import product as product_named
from ivigsim.report.plan_wording import KINDS, alike, by_kind, duration_text, load_text, sources, vials_text
from ivigsim.web.page.markup import Attributes, badge, bullets, short, table
from ivigsim.web.page.state import State

USUAL_WEIGHT_KG = 70.0
"""As in `ivigsim safety`: taken when no weight is fixed on the page, and said so."""


def choices(state: State) -> Tag:
    """Return the field for the product."""
    chosen: Attributes = {"selected": ""}
    options = [
        tags.option(name or "none", {"value": name}, chosen if name == state.product else {})
        for name in ("", *load_products())
    ]
    field: Attributes = {
        "id": "field-product",
        "name": "product",
        "form": "controls",
        "class": "form-select",
        "data-default": "",
    }
    label = tags.label("Product", {"for": "field-product"})
    return tags.div(label, tags.select(*options, field), class_="inline-field")


def weight_of(state: State) -> tuple[float, str]:
    """Return the weight (kg) of the plan, and a word on it."""
    fixed = state.covariates.get("weight_kg")
    return (float(fixed), "fixed on this page") if fixed else (USUAL_WEIGHT_KG, "assumed: none is fixed here")


def plans(state: State) -> tuple[dict[str, InfusionPlan], dict[str, str]]:
    """Return the plan of each regimen with IVIG, or why there is none.

    Examples
    --------
    >>> found, refused = plans(State(product="Privigen", b="dexamethasone 40 mg daily x4"))
    >>> found["A"].grams, refused
    (140.0, {'B': 'no IVIG, nothing to infuse'})
    """
    found, refused = {}, {}
    for letter in state.phrases:
        dose = ivig_of(state, letter)
        if not dose:
            refused[letter] = "no IVIG, nothing to infuse"
            continue
        try:
            found[letter] = infusion_plan(
                state.product,
                weight_of(state)[0],
                dose,
                concentration=strength(state.product),
                allow_extreme=state.extreme,
            )
        except InputError as error:
            refused[letter] = str(error)
    return found, refused


def ivig_of(state: State, letter: str) -> str:
    """Return the courses of IVIG of a regimen as a phrase; empty when it has none."""
    treatment = state.treatment(letter)
    courses = () if treatment is None else treatment.courses
    return " + ".join(str(course) for course in courses if course.drug == "IVIG")


def strength(name: str) -> float | None:
    """Return the strength (%) to plan with: the lowest where a product has several, which the page says."""
    strengths = product_named(name).concentrations_percent
    return min(strengths) if len(strengths) > 1 else None


def chart(found: Mapping[str, InfusionPlan]) -> dict[str, Any]:
    """Return the rates of each first infusion as steps."""
    arms = []
    for letter, plan in found.items():
        steps = plan.infusions[0].steps
        end = steps[-1].start_min + steps[-1].minutes
        drawn = (*steps, steps[-1])  # the last rate holds until the end
        arms.append(
            {
                "letter": letter,
                "regimen": f"{plan.name}, {plan.dose}",
                "hours": [short(step.start_min / 60) for step in steps] + [short(end / 60)],
                "rate": [short(step.rate_mg_kg_min) for step in drawn],
                "words": [
                    f"{step.rate_mg_kg_min:.3g} mg/kg/min = {step.rate_ml_h:.0f} mL/h, {step.minutes:.0f} min"
                    for step in drawn
                ],
            }
        )
    return {"kind": "rates", "title": "Rate of the first infusion", "unit": "mg/kg/min", "arms": arms}


def tables(state: State, found: Mapping[str, InfusionPlan], refused: Mapping[str, str]) -> TagList:
    """Return the plans as tables, with what they rest on."""
    parts: list[TagChild] = [tags.p(badge(letter), " ", text) for letter, text in refused.items()]
    kg, word = weight_of(state)
    for letter, plan in found.items():
        rows: list[list[TagChild]] = []
        for group in alike(plan):
            first = group[0]
            rows.append(
                [
                    f"day {', '.join(f'{each.day:g}' for each in group)}",
                    f"{first.grams:g} g",
                    vials_text(first),
                    f"{first.volume_ml:.4g} mL",
                    duration_text(first.minutes),
                    load_text(first.sodium),
                    load_text(first.sugar),
                ]
            )
        heads = ["Infusion", "Dose", "Vials", "Volume", "Time", "Sodium", "Sugar"]
        caption = f"Regimen {letter}: {plan.name}, {plan.dose}, {kg:g} kg ({word}), {plan.grams:g} g in all"
        parts.append(table(caption, heads, rows))
    return TagList(*parts, bullets(_notes(found)))


def _notes(found: Mapping[str, InfusionPlan]) -> list[str]:
    texts = []
    for plan in found.values():
        for kind, notes in by_kind(plan.notes).items():
            texts += [f"{KINDS[kind]}: {note.text}" for note in notes]
        texts += [f"Source: {source}" for source in sources(plan)]
        if len(plan.product.concentrations_percent) > 1:
            texts.append(f"{plan.product.name} has several strengths; the lowest is planned with.")
    return list(dict.fromkeys(texts))
