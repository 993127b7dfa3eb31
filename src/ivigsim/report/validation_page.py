"""The page of a validation: one HTML file that needs nothing else."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from ivigsim.evidence.wording import endpoint_text
from ivigsim.fit.validation import Verdict
from ivigsim.report.validation_tables import READING, interval_text, score_cells, scores, verdict_text
from ivigsim.report.wording import RESEARCH_ONLY


def page(verdicts: Sequence[Verdict], made: Mapping[str, object], *, figure: bool) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    verdicts : sequence of Verdict
    made : mapping of str to object
        Provenance, shown at the end.
    figure : bool
        Whether to draw the forest plot into it.
    """
    from jinja2 import Environment
    from markupsafe import Markup

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    heads = ("", "rows", "inside", "inside alone", "median error", "log score")
    by_use, by_group = scores(verdicts)
    tables = [
        ("By use", heads, [score_cells(each) for each in by_use]),
        ("By group: fitted and held out", heads, [score_cells(each) for each in by_group]),
    ]
    # drawn by us from our own text: safe as it is
    drawing = Markup(_drawing(verdicts)) if figure else None
    return environment.from_string(_template()).render(
        reading=READING,
        tables=tables,
        figure=drawing,
        head=(
            "Row",
            "Use",
            "Source",
            "Simulated as",
            "Measured",
            "Published",
            "Simulated (90%)",
            "",
            "Remarks",
        ),
        rows=[_row(verdict) for verdict in verdicts],
        made=made,
        research_only=RESEARCH_ONLY,
    )


def _template() -> str:
    return files(__package__).joinpath("validation.html.j2").read_text(encoding="utf-8")


def _row(verdict: Verdict) -> dict[str, Any]:
    row = verdict.row
    entry = ", ".join(f"{each.covariate} {each.comparison} {each.value}" for each in row.entry)
    against = f", against {row.against}" if row.against else ""
    bounds = "" if row.low is None else f" ({row.low:g} to {row.high:g}, {row.interval})"
    return {
        "id": row.id,
        "use": row.use,
        "source": f"{row.citation}; {row.population}, n = {row.n or 'unknown'}",
        "link": row.link if row.link.startswith("http") else "",
        "simulated": f"{row.like}{f' ({entry})' if entry else ''}: {row.regimen}{against}",
        "measured": endpoint_text(row.measured),
        "published": f"{row.number:g} {row.unit}{bounds}",
        "interval": interval_text(verdict),
        "verdict": verdict_text(verdict),
        "outside": not verdict.inside,
        "remarks": "; ".join(filter(None, (row.difference, row.reading, row.reason, row.note))),
    }


def _drawing(verdicts: Sequence[Verdict]) -> str:
    from ivigsim.report.validation_figure import draw_verdicts

    buffer = io.StringIO()
    draw_verdicts(verdicts).savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
