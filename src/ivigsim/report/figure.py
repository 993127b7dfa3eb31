"""The figure: platelets and IgG over time, one panel per regimen, as PNG and SVG."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivigsim._version import __version__
from ivigsim.report.comparison import Arm, Comparison
from ivigsim.report.panel import COLOURS, SMALL, draw_panel, mark_published
from ivigsim.report.wording import count, settings_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

DPI = 200
STYLE: Any = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so that every machine draws the same
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.parse_math": False,  # the name of an event table may hold a dollar sign
    "svg.hashsalt": "ivigsim",  # the same ids in every run
}


def draw(comparison: Comparison) -> Figure:
    """Draw the figure of a comparison: a panel per regimen, with the medians of the others as thin lines.

    Platelets have a logarithmic axis: the counts that decide (30, 50, 100e9/L) and those below are then as
    easy to read as the peak.

    Examples
    --------
    >>> from ivigsim.report.comparison import Request, compare
    >>> from ivigsim.treatment import Regimen
    >>> found = compare(Request((Regimen.parse("IVIG 1 g/kg daily x2"),), patients=20, days=14))
    >>> len(draw(found).axes)
    3
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    arms = comparison.arms
    across = {1: 1, 2: 2, 4: 2}.get(len(arms), 3)
    down = -(-len(arms) // across)
    width, height = (7.5, 6.6) if across == 1 else (0.7 + 4.3 * across, 0.9 + 5.2 * down)  # inches
    with rc_context(STYLE):
        figure = Figure(figsize=(width, height))
        blocks = figure.add_gridspec(
            down, across, left=0.65 / width, right=1 - 0.15 / width, top=1 - 0.5 / height,
            bottom=(0.95 if across == 1 else 1.1) / height, wspace=0.13, hspace=0.22,
        )  # fmt: skip
        panels: list[tuple[Axes, Axes]] = []
        marks: list[Line2D] = []
        for place, arm in enumerate(arms):
            block = blocks[place // across, place % across]
            platelets, igg = draw_panel(figure, block, comparison, place, panels[0] if panels else None)
            panels.append((platelets, igg))
            marks += mark_published(platelets, arm)
            _label(platelets, igg, last_row=place + across >= len(arms), first_column=place % across == 0)
        _legend(figure, panels[0][0], arms, marks)
        _caption(figure, comparison, width, height)
    return figure


def save(figure: Figure, png: Path, svg: Path) -> None:
    """Write a figure as PNG and SVG; the same figure gives the same bytes."""
    from matplotlib import rc_context

    with rc_context(STYLE):
        figure.savefig(png, dpi=DPI)
        figure.savefig(svg, metadata={"Date": None})


def _legend(figure: Figure, platelets: Axes, arms: Sequence[Arm], marks: list[Line2D]) -> None:
    """Say which line and band is which: inside a single panel, else below all of them."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    single = len(arms) == 1
    colour = COLOURS[0] if single else "0.2"
    handles = [
        Line2D([], [], color=colour, linewidth=2.2, label="median"),
        Patch(color=colour, alpha=0.37, linewidth=0, label="middle 50% of patients"),
        Patch(color=colour, alpha=0.13, linewidth=0, label="middle 90% of patients"),
        *{mark.get_label(): mark for mark in marks}.values(),
    ]
    if not single:
        handles.insert(1, Line2D([], [], color=colour, linewidth=1, label="medians of the others"))
    place: dict[str, Any] = {"loc": "upper right"} if single else {"loc": "lower right", "ncols": 2}
    (platelets if single else figure).legend(
        handles=handles, fontsize=SMALL, framealpha=0.8, edgecolor="none", **place
    )


def _label(platelets: Axes, igg: Axes, *, last_row: bool, first_column: bool) -> None:
    """Label the outer axes only."""
    platelets.tick_params(labelbottom=False, labelleft=first_column)
    igg.tick_params(labelleft=first_column)
    if last_row:
        igg.set_xlabel("days since the start of treatment")
    if first_column:
        platelets.set_ylabel("platelets (10⁹/L)")
        igg.set_ylabel("total IgG (g/L)")


def _caption(figure: Figure, comparison: Comparison, width: float, height: float) -> None:
    request = comparison.request
    same = "The same " if len(comparison.arms) > 1 else ""
    failed = sum(len(arm.failures) for arm in comparison.arms)
    text = (
        f"{same}{count(request.patients, 'virtual patient')} ({request.population}), seed {request.seed}"
        f"{settings_text(request.covariates, request.switched, ', all with ')}."
        + (f" {count(failed, 'simulation')} failed and left out." if failed else "")
    )
    words = {"within": "within", "near": "near", "outside": "OUTSIDE"}
    level = {arm.letter: f"{words[arm.nearness.level]} the fitted evidence" for arm in comparison.arms}
    text += " " + (
        "; ".join(f"{letter}: {words}" for letter, words in level.items())
        if len(set(level.values())) > 1
        else next(iter(level.values())).capitalize()
    )
    text += "."
    last = f"For research and teaching only. ivigsim {__version__}"
    lines = [*textwrap.wrap(text, 105 if len(comparison.arms) == 1 else round(8 * width)), last]
    figure.text(0.65 / width, 0.1 / height, "\n".join(lines), fontsize=SMALL, color="0.25", va="bottom")
