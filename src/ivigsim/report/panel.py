"""One regimen of the figure: platelets above, doses, IgG below."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ivigsim.outcomes import DayDistribution
from ivigsim.report.comparison import Arm, Comparison

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.gridspec import SubplotSpec
    from matplotlib.lines import Line2D

# Okabe & Ito's palette, told apart with any colour vision; the lines differ in style as well.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#000000")
LINES: tuple[Any, ...] = (
    "-",
    (0, (6, 2)),
    (0, (7, 2, 1, 2)),
    (0, (1.5, 1.2)),
    (0, (7, 2, 1, 2, 1, 2)),
    (0, (3, 3)),
)
BANDS = (0.05, 0.25, 0.5, 0.75, 0.95)
THRESHOLDS = ((30, "30  IWG response"), (50, "50  trial response"), (100, "100  complete response"))
COUNT_TICKS = (2, 5, 10, 20, 30, 50, 100, 200, 500, 1000)
SMALL = 7.5  # points
PLAIN_BOX = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.75}


def draw_panel(
    figure: Figure, block: SubplotSpec, comparison: Comparison, place: int, first: tuple[Axes, Axes] | None
) -> tuple[Axes, Axes]:
    """Draw one regimen of a comparison in a place of the figure, on the scales of the first panel, if any."""
    rows = block.subgridspec(3, 1, height_ratios=(3.4, 0.14, 1.3), hspace=0.12)
    platelets = figure.add_subplot(rows[0], sharex=first and first[0], sharey=first and first[0])
    doses = figure.add_subplot(rows[1], sharex=platelets)
    igg = figure.add_subplot(rows[2], sharex=platelets, sharey=first and first[1])
    arms, days = comparison.arms, comparison.request.days
    arm = arms[place]
    name = arm.regimen if len(arms) == 1 else f"{arm.letter}: {arm.regimen}"
    title = textwrap.shorten(name, 110, placeholder=" …") if len(arms) > 1 else name
    platelets.set_title(
        textwrap.fill(title, 95 if len(arms) == 1 else 52),
        loc="left",
        fontweight="bold",
        color=COLOURS[place],
    )
    _platelets(platelets, arms, place)
    _doses(doses, arm, place, days)
    _courses(igg, arm.igg, place)
    for other in range(len(arms)):
        if other != place:
            _median(igg, arms[other].igg, other)
    igg.set_ylim(bottom=0)
    step = next((s for s in (1, 7, 14, 28, 56, 112, 364) if days / s <= 14), 728)  # leaves labels room
    igg.set_xticks(np.arange(0, days + 1, step))
    igg.set_xlim(-days / 100, days)
    return platelets, igg


def _courses(axes: Axes, days: DayDistribution, place: int) -> None:
    """Draw the median, and the bands that hold the middle 50% and 90% of patients."""
    low, lower, median, upper, high = days.quantile(BANDS).T
    colour = COLOURS[place]
    axes.fill_between(days.time_d, low, high, color=colour, alpha=0.13, linewidth=0)
    axes.fill_between(days.time_d, lower, upper, color=colour, alpha=0.27, linewidth=0)
    for edge in (low, high):
        axes.plot(days.time_d, edge, color=colour, linewidth=0.5, alpha=0.7)
    axes.plot(days.time_d, median, color=colour, linestyle=LINES[place], linewidth=2.2, zorder=4)


def _median(axes: Axes, days: DayDistribution, place: int) -> None:
    axes.plot(
        days.time_d, days.quantile(0.5), color=COLOURS[place], linestyle=LINES[place], linewidth=1, zorder=3
    )


def _platelets(axes: Axes, arms: Sequence[Arm], place: int) -> None:
    axes.set_yscale("log")
    for level, words in THRESHOLDS:
        axes.axhline(level, color="0.5", linewidth=0.8, linestyle=(0, (1, 2)), zorder=2)
        axes.annotate(
            words, (1, level), xycoords=("axes fraction", "data"), xytext=(0, 2), textcoords="offset points",
            ha="right", fontsize=SMALL, color="0.25", bbox=PLAIN_BOX, zorder=6,
        )  # fmt: skip
    arm = arms[place]
    _courses(axes, arm.platelets, place)
    for other in range(len(arms)):
        if other != place:
            _median(axes, arms[other].platelets, other)
    if len(arms) > 1:
        _letters(axes, arms)
    low, high = axes.get_ylim()
    ticks = [tick for tick in COUNT_TICKS if low <= tick <= high]
    axes.set_yticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.set_yticks([], minor=True)


def _letters(axes: Axes, arms: Sequence[Arm]) -> None:
    """Name each median where it is furthest from the others."""
    medians = np.stack([arm.platelets.quantile(0.5) for arm in arms])
    logs = np.log(medians)
    for i, arm in enumerate(arms):
        gap = np.abs(logs[i] - np.delete(logs, i, axis=0)).min(axis=0)
        at = 1 + int(np.argmax(gap[1:]))
        axes.annotate(
            arm.letter, (arm.platelets.time_d[at], medians[i, at]), ha="center", va="center", fontsize=SMALL,
            fontweight="bold", color=COLOURS[i], zorder=5,
            bbox={"boxstyle": "circle,pad=0.15", "facecolor": "white", "edgecolor": COLOURS[i]},
        )  # fmt: skip


def mark_published(axes: Axes, arm: Arm) -> list[Line2D]:
    """Mark published counts that stand at a known time; return what the legend says of them."""
    marks: list[Line2D] = []
    for row in arm.published:
        when = row.endpoint.window.end_d if row.endpoint and row.endpoint.window else None
        if row.outcome == "highest_median" and when is not None:
            label = f"published highest median: {row.value:g}, {' '.join(row.citation.split()[:2])}"
            look: dict[str, Any] = {
                "marker": "D",
                "markersize": 6,
                "color": "white",
                "markeredgecolor": "black",
            }
            marks += axes.plot(when, row.number, linestyle="", zorder=7, label=label, **look)
    return marks


def _doses(axes: Axes, arm: Arm, place: int, days: int) -> None:
    """Mark when doses start, as far as the time axis goes."""
    axes.set_ylim(-1, 1)
    axes.set_axis_off()
    words = ""
    if arm.doses is None:
        words = "no doses"
    elif np.all(arm.doses.time_d == arm.doses.time_d[0]):
        times = arm.doses.time_d[0]
        times = np.unique(times[times <= days])
        axes.plot(times, np.zeros(len(times)), "v", color=COLOURS[place], markersize=6, clip_on=False)
        axes.annotate(
            "doses", (0, 0), xytext=(-9, 0), textcoords="offset points", fontsize=SMALL, color=COLOURS[place],
            ha="right", va="center",
        )  # fmt: skip
    else:
        words = "doses at different times in each patient"
    axes.annotate(words, (0, 0), fontsize=SMALL, color=COLOURS[place], va="center")
