"""What the figures of a trial share: colours of arms, names, caption."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from ivigsim._version import __version__
from ivigsim.report.panel import COLOURS, LINES, SMALL
from ivigsim.report.trial_wording import design_words
from ivigsim.trials.statistics import Analysis

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 7.5  # inches
MARKERS = ("o", "s", "D", "^", "v", "P", "X")


def look(found: Analysis, arm: str) -> dict[str, Any]:
    """Return colour and line of an arm, the same in every figure; line and colour repeat out of step."""
    place = found.design.arms.index(arm)
    turn = place // len(COLOURS)
    return {"color": COLOURS[place % len(COLOURS)], "linestyle": LINES[(place + turn) % len(LINES)]}


def short(name: str, most: int = 34) -> str:
    """Return a name that fits beside an axis."""
    return textwrap.shorten(name, most, placeholder=" …") if len(name) > most else name


def finish(figure: Figure, found: Analysis, title: str, note: str) -> None:
    """Write title and caption: what kind of trial it is stands on every figure."""
    width, height = figure.get_size_inches()
    figure.text(
        0.12 / width, 1 - 0.12 / height, textwrap.fill(title, 80), fontweight="bold", fontsize=11, va="top"
    )
    text = f"{design_words(found)} {note}"
    failed = sum(arm.failed for arm in found.arms)
    if failed:
        text += f" {failed:,} failed simulations left out."
    last = f"For research and teaching only. ivigsim {__version__}"
    lines = [*textwrap.wrap(text, round(17 * width)), last]
    figure.text(0.12 / width, 0.1 / height, "\n".join(lines), fontsize=SMALL, color="0.25", va="bottom")
