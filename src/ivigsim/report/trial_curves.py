"""Kaplan-Meier curves of a trial with numbers at risk, and counts over visits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ivigsim.report.figure import STYLE
from ivigsim.report.panel import COUNT_TICKS, SMALL
from ivigsim.report.trial_panel import MARKERS, WIDTH, finish, look, short
from ivigsim.trials.statistics import Analysis
from ivigsim.trials.statistics.survival import Curve
from ivigsim.trials.statistics.times import TimeResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 0.19  # inches
LEFT, RIGHT = 2.3, 0.25


def draw_times(found: Analysis, endpoint: str) -> Figure:
    """Draw the Kaplan-Meier curves of an endpoint, with limits as bands and numbers at risk below.

    Parameters
    ----------
    found : Analysis
    endpoint : str
        Id of one of `found.times`.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    result = next(result for result in found.times if result.endpoint == endpoint)
    arms = len(result.curves)
    tall, table = 2.9, ROW * (arms + 1)
    height = tall + table + 1.95
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height))
        wide = (WIDTH - LEFT - RIGHT) / WIDTH
        axes = figure.add_axes((LEFT / WIDTH, (1.35 + table) / height, wide, tall / height))
        _curves(axes, found, result)
        _at_risk(axes, found, result, ROW / tall)
        level = f"{100 * found.design.level:g}%"
        title = short(result.label, 70)
        finish(figure, found, title[:1].upper() + title[1:], f"Bands: {level} limits (log-log).")
    return figure


def _curves(axes: Axes, found: Analysis, result: TimeResult) -> None:
    end = 0.0
    for row in result.curves:
        if row.curve is None:
            continue
        curve, style = row.curve, look(found, row.arm)
        days = np.array(curve.days)
        share, low, high = (100 * np.array(x) for x in (curve.share, curve.low, curve.high))
        axes.fill_between(days, low, high, step="post", color=style["color"], alpha=0.15, linewidth=0)
        axes.step(days, share, where="post", linewidth=1.8, label=short(row.arm), **style)
        end = max(end, float(days[-1]))
    axes.set_ylim(0, 103)
    axes.set_xlim(0, end or 1)
    axes.set_ylabel("without the event (%)")
    handles, _ = axes.get_legend_handles_labels()
    if handles:
        axes.legend(fontsize=SMALL, frameon=False, loc="best", handlelength=3)


def _at_risk(axes: Axes, found: Analysis, result: TimeResult, row_height: float) -> None:
    """Write how many are at risk below the days of the axis."""
    from matplotlib.ticker import MaxNLocator

    days = [
        day
        for day in MaxNLocator(6, integer=True).tick_values(*axes.get_xlim())
        if 0 <= day <= axes.get_xlim()[1]
    ]
    axes.set_xticks(days)
    axes.set_xlabel("days")
    below = axes.get_xaxis_transform()
    top = -2.9 * row_height
    axes.text(
        -0.06, top, "at risk", fontsize=SMALL, ha="right", va="center", transform=axes.transAxes, color="0.3"
    )
    for place, row in enumerate(result.curves):
        height = top - (place + 1) * row_height
        colour = look(found, row.arm)["color"]
        axes.text(
            -0.06,
            height,
            short(row.arm, 30),
            fontsize=SMALL,
            ha="right",
            va="center",
            color=colour,
            transform=axes.transAxes,
        )
        for day in days:
            number = _risk_on(row.curve, day) if row.curve else 0
            axes.text(day, height, f"{number:,}", fontsize=SMALL, ha="center", va="center", transform=below)


def _risk_on(curve: Curve, day: float) -> int:
    """Return how many were still without event and in view just before a day."""
    place = int(np.searchsorted(np.array(curve.days), day))
    return curve.at_risk[place] if place < len(curve.days) else 0


def draw_counts(found: Analysis) -> Figure:
    """Draw the median count of every arm at each visit, and the middle 50% of patients as lines across.

    There is nothing to draw for a design without visits.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    height = 4.9
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes((0.65 / WIDTH, 1.25 / height, 6.7 / WIDTH, 3.2 / height))
        arms = found.design.arms
        days = found.design.visits
        gap = min(np.diff([0.0, *days])) if days else 1.0
        for place, arm in enumerate(arms):
            _median(axes, found, arm, (place - (len(arms) - 1) / 2) * min(0.16 * gap, 0.8 * gap / len(arms)))
        axes.set_yscale("log")
        low, high = axes.get_ylim()
        ticks = [tick for tick in COUNT_TICKS if low <= tick <= high]
        axes.set_yticks(ticks, [str(tick) for tick in ticks])
        axes.minorticks_off()
        for count in (30, 50, 100):
            if low <= count <= high:
                axes.axhline(count, color="0.8", linewidth=0.7, zorder=0)
        axes.set_xlim(left=0)
        axes.set_xlabel("days since the start of treatment")
        axes.set_ylabel("platelets as measured (10⁹/L)")
        if days:
            axes.legend(fontsize=SMALL, frameon=False, loc="upper right", handlelength=3)
        finish(
            figure, found, "Platelet counts at visits",
            "Marks: medians of those counted; lines across: middle 50% of patients.",
        )  # fmt: skip
    return figure


def _median(axes: Axes, found: Analysis, arm: str, shift: float) -> None:
    rows = [row for row in (found.counts.visits if found.counts else ()) if row.arm == arm]
    seen = [(row.day + shift, row.median, row.lower, row.upper) for row in rows if row.counted]
    if not seen:
        return
    days, median, lower, upper = zip(*seen, strict=True)
    style = look(found, arm)
    mark = MARKERS[found.design.arms.index(arm) % len(MARKERS)]
    axes.vlines(days, lower, upper, color=style["color"], linewidth=1.3, alpha=0.7)
    axes.plot(days, median, marker=mark, markersize=4.5, linewidth=1.5, label=short(arm), **style)
