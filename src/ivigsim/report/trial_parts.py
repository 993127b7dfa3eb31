"""The tables of a trial in the order a report shows them, each with the notes below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ivigsim.report import trial_tables as tables
from ivigsim.report.wording import count
from ivigsim.trials.statistics import Analysis
from ivigsim.trials.statistics.power import PowerCurve

if TYPE_CHECKING:
    from rich.table import Table

Part = tuple["Table", list[str]]


def parts(found: Analysis, tag: Mapping[str, str]) -> list[Part]:
    """Return the tables that have something to show, and their notes.

    Parameters
    ----------
    found : Analysis
    tag : mapping
        What tables call each arm, see `tags`.
    """
    made = [(tables.arms_table(found, tag), _left_out(found))]
    compared = bool(found.design.compared)
    if found.responses:
        made.append((tables.shares_table(found, tag), []))
        if compared:
            made.append((tables.differences_table(found, tag), _pair_notes(found, tag)))
    if found.times:
        made.append((tables.times_table(found, tag), ["NR: not reached."]))
        if compared:
            made.append((tables.hazards_table(found, tag), _time_notes(found, tag)))
    if found.counts is not None:
        made.append((tables.counts_table(found, found.counts, tag), _count_notes(found)))
    made.append((tables.use_table(found, tag), []))
    if found.responses:
        made.append((tables.responders_table(found, tag), [_sentence(found.use.method)]))
    if found.power:
        made.append((tables.power_table(found, tag), _power_notes(found, tag)))
    return made


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _left_out(found: Analysis) -> list[str]:
    left_out = sum(arm.left_out for arm in found.arms)
    if not left_out:
        return []
    return [f"Not analysed besides: {count(left_out, 'simulation')} of patients who failed in another arm."]


def _pair_notes(found: Analysis, tag: Mapping[str, str]) -> list[str]:
    notes = []
    for result in found.responses:
        for row in result.comparisons:
            if row.pairs is not None:
                both, arm, reference = row.pairs, tag[row.arm], tag[row.reference]
                notes.append(
                    f"Pairs, {result.label}: both {both.both:,}, {arm} only {both.arm_only:,},"
                    f" {reference} only {both.reference_only:,}, neither {both.neither:,}."
                )
    return [*notes, _sentence(found.responses[0].method)]


def _time_notes(found: Analysis, tag: Mapping[str, str]) -> list[str]:
    notes = ["A hazard ratio above 1: the event comes earlier than in the reference."]
    for result in found.times:
        for row in result.comparisons:
            if row.order is not None:
                order, arm, reference = row.order, tag[row.arm], tag[row.reference]
                until = "" if row.up_to_d is None else f"; days later up to day {row.up_to_d:g}"
                notes.append(
                    f"Order, {result.label}: first in {arm} {order.arm_first:,}, in {reference}"
                    f" {order.reference_first:,}, together {order.together:,}, not told {order.untold:,}"
                    f"{until}."
                )
    return [*notes, _sentence(found.times[0].method)]


def _count_notes(found: Analysis) -> list[str]:
    notes = []
    hidden = len(found.design.visits) - len(tables.shown_days(found))
    if hidden:
        notes.append(f"{count(hidden, 'visit')} not shown; the comparison over all visits holds all.")
    if found.counts is not None and found.design.compared:
        notes.append(f"Ratio of geometric means; {found.counts.method}.")
    return notes


def _power_notes(found: Analysis, tag: Mapping[str, str]) -> list[str]:
    label = found.design.label(found.power[0].endpoint)
    notes = [_needed(curve, label, tag[curve.arm], found.design.kind == "paired") for curve in found.power]
    notes += [_estimate(curve, tag[curve.arm]) for curve in found.power if curve.percentiles]
    curve = found.power[0]
    notes.append(
        f"Power: share of {curve.replicates:,} replicates with p below {1 - found.design.level:.3g}, the"
        f" limits are their error; smaller sizes are the first patients of each. Formula: {curve.formula}."
    )
    return notes


def _needed(curve: PowerCurve, label: str, arm: str, paired: bool) -> str:
    need = curve.needed
    each = "" if paired else " per arm"
    error = ""
    if need.n is not None and need.low is not None:
        high = f"more than {curve.n:,}" if need.high is None else f"{need.high:,}"
        error = f" (error of the replicates: {need.low:,} to {high})"
    return f"{arm}: power {100 * curve.target:g}% on {label} needs {need.words} patients{each}{error}."


def _estimate(curve: PowerCurve, arm: str) -> str:
    """Say how far single trials spread; shares in percent."""
    scale = 100.0 if curve.estimate_is_share else 1.0
    mean, low, high = (
        scale * x for x in (curve.estimate or 0.0, curve.percentiles[0], curve.percentiles[-1])
    )
    unit = " (%)" if curve.estimate_is_share else ""
    return (
        f"{arm}: {curve.estimate_of}{unit} over replicates of {curve.n:,}: mean {mean:.3g}, middle 95%"
        f" {low:.3g} to {high:.3g}."
    )
