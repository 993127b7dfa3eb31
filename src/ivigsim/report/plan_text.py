"""An infusion plan as a terminal shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivigsim._version import __version__
from ivigsim.products import Infusion, InfusionPlan
from ivigsim.report.plan_wording import (
    KINDS,
    alike,
    by_kind,
    duration_text,
    load_text,
    sources,
    vials_text,
)
from ivigsim.report.product_text import console_and_say
from ivigsim.report.wording import RESEARCH_ONLY, count

if TYPE_CHECKING:
    from rich.table import Table


def print_plan(plan: InfusionPlan, kept: str) -> None:
    """Print a plan: the infusions with their rate steps, what they rest on, and the sources.

    Parameters
    ----------
    plan : InfusionPlan
    kept : str
        Sentence on where files are; empty for none.
    """
    console, say = console_and_say()
    say(f"ivigsim {__version__}: infusion plan")
    say(f"{plan.name}: {plan.dose}", "bold")
    weight = plan.weight
    by = "" if weight.kind == "actual" else f", dosed by {weight.kind} weight {weight.kg:.1f} kg"
    say(f"{weight.actual_kg:g} kg{by}; rates for {plan.indication}, {_cap(plan)}")
    for group in alike(plan):
        console.print()
        say(_head(plan, group), "bold")
        first = group[0]
        say(_dose(plan, first))
        console.print(_table(plan, first))
        say(f"Total time {duration_text(first.minutes)}, from {plan.clock(first, 0)} to"
            f" {plan.clock(first, first.minutes)}.")  # fmt: skip
        say(f"Sodium: {load_text(first.sodium)}. Sugar: {load_text(first.sugar)}.")
    console.print()
    if len(plan.infusions) > 1:
        say(f"{count(len(plan.infusions), 'infusion')}, {plan.grams:g} g in all.")
    for kind, notes in by_kind(plan.notes).items():
        say(f"{KINDS[kind]}:", "bold")
        for note in notes:
            say(note.text, indent=2)
    say("Sources:", "bold")
    for source in sources(plan):
        say(source, indent=2)
    if kept:
        say(kept)
    say(RESEARCH_ONLY, "bold")


def _cap(plan: InfusionPlan) -> str:
    cap = f"{'below' if plan.cap.below else 'at most'} {plan.cap.value:g} mg/kg/min"
    lower = plan.cap.below or plan.cap.value < plan.label_max_mg_kg_min
    return f"{cap} (label: {plan.label_max_mg_kg_min:g})" if lower else cap


def _head(plan: InfusionPlan, group: list[Infusion]) -> str:
    days = ", ".join(f"{each.day:g}" for each in group)
    if len(group) == 1:
        return f"Infusion {group[0].number} of {len(plan.infusions)}, day {days}"
    numbers = ", ".join(str(each.number) for each in group)
    return f"Infusions {numbers} of {len(plan.infusions)}, on days {days}, each:"


def _dose(plan: InfusionPlan, infusion: Infusion) -> str:
    text = f"Dose {infusion.grams:g} g = {infusion.volume_ml:.4g} mL"
    if abs(infusion.rounded_by_percent) > 1e-9:
        text += f" (asked for: {infusion.asked_g:.4g} g, {infusion.rounded_by_percent:+.1f}%)"
    doubt = " (sizes partly unverified)" if "vial_sizes_g" in plan.product.unverified else ""
    return f"{text}; vials: {vials_text(infusion)}{doubt}."


def _table(plan: InfusionPlan, infusion: Infusion) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for head in ("Start", "Minutes", "mg/kg/min", "mL/h", "mL", "mL so far", "g so far"):
        table.add_column(head, justify="left" if head == "Start" else "right")
    for step in infusion.steps:
        table.add_row(
            plan.clock(infusion, step.start_min),
            f"{step.minutes:.4g}",
            f"{step.rate_mg_kg_min:.4g}",
            f"{step.rate_ml_h:.1f}",
            f"{step.volume_ml:.1f}",
            f"{step.total_ml:.1f}",
            f"{step.total_g:.4g}",
        )
    return table
