"""Safety and infusion: published figures on adverse events, and how the doses would be infused."""

from __future__ import annotations

from collections.abc import Mapping

from htmltools import TagChild, TagList, tags

from ivigsim.products import InfusionPlan
from ivigsim.report.safety_wording import (
    NOT_AVERAGED,
    NOT_ZERO,
    difference_text,
    dose_text,
    nothing_text,
    plan_text,
    summary_text,
)
from ivigsim.report.wording import RESEARCH_ONLY
from ivigsim.safety.adverse import Assessment, assess, difference
from ivigsim.safety.adverse.patient import PATIENT
from ivigsim.web.command import command_line
from ivigsim.web.jobs import Task
from ivigsim.web.page import infusion
from ivigsim.web.page.markup import Panel, about, badge, bullets, head_of, stacked, table
from ivigsim.web.page.state import State

NO_PRODUCT = "Choose a product to see vials, volumes and rate steps."


def build(state: State, task: Task) -> Panel:
    """Return adverse events and infusion plans."""
    found = assessments(state)
    task.check()
    parts: list[TagChild] = [tags.h3("Infusion plan")]
    planned, refused = infusion.plans(state) if state.product else ({}, {})
    parts.append(infusion.tables(state, planned, refused) if state.product else tags.p(NO_PRODUCT))
    parts.append(tags.h3("Adverse events"))
    parts.append(_events(found) if found else tags.p("No regimen has IVIG: there is nothing to list."))
    names = list(found)
    return Panel(
        view="safety",
        html={
            "safety-choices": str(infusion.choices(state)),
            "safety-tables": str(TagList(*parts)),
            "say-safety": _sentences(planned),
        },
        charts={"safety": infusion.chart(planned)},
        command=safety_command(state, *names) if names else "",
        code=safety_code(state, names[0]) if names else "",
        status=f"Published figures for {len(found)} regimens with IVIG. {NOT_AVERAGED}",
    )


def assessments(state: State) -> dict[str, Assessment]:
    """Return what is published on the adverse events of each regimen with IVIG."""
    weight = state.covariates.get("weight_kg")
    known = {name: value for name, value in state.covariates.items() if name in PATIENT}
    if weight is None and known.get("age_years", 18.0) < 18:
        weight = infusion.weight_of(state)[0]
    return {
        letter: assess(
            state.phrases[letter], product=state.product or None, weight_kg=weight, covariates=known
        )
        for letter in state.phrases
        if infusion.ivig_of(state, letter)
    }


def safety_command(state: State, *letters: str) -> str:
    """Return a line for a shell that lists the adverse events."""
    own = {"age_years": "age", "weight_kg": "weight", "blood_group": "blood-group"}
    options: dict[str, object] = {"product": state.product or None}
    options |= {
        option: _short(state.covariates[name]) for name, option in own.items() if name in state.covariates
    }
    others = {name: value for name, value in state.covariates.items() if name in PATIENT and name not in own}
    phrases = [state.phrases[letter] for letter in letters]
    return command_line("safety", phrases, options, others, {}).removesuffix(" --json")


def safety_code(state: State, letter: str) -> str:
    """Return Python lines that list the adverse events of a regimen."""
    known = {name: value for name, value in state.covariates.items() if name in PATIENT}
    given = [repr(state.phrases[letter])]
    given += [f"product={state.product!r}"] if state.product else []
    given += [f"weight_kg={state.covariates['weight_kg']!r}"] if "weight_kg" in state.covariates else []
    given += [f"covariates={known!r}"] if known else []
    lines = ["from ivigsim.safety.adverse import assess", "", f"found = assess({', '.join(given)})"]
    return "\n".join([*lines, "for event in found.events:", "    print(event.title, event.summaries)"])


def _events(found: Mapping[str, Assessment]) -> TagList:
    rows: list[list[TagChild]] = []
    for place, risk in enumerate(next(iter(found.values())).events):
        cells: list[TagChild] = [risk.title]
        for letter, each in found.items():
            own = each.events[place]
            texts: list[TagChild] = [
                about(summary_text(summary), f"event:{letter}:{risk.event}:{i}")
                for i, summary in enumerate(own.summaries)
            ]
            nothing = nothing_text(own)
            cells.append(stacked([*texts, *([tags.small(nothing)] if nothing else [])]))
        rows.append(cells)
    heads: list[TagChild] = ["Event", *(head_of(letter, each.plan.regimen) for letter, each in found.items())]
    plans = [TagList(badge(letter), " ", plan_text(each)) for letter, each in found.items()]
    return TagList(
        bullets(plans),
        table("Published figures: range over the sources", heads, rows),
        _differences(found),
        bullets([NOT_AVERAGED, RESEARCH_ONLY]),
    )


def _differences(found: Mapping[str, Assessment]) -> TagList:
    """Return what the sources support of a difference between the regimens."""
    if len(found) < 2:
        return TagList()
    between = difference(found["A"], found["B"])
    titles = {risk.event: risk.title for risk in found["A"].events}
    rows: list[list[TagChild]] = [
        [titles[each.event], each.outcome, difference_text(each), each.why, ", ".join(each.rows)]
        for each in between.by_source
        if each.same is not None
    ]
    heads = ["Event", "Outcome", "B − A", "Assumed", "Source"]
    made = table("Differences that a source supports", heads, rows) if rows else None
    return TagList(made, bullets([dose_text(between.dose), NOT_ZERO]))


def _sentences(planned: Mapping[str, InfusionPlan]) -> str:
    """Say in words what the chart shows."""
    texts = []
    for letter, plan in planned.items():
        steps = plan.infusions[0].steps
        rates = ", ".join(f"{step.rate_mg_kg_min:.3g} for {step.minutes:.0f} min" for step in steps)
        texts.append(f"Regimen {letter}, {plan.name}: first infusion at {rates}, in mg/kg/min.")
    return " ".join(texts) or NO_PRODUCT


def _short(value: object) -> object:
    return f"{value:g}" if isinstance(value, float) else value
