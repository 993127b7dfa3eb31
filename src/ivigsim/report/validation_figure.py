"""The forest plot of a validation: every published value on the interval of its simulated trial."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ivigsim._version import __version__
from ivigsim.evidence.wording import endpoint_text
from ivigsim.fit.validation import Verdict
from ivigsim.report.panel import SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 0.175  # inches
_PANELS = {"%": "shares and their differences, %", "d": "times, d", "1e9/L": "counts, 10⁹/L"}
_OTHER = "others, simulated and published over published"
_BAR, _OUT = "#9ecae1", "#d95f02"


def draw_verdicts(verdicts: Sequence[Verdict]) -> Figure:
    """Draw shares, times, counts and the rest in panels of their own; diamonds are published values.

    Filled diamonds were fitted, open ones held out, grey ones are checks. A value outside its interval is
    orange and has a cross at the margin.
    """
    from matplotlib.figure import Figure

    panels: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        panels.setdefault(_PANELS.get(verdict.row.unit, _OTHER), []).append(verdict)
    heights = [len(rows) + 2.5 for rows in panels.values()]
    total = ROW * sum(heights) + 0.9
    figure = Figure(figsize=(8.27, total), layout=None)
    top = 1.0 - 0.25 / total
    for (title, rows), height in zip(panels.items(), heights, strict=True):
        high = ROW * height / total
        bottom = top - high
        axes = figure.add_axes((0.56, bottom + 2.0 * ROW / total, 0.40, high - 2.5 * ROW / total))
        _panel(axes, title, rows)
        top = bottom
    figure.text(
        0.02,
        0.1 / total,
        "Bars: 90% of simulated trials (dark: without differences between trials); line: median. Diamonds:"
        " published, filled fitted, open held out,\ngrey checks; orange with a cross: outside. Arrow: never"
        f" within the follow-up. For research and teaching only. ivigsim {__version__}",
        fontsize=SMALL,
        color="0.25",
        va="bottom",
    )
    return figure


def _panel(axes: Axes, title: str, verdicts: list[Verdict]) -> None:
    relative = title == _OTHER
    numbers = [_scaled(v, relative) for v in verdicts]
    finite = np.concatenate([row[np.isfinite(row)] for row in numbers])
    edge = float(finite.max()) * 1.05
    for place, (verdict, row) in enumerate(zip(verdicts, numbers, strict=True)):
        low, median, high, low_alone, high_alone, published = np.minimum(row, edge)
        axes.barh(place, high - low, left=low, height=0.7, color=_BAR, alpha=0.5)
        axes.barh(place, high_alone - low_alone, left=low_alone, height=0.7, color=_BAR)
        axes.plot([median, median], [place - 0.35, place + 0.35], color="black", linewidth=1.2)
        if np.isinf(row[2]):
            axes.annotate("→", (edge, place), va="center", ha="right", fontsize=SMALL)
        colour = _OUT if not verdict.inside else "0.6" if verdict.row.use == "check" else "black"
        face = "white" if verdict.row.use == "hold out" else colour
        axes.plot(published, place, marker="D", markersize=4.5, color=colour, markerfacecolor=face, zorder=4)
        if not verdict.inside:
            axes.annotate(
                "×", (1.01, place), xycoords=("axes fraction", "data"), va="center", color=_OUT, fontsize=9
            )
    axes.set_yticks(range(len(verdicts)), [_label(v) for v in verdicts], fontsize=SMALL - 1.5)
    axes.set_ylim(len(verdicts) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.set_title(title, fontsize=SMALL + 1, loc="left", fontweight="bold")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)


def _scaled(verdict: Verdict, relative: bool) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    row = np.array(
        [
            *(verdict.low, verdict.median, verdict.high, verdict.low_alone, verdict.high_alone),
            verdict.row.number,
        ]
    )
    return row / verdict.row.number if relative else row


def _label(verdict: Verdict) -> str:
    text = f"{verdict.row.id} {endpoint_text(verdict.row.measured)}; {verdict.row.regimen}"
    return text if len(text) <= 88 else text[:86] + "…"
