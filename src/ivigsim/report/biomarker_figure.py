"""The figure of a ranking: areas under the ROC curve by when measured, forecasts against what came."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ivigsim._version import __version__
from ivigsim.prediction.ranking import BiomarkerRanking, MarkerRank, ModelScore
from ivigsim.prediction.roc import Area
from ivigsim.report.biomarker_wording import goal, group_text, model_text, response_text, setting
from ivigsim.report.figure import STYLE
from ivigsim.report.panel import PLAIN_BOX, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73")
"""Before treatment, at 24 h, at 48 h: of Okabe & Ito's palette; headings tell them apart as well."""

UNCLEAR = "0.55"
MOST_IMPORTANT = 5
WIDTH, LEAST_HEIGHT, ROW = 9.2, 8.6, 0.185  # inches
MARGIN, LEFT, BOTTOM, SQUARE = 0.14, 2.15, 0.98, 3.0


def draw_ranking(found: BiomarkerRanking) -> Figure:
    """Draw every marker's area with its limits, the calibration of forecasts, and what they rest on.

    Examples
    --------
    >>> import ivigsim
    >>> found = ivigsim.biomarkers("IVIG 1 g/kg daily x2", patients=200, repeats=1)
    >>> len(draw_ranking(found).axes)
    4
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    rows = len(found.ranks) + len(found.models) + 2 * len(found.groups)
    height = max(LEAST_HEIGHT, 1.9 + ROW * rows)
    shown = [model for model in found.models if model.importance and model.group.day < 2]
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height))

        def place(left: float, bottom: float, width: float, tall: float) -> Axes:
            return figure.add_axes((left / WIDTH, bottom / height, width / WIDTH, tall / height))

        top = height - 0.85
        _areas(place(LEFT, BOTTOM, 3.3, top - BOTTOM), found)
        chart = place(6.05, top - 0.2 - SQUARE, SQUARE, SQUARE)
        _calibration(chart, shown)
        _spread(place(6.05, top - 1.45 - SQUARE, SQUARE, 0.8), found, shown)
        _importance(place(7.0, BOTTOM, 2.05, top - 2.3 - SQUARE - BOTTOM), shown)
        title = f"What predicts response to {found.regimen}"
        figure.text(
            MARGIN / WIDTH, 1 - 0.27 / height, textwrap.shorten(title, 95, placeholder=" …"),
            fontweight="bold", fontsize=11,
        )  # fmt: skip
        _legend(figure, height)
        figure.text(MARGIN / WIDTH, 0.1 / height, _caption(found), fontsize=SMALL, color="0.25", va="bottom")
    return figure


def _areas(axes: Axes, found: BiomarkerRanking) -> None:
    """Draw areas row by row: markers of each time, then models of all together in the same patients."""
    names: list[str] = []
    headings: list[int] = []
    axes.axvline(0.5, color="0.3", linewidth=0.8)
    for group in found.groups:
        colour = COLOURS[group.day]
        whom = "not yet there" if group.day else "in all patients"
        blocks: tuple[tuple[str, Sequence[Any]], ...] = (
            (group_text(group), found.on(group.day)),
            (f"Together, {whom}", [model for model in found.models if model.group == group]),
        )
        for heading, rows in blocks:
            if not rows:
                continue
            headings.append(len(names))
            names.append(heading)
            for row in rows:
                (_marker_row if isinstance(row, MarkerRank) else _model_row)(axes, len(names), row, colour)
                names.append(row.marker.title if isinstance(row, MarkerRank) else model_text(row))
    axes.set_yticks(range(len(names)), names, fontsize=SMALL)
    for place in headings:
        label = axes.get_yticklabels()[place]
        label.set_fontweight("bold")
        label.set_horizontalalignment("left")
        label.set_x((MARGIN + 0.05 - LEFT) / 3.3)
        if place:
            axes.axhline(place - 0.5, color="0.85", linewidth=0.6, zorder=0)
    axes.set_ylim(len(names) - 0.5, -0.7)
    axes.set_xlim(min(axes.get_xlim()[0], 0.44), 1.0)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("area under the ROC curve, with 95% limits")


def _marker_row(axes: Axes, place: int, rank: MarkerRank, colour: str) -> None:
    ink = UNCLEAR if rank.higher is None else colour
    shape = "o" if rank.higher is None else "^" if rank.higher else "v"
    _limits(axes, place, rank.area, ink, 1.3)
    axes.plot(rank.area.value, place, shape, color=ink, markersize=4.6, zorder=4)
    if rank.everyone is not None:
        axes.plot(
            rank.everyone.value, place, "o", color="white", markeredgecolor=ink, markersize=3.6, zorder=3
        )


def _model_row(axes: Axes, place: int, model: ModelScore, colour: str) -> None:
    trees = model.kind == "trees"
    _limits(axes, place, model.area, colour, 2.0)
    fill = "white" if trees else colour
    axes.plot(model.area.value, place, "D", color=fill, markeredgecolor=colour, markersize=4.6, zorder=4)


def _limits(axes: Axes, place: int, area: Area, colour: str, width: float) -> None:
    if area.low is not None and area.high is not None:
        axes.hlines(place, area.low, area.high, color=colour, linewidth=width, zorder=2)


def _legend(figure: Figure, height: float) -> None:
    """Say below the title what the marks are."""
    from matplotlib.lines import Line2D

    grey = "0.25"
    looks = (
        ("^", grey, grey, "higher in responders"),
        ("v", grey, grey, "lower in responders"),
        ("o", UNCLEAR, UNCLEAR, "direction not clear"),
        ("o", "white", grey, "same, in everyone"),
        ("D", grey, grey, "logistic regression"),
        ("D", "white", grey, "boosted trees"),
    )
    handles = [
        Line2D(
            [], [], marker=shape, linestyle="", color=fill, markeredgecolor=edge, markersize=4.2, label=text
        )
        for shape, fill, edge, text in looks
    ]
    figure.legend(
        handles=handles, fontsize=SMALL, loc="upper left", frameon=False, ncols=len(handles),
        bbox_to_anchor=(0.0, 1 - 0.32 / height), handletextpad=0.1, columnspacing=1.4,
    )  # fmt: skip


def _calibration(axes: Axes, shown: Sequence[ModelScore]) -> None:
    """Draw the share that responded against the forecast, in tenths of the patients."""
    axes.plot((0, 1), (0, 1), color="0.3", linewidth=0.8, zorder=1)
    for model, shape in zip(shown, ("o", "s"), strict=False):
        colour = COLOURS[model.group.day]
        x, y, low, high = np.array(
            [(each.predicted, each.observed, each.low, each.high) for each in model.calibration]
        ).T
        axes.vlines(x, low, high, color=colour, linewidth=1.1, alpha=0.75)
        axes.plot(x, y, color=colour, linewidth=0.8, alpha=0.6)
        label = f"{model_text(model)} (n = {model.group.patients:,}, slope {model.slope:.2f})"
        axes.plot(x, y, shape, color=colour, markeredgecolor="white", markersize=5, label=label, zorder=4)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.tick_params(labelbottom=False)
    axes.set_ylabel("share that responded")
    axes.set_title("Calibration in tenths of the patients", loc="left", fontsize=9)
    axes.legend(fontsize=SMALL - 0.5, loc="upper left", frameon=False, handletextpad=0.2)


def _spread(axes: Axes, found: BiomarkerRanking, shown: Sequence[ModelScore]) -> None:
    """Draw which forecasts responders got (up) and the others (down), each as a share of their own."""
    edges = np.linspace(0.0, 1.0, 11)
    width = 0.04
    for i, model in enumerate(shown):
        responded = found.responded[found.waiting[model.group.day]]
        for group, sign in ((responded, 1), (~responded, -1)):
            tall = 100 * np.histogram(model.probability[group], edges)[0] / group.sum()
            at = edges[:-1] + 0.01 + width / 2 + i * width
            axes.bar(at, sign * tall, width, color=COLOURS[model.group.day], alpha=0.6 if sign > 0 else 0.3)
    axes.axhline(0, color="0.3", linewidth=0.8)
    axes.set_xlim(-0.02, 1.02)
    axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):,.0f}")
    axes.set_xlabel("forecast for patients held out")
    axes.set_ylabel("% of each", fontsize=SMALL)
    axes.tick_params(axis="y", labelsize=SMALL)
    look: dict[str, Any] = {"transform": axes.transAxes, "color": "0.25", "bbox": PLAIN_BOX, "fontsize": 7}
    axes.text(0.02, 0.96, "responded", va="top", **look)
    axes.text(0.4, 0.04, "did not", va="bottom", ha="center", **look)


def _importance(axes: Axes, shown: Sequence[ModelScore]) -> None:
    """Draw the area that each forecast loses when one of its markers is shuffled."""
    names: list[str] = []
    for model in shown:
        for each in model.importance[:MOST_IMPORTANT]:
            place, colour = len(names), COLOURS[model.group.day]
            axes.barh(place, each.mean, color=colour, alpha=0.45, height=0.62)
            axes.hlines(place, each.low, each.high, color=colour, linewidth=1.3)
            moment = f" {24 * each.marker.day} h" if each.marker.day else ""
            names.append(f"{each.marker.label}{moment}")
        names.append("")
    axes.set_yticks(range(len(names)), names, fontsize=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(names) - 1.3, -0.7)
    axes.axvline(0, color="0.3", linewidth=0.8)
    axes.set_xlabel("area lost when shuffled")
    axes.set_title("What these forecasts rest on", loc="left", fontsize=9)


def _caption(found: BiomarkerRanking) -> str:
    failed = len(found.failures)
    text = (
        f"{setting(found)}. {response_text(found)} Markers at 24 and 48 h: ranked in patients not yet there,"
        f" at {goal(found)}. Values carry the error of their assay, mostly assumed. Forecasts:"
        f" {found.folds} folds, {found.repeats} repeats; bars: middle 80% of folds."
        + (f" {failed} failed and left out." if failed else "")
    )
    last = (
        "Ranks hold in these virtual patients only. For research and teaching; never"
        f" for treatment decisions. ivigsim {__version__}"
    )
    return "\n".join([*textwrap.wrap(text, 155), last])
