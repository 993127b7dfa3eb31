"""The evidence behind: the nearest published results, as points on the simulated shares and as a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from htmltools import TagChild, TagList, tags
from numpy.typing import NDArray

from ivigsim.errors import InputError
from ivigsim.evidence import Row
from ivigsim.evidence.wording import result_text
from ivigsim.outcomes import first_at_least, wilson
from ivigsim.report.table import simulated_text
from ivigsim.request import prepare
from ivigsim.web.jobs import Task
from ivigsim.web.notes import noted
from ivigsim.web.page.commands import command, simulate_code
from ivigsim.web.page.kept import Kept, key_of
from ivigsim.web.page.markup import Panel, about, badge, bullets, short, table
from ivigsim.web.page.results import ArmResult, Refused, arms
from ivigsim.web.page.state import State
from ivigsim.web.page.view_courses import nearest_rows, nearness_text

USUAL_COUNTS = (30.0, 50.0, 100.0)
LONGEST_D = 42
"""Shares by day are drawn up to here: later the published points are few and the curve is flat."""
READING = (
    "Thick lines: share of the virtual patients that had such a count at any daily output after day 0 up to"
    " that day, with its 95% interval. Thin lines: share on that day. Diamonds: published shares by a day."
    " Squares: on a day. Filled: published for this regimen. Open: the nearest that were fitted."
)


@dataclass(frozen=True, eq=False)
class ShareCurve:
    """Shares of patients (%), by day and on the day, with the 95% limits of the first."""

    by: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    on: NDArray[np.float64]


_counts: Kept[NDArray[np.float64]] = Kept(32)


def build(state: State, task: Task) -> Panel:
    """Return curves with points, and the list of published results."""
    found = arms(state, task)
    nearest = {letter: nearest_rows(arm) for letter, arm in found.items()}
    thresholds = sorted(
        {point["count"] for rows in nearest.values() for row in rows if (point := _point(row))}
    )
    thresholds = [count for count in thresholds if count] or list(USUAL_COUNTS)
    counts = {letter: _platelets(state, letter, task) for letter in found}
    charts = [_chart(found, nearest, counts, count) for count in thresholds]
    return Panel(
        view="evidence",
        html={
            "evidence-table": str(_list(found, nearest)),
            "say-evidence": _sentences(found, counts, thresholds),
        },
        charts={"evidence": {"kind": "shares", "charts": charts}},
        command=command(state, "simulate"),
        code=simulate_code(state),
        status=f"{sum(map(len, nearest.values()))} published results near the regimens.",
    )


def share_curve(platelets: NDArray[np.float64], count: float) -> ShareCurve:
    """Return shares by day from daily counts, shape (patients, days).

    Examples
    --------
    >>> found = share_curve(np.array([[8.0, 60.0, 20.0], [9.0, 20.0, 20.0]]), 50)
    >>> found.by.tolist(), found.on.tolist()
    ([0.0, 50.0, 50.0], [0.0, 50.0, 0.0])
    """
    days = np.arange(platelets.shape[1], dtype=np.float64)
    first = first_at_least(days[1:], platelets[:, 1:], count)  # what was there before counts for nothing
    reached = (first[:, None] <= days).sum(axis=0)
    low, high = wilson(reached, len(platelets))
    on = (platelets >= count).mean(axis=0)
    return ShareCurve(100.0 * reached / len(platelets), 100.0 * low, 100.0 * high, 100.0 * on)


def _platelets(state: State, letter: str, task: Task) -> NDArray[np.float64]:
    """Return the daily counts of the patients that did not fail."""

    def simulate() -> NDArray[np.float64]:
        try:
            with noted():  # the courses show the same notes
                run = prepare(
                    state.treatment(letter),
                    population=state.population,
                    patients=state.patients,
                    seed=state.seed,
                    days=min(state.days, LONGEST_D),
                    covariates=state.covariates,
                    switches=state.switches,
                    outputs=("platelets",),
                    allow_extreme=state.extreme,
                    threads=task.threads,
                )
        except InputError as error:
            raise Refused(letter, str(error)) from None
        parts = []
        for part in run.chunks():
            task.check()
            parts.append(part["platelets"][~part.failed])
        return np.concatenate(parts)

    return _counts.get(key_of(state, letter), simulate)


def _point(row: Row) -> dict[str, Any] | None:
    """Return a published share by or on a day as a point; None for what is none."""
    e = row.endpoint
    if e is None or row.against or e.window is None or (e.statistic, e.quantity) != ("share", "platelets"):
        return None
    if e.threshold is None or e.fold or e.window.kind not in ("by", "on") or e.over != "all patients":
        return None
    interval = row.interval == "95% CI"
    return {
        "id": row.id,
        "count": e.threshold,
        "kind": e.window.kind,
        "day": e.window.end_d,
        "value": row.number,
        "low": row.low if interval else None,
        "high": row.high if interval else None,
        "text": f"{row.id}, {row.citation}, n = {row.n}: {result_text(row)}",
    }


def _chart(
    found: Mapping[str, ArmResult],
    nearest: Mapping[str, list[Row]],
    counts: Mapping[str, NDArray[np.float64]],
    count: float,
) -> dict[str, Any]:
    shown = []
    for letter, arm in found.items():
        curve = share_curve(counts[letter], count)
        days = list(range(counts[letter].shape[1]))
        points = [
            {**point, "same": row in arm.published}
            for row in nearest[letter]
            if (point := _point(row)) and point["count"] == count and point["day"] <= days[-1]
        ]
        lines = {
            name: [short(x) for x in getattr(curve, name).tolist()] for name in ("by", "low", "high", "on")
        }
        shown.append(
            {"letter": letter, "regimen": arm.regimen, "time": days, **lines, "points": points}
        )  # fmt: skip
    return {"title": f"{count_text(count).capitalize()}×10⁹/L", "unit": "% of patients", "arms": shown}


def _list(found: Mapping[str, ArmResult], nearest: Mapping[str, list[Row]]) -> TagList:
    rows: list[list[TagChild]] = []
    for letter, arm in found.items():
        others = [row for row in nearest[letter] if row not in arm.published]
        for words, part in (("published for it", arm.published), ("nearest that were fitted", others)):
            if part:
                rows.append([TagList(badge(letter), f" {arm.regimen}: {words}")])
            rows += [_row(letter, arm, row) for row in part]
    heads = ["Result", "Published", "Simulated here", "Whom, with what", "Source"]
    return TagList(
        bullets([READING]),
        nearness_text(found),
        table("Nearest published results", heads, rows),
    )


def _row(letter: str, arm: ArmResult, row: Row) -> list[TagChild]:
    outcome = arm.outcome(row.outcome) if row.outcome else None
    simulated: TagChild = "-"
    if outcome is not None:
        simulated = about(simulated_text(outcome), f"outcome:{letter}:{outcome.id}", outcome.method)
    limits = f" ({row.low:g}–{row.high:g}{f', {row.interval}' if row.interval else ''})" if row.low else ""
    whom = f"{row.population}, n = {row.n if row.n is not None else 'unknown'}; {row.regimen_published}"
    source = tags.a(row.citation, href=row.link, rel="noreferrer") if _is_link(row.link) else row.citation
    return [about(row.id, f"published:{row.id}"), f"{result_text(row)}{limits}", simulated, whom, source]


def count_text(count: float) -> str:
    """Return a threshold in words; published "above 20" stands as 20.001 in the rows.

    Examples
    --------
    >>> count_text(50.0), count_text(20.001)
    ('at least 50', 'above 20')
    """
    whole = round(count)
    return f"above {whole}" if 0 < count - whole < 0.01 else f"at least {count:g}"


def _is_link(text: str) -> bool:
    return text.startswith(("https://", "http://")) and " " not in text


def _sentences(
    found: Mapping[str, ArmResult], counts: Mapping[str, NDArray[np.float64]], thresholds: Iterable[float]
) -> str:
    texts = []
    for letter, arm in found.items():
        parts = []
        for count in thresholds:
            by = share_curve(counts[letter], count).by
            parts.append(
                f"{by[min(7, len(by) - 1)]:.0f}% have {count_text(count)}×10⁹/L by day {min(7, len(by) - 1)}"
            )
        texts.append(f"Regimen {letter}, {arm.regimen}: {', '.join(parts)}.")
    return " ".join(texts)
