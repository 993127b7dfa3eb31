"""What to know when reading an analysis: who is counted how, and what the numbers do not say."""

from __future__ import annotations

from ivigsim.trials.statistics.cohorts import Cohorts
from ivigsim.trials.statistics.design import Design
from ivigsim.trials.statistics.repeated import CountsResult

DROPPED_OUT = (
    "Who dropped out stays in the trial: endpoints are judged on what was seen until then, times are censored"
    " then, later counts are missing, IVIG given until then is counted."
)
RESCUED = (
    "Counts at visits are as measured, also after a rescue; IVIG of a rescue is counted too. Times are"
    " censored at a rescue, which the worse patients get: a curve is not the share that would get there"
    " without it."
)
SEVERAL_ARMS = "Each arm is compared with the reference; p values are not adjusted for several arms."
NOT_JUDGED = "Patients whose response was not judged are left out of its share and of its comparisons."
COUNTERFACTUAL = (
    "These are differences within virtual patients who have every treatment from the same start. No trial in"
    " people can do that; one of as many people would have wider limits and less power."
)
NOT_AT_RISK = {
    "parallel": "A time that not everyone has (such as from response to loss) compares those who have it:"
    " after treatment these are other kinds of patients in each arm, so a difference may come from that.",
    "paired": "A time that not everyone has (such as from response to loss) is compared in the patients who"
    " have it in both arms.",
}
FAILED = {
    "parallel": "Failed simulations are left out.",
    "paired": "A patient whose simulation failed in one arm is left out of all: there is no counterfactual.",
}


def notes_of(
    design: Design, replicates: int, found: Cohorts, counted: CountsResult | None
) -> tuple[str, ...]:
    """Return the notes, one sentence or two each."""
    frames = found.by_arm.values()

    def anyone(column: str) -> bool:
        return any(frame[column].null_count() < frame.height for frame in frames)

    notes = [_pooling(replicates, design.level)]
    if design.kind == "paired" and design.compared:
        notes.append(COUNTERFACTUAL)
    if any(found.failed.values()):
        notes.append(FAILED[design.kind])
    if anyone("dropped_out_d"):
        notes.append(DROPPED_OUT)
    if anyone("rescued_d"):
        notes.append(RESCUED)
    if any(frame[name].null_count() for frame in frames for name in design.responses):
        notes.append(NOT_JUDGED)
    if any(frame[f"{name}_d"].null_count() for frame in frames for name in design.times):
        notes.append(NOT_AT_RISK[design.kind])
    if len(design.compared) > 1:
        notes.append(SEVERAL_ARMS)
    if counted is not None and counted.raised:
        notes.append(f"{counted.raised:,} counts below 1e9/L were taken as 1 where a logarithm is needed.")
    return tuple(notes)


def _pooling(replicates: int, level: float) -> str:
    said = (
        f"{100 * level:g}% intervals and p values say how much other virtual patients would differ, not how"
        " far the model is right."
    )
    if replicates == 1:
        return said
    return f"Patients of all {replicates:,} replicates are taken together, except for power. {said}"
