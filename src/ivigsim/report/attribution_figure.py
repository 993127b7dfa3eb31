"""The figure of an attribution: layers of the mean rise by day, and the spread of shares over patients."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigsim._version import __version__
from ivigsim.mechanisms import Attribution
from ivigsim.mechanisms.attribution import LEAST_RISE
from ivigsim.report.attribution_text import setting
from ivigsim.report.attribution_wording import LABELS, method
from ivigsim.report.figure import STYLE
from ivigsim.report.panel import SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe & Ito's palette; labels and white edges tell neighbours apart as well.
COLOURS: tuple[str, ...] = ("#0072B2", "#D55E00", "#56B4E9", "#E69F00", "#CC79A7", "#009E73", "#F0E442")
COLOURS += ("#882255", "#44AA99", "#332288")  # Tol's, for a split among more than seven
OTHER = "0.75"
WIDTH, HEIGHT = 8.0, 7.6  # inches


def draw_attribution(found: Attribution) -> Figure:
    """Draw the layers of the mean rise, what lowers the count below zero, and each patient's shares.

    Examples
    --------
    >>> import ivigsim
    >>> found = ivigsim.explain("IVIG 1 g/kg daily x2", patients=20, days=7)
    >>> len(draw_attribution(found).axes)
    2
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, HEIGHT))
        rows = figure.add_gridspec(
            2, 1, height_ratios=(1.25, 1), left=0.09, right=0.69, top=0.9, bottom=0.155, hspace=0.42
        )
        _layers(figure.add_subplot(rows[0]), found)
        _spread(figure.add_subplot(rows[1]), found)
        figure.text(
            0.09, 0.955, textwrap.shorten(f"Why platelets rise: {found.regimen}", 95, placeholder=" …"),
            fontweight="bold", fontsize=11,
        )  # fmt: skip
        figure.text(0.09, 0.015, _caption(found), fontsize=SMALL, color="0.25", va="bottom")
    return figure


def _layers(axes: Axes, found: Attribution) -> None:
    """Stack what raises the count up from zero and what lowers it down from zero; the line is their sum."""
    days = found.time_d
    layers = np.concatenate([found.contributions, found.other[None]])
    colours = [*COLOURS[: len(found.mechanisms)], OTHER]
    names = [*(LABELS.get(name, name) for name in found.mechanisms), "other"]
    up, down = np.maximum(layers, 0.0), np.minimum(layers, 0.0)
    for part in (up, down):
        edges = np.vstack([np.zeros(len(days)), np.cumsum(part, axis=0)])
        for below, above, colour in zip(edges[:-1], edges[1:], colours, strict=True):
            axes.fill_between(days, below, above, color=colour, linewidth=0.4, edgecolor="white")
    axes.plot(days, found.rise, color="black", linewidth=1.6)
    axes.axhline(0, color="0.3", linewidth=0.8)
    axes.set_xlim(0, days[-1])
    axes.margins(y=0.06)
    axes.set_xlabel("days since the start of treatment")
    axes.set_ylabel("mean rise over baseline (10⁹/L)")
    axes.set_title("Contributions of the mechanisms (Shapley values)", loc="left", fontsize=9)
    _name_layers(axes, up, down, found.rise, names, colours)


def _name_layers(
    axes: Axes,
    up: NDArray[np.float64],
    down: NDArray[np.float64],
    rise: NDArray[np.float64],
    names: list[str],
    colours: list[str],
) -> None:
    """Name every layer beside the axes, in the order of the stack, with a line to where it ends."""
    tops, bottoms = np.cumsum(up, axis=0)[:, -1], np.cumsum(down, axis=0)[:, -1]
    at = [
        float(tops[i] - up[i, -1] / 2 if up[i, -1] >= -down[i, -1] else bottoms[i] - down[i, -1] / 2)
        for i in range(len(names))
    ]
    at.append(float(rise[-1]))
    words = [*names, "whole rise over baseline"]
    inks = [*colours, "black"]
    low, high = axes.get_ylim()
    order = np.argsort(at, kind="stable")
    spots = _apart(np.array(at)[order], (high - low) * 0.075, low, high)
    for place, spot in zip(order, spots, strict=True):
        beside = axes.get_yaxis_transform()  # across in axes, up in counts
        ink = {"color": inks[place], "clip_on": False, "transform": beside}
        axes.plot((1.005, 1.055), (at[place], spot), linewidth=1.2, **ink)
        axes.plot(1.065, spot, "s", markersize=7, **ink)
        axes.text(1.085, spot, words[place], fontsize=SMALL + 0.5, va="center", transform=beside)


def _apart(wanted: NDArray[np.float64], gap: float, low: float, high: float) -> NDArray[np.float64]:
    """Return sorted places at least a gap apart and inside the axes, near to the wanted."""
    places = wanted.copy()
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + gap)
    places -= max(0.0, (places - wanted).mean())  # share the shift between those above and below
    places[0] = max(places[0], low)
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + gap)
    places[-1] = min(places[-1], max(high, low + gap * (len(places) - 1)))
    for i in range(len(places) - 2, -1, -1):
        places[i] = min(places[i], places[i + 1] - gap)
    return places


def _spread(axes: Axes, found: Attribution) -> None:
    """Draw percentiles of the patients' own shares, a group per mechanism, a mark per day."""
    from matplotlib.lines import Line2D

    days = found.days
    offsets = np.linspace(-0.3, 0.3, len(days)) if len(days) > 1 else np.zeros(1)
    markers = ("o", "s", "D", "^")
    for i, name in enumerate(found.mechanisms):
        shares = [share for share in found.shares if share.mechanism == name and share.percentiles]
        for share in shares:
            low, lower, median, upper, high = share.percentiles
            place = i + offsets[days.index(share.day)]
            axes.hlines(place, low, high, color=COLOURS[i], linewidth=1.1)
            axes.hlines(place, lower, upper, color=COLOURS[i], linewidth=3.4)
            axes.plot(
                median, place, markers[days.index(share.day)], color="white", markeredgecolor="black",
                markersize=4, markeredgewidth=0.9, zorder=4,
            )  # fmt: skip
    axes.axvline(0, color="0.3", linewidth=0.8)
    names = [LABELS.get(name, name) for name in found.mechanisms]
    axes.yaxis.tick_right()
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_yticks(range(len(names)), names, fontsize=SMALL + 0.5)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlabel("share of a patient's rise (%)", loc="left")
    axes.set_title("Spread over patients: median, middle 50% and 80%", loc="left", fontsize=9)
    handles = [
        Line2D([], [], marker=marker, linestyle="", color="white", markeredgecolor="black", markersize=4,
               label=f"day {day}")
        for marker, day in zip(markers, days, strict=False)
    ]  # fmt: skip
    axes.legend(
        handles=handles, fontsize=SMALL + 0.5, frameon=False, ncols=len(days), loc="upper right",
        bbox_to_anchor=(1.02, -0.075), columnspacing=0.8, handletextpad=0.1,
    )  # fmt: skip


def _caption(found: Attribution) -> str:
    failed = len(found.failures)
    text = (
        f"{setting(found)}; {method(found)}. Below zero: what lowers the count. Other: the rise with all"
        f" these mechanisms off. Spread: patients with at least {LEAST_RISE:g}×10⁹/L attributed."
        + (f" {failed} failed and left out." if failed else "")
    )
    last = f"For research and teaching only. ivigsim {__version__}"
    return "\n".join([*textwrap.wrap(text, 120), last])
