"""What a reader of a plan must know beside its numbers."""

from __future__ import annotations

from dataclasses import replace

from ivigsim.products.definition import Product
from ivigsim.products.infusion import InfusionPlan
from ivigsim.products.ladder import Note
from ivigsim.products.practice import load_practice

_TIE = "of two totals as near, the larger"
_WORDS = {
    "nearest": f"doses are rounded to the nearest total of whole vials ({_TIE})",
    "up": "doses are rounded up to whole vials",
    "down": "doses are rounded down to whole vials",
    "none": "doses are not rounded",
}


def plan_notes(plan: InfusionPlan) -> InfusionPlan:
    """Return the plan with notes on rounding, vials, weight, licence and the label's dose."""
    more = [
        *_licence(plan),
        Note("asked", _WORDS[plan.rounding]),
        *_vials(plan),
        *_much_rounded(plan),
        *_weight(plan),
    ]
    return replace(plan, notes=(*plan.notes, *more))


def _licence(plan: InfusionPlan) -> list[Note]:
    product, code = plan.product, plan.indication
    sources = " ; ".join(product.sources)
    if code not in product.indications:
        listed = ", ".join(product.indications) or "unknown"
        return [Note("label", f"not licensed for {code} in the US; licensed: {listed}", sources)]
    found = []
    if limit := product.indication_limits[code]:
        found.append(Note("label", f"licensed for {code} in {limit}", sources))
    if code == "ITP":
        found.append(_label_dose(product, sources))
    return found


def _label_dose(product: Product, sources: str) -> Note:
    text = product.text("ITP_dose_regimen")
    if product.known("ITP_dose_regimen"):
        return Note("label", f"dose of the label in ITP: {text}", sources)
    return Note("unknown", f"dose of the label in ITP: {text}")


def _vials(plan: InfusionPlan) -> list[Note]:
    product = plan.product
    if not product.vial_sizes_g:
        return [Note("unknown", "vial sizes were not found in a source")]
    if "vial_sizes_g" in product.unverified:
        sizes = ", ".join(f"{size:g}" for size in product.vial_sizes_g)
        return [Note("unknown", f"vial sizes {sizes} g are partly unverified")]
    return []


def _much_rounded(plan: InfusionPlan) -> list[Note]:
    """Say when rounding changes a dose more than a published limit on rounding allows."""
    row = load_practice()["round_hopa"]
    most = max(plan.infusions, key=lambda each: abs(each.rounded_by_percent)).rounded_by_percent
    if abs(most) <= float(row.value):
        return []
    text = f"rounding changes a dose by {most:+.1f}%, {row.setting} stays within {row.value}% ({row.notes})"
    return [Note("label", text, row.source)]


def _weight(plan: InfusionPlan) -> list[Note]:
    weight = plan.weight
    found = []
    if weight.kind != "actual":
        text = f"{weight.kind} weight {weight.kg:.1f} kg: {weight.formula}; rates are per kg of it too"
        found.append(Note("asked", text, weight.source))
    found += [_remark(text) for text in weight.remarks]
    return found


def _remark(text: str) -> Note:
    assumed = text.startswith("assumed: ")
    return Note("assumed" if assumed else "practice", text.removeprefix("assumed: "))
