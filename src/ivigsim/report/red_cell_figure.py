"""The figure of the red-cell clearance test: survival of the tracer, and each patient's half-lives."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from ivigsim._version import __version__
from ivigsim.evidence.red_cells import published_clearance
from ivigsim.report.figure import STYLE
from ivigsim.report.panel import SMALL
from ivigsim.report.red_cells import MINUTES, Tested

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BEFORE, AFTER = "#0072B2", "#D55E00"  # Okabe & Ito
DECADES = (10, 100, 1000, 10_000, 100_000)
MOST_TICKS = 5  # more would run into each other
TICKS = (10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000)


def draw_test(found: Tested) -> Figure:
    """Draw survival curves of the tracer before and after treatment, and half-lives patient by patient."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=(8.0, 4.6))
        left, right = figure.subplots(1, 2, gridspec_kw={"width_ratios": (1.4, 1)})
        figure.subplots_adjust(left=0.08, right=0.98, top=0.84, bottom=0.24, wspace=0.3)
        _survival(left, found)
        _half_lives(right, found)
        title = textwrap.shorten(f"Red-cell clearance test: {found.regimen}", 90, placeholder=" …")
        figure.text(0.08, 0.93, title, fontweight="bold", fontsize=11)
        figure.text(0.08, 0.02, _caption(found), fontsize=SMALL, color="0.25", va="bottom")
    return figure


def _survival(axes: Axes, found: Tested) -> None:
    """Draw median and middle 90% of those with a spleen before, and where half was left in the clinic."""
    known, test, shown = published_clearance(), found.test, found.tested
    for curve, colour, label, row in zip(
        test.survival(MINUTES),
        (BEFORE, AFTER),
        ("day 0", f"day {test.day:g}"),
        ("RES01", "RES02"),
        strict=True,
    ):
        if shown.any():
            low, median, high = 100 * np.quantile(curve[shown], [0.05, 0.5, 0.95], axis=0)
            axes.fill_between(MINUTES, low, high, color=colour, alpha=0.18, linewidth=0)
            axes.plot(MINUTES, median, color=colour, linewidth=2, label=f"simulated, {label}")
        seen = "before IVIG" if row == "RES01" else "after IVIG"
        axes.plot(
            known[row].value, 50, "o", color=colour, markeredgecolor="black", markersize=7, zorder=4,
            label=f"measured in ITP, {seen} ({row})",
        )  # fmt: skip
    axes.set_xlim(0, MINUTES[-1])
    axes.set_ylim(0, 102)  # a spleen taken out leaves a line at 100
    axes.set_xlabel("minutes since the tracer")
    axes.set_ylabel("tracer left in the blood (%)")
    axes.set_title("Median and middle 90% of patients", loc="left", fontsize=9)
    axes.legend(fontsize=SMALL, framealpha=0.8, edgecolor="none", loc="upper right", bbox_to_anchor=(1, 0.97))


def _half_lives(axes: Axes, found: Tested) -> None:
    """Plot each patient's half-life after against before, with the line of no change."""
    test, shown = found.test, found.tested
    before, after = test.half_life_before_min[shown], test.half_life_min[shown]
    known = published_clearance()
    axes.plot(before, after, ".", color="0.45", markersize=3, alpha=0.6, label="virtual patients")
    axes.plot(
        known["RES01"].value, known["RES02"].value, "D", color="white", markeredgecolor="black", markersize=6,
        label="mean of 8 with ITP (RES01-02)",
    )  # fmt: skip
    seen = np.concatenate([before, after, [known["RES01"].value, known["RES02"].value]])
    ends = (0.6 * float(seen.min()), 1.6 * float(seen.max()))
    axes.plot(ends, ends, color="0.3", linewidth=0.8)
    ticks = [tick for tick in TICKS if ends[0] <= tick <= ends[1]]
    if len(ticks) > MOST_TICKS:
        ticks = [tick for tick in ticks if tick in DECADES]
    axes.set(xscale="log", yscale="log", xlim=ends, ylim=ends)
    axes.minorticks_off()
    axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.set_yticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.set_xlabel("half-life on day 0 (min)")
    axes.set_ylabel(f"half-life on day {test.day:g} (min)")
    axes.set_title("Each patient", loc="left", fontsize=9)
    axes.legend(fontsize=SMALL, frameon=False, loc="lower right")


def _caption(found: Tested) -> str:
    text = (
        f"{found.setting}; {found.with_spleen} with a spleen shown. Tracer: {found.test.igg_per_cell:g} IgG"
        " per red cell. Below the line: faster clearance after treatment."
    )
    last = f"For research and teaching only. ivigsim {__version__}"
    return "\n".join([*textwrap.wrap(text, 118), last])
