"""The choices: patients, regimens, what to combine, mechanisms, and the size of the run."""

from __future__ import annotations

import json

from htmltools import Tag, TagChild, tags

from ivigsim.mechanisms import DEFAULT_MECHANISMS
from ivigsim.model.parameters import load_parameters
from ivigsim.patients.covariates import COVARIATES, Covariate
from ivigsim.patients.population import load_population, population_names
from ivigsim.report.attribution_wording import LABELS
from ivigsim.web.limits import LONGEST_PHRASE, MOST_DAYS, MOST_PATIENTS
from ivigsim.web.page.fields import info, label, number, problem, select
from ivigsim.web.page.markup import badge
from ivigsim.web.page.phrases import MOST_GRAMS_PER_KG, MOST_INFUSIONS, completions, partners, recipe
from ivigsim.web.page.state import State
from ivigsim.web.page.words import COVARIATE_TITLES, FIRST_COVARIATES, unit_text

AS_DRAWN = "as in population"


def controls() -> Tag:
    """Return the form; each field has the key of the address as its name and its usual value as data."""
    usual = State()
    return tags.form(
        _section("Regimens", _regimen("A", usual.a), _regimen("B", usual.b), open_=True),
        _section("Patients", _population(usual), _covariates(first=True), _others(), open_=True),
        _section("Mechanisms", *map(_switch, _switches())),
        _section("Run", *_run(usual)),
        tags.p(tags.a("Start again with the usual choices", href="./", class_="small"), class_="px-2"),
        tags.script(json.dumps(completions()), type="application/json", id="completions"),
        {"id": "controls", "aria-label": "Choices", "autocomplete": "off", "novalidate": ""},
    )


def _section(title: str, *parts: TagChild, open_: bool = False) -> Tag:
    head = tags.summary(tags.h2(title))
    return tags.details(head, tags.div(*parts, class_="fields"), {"open": ""} if open_ else {})


def _regimen(letter: str, phrase: str) -> Tag:
    key = letter.lower()
    shown = recipe(phrase)
    box = tags.input(
        {
            "id": f"field-{key}",
            "name": key,
            "type": "text",
            "class": "form-control phrase",
            "value": phrase,
            "data-default": phrase,
            "list": f"phrases-{key}",
            "maxlength": str(LONGEST_PHRASE),
            "spellcheck": "false",
            "aria-describedby": f"problem-{key} help-{key}",
        }
    )
    empty = "" if letter == "A" else " Empty: only A."
    return tags.fieldset(
        tags.legend(badge(letter), f" Regimen {letter}"),
        tags.label("Dose phrase", {"for": f"field-{key}"}),
        box,
        tags.datalist(id=f"phrases-{key}"),
        problem(key),
        tags.p(
            f"As in IVIG 1 g/kg daily x2 + dexamethasone 40 mg daily x4; Enter redraws.{empty}",
            {"class": "help", "id": f"help-{key}"},
        ),
        tags.div(
            _slider(
                letter, "grams", "IVIG a day", 0.1, MOST_GRAMS_PER_KG, 0.1, shown.grams_per_kg or 1.0, "g/kg"
            ),
            _slider(letter, "infusions", "on days", 0, MOST_INFUSIONS, 1, shown.infusions or 0, ""),
            class_="pair",
        ),
        tags.details(
            tags.summary("Combine with"),
            tags.div(*(_partner(letter, drug) for drug in partners()), class_="partners"),
            class_="inner",
        ),
        class_="regimen-field",
    )


def _slider(
    letter: str, part: str, label: str, low: float, high: float, step: float, value: float, unit: str
) -> Tag:
    id_ = f"{part}-{letter.lower()}"
    return tags.div(
        tags.label(label, " ", tags.output({"for": id_}, f"{value:g} {unit}".strip()), {"for": id_}),
        tags.input(
            {
                "id": id_,
                "type": "range",
                "class": "form-range",
                "min": f"{low:g}",
                "max": f"{high:g}",
                "step": f"{step:g}",
                "value": f"{value:g}",
                "data-recipe": part,
                "data-letter": letter,
                "data-unit": unit,
            }
        ),
    )


def _partner(letter: str, drug: str) -> Tag:
    id_ = f"with-{letter.lower()}-{drug}"
    box = tags.input(
        {
            "type": "checkbox",
            "class": "form-check-input",
            "id": id_,
            "data-recipe": "drug",
            "data-letter": letter,
            "data-drug": drug,
        }
    )
    return tags.div(box, tags.label(drug, {"for": id_, "class": "form-check-label"}), class_="form-check")


def _population(usual: State) -> Tag:
    options = [(name, load_population(name).title) for name in population_names()]
    return select("population", label("population", "Population"), options, usual.population)


def _covariates(*, first: bool) -> Tag:
    names = [name for name in COVARIATES if (name in FIRST_COVARIATES) == first]
    ordered = FIRST_COVARIATES if first else names
    return tags.div(*(_covariate(name, COVARIATES[name]) for name in ordered), class_="grid-2")


def _covariate(name: str, known: Covariate) -> Tag:
    unit = f", {unit_text(known.unit)}" if known.unit else ""
    named = label(name, f"{COVARIATE_TITLES[name]}{unit}", f"covariate:{name}")
    if known.yes_no:
        return select(name, named, [("", AS_DRAWN), ("yes", "yes"), ("no", "no")], "")
    if known.levels:
        return select(name, named, [("", AS_DRAWN), *((level, level) for level in known.levels)], "")
    return number(name, named, "", known.low, known.high, AS_DRAWN)


def _others() -> Tag:
    return tags.details(
        tags.summary("Other covariates"), tags.div(_covariates(first=False)), {"class": "inner"}
    )


def _switches() -> list[str]:
    rows = [row.id for row in load_parameters().values() if row.is_switch]
    return [*DEFAULT_MECHANISMS, *(name for name in rows if name not in DEFAULT_MECHANISMS)]


def _switch(name: str) -> Tag:
    row = load_parameters()[name]
    on = bool(row.value)
    label = LABELS.get(name, name.replace("_", " "))
    box = tags.input(
        {
            "type": "checkbox",
            "role": "switch",
            "class": "form-check-input",
            "id": f"switch-{name}",
            "data-switch": name,
            "data-default": "on" if on else "off",
            "aria-describedby": f"note-{name}",
        },
        {"checked": ""} if on else {},
    )
    return tags.div(
        box,
        tags.label(label, {"for": f"switch-{name}", "class": "form-check-label"}),
        info(f"switch:{name}", label),
        tags.p(row.note, {"class": "help", "id": f"note-{name}"}),
        class_="form-check form-switch",
    )


def _run(usual: State) -> list[TagChild]:
    extreme = tags.input(
        {"type": "checkbox", "class": "form-check-input", "id": "field-extreme", "name": "extreme"}
    )
    numbers = tags.div(
        number("patients", label("patients", "Patients"), str(usual.patients), 1, MOST_PATIENTS),
        number("days", label("days", "Days"), str(usual.days), 1, MOST_DAYS),
        number("seed", label("seed", "Seed"), str(usual.seed), 0, 2**63 - 1),
        class_="grid-3",
    )
    guard = tags.label("Take doses above the guard against slips of a unit", {"for": "field-extreme"})
    return [numbers, tags.div(extreme, guard, class_="form-check"), problem("off"), problem("on")]
