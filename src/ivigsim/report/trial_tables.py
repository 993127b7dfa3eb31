"""The tables of a trial for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ivigsim.report.trial_wording import (
    BLANK,
    amount,
    median_text,
    p_text,
    percent,
    points,
    ratio_text,
    signed,
)
from ivigsim.trials.statistics import Analysis
from ivigsim.trials.statistics.repeated import CountsResult

if TYPE_CHECKING:
    from rich.table import Table

MOST_VISITS = 8
Tags = Mapping[str, str]


class _Table:
    """A table whose first column may wrap and whose cells are plain text, whatever names hold."""

    def __init__(self, *columns: str) -> None:
        from rich import box
        from rich.table import Table
        from rich.text import Text

        self._text = Text
        self.rich = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
        self.rich.add_column(Text(columns[0]), overflow="fold")
        for column in columns[1:]:
            self.rich.add_column(Text(column), justify="right", no_wrap=True)

    def add(self, *cells: str, style: str = "") -> None:
        """Add a row."""
        self.rich.add_row(*(self._text(cell) for cell in cells), style=style)


def arms_table(found: Analysis, tag: Tags) -> Table:
    """Return who was analysed, and what became of them."""
    table = _Table("Arm", "simulated", "failed", "analysed", "dropped out", "rescued", "rescues")
    for arm in found.arms:
        left = f"{arm.failed + arm.left_out:,}" if arm.left_out else f"{arm.failed:,}"
        table.add(
            tag[arm.arm],
            f"{arm.simulated:,}",
            left,
            f"{arm.analysed:,}",
            _of(arm.dropped_out, arm.analysed),
            _of(arm.rescued, arm.analysed),
            f"{arm.rescues:,}",
        )
    return table.rich


def _of(some: int, every: int) -> str:
    return f"{some:,} ({100 * some / every:.0f}%)"


def shares_table(found: Analysis, tag: Tags) -> Table:
    """Return the share of responders by endpoint and arm."""
    table = _Table("Response", "responders", "judged", f"% ({100 * found.design.level:g}% limits)")
    for result in found.responses:
        table.add(result.label, style="bold")
        for row in result.shares:
            table.add(f" {tag[row.arm]}", f"{row.responders:,}", f"{row.judged:,}", percent(row.share))
    return table.rich


def differences_table(found: Analysis, tag: Tags) -> Table:
    """Return how responses differ from the reference."""
    table = _Table(f"Response against {tag[found.design.reference]}", "difference, points", "ratio", "p")
    for result in found.responses:
        table.add(result.label, style="bold")
        for row in result.comparisons:
            table.add(f" {tag[row.arm]}", points(row.difference), ratio_text(row.ratio), p_text(row.p))
    return table.rich


def times_table(found: Analysis, tag: Tags) -> Table:
    """Return events and medians by endpoint and arm."""
    table = _Table("Time to event", "at risk", "events", "median, d")
    for result in found.times:
        table.add(result.label, style="bold")
        for row in result.curves:
            median = median_text(row.curve.median) if row.curve else BLANK
            table.add(f" {tag[row.arm]}", f"{row.patients:,}", f"{row.events:,}", median)
    return table.rich


def hazards_table(found: Analysis, tag: Tags) -> Table:
    """Return how times differ from the reference; within patients, also by how many days."""
    paired = found.design.kind == "paired"
    columns = ["hazard ratio", "p", *(["days later"] if paired else [])]
    table = _Table(f"Times against {tag[found.design.reference]}", *columns)
    for result in found.times:
        table.add(result.label, style="bold")
        for row in result.comparisons:
            cells = [ratio_text(row.hazard_ratio), p_text(row.p)]
            if row.order is not None:
                cells.append(signed(row.days_apart, 1) if row.days_apart else BLANK)
            table.add(f" {tag[row.arm]}", *cells)
        if result.p_all is not None:
            table.add(" all arms together", "", p_text(result.p_all))
    return table.rich


def counts_table(found: Analysis, counts: CountsResult, tag: Tags) -> Table:
    """Return counts by visit and arm, at most eight visits, and their ratio to the reference."""
    compared = [f"times {tag[found.design.reference]}", "p"] if found.design.compared else []
    table = _Table("Counts", "counted", "median (middle 50%), 1e9/L", *compared)
    against = {(row.day, row.arm): row for row in counts.comparisons}
    for day in shown_days(found):
        table.add(f"day {day:g}", style="bold")
        for row in counts.visits:
            if row.day == day:
                other = against.get((day, row.arm))
                cells = (ratio_text(other.ratio), p_text(other.p)) if other else ()
                median = _spread(row.median, row.lower, row.upper)
                table.add(f" {tag[row.arm]}", f"{row.counted:,}", median, *cells)
    means = [row for row in counts.comparisons if row.day is None]
    if means:
        table.add("all visits", style="bold")
    for mean in means:
        table.add(f" {tag[mean.arm]}", "", "", ratio_text(mean.ratio), p_text(mean.p))
    return table.rich


def shown_days(found: Analysis) -> list[float]:
    """Return the visits that a table has room for."""
    days = found.design.visits
    if not days:
        return []
    return [
        days[place] for place in np.unique(np.linspace(0, len(days) - 1, MOST_VISITS).round().astype(int))
    ]


def _spread(median: float | None, lower: float | None, upper: float | None) -> str:
    if median is None or lower is None or upper is None:
        return BLANK
    return f"{median:.0f} ({lower:.0f}–{upper:.0f})"


def use_table(found: Analysis, tag: Tags) -> Table:
    """Return grams of IVIG per patient and per responder, and cost where there is a price."""
    currency = found.use.currency
    table = _Table("IVIG used", "g (mean)", "g (median)", *([f"{currency} (mean)"] if currency else []))
    for arm in found.use.arms:
        cost = [] if arm.mean_cost is None else [f"{arm.mean_cost:,.0f}"]
        table.add(tag[arm.arm], f"{arm.mean_g:,.1f}", f"{arm.median_g:,.1f}", *cost)
    return table.rich


def responders_table(found: Analysis, tag: Tags) -> Table:
    """Return IVIG per responder and per extra responder."""
    currency = found.use.currency
    table = _Table("IVIG per responder", "g", *([currency] if currency else []))
    for result in found.responses:
        table.add(result.label, style="bold")
        for row in found.use.per_responder:
            if row.endpoint == result.endpoint:
                cost = [amount(row.cost)] if row.cost else []
                grams = amount(row.grams) if row.responders else "no responder"
                table.add(f" {tag[row.arm]}", grams, *cost)
        for extra in found.use.extra:
            if extra.endpoint == result.endpoint:
                cost = [amount(extra.cost)] if extra.cost else []
                grams = "undefined" if extra.why_undefined else amount(extra.grams)
                table.add(f" {tag[extra.arm]}, per extra responder", grams, *cost)
                if extra.why_undefined:
                    table.add(f"  {extra.why_undefined}", style="dim")
    return table.rich


def power_table(found: Analysis, tag: Tags) -> Table:
    """Return power by patients per arm."""
    level = 100 * found.design.level
    who = "patients" if found.design.kind == "paired" else "patients per arm"
    table = _Table(who, f"power, % ({level:g}% limits)", "formula, %")
    for curve in found.power:
        table.add(f"{tag[curve.arm]} against {tag[curve.reference]}", style="bold")
        for point in curve.points:
            formula = BLANK if point.formula is None else f"{100 * point.formula:.0f}"
            table.add(f" {point.n:,}", percent(point.power), formula)
    return table.rich
