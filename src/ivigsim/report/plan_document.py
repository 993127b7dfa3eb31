"""An infusion plan as one JSON document; what is unknown is null."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ivigsim._version import __version__
from ivigsim.products import Infusion, InfusionPlan
from ivigsim.products.loads import Load
from ivigsim.report.plan_wording import sources
from ivigsim.report.wording import RESEARCH_ONLY

if TYPE_CHECKING:
    from ivigsim.report.comparison import Comparison


def plan_part(plan: InfusionPlan) -> dict[str, Any]:
    """Return a plan as plain values; units are in the names.

    Examples
    --------
    >>> from ivigsim.products import infusion_plan
    >>> part = plan_part(infusion_plan("Privigen", 70, "1 g/kg daily x2"))
    >>> part["infusions"][1]["starts"], part["infusions"][1]["volume_ml"]
    ('09:00', 700.0)
    """
    weight = plan.weight
    return {
        "product": plan.product.name,
        "strength_percent": plan.percent,
        "indication": plan.indication,
        "dose": plan.dose,
        "weight": {
            "actual_kg": weight.actual_kg,
            "dosing": weight.kind,
            "dosing_kg": weight.kg,
            "formula": weight.formula or None,
        },
        "rounding": plan.rounding,
        "vial_sizes_unverified": "vial_sizes_g" in plan.product.unverified,
        "label_max_mg_kg_min": plan.label_max_mg_kg_min,
        "cap_mg_kg_min": plan.cap.value,
        "stays_below_cap": plan.cap.below,
        "total_g": plan.grams,
        "infusions": [_infusion(plan, each) for each in plan.infusions],
        "notes": [
            {"kind": note.kind, "text": note.text, "source": note.source or None} for note in plan.notes
        ],
        "sources": sources(plan),
    }


def plan_document(plan: InfusionPlan, comparison: Comparison | None = None) -> str:
    """Return a plan, with its simulation when there is one."""
    content: dict[str, Any] = {"ivigsim": __version__, **plan_part(plan)}
    if comparison is not None:
        from ivigsim.report.document import document

        content["simulation"] = document(comparison).model_dump(mode="json")
    whole = {**content, "disclaimer": RESEARCH_ONLY}
    return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False)


def _infusion(plan: InfusionPlan, infusion: Infusion) -> dict[str, Any]:
    vials = infusion.vials
    return {
        "number": infusion.number,
        "day": infusion.day,
        "asked_g": infusion.asked_g,
        "grams": infusion.grams,
        "rounded_by_percent": infusion.rounded_by_percent,
        "vials": None if vials is None else [{"size_g": size, "number": n} for size, n in vials.counts],
        "left_over_g": None if vials is None else vials.left_g,
        "volume_ml": infusion.volume_ml,
        "minutes": infusion.minutes,
        "starts": plan.clock(infusion, 0),
        "ends": plan.clock(infusion, infusion.minutes),
        "steps": [
            {
                "starts": plan.clock(infusion, step.start_min),
                "start_min": step.start_min,
                "minutes": step.minutes,
                "rate_mg_per_kg_min": step.rate_mg_kg_min,
                "rate_ml_per_h": step.rate_ml_h,
                "grams": step.grams,
                "volume_ml": step.volume_ml,
                "total_g": step.total_g,
                "total_ml": step.total_ml,
            }
            for step in infusion.steps
        ],
        "sodium": _load(infusion.sodium),
        "sugar": _load(infusion.sugar),
    }


def _load(load: Load) -> dict[str, Any]:
    return {"low": load.low, "high": load.high, "unit": load.unit, "text": load.text}
