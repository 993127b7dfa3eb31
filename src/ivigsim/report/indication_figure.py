"""The figure of an indication: IgG over time, and the trough interval by interval."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from ivigsim._version import __version__
from ivigsim.indications import DoseForTrough, IgGCourse
from ivigsim.report.figure import STYLE
from ivigsim.report.indication_wording import IGG_ONLY, ITP_ELSEWHERE, setting, slope_text
from ivigsim.report.panel import COLOURS, SMALL
from ivigsim.report.wording import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BANDS = (0.05, 0.25, 0.5, 0.75, 0.95)
TARGET = "#D55E00"  # Okabe & Ito


def draw_indication(course: IgGCourse, dose: DoseForTrough | None) -> Figure:
    """Draw IgG over time; beside it, with maintenance, the trough of each interval.

    Examples
    --------
    >>> from ivigsim.indications import simulate_indication
    >>> len(draw_indication(simulate_indication("pid", patients=10), None).axes)
    2
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=(8.6, 4.8))
        ratios = (2.2, 1) if course.cycles else (1,)
        axes = figure.subplots(1, len(ratios), squeeze=False, gridspec_kw={"width_ratios": ratios})[0]
        figure.subplots_adjust(left=0.075, right=0.985, top=0.84, bottom=0.26, wspace=0.2)
        _over_time(axes[0], course, dose)
        if course.cycles:
            _troughs(axes[1], course, dose)
        title, doses = (
            textwrap.shorten(text, 115, placeholder=" …")
            for text in (course.indication.title, str(course.plan))
        )
        figure.text(0.075, 0.95, title, fontweight="bold", fontsize=10)
        figure.text(0.075, 0.905, doses)
        figure.text(0.075, 0.02, _caption(course), fontsize=SMALL, color="0.25", va="bottom")
    return figure


def _over_time(axes: Axes, course: IgGCourse, dose: DoseForTrough | None) -> None:
    """Draw median and bands of IgG, and mark when doses start."""
    low, lower, median, upper, high = np.quantile(course.igg, BANDS, axis=0)
    colour, time = COLOURS[0], course.time_d
    axes.fill_between(time, low, high, color=colour, alpha=0.13, linewidth=0, label="middle 90% of patients")
    axes.fill_between(
        time, lower, upper, color=colour, alpha=0.27, linewidth=0, label="middle 50% of patients"
    )
    axes.plot(time, median, color=colour, linewidth=1.6, label="median")
    starts = np.unique(np.concatenate([each.times_d() for each in course.given.courses]))
    axes.plot(
        starts, np.zeros(len(starts)), linestyle="", marker="^", markersize=4, color="0.3", clip_on=False,
        zorder=5, label="infusion",
    )  # fmt: skip
    _target(axes, dose)
    step = next((days for days in (7, 14, 28, 56, 112, 364) if time[-1] / days <= 14), 728)
    axes.set_xticks(np.arange(0, time[-1] + 1, step))
    axes.set_xlim(0, time[-1])
    axes.set_ylim(0, 1.25 * float(high.max()))  # room for the legend
    axes.set_xlabel("days since the first infusion")
    axes.set_ylabel("total IgG (g/L)")
    axes.legend(fontsize=SMALL, frameon=False, loc="upper right", ncols=3)


def _troughs(axes: Axes, course: IgGCourse, dose: DoseForTrough | None) -> None:
    """Draw the trough of each maintenance interval, with the middle 90% of patients."""
    low, median, high = np.quantile(course.troughs, [0.05, 0.5, 0.95], axis=0)
    number = np.arange(1, course.cycles + 1)
    axes.errorbar(
        number, median, yerr=np.stack([median - low, high - median]), fmt="o", color=COLOURS[0], markersize=4,
        elinewidth=1, label="median and middle 90%",
    )  # fmt: skip
    axes.axhline(
        course.baseline.median, color="0.5", linewidth=0.8, linestyle=(0, (1, 2)), label="median untreated"
    )
    if course.steady_after:
        axes.axvline(
            course.steady_after, ymax=0.7, color="0.7", linewidth=0.8, zorder=0, label="steady from here"
        )
    _target(axes, dose)
    axes.set_xlim(0.4, course.cycles + 0.6)
    axes.set_ylim(0, 1.45 * float(high.max()))
    step = -(-course.cycles // 8)
    axes.set_xticks(np.arange(1, course.cycles + 1, step))
    axes.set_xlabel("maintenance interval")
    axes.set_title("Trough at its end (g/L)", loc="left", fontsize=9)
    axes.legend(fontsize=SMALL, frameon=False, loc="upper left")


def _target(axes: Axes, dose: DoseForTrough | None) -> None:
    if dose is not None:
        axes.axhline(
            dose.target, color=TARGET, linewidth=1, linestyle="--", label=f"target {dose.target:g} g/L"
        )


def _caption(course: IgGCourse) -> str:
    parts = [
        f"{setting(course)}.",
        f"{count(len(course.failures), 'patient')} failed and left out." if course.failures else "",
        slope_text(course) if course.population == "immunodeficient" else "",
        ITP_ELSEWHERE if course.indication.platelets else IGG_ONLY,
    ]
    last = f"For research and teaching only. ivigsim {__version__}"
    return "\n".join([*textwrap.wrap(" ".join(filter(None, parts)), 140), last])
