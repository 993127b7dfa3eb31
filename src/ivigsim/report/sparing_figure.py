"""The figure of dose sparing: response, speed and duration against grams of IVIG."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from ivigsim._version import __version__
from ivigsim.errors import InputError
from ivigsim.report.figure import STYLE
from ivigsim.report.files import NO_FIGURE, can_draw, check_place
from ivigsim.trials.sparing import FOLLOW_UP_D, Option, Sparing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LOOKS = (("#0072B2", "o", "-"), ("#D55E00", "s", "--"), ("#009E73", "^", ":"), ("#CC79A7", "D", "-."))


def check_figure(path: Path) -> None:
    """Refuse a figure that cannot be written, before the work is done."""
    if path.suffix.lower() not in (".png", ".svg", ".pdf"):
        raise InputError(f"--out is '{path}'; accepted: a name that ends in .png, .svg or .pdf")
    if not can_draw():
        raise InputError(f"{NO_FIGURE[:-1].replace('No figure: ', '')}; accepted: no --out without it")
    check_place(path)


def write_figure(found: Sparing, path: Path) -> None:
    """Draw the trade-off and write it to a file."""
    figure = draw_sparing(found)
    figure.savefig(path, dpi=160)


def draw_sparing(found: Sparing) -> Figure:
    """Draw share, time and duration against grams, a line per number of infusions, the least doses marked."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=(9.0, 3.9))
        share, speed, lasting = figure.subplots(1, 3)
        figure.subplots_adjust(left=0.07, right=0.985, top=0.80, bottom=0.21, wspace=0.3)
        for (colour, marker, line), days in zip(_LOOKS * 4, _splits(found), strict=False):
            options = [option for option in found.curve if option.days == days]
            look = {"color": colour, "marker": marker, "linestyle": line, "markersize": 4.5}
            name = "one infusion" if days == 1 else f"{days} daily infusions"
            _line(share, options, [100 * option.share for option in options], look, name)
            share.fill_between(
                [option.grams for option in options],
                [100 * option.low for option in options],
                [100 * option.high for option in options],
                color=colour, alpha=0.15, linewidth=0,
            )  # fmt: skip
            _line(speed, options, [option.median_time_d for option in options], look, name)
            _line(lasting, options, [option.median_duration_d for option in options], look, name)
        _goal(share, found)
        _label(share, f"Share at ≥{found.goal.count:g}e9/L by day {found.goal.day}, %")
        share.set_ylim(0, 100)
        _label(speed, f"Median time to ≥{found.goal.count:g}e9/L, d")
        _label(lasting, "Median time until below again, d")
        speed.set_ylim(bottom=0)
        lasting.set_ylim(bottom=0)
        share.legend(frameon=False, fontsize=8, loc="lower right")
        figure.text(0.07, 0.92, f"Dose sparing: {found.goal}", fontweight="bold", fontsize=11)
        figure.text(
            0.07, 0.02,
            f"ivigsim {__version__}. Star: the least IVIG that reaches the goal. A median beyond day"
            f" {FOLLOW_UP_D} is not drawn. For research and teaching; never for treatment decisions.",
            fontsize=7.5, color="0.25",
        )  # fmt: skip
    return figure


def _splits(found: Sparing) -> list[int]:
    return list(dict.fromkeys(option.days for option in found.curve))


def _line(axes: Axes, options: list[Option], values: list[float], look: dict[str, object], name: str) -> None:
    drawn = [(option.grams, value) for option, value in zip(options, values, strict=True) if isfinite(value)]
    axes.plot([x for x, _ in drawn], [y for _, y in drawn], label=name, **look)  # type: ignore[arg-type]


def _goal(axes: Axes, found: Sparing) -> None:
    axes.axhline(100 * found.goal.share, color="0.4", linewidth=0.8, linestyle=(0, (4, 3)))
    if (best := found.answer) is not None:
        axes.plot(best.grams, 100 * best.share, "*", color="black", markersize=12, zorder=5)


def _label(axes: Axes, text: str) -> None:
    axes.set_title(text, fontsize=9, loc="left")
    axes.set_xlabel("IVIG per patient, g")
    axes.set_xlim(left=0)
