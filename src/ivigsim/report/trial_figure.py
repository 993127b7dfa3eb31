"""The figures of a trial: responders by arm and power here, curves and counts beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivigsim.report.figure import STYLE
from ivigsim.report.panel import SMALL
from ivigsim.report.trial_curves import draw_counts, draw_times
from ivigsim.report.trial_panel import MARKERS, WIDTH, finish, look, short
from ivigsim.report.trial_wording import percent
from ivigsim.trials.statistics import Analysis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_counts", "draw_power", "draw_responses", "draw_times"]

ROW = 0.3  # inches


def draw_responses(found: Analysis) -> Figure:
    """Draw the share of responders of every arm with its limits, a group of bars per endpoint.

    Examples
    --------
    >>> import polars as pl
    >>> from ivigsim.trials.statistics import Design, analyse
    >>> table = pl.DataFrame({"arm": ["a", "a", "b", "b"], "replicate": 0, "patient": [0, 1, 2, 3],
    ...     "failed": False, "dropped_out_d": None, "rescued_d": None, "rescues": 0, "ivig_g": 70.0,
    ...     "baseline_1e9_per_l": 12.0, "day_7": [True, False, True, True]})
    >>> found = analyse(table, Design("parallel", ("a", "b"), "a", responses=("day_7",)))
    >>> len(draw_responses(found).axes[0].patches)
    2
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    rows = sum(len(result.shares) + 1.2 for result in found.responses)
    height = 1.55 + ROW * rows
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes((2.6 / WIDTH, 1.1 / height, 3.7 / WIDTH, ROW * rows / height))
        _bars(axes, found)
        level = f"{100 * found.design.level:g}%"
        finish(figure, found, "Who responds", f"Lines: {level} limits (Wilson).")
    return figure


def _bars(axes: Axes, found: Analysis) -> None:
    place, spots, names = 0.0, [], []
    beside = axes.get_yaxis_transform()
    for result in found.responses:
        axes.text(0.0, place + 0.1, short(result.label, 70), fontweight="bold", va="center", transform=beside)
        place += 0.9
        for row in result.shares:
            spots.append(place)
            names.append(short(row.arm))
            value, low, high = row.share.value, row.share.low, row.share.high
            if value is not None and low is not None and high is not None:
                axes.barh(place, 100 * value, height=0.68, color=look(found, row.arm)["color"], alpha=0.75)
                axes.hlines(place, 100 * low, 100 * high, color="black", linewidth=1.3)
            axes.text(1.03, place, percent(row.share), fontsize=SMALL + 0.5, va="center", transform=beside)
            place += 1
        place += 0.3
    axes.set_yticks(spots, names)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(place - 0.3, -0.5)
    axes.set_xlim(0, 100)
    axes.set_xlabel("responders (%)")


def draw_power(found: Analysis) -> Figure:
    """Draw power by patients per arm: counted over replicates with limits, and by formula as a thin line.

    There is nothing to draw without power; see `Analysis.no_power`.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    height = 4.6
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes((0.65 / WIDTH, 1.4 / height, 6.7 / WIDTH, 2.75 / height))
        for place, curve in enumerate(found.power):
            style = look(found, curve.arm)
            sizes = [point.n for point in curve.points]
            values = [100 * (point.power.value or 0.0) for point in curve.points]
            ends = [[100 * (x or 0.0) for x in (point.power.low, point.power.high)] for point in curve.points]
            # side by side, so that limits of several arms do not hide each other
            shift = (place - (len(found.power) - 1) / 2) * 0.006 * sizes[-1]
            spots = [size + shift for size in sizes]
            axes.vlines(spots, *zip(*ends, strict=True), color=style["color"], linewidth=1.2)
            name = f"{short(curve.arm)} against {short(curve.reference)}"
            axes.plot(
                spots, values, MARKERS[place % len(MARKERS)], color=style["color"], markersize=4.5, label=name
            )
            there = [(p.n, 100 * p.formula) for p in curve.points if p.formula is not None]
            if there:
                axes.plot(*zip(*there, strict=True), linewidth=0.9, **style)
        if found.power:
            target = 100 * found.power[0].target
            axes.axhline(target, color="0.5", linewidth=0.8, linestyle=(0, (2, 2)))
            axes.text(1, target + 1.5, f"{target:g}%", ha="right", fontsize=SMALL, color="0.4",
                      transform=axes.get_yaxis_transform())  # fmt: skip
            axes.legend(fontsize=SMALL, frameon=False, loc="upper left")
        axes.set_ylim(0, 103)
        axes.set_xlim(left=0)
        axes.set_ylabel("power (%)")
        axes.set_xlabel("patients" if found.design.kind == "paired" else "patients per arm")
        finish(figure, found, _power_title(found), _power_note(found))
    return figure


def _power_title(found: Analysis) -> str:
    return f"Power: {short(found.design.label(found.power[0].endpoint), 60)}" if found.power else "No power"


def _power_note(found: Analysis) -> str:
    if not found.power:
        return f"{found.no_power}."
    level = f"{100 * found.design.level:g}%"
    return (
        f"Marks: share of replicates with p below {1 - found.design.level:.3g}, with the {level} limits of so"
        f" many replicates. Thin lines: {found.power[0].formula}."
    )
