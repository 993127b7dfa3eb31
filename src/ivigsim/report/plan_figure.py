"""The figure of an infusion plan: the rate against the hours of the infusion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivigsim.products import InfusionPlan
from ivigsim.report.plan_wording import alike
from ivigsim.report.wording import RESEARCH_ONLY

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STYLES = ("-", "--", ":", "-.")  # told apart without colour


def draw_plan(plan: InfusionPlan) -> Figure:
    """Draw the rate of each kind of infusion, and the highest rate of the label.

    Parameters
    ----------
    plan : InfusionPlan

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for place, group in enumerate(alike(plan)):
        infusion = group[0]
        edges = [step.start_min / 60 for step in infusion.steps] + [infusion.minutes / 60]
        rates = [step.rate_mg_kg_min for step in infusion.steps]
        days = ", ".join(f"{each.day:g}" for each in group)
        label = f"{infusion.grams:g} g, day {days}"
        axes.stairs(rates, edges, baseline=0, linewidth=2, linestyle=_STYLES[place % 4], label=label)
    axes.axhline(plan.label_max_mg_kg_min, color="black", linewidth=0.8, linestyle=(0, (6, 4)))
    axes.annotate(
        f"highest rate of the label for {plan.indication}",
        (1, plan.label_max_mg_kg_min),
        xycoords=("axes fraction", "data"),
        xytext=(-4, 4),
        textcoords="offset points",
        horizontalalignment="right",
        fontsize=8,
    )
    axes.set(
        xlabel="Hours from the start of the infusion",
        ylabel="Rate, mg/kg/min",
        ylim=(0, plan.label_max_mg_kg_min * 1.15),
        title=f"{plan.name}: {plan.dose}",
    )
    axes.set_xlim(left=0)
    axes.legend(loc="upper left", bbox_to_anchor=(0, 0.85), frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.supxlabel(RESEARCH_ONLY, x=0.01, horizontalalignment="left", fontsize=7)
    return figure
