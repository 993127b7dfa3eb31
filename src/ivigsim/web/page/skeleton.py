"""The document: head, choices on the left, results on the right, and the box for details."""

from __future__ import annotations

from htmltools import HTMLDependency, Tag, TagChild, TagList, tags

from ivigsim._version import __version__
from ivigsim.report.wording import CALIBRATED, RESEARCH_ONLY
from ivigsim.web.page.controls import controls
from ivigsim.web.page.places import button, dialog, figure, slot
from ivigsim.web.page.state import MOST_TEST_DAYS, State
from ivigsim.web.page.words import TITLES, output_unit

TABS = {
    "courses": "Courses",
    "response": "Response",
    "why": "Why it rose",
    "redcell": "Red-cell test",
    "safety": "Safety and infusion",
    "evidence": "Evidence",
    "numbers": "Numbers",
}
BANDS = "line: median; band: middle 50% of patients; dotted: middle 90%"
FILES = {
    "courses.csv": "Courses by day (CSV)",
    "courses.parquet": "Courses by day (Parquet)",
    "outcomes.csv": "Outcomes (CSV)",
    "patients.parquet": "Every patient (Parquet)",
    "patient-a.xml": "Patient 0 under A (SBML)",
    "patient-b.xml": "Patient 0 under B (SBML)",
    "scenario.yaml": "Trial scenario (YAML)",
}


def document() -> str:
    """Return the whole document; Shiny puts its files where the placeholder stands."""
    from shiny.ui._page import DEPS_PLACEHOLDER

    head = tags.head(
        tags.meta(charset="utf-8"),
        tags.meta(name="viewport", content="width=device-width, initial-scale=1"),
        tags.meta(name="description", content="Simulate IVIG in immune thrombocytopenia."),
        tags.meta(name="color-scheme", content="light dark"),
        tags.title("ivigsim explorer"),
        _raw(DEPS_PLACEHOLDER),
        tags.link(rel="icon", href="data:,"),
    )
    body = tags.body(
        tags.a("Skip to the results", href="#results", class_="skip"),
        _header(),
        tags.div(
            tags.aside(controls(), {"aria-label": "Choices"}),
            tags.main(_results(), {"id": "results", "tabindex": "-1"}),
            class_="layout",
        ),
        tags.footer(tags.p(CALIBRATED, " ", RESEARCH_ONLY, f" ivigsim {__version__}.")),
        dialog(),
        tags.div({"id": "tip", "role": "tooltip", "hidden": ""}),
    )
    return f"<!DOCTYPE html>\n{tags.html(head, body, lang='en')}"


def dependencies() -> list[HTMLDependency]:
    """Return the files of the page: Bootstrap and Plotly as they are installed, and its own."""
    from plotly import __version__ as plotly_version
    from shiny.ui._html_deps_external import bootstrap_deps

    plotly = HTMLDependency(
        "plotly",
        plotly_version,
        source={"package": "plotly", "subdir": "package_data"},
        script={"src": "plotly.min.js", "defer": ""},
    )
    own = HTMLDependency(
        "ivigsim-explorer",
        __version__,
        source={"package": "ivigsim", "subdir": "web/page/static"},
        script=[{"src": "theme.js"}, {"src": "page.js", "type": "module"}],
        stylesheet=[{"href": "layout.css"}, {"href": "parts.css"}],
        all_files=True,
    )
    return [*bootstrap_deps(), plotly, own]


def _raw(text: str) -> TagChild:
    from htmltools import HTML

    return HTML(text)


def _header() -> Tag:
    items: list[TagChild] = [
        tags.li(tags.a(title, {"class": "dropdown-item", "data-file": name, "download": name, "href": "#"}))
        for name, title in FILES.items()
    ]
    menu = tags.div(
        button("Download", {"data-bs-toggle": "dropdown", "aria-expanded": "false"}, "dropdown-toggle"),
        tags.ul(*items, class_="dropdown-menu dropdown-menu-end"),
        class_="dropdown",
    )
    tools = tags.div(
        button("Copy link", {"data-copy": "link"}),
        button("Copy as command", {"data-copy": "command"}),
        button("Copy as Python", {"data-copy": "code"}),
        menu,
        button("Dark", {"id": "theme", "aria-pressed": "false"}),
        {"class": "tools", "role": "group", "aria-label": "Page"},
    )
    return tags.header(
        tags.div(tags.h1("ivigsim explorer"), tags.p(RESEARCH_ONLY, class_="purpose")), tools, class_="top"
    )


def _results() -> TagList:
    status = tags.div(
        tags.p("Connecting …", {"id": "status", "role": "status"}),
        tags.progress({"id": "progress", "hidden": "", "max": "1", "aria-label": "Progress"}),
        button("Cancel", {"id": "cancel", "hidden": ""}),
        class_="status",
    )
    notice = tags.p({"class": "problem", "id": "notice", "data-problem": "", "role": "alert"})
    buttons = [
        tags.button(
            title,
            {
                "type": "button",
                "role": "tab",
                "class": f"nav-link{' active' if name == 'courses' else ''}",
                "id": f"tab-{name}",
                "data-view": name,
                "data-bs-toggle": "tab",
                "data-bs-target": f"#view-{name}",
                "aria-controls": f"view-{name}",
                "aria-selected": "true" if name == "courses" else "false",
            },
        )
        for name, title in TABS.items()
    ]
    bar = tags.div(*buttons, {"class": "nav nav-underline", "role": "tablist", "aria-label": "Results"})
    views: dict[str, TagChild] = {
        "courses": _courses(),
        "response": slot("response"),
        "why": TagList(figure("why", "Why it rose: contributions of the mechanisms"), slot("why-table")),
        "redcell": TagList(_test_day(), figure("redcell", "Tracer left in the blood"), slot("redcell-table")),
        "safety": TagList(slot("safety-choices"), figure("safety", "Infusion rates"), slot("safety-tables")),
        "evidence": TagList(figure("evidence", "Published shares on the curves"), slot("evidence-table")),
        "numbers": TagList(_filter(), slot("numbers-tables")),
    }
    panes = [_pane(name, parts) for name, parts in views.items()]
    return TagList(status, notice, bar, tags.div(*panes, class_="tab-content"), _reproduce())


def _pane(name: str, parts: TagChild) -> Tag:
    shown = " show active" if name == "courses" else ""
    return tags.section(
        tags.h2(TABS[name], class_="visually-hidden"),
        parts,
        {
            "id": f"view-{name}",
            "class": f"tab-pane{shown}",
            "role": "tabpanel",
            "aria-labelledby": f"tab-{name}",
        },
    )


def _courses() -> TagList:
    small = [figure(name, f"{TITLES[name]} ({output_unit(name)})") for name in TITLES if name != "platelets"]
    return TagList(
        slot("key"),
        figure("platelets", f"Platelets ({output_unit('platelets')})", BANDS, big=True),
        tags.div(*small, class_="small-charts"),
        slot("nearness"),
        tags.details(tags.summary("Numbers by day"), slot("by-day"), {"class": "inner", "id": "by-day"}),
    )


def _test_day() -> Tag:
    field = tags.input(
        {
            "id": "field-test_day",
            "name": "test_day",
            "form": "controls",
            "type": "text",
            "inputmode": "numeric",
            "class": "form-control",
            "value": str(State().test_day),
            "data-default": str(State().test_day),
            "aria-describedby": "problem-test_day",
            "title": f"1 to {MOST_TEST_DAYS}",
        }
    )
    problem = tags.p(
        {"class": "problem", "id": "problem-test_day", "data-problem": "test_day", "aria-live": "polite"}
    )
    return tags.div(
        tags.label("Day of the second test", {"for": "field-test_day"}), field, problem, class_="inline-field"
    )


def _filter() -> Tag:
    label = tags.label("Show rows with", {"for": "filter"})
    box = tags.input(
        {"id": "filter", "type": "search", "class": "form-control", "placeholder": "a word, as in spleen"}
    )
    return tags.div(label, box, class_="inline-field")


def _reproduce() -> Tag:
    return tags.section(
        tags.h2("The same numbers elsewhere"),
        tags.pre(tags.code({"id": "command"}), {"tabindex": "0", "aria-label": "Command"}),
        tags.details(
            tags.summary("In Python"), tags.pre(tags.code({"id": "code"}), {"tabindex": "0"}), class_="inner"
        ),
        {"class": "reproduce", "aria-label": "The same numbers elsewhere"},
    )
