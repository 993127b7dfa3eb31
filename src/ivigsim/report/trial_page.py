"""The report of a trial: one HTML file that needs nothing else."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ivigsim.errors import InputError
from ivigsim.report import trial_results as results
from ivigsim.report import trial_sections as sections
from ivigsim.report.trial_sections import Section
from ivigsim.report.trial_wording import design_words
from ivigsim.report.wording import RESEARCH_ONLY
from ivigsim.trials.scenario import Scenario
from ivigsim.trials.statistics import Analysis

if TYPE_CHECKING:
    import polars as pl
    from markupsafe import Markup
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Chapter:
    """A part of the report: tables, drawings and sentences under one heading."""

    title: str
    tables: tuple[Mapping[str, Any], ...] = ()
    figures: tuple[Mapping[str, Any], ...] = ()
    texts: Sequence[str] = field(default=())

    @property
    def id(self) -> str:
        """Anchor within the page."""
        return "-".join(self.title.lower().split())


def check_libraries() -> None:
    """Refuse to begin without the libraries of a report."""
    for module in ("matplotlib", "jinja2", "great_tables"):
        if find_spec(module) is None:
            raise InputError(
                f"reports need {module}, which is not installed; accepted: after"
                " pip install 'ivigsim[report]'"
            )


def trial_page(
    scenario: Scenario, text: str, patients: pl.DataFrame, found: Analysis, made: Mapping[str, object]
) -> str:
    """Return the report of a trial as HTML.

    Parameters
    ----------
    scenario : Scenario
    text : str
        The scenario file.
    patients : polars.DataFrame
        One row per patient, as stored.
    found : Analysis
    made : mapping of str to object
        Provenance.

    Raises
    ------
    InputError
        When a library of the extra "report" is missing.
    """
    check_libraries()
    from jinja2 import Environment

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = files(__package__).joinpath("trial.html.j2").read_text(encoding="utf-8")
    return environment.from_string(template).render(
        title=scenario.title,
        description=scenario.description,
        kind=design_words(found),
        chapters=list(_chapters(scenario, patients, found)),
        made=made,
        scenario=text,
        research_only=RESEARCH_ONLY,
    )


def _chapters(scenario: Scenario, patients: pl.DataFrame, found: Analysis) -> list[Chapter]:
    from ivigsim.report.trial_curves import draw_counts, draw_times
    from ivigsim.report.trial_figure import draw_power, draw_responses

    arms = found.design.arms
    return [
        Chapter(
            "Design", _tables(sections.design_section(scenario), sections.arms_section(scenario)),
            texts=_guidance(scenario),
        ),
        Chapter("Patients", _tables(sections.patients_section(patients, arms), results.flow_section(found))),
        Chapter(
            "Responses", _tables(results.responses_section(found)),
            _figures(("Responders, with their interval", draw_responses(found))) if found.responses else (),
        ),
        Chapter(
            "Times", _tables(results.times_section(found)),
            _figures(*((f"Kaplan-Meier: {r.label}", draw_times(found, r.endpoint)) for r in found.times)),
        ),
        Chapter(
            "Counts", _tables(results.counts_section(found)),
            _figures(("Counts at visits: median and middle 50%", draw_counts(found))) if found.counts else (),
        ),
        Chapter("IVIG used", _tables(results.use_section(found))),
        Chapter(
            "Power", _tables(results.power_section(found)),
            _figures(("Power by patients per arm", draw_power(found))) if found.power else (),
        ),
        Chapter(
            "Safety",
            _tables(sections.harms_section(scenario, patients), sections.risks_section(scenario, patients)),
        ),
    ]  # fmt: skip


def _guidance(scenario: Scenario) -> list[str]:
    if not scenario.guidance:
        return []
    from ivigsim.guidance import cite

    return [f"Follows {citation}" for citation in cite(scenario.guidance)]


def _tables(*made: Section) -> tuple[Mapping[str, Any], ...]:
    return tuple(_table(section) for section in made)


def _table(section: Section) -> Mapping[str, Any]:
    """Lay out a table with great-tables; cells are text, whatever names hold."""
    from markupsafe import Markup

    html = Markup(_laid_out(section)) if section.rows else ""  # great-tables escapes the cells
    return {"title": section.title, "html": html, "notes": section.notes}


def _laid_out(section: Section) -> str:
    import polars as pl
    from great_tables import GT

    columns = {f"c{i}": [row[i] for row in section.rows] for i in range(len(section.head))}
    group = None
    if section.groups:
        columns["group"], group = list(section.groups), "group"
    table = GT(pl.DataFrame(columns), groupname_col=group, id=_id(section.title))
    table = table.cols_label({f"c{i}": name for i, name in enumerate(section.head)}).cols_align("left")
    return table.tab_options(
        table_font_size="14px", row_group_font_weight="bold", data_row_padding="4px", table_margin_left="0px"
    ).as_raw_html()


def _id(title: str) -> str:
    """Return a title as the id that style sheets refer to."""
    return "table-" + "-".join(re.findall("[a-z]+", title.lower()))


def _figures(*drawn: tuple[str, Figure]) -> tuple[Mapping[str, Any], ...]:
    return tuple({"words": words, "svg": _svg(figure)} for words, figure in drawn)


def _svg(figure: Figure) -> Markup:
    from markupsafe import Markup
    from matplotlib import rc_context

    buffer = io.StringIO()
    with rc_context({"svg.hashsalt": "ivigsim"}):  # the same picture is the same text
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return Markup(text[text.index("<svg") :])  # drawn by us: safe as it is
