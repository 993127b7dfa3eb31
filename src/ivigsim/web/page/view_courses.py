"""The courses of platelets, IgG, phagocytosis, autoantibody and haemoglobin, with doses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from htmltools import Tag, TagChild, TagList, tags

from ivigsim.evidence import Row, load_rows
from ivigsim.evidence.wording import result_text
from ivigsim.report.panel import THRESHOLDS
from ivigsim.report.table import simulated_text
from ivigsim.web.jobs import Task
from ivigsim.web.page.commands import command, simulate_code
from ivigsim.web.page.markup import Panel, about, badge, bullets, short
from ivigsim.web.page.results import ArmResult, arms
from ivigsim.web.page.state import State
from ivigsim.web.page.words import EXPLAINED, TITLES, number, output_unit

PERCENTILES = ("p05", "p25", "p50", "p75", "p95")
KEY_OUTCOMES = {
    "responded_by_day_1": "Reach 50×10⁹/L by day 1",
    "responded_by_day_7": "Reach 50×10⁹/L by day 7",
    "highest_median": "Highest median count",
    "duration_50": "Stay at or above 50×10⁹/L",
}
LEVELS = {
    "within": "Within the evidence",
    "near": "Near the evidence",
    "outside": "Outside the evidence",
}
COUNT_STATISTICS = ("median", "mean", "highest median")
"""Published statistics of the count itself, which can stand in the figure."""


def build(state: State, task: Task) -> Panel:
    """Return the courses of the regimens."""
    found = arms(state, task)
    html = {"key": str(_key(found)), "nearness": str(nearness_text(found))}
    html |= {f"say-{output}": _sentences(found, output) for output in TITLES}
    charts = {output: _chart(found, output) for output in TITLES}
    charts["platelets"]["thresholds"] = [[level, words.split("  ")[1]] for level, words in THRESHOLDS]
    charts["platelets"]["published"] = _points(found)
    seconds = sum(arm.seconds for arm in found.values())
    failed = sum(len(arm.failures) for arm in found.values())
    return Panel(
        view="courses",
        html=html,
        charts=charts,
        command=command(state, "simulate"),
        code=simulate_code(state),
        status=(
            f"{state.patients:,} virtual patients ({state.population}), {state.days} days, computed in"
            f" {seconds:.1f} s; {f'{failed} failed' if failed else 'none failed'}."
        ),
    )


def nearest_rows(arm: ArmResult) -> list[Row]:
    """Return the results published for a regimen, then the nearest that were fitted."""
    known = {row.id: row for row in load_rows()}
    return list(dict.fromkeys([*arm.published, *(known[id_] for id_ in arm.nearness.rows)]))


def _chart(found: Mapping[str, ArmResult], output: str) -> dict[str, Any]:
    return {
        "kind": "course",
        "title": TITLES[output],
        "output": output,
        "unit": output_unit(output),
        "log": output == "platelets",
        "arms": [
            {
                "letter": letter,
                "regimen": arm.regimen,
                "time": arm.curves.time_d,
                **{
                    p: [short(value) for value in getattr(arm.curves.outputs[output], p)] for p in PERCENTILES
                },
                "doses": [{"text": mark.text, "times": list(mark.times_d)} for mark in arm.doses],
            }
            for letter, arm in found.items()
        ],
    }


def _points(found: Mapping[str, ArmResult]) -> list[dict[str, Any]]:
    """Return the published counts at a known time: of this regimen, or the nearest that were fitted."""
    own = {row.id for arm in found.values() for row in arm.published}
    points = {}
    for arm in found.values():
        for row in nearest_rows(arm):
            e = row.endpoint
            counts = e is not None and e.quantity == "platelets" and e.threshold is None
            if e is None or e.window is None or not counts or e.statistic not in COUNT_STATISTICS:
                continue
            if row.against or e.window.end_d > arm.curves.time_d[-1]:
                continue
            points[row.id] = {
                "id": row.id,
                "day": e.window.end_d,
                "value": row.number,
                "low": row.low if row.interval == "95% CI" else None,
                "high": row.high if row.interval == "95% CI" else None,
                "same": row.id in own,
                "text": f"{row.id}, {row.citation}: {result_text(row)}",
            }
    return list(points.values())


def _key(found: Mapping[str, ArmResult]) -> Tag:
    return tags.dl(*(_card(found, id_, title) for id_, title in KEY_OUTCOMES.items()), class_="cards")


def _card(found: Mapping[str, ArmResult], id_: str, title: str) -> Tag:
    values = []
    for letter, arm in found.items():
        outcome = arm.outcome(id_)
        if outcome is not None:
            unit = {"%": "%", "1e9/L": "×10⁹/L", "d": " d"}.get(outcome.unit, f" {outcome.unit}")
            text, _, limits = simulated_text(outcome).partition(" ")
            value = f"{text}{unit}" if outcome.value is not None else text
            values.append(
                tags.dd(
                    badge(letter),
                    " ",
                    about(value, f"outcome:{letter}:{id_}", f"{outcome.method}; n = {outcome.n}"),
                    " ",
                    tags.small(limits.strip("()")) if limits else None,
                )
            )
    return tags.div(tags.dt(title), *values, class_="card-number")


def nearness_text(found: Mapping[str, ArmResult]) -> Tag:
    """Say how far each regimen lies from the results that the model was fitted to."""
    parts: list[TagChild] = []
    for letter, arm in found.items():
        near = arm.nearness
        words = tags.strong(f"{LEVELS[near.level]}.", class_=f"level level-{near.level}")
        parts.append(TagList(badge(letter), " ", words, " ", near.text))
        parts += [TagList(badge(letter), " ", note) for note in arm.notes]
        if arm.failures:
            reason = next(iter(arm.failures.values()))
            parts.append(TagList(badge(letter), f" {len(arm.failures)} patients failed: {reason}"))
    return bullets(parts)


def _sentences(found: Mapping[str, ArmResult], output: str) -> str:
    """Say in words what a chart shows."""
    texts = [f"{TITLES[output]}, {output_unit(output)}. {EXPLAINED[output]}"]
    for letter, arm in found.items():
        curve, time = arm.curves.outputs[output], arm.curves.time_d
        high, low = max(curve.p50), min(curve.p50)
        texts.append(
            f"Regimen {letter}, {arm.regimen}: the median starts at {number(curve.p50[0])}, is highest on day"
            f" {time[curve.p50.index(high)]:g} with {number(high)}, lowest on day"
            f" {time[curve.p50.index(low)]:g} with {number(low)}, and ends at {number(curve.p50[-1])};"
            f" the middle 90% of patients end between {number(curve.p05[-1])} and {number(curve.p95[-1])}."
        )
    return " ".join(texts)
