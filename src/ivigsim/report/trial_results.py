"""The results of a trial's report, as rows of text that a page can lay out."""

from __future__ import annotations

from collections.abc import Sequence

from ivigsim.report.trial_sections import Section
from ivigsim.report.trial_wording import (
    BLANK,
    amount,
    median_text,
    p_text,
    percent,
    points,
    ratio_text,
    signed,
)
from ivigsim.trials.statistics import Analysis


def flow_section(found: Analysis) -> Section:
    """Return what became of the patients."""
    head = ("Arm", "Simulated", "Failed", "Analysed", "Left early", "Rescued", "Rescues")
    rows = tuple(
        (
            arm.arm,
            f"{arm.simulated:,}",
            f"{arm.failed + arm.left_out:,}",
            f"{arm.analysed:,}",
            f"{arm.dropped_out:,}",
            f"{arm.rescued:,}",
            f"{arm.rescues:,}",
        )
        for arm in found.arms
    )
    return Section("Flow", head, rows, notes=found.notes)


def responses_section(found: Analysis) -> Section:
    """Return responders by arm, and how arms differ from the reference."""
    level = f"{100 * found.design.level:g}%"
    head = ("Arm", "Responders", f"% ({level} limits)", "Difference, points", "Ratio", "p")
    rows, groups, methods = [], [], []
    for result in found.responses:
        against = {row.arm: row for row in result.comparisons}
        for share in result.shares:
            other = against.get(share.arm)
            cells = ("reference", "", "") if other is None else (
                points(other.difference), ratio_text(other.ratio), p_text(other.p)
            )  # fmt: skip
            counted = f"{share.responders:,} of {share.judged:,}"
            rows.append(
                (
                    share.arm,
                    counted,
                    percent(share.share),
                    *(cells if found.design.compared else ("", "", "")),
                )
            )
            groups.append(result.label)
        methods.append(result.method)
    return Section("Responses", head, tuple(rows), tuple(groups), _sentences(methods))


def times_section(found: Analysis) -> Section:
    """Return times to events by arm, and how arms differ from the reference."""
    head = ("Arm", "At risk", "Events", "Median, d", "Hazard ratio", "p", "Days later")
    rows, groups, methods = [], [], []
    for result in found.times:
        against = {row.arm: row for row in result.comparisons}
        for curve in result.curves:
            other = against.get(curve.arm)
            median = BLANK if curve.curve is None else median_text(curve.curve.median)
            hazard = ("", "", "") if other is None else (
                ratio_text(other.hazard_ratio), p_text(other.p),
                signed(other.days_apart, 1) if other.days_apart else BLANK,
            )  # fmt: skip
            rows.append((curve.arm, f"{curve.patients:,}", f"{curve.events:,}", median, *hazard))
            groups.append(result.label)
        methods.append(result.method)
    note = "NR: not reached. A hazard ratio above 1: the event comes earlier than in the reference."
    return Section("Times", head, tuple(rows), tuple(groups), (note, *_sentences(methods)))


def counts_section(found: Analysis) -> Section:
    """Return counts at visits by arm, and their ratio to the reference."""
    head = ("Arm", "Counted", "Median (middle 50%), 1e9/L", "Times reference", "p")
    if found.counts is None:
        return Section("Counts", head, ())
    against = {(row.day, row.arm): row for row in found.counts.comparisons}
    rows, groups = [], []
    for visit in found.counts.visits:
        other = against.get((visit.day, visit.arm))
        cells = ("", "") if other is None else (ratio_text(other.ratio), p_text(other.p))
        middle = (
            BLANK if visit.median is None else f"{visit.median:.0f} ({visit.lower:.0f}–{visit.upper:.0f})"
        )
        rows.append((visit.arm, f"{visit.counted:,}", middle, *cells))
        groups.append(f"Day {visit.day:g}")
    return Section("Counts", head, tuple(rows), tuple(groups), _sentences([found.counts.method]))


def use_section(found: Analysis) -> Section:
    """Return IVIG used, per patient and per responder."""
    money = found.use.currency
    head = (
        "Arm",
        "g per patient, mean",
        "g per patient, median",
        "g per responder",
        *((f"{money} per responder",) if money else ()),
    )
    rows, groups = [], []
    use = {arm.arm: arm for arm in found.use.arms}
    for result in found.use.per_responder:
        arm = use[result.arm]
        grams = amount(result.grams) if result.responders else "no responder"
        cost = (amount(result.cost) if result.cost else BLANK,) if money else ()
        rows.append((result.arm, f"{arm.mean_g:,.1f}", f"{arm.median_g:,.1f}", grams, *cost))
        groups.append(found.design.label(result.endpoint))
    return Section("IVIG used", head, tuple(rows), tuple(groups), _sentences([found.use.method]))


def power_section(found: Analysis) -> Section:
    """Return the power of the primary comparison by size, or why there is none."""
    head = ("Patients per arm", "Power, % (limits)", "By formula, %")
    rows, groups, notes = [], [], []
    for curve in found.power:
        name = f"{curve.arm} against {curve.reference}, {found.design.label(curve.endpoint)}"
        for point in curve.points:
            formula = BLANK if point.formula is None else f"{100 * point.formula:.0f}"
            rows.append((f"{point.n:,}", percent(point.power), formula))
            groups.append(name)
        notes.append(f"{curve.arm}: power {100 * curve.target:g}% needs {curve.needed.words} per arm.")
    return Section(
        "Power",
        head,
        tuple(rows),
        tuple(groups),
        (*notes, *_sentences([found.no_power])),
    )


def _sentences(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{text[0].upper()}{text[1:]}." for text in dict.fromkeys(texts) if text)
