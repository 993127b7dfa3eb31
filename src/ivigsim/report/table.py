"""The table of outcomes beside the published results, for a terminal, and the notes below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivigsim.evidence import Row
from ivigsim.outcomes import Outcome
from ivigsim.report.comparison import Arm, Comparison
from ivigsim.report.wording import MONTE_CARLO, estimate, settings_text

if TYPE_CHECKING:
    from rich.table import Table

# Rows stand under the patients they are over, so that each denominator is said once.
SECTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("All patients", {
        "responded_by_day_1": "≥50e9/L by day 1, %",
        "responded_by_day_7": "≥50e9/L by day 7, %",
        "iwg_r": "IWG 2009 R or CR, %",
        "iwg_cr": "IWG 2009 CR, %",
        "ema_r": "EMA R or CR, %",
        "ema_cr": "EMA CR, %",
        "time_to_50_all": "time to ≥50e9/L, d",
        "peak": "peak count, 1e9/L",
        "peak_day": "day of the peak",
        "highest_median": "highest median, 1e9/L",
        "highest_median_day": "day of highest median",
        "igg_peak_mean": "peak IgG, g/L",
        "igg_rise_14_d_mean": "IgG rise at day 14, g/L",
    }),
    ("Responders by day 7", {
        "time_to_50_responders": "time to ≥50e9/L, d",
        "duration_50": "duration ≥50e9/L, d",
        "days_at_least_50": "all days ≥50e9/L, d",
    }),
    ("IWG 2009 R or CR", {"iwg_r_time": "time to response, d", "iwg_r_duration": "duration, d"}),
    ("IWG 2009 CR", {"iwg_cr_time": "time to response, d", "iwg_cr_duration": "duration, d"}),
    ("IgG seen to fall", {"igg_half_life_mean": "half-life of IgG, d"}),
)  # fmt: skip
READING = (
    "Times, durations and counts are medians, IgG values are means. R: response, CR: complete response; "
    "their bleeding criterion is left out, because the model has no bleeding."
)
BLANK = "-"


def simulated_text(outcome: Outcome) -> str:
    """Return an outcome with its interval, without unit.

    Examples
    --------
    >>> simulated_text(Outcome("x", "x", 83.6, 81.2, 85.8, "%", 1000, ""))
    '83.6 (81.2–85.8)'
    >>> simulated_text(Outcome("x", "x", None, 58.0, None, "d", 10, ""))
    'NR (58–NR)'
    """
    if outcome.value is not None:
        return estimate(outcome.value, outcome.low, outcome.high)
    if outcome.n == 0:
        return BLANK
    return "NR" if outcome.low is None else f"NR ({estimate(outcome.low, None, None)}–NR)"


def published_text(row: Row) -> str:
    """Return a published result with its interval, digits as published.

    Examples
    --------
    >>> from ivigsim.evidence import load_rows
    >>> published_text(next(row for row in load_rows() if row.id == "E019"))
    '80.7 (69.2–89.3)'
    """
    return f"{row.value:g}" + ("" if row.low is None else f" ({row.low:g}–{row.high:g})")


def beside(arm: Arm, outcome_id: str) -> list[Row]:
    """Return the published results to print beside an outcome of an arm."""
    return [row for row in arm.published if row.outcome == outcome_id]


def outcome_table(comparison: Comparison) -> Table:
    """Return the table: one arm beside its published results, or several arms with theirs below each value.

    Examples
    --------
    >>> from ivigsim.report.comparison import Request, compare
    >>> from ivigsim.treatment import Regimen
    >>> found = compare(Request((Regimen.parse("IVIG 1 g/kg daily x2"),), patients=20, days=14))
    >>> [str(column.header) for column in outcome_table(found).columns]
    ['Outcome', 'Simulated (95% CI)', 'Published (CI)', 'Source']
    """
    from rich import box
    from rich.table import Table

    arms = comparison.arms
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("Outcome", no_wrap=True)
    heads = ("Simulated (95% CI)", "Published (CI)", "Source")
    for head in heads if len(arms) == 1 else [f"{arm.letter} (95% CI)" for arm in arms]:
        table.add_column(head)
    for heading, labels in SECTIONS:
        found = [{outcome.id: outcome for outcome in arm.outcomes} for arm in arms]
        present = {id_: label for id_, label in labels.items() if id_ in found[0]}
        if present:
            first = next(iter(present))
            table.add_row(heading, *(f"n = {outcomes[first].n:,}" for outcomes in found), style="bold")
        for id_, label in present.items():
            cells = [_cells(arm, outcomes[id_]) for arm, outcomes in zip(arms, found, strict=True)]
            table.add_row(f"  {label}", *(cells[0] if len(arms) == 1 else map(_stacked, cells)))
    return table


def _cells(arm: Arm, outcome: Outcome) -> tuple[str, str, str]:
    rows = beside(arm, outcome.id)
    published = "\n".join(map(published_text, rows)) or BLANK
    return simulated_text(outcome), published, "\n".join(row.id for row in rows)


def _stacked(cells: tuple[str, str, str]) -> str:
    simulated, published, sources = cells
    pairs = zip(sources.split("\n"), published.split("\n"), strict=True)
    return "\n".join([simulated, *(f"[dim]{source}: {text}[/]" for source, text in pairs if source)])


def footnotes(comparison: Comparison) -> list[str]:
    """Return what a reader must know to compare, one sentence or more each."""
    rows = list(dict.fromkeys(row for arm in comparison.arms for row in arm.published))
    shown = {id_ for _, labels in SECTIONS for id_ in labels}
    compared = [row for row in rows if row.outcome in shown]
    notes = [READING, MONTE_CARLO]
    if any("NR" in simulated_text(o) for arm in comparison.arms for o in arm.outcomes if o.id in shown):
        notes.append(f"NR: not reached within the {comparison.request.days} d simulated.")
    notes += unlike(comparison)
    notes += nearness_notes(comparison)
    notes += _grouped({row: f"{_about(row)}." for row in compared})
    notes += _grouped({row: f"{row.reading}." for row in compared if row.reading})
    others = [row for row in rows if row not in compared]
    if others:
        texts = [f"{row.id} {row.endpoint_published}, {published_text(row)} {row.unit}" for row in others]
        notes.append(f"Published for this regimen too, not among these outcomes: {'; '.join(texts)}.")
    return notes


def nearness_notes(comparison: Comparison) -> list[str]:
    """Say how far each arm lies from the results that the model was fitted to."""
    words = {"within": "Within the evidence", "near": "Near the evidence", "outside": "OUTSIDE THE EVIDENCE"}
    several = len(comparison.arms) > 1
    return [
        f"{f'{arm.letter}: ' if several else ''}{words[arm.nearness.level]}. {arm.nearness.text}"
        for arm in comparison.arms
    ]


def _about(row: Row) -> str:
    return f"{row.citation}, n = {row.n}, {row.population}; {row.difference or 'as simulated'}"


def unlike(comparison: Comparison) -> list[str]:
    """Say in what the run differs from the trials, whose results are then not like with like."""
    request = comparison.request
    settings = settings_text(request.covariates, request.switched)
    changes = [settings] if settings else []
    like = sorted({row.like for arm in comparison.arms for row in arm.published})
    if not like:
        return []
    if like != [request.population]:
        changes.append(f"population {request.population} (published: nearest to {', '.join(like)})")
    return [f"Not like with like, because this run has {'; '.join(changes)}."] if changes else []


def _grouped(texts: dict[Row, str]) -> list[str]:
    """Say what several rows share once."""
    by_text: dict[str, list[str]] = {}
    for row, text in texts.items():
        by_text.setdefault(text, []).append(row.id)
    return [f"{', '.join(ids)}: {text}" for text, ids in by_text.items()]
