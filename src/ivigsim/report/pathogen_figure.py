"""The figure of residual risks: the draws of a course, one band for each, on a scale of powers of ten."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ivigsim._version import __version__
from ivigsim.report.figure import STYLE
from ivigsim.report.files import write_drawing
from ivigsim.report.pathogen_wording import one_in
from ivigsim.report.wording import RESEARCH_ONLY
from ivigsim.safety.pathogens.residual import Residual

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEAST = 1e-18  # smaller chances are drawn here: the scale stays readable
WIDTH, ROW, REST = 8.0, 0.8, 1.3  # inches
BINS = 80
HEIGHT_OF_BAND = 0.75


def draw_risks(risks: Mapping[str, Residual], title: str) -> Figure:
    """Draw the distribution of the chance per course, one row for each label.

    Examples
    --------
    >>> from ivigsim.safety.pathogens import assess
    >>> (found,) = assess("Gammagard S/D", agents=["HCV"])
    >>> len(draw_risks({"HCV": found.risk}, "Gammagard S/D").axes)
    1
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    height = REST + ROW * len(risks)
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes((0.3, 0.85 / height, 0.52, 1 - REST / height))
        for place, (label, risk) in enumerate(reversed(list(risks.items()))):
            _band(axes, place, label, risk)
        _scale(axes, risks)
        figure.text(0.02, 1 - 0.3 / height, title, fontweight="bold", fontsize=11)
        note = f"Dot: median; line: 5% to 95%; tick: mean. {RESEARCH_ONLY} ivigsim {__version__}"
        figure.text(0.02, 0.12 / height, note, fontsize=7.5, color="0.25", va="bottom")
    return figure


def write_risks(risks: Mapping[str, Residual], title: str, stem: Path) -> list[Path]:
    """Write the figure as `stem`.png and `stem`.svg and return their paths; earlier ones are replaced."""
    return write_drawing(draw_risks(risks, title), stem)


def _band(axes: Axes, place: int, label: str, risk: Residual) -> None:
    """Draw one distribution over log10 of the chance, with its quantiles below."""
    values = np.log10(np.maximum(risk.course, LEAST))
    course = risk.per_course
    if np.ptp(values) > 0:
        density, edges = np.histogram(values, BINS)
        top = place + HEIGHT_OF_BAND * density / density.max()
        axes.stairs(top, edges, baseline=place, fill=True, color="#56B4E9", alpha=0.7)
    low, median, high, mean = np.log10(
        np.maximum([course.low, course.median, course.high, course.mean], LEAST)
    )
    axes.plot([low, high], [place - 0.08] * 2, color="0.2", linewidth=1.5)
    axes.plot(median, place - 0.08, "o", color="0.2", markersize=4)
    axes.plot(mean, place - 0.08, "|", color="#D55E00", markersize=11, markeredgewidth=2)
    for side, text, align in ((-0.02, label, "right"), (1.02, _beside(risk), "left")):
        axes.text(
            side, place + 0.1, text, transform=axes.get_yaxis_transform(), ha=align, va="center", fontsize=8.5
        )


def _beside(risk: Residual) -> str:
    return f"mean {'at most' if risk.at_most else ''}\n{one_in(risk.per_course.mean)}"


def _scale(axes: Axes, risks: Mapping[str, Residual]) -> None:
    least = min(float(risk.course.min()) for risk in risks.values())
    axes.set_xlim(np.floor(np.log10(max(least, LEAST))), 0)
    axes.set_ylim(-0.3, len(risks) - 1 + HEIGHT_OF_BAND)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(lambda value, _: f"1e{value:g}")
    axes.set_xlabel("chance of infection per course, an upper bound where it says at most")
    axes.grid(axis="x", color="0.92", zorder=0)
    axes.set_axisbelow(True)
